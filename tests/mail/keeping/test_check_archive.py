"""The worker reads the archive again: a bit that a disk has lost is found, told of, and mended where it can be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.factories import Letter, make_message, make_messages
from tests.mail.accounts import add_account, letter
from tests.mail.screens import ACCOUNTS, MAIL
from tests.people import Person, Site
from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from wiki import clock, settings
from wiki.audit.models import Event
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.doctoring import examine
from wiki.extensions import db
from wiki.jobs import runner
from wiki.jobs.lease import lease
from wiki.jobs.progress import Silent
from wiki.jobs.registry import jobs
from wiki.mail import trashing
from wiki.mail.fetching import sync
from wiki.mail.keeping import checking, needed, verification
from wiki.mail.keeping.damage import HELD
from wiki.mail.keeping.models import ArchiveCheck, BlobDamage
from wiki.mail.models import AfterArchiving, LedgerEntry, LedgerState, Message
from wiki.mail.transport.endpoint import Protocol
from wiki.permissions.actor import SYSTEM

DAY = timedelta(days=1)


class Time:
    """The clock of a test, which stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(tz=clock.UTC)

    def passes(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Time:
    app.config["MAIL_VERIFY_DAYS"] = 1
    found = Time()
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


@pytest.fixture
def flipped(app: Flask, site: Site) -> Iterator[Path]:
    """The blob of a message of TEAM, one of whose bits was lost."""
    path = blob_of(make_message(site.team, subject="The contract"))
    flip(path)
    return path


def blob_of(message_id: int) -> Path:
    with reading() as session:
        sha256 = session.get_one(Message, message_id).sha256
    return blob_store()._path(sha256)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def events(tag: str) -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(select(Event).where(Event.tag == tag).order_by(Event.id)))


def damages() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(BlobDamage)) or 0


def whole_pass(time: Time) -> str | None:
    checking.check_some()
    time.passes(DAY)
    return checking.check_some()


def test_a_flipped_bit_is_found_told_of_and_forgotten_when_it_is_mended(
    flipped: Path, time: Time, alice: Person, root: Person
) -> None:
    whole_pass(time)

    accounts, overview = alice.client.get(ACCOUNTS).text, root.client.get("/admin").text
    assert "1 archived message is damaged or missing" in accounts
    assert "The contract" in accounts
    assert "1 raw message is damaged or missing in TEAM" in overview
    [finding] = [each for each in examine() if each.what == "archive"]
    assert not finding.ok
    [event] = events("mail:damaged")
    assert (event.actor_name, event.details["condition"]) == ("System", "damaged")

    flip(flipped)  # from a backup
    checking.check_some()

    assert "damaged or missing" not in alice.client.get(ACCOUNTS).text + root.client.get("/admin").text
    assert len(events("mail:mended")) == 1
    assert damages() == 0


def test_a_missing_blob_is_found_too(time: Time, alice: Person, site: Site) -> None:
    blob_of(make_message(site.team)).unlink()
    whole_pass(time)
    assert "missing, found" in alice.client.get(ACCOUNTS).text


def test_damage_is_told_to_those_only_who_administer_its_space(
    flipped: Path, time: Time, bob: Person, charlie: Person
) -> None:
    whole_pass(time)
    for person in (bob, charlie):
        assert person.client.get(ACCOUNTS).status_code in {403, 404}


def test_a_pass_spreads_over_its_time_and_reads_everything_once(
    time: Time, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_messages(site.team, [Letter() for _ in range(40)])
    read: list[str] = []
    look_at = checking.damage.look_at
    monkeypatch.setattr(checking.damage, "look_at", lambda sha256: (read.append(sha256), look_at(sha256))[1])
    at_half = 0
    for hour in range(24):
        checking.check_some()
        time.passes(timedelta(hours=1))
        at_half = len(read) if hour == 9 else at_half

    assert sorted(read[: len(made)]) == sorted(blob_of(each).parent.name + blob_of(each).name for each in made)
    assert 8 <= at_half <= 32
    assert events("mail:verified")[0].details == {"checked": 40, "found": 0}


def test_a_worker_that_was_away_makes_up_for_it(time: Time, site: Site) -> None:
    make_messages(site.team, [Letter() for _ in range(5)])
    assert whole_pass(time) == "The whole archive was read again: 5 raw messages, 0 of them newly found damaged."


def test_the_next_pass_begins_when_its_time_has_come(time: Time, site: Site) -> None:
    whole_pass(time)
    checking.check_some()
    time.passes(DAY)
    checking.check_some()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ArchiveCheck)) == 2


