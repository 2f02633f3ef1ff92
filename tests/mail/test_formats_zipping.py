"""The zip archives that we write are read by everybody, and by us, byte for byte."""

from __future__ import annotations

import io
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.mail.formats import unzipping
from wiki.mail.formats.budget import Budget, Limits
from wiki.mail.formats.zipping import ZipWriter

WHEN = datetime(2026, 11, 2, 10, 5, 6, tzinfo=UTC)


def pieces(entries: dict[str, bytes], when: datetime | None = WHEN) -> Iterator[bytes]:
    writer = ZipWriter()
    yield from writer.folder("empty/")
    for name, content in entries.items():
        yield from writer.file(name, [content[:7], content[7:]], when)
    yield from writer.end()


def ours(data: bytes) -> dict[str, bytes]:
    stream = io.BytesIO(data)
    budget = Budget(len(data), Limits())
    return {
        each.name: unzipping.opened(stream, each, budget).read()
        for each in unzipping.entries(stream)
        if not each.is_folder
    }


@given(st.dictionaries(st.text("abcäß/ \u4e2d", min_size=1, max_size=20), st.binary(max_size=2_000), max_size=5))
def test_whatever_goes_in_comes_out_by_the_standard_library_and_by_us(entries: dict[str, bytes]) -> None:
    entries = {name.strip("/") or "x": content for name, content in entries.items()}
    data = b"".join(pieces(entries))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if name != "empty/"]
        assert {name: archive.read(name) for name in names} == entries
    assert ours(data) == entries


def test_unzip_takes_it(tmp_path: Path) -> None:
    program = shutil.which("unzip")
    if program is None:
        pytest.skip("unzip is not installed.")
    path = tmp_path / "mail.zip"
    path.write_bytes(b"".join(pieces({"a/b.eml": b"Hello\n" * 1000, "straße.eml": b""})))
    done = subprocess.run([program, "-t", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, "No errors detected" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_same_mail_makes_the_same_archive() -> None:
    assert b"".join(pieces({"a": b"b"})) == b"".join(pieces({"a": b"b"}))


@pytest.mark.parametrize("when", [WHEN, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), None])
def test_the_time_comes_back_to_the_second_and_no_time_comes_back_as_none(when: datetime | None) -> None:
    stream = io.BytesIO(b"".join(pieces({"a": b"b"}, when)))
    assert [each.modified for each in unzipping.entries(stream)] == [None, when]


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_times_that_the_format_does_not_know_are_no_trouble(year: int) -> None:
    stream = io.BytesIO(b"".join(pieces({"a": b"b"}, datetime(year, 1, 1, tzinfo=UTC))))
    assert [each.modified for each in unzipping.entries(stream)] == [None, None]
    with zipfile.ZipFile(stream) as archive:
        assert archive.read("a") == b"b"


def test_an_archive_of_many_entries_is_written_in_constant_memory() -> None:
    writer = ZipWriter()
    tracemalloc.start()
    for number in range(8_000):
        for _ in writer.file(f"2026-11/{number:06}-Minutes of the meeting.eml", [b"Hello"]):
            pass
    before = tracemalloc.get_traced_memory()[0]
    for number in range(8_000, 16_000):
        for _ in writer.file(f"2026-11/{number:06}-Minutes of the meeting.eml", [b"Hello"]):
            pass
    # The directory, until it is large enough for a file; nothing is kept beside it.
    assert tracemalloc.get_traced_memory()[0] - before < 8_000 * 130
    tracemalloc.stop()
    writer.close()


def test_a_large_entry_is_read_back_with_its_size() -> None:
    block = bytes(16 * 1024 * 1024)
    writer = ZipWriter()
    data = io.BytesIO(b"".join([*writer.file("a", (block for _ in range(20)), WHEN), *writer.end()]))
    [entry] = unzipping.entries(data)
    assert (entry.size, entry.name) == (20 * len(block), "a")
    with zipfile.ZipFile(data) as archive:
        assert archive.getinfo("a").file_size == 20 * len(block)
