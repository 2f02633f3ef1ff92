"""Hostile mail in a real browser: nothing runs, nothing calls home, and pictures that came along are drawn."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Dialog, Page, Request
from werkzeug.serving import make_server

from tests.corpora import FOLDER
from tests.factories import PIXEL, Attached, Letter, make_message, make_messages
from tests.journeys.live import chromium
from tests.mail.screens import MAIL
from tests.people import Person, Site

pytestmark = [
    pytest.mark.chromium,
    # Flask-Compress leaves the files that it has read for the garbage collector to close.
    pytest.mark.filterwarnings("ignore:.*FileIO.*:pytest.PytestUnraisableExceptionWarning"),
]
# Of our own: each tries to run, to load, to post or to leave.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<meta http-equiv="refresh" content="0;url=http://elsewhere.example/">',
    '<link rel="stylesheet" href="http://elsewhere.example/x.css">',
    '<img srcset="http://elsewhere.example/1.png 1x">',
    '<table background="http://elsewhere.example/2.png"><tr><td>x</table>',
    '<p style="background:url(http://elsewhere.example/3.png)">x</p>',
    '<p style="--x:url(http://elsewhere.example/4.png);background:var(--x)">x</p>',
    '<style>@import "http://elsewhere.example/5.css";</style>',
    '<video poster="http://elsewhere.example/6.png" src="http://elsewhere.example/7.mp4" autoplay></video>',
    '<audio src="http://elsewhere.example/8.mp3" autoplay></audio>',
    '<object data="http://elsewhere.example/9.swf"></object>',
    '<form action="http://elsewhere.example/10"><input autofocus onfocus=alert(1)></form>',
    '<input type="image" src="http://elsewhere.example/11.png">',
    '<a href="javascript:alert(1)" autofocus onfocus=alert(1)>x</a>',
    "</title></style></textarea></body><script>alert(1)</script>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>x</details>",
    '<base href="http://elsewhere.example/"><img src="12.png">',
    '<img src="//elsewhere.example/13.png">',
)


@dataclass
class Watched:
    """A browser that is signed in as Alice, and all that happens in it that should not."""

    page: Page
    address: str
    dialogs: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def note_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def note_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.elsewhere.append(request.url)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)


@pytest.fixture(scope="module")
def browser_context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1000, "height": 900})
        # Nothing may leave the machine, whatever the test finds out.
        context.route("**/*", lambda route: route.continue_() if "//127.0.0.1:" in route.request.url else route.abort())
        yield context


@pytest.fixture
def watched(app: Flask, alice: Person, browser_context: BrowserContext) -> Iterator[Watched]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    cookie = alice.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    browser_context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page = browser_context.new_page()
    found = Watched(page, address)
    page.on("dialog", found.note_dialog)
    page.on("request", found.note_request)
    try:
        yield found
    finally:
        page.close()
        server.shutdown()
        thread.join()
        server.server_close()


def read_all(watched: Watched, site: Site, payloads: list[str], path: str = "") -> None:
    ids = make_messages(site.team, [Letter(html=f"<p>before</p>{payload}<p>after</p>") for payload in payloads])
    for each in ids:
        watched.go(f"{MAIL}/{each}{path}")
        watched.page.wait_for_timeout(20)


def test_the_watch_would_see_a_script_run(watched: Watched) -> None:
    watched.page.set_content("<script>alert('seen')</script>")

    assert watched.dialogs == ["seen"]


def test_our_own_payloads_do_nothing(watched: Watched, site: Site) -> None:
    read_all(watched, site, list(PAYLOADS))

    assert (watched.dialogs, watched.elsewhere) == ([], [])


@pytest.mark.corpora
@pytest.mark.slow
def test_what_others_have_collected_does_nothing(watched: Watched, site: Site) -> None:
    path = FOLDER / "xss-dompurify.tar.gz"
    if not path.exists():
        pytest.skip(f"needs {path.name} in POSTROOM_CORPORA")
    with tarfile.open(path) as archive:
        member = archive.extractfile("xss-dompurify/expect.json")
        assert member is not None
        collected = [entry["payload"] for entry in json.load(member)]
    assert len(collected) > 150

    # The frame's document by itself is quicker than the page around it, and has the same policy.
    read_all(watched, site, collected, path="/html")

    assert (watched.dialogs, watched.elsewhere) == ([], [])


def test_pictures_from_elsewhere_are_loaded_only_when_asked_for(watched: Watched, site: Site) -> None:
    made = make_message(site.team, html='<p>x<img src="http://elsewhere.example/a.png"></p>')

    watched.go(f"{MAIL}/{made}")
    watched.page.wait_for_timeout(100)
    assert watched.elsewhere == []
    watched.page.get_by_role("link", name="Load it").click()
    for _ in range(100):
        watched.page.wait_for_timeout(50)
        if watched.elsewhere:
            break
    assert watched.elsewhere == ["http://elsewhere.example/a.png"]


def test_pictures_that_the_mail_brought_are_drawn_in_the_frame(watched: Watched, site: Site) -> None:
    made = make_message(
        site.team,
        html='<p><img src="cid:pic@x" width="40" height="40"></p>',
        attached=[Attached(PIXEL, "image/png", 'inline; filename="a.png"', "Content-ID: <pic@x>\r\n")],
    )

    watched.go(f"{MAIL}/{made}")
    picture = watched.page.frame_locator("iframe").locator("img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1


def test_an_attachment_that_a_browser_would_run_is_downloaded(watched: Watched, site: Site) -> None:
    page = Attached(b"<script>alert(1)</script>", "text/html", 'attachment; filename="page.html"')
    made = make_message(site.team, attached=[page])

    watched.go(f"{MAIL}/{made}")
    with watched.page.expect_download() as download:
        watched.page.get_by_role("link", name="page.html").click()
    assert download.value.suggested_filename == "page.html"
    assert watched.dialogs == []
