"""Archives for tests, as honest programs write them and as people write them who mean harm."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping

ENVELOPE = b"From ann@example.org Mon Nov  2 10:05:06 2026\n"


def note(number: int, body: bytes = b"Hello.\n") -> bytes:
    """A small message, another one for each number."""
    return b"From: ann@example.org\nSubject: Note %d\nMessage-ID: <note-%d@x>\n\n" % (number, number) + body


def mailbox(*letters: bytes) -> bytes:
    """An mbox file."""
    return b"".join(ENVELOPE + letter + b"\n" for letter in letters)


def zipped(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def raw_zip(entries: Iterable[tuple[bytes, bytes, Mapping[str, int]]]) -> bytes:
    """A zip archive whose names are any bytes.

    ``flags``, ``method``, ``mode``, ``crc``, ``size`` and ``position`` may be lies.
    """
    body, directory = b"", b""
    count = 0
    for name, content, lies in entries:
        flags, method = lies.get("flags", 0), lies.get("method", 0)
        crc, size = lies.get("crc", zlib.crc32(content)), lies.get("size", len(content))
        sizes = (crc, lies.get("packed", len(content)), size)
        fields = struct.pack("<5H3LH", 20, flags, method, 0, 0x21, *sizes, len(name))
        extra, position = b"", len(body)
        if "position" in lies:
            extra, position = struct.pack("<HHQ", 1, 8, lies["position"]), 0xFFFFFFFF
        directory += b"PK\x01\x02" + struct.pack("<H", (3 << 8) | 20) + fields
        directory += struct.pack("<4HLL", len(extra), 0, 0, 0, lies.get("mode", stat.S_IFREG | 0o644) << 16, position)
        directory += name + extra
        body += b"PK\x03\x04" + fields + struct.pack("<H", 0) + name + content
        count += 1
    end = struct.pack("<4HLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def tarred(entries: Mapping[str, bytes], mode: str = "w") -> bytes:
    """A tar archive, packed if the mode says so."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar archive of exactly these members."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """A member of a tar archive that is no file."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""
