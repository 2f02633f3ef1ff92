"""Alice imports a mailbox file: one she uploads, or one that lies in a folder allowed for it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.mail.screens import IMPORTS
from tests.people import Person, Site
from wiki import clock
from wiki.db import transaction
from wiki.errors import Invalid, NotAllowed
from wiki.extensions import db
from wiki.jobs.models import JobRequest, RequestState
from wiki.jobs.progress import Silent
from wiki.mail.importing import service as importing
from wiki.mail.importing import transfer
from wiki.mail.importing.service import MailboxFile
from wiki.mail.models import MailImport, Message
from wiki.spaces.models import Space

MBOX = (
    b"From ann@example.org Mon Nov  2 09:00:00 2026\n"
    b"From: ann@example.org\nSubject: First\nMessage-ID: <1@x>\n\nHello.\n\n"
    b"From ann@example.org Mon Nov  2 10:00:00 2026\n"
    b"From: ann@example.org\nSubject: Second\nMessage-ID: <2@x>\n\nHello again.\n"
)


def imports() -> list[MailImport]:
    return list(db.session.scalars(select(MailImport).order_by(MailImport.id)))


def uploads(app: Flask) -> list[Path]:
    folder = app.config["DATA"] / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []


def upload(person: Person, content: bytes = MBOX, name: str = "old.mbox", **fields: str) -> TestResponse:
    return person.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(content), name), **fields})


def test_an_uploaded_file_is_kept_and_handed_to_the_worker(app: Flask, alice: Person) -> None:
    answer = alice.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(MBOX), "old.mbox")})

    assert (answer.status_code, answer.location) == (303, IMPORTS)
    [entry] = imports()
    [kept] = uploads(app)
    assert (entry.filename, entry.path, entry.is_upload, entry.size) == ("old.mbox", str(kept), True, len(MBOX))
    assert kept.read_bytes() == MBOX
    [request] = db.session.scalars(select(JobRequest))
    assert (request.job, request.subject) == ("mail.import", f"mail-import:{entry.id}")
    assert request.arguments == {"import_id": entry.id}


def test_the_uploaded_mail_is_in_the_archive_after_the_worker_has_run(app: Flask, alice: Person, site: Site) -> None:
    upload(alice)
    [entry] = imports()
    db.session.rollback()

    transfer.run(entry.id, Silent())

    assert sorted(db.session.scalars(select(Message.subject))) == ["First", "Second"]
    page = alice.client.get(IMPORTS).text
    assert "old.mbox" in page
    assert "Done" in page
    assert uploads(app) == []


def test_a_large_file_is_streamed_into_one_file(app: Flask, alice: Person) -> None:
    content = MBOX * 40_000
    # Built by hand: the test client would leave a large body of its own in an open file.
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="big.mbox"\r\n\r\n'
    body = head + content + b"\r\n--edge--\r\n"
    answer = alice.client.post(f"{IMPORTS}/upload", data=body, content_type="multipart/form-data; boundary=edge")

    assert answer.status_code == 303

    [kept] = uploads(app)
    assert kept.stat().st_size == len(content) > 8_000_000


def test_a_form_without_a_file_or_with_an_empty_one_is_refused(app: Flask, alice: Person) -> None:
    for data in ({}, {"file": (BytesIO(b""), "")}, {"file": "text"}, {"file": (BytesIO(b""), "empty.mbox")}):
        answer = alice.client.post(f"{IMPORTS}/upload", data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert 'id="file-error"' in answer.text
    assert uploads(app) == []
    assert imports() == []


def test_what_is_too_large_is_refused_and_not_kept(app: Flask, alice: Person) -> None:
    app.config["MAX_UPLOAD_LENGTH"] = 100_000

    answer = alice.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(b"x" * 200_000), "big.mbox")})

    assert answer.status_code == 413
    assert uploads(app) == []


def test_an_upload_without_its_token_is_refused_and_not_kept(app: Flask, alice: Person) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    for fields in ({}, {"csrf_token": "made up"}):
        answer = alice.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(MBOX), "old.mbox"), **fields})
        assert answer.status_code == 400
    assert uploads(app) == []
    page = alice.client.get(IMPORTS).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = alice.client.post(f"{IMPORTS}/upload", data={"csrf_token": token, "file": (BytesIO(MBOX), "old.mbox")})
    assert answer.status_code == 303


def test_who_may_not_import_cannot_even_send_the_file(app: Flask, bob: Person, charlie: Person) -> None:
    assert bob.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(MBOX), "a")}).status_code == 403
    assert charlie.client.post(f"{IMPORTS}/upload", data={"file": (BytesIO(MBOX), "a")}).status_code == 404
    assert uploads(app) == []


def test_other_files_of_the_same_form_are_not_kept(app: Flask, alice: Person) -> None:
    data = {"file": (BytesIO(MBOX), "old.mbox"), "other": (BytesIO(b"y" * 9), "other")}
    alice.client.post(f"{IMPORTS}/upload", data=data)

    assert len(uploads(app)) == 1


@pytest.mark.parametrize(
    "name", ["../../evil.mbox", "a\0b.mbox", "<script>alert(1)</script>.mbox", "..", "\u202e.mbox"]
)
def test_the_name_of_an_upload_is_only_for_reading(app: Flask, alice: Person, name: str) -> None:
    upload(alice, name=name)

    [entry] = imports()
    [kept] = uploads(app)
    assert kept.parent == app.config["DATA"] / "uploads"
    assert not set(entry.filename) & set("/\\<>\0\u202e")
    assert "<script>alert" not in alice.client.get(IMPORTS).text


def test_a_file_in_an_allowed_folder_is_imported_where_it_lies(app: Flask, alice: Person, tmp_path: Path) -> None:
    app.config["IMPORT_FOLDERS"] = (tmp_path / "allowed",)
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "list.mbox").write_bytes(MBOX)

    answer = alice.client.post(IMPORTS, data={"path": f"{tmp_path}/allowed/list.mbox"})

    assert answer.status_code == 303
    [entry] = imports()
    assert (entry.filename, entry.is_upload) == ("list.mbox", False)
    assert Path(entry.path).read_bytes() == MBOX


def test_no_path_leads_out_of_the_allowed_folders(app: Flask, alice: Person, tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret.mbox"
    app.config["IMPORT_FOLDERS"] = (allowed,)
    (tmp_path / "allowed-not").mkdir()
    (tmp_path / "allowed-not" / "a.mbox").write_bytes(MBOX)
    allowed.mkdir()
    secret.write_bytes(MBOX)
    (allowed / "link.mbox").symlink_to(secret)
    (allowed / "folder").symlink_to(tmp_path)
    (allowed / "circle").symlink_to(allowed / "circle")
    for typed in (
        str(secret), f"{allowed}/../secret.mbox", f"{allowed}/link.mbox", f"{allowed}/folder/secret.mbox",
        f"{allowed}/circle", f"{allowed}/absent.mbox", f"{allowed}", f"{tmp_path}/allowed-not/a.mbox", "a\0b",
        "/etc/passwd", "x" * 3999, "~/x", "",
    ):  # fmt: skip
        assert alice.client.post(IMPORTS, data={"path": typed}).status_code == 422
    assert imports() == []


def test_absent_and_forbidden_paths_get_the_same_sentence(tmp_path: Path) -> None:
    (tmp_path / "there.mbox").write_bytes(MBOX)
    sentences = set()
    for typed in (tmp_path / "there.mbox", tmp_path / "absent.mbox"):
        with pytest.raises(Invalid) as refusal:
            importing.file_on_server(str(typed), [tmp_path / "allowed"])
        sentences.add(str(refusal.value))

    assert len(sentences) == 1


def test_without_an_allowed_folder_no_path_is_asked_for(alice: Person, tmp_path: Path) -> None:
    assert "A file on the server" not in alice.client.get(IMPORTS).text
    (tmp_path / "a.mbox").write_bytes(MBOX)
    assert alice.client.post(IMPORTS, data={"path": f"{tmp_path}/a.mbox"}).status_code == 422


def test_a_personal_space_gets_no_import_from_the_service(site: Site, bob: Person, tmp_path: Path) -> None:
    personal = site.space("~bob", owner=bob)
    (tmp_path / "a.mbox").write_bytes(MBOX)

    with pytest.raises(NotAllowed), transaction() as session:
        space = session.get_one(Space, personal)
        importing.request_import(bob.actor, space, MailboxFile(tmp_path / "a.mbox", "a.mbox", is_upload=False))


def test_the_list_shows_how_far_each_import_is(alice: Person, site: Site) -> None:
    with transaction() as session:
        values = {"space_id": site.team, "path": "x", "is_upload": True, "requested_by": "alice"}
        session.add_all(
            [
                MailImport(**values, filename="half.mbox", size=2048, offset=1024, archived=7, created_at=clock.now()),
                MailImport(
                    **values, filename="photo.jpg", size=9, error="This is no mailbox.", created_at=clock.now(),
                    finished_at=clock.now(),
                ),
                MailImport(
                    **values, filename="done.mbox", size=9, archived=5, duplicates=3, created_at=clock.now(),
                    finished_at=clock.now(),
                ),
                MailImport(**values, filename="stopped.mbox", size=9, created_at=clock.now()),
            ]
        )  # fmt: skip
        session.flush()
        session.add(
            JobRequest(
                job="mail.import", subject="mail-import:4", arguments={}, requested_by="alice",
                state=RequestState.FAILED, result="The disk is full.", created_at=clock.now(),
            )
        )  # fmt: skip

    page = alice.client.get(IMPORTS).text
    for words in ("1.0 kB of 2.0 kB", "This is no mailbox.", "Done", "The disk is full.", "data-refresh-url"):
        assert words in page
