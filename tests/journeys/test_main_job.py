"""The main job, by both menu paths: set an account up, have its mail archived, read it, find it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.live import LiveSite, chromium, running_site
from tests.mail.accounts import letter
from tests.servers.dovecot import DovecotMailbox
from wiki.mail.transport.endpoint import Protocol

pytestmark = [pytest.mark.dovecot, pytest.mark.chromium]
PASSWORD = secrets.token_urlsafe(12)
PATIENCE = 20_000


@pytest.fixture
def live(dovecot: DovecotMailbox, tmp_path: Path) -> Iterator[LiveSite]:
    with running_site(tmp_path, dovecot.policy.allowed_private, dovecot.policy.cafile) as site:
        site.flask("users", "create", "alice", "--super", given=f"{PASSWORD}\n")
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []


def sign_in(page: Page, live: LiveSite) -> None:
    page.goto(f"{live.address}/sign-in")
    page.get_by_label("User name").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Welcome, alice")).to_be_visible()


def by_the_sidebar(page: Page) -> None:
    page.get_by_text("Space tools", exact=True).first.click()
    page.get_by_role("link", name="Mail Accounts").click()


def by_the_browse_menu(page: Page) -> None:
    page.get_by_text("Browse", exact=True).click()
    page.get_by_role("link", name="Space Admin").click()
    page.get_by_role("link", name="Mail Accounts").click()


@pytest.mark.parametrize(
    ("theme", "find_the_way"),
    [("default", by_the_sidebar), ("documentation", by_the_browse_menu)],
    ids=["default theme", "documentation theme"],
)
def test_alice_archives_a_mailbox_and_finds_a_word_in_it(
    live: LiveSite, page: Page, dovecot: DovecotMailbox, theme: str, find_the_way: object
) -> None:
    dovecot.deliver(letter(1, subject="The lamp room"))
    dovecot.deliver(letter(2, subject="Re: The lamp room", body="It smells of heliotrope.", reply_to=1))
    live.flask("spaces", "create", "TEAM", "The team", "--theme", theme)
    sign_in(page, live)
    page.goto(f"{live.address}/spaces/TEAM")
    assert callable(find_the_way)
    find_the_way(page)
    add_account(page, dovecot)
    expect(page.get_by_text("2 new messages")).to_be_visible()
    read_the_thread(page, live)
    page.get_by_role("searchbox").first.fill("heliotrope")
    page.keyboard.press("Enter")
    expect(page.locator("mark", has_text="heliotrope")).to_be_visible()
    page.get_by_role("link", name="Re: The lamp room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Re: The lamp room")


def add_account(page: Page, mailbox: DovecotMailbox) -> None:
    endpoint = mailbox.endpoint(Protocol.IMAPS)
    page.get_by_role("link", name="Add mail account").first.click()
    page.get_by_label("Account Name").fill("Team mailbox")
    page.get_by_label("Protocol").select_option("pop")
    expect(page.get_by_label("Port", exact=True)).to_have_value("110")
    page.get_by_label("Protocol").select_option("imaps")
    expect(page.get_by_label("Port", exact=True)).to_have_value("993")
    page.get_by_label("Hostname").fill(endpoint.host)
    page.get_by_label("Port", exact=True).fill(str(endpoint.port))
    page.get_by_label("Username").fill(endpoint.username)
    page.get_by_label("Password", exact=True).fill("a wrong one")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("did not accept this username and password")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(endpoint.password)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("2 messages")).to_be_visible()
    page.get_by_role("button", name="Create", exact=True).last.click()


def read_the_thread(page: Page, live: LiveSite) -> None:
    page.goto(f"{live.address}/spaces/TEAM/mail")
    page.get_by_role("link", name="Re: The lamp room").first.click()
    expect(page.get_by_text("It smells of heliotrope.")).to_be_visible()
