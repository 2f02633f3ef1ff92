"""What a FETCH answer really holds, and whether it is the message that was asked for. Pure: octets in, verdicts out.

imaplib hands back lines and literals without telling where one message ends, IMAPClient joins two answers about the
same message into one; both take OK without a message for success. Here every answer stands for itself and must be: one
record for the UID, exactly one literal, as many octets as RFC822.SIZE, and a closing parenthesis as its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from imapclient.datetime_util import parse_to_datetime

from wiki.mail.transport.mailbox_names import decoded
from wiki.mail.transport.protocol import EMPTY, MOST_OCTETS, Content, FetchedMessage, FetchProblem, Trouble

Piece = bytes | tuple[bytes, Content]

# A quoted string that is never closed takes the rest of the line, so that hostile text costs no more than its length.
_TOKEN = re.compile(rb'"(?:\\.|[^"\\])*+(?:"|\\?\Z)|[()]|~?\{\d+\}\Z|[^\s()"]+', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_NUMBER = re.compile(rb"\d{1,20}")


@dataclass(frozen=True)
class Literal:
    """A value that came as counted octets."""

    octets: Content


Token = bytes | Literal
Value = Token | tuple[Token, ...] | None
"""A token, the tokens of a list that has no list inside, or None for any other list."""


@dataclass(frozen=True)
class Answer:
    """One untagged FETCH: its attributes by upper-case name; not sound when it cannot be read as RFC 9051 has it.

    ``literals`` leaves out those of Gmail's labels.
    """

    attributes: Mapping[bytes, Value]
    literals: tuple[Content, ...]
    is_sound: bool = True

    @property
    def uid(self) -> int | None:
        """The UID it speaks of, if any."""
        return self.number(b"UID")

    @property
    def offers_content(self) -> bool:
        """Whether it is more than news about flags."""
        return bool(self.literals) or b"BODY[]" in self.attributes

    def number(self, name: bytes) -> int | None:
        """A number among the attributes."""
        value = self.attributes.get(name)
        return int(value) if isinstance(value, bytes) and _NUMBER.fullmatch(value) else None

    @property
    def size(self) -> int | None:
        """RFC822.SIZE, if it is told; at most ``MOST_OCTETS``."""
        told = self.number(b"RFC822.SIZE")
        return None if told is None else min(told, MOST_OCTETS)

    @property
    def internal_date(self) -> datetime | None:
        """INTERNALDATE in UTC, or None when it is absent or absurd."""
        value = self.attributes.get(b"INTERNALDATE")
        if not isinstance(value, bytes):
            return None
        try:
            moment: datetime = parse_to_datetime(value.strip(b'"'), normalise=False)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError, TypeError):
            return None

    @property
    def labels(self) -> tuple[str, ...]:
        """Gmail's labels, decoded."""
        value = self.attributes.get(b"X-GM-LABELS")
        return tuple(decoded(octets(token)) for token in value) if isinstance(value, tuple) else ()


def answers(pieces: Iterable[Piece]) -> Iterator[Answer]:
    """The answers among imaplib's pieces; one that the connection cut off is left out."""
    return (_answer(record) for record in records(pieces))


