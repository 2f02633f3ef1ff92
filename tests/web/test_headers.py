"""Every answer carries the headers that keep a browser from being turned against its reader."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people import Site

PLACES = ["/", "/sign-in", "/spaces", "/search?q=x", "/spaces/TEAM", "/nowhere", "/spaces/TEAM/mail"]


@pytest.mark.parametrize("path", PLACES)
def test_a_page_says_what_it_allows(site: Site, path: str) -> None:
    headers = site.alice.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Cookie" in headers["Vary"]


def test_static_files_may_be_kept_for_ever_but_only_under_their_own_hash(site: Site, client: FlaskClient) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    parts = address.split("/")
    parts[2] = "000000000000"
    assert client.get("/".join(parts)).headers["Cache-Control"] == "no-cache"
