"""Archives that were cut or damaged: the mail before the damage comes in, and the import says that more is missing."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.mail.packing import note, raw_zip, tarred, zipped
from tests.mail.test_import_hostile import notes, run
from tests.people import Person, Site
from wiki.db import reading
from wiki.mail.models import MailImport, Message

FIVE = tarred({f"{number}.eml": note(number) for number in range(5)})
THIRD = 4 * tarfile.BLOCKSIZE
"""Where the header of the third of five letters begins: each has a block for it and one for itself."""


def imported(space_id: int, path: Path, data: bytes) -> tuple[int, str, list[str | None]]:
    path.write_bytes(data)
    import_id = run(space_id, path)
    with reading() as session:
        done = session.get_one(MailImport, import_id)
        assert done.finished_at is not None
        subjects = session.scalars(select(Message.subject).order_by(Message.subject)).all()
        return done.set_aside, done.error, list(subjects)


def with_size(size: str) -> bytes:
    """Three letters, of which the second claims another size in an extended header."""
    members = [(tarfile.TarInfo(f"{number}.eml"), note(number)) for number in range(3)]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, content in members:
            member.size = len(content)
            member.pax_headers = {"size": size} if member.name == "1.eml" else {}
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


DAMAGED = {
    "cut behind a letter": FIVE[:THIRD],
    "cut in a header": FIVE[: THIRD + 100],
    "cut in a letter": FIVE[: THIRD - 400],
    "a flipped bit in a header": FIVE[: THIRD + 20] + b"\x01" + FIVE[THIRD + 21 :],
    "a header of zeros": FIVE[:THIRD] + bytes(512) + FIVE[THIRD + 512 :],
    "a hole of zeros": FIVE[:THIRD] + bytes(2048) + FIVE[THIRD + 2048 :],
    "another archive behind it": tarred({"0.eml": note(0), "1.eml": note(1)}) + FIVE,
    "a letter of less than no bytes": with_size("-5"),
    "a letter beyond all bounds": with_size("9" * 23),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_tar_that_cannot_be_read_to_its_end_says_so(site: Site, tmp_path: Path, kind: str) -> None:
    _, error, subjects = imported(site.team, tmp_path / "old.tar", DAMAGED[kind])

    assert subjects in (["Note 0"], ["Note 0", "Note 1"])
    assert error.startswith("It is damaged")
    assert error.endswith("What could be read before is archived.")


@pytest.mark.parametrize("zeros", [512, 1024, 100 * 512])
def test_a_tar_ends_with_zeros_however_many(site: Site, tmp_path: Path, zeros: int) -> None:
    whole = FIVE[: 10 * tarfile.BLOCKSIZE] + bytes(zeros)

    assert imported(site.team, tmp_path / "old.tar", whole) == (0, "", [f"Note {number}" for number in range(5)])


def test_a_cut_tar_in_an_archive_is_named_and_counted_and_what_stands_behind_it_comes_in(
    site: Site, tmp_path: Path
) -> None:
    outer = zipped({"inner.tar": FIVE[:THIRD], "later.eml": note(7)})

    assert imported(site.team, tmp_path / "old.zip", outer) == (1, "", ["Note 0", "Note 1", "Note 7"])
    assert notes(1) == [
        "inner.tar: It is damaged or incomplete: of its entries only the first 2 can be read."
    ]  # fmt: skip


def counting(count: int) -> bytes:
    """A zip archive of five letters that says how many entries it has."""
    data = bytearray(zipped({f"{number}.eml": note(number) for number in range(5)}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 8 : at + 12] = count.to_bytes(2, "little") * 2
    return bytes(data)


def test_a_zip_that_counts_fewer_letters_than_it_holds_loses_none_and_says_that_it_is_damaged(
    site: Site, tmp_path: Path
) -> None:
    _, error, subjects = imported(site.team, tmp_path / "old.zip", counting(2))

    assert subjects == [f"Note {number}" for number in range(5)]
    assert error.startswith("It is damaged: the number of its entries, 5, is not the one that it gives itself.")


def test_a_zip_of_more_letters_than_sixteen_bits_count_is_read_whole(site: Site, tmp_path: Path) -> None:
    one = zipped({"note.eml": note(1)})
    begin, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    folder = raw_zip([(b"f/", b"", {})])
    folder_begin, folder_end = folder.index(b"PK\x01\x02"), folder.index(b"PK\x05\x06")
    folders = folder[folder_begin:folder_end] * 65_536
    tail = bytearray(one[end:])
    tail[12:16] = (len(folders) + end - begin).to_bytes(4, "little")  # and the count still says 1

    assert imported(site.team, tmp_path / "old.zip", one[:begin] + folders + one[begin:end] + tail) == (
        0,
        "",
        ["Note 1"],
    )


@pytest.mark.parametrize("position", [10_000, 2**62, 2**63, 2**64 - 1])
def test_an_entry_that_lies_behind_the_end_of_its_zip_is_refused_and_the_others_come_in(
    alice: Person, site: Site, tmp_path: Path, position: int
) -> None:
    data = raw_zip(
        [(b"good.eml", note(1), {}), (b"bad.eml", note(9), {"position": position}), (b"later.eml", note(2), {})]
    )

    assert imported(site.team, tmp_path / "old.zip", data) == (1, "", ["Note 1", "Note 2"])
    assert notes(1) == ["bad.eml: It is damaged: its bytes are not where the directory says."]


def test_the_last_entry_of_a_zip_may_be_the_refused_one(site: Site, tmp_path: Path) -> None:
    data = raw_zip([(b"good.eml", note(1), {}), (b"bad.eml", note(9), {"position": 2**64 - 1})])

    assert imported(site.team, tmp_path / "old.zip", data) == (1, "", ["Note 1"])


def test_a_directory_that_is_said_to_lie_beyond_all_bounds_is_a_sentence(site: Site, tmp_path: Path) -> None:
    whole = zipped({"good.eml": note(1)})
    end = whole.index(b"PK\x05\x06")
    locator = b"PK\x06\x07" + bytes(4) + (2**63).to_bytes(8, "little") + (1).to_bytes(4, "little")
    tail = bytearray(whole[end:])
    tail[8:12] = b"\xff" * 4

    _, error, subjects = imported(site.team, tmp_path / "old.zip", whole[:end] + locator + tail)
    assert (subjects, "directory of the archive cannot be read" in error) == ([], True)
