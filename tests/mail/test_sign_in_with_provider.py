"""Alice's mailbox is with a provider that takes no password: she allows the wiki to read it, in her browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.mail.accounts import add_account, letter
from tests.mail.screens import ACCOUNTS, events, filled
from tests.people import Person, Site
from tests.servers.dovecot import PASSWORD, DovecotMailbox
from tests.servers.oauth_provider import CLIENT_ID, CLIENT_SECRET, OAuthProvider
from wiki import clock, keys
from wiki.crypto import unseal
from wiki.db import reading
from wiki.jobs.progress import Silent
from wiki.mail.fetching import sync
from wiki.mail.models import MailAccount, Message
from wiki.mail.oauth.models import OAuthClient, OAuthGrant
from wiki.mail.transport.endpoint import Protocol

PROVIDERS = "/admin/mail-sign-in"


@pytest.fixture
def provider() -> Iterator[OAuthProvider]:
    with OAuthProvider(PASSWORD).running() as running:
        yield running


def own_provider(provider: OAuthProvider, **values: str) -> dict[str, str]:
    return {
        "name": "Example Mail",
        "client_id": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "authorization_url": f"{provider.address}/authorize",
        "token_url": f"{provider.address}/token",
        "scope": "mail",
        "hosts": "localhost",
        **values,
    }


@pytest.fixture
def set_up(root: Person, provider: OAuthProvider) -> OAuthProvider:
    assert root.client.post(f"{PROVIDERS}/own", data=own_provider(provider)).status_code == 303
    return provider


@pytest.fixture
def account_id(app: Flask, site: Site, set_up: OAuthProvider, dovecot: DovecotMailbox) -> int:
    return add_account(app, site.team, dovecot, Protocol.IMAPS, sign_in="own", password_sealed=None)


def sent_to(person: Person, account_id: int) -> str:
    """The provider's address on the page that sends the person there."""
    page = person.client.post(f"{ACCOUNTS}/{account_id}/sign-in").text
    return page.partition('class="button button-primary" href="')[2].partition('"')[0].replace("&amp;", "&")


def back(address: str) -> str:
    return address.partition("localhost")[2]


def sign_in(person: Person, provider: OAuthProvider, account_id: int) -> str:
    return person.client.get(back(provider.allow(sent_to(person, account_id))), follow_redirects=True).text


def grants() -> list[OAuthGrant]:
    with reading() as session:
        found = list(session.scalars(select(OAuthGrant)))
        session.expunge_all()
        return found


def archived() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Message)) or 0


@pytest.mark.dovecot
def test_alice_allows_it_and_her_mail_is_archived(
    alice: Person, set_up: OAuthProvider, account_id: int, dovecot: DovecotMailbox
) -> None:
    dovecot.deliver(letter(1))
    assert "signed in" in sign_in(alice, set_up, account_id)
    assert set_up.hints == [dovecot.username]
    assert sync.fetch(account_id, Silent()) == (True, "1 new message.")
    assert archived() == 1
    assert "mail-account:granted" in {event.tag for event in events(f"mail-account:{account_id}")}


@pytest.mark.dovecot
def test_a_token_whose_time_is_over_is_renewed_and_the_new_refresh_token_kept(
    alice: Person, set_up: OAuthProvider, account_id: int, dovecot: DovecotMailbox
) -> None:
    set_up.lifetime = 60
    sign_in(alice, set_up, account_id)
    for number in (1, 2, 3):
        dovecot.deliver(letter(number))
        assert sync.fetch(account_id, Silent()) == (True, "1 new message.")
    assert set_up.renewals == 3


@pytest.mark.dovecot
def test_a_token_that_the_mail_server_refuses_is_renewed_once(
    alice: Person, set_up: OAuthProvider, account_id: int, dovecot: DovecotMailbox
) -> None:
    set_up.access_token = "revoked-before-its-time"
    sign_in(alice, set_up, account_id)
    set_up.access_token = PASSWORD
    dovecot.deliver(letter(1))
    assert sync.fetch(account_id, Silent()) == (True, "1 new message.")
    assert set_up.renewals == 1


