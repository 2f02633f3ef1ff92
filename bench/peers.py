"""notmuch and public-inbox on the same mailbox, where they are installed."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from wiki.blobs.store import Spooled
from wiki.mail.formats import mbox

PERL = """
use PublicInbox::Inbox; use PublicInbox::InboxWritable; use PublicInbox::Config;
my $box = PublicInbox::Config->new->lookup_name('bench');
binmode STDIN;
PublicInbox::InboxWritable->new($box)->import_mbox(\\*STDIN, 'mboxrd');
"""


@dataclass(frozen=True)
class Command:
    """What is run and timed: with this environment, its standard input from this file."""

    arguments: list[str]
    environment: dict[str, str]
    standard_input: Path | None = None


def notmuch(folder: Path, mailbox: Path) -> tuple[list[Command], Command] | None:
    """``notmuch new`` of a Maildir, which is made beforehand; None where it is not installed."""
    if shutil.which("notmuch") is None:
        return None
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    with mailbox.open("rb") as stream:
        for number, entry in enumerate(mbox.read(stream)):
            (folder / "mail" / "cur" / f"{number}.bench:2,S").write_bytes(octets(entry.content))
    settings = folder / "notmuch.conf"
    settings.write_text(f"[database]\npath={folder / 'mail'}\n[user]\nname=Bench\nprimary_email=bench@example.org\n")
    return [], Command(["notmuch", "new", "--quiet"], {**_bare(folder), "NOTMUCH_CONFIG": str(settings)})


def octets(content: bytes | Spooled) -> bytes:
    """A message of the mailbox, whole."""
    return content if isinstance(content, bytes) else content.path.read_bytes()


def public_inbox(folder: Path, mailbox: Path) -> tuple[list[Command], Command] | None:
    """A V2 inbox with the full index, from the mbox on standard input; None where it is not installed."""
    if shutil.which("public-inbox-init") is None or shutil.which("perl") is None:
        return None
    environment = {**_bare(folder), "PI_CONFIG": str(folder / "config")}
    name, address = "http://127.0.0.1/bench", "list@lists.example.net"
    begin = Command(
        ["public-inbox-init", "-V2", "-L", "full", "bench", str(folder / "inbox"), name, address], environment
    )
    return [begin], Command(["perl", "-e", PERL], environment, mailbox)


def _bare(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
