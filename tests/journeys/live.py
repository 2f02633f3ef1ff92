"""The whole site as people meet it: gunicorn and the worker in processes of their own, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.servers.machine import free_port

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class LiveSite:
    """A running site: where it is, and where its data are."""

    address: str
    data: Path
    environment: dict[str, str]

    def flask(self, *command: str, given: str = "") -> str:
        """Run a ``flask`` command on the site and give what it prints."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("flask")), *command],
            cwd=PROJECT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running_site(data: Path, allowed_hosts: frozenset[str], cafile: Path | None) -> Iterator[LiveSite]:
    """Run web server and worker on fresh data until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "POSTROOM_DATA": str(data),
        "POSTROOM_BIND": f"127.0.0.1:{port}",
        "POSTROOM_MAIL_ALLOW_HOSTS": ",".join(sorted(allowed_hosts)),
        "POSTROOM_MAIL_CA_FILE": str(cafile or ""),
        "POSTROOM_MAIL_DELETE_DELAY_HOURS": "0",
        "POSTROOM_LOG_LEVEL": "WARNING",
        "FLASK_APP": "wsgi.py",
        "PYTHONPATH": str(PROJECT),
    }
    site = LiveSite(f"http://127.0.0.1:{port}", data, environment)
    site.flask("db", "upgrade")
    log = (data / "site.log").open("wb")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("flask")), "serve"],
        cwd=PROJECT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_until_it_answers(site, process)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright; left out with a message where it is missing, a failure in CI."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _wait_until_it_answers(site: LiveSite, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, (site.data / "site.log").read_text(errors="replace")
        try:
            with urllib.request.urlopen(f"{site.address}/sign-in", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("The site did not start: " + (site.data / "site.log").read_text(errors="replace")[-2000:])
