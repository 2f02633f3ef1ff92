"""Archives that were made to do harm: each entry is refused and named, and the mail beside it comes in.

Each is refused, named and counted (docs/reliability.md, section 4).
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.packing import mailbox, note, raw_zip, special, tar_of, tarred, zipped
from tests.mail.screens import IMPORTS
from tests.people import Person, Site
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail.importing import transfer
from wiki.mail.importing.models import ImportNote
from wiki.mail.models import MailImport, Message, SetAside

GOOD = note(1)


def member(name: str, content: bytes = note(9)) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.size = len(content)
    return made, content


def zip_with(name: bytes, content: bytes = note(9), **lies: int) -> bytes:
    return raw_zip([(b"good.eml", GOOD, {}), (name, content, lies), (b"later.eml", note(2), {})])


def tar_with(hostile: tuple[tarfile.TarInfo, bytes]) -> bytes:
    return tar_of(member("good.eml", GOOD), hostile, member("later.eml", note(2)))


def zip_bomb(megabytes: int) -> bytes:
    """Zeros, many megabytes in a few kilobytes, behind the beginning of a mailbox."""
    content = mailbox(note(9)) + bytes(megabytes * 1024 * 1024)
    return zipped({"good.eml": GOOD, "bomb": content, "later.eml": note(2)})


def nested(times: int) -> bytes:
    data = zipped({"deep.eml": note(9)})
    for _ in range(times):
        data = zipped({"inner.zip": data})
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return zipped({"good.eml": GOOD, "inner.zip": opened.read("inner.zip"), "later.eml": note(2)})


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip: up and out": lambda: zip_with(b"../../../../tmp/postroom-was-here.eml"),
    "zip: up from inside": lambda: zip_with(b"mail/../../../postroom-was-here.eml"),
    "zip: absolute": lambda: zip_with(b"/tmp/postroom-was-here.eml"),
    "zip: a drive": lambda: zip_with(b"C:/postroom-was-here.eml"),
    "zip: backslashes": lambda: zip_with(b"..\\..\\postroom-was-here.eml"),
    "zip: a share": lambda: zip_with(b"\\\\server\\share\\postroom-was-here.eml"),
    "zip: a NUL in the name": lambda: zip_with(b"postroom-was-here.eml\0.txt"),
    "zip: only dots": lambda: zip_with(b".."),
    "zip: a name without end": lambda: zip_with(b"a" * 60_000 + b".eml"),
    "zip: a link": lambda: zip_with(b"link.eml", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
    "zip: a device": lambda: zip_with(b"device.eml", mode=stat.S_IFCHR | 0o666),
    "zip: a pipe": lambda: zip_with(b"pipe.eml", mode=stat.S_IFIFO | 0o666),
    "zip: encrypted": lambda: zip_with(b"secret.eml", flags=1),
    "zip: an unknown way of packing": lambda: zip_with(b"packed.eml", method=99),
    "zip: a lie about the size": lambda: zip_with(b"liar.eml", size=1),
    "zip: a bomb": lambda: zip_bomb(40),
    "zip: archives in archives in archives": lambda: nested(3),
    "tar: up and out": lambda: tar_with(member("../../../../tmp/postroom-was-here.eml")),
    "tar: absolute": lambda: tar_with(member("/tmp/postroom-was-here.eml")),
    "tar: a link": lambda: tar_with(special("link.eml", tarfile.SYMTYPE, "/etc/passwd")),
    "tar: a link as a folder": lambda: tar_with(special("folder/", tarfile.SYMTYPE, "/tmp")),
    "tar: a hard link": lambda: tar_with(special("hard.eml", tarfile.LNKTYPE, "/etc/passwd")),
    "tar: a device": lambda: tar_with(special("device.eml", tarfile.CHRTYPE)),
    "tar: a pipe": lambda: tar_with(special("pipe.eml", tarfile.FIFOTYPE)),
    "tar: a file with holes": lambda: tar_with(special("holes.eml", tarfile.GNUTYPE_SPARSE)),
}


def run(space_id: int, path: Path, filename: str = "") -> int:
    with transaction() as session:
        import_id = transfer.begin(session, space_id, path, "a test", filename=filename)
    transfer.run(import_id, Silent())
    return import_id


def notes(import_id: int) -> list[str]:
    with reading() as session:
        wanted = select(ImportNote.name, ImportNote.reason).where(ImportNote.import_id == import_id)
        return [f"{name}: {reason}" for name, reason in session.execute(wanted)]


def everything_below(path: Path) -> set[str]:
    return {str(each) for each in path.rglob("*") if "blobs" not in each.parts and "postroom" not in each.name}


def test_the_set_is_complete() -> None:
    assert len(HOSTILE) == 25


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_may_do_harm_is_refused_named_and_counted_and_the_rest_comes_in(
    app: Flask, site: Site, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(HOSTILE[kind]())
    before = everything_below(tmp_path) | {str(app.config["DATA"] / "uploads"), str(app.config["DATA"] / "locks")}

    import_id = run(site.team, path)

    with reading() as session:
        done = session.get_one(MailImport, import_id)
        assert (done.error, done.set_aside) == ("", 1)
        subjects = session.scalars(select(Message.subject).order_by(Message.subject)).all()
    assert [each for each in subjects if each != "Note 9"] == ["Note 1", "Note 2"]
    # Of a bomb the mail before the nothing is mail as any other.
    assert "Note 9" not in subjects or kind == "zip: a bomb"
    [named] = notes(import_id)
    assert named.endswith(".")
    assert "\0" not in named
    assert not Path("/tmp/postroom-was-here.eml").exists()
    after = {each for each in everything_below(tmp_path) - before if "/locks/" not in each}
    assert after == set()


def test_the_page_names_what_was_refused(app: Flask, alice: Person, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "mail.zip"
    path.write_bytes(
        raw_zip([(b"../<b>x</b>\x1b[2J.eml", note(1), {}), (b"a.txt", b"no mail", {}), (b"b.eml", note(2), {})])
    )
    run(site.team, path)

    page = alice.client.get(IMPORTS).text
    assert "1 not taken, 1 file without mail" in page
    assert "../&lt;b&gt;x&lt;/b&gt;" in page
    assert "Its name leads out of the archive." in page
    assert "It holds no mail." in page
    assert "\x1b" not in page


def test_links_in_a_folder_on_the_server_are_not_followed(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "secret.eml").write_bytes(note(9))
    allowed = tmp_path / "allowed"
    (allowed / "cur").mkdir(parents=True)
    (allowed / "cur" / "1").write_bytes(note(1))
    (allowed / "cur" / "2").symlink_to(secret / "secret.eml")
    (allowed / "folder").symlink_to(secret)
    os.mkfifo(allowed / "pipe")
    import_id = run(site.team, allowed)

    assert notes(import_id) == [
        "cur/2: It is a symbolic link.", "folder: It is a symbolic link.", "pipe: It is a device, and no file.",
    ]  # fmt: skip
    with reading() as session:
        assert session.scalars(select(Message.subject)).all() == ["Note 1"]


def test_a_path_that_became_a_link_since_it_was_allowed_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret.mbox").write_bytes(mailbox(note(9)))
    path = tmp_path / "allowed.mbox"
    path.write_bytes(mailbox(note(1)))
    with transaction() as session:
        import_id = transfer.begin(session, site.team, path, "alice")
    path.unlink()
    path.symlink_to(tmp_path / "secret.mbox")

    assert "leads elsewhere" in transfer.run(import_id, Silent())
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_many_entries_that_name_the_same_bytes_are_bounded(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wiki.mail.formats.budget.SMALL_FILE", 2_000_000)
    one = zipped({"a": mailbox(*(note(number, b"x" * 900 + b"\n") for number in range(1000)))})
    at = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    directory = one[at:end] * 300
    tail = bytearray(one[end:])
    tail[8:12] = (300).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    path = tmp_path / "overlapping.zip"
    path.write_bytes(one[:at] + directory + tail)

    run(site.team, path)
    with reading() as session:
        [done] = session.scalars(select(MailImport))
        assert done.archived == 1000
        assert done.set_aside > 200


def test_a_message_that_is_too_large_is_set_aside_and_shown_with_the_others(
    app: Flask, alice: Person, site: Site, tmp_path: Path
) -> None:
    app.config["MAIL_MAX_MESSAGE_MB"] = 1
    path = tmp_path / "mail.mbox"
    path.write_bytes(mailbox(note(1), note(9, b"x\n" * 700_000), note(2)))
    run(site.team, path, "old.mbox")

    with reading() as session:
        [kept] = session.scalars(select(SetAside))
        [done] = session.scalars(select(MailImport))
        assert (done.archived, done.set_aside, done.error) == (2, 1, "")
        assert kept.source.startswith("old.mbox: byte 1")
        assert kept.size > 1_400_000
    assert "1,400,0" in alice.client.get("/spaces/TEAM/mail/set-aside").text


def test_what_holds_no_mail_is_a_sentence_and_stores_nothing(site: Site, tmp_path: Path) -> None:
    for name, data in (
        ("empty.zip", zipped({})),
        ("photos.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n"})),
        ("a.tar", tarred({"a.txt": b"hello"})),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        run(site.team, path)
    with reading() as session:
        errors = session.scalars(select(MailImport.error)).all()
        assert errors == ["There is no mail in it."] * 3
        assert session.scalar(select(func.count()).select_from(Message)) == 0
