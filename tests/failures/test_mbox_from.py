"""Lines that begin with From, through a mailbox file and from a server: known again, changed nowhere."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from tests.failures.rows import shows
from tests.failures.world import World, mailbox
from tests.servers.scripted import ScriptedServer
from wiki.db import transaction
from wiki.jobs.progress import Silent
from wiki.mail.formats import mbox
from wiki.mail.importing import transfer
from wiki.mail.message import RawMessage

HEAD = b"From: ann@example.org\nMessage-ID: <1@example.org>\nDate: Mon, 2 Nov 2020 10:00:00 +0000\nSubject: x\n\n"
BODIES = [b"From here on\n", b">From here on\n", b">>From here on\n", b"From a@b Mon Nov  2 09:00:00 2020\nand on\n"]


def import_file(world: World, path: Path) -> str:
    with transaction() as session:
        import_id = transfer.begin(session, world.space, path, "alice")
    return transfer.run(import_id, Silent())


@shows("mbox from damage")
@pytest.mark.parametrize("body", BODIES)
def test_what_is_written_to_a_mailbox_file_comes_back_as_the_same_message(
    world: World, tmp_path: Path, body: bytes
) -> None:
    with ScriptedServer(mailbox([HEAD + body])) as server:
        world.fetch(world.account(server))
    written = BytesIO()
    mbox.write(written, [RawMessage(content) for content in world.archived()])
    path = tmp_path / "out.mbox"
    path.write_bytes(written.getvalue())
    import_file(world, path)
    world.assert_each_once([HEAD + body])


@shows("mbox from damage")
@pytest.mark.parametrize("body", BODIES)
def test_a_foreign_mailbox_file_is_kept_as_it_stands(world: World, tmp_path: Path, body: bytes) -> None:
    """Whether > was put before From or written there nobody can tell: the octets stay, and nothing is split."""
    quoted = b">" + body if body.startswith(b"From ") else body
    path = tmp_path / "foreign.mbox"
    path.write_bytes(b"From ann@example.org Mon Nov  2 10:00:00 2020\n" + HEAD + quoted + b"\n")
    import_file(world, path)
    [content] = world.archived()
    assert content == HEAD + quoted
    import_file(world, path)
    assert world.archived() == [content]
