"""Address fields (RFC 5322 section 3.4, and what is sent in its name): who wrote, to whom.

Pure, linear in the length of the field, and never raises. A hand-written scanner, because the standard
library's raises IndexError and AttributeError on some fields and needs seconds for a long one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wiki.mail.message import Address
from wiki.mail.parsing.headers import decode_words, one_line, raw_text

_MAX_LENGTH = 1_000

# Nearly every field is one of these, and needs no scanner: joe@example.org, Joe <joe@example.org>, "Joe" <...>.
_SIMPLE = re.compile(r"""(?:"([^"<>\\]*)" ?|([^"<>,;:()\\@]*))<([^\s<>,;:()"\\@]+@[^\s<>,;:()"\\@]+)>""")
_BARE = re.compile(r"""[^\s<>,;:()"\\@]+@[^\s<>,;:()"\\@]+""")
_WORD = re.compile(r"""(?:"[^"]*"@)?\S+""")
_OBSCURED = re.compile(r"\S+ at \S+\.\S+")  # how public archives hide addresses from spammers
_COMMENT = re.compile(r"\([^()]*\)")
_ANGLE_END = re.compile(r"[<>]")
_TOKEN = re.compile(r"""[^"(),:;<>\\\[\]]+|\\.|.""", re.DOTALL)


def addresses(value: bytes | None, hint: str = "") -> tuple[Address, ...]:
    """The mailboxes of a field in order, groups flattened; encoded words are decoded in names, never in addresses."""
    if not value:
        return ()
    text = raw_text(value, hint).strip()
    simple = _SIMPLE.fullmatch(text)
    if simple:
        return (_address(simple[1] or simple[2] or "", simple[3], hint),)
    if _BARE.fullmatch(text):
        return (Address("", text[:_MAX_LENGTH]),)
    found = _scan(text, hint)
    if "=?" in text and not any("@" in one.address for one in found):
        # The whole field was encoded, addresses and all; RFC 2047 section 5 forbids it, mailers do it.
        decoded = decode_words(text, hint)
        return _scan(decoded, hint) if "@" in decoded else found
    return found


def _scan(text: str, hint: str) -> tuple[Address, ...]:
    scanner = _Scanner(text, hint)
    scanner.run()
    return tuple(scanner.found)


def _address(name: str, address: str, hint: str) -> Address:
    shown = one_line(decode_words(name, hint))
    if len(shown) > 1 and shown[0] == shown[-1] and shown[0] in "'\"":
        shown = shown[1:-1].strip()
    return Address(shown[:_MAX_LENGTH], one_line(_COMMENT.sub("", address[: 2 * _MAX_LENGTH]))[:_MAX_LENGTH])


@dataclass
class _Scanner:
    """Walks over the field once; ``words`` gathers what may become a name or a bare address."""

    text: str
    hint: str
    found: list[Address] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    angle: str | None = None
    comment: str = ""
    # A quote or parenthesis that is never closed is an ordinary character, and so are all later ones.
    has_quotes: bool = True
    has_comments: bool = True
    last_semicolon: int = -1

    def run(self) -> None:
        self.last_semicolon = self.text.rfind(";")
        position = 0
        while position < len(self.text):
            character = self.text[position]
            if character == '"' and self.has_quotes:
                position = self._quoted_string(position)
            elif character == "(" and self.has_comments:
                position = self._comment(position)
            elif character == "<":
                position = self._angle(position)
            else:
                position = self._word(position)
        self._finish()

    def _word(self, position: int) -> int:
        token = _TOKEN.match(self.text, position)
        piece = token[0] if token else self.text[position]
        if piece in ",;":
            self._finish(is_comma=piece == ",")
        elif piece == ":" and (position < self.last_semicolon or self.words == ["mailto"]):
            self._forget()  # what stood here was the name of a group
        elif piece != ">":
            self.words.append(piece[-1] if piece.startswith("\\") else piece)
        return position + len(piece)

    def _quoted_string(self, position: int) -> int:
        end = position + 1
        while (end := self.text.find('"', end)) != -1 and _is_escaped(self.text, end):
            end += 1
        if end == -1:
            self.has_quotes = False
            return position + 1
        inner = re.sub(r"\\(.)", r"\1", self.text[position + 1 : end])
        is_local_part = self.text[end + 1 : end + 2] == "@"
        self.words.append(self.text[position : end + 1] if is_local_part else inner)
        self.quoted.append(inner)
        return end + 1

    def _comment(self, position: int) -> int:
        depth = 0
        for token in re.finditer(r"\\.|[()]", self.text[position:]):
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            if depth == 0:
                end = position + token.end()
                self.comment = self.comment or self.text[position + 1 : end - 1]
                self.words.append(" ")
                return end
        self.has_comments = False
        return position + 1

    def _angle(self, position: int) -> int:
        stop = _ANGLE_END.search(self.text, position + 1, position + 2 + _MAX_LENGTH)
        end = stop.start() if stop else min(len(self.text), position + 1 + _MAX_LENGTH)
        if self.text[end : end + 1] != ">":  # never closed: up to the comma
            comma = self.text.find(",", position, end)
            end = comma if comma != -1 else end
        inner = self.text[position + 1 : end]
        if self.angle is not None and "@" in self.angle:
            self._finish()  # the comma between two was forgotten
        route, _, last = inner.rpartition(":")  # the source route of RFC 822: <@relay,@relay:joe@example.org>
        self.angle = last.strip() if route.lstrip().startswith(("@", "mailto")) else inner.strip()
        closing = self.text[end : end + 1] == ">"
        return end + 1 if closing else max(end, position + 1)

    def _finish(self, *, is_comma: bool = False) -> None:
        """An address ends: at a comma, at the end of a group, or at the end of the field."""
        phrase = "".join(self.words).strip()
        if self.angle is None and is_comma and phrase and not self.quoted and "@" not in phrase and " " not in phrase:
            # "Doe, John <joe@example.org>": a name with a comma that nobody quoted.
            self.words = [phrase, ", "]
            return
        if self.angle is not None:
            if self.angle or phrase:
                self.found.append(_address(phrase or self.comment, self.angle, self.hint))
        else:
            self._finish_bare(phrase)
        self._forget()

    def _finish_bare(self, phrase: str) -> None:
        for part in re.sub(r" ?@ ?", "@", phrase).split(", "):
            words = _WORD.findall(part)
            address = next((word for word in words if "@" in word), words[0] if len(words) == 1 else "")
            if _OBSCURED.fullmatch(part):
                self.found.append(_address(self.comment, part, self.hint))
            elif len(words) > 1 and all("@" in word for word in words):  # the commas were forgotten
                self.found += [_address(self.comment, word, self.hint) for word in words]
            elif address and not address.endswith(":"):
                name = self.comment or " ".join(word for word in words if word != address)
                self.found.append(_address(name, address, self.hint))
            elif part.strip(" :"):
                self.found.append(_address(part, "", self.hint))

    def _forget(self) -> None:
        self.words = []
        self.quoted = []
        self.angle = None
        self.comment = ""


def _is_escaped(text: str, position: int) -> bool:
    backslashes = 0
    while position - backslashes > 0 and text[position - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1
