"""Mail goes to the trash, comes back from it, or is destroyed for good; nothing comes back by itself."""

from __future__ import annotations

from sqlalchemy import func, select

from tests.factories import Attached, Letter, make_conversation, make_message, make_messages
from tests.mail.screens import MAIL, events
from tests.people import Person, Site
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.mail import store, trash, trashing
from wiki.mail.message import RawMessage
from wiki.mail.models import Message, MessageAddress, MessagePart, Tombstone
from wiki.permissions.catalogue import Permission
from wiki.search.models import OutboxRow


def message(message_id: int) -> Message:
    return db.session.get_one(Message, message_id, populate_existing=True)


def touched() -> list[int]:
    return list(db.session.scalars(select(OutboxRow.object_id).where(OutboxRow.kind == "mail")))


def forget_touched() -> None:
    with transaction() as session:
        for row in session.scalars(select(OutboxRow)):
            session.delete(row)


def test_one_message_goes_to_the_trash_and_out_of_the_list(alice: Person, site: Site) -> None:
    kept, thrown = make_messages(site.team, [Letter(subject="Kept"), Letter(subject="Thrown")])
    forget_touched()

    answer = alice.client.post(f"{MAIL}/{thrown}/trash")

    assert (answer.status_code, answer.location) == (303, MAIL)
    page = alice.client.get(MAIL).text
    assert "Kept" in page
    assert "Thrown" not in page
    assert message(thrown).deleted_by == "alice"
    assert message(kept).deleted_at is None
    assert touched() == [thrown]
    assert [event.tag for event in events(f"mail:{thrown}")] == ["mail:trashed"]


def test_after_throwing_away_one_is_back_on_the_same_page_of_the_list(alice: Person, site: Site) -> None:
    made = make_message(site.team)

    answer = alice.client.post(f"{MAIL}/{made}/trash", data={"next": f"{MAIL}?month=2026-11"})
    assert answer.location == f"{MAIL}?month=2026-11"
    other = make_message(site.team)
    assert alice.client.post(f"{MAIL}/{other}/trash", data={"next": "//evil.example"}).location == MAIL


def test_who_may_delete_mail_needs_not_administer_the_space(bob: Person, site: Site) -> None:
    made = make_message(site.team)
    assert bob.client.post(f"{MAIL}/{made}/trash").status_code == 403
    site.allow(bob, site.team, frozenset({Permission.SPACE_VIEW, Permission.MAIL_DELETE}))

    assert bob.client.post(f"{MAIL}/{made}/trash").status_code == 303
    assert bob.client.post(f"{MAIL}/trash").status_code == 403


def test_delete_all_puts_everything_of_this_space_into_the_trash(alice: Person, site: Site) -> None:
    ids = make_conversation(site.team, 5)
    other = make_message(site.space("OTHER"))
    forget_touched()

    answer = alice.client.post(f"{MAIL}/trash", follow_redirects=True)

    assert "5 messages moved to the trash" in answer.text
    assert all(message(each).deleted_at for each in ids)
    assert message(other).deleted_at is None
    assert sorted(touched()) == ids
    [event] = [each for each in events(f"space:{site.team}") if each.tag == "mail:trashed"]
    assert event.details["count"] == 5
    assert "0 messages moved" in alice.client.post(f"{MAIL}/trash", follow_redirects=True).text


def test_the_trash_shows_what_lies_in_it_newest_first(alice: Person, site: Site) -> None:
    ids = make_messages(site.team, [Letter(subject="Old"), Letter(subject=""), Letter(subject="Left alone")])
    for each in ids[:2]:
        alice.client.post(f"{MAIL}/{each}/trash")

    items = trash.KIND.items(site.team, 10, None)

    assert [item.title for item in items] == ["(no subject)", "Old"]
    assert items[0].trashed_by == "alice"
    assert "Ann Example" in items[0].detail
    assert trash.KIND.count(site.team) == 2
    assert [item.title for item in trash.KIND.items(site.team, 10, items[0].trashed_at)] == ["Old"]
    assert len(trash.KIND.items(site.team, 1, None)) == 1


