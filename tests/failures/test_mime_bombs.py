"""Twenty messages that are made to kill a parser: each is archived as it came, and the fetch goes on."""

from __future__ import annotations

import base64
import time

from tests.failures.rows import shows
from tests.failures.world import World, mailbox
from tests.mail.accounts import letter
from tests.servers.scripted import ScriptedServer

CARD = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
ZIP = "--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
NEST = "Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"
BOMBS = {
    "nested 3,000 deep": "".join(NEST.format(n) for n in range(3000)),
    "messages in messages": "Content-Type: message/rfc822\r\n\r\n" * 3000,
    "100,000 parts": CARD + "--b\r\n\r\nx\r\n" * 100_000,
    "100,000 empty parts": CARD + "--b\r\n" * 100_000,
    "part after the end": CARD + "--b--\r\n--b\r\n\r\nx\r\n" * 30_000,
    "16,000 addresses": "To: " + ",\r\n ".join(f"P{n} <p{n}@example.org>" for n in range(16_000)) + "\r\n\r\nx\r\n",
    "subject of 5 MB": "Subject: " + "long " * 1_000_000 + "\r\n\r\nx\r\n",
    "words in a subject": "Subject: " + "=?utf-8?q?x?= " * 100_000 + "\r\n\r\nx\r\n",
    "unfinished words": "Subject: " + "=?a?q?z" * 300_000 + "\r\n\r\nx\r\n",
    "parentheses": "To: " + "(" * 300_000 + "\r\n\r\nx\r\n",
    "brackets": "References: " + "<" * 300_000 + "\r\n\r\nx\r\n",
    "quotes": "To: " + '"' * 300_001 + "\r\n\r\nx\r\n",
    "300,000 header fields": "X-A: b\r\n" * 300_000 + "\r\nx\r\n",
    "header without an end": "x" * 3_000_000,
    "folds": "Subject: a" + "\r\n b" * 300_000 + "\r\n\r\nx\r\n",
    "parameters": "Content-Type: text/plain" + "; a=b" * 100_000 + "\r\n\r\nx\r\n",
    "pieces of a name": "Content-Type: text/plain" + "".join(f"; name*{n}=x" for n in range(9000)) + "\r\n\r\nx\r\n",
    "base64 of nothing": "Content-Transfer-Encoding: base64\r\n\r\n" + "AA==" * 300_000,
    "tags without end": "Content-Type: text/html\r\n\r\n" + "<div>" * 100_000,
    "zip of zeros": CARD + ZIP + base64.b64encode(b"PK\x03\x04" + bytes(200_000)).decode() + "\r\n--b--\r\n",
}  # fmt: skip


@shows("mime bombs", "bad mail blocks the account", "nested until recursion ends")
def test_each_of_twenty_bombs_is_archived_raw_and_the_fetch_goes_on(world: World) -> None:
    assert len(BOMBS) == 20
    bombs = [f"Message-ID: <bomb{n}@example.org>\r\n{each}".encode() for n, each in enumerate(BOMBS.values())]
    letters = [letter(1), *bombs, letter(2)]
    script = mailbox(letters)
    with ScriptedServer(script) as server:
        account = world.account(server)
        begun = time.process_time()
        world.fetch(account)
        assert time.process_time() - begun < 60
        world.assert_each_once(letters)
        assert all(row.parsed_version != 0 for row in world.messages())
        script.messages[99] = letter(3)
        assert world.fetch(account) == "1 new message."