def records(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces of each answer: lines with the literal that they announce, and a line that announces none."""
    record: list[Piece] = []
    for piece in pieces:
        record.append(piece)
        if isinstance(piece, bytes):
            yield record
            record = []


def tokens(record: Iterable[Piece]) -> list[Token]:
    """The words, quoted strings, parentheses and literals of one answer."""
    found: list[Token] = []
    for piece in record:
        found += _TOKEN.findall(piece if isinstance(piece, bytes) else piece[0])
        if isinstance(piece, tuple):
            found[-1:] = [Literal(piece[1])]
    return found


def answers_by_uid(given: Iterable[Answer]) -> dict[int, list[Answer]]:
    """The answers that offer content, by the UID they speak of; news about flags is left out."""
    found: dict[int, list[Answer]] = {}
    for answer in given:
        if answer.uid is not None and answer.offers_content:
            found.setdefault(answer.uid, []).append(answer)
    return found


def verdict(uid: int, offered: Sequence[Answer], announced: int | None) -> FetchedMessage | FetchProblem | None:
    """What the answers for one UID give: the message, why it cannot be taken, or None when there is no answer.

    ``announced`` is the RFC822.SIZE from an earlier command. Where this answer tells one too, both must be right: a
    server that cuts a message and counts what is left of it agrees with itself.
    """
    if not offered:
        return None
    answer = offered[0]
    content = answer.attributes.get(b"BODY[]")
    if len(offered) > 1 or len(answer.literals) > 1:
        return _problem(uid, Trouble.MALFORMED, "The server's answer is not exactly one message.", answer)
    if not isinstance(content, Literal):
        return _problem(uid, Trouble.NO_CONTENT, "The server sent no content for this message.", answer)
    size = len(content.octets)
    told = {each for each in (announced, answer.size) if each is not None}
    if told != {size}:
        return _problem(uid, Trouble.WRONG_SIZE, _sizes_differ(told - {size}, size), answer)
    if not size:
        return _problem(uid, Trouble.NO_CONTENT, EMPTY, answer)
    return FetchedMessage(uid, content.octets, size, answer.internal_date, labels=answer.labels)


def _sizes_differ(told: set[int], size: int) -> str:
    announced = " and ".join(str(each) for each in sorted(told)) or "no number of"
    return f"The server announced {announced} octets and sent {size}."


def _problem(uid: int, trouble: Trouble, reason: str, answer: Answer) -> FetchProblem:
    return FetchProblem(uid, trouble, reason, answer.literals[0] if answer.literals else None, answer.size)


@dataclass
class _Reader:
    """Reads ``number ( name value ... )`` and nothing after it; raises ValueError for anything else."""

    tokens: list[Token]
    position: int = 0

    def attributes(self) -> dict[bytes, Value]:
        if len(self.tokens) < 3 or not _is_number(self.tokens[0]) or self.tokens[1] != b"(":
            raise ValueError
        self.position = 2
        found: dict[bytes, Value] = {}
        while (name := self._next()) != b")":
            if not isinstance(name, bytes) or name == b"(" or name.upper() in found:
                raise ValueError
            found[name.upper()] = self._value()
        if self.position != len(self.tokens):
            raise ValueError
        return found

    def _value(self) -> Value:
        token = self._next()
        if token == b")":
            raise ValueError
        if token != b"(":
            return token
        begin, depth, is_flat = self.position, 1, True
        while depth:
            token = self._next()
            depth += (token == b"(") - (token == b")")
            is_flat = is_flat and token != b"("
        return tuple(self.tokens[begin : self.position - 1]) if is_flat else None

    def _next(self) -> Token:
        if self.position >= len(self.tokens):
            raise ValueError
        self.position += 1
        return self.tokens[self.position - 1]


def _answer(record: list[Piece]) -> Answer:
    literals = [piece[1] for piece in record if isinstance(piece, tuple)]
    try:
        attributes = _Reader(tokens(record)).attributes()
    except ValueError:
        return Answer({}, tuple(literals), is_sound=False)
    labels = attributes.get(b"X-GM-LABELS")
    if isinstance(labels, tuple):
        for label in labels:
            if isinstance(label, Literal):
                literals.remove(label.octets)
    return Answer(attributes, tuple(literals))


def octets(token: Token) -> bytes:
    """An astring's octets: of a literal, a quoted string, or the atom as it is."""
    if isinstance(token, Literal):
        return token.octets if isinstance(token.octets, bytes) else b""
    return _ESCAPED.sub(rb"\1", token[1:-1]) if token.startswith(b'"') else token


def _is_number(token: Token) -> bool:
    return isinstance(token, bytes) and bool(_NUMBER.fullmatch(token))
