"""Whatever is done to mail and accounts leaves a line in the record: every verb, command and job is named here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_message
from tests.mail.accounts import letter
from tests.mail.screens import ACCOUNTS, added_account, filled
from tests.people import Person, Site
from wiki import clock
from wiki.audit.models import Event
from wiki.audit.tags import EventTag
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.mail import ingest, service, trashing
from wiki.mail.certificates import requests
from wiki.mail.exporting import service as exporting
from wiki.mail.exporting.queries import Totals
from wiki.mail.folders import service as folders
from wiki.mail.folders.models import ServerFolder
from wiki.mail.importing import service as importing
from wiki.mail.importing.service import MailboxFile
from wiki.mail.keeping import tombstones
from wiki.mail.models import MailAccount, MailImport, Message
from wiki.mail.oauth import service as oauth
from wiki.mail.oauth.exchange import Tokens
from wiki.mail.oauth.models import OAuthClient
from wiki.mail.service import AccountFields
from wiki.mail.transport.endpoint import Protocol
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space

MAIL = Path(ingest.__file__).parent
# What only reads, whoever asks: their functions change nothing.
READERS = ("queries", "account_queries", "archive_queries", "indexing", "access", "views")


@dataclass
class Scene:
    """Alice in her space, with a file to import."""

    alice: Person
    space_id: int
    mailbox: Path

    @property
    def space(self) -> Space:
        return db.session.get_one(Space, self.space_id)

    def account(self) -> MailAccount:
        return db.session.get_one(MailAccount, added_account(self.alice, self.space_id))

    def message(self, *, is_trashed: bool = False) -> Message:
        made = make_message(self.space_id)
        if is_trashed:
            with transaction() as session:
                trashing.trash_message(self.alice.actor, session.get_one(Message, made))
        return db.session.get_one(Message, made)

    def importing(self) -> MailImport:
        return importing.request_import(
            self.alice.actor, self.space, MailboxFile(self.mailbox, "box.mbox", is_upload=False)
        )

    @property
    def super_user(self) -> Actor:
        return replace(self.alice.actor, is_super=True)

    def registered(self) -> OAuthClient:
        return oauth.register(self.super_user, "google", oauth.ClientFields("id", secret="s"))

    def granted(self) -> None:
        account = self.account()
        account.sign_in = "google"
        attempt = oauth.Attempt(account.id, account.generation, "google", "verifier")
        oauth.keep(self.alice.actor, account, attempt, Tokens("access", "refresh", clock.now()))

    def fields(self, **changes: object) -> AccountFields:
        values: dict[str, object] = {"name": "New", "protocol": Protocol.IMAPS, "host": "mail.example.org"}
        return AccountFields(**{**values, "username": "u", "password": "p", "fetch_minutes": 5, **changes})  # type: ignore[arg-type]


Verb = tuple[EventTag, Callable[[Scene], object]]


def _lift(scene: Scene) -> bool:
    sha256 = scene.message(is_trashed=True).sha256
    with transaction() as session:
        [found] = session.scalars(select(Message.id))
        trashing.purge(scene.alice.actor, scene.space_id, [found])
        return tombstones.lift(scene.alice.actor, scene.space_id, sha256)


def _choose(scene: Scene) -> None:
    account = scene.account()
    row = ServerFolder(account_id=account.id, name="Sent", is_selectable=True, is_label=False, read_at=clock.now())
    folders.keep_list(account, [row])
    folders.choose(scene.alice.actor, account, ["Sent"], reads_all=False)


VERBS: dict[str, Verb] = {
    "service.add_account": (
        EventTag.MAIL_ACCOUNT_ADDED,
        lambda on: service.add_account(on.alice.actor, on.space, on.fields()),
    ),
    "service.change_account": (
        EventTag.MAIL_ACCOUNT_CHANGED,
        lambda on: service.change_account(on.alice.actor, on.account(), on.fields(folders=("INBOX", "Sent"))),
    ),
    "folders.service.choose": (EventTag.MAIL_ACCOUNT_CHANGED, _choose),
    "service.set_enabled": (
        EventTag.MAIL_ACCOUNT_DISABLED,
        lambda on: service.set_enabled(on.alice.actor, on.account(), enabled=False),
    ),
    "service.remove_account": (
        EventTag.MAIL_ACCOUNT_REMOVED,
        lambda on: service.remove_account(on.alice.actor, on.account()),
    ),
    "service.request_fetch": (
        EventTag.MAIL_ACCOUNT_FETCH_REQUESTED,
        lambda on: service.request_fetch(on.alice.actor, on.account()),
    ),
    "service.request_fetch_all": (
        EventTag.MAIL_ACCOUNT_FETCH_REQUESTED,
        lambda on: (on.account(), service.request_fetch_all(on.alice.actor, on.space)),
    ),
    "certificates.requests.request_certificate": (
        EventTag.MAIL_ACCOUNT_CERTIFICATE_REQUESTED,
        lambda on: requests.request_certificate(on.alice.actor, on.account()),
    ),
    "throttle.count_test": (
        EventTag.MAIL_ACCOUNT_TESTED,
        lambda on: on.alice.client.post(f"{ACCOUNTS}/new/test", data=filled(host="127.0.0.1")),
    ),
    "importing.service.request_import": (EventTag.MAIL_IMPORT_REQUESTED, lambda on: on.importing()),
    "importing.service.resume": (
        EventTag.MAIL_IMPORT_REQUESTED,
        lambda on: importing.resume(on.alice.actor, on.importing()),
    ),
    "importing.service.cancel": (
        EventTag.MAIL_IMPORT_CANCELLED,
        lambda on: importing.cancel(on.alice.actor, on.importing()),
    ),
    "oauth.service.register": (EventTag.OAUTH_CLIENT_REGISTERED, lambda on: on.registered()),
    "oauth.service.unregister": (
        EventTag.OAUTH_CLIENT_REMOVED,
        lambda on: oauth.unregister(on.super_user, on.registered()),
    ),
    "oauth.service.keep": (EventTag.MAIL_ACCOUNT_GRANTED, lambda on: on.granted()),
    "trashing.trash_message": (
        EventTag.MAIL_TRASHED,
        lambda on: trashing.trash_message(on.alice.actor, on.message()),
    ),
    "trashing.trash_all": (
        EventTag.MAIL_TRASHED,
        lambda on: (on.message(), trashing.trash_all(on.alice.actor, on.space)),
    ),
    "trashing.restore": (
        EventTag.MAIL_RESTORED,
        lambda on: trashing.restore(on.alice.actor, on.space_id, [on.message(is_trashed=True).id]),
    ),
    "trashing.purge": (
        EventTag.MAIL_PURGED,
        lambda on: trashing.purge(on.alice.actor, on.space_id, [on.message(is_trashed=True).id]),
    ),
    "exporting.service.note": (
        EventTag.MAIL_EXPORTED,
        lambda on: exporting.note(on.alice.actor, f"space:{on.space_id}", "everything", Totals(1, 9), "mbox"),
    ),
    "keeping.tombstones.lift": (EventTag.MAIL_TOMBSTONE_LIFTED, _lift),
}

# Why these leave no line of their own.
WITHOUT_A_LINE = {
    "exporting.service.make": "gives what note() has put on record before the first byte",
    "exporting.service.place": "counts in memory who exports just now; note() puts each on record",
    "oauth.service.begin": "remembers for minutes who was sent to a provider; keep() stores what comes of it",
    "oauth.service.take_attempt": "forgets that again",
}
# Who was sent to a provider is remembered for a quarter of an hour; ``keep`` puts on record what came of it.
ONLY_PASSING = {"oauth.service.begin", "oauth.service.take_attempt"}
# These need a super user or a provider: test_sign_in_with_provider.py looks at their lines.
ELSEWHERE = {"oauth.service.register", "oauth.service.unregister", "oauth.service.keep"}

# What each command and job of the mail room puts on record; None for those that only show something or that make
# again what can be made at any time from the raw bytes, which are the truth.
COMMANDS: dict[str, EventTag | None] = {
    "certify": EventTag.MAIL_ACCOUNT_CERTIFIED,
    "export": EventTag.MAIL_EXPORTED,
    "fetch": EventTag.MAIL_ACCOUNT_FETCHED,
    "import": EventTag.MAIL_IMPORTED,
    "lift-tombstone": EventTag.MAIL_TOMBSTONE_LIFTED,
    "parse": None,
    "raw": None,
    "reparse": EventTag.MAIL_REPARSED,
    "sweep": EventTag.MAIL_SWEPT,
    "threads": None,
    "verify": EventTag.MAIL_VERIFIED,
}
JOBS: dict[str, EventTag | None] = {
    "mail.attachments": None,
    "mail.catch_up": None,
    "mail.certify": EventTag.MAIL_ACCOUNT_CERTIFIED,
    "mail.check": EventTag.MAIL_VERIFIED,
    "mail.digest": None,
    "mail.fetch": EventTag.MAIL_ACCOUNT_FETCHED,
    "mail.fetch_due": None,
    "mail.import": EventTag.MAIL_IMPORTED,
    "mail.sweep": EventTag.MAIL_SWEPT,
    "mail.sweep_uploads": None,
}


def verbs() -> set[str]:
    """Every public function of the mail room whose first argument is the actor, but for those that only read."""
    found = set()
    for path in MAIL.rglob("*.py"):
        inside = path.relative_to(MAIL).with_suffix("")
        if set(inside.parts) & set(READERS):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [each.arg for each in node.args.args]
                if arguments[:1] == ["actor"]:
                    found.add(".".join([*inside.parts, node.name]))
    return found


def on_record() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Event.tag)))


@pytest.fixture
def scene(alice: Person, site: Site, tmp_path: Path) -> Scene:
    mailbox = tmp_path / "box.mbox"
    mailbox.write_bytes(b"From ann@example.org Mon Nov  2 10:00:00 2026\n" + letter(1) + b"\n")
    return Scene(alice, site.team, mailbox)


@pytest.mark.parametrize("name", VERBS)
def test_what_a_person_does_is_on_record(scene: Scene, name: str) -> None:
    tag, do = VERBS[name]
    scene.account()  # whatever making the scene puts on record is there before
    with transaction() as session:
        session.query(Event).delete()

    do(scene)
    db.session.commit()

    assert tag.value in on_record()
    with reading() as session:
        [event, *_] = session.scalars(select(Event).where(Event.tag == tag.value))
        assert event.actor_name == "alice"


@pytest.mark.parametrize("command", ["export", "import", "reparse", "verify", "sweep", "lift-tombstone"])
def test_what_a_command_does_is_on_record(app: Flask, scene: Scene, command: str) -> None:
    sha256 = scene.message(is_trashed=True).sha256
    with transaction():
        trashing.purge(scene.alice.actor, scene.space_id, [db.session.scalars(select(Message.id)).one()])
    scene.message()
    left = app.config["DATA"] / "blobs" / "incoming" / "of-a-killed-process"
    left.mkdir()
    (left / "half").write_bytes(b"ha")
    arguments = {
        "export": ["TEAM", "--to", str(scene.mailbox.with_name("out.mbox"))],
        "import": ["TEAM", str(scene.mailbox)],
        "reparse": ["TEAM"],
        "verify": [],
        "sweep": [],
        "lift-tombstone": ["TEAM", sha256],
    }

    done = app.test_cli_runner().invoke(args=["mail", command, *arguments[command]])

    assert done.exit_code == 0, done.output
    tag = COMMANDS[command]
    assert tag is not None
    assert tag.value in on_record()


def test_a_line_of_the_record_holds_no_password_and_no_words_of_a_mail(scene: Scene) -> None:
    service.add_account(scene.alice.actor, scene.space, scene.fields(password="hunter2"))
    made = scene.message()
    trashing.trash_message(scene.alice.actor, made)
    db.session.commit()
    with reading() as session:
        written = str([each.details for each in session.scalars(select(Event))])
    assert "hunter2" not in written
    assert "minutes" not in written
