"""Small winmail.dat and .msg files, written byte by byte: nobody else's may be copied into the repository."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")

Tree = Mapping[str, "bytes | Tree"]


def tnef(*objects: bytes) -> bytes:
    """A TNEF stream of these objects."""
    version = tnef_object(1, 0x9006, 8, struct.pack("<I", 0x10000))
    codepage = tnef_object(1, 0x9007, 6, struct.pack("<II", 1252, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + version + codepage + b"".join(objects)


def tnef_object(level: int, name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*values: tuple[int, int, bytes]) -> bytes:
    """MAPI properties of variable length: number, kind and bytes of each."""
    content = struct.pack("<I", len(values))
    for number, kind, data in values:
        content += struct.pack("<HHII", kind, number, 1, len(data)) + data + b"\0" * (-len(data) % 4)
    return content


def body(text: str, html: str = "", subject: str = "") -> bytes:
    values = [(0x0037, 0x1E, subject.encode() + b"\0"), (0x1000, 0x1E, text.encode("cp1252") + b"\0")]
    if html:
        values.append((0x1013, 0x102, html.encode("cp1252")))
    return tnef_object(1, 0x9003, 6, properties(*values))


def attachment(name: str, data: bytes, content_type: str = "", content_id: str = "") -> bytes:
    values = [(0x3707, 0x1F, name.encode("utf-16-le"))]
    if content_type:
        values.append((0x370E, 0x1E, content_type.encode() + b"\0"))
    if content_id:
        values.append((0x3712, 0x1E, content_id.encode() + b"\0"))
    return (
        tnef_object(2, 0x9002, 6, b"\0" * 14)
        + tnef_object(2, 0x800F, 6, data)
        + tnef_object(2, 0x9005, 6, properties(*values))
    )


def enclosed(inner: bytes) -> bytes:
    """A message within the message, as Outlook packs it."""
    content = properties((0x3701, 0x0D, EMBEDDED + inner))
    return tnef_object(2, 0x9002, 6, b"\0" * 14) + tnef_object(2, 0x9005, 6, content)


def msg(subject: str, text: str, sent: datetime, files: Mapping[str, bytes]) -> bytes:
    """A message as Outlook saves it."""
    strings = {0x001A: "IPM.Note", 0x0037: subject, 0x0C1A: "Ann Example", 0x0C1F: "ann@example.org", 0x1000: text}
    ticks = int((sent - datetime(1601, 1, 1, tzinfo=sent.tzinfo)) / timedelta(microseconds=1)) * 10
    tree: dict[str, bytes | Tree] = _streams(
        strings, {}, b"\0" * 8 + struct.pack("<4I", 0, 0, 0, len(files)) + b"\0" * 8
    )
    tree["__properties_version1.0"] += struct.pack("<HHIQ", 0x40, 0x0039, 6, ticks)  # type: ignore[operator]
    for number, (name, data) in enumerate(files.items()):
        tree[f"__attach_version1.0_#{number:08X}"] = _streams({0x3707: name}, {0x3701: data}, b"\0" * 8)
    return ole(tree)


def _streams(strings: Mapping[int, str], binaries: Mapping[int, bytes], head: bytes) -> dict[str, bytes | Tree]:
    found: dict[str, bytes | Tree] = {}
    for number, kind, data in (
        *((number, 0x1F, text.encode("utf-16-le")) for number, text in strings.items()),
        *((number, 0x102, data) for number, data in binaries.items()),
    ):
        found[f"__substg1.0_{number:04X}{kind:04X}"] = data
        head += struct.pack("<HHIII", kind, number, 6, len(data), 0)
    found["__properties_version1.0"] = head
    return found


@dataclass
class _Compound:
    """A compound file of [MS-CFB] version 3 in the making; all its streams are small ones."""

    entries: list[list[Any]] = field(default_factory=list)
    small: bytes = b""
    small_fat: list[int] = field(default_factory=list)
    sectors: bytes = b""
    fat: list[int] = field(default_factory=list)

    def add(self, name: str, content: bytes | Tree) -> int:
        number = len(self.entries)
        entry: list[Any] = [name, 2 if isinstance(content, bytes) else 1, _FREE, _FREE, _END, 0]
        self.entries.append(entry)
        if isinstance(content, bytes):
            assert len(content) < 4096
            entry[4:] = [len(self.small_fat), len(content)]
            self.small_fat += _chain(len(self.small_fat), -(-len(content) // 64))
            self.small += _filled(content, 64)
            return number
        following = _FREE
        for child, inner in reversed(content.items()):
            added = self.add(child, inner)
            self.entries[added][2] = following
            following = added
        entry[3] = following
        return number

    def place(self, data: bytes) -> int:
        """Put data into sectors of the file; gives the first."""
        first = len(self.fat)
        self.sectors += _filled(data, SECTOR)
        self.fat += _chain(first, -(-len(data) // SECTOR))
        return first

    def written(self) -> bytes:
        self.entries[0][1] = 5
        self.entries[0][4:] = [self.place(self.small), len(self.small)]
        small_fat = self.place(_filled(struct.pack(f"<{len(self.small_fat)}I", *self.small_fat), SECTOR, b"\xff"))
        directory = self.place(b"".join(_entry(*entry) for entry in self.entries))
        first_fat, count = len(self.fat), len(self.fat) // (SECTOR // 4 - 2) + 1
        self.fat += [_FAT] * count
        table = _filled(struct.pack(f"<{len(self.fat)}I", *self.fat), SECTOR, b"\xff")
        header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
        small_count = -(-len(self.small_fat) * 4 // SECTOR)
        header += struct.pack("<9I", 0, count, directory, 0, 4096, small_fat, small_count, _END, 0)
        header += struct.pack("<109I", *range(first_fat, first_fat + count), *[_FREE] * (109 - count))
        return header + self.sectors + table


def ole(tree: Tree) -> bytes:
    """A compound file that holds these streams and folders."""
    compound = _Compound()
    compound.add("Root Entry", tree)
    return compound.written()


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _END] if count else []


def _filled(data: bytes, size: int, filler: bytes = b"\0") -> bytes:
    return data.ljust(-(-len(data) // size) * size, filler)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + struct.pack("<III", _FREE, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