def test_a_killed_pass_goes_on_where_it_was(time: Time, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    make_messages(site.team, [Letter() for _ in range(20)])
    checking.check_some()
    time.passes(DAY)

    class Killed(BaseException):
        pass

    def die(session: object, number: int) -> set[str]:
        if number == 17 + 20:
            raise Killed
        return set()

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(needed, "of_archive", die)
        checking.check_some()

    with reading() as session:
        assert session.scalars(select(ArchiveCheck.done)).all() == [33]
    assert checking.check_some() is not None


def test_the_original_of_a_damaged_message_stays_on_the_server_and_mends_it(
    app: Flask, site: Site, time: Time, pymap_server: PymapMailbox
) -> None:
    pymap_server.deliver(letter(1))
    account = add_account(app, site.team, pymap_server, after_archiving=AfterArchiving.DELETE)
    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    sync.fetch(account, Silent())
    with reading() as session:
        [message] = session.scalars(select(Message.id)).all()
    flip(blob_of(message))

    whole_pass(time)
    with reading() as session:
        [entry] = session.scalars(select(LedgerEntry)).all()
        assert (entry.state, entry.reason, entry.because) == ("held", HELD, "damaged")

    sync.fetch(account, Silent())
    assert blob_store().verify(blob_of(message).parent.name + blob_of(message).name)
    checking.check_some()
    assert damages() == 0


def test_what_was_held_for_damage_alone_is_held_no_more_when_it_is_whole(
    app: Flask, site: Site, time: Time, pymap_server: PymapMailbox
) -> None:
    """Whatever is said of it: the sentence may be another after an upgrade, or after a try that failed meanwhile."""
    for number in (1, 2):
        pymap_server.deliver(letter(number))
    sync.fetch(add_account(app, site.team, pymap_server), Silent())
    with transaction() as session:
        kept, damaged = session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
        kept.state, kept.reason = LedgerState.HELD, "The server gives sizes that are not exact."
        blobs = [blob_store()._path(entry.sha256 or "") for entry in (kept, damaged)]
    for path in blobs:
        flip(path)
    whole_pass(time)
    with transaction() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.id == damaged.id).values(reason="The connection broke."))
    for path in blobs:
        flip(path)  # from a backup

    checking.check_some()

    with reading() as session:
        assert session.scalars(select(LedgerEntry.state).order_by(LedgerEntry.id)).all() == ["held", "archived"]
        assert set(session.scalars(select(LedgerEntry.because))) == {""}


@pytest.mark.dovecot
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP])
def test_a_deletion_that_finds_damage_stops_and_tells_of_it(
    app: Flask, site: Site, dovecot: DovecotMailbox, protocol: Protocol
) -> None:
    dovecot.deliver(letter(1))
    account = add_account(app, site.team, dovecot, protocol, after_archiving=AfterArchiving.DELETE)
    app.config["MAIL_DELETE_DELAY_HOURS"] = 24
    sync.fetch(account, Silent())
    with reading() as session:
        [message] = session.scalars(select(Message.id)).all()
    flip(blob_of(message))
    app.config["MAIL_DELETE_DELAY_HOURS"] = 0

    _, result = sync.fetch(account, Silent())

    assert "its original stays on the server" in result
    assert dovecot.messages() == [letter(1)]
    assert damages() == 1


def test_what_was_purged_is_no_damage(flipped: Path, time: Time, site: Site) -> None:
    whole_pass(time)
    with transaction() as session:
        [message] = session.scalars(select(Message)).all()
        trashing.trash_message(SYSTEM, message)
        trashing.purge(SYSTEM, site.team, [message.id])

    checking.check_some()

    assert damages() == 0


def test_verifying_a_space_at_once_takes_damage_down_as_well(flipped: Path, site: Site) -> None:
    found = verification.verify(site.team, Silent())
    assert (found.whole, len(found.damaged)) == (0, 1)
    assert damages() == 1
    assert events("mail:verified")[0].details["damaged"] == 1


def test_nothing_is_read_while_mail_is_off_or_another_process_reads(flipped: Path, site: Site) -> None:
    with lease("mail-check"):
        assert checking.check_some() is None
    with transaction():
        settings.put("mail.enabled", False)
    runner.run_scheduled(jobs()["mail.check"])
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ArchiveCheck)) == 0


def test_the_page_of_a_damaged_message_can_still_be_read(flipped: Path, alice: Person) -> None:
    with reading() as session:
        [message] = session.scalars(select(Message.id)).all()
    assert "The contract" in alice.client.get(f"{MAIL}/{message}").text
