"""Who may come to which screen of the mail room, and what is left of it while it is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import Attached, make_message
from tests.mail.screens import ACCOUNTS, IMPORTS, MAIL, added_account
from tests.people import Person, Site
from wiki import clock, settings
from wiki.db import transaction
from wiki.extensions import db
from wiki.mail import trash
from wiki.mail.importing import transfer
from wiki.mail.models import MailAccount, Message, SetAside
from wiki.permissions.catalogue import Permission
from wiki.spaces.trash import trash_kinds

READING = [
    ("GET", MAIL),
    ("GET", f"{MAIL}/1"),
    ("GET", f"{MAIL}/1/headers"),
    ("GET", f"{MAIL}/1/html"),
    ("GET", f"{MAIL}/1/raw"),
    ("GET", f"{MAIL}/1/parts/2/a.bin"),
    ("GET", f"{MAIL}/threads/1"),
    ("GET", f"{MAIL}/export?month=2026"),
]
ADMINISTERING = [
    ("GET", f"{MAIL}/export"),
    ("POST", f"{MAIL}/export"),
    ("GET", ACCOUNTS),
    ("GET", f"{ACCOUNTS}/new"),
    ("POST", f"{ACCOUNTS}/new"),
    ("POST", f"{ACCOUNTS}/new/test"),
    ("GET", f"{ACCOUNTS}/1"),
    ("POST", f"{ACCOUNTS}/1/certify"),
    ("GET", f"{ACCOUNTS}/1/folders"),
    ("POST", f"{ACCOUNTS}/1/folders"),
    ("POST", f"{ACCOUNTS}/1/folders/read"),
    ("POST", f"{ACCOUNTS}/1/sign-in"),
    ("GET", f"{ACCOUNTS}/1/edit"),
    ("POST", f"{ACCOUNTS}/1/edit"),
    ("POST", f"{ACCOUNTS}/1/test"),
    ("POST", f"{ACCOUNTS}/1/disable"),
    ("POST", f"{ACCOUNTS}/1/enable"),
    ("POST", f"{ACCOUNTS}/1/fetch"),
    ("GET", IMPORTS),
    ("POST", IMPORTS),
    ("POST", f"{IMPORTS}/upload"),
    ("POST", f"{IMPORTS}/1/resume"),
    ("POST", f"{IMPORTS}/1/cancel"),
    ("GET", f"{MAIL}/set-aside"),
    ("GET", f"{MAIL}/set-aside/1/raw"),
    ("POST", f"{MAIL}/fetch"),
    ("POST", f"{ACCOUNTS}/1/remove"),
]
DELETING = [("POST", f"{MAIL}/1/trash")]
DELETING_ALL = [("POST", f"{MAIL}/trash")]
# In an order in which nothing that is asked for later has been destroyed.
EVERYTHING = READING + ADMINISTERING + DELETING + DELETING_ALL


@pytest.fixture
def filled(site: Site) -> Site:
    """TEAM with a message, an account, an import, and something set aside."""
    alice = site.alice
    made = make_message(
        site.team, html="<p>x</p>", attached=[Attached(b"x", disposition='attachment; filename="a.bin"')]
    )
    added = added_account(alice, site.team)
    with transaction() as session:
        kept = session.get_one(Message, made).sha256
        session.add(SetAside(space_id=site.team, source="x", sha256=kept, size=1, reason="x", at=clock.now()))
        transfer.begin(session, site.team, Path(__file__), "alice")
    assert (made, added) == (1, 1)
    return site


def ask(person: Person, method: str, url: str) -> int:
    return person.client.open(url, method=method).status_code


def answers(person: Person, entries: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {(method, url): ask(person, method, url) for method, url in entries}


# The message of the matrix has no picture; the others belong to no space (test_export, test_sign_in_with_provider).
ELSEWHERE = {
    ("GET", "mail.inline"),
    ("GET", "mail.export_found"),
    ("POST", "mail.export_found"),
    ("GET", "mail.oauth_callback"),
    ("GET", "mail.oauth_providers"),
    ("GET", "mail.oauth_provider"),
    ("POST", "mail.oauth_provider"),
    ("POST", "mail.remove_oauth_provider"),
}


def test_the_matrix_names_every_address_of_the_room(app: Flask) -> None:
    there = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("mail.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    addresses = app.url_map.bind("localhost")
    named = {(method, addresses.match(url.partition("?")[0], method)[0]) for method, url in EVERYTHING}

    assert there == named | ELSEWHERE


def test_who_has_no_business_in_the_space_finds_nothing(filled: Site) -> None:
    assert answers(filled.charlie, EVERYTHING) == dict.fromkeys(EVERYTHING, 404)


def test_who_has_not_signed_in_is_sent_to_sign_in_or_finds_nothing(filled: Site) -> None:
    client = filled.app.test_client()
    for method, url in EVERYTHING:
        answer = client.open(url, method=method)
        if method == "GET":
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in")
        else:
            assert answer.status_code == 404


def test_a_reader_reads_and_does_nothing_else(filled: Site) -> None:
    expected = dict.fromkeys(EVERYTHING, 403) | dict.fromkeys(READING, 200)

    assert answers(filled.bob, EVERYTHING) == expected


def test_who_may_delete_mail_may_do_that(filled: Site) -> None:
    filled.allow(filled.bob, filled.team, frozenset({Permission.SPACE_VIEW, Permission.MAIL_DELETE}))

    assert answers(filled.bob, READING) == dict.fromkeys(READING, 200)
    assert answers(filled.bob, DELETING) == dict.fromkeys(DELETING, 303)


@pytest.mark.parametrize("who", ["alice", "root"])
def test_administrators_and_super_users_come_everywhere(filled: Site, who: str) -> None:
    given = answers(getattr(filled, who), EVERYTHING)

    # 422: a form that was sent empty.
    assert {entry: code for entry, code in given.items() if code not in {200, 303, 422}} == {}


def test_while_the_archive_is_off_nothing_of_it_is_there(filled: Site) -> None:
    with transaction():
        settings.put("mail.enabled", value=False)

    assert answers(filled.root, EVERYTHING) == dict.fromkeys(EVERYTHING, 404)


def test_switching_the_archive_off_and_on_loses_nothing(filled: Site) -> None:
    with transaction():
        settings.put("mail.enabled", value=False)
    page = filled.alice.client.get("/spaces/TEAM").text
    assert f'href="{MAIL}"' not in page
    assert ACCOUNTS not in page
    with transaction():
        settings.put("mail.enabled", value=True)

    assert "Minutes of the meeting" in filled.alice.client.get(MAIL).text
    for table in (MailAccount, Message):
        assert db.session.scalar(select(func.count()).select_from(table)) == 1


def test_a_personal_space_has_no_mail(filled: Site) -> None:
    filled.space("~bob", owner=filled.bob)
    personal = [(method, url.replace("/TEAM/", "/~bob/")) for method, url in EVERYTHING]

    assert answers(filled.root, personal) == dict.fromkeys(personal, 404)
    assert answers(filled.bob, personal) == dict.fromkeys(personal, 404)


def test_without_its_token_no_form_does_anything(filled: Site) -> None:
    filled.app.config["WTF_CSRF_ENABLED"] = True
    forms = [entry for entry in EVERYTHING if entry[0] == "POST"]

    assert answers(filled.alice, forms) == dict.fromkeys(forms, 400)


def test_numbers_that_name_nothing_are_not_found(filled: Site) -> None:
    for number in ("0", "2147483647", "2147483648", "9" * 30, "-1", "x", "1.0", "%00"):
        for url in (
            f"{MAIL}/{number}",
            f"{MAIL}/threads/{number}",
            f"{ACCOUNTS}/{number}/edit",
            f"{MAIL}/{number}/raw",
        ):
            assert ask(filled.alice, "GET", url) == 404


def test_the_trash_of_the_space_holds_mail(filled: Site) -> None:
    assert trash_kinds()["mail"] is trash.KIND
