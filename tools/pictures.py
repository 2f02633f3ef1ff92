"""Takes the README's pictures from a running demo: ``python -m tools.pictures ADDRESS NAME PASSWORD FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@dataclass(frozen=True)
class Picture:
    """What to show, how wide and in which colours, and what to do before the shutter."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda _page: None
    width: int = 1280
    height: int = 800
    scheme: str = "light"


def _open_space_tools(page: Page) -> None:
    page.get_by_text("Space tools", exact=True).first.click()
    page.locator('[data-nav="mail.accounts"]').hover()


def _open_browse(page: Page) -> None:
    page.get_by_text("Browse", exact=True).click()
    page.get_by_role("link", name="Space Admin").hover()


def _open_space_admin(page: Page) -> None:
    page.locator('[data-nav="mail.accounts"]').hover()


def _open_thread(page: Page) -> None:
    page.locator(".result-title a").first.click()
    page.locator('a[href*="/mail/threads/"]').first.click()
    page.wait_for_load_state()


PICTURES = (
    Picture("default-menu", "/spaces/TEAM", _open_space_tools),
    Picture("documentation-browse", "/spaces/PETREL", _open_browse),
    Picture("documentation-menu", "/spaces/PETREL/integrations/mail-accounts", _open_space_admin),
    Picture("mail-list", "/spaces/TEAM/mail"),
    Picture("thread", "/search?q=%22went+out+at+Baleal%22&type=mail", _open_thread),
    Picture("search", "/search?q=heliotrope"),
    Picture("search-dark-narrow", "/search?q=heliotrope", width=390, height=800, scheme="dark"),
)


def main() -> None:
    """Sign in and take them all."""
    address, name, password, folder = sys.argv[1:]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context().new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        for picture in PICTURES:
            page.emulate_media(color_scheme="dark" if picture.scheme == "dark" else "light")
            page.set_viewport_size({"width": picture.width, "height": picture.height})
            page.goto(f"{address}{picture.path}")
            picture.act(page)
            page.wait_for_timeout(300)
            page.screenshot(path=str(target / f"{picture.name}.png"))
        browser.close()


if __name__ == "__main__":
    main()
