"""Whole real mailboxes come in, and every message's bytes come back as they were."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import Site
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail import ingest
from wiki.mail.formats import mbox
from wiki.mail.importing import transfer
from wiki.mail.keeping import verification
from wiki.mail.models import Message

PROJECT = Path(__file__).resolve().parents[2]
CORPORA = Path(os.environ.get("POSTROOM_CORPORA", PROJECT.parent / "shared" / "corpora"))
ENVELOPE = b"From corpus@example.org Thu Aug  1 14:45:33 2002\n"
pytestmark = [pytest.mark.corpora, pytest.mark.slow]


def files(archive: str, ending: str) -> Iterator[bytes]:
    path = CORPORA / archive
    if not path.exists():
        pytest.skip(f"{archive} is not here; POSTROOM_CORPORA says where the corpora are.")
    with tarfile.open(path) as opened:
        for member in opened:
            stream = opened.extractfile(member) if member.name.endswith(ending) else None
            if stream is not None:
                yield stream.read()


def import_whole(site: Site, path: Path) -> tuple[int, int, int]:
    with transaction() as session:
        import_id = transfer.begin(session, site.team, path, "a test")
    transfer.run(import_id, Silent())
    with reading() as session:
        done = session.get_one(transfer.MailImport, import_id)
        assert done.error == ""
        return done.archived, done.duplicates, done.set_aside


def hashes_in(path: Path) -> list[str]:
    with path.open("rb") as stream:
        return [hashlib.sha256(entry.content).hexdigest() for entry in mbox.read(stream)]


def assert_all_there(site: Site, wanted: list[str]) -> None:
    with reading() as session:
        rows = session.execute(select(Message.sha256, Message.parsed_version)).all()
    assert {row.sha256 for row in rows} == set(wanted)
    assert all(row.parsed_version > 0 for row in rows)
    assert verification.verify(site.team, Silent()).is_clean


def test_the_whole_spamassassin_corpus(app: Flask, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "spamassassin.mbox"
    with path.open("wb") as stream:
        for content in files("spamassassin.tar.gz", ".eml"):
            stream.write(content if content.startswith(b"From ") else ENVELOPE + content)
            stream.write(b"\n" if content.endswith(b"\n") else b"\n\n")
    wanted = hashes_in(path)
    archived, duplicates, set_aside = import_whole(site, path)
    assert archived + duplicates == len(wanted) == 6046
    assert set_aside == 0
    assert_all_there(site, wanted)


def test_the_whole_ponymail_corpus(app: Flask, site: Site, tmp_path: Path) -> None:
    wanted: list[str] = []
    for number, content in enumerate(files("ponymail.tar.gz", ".mbox")):
        path = tmp_path / f"{number}.mbox"
        path.write_bytes(content)
        found = hashes_in(path)
        assert sum(import_whole(site, path)) == len(found)
        wanted += found
    assert len(wanted) > 2000
    assert_all_there(site, wanted)


def test_a_killed_import_goes_on_where_it_was(
    app: Flask, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH_MESSAGES", 100)
    content = next(iter(files("ponymail.tar.gz", "maven-dev-2017-12-listsao.mbox")))
    path = tmp_path / "list.mbox"
    path.write_bytes(content)
    with transaction() as session:
        import_id = transfer.begin(session, site.team, path, "a test")

    class Killed(BaseException):
        pass

    class Impatient:
        def tell(self, done: int, total: int | None = None) -> None:
            raise Killed

    with pytest.raises(Killed):
        transfer.run(import_id, Impatient())
    with reading() as session:
        assert 0 < session.get_one(transfer.MailImport, import_id).offset < len(content)
    transfer.run(import_id, Silent())
    with reading() as session:
        done = session.get_one(transfer.MailImport, import_id)
        assert done.archived + done.duplicates == len(hashes_in(path))
    # What was archived and not parsed when it was killed is found by the job for that.
    monkeypatch.setattr(ingest, "LEFT_ALONE", timedelta())
    while ingest.digest_left_over():
        pass
    assert_all_there(site, hashes_in(path))
