"""Whatever people keep mail in comes apart into its messages, and reading goes on from everywhere."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.packing import ENVELOPE, mailbox, note, raw_zip, tarred, zipped
from wiki.mail.formats import sources
from wiki.mail.formats.budget import Limits
from wiki.mail.formats.found import Fate, Found, NotMail, Position
from wiki.mail.formats.packed import Damaged

NOTES = [note(number) for number in range(6)]
SMALL = Limits(message=10_000)


def found(path: Path, name: str = "", resume: Position = (), limits: Limits = SMALL) -> list[Found]:
    return list(sources.read(path, name or path.name, resume, limits))


def messages(path: Path, name: str = "", resume: Position = ()) -> list[bytes]:
    everything = found(path, name, resume)
    assert [each.reason for each in everything if each.fate is Fate.REFUSED] == []
    return [each.content for each in everything if each.fate is Fate.MESSAGE]


def put(folder: Path, content: bytes, name: str = "source") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


MIXED = {
    "Mail/Inbox": mailbox(*NOTES[:2]),
    "Mail/Inbox.msf": b"// <!-- <mdb:mork:z v=\"1.4\"/> -->",
    "Mail/Empty": b"",
    "letters/one.eml": NOTES[2],
    "Maildir/cur/1700000000.M1.host:2,S": NOTES[3],
    "Maildir/.Sent/new/1700000001.M2.host": NOTES[4],
    "Maildir/tmp/1700000002.M3.host": b"From: half a letter",
    "__MACOSX/letters/._one.eml": b"\0\5\x16\7",
    "notes.txt": b"not mail\n",
    "packed.mbox.gz": gzip.compress(mailbox(NOTES[5])),
}  # fmt: skip


def as_folder(folder: Path) -> Path:
    for name, content in MIXED.items():
        put(folder / "mixed", content, name)
    return folder / "mixed"


@pytest.mark.parametrize(
    "kind", ["folder", "zip", "stored zip", "tar", "tar.gz", "tar.xz", "zip of a zip", "zip of a tar.bz2"]
)
def test_a_mixture_of_all_there_is_comes_apart_in_every_wrapping(tmp_path: Path, kind: str) -> None:
    made = {
        "zip": lambda: zipped(MIXED),
        "stored zip": lambda: zipped(MIXED, zipfile.ZIP_STORED),
        "tar": lambda: tarred(MIXED),
        "tar.gz": lambda: tarred(MIXED, "w:gz"),
        "tar.xz": lambda: tarred(MIXED, "w:xz"),
        "zip of a zip": lambda: zipped({"inner.zip": zipped(MIXED)}),
        "zip of a tar.bz2": lambda: zipped({"inner.tar.bz2": tarred(MIXED, "w:bz2")}),
    }
    path = as_folder(tmp_path) if kind == "folder" else put(tmp_path, made[kind]())

    everything = found(path)

    assert sorted(each.content for each in everything if each.fate is Fate.MESSAGE) == NOTES
    others = [(each.fate, each.name.rpartition(": ")[2]) for each in everything if each.fate is not Fate.MESSAGE]
    assert sorted(others) == [(Fate.PASSED_OVER, "Mail/Inbox.msf"), (Fate.PASSED_OVER, "notes.txt")]


@pytest.mark.parametrize("kind", ["mbox", "mbox.gz", "folder", "zip", "tar.gz", "zip of a zip"])
def test_reading_goes_on_behind_any_message(tmp_path: Path, kind: str) -> None:
    made = {
        "mbox": lambda: mailbox(*NOTES),
        "mbox.gz": lambda: gzip.compress(mailbox(*NOTES)),
        "zip": lambda: zipped(MIXED),
        "tar.gz": lambda: tarred(MIXED, "w:gz"),
        "zip of a zip": lambda: zipped({"a.eml": note(7), "inner.zip": zipped(MIXED), "b.eml": note(8)}),
    }
    path = as_folder(tmp_path) if kind == "folder" else put(tmp_path, made[kind]())
    everything = found(path)
    contents = [each.content for each in everything]
    for number, each in enumerate(everything):
        rest = found(path, resume=each.position)
        assert [after.content for after in rest] == contents[number + 1 :]
        assert [after.position for after in rest] == [after.position for after in everything[number + 1 :]]


def test_a_folder_that_changes_meanwhile_is_gone_on_with_by_name(tmp_path: Path) -> None:
    for number in (2, 4, 6):
        put(tmp_path / "cur", note(number), f"{number}:2,")
    first = next(sources.read(tmp_path, "x", (), SMALL))
    (tmp_path / "cur" / "2:2,").unlink()
    put(tmp_path / "cur", note(1), "1:2,")
    assert messages(tmp_path, resume=first.position) == [note(4), note(6)]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_mailbox_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path, pack: object) -> None:
    path = put(tmp_path, pack(mailbox(*NOTES)), "old mail")  # type: ignore[operator]
    assert messages(path) == NOTES


def test_several_packed_streams_one_after_another_are_one_mailbox(tmp_path: Path) -> None:
    halves = mailbox(*NOTES[:3]), mailbox(*NOTES[3:])
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert messages(put(tmp_path, b"".join(map(pack, halves)))) == NOTES


def test_a_letter_keeps_its_exact_bytes_even_if_it_begins_like_a_mailbox(tmp_path: Path) -> None:
    letter = ENVELOPE + NOTES[0] + b"\n\n" + ENVELOPE + NOTES[1] + b"\n"
    for path in (
        put(tmp_path, letter, "a.eml"),
        put(tmp_path, gzip.compress(letter, mtime=0), "a.eml.gz"),
        put(tmp_path, zipped({"x/a.EML": letter}), "a.zip"),
        put(tmp_path / "m" / "cur", letter, "1").parents[1],
        put(tmp_path / "n" / "cur", gzip.compress(letter, mtime=0), "1:2,Z").parents[1],
    ):
        assert messages(path) == [letter]


def test_mail_without_an_ending_is_known_by_its_header(tmp_path: Path) -> None:
    assert messages(put(tmp_path, NOTES[0], "17")) == [NOTES[0]]
    assert messages(put(tmp_path, b"\r\nReturn-Path: <>\r\nX: y\r\n\r\nHello", "18")) != []


def test_in_a_maildir_the_time_of_the_file_is_that_of_the_delivery(tmp_path: Path) -> None:
    path = put(tmp_path / "cur", NOTES[0], "1:2,")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    os.utime(put(tmp_path / "other", NOTES[1], "1.eml"), (1_700_000_000, 1_700_000_000))
    delivered = {each.content: each.internal_date for each in found(tmp_path)}
    assert delivered[NOTES[0]] is not None
    assert delivered[NOTES[0]].timestamp() == 1_700_000_000
    assert delivered[NOTES[1]] is None


def test_names_of_any_bytes_are_walked(tmp_path: Path) -> None:
    put(tmp_path, NOTES[0], os.fsdecode(b"caf\xe9\xff.eml"))
    put(tmp_path, NOTES[1], "\u202egpj.eml")
    everything = found(tmp_path)
    assert [each.content for each in everything] == [NOTES[0], NOTES[1]]
    assert [each.name.encode() for each in everything]
    assert found(tmp_path, resume=everything[0].position) == everything[1:]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n"), ("a.txt", b"Shopping: milk\nbread\n"), ("a.mbox", b""), ("a.eml", b"\0"),
        ("a.mbox", b"From here to there\nit is far.\n"), ("a", b"\n" * 9000),
        ("a.gz", gzip.compress(b"nothing", mtime=0)),  # or each process would call the test by another name
        ("a.pdf", b"%PDF-1.7\n"), ("a.mbox.xz", lzma.compress(b"")),
    ],
)  # fmt: skip
def test_what_is_no_mailbox_is_refused_in_a_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(NotMail, match=r"\.$"):
        found(put(tmp_path, data, name))


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "tar.gz", "tar", "zip"])
def test_of_what_is_cut_off_everything_before_the_cut_is_read(tmp_path: Path, kind: str) -> None:
    letters = [note(number, os.urandom(9_000).hex().encode() + b"\n") for number in range(40)]
    whole = {
        "gz": lambda: gzip.compress(mailbox(*letters), 0),
        "bz2": lambda: bz2.compress(mailbox(*letters), 1),
        "xz": lambda: lzma.compress(mailbox(*letters), preset=0),
        "tar.gz": lambda: gzip.compress(tarred({f"{n}.eml": each for n, each in enumerate(letters)}), 0),
        "tar": lambda: tarred({f"{n}.eml": each for n, each in enumerate(letters)}),
        "zip": lambda: zipped({f"{n}.eml": each for n, each in enumerate(letters)}),
    }[kind]()
    path = put(tmp_path, whole[: len(whole) * 9 // 10])
    read: list[Found] = []
    with pytest.raises(Damaged, match=r"\.$"):
        for each in sources.read(path, "x", (), Limits()):
            read.append(each)  # noqa: PERF402 - what came before the damage must stay
    # The directory of a zip stands at its end: without it there is nothing to go by.
    whole_ones = [each.content for each in read if each.fate is Fate.MESSAGE]
    assert whole_ones == letters[: len(whole_ones)]
    assert bool(whole_ones) == (kind != "zip")


def test_one_damaged_entry_does_not_harm_the_others(tmp_path: Path) -> None:
    data = raw_zip(
        [
            (b"a.eml", NOTES[0], {}),
            (b"b.eml", NOTES[1], {"crc": 1}),
            (b"c.eml", NOTES[2], {"size": 9}),
            (b"d.eml", b"\xff" * 30, {"method": 8}),
            (b"e.eml", NOTES[3], {}),
        ]
    )
    everything = found(put(tmp_path, data))
    assert [(each.name, each.fate) for each in everything] == [
        ("a.eml", Fate.MESSAGE), ("b.eml", Fate.REFUSED), ("c.eml", Fate.REFUSED), ("d.eml", Fate.REFUSED),
        ("e.eml", Fate.MESSAGE),
    ]  # fmt: skip
    assert all("damaged" in each.reason for each in everything if each.fate is Fate.REFUSED)


def test_a_message_that_is_too_large_is_set_aside_wherever_it_stands(tmp_path: Path) -> None:
    large = note(9, b"x" * 20_000 + b"\n")
    for path in (
        put(tmp_path, mailbox(NOTES[0], large, NOTES[1]), "a"),
        put(tmp_path, zipped({"0.eml": NOTES[0], "1.eml": large, "2.eml": NOTES[1]}), "b"),
        put(tmp_path, tarred({"m": mailbox(NOTES[0], large), "n": mailbox(NOTES[1])}), "c"),
    ):
        fates = [(each.fate, each.content) for each in found(path)]
        assert fates == [(Fate.MESSAGE, NOTES[0]), (Fate.SET_ASIDE, b""), (Fate.MESSAGE, NOTES[1])]
        assert ["20,0" in each.reason for each in found(path)] == [False, True, False]


def test_an_archive_of_many_messages_is_read_in_the_memory_of_a_few(tmp_path: Path) -> None:
    path = put(tmp_path, raw_zip((b"%d.eml" % number, b"a: b", {}) for number in range(5_000)))
    tracemalloc.start()
    assert sum(each.fate is Fate.MESSAGE for each in sources.read(path, "x", (), SMALL)) == 5_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000


def test_a_zip_of_more_than_65535_entries_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(65_600):
            archive.writestr(f"{number}.eml", b"a: b")
    reader = sources.read(tmp_path / "many.zip", "x", (65_590,), SMALL)
    assert [each.content for each in reader] == [b"a: b"] * 10


@settings(max_examples=60)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"From a\n"]),
)
def test_no_file_makes_the_reader_stumble(tmp_path_factory: pytest.TempPathFactory, data: bytes, begin: bytes) -> None:
    path = put(tmp_path_factory.mktemp("any"), begin + data)
    try:
        found(path)
    except (NotMail, Damaged):
        return


@settings(max_examples=60)
@given(st.integers(0, 3_000), st.integers(0, 255), st.sampled_from(["zip", "tar", "tar.gz"]))
def test_one_wrong_byte_in_an_archive_never_makes_the_reader_stumble(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int, kind: str
) -> None:
    data = bytearray({"zip": zipped, "tar": tarred, "tar.gz": lambda each: tarred(each, "w:gz")}[kind](MIXED))
    data[place % len(data)] = value
    try:
        found(put(tmp_path_factory.mktemp("any"), bytes(data)))
    except (NotMail, Damaged):
        return


def test_a_tar_whose_names_are_gigabytes_is_refused_and_not_read_into_memory(tmp_path: Path) -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 300_000_000
    path = put(tmp_path, gzip.compress(member.tobuf() + b"a" * 30_000_000))
    tracemalloc.start()
    with pytest.raises(Damaged):
        found(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_what_is_read_is_at_any_time_known_in_bytes(tmp_path: Path) -> None:
    path = put(tmp_path, mailbox(*NOTES))
    done = [each.done for each in found(path)]
    assert done == sorted(done)
    assert done[-1] == path.stat().st_size
    folder = as_folder(tmp_path)
    done = [each.done for each in found(folder)]
    assert done == sorted(done)