@pytest.mark.dovecot
def test_when_the_provider_refuses_the_account_says_so_and_one_click_mends_it(
    alice: Person, set_up: OAuthProvider, account_id: int, dovecot: DovecotMailbox
) -> None:
    set_up.lifetime = 0
    sign_in(alice, set_up, account_id)
    set_up.refuses = "invalid_grant"
    ok, told = sync.fetch(account_id, Silent())
    assert not ok
    assert told == "Example Mail does not allow this any more; allow it again on the account's page."
    assert told.replace("'", "&#39;") in alice.client.get(ACCOUNTS).text
    set_up.refuses = None
    set_up.lifetime = 3600
    sign_in(alice, set_up, account_id)
    assert sync.fetch(account_id, Silent()) == (True, "Nothing new.")


def test_a_provider_that_is_down_ends_nothing(alice: Person, set_up: OAuthProvider, account_id: int) -> None:
    set_up.lifetime = 0
    sign_in(alice, set_up, account_id)
    set_up.is_down = True
    ok, told = sync.fetch(account_id, Silent())
    assert (ok, told) == (False, "Example Mail could not be asked for access just now; nothing was changed.")
    [grant] = grants()
    assert grant.refused == ""


def test_before_somebody_signed_in_the_account_says_what_is_missing(
    alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    ok, told = sync.fetch(account_id, Silent())
    assert (ok, told) == (False, "Nobody has signed in for this account yet; do it on the Mail Accounts screen.")
    assert "Nobody has signed in for this account yet" in alice.client.get(ACCOUNTS).text


def test_a_state_serves_once_and_only_who_began(
    alice: Person, charlie: Person, root: Person, set_up: OAuthProvider, account_id: int
) -> None:
    way_back = back(set_up.allow(sent_to(alice, account_id)))
    assert charlie.client.get(way_back).status_code == 403
    assert root.client.get(way_back).status_code == 403
    assert grants() == []
    assert alice.client.get(way_back).status_code == 303
    assert alice.client.get(way_back).status_code == 403
    assert len(grants()) == 1


def test_a_state_that_is_too_old_serves_no_more(
    alice: Person, set_up: OAuthProvider, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_back = back(set_up.allow(sent_to(alice, account_id)))
    now = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert alice.client.get(way_back).status_code == 403
    assert grants() == []


def test_who_says_no_on_the_providers_page_changes_nothing(
    alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    way_back = back(set_up.allow(sent_to(alice, account_id)))
    state = way_back.partition("state=")[2]
    page = alice.client.get(f"/mail/sign-in?error=access_denied&state={state}", follow_redirects=True).text
    assert "nothing was changed" in page
    assert grants() == []


def test_an_account_that_is_led_elsewhere_loses_what_was_allowed(
    alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    sign_in(alice, set_up, account_id)
    moved = filled(host="mail.example.org", protocol="imaps", port="993")
    assert alice.client.post(f"{ACCOUNTS}/{account_id}/edit", data=moved).status_code == 303
    assert grants() == []


def test_a_token_is_only_for_the_providers_own_mail_servers(alice: Person, set_up: OAuthProvider) -> None:
    answer = alice.client.post(f"{ACCOUNTS}/new", data=filled(host="mail.evil.example", sign_in="own", password=""))
    assert answer.status_code == 422
    assert "Sign-ins of Example Mail are only for localhost." in answer.text


def test_a_token_goes_to_no_server_in_the_clear(alice: Person, set_up: OAuthProvider) -> None:
    values = filled(host="localhost", protocol="imap", port="143", sign_in="own", password="")
    answer = alice.client.post(f"{ACCOUNTS}/new", data=values)
    assert answer.status_code == 422
    assert "encrypted server only" in answer.text


def test_alice_adds_an_account_that_signs_in_with_the_provider(alice: Person, set_up: OAuthProvider) -> None:
    values = filled(host="localhost", sign_in="own", password="")
    page = alice.client.post(f"{ACCOUNTS}/new", data=values, follow_redirects=True).text
    assert "Sign in for it now" in page
    with reading() as session:
        account = session.scalars(select(MailAccount)).one()
        assert (account.sign_in, account.password_sealed) == ("own", None)


@pytest.mark.dovecot
def test_test_connection_uses_what_was_allowed(
    app: Flask, alice: Person, set_up: OAuthProvider, account_id: int, dovecot: DovecotMailbox
) -> None:
    sign_in(alice, set_up, account_id)
    endpoint = dovecot.endpoint(Protocol.IMAPS)
    values = filled(host=endpoint.host, port=str(endpoint.port), username=endpoint.username, sign_in="own", password="")
    page = alice.client.post(f"{ACCOUNTS}/{account_id}/test", data=values).text
    assert "notice-success" in page


def test_only_super_users_set_providers_up(site: Site, alice: Person, provider: OAuthProvider) -> None:
    assert alice.client.post(f"{PROVIDERS}/own", data=own_provider(provider)).status_code == 403
    with reading() as session:
        assert session.scalar(select(OAuthClient)) is None


def test_the_secrets_are_sealed_shown_nowhere_and_rotated(
    app: Flask, root: Person, alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    sign_in(alice, set_up, account_id)
    pages = [root.client.get(f"{PROVIDERS}/own").text, alice.client.get(ACCOUNTS).text]
    database = Path(app.config["DATA"], "postroom.sqlite")
    files = b"".join(path.read_bytes() for path in database.parent.glob("postroom.sqlite*"))
    for secret in (CLIENT_SECRET, PASSWORD):
        assert not any(secret in page for page in pages)
        assert secret.encode() not in files
    keys.rotate()
    [grant] = grants()
    assert grant.access_token_sealed is not None
    assert unseal(grant.access_token_sealed) == PASSWORD


@pytest.mark.parametrize("field", ["authorization_url", "token_url"])
def test_an_address_that_is_not_https_is_refused(root: Person, provider: OAuthProvider, field: str) -> None:
    answer = root.client.post(f"{PROVIDERS}/own", data=own_provider(provider, **{field: "http://login.example.org/"}))
    assert answer.status_code == 422
    assert "begins with https" in answer.text


def test_a_secret_is_not_sent_to_another_address(root: Person, set_up: OAuthProvider) -> None:
    moved = own_provider(set_up, token_url="https://elsewhere.example.org/token", secret="")
    answer = root.client.post(f"{PROVIDERS}/own", data=moved)
    assert answer.status_code == 422
    assert "never sent to another address" in answer.text


def test_what_one_address_gave_is_never_shown_to_another(
    root: Person, alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    sign_in(alice, set_up, account_id)
    moved = own_provider(set_up, token_url="https://elsewhere.example.org/token")
    assert root.client.post(f"{PROVIDERS}/own", data=moved).status_code == 303
    assert grants() == []


def test_a_server_that_is_listed_no_more_gets_no_token(
    root: Person, alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    sign_in(alice, set_up, account_id)
    root.client.post(f"{PROVIDERS}/own", data=own_provider(set_up, hosts="mail.example.org"))
    ok, told = sync.fetch(account_id, Silent())
    assert (ok, told) == (False, "Sign-ins of Example Mail are only for mail.example.org.")


def test_forgetting_a_provider_forgets_what_was_allowed(
    root: Person, alice: Person, set_up: OAuthProvider, account_id: int
) -> None:
    sign_in(alice, set_up, account_id)
    root.client.post(f"{PROVIDERS}/own/forget")
    assert grants() == []
    assert [event.tag for event in events("oauth-client:own")] == ["oauth-client:registered", "oauth-client:removed"]


def test_a_wrong_client_secret_is_said_in_words(
    alice: Person, root: Person, provider: OAuthProvider, set_up: OAuthProvider, account_id: int
) -> None:
    root.client.post(f"{PROVIDERS}/own", data=own_provider(provider, secret="another"))
    assert "the client id or its secret is wrong" in sign_in(alice, set_up, account_id)


def test_google_and_microsoft_are_set_up_with_an_id_and_a_secret(root: Person, alice: Person) -> None:
    registered = {"client_id": "id", "secret": "secret", "tenant": "contoso.example"}
    for name in ("google", "microsoft"):
        assert root.client.post(f"{PROVIDERS}/{name}", data=registered).status_code == 303
    form = alice.client.get(f"{ACCOUNTS}/new").text
    assert "With Google" in form
    assert "With Microsoft" in form
    gmail = alice.client.get(f"{ACCOUNTS}/new?preset=gmail").text
    assert re.search(r'value="google"[^>]* checked|checked[^>]* value="google"', gmail)
    for host, sign_in_with, page in (
        ("imap.gmail.com", "google", "https://accounts.google.com/o/oauth2/v2/auth?"),
        ("outlook.office365.com", "microsoft", "https://login.microsoftonline.com/contoso.example/oauth2/"),
    ):
        alice.client.post(f"{ACCOUNTS}/new", data=filled(host=host, sign_in=sign_in_with, password=""))
        with reading() as session:
            account_id = session.scalar(select(func.max(MailAccount.id))) or 0
        assert sent_to(alice, account_id).startswith(page)
