"""Builds the sample mailbox. The same bytes every time: no clock, no chance.

``messages()`` is the mailbox in the order in which its messages arrived; ``python -m demo.mailbox.build FILE``
writes it as an mbox file.
"""

from __future__ import annotations

import sys
from datetime import UTC
from functools import cache
from pathlib import Path

from demo.mailbox.compose import Post, compose
from demo.mailbox.letters import read_folder
from demo.mailbox.people import people
from wiki.mail.formats import mbox
from wiki.mail.message import RawMessage

CONVERSATIONS = Path(__file__).parent / "conversations"

# The word that stands in one message and in no wiki page: what the demonstration searches for.
RARE_WORD = "heliotrope"


@cache
def raw_messages() -> tuple[RawMessage, ...]:
    """Every message with the time of its arrival, in the order of arrival; a letter with ``Copies: 2`` comes twice."""
    letters = {letter.key: letter for letter in read_folder(CONVERSATIONS)}
    post = Post(letters, people())
    made: list[RawMessage] = []
    for letter in sorted(letters.values(), key=lambda letter: (post.arrived(letter), letter.key)):
        raw = RawMessage(compose(letter, post), post.arrived(letter).astimezone(UTC))
        made += [raw] * int(letter.get("Copies", "1"))
    return tuple(made)


def messages() -> list[bytes]:
    """The bytes of every message, in the order of arrival."""
    return [raw.content for raw in raw_messages()]


def write_mbox(path: Path) -> int:
    """Writes the mailbox as an mboxrd file; answers how many messages it wrote."""
    with path.open("wb") as out:
        return mbox.write(out, raw_messages())


if __name__ == "__main__":
    print(f"{write_mbox(Path(sys.argv[1]))} messages")