def test_what_is_restored_is_in_the_list_and_the_index_again(alice: Person, site: Site) -> None:
    ids = make_conversation(site.team, 3)
    alice.client.post(f"{MAIL}/trash")
    forget_touched()

    with transaction():
        assert trashing.restore(alice.actor, site.team, [*ids[:2], 99_999]) == 2

    assert [message(each).deleted_at is None for each in ids] == [True, True, False]
    assert sorted(touched()) == ids[:2]
    assert alice.client.get(f"{MAIL}/{ids[0]}").status_code == 200


def test_the_trash_of_one_space_cannot_be_emptied_from_another(alice: Person, site: Site) -> None:
    [made] = make_messages(site.team, [Letter()])
    other = site.space("OTHER")
    alice.client.post(f"{MAIL}/{made}/trash")

    with transaction():
        assert trashing.restore(alice.actor, other, [made]) == 0
        assert trashing.purge(alice.actor, other, [made]) == 0
    assert message(made).deleted_at is not None


def test_only_what_lies_in_the_trash_can_be_destroyed(alice: Person, site: Site) -> None:
    made = make_message(site.team)

    with transaction():
        assert trashing.purge(alice.actor, site.team, [made]) == 0
    assert message(made)


def test_what_is_destroyed_never_comes_back_by_a_fetch_or_import(alice: Person, site: Site) -> None:
    made = make_message(site.team, attached=[Attached(b"x")])
    sha256 = message(made).sha256
    raw = RawMessage(blob_store().read(sha256))
    alice.client.post(f"{MAIL}/{made}/trash")
    forget_touched()

    with transaction():
        assert trashing.purge(alice.actor, site.team, [made]) == 1

    assert db.session.get(Message, made) is None
    for table in (MessageAddress, MessagePart):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert list(db.session.scalars(select(Tombstone.sha256))) == [sha256]
    assert touched() == [made]
    with transaction() as session:
        [again] = store.add(session, site.team, [raw])
    assert again.id is None
    [event] = [each for each in events(f"mail:{made}") if each.tag == "mail:purged"]
    assert event.details["sha256"] == sha256


def test_a_message_that_was_purged_here_can_still_be_in_another_space(alice: Person, site: Site) -> None:
    made = make_message(site.team)
    raw = RawMessage(blob_store().read(message(made).sha256))
    other = site.space("OTHER")
    alice.client.post(f"{MAIL}/{made}/trash")
    with transaction() as session:
        trashing.purge(alice.actor, site.team, [made])
        [there] = store.add(session, other, [raw])

    assert there.is_new
    assert blob_store().verify(raw.sha256)


def test_thousands_are_thrown_away_restored_and_destroyed_in_few_statements(alice: Person, site: Site) -> None:
    ids = make_messages(site.team, [Letter() for _ in range(1000)])

    alice.client.post(f"{MAIL}/trash")
    with transaction():
        assert trashing.restore(alice.actor, site.team, ids[:500]) == 500
    with transaction():
        assert trashing.purge(alice.actor, site.team, ids) == 500

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 500
        assert session.scalar(select(func.count()).select_from(Tombstone)) == 500
    assert [each.details["count"] for each in events(f"space:{site.team}") if each.tag == "mail:purged"] == [500]


def test_a_get_throws_nothing_away(alice: Person, site: Site) -> None:
    made = make_message(site.team)

    assert alice.client.get(f"{MAIL}/{made}/trash").status_code == 405
    assert alice.client.get(f"{MAIL}/trash").status_code == 405
    assert message(made).deleted_at is None


def test_what_only_a_destroyed_message_held_together_is_two_threads_afterwards(alice: Person, site: Site) -> None:
    first, middle, last = make_messages(
        site.team,
        [
            Letter(message_id="a@example.org"),
            Letter(message_id="b@example.org", references=["a@example.org"]),
            Letter(message_id="c@example.org", references=["b@example.org"]),
        ],
    )
    assert message(first).thread_id == message(last).thread_id

    with transaction():
        trashing.trash_message(alice.actor, message(middle))
        trashing.purge(alice.actor, site.team, [middle])

    assert message(first).thread_id != message(last).thread_id
    page = alice.client.get(f"{MAIL}/threads/{message(last).thread_id}")
    assert page.status_code == 200
    assert alice.client.get(f"{MAIL}/threads/{message(first).thread_id}").status_code == 200
