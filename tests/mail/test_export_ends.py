"""Exports that end before their time, and the places that they take: each is free again, and a lost right ends one."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import copy_context

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.factories import Letter, make_messages
from tests.mail.test_export import EXPORT, export
from tests.people import READER, Person, Site
from wiki import clock
from wiki.accounts import sessions
from wiki.accounts.models import Group, User
from wiki.db import reading, transaction
from wiki.mail.exporting import queries, service
from wiki.mail.exporting.queries import Selection
from wiki.permissions import service as permissions
from wiki.permissions.actor import SYSTEM, Actor, group_token


@pytest.fixture
def mail(site: Site) -> list[int]:
    return make_messages(site.team, [Letter() for _ in range(4)])


def places_held(person: Person, number: int = 1) -> ExitStack:
    """Exports of somebody that are being read meanwhile."""
    held = ExitStack()
    for _ in range(number):
        held.enter_context(service.place(person.actor))
    return held


def test_no_more_exports_are_made_at_once_than_there_is_room_for(
    alice: Person, bob: Person, charlie: Person, mail: list[int]
) -> None:
    with places_held(bob, 2), places_held(charlie, 2):
        refused = export(alice)
        assert (refused.status_code, "Several exports are being made" in refused.text) == (409, True)
    for _ in range(service.AT_ONCE + 1):
        assert export(alice).status_code == 200


def test_one_slow_reader_does_not_keep_the_others_waiting(alice: Person, site: Site, mail: list[int]) -> None:
    threads = [copy_context() for _ in range(service.OF_ONE_PERSON)]
    slow = [each.run(alice.client.post, EXPORT, data={"format": "mbox"}, buffered=False) for each in threads]
    refused = export(alice)
    assert (refused.status_code, "Two of your exports" in refused.text) == (409, True)
    assert export(site.root).status_code == 200
    for thread, answer in zip(threads, slow, strict=True):
        thread.run(answer.close)
    assert export(alice).status_code == 200


def test_who_stops_reading_gives_the_place_back(alice: Person, mail: list[int]) -> None:
    for _ in range(service.AT_ONCE + 1):
        answer = alice.client.post(EXPORT, data={"format": "eml"}, buffered=False)
        assert next(answer.response)
        answer.close()


def no_record(full_disk: pytest.MonkeyPatch) -> None:
    def note(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    full_disk.setattr(service, "note", note)


def no_commit(full_disk: pytest.MonkeyPatch) -> None:
    def commit(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    full_disk.setattr(Session, "commit", commit)


@pytest.mark.parametrize("trouble", [no_record, no_commit])
def test_an_export_that_fails_before_its_first_byte_gives_its_place_back(
    app: Flask, alice: Person, mail: list[int], trouble: Callable[[pytest.MonkeyPatch], None]
) -> None:
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    with pytest.MonkeyPatch.context() as full:
        trouble(full)
        assert [export(alice).status_code for _ in range(service.AT_ONCE)] == [500] * service.AT_ONCE
    assert export(alice).status_code == 200


def leave_all_groups(user: User) -> None:
    user.groups = []


def be_disabled(user: User) -> None:
    user.is_active = False


def actor_now(person: Person) -> Actor:
    with reading() as session:
        return sessions.actor_of(session.get_one(User, person.user_id))


@pytest.mark.parametrize("lose", [leave_all_groups, be_disabled])
def test_a_reader_who_is_disabled_or_leaves_the_group_that_may_export_gets_no_further(
    site: Site, charlie: Person, mail: list[int], monkeypatch: pytest.MonkeyPatch, lose: Callable[[User], None]
) -> None:
    monkeypatch.setattr(queries, "BATCH", 1)
    with transaction() as session:
        group = Group(name="exporters", created_at=clock.now())
        user = session.get_one(User, charlie.user_id)
        user.groups = [*user.groups, group]
        session.flush()
        permissions.grant_in_space(SYSTEM, site.team, group_token(group.id), READER | {Selection().needs})

    wanted = queries.selected(actor_now(charlie), Selection(site.team))
    assert next(wanted).id == mail[0]
    with transaction() as session:
        lose(session.get_one(User, charlie.user_id))
    assert list(wanted) == []


def test_a_download_ends_where_its_reader_left_the_group(
    site: Site, mail: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH", 1)
    root = site.root
    answer = root.client.post(EXPORT, data={"format": "mbox"}, buffered=False)
    pieces = iter(answer.response)
    first = next(pieces)
    with site.app.app_context(), transaction() as session:
        session.get_one(User, root.user_id).groups = []
    data = first + b"".join(pieces)
    answer.close()
    assert 1 <= data.count(b"From mboxrd@") < len(mail)


def test_a_super_user_who_is_one_no_longer_gets_no_further(
    site: Site, mail: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH", 1)
    root = site.root
    wanted = queries.selected(root.actor, Selection(site.team))
    assert next(wanted).id == mail[0]
    with transaction() as session:
        session.get_one(User, root.user_id).groups = []
    assert list(wanted) == []
