"""The demonstration's mail server serves what it was given, octet for octet, to any client."""

from __future__ import annotations

import imaplib
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.mailbox.build import raw_messages
from demo.server import MailServer, ServerFailed
from wiki.mail.message import RawMessage

PROJECT = Path(__file__).resolve().parents[2]
CORPORA = Path(os.environ.get("POSTROOM_CORPORA", PROJECT.parent / "shared" / "corpora"))

AWKWARD = {
    "bare line feeds": b"Subject: a\nFrom: b@example.org\n\none\ntwo\n",
    "mixed line ends": b"Subject: a\r\n\r\none\ntwo\r\nthree\rfour\r\n",
    "a zero byte": b"Subject: a\r\n\r\none\x00two\r\n",
    "every byte there is": b"Subject: a\r\n\r\n" + bytes(range(256)) + b"\r\n",
    "headers and nothing else": b"Subject: a\r\nFrom: b@example.org\r\n",
    "one line without an end": b"Subject: a",
    "no header": b"\r\nonly a body\r\n",
    "no final line end": b"Subject: a\r\n\r\nno end",
    "a very long line": b"Subject: a\r\n\r\n" + b"x" * 200_000 + b"\r\n",
    "a From line in the text": b"Subject: a\r\n\r\nFrom here on\r\n>From there\r\n",
    "lines of one dot": b"Subject: a\r\n\r\n.\r\n..\r\n.\r\n",
    "something like a literal": b"Subject: {10}\r\n\r\n)\r\nA1 OK {3}\r\n",
    "a thousand multiparts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level) for level in range(1200)
    ),
}


@contextmanager
def signed_in(server: MailServer) -> Iterator[imaplib.IMAP4]:
    client = imaplib.IMAP4(server.host, server.port, timeout=20)
    try:
        client.login(server.username, server.password)
        client.select()
        yield client
    finally:
        client.shutdown()


def everything_in(client: imaplib.IMAP4) -> list[bytes]:
    """The contents of the selected folder; the size that the server announces must be that of each."""
    _, [count] = client.select(readonly=True)
    contents = []
    for first in range(1, int(count or 0) + 1, 200):
        _, items = client.fetch(f"{first}:{first + 199}", "(RFC822.SIZE BODY.PEEK[])")
        for head, content in (item for item in items if isinstance(item, tuple)):
            announced = re.search(rb"RFC822\.SIZE (\d+)", head)
            assert announced is not None
            assert int(announced.group(1)) == len(content)
            contents.append(content)
    return contents


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("mail") / "server", raw_messages()) as running:
        yield running


def test_every_message_of_the_sample_comes_back_octet_for_octet(server: MailServer) -> None:
    with signed_in(server) as client:
        assert everything_in(client) == [raw.content for raw in raw_messages()]


def test_the_time_of_arrival_is_the_internal_date(server: MailServer) -> None:
    with signed_in(server) as client:
        _, [answer] = client.fetch("1", "(INTERNALDATE)")
        assert isinstance(answer, bytes)
        said = re.search(rb'INTERNALDATE "(.*?)"', answer)
        assert said is not None
        given = raw_messages()[0].internal_date
        assert given is not None
        assert datetime.strptime(said.group(1).decode(), "%d-%b-%Y %H:%M:%S %z") == given.replace(microsecond=0)


def test_a_wrong_password_is_refused(server: MailServer) -> None:
    client = imaplib.IMAP4(server.host, server.port, timeout=20)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(server.username, server.password + "x")
    client.shutdown()


def test_awkward_octets_are_served_as_they_are(tmp_path: Path) -> None:
    with MailServer(tmp_path / "server", map(RawMessage, AWKWARD.values())) as server, signed_in(server) as client:
        served = everything_in(client)
        assert dict(zip(AWKWARD, served, strict=True)) == AWKWARD


def test_what_a_client_moves_keeps_its_octets(tmp_path: Path) -> None:
    content = AWKWARD["headers and nothing else"]
    with MailServer(tmp_path / "server", [RawMessage(content)]) as server, signed_in(server) as client:
        client.create("Archive")
        client.uid("MOVE", "1:*", "Archive")
        client.select("Archive", readonly=True)
        _, items = client.fetch("1", "(BODY.PEEK[])")
        assert isinstance(items[0], tuple)
        assert items[0][1] == content


def test_what_a_client_deletes_is_gone_and_the_rest_stays(tmp_path: Path) -> None:
    given = [RawMessage(b"Subject: %d\r\n\r\n" % number) for number in range(3)]
    with MailServer(tmp_path / "server", given) as server, signed_in(server) as client:
        _, [uids] = client.uid("SEARCH", "ALL")
        client.uid("STORE", uids.split()[1].decode(), "+FLAGS", "(\\Deleted)")
        client.uid("EXPUNGE", uids.split()[1].decode())
        assert everything_in(client) == [given[0].content, given[2].content]


def test_it_is_the_same_mailbox_after_a_restart(tmp_path: Path) -> None:
    given = [RawMessage(content, datetime(2026, 1, 2, tzinfo=UTC)) for content in AWKWARD.values()]
    seen = []
    for _ in range(2):
        with MailServer(tmp_path / "server", given) as server, signed_in(server) as client:
            seen.append((client.response("UIDVALIDITY"), client.uid("SEARCH", "ALL")))
    assert seen[0] == seen[1]


def test_other_mail_is_another_mailbox(tmp_path: Path) -> None:
    seen = []
    for content in (b"Subject: a\r\n\r\n", b"Subject: b\r\n\r\n"):
        with MailServer(tmp_path / "server", [RawMessage(content)]) as server, signed_in(server) as client:
            seen.append(client.response("UIDVALIDITY"))
            assert everything_in(client) == [content]
    assert seen[0] != seen[1]


def test_it_is_gone_when_it_has_been_stopped(tmp_path: Path) -> None:
    server = MailServer(tmp_path / "server", raw_messages()[:1])
    with server:
        pass
    with pytest.raises(ConnectionRefusedError):
        imaplib.IMAP4(server.host, server.port, timeout=5)


def test_a_server_that_does_not_start_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.server.sys.executable", shutil.which("false"))
    with pytest.raises(ServerFailed, match="did not start"):
        MailServer(tmp_path / "server", raw_messages()[:1]).start()


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["spamassassin", "ponymail"])
def test_the_mail_of_strangers_comes_back_octet_for_octet(corpus: str, tmp_path: Path) -> None:
    archive = CORPORA / f"{corpus}.tar.gz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here; POSTROOM_CORPORA says where the corpora are.")
    given = [content for number, content in enumerate(_mail_in(archive)) if number % 4 == 0]
    assert len(given) > 400
    with MailServer(tmp_path / "server", map(RawMessage, given)) as server, signed_in(server) as client:
        assert everything_in(client) == given


def _mail_in(archive: Path) -> Iterator[bytes]:
    with tarfile.open(archive) as tar:
        for member in tar:
            opened = tar.extractfile(member)
            if opened is None:
                continue
            if member.name.endswith(".eml"):
                yield opened.read()
            elif member.name.endswith(".mbox"):
                yield from re.split(rb"(?m)^From [^\n]*\n", opened.read())[1:]


def test_it_does_not_outlive_whoever_started_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from demo.server import MailServer\n"
        "server = MailServer(Path(sys.argv[1]), []); server.start(); print(server.port, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "server")], cwd=PROJECT, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    port = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    pytest.fail("The server is still there.")
