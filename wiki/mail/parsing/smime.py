"""What a PKCS #7 envelope is, and what was signed in it (RFC 8551, RFC 5652). Nothing is verified or decrypted.

A reader of its own for the few elements on the way to the signed bytes, because mailers write BER with indefinite
lengths and strings in pieces, and the libraries that we have take DER only. Pure, linear, bounded, never raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SIGNED, ENVELOPED, COMPRESSED = "signed", "enveloped", "compressed"
_KINDS = {
    bytes.fromhex("2a864886f70d010702"): SIGNED,
    bytes.fromhex("2a864886f70d010703"): ENVELOPED,
    bytes.fromhex("2a864886f70d0109100117"): ENVELOPED,  # authenticated and enveloped
    bytes.fromhex("2a864886f70d0109100109"): COMPRESSED,
}
_OBJECT_IDENTIFIER, _OCTETS, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x10, 0x80
_CONSTRUCTED = 0x20
_MAX_DEPTH = 30
_MAX_ELEMENTS = 100_000


class _Malformed(ValueError):
    pass


@dataclass(frozen=True)
class _Element:
    """A value of BER: its tag without the constructed bit, and where its content lies."""

    tag: int
    is_constructed: bool
    start: int
    end: int
    next: int


@dataclass(frozen=True)
class Envelope:
    """What lies in a pkcs7-mime part: ``kind`` is '' when it is none; ``content`` is what was signed, if it is here."""

    kind: str = ""
    content: bytes | None = None


def envelope(data: bytes) -> Envelope:
    """Look into the bytes of an application/pkcs7-mime part."""
    try:
        return _Reader(data).envelope()
    except _Malformed:
        return Envelope()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.count = 0

    def envelope(self) -> Envelope:
        identifier, wrapped = self._typed(self._element(0, len(self.data), 0))
        kind = _KINDS.get(identifier, "")
        if kind != SIGNED or wrapped is None:
            return Envelope(kind)
        try:
            return Envelope(kind, self._signed(wrapped))
        except _Malformed:
            return Envelope(kind)

    def _signed(self, signed_data: _Element) -> bytes | None:
        # version, digest algorithms, what was signed, ...
        for position, element in enumerate(self._children(signed_data)):
            if position == 2:
                octets = self._typed(element)[1]
                return None if octets is None else b"".join(self._pieces(octets, 0))
        raise _Malformed

    def _typed(self, sequence: _Element) -> tuple[bytes, _Element | None]:
        """The object identifier of a ContentInfo, and what its explicit tag wraps (None if nothing)."""
        if sequence.tag != _SEQUENCE or not sequence.is_constructed:
            raise _Malformed
        children = self._children(sequence)
        identifier = next(children, None)
        if identifier is None or identifier.tag != _OBJECT_IDENTIFIER:
            raise _Malformed
        wrapper = next(children, None)
        wrapped = next(self._children(wrapper), None) if wrapper is not None and wrapper.tag == _EXPLICIT else None
        return self.data[identifier.start : identifier.end], wrapped

    def _pieces(self, octets: _Element, depth: int) -> Iterator[bytes]:
        if octets.tag != _OCTETS or depth > _MAX_DEPTH:
            raise _Malformed
        if not octets.is_constructed:
            yield self.data[octets.start : octets.end]
            return
        for child in self._children(octets):
            yield from self._pieces(child, depth + 1)

    def _children(self, parent: _Element) -> Iterator[_Element]:
        position = parent.start
        while position < parent.end:
            element = self._element(position, parent.end, 0)
            yield element
            position = element.next

    def _element(self, position: int, end: int, depth: int) -> _Element:
        self.count += 1
        if depth > _MAX_DEPTH or self.count > _MAX_ELEMENTS or position + 2 > end:
            raise _Malformed
        first, length = self.data[position], self.data[position + 1]
        start = position + 2
        tag, is_constructed = first & ~_CONSTRUCTED, bool(first & _CONSTRUCTED)
        if tag & 0x1F == 0x1F:  # tags of several bytes do not occur here
            raise _Malformed
        if length == 0x80:
            return self._indefinite(tag, start, end, depth)
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(self.data[start : start + size], "big")
            start += size
        if start + length > end:
            raise _Malformed
        return _Element(tag, is_constructed, start, start + length, start + length)

    def _indefinite(self, tag: int, start: int, end: int, depth: int) -> _Element:
        """An element that two zeros end (X.690 section 8.1.3.6)."""
        position = start
        while self.data[position : position + 2] != b"\0\0":
            position = self._element(position, end, depth + 1).next
        return _Element(tag, is_constructed=True, start=start, end=position, next=position + 2)
