"""Header fields decoded: text, parameters, message-ids, file names — the world's mistakes included.

Pure, linear in the length of the field, and never raises. Addresses have a file of their own
(:mod:`wiki.mail.parsing.addresses`), so have dates (:mod:`wiki.mail.parsing.dates`).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from wiki.mail.parsing import charsets, transfer_encoding

MAX_FIELD = 102_400
"""Bytes of a header field that are looked at (the cap that public-inbox has for headers)."""
_MAX_SUBJECT = 2_000
_MAX_ID = 998
_MAX_FILENAME = 150

# RFC 2047 section 2, wider: spaces and "?" inside the text are met. The length keeps hostile fields linear.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?(.{0,2000}?)\?=")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
# Characters that turn the reading direction, with which "exe.txt" can be made of "txt.exe".
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")
_BRACKETED = re.compile(r"<([^<>]*)(>?)")
# A quote that is never closed ends at the semicolon; possessive, so that hostile quotes stay linear.
_PARAMETER = re.compile(r"""([^\s=;"]{1,200})\s*(?:=\s*("(?:[^"\\]|\\.)*+"|[^;]*))?[^;]*;?""", re.DOTALL)
_READABLE = frozenset({"name", "filename"})  # parameters in which mailers put encoded words, against RFC 2047 section 5
_SECTION = re.compile(r"(.+?)\*(\d{1,4})?(\*)?")
_TYPE = re.compile(r"[\s\"]*([a-zA-Z0-9!#$&^_.+-]{1,127}/[a-zA-Z0-9!#$&^_.+-]{1,127})")


def raw_text(value: bytes, hint: str = "") -> str:
    """The characters of a field as they stand, encoded words not yet decoded; ``hint`` as in charsets.decode."""
    return value.decode("ascii").replace("\0", "") if value.isascii() else charsets.decode(value, "", hint)[0]


def decode_text(value: bytes, hint: str = "") -> str:
    """An unstructured field for reading: RFC 2047 decoded, one line, no control characters."""
    return one_line(decode_words(raw_text(value, hint), hint))


def subject(value: bytes, hint: str = "") -> str:
    """A subject for reading, at most 2,000 characters of it."""
    text = decode_text(value, hint)
    return text if len(text) <= _MAX_SUBJECT else text[:_MAX_SUBJECT] + "…"


def one_line(text: str) -> str:
    """Every run of white space and control characters becomes one space."""
    return _CONTROL.sub(" ", text).strip()


def decode_words(text: str, hint: str = "") -> str:
    """RFC 2047 encoded words decoded wherever they stand.

    Neighbours of one charset are joined before decoding, because mailers cut multi-byte characters in two.
    """
    if "=?" not in text:
        return text
    decoded: list[str] = []
    pending = b""
    label = ""
    end = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[end : word.start()]
        is_neighbour = end > 0 and not between.strip()
        word_label = word[1].partition("*")[0]
        if not is_neighbour or word_label.lower() != label.lower():
            decoded.append(charsets.decode(pending, label, hint)[0])
            pending = b""
        if not is_neighbour:
            decoded.append(between)
        pending += _word_bytes(word)
        label = word_label
        end = word.end()
    decoded.append(charsets.decode(pending, label, hint)[0])
    decoded.append(text[end:])
    return "".join(decoded)


def _word_bytes(word: re.Match[str]) -> bytes:
    data = word[3].encode("utf-8", "replace")
    if word[2] in "bB":
        return transfer_encoding.decode_base64(data)[0]
    return binascii.a2b_qp(data, header=True)


def content_type(value: bytes | None, hint: str = "") -> tuple[str, dict[str, str]]:
    """Type ('' when absent or nonsense; lower case) and parameters of a Content-Type field (RFC 2045 section 5.1)."""
    if not value:
        return "", {}
    text = raw_text(value, hint)
    media_type = _TYPE.match(text)
    head, separator, tail = text.partition(";")
    if not separator:  # "text/html charset=utf-8", the semicolon forgotten
        tail = head[media_type.end() :] if media_type else ""
    return media_type[1].lower() if media_type else "", parameters(tail, hint)


def disposition(value: bytes | None, hint: str = "") -> tuple[str, dict[str, str]]:
    """Content-Disposition (RFC 2183): "attachment", "inline", another token in lower case or '', and parameters."""
    if not value:
        return "", {}
    head, _, tail = raw_text(value, hint).partition(";")
    token = head.strip(" \t\"'").lower()
    if "=" in token:  # the token itself was forgotten: "filename=a.txt"
        return "attachment", parameters(head + ";" + tail, hint)
    return token if token.isascii() and token.isalpha() else "", parameters(tail, hint)


def parameters(text: str, hint: str = "") -> dict[str, str]:
    """RFC 2045 parameters with RFC 2231 continuations and charsets, and RFC 2047 words where they should not be.

    Names are in lower case; of a repeated name the first counts.
    """
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(text[:MAX_FIELD]):
        name = match[1].lower()
        value = _unquoted((match[2] or "").strip())
        section = _SECTION.fullmatch(name)
        if section:
            sections.setdefault(section[1], []).append(
                (int(section[2] or 0), bool(section[3] or not section[2]), value)
            )
        else:
            plain.setdefault(name, decode_words(value, hint) if name in _READABLE else value)
    for name, pieces in sections.items():
        plain[name] = _joined_sections(sorted(pieces, key=lambda piece: piece[0]), hint)
    return plain


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    inner = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    # A backslash quotes a quote or a backslash; elsewhere it is half of a Windows path that nobody quoted.
    return re.sub(r'\\(["\\])', r"\1", inner) if "\\" in inner else inner


def _joined_sections(pieces: list[tuple[int, bool, str]], hint: str) -> str:
    """RFC 2231 section 3 and 4: the numbered pieces, of which the first may name charset and language."""
    label = ""
    data = b""
    for position, (_, is_encoded, piece) in enumerate(pieces):
        text = piece
        if is_encoded and position == 0 and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        encoded = text.encode("utf-8", "replace")
        data += unquote_to_bytes(encoded) if is_encoded else encoded
    return decode_words(charsets.decode(data, label, hint)[0], hint)


def clean_filename(name: str) -> str:
    """A file name that is safe to show and to offer: no path, controls or bidi marks, at most 150 characters."""
    base = re.split(r"[/\\]", _BIDI.sub("", one_line(name)))[-1].strip(" \"'")
    if base in {"", ".", ".."}:
        return ""
    stem, dot, extension = base.rpartition(".")
    if len(base) <= _MAX_FILENAME:
        return base
    if dot and len(extension) <= 20:
        return stem[: _MAX_FILENAME - len(extension) - 1] + dot + extension
    return base[:_MAX_FILENAME]


def message_id(value: bytes | None) -> str:
    """The id of a Message-ID field without its brackets; '' when there is none to use."""
    if not value:
        return ""
    text = decode_words(raw_text(value)).strip()
    bracketed = next(_bracketed_ids(text), "")
    if bracketed:
        return bracketed
    # Without brackets: the only word, or the first that looks like an id.
    words = text.replace("<", " ").replace(">", " ").split()
    return next((_usable(word) for word in words if "@" in word or len(words) == 1), "")


def in_reply_to(value: bytes | None) -> str:
    """The one parent that an In-Reply-To field names ('' if none), out of whatever else RFC 822 mailers put there.

    ``Joe <joe@example.org>'s message of Monday <id>`` names it last, ``<id> from Joe`` names it first.
    """
    if not value:
        return ""
    text = decode_words(raw_text(value)).strip()
    found = list(_bracketed_ids(text))
    if found:
        return found[0] if text.startswith("<") else found[-1]
    words = text.split()
    return _usable(words[0]) if len(words) == 1 and "@" in words[0] else ""


def references(value: bytes | None) -> tuple[str, ...]:
    """The ids of a References field, oldest first, each once: folded inside an id, comma-separated, brackets lost."""
    if not value:
        return ()
    text = decode_words(raw_text(value))
    found: dict[str, None] = {}
    end = 0
    for match in _BRACKETED.finditer(text):
        found.update(dict.fromkeys(_bare_ids(text[end : match.start()])))
        found.update(dict.fromkeys(_ids_of(match)))
        end = match.end()
    found.update(dict.fromkeys(_bare_ids(text[end:])))
    return tuple(found)


def _bracketed_ids(text: str) -> Iterator[str]:
    for match in _BRACKETED.finditer(text):
        yield from _ids_of(match)


def _ids_of(match: re.Match[str]) -> Iterator[str]:
    """Ids between ``<`` and ``>``, or up to the next ``<`` where the closing bracket is missing."""
    words = match[1].replace(",", " ").split()
    if match[2] and sum("@" in word for word in words) <= 1:
        words = ["".join(words)]  # folding put white space into the id
    for word in words:
        identifier = _usable(word)
        if identifier and (match[2] or "@" in identifier):
            yield identifier


def _bare_ids(text: str) -> Iterator[str]:
    for word in re.split(r"[\s,;()\"]+", text):
        if "@" in word and _usable(word):
            yield word


def _usable(identifier: str) -> str:
    cleaned = _CONTROL.sub("", identifier)
    return cleaned if 0 < len(cleaned) <= _MAX_ID else ""
