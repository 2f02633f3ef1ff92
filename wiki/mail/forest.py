"""Threads as pure data: who answers whom, worked out from References and In-Reply-To alone.

After Jamie Zawinski's algorithm (https://www.jwz.org/doc/threading.html), changed so that the result depends on
the set of messages and never on the order in which they came: a message's own header decides its parent; for a
message that names none, or that is missing (a ghost), the chains of the others vote. Subjects are never looked at.
Nothing here recurses: a thread of 10,000 messages, one below the other, is ordinary.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

# A list of trees as JSON: [Message-ID or null for a missing parent, [child trees]].
Tree = list[Any]


@dataclass(frozen=True)
class Mention:
    """What one message says: its Message-ID, and the chain of its ancestors, oldest first, without itself."""

    message_id: str
    chain: tuple[str, ...]

    @classmethod
    def of(cls, message_id: str, references: Iterable[str], in_reply_to: str) -> Mention:
        """References decide; In-Reply-To only where there are none (RFC 5256, section 3)."""
        chain = dict.fromkeys(each for each in references if each and each != message_id)
        if not chain and in_reply_to and in_reply_to != message_id:
            chain = {in_reply_to: None}
        return cls(message_id, tuple(chain))


@dataclass
class _Ballot:
    own: dict[str, Counter[str]] = field(default_factory=dict)
    votes: dict[str, Counter[str]] = field(default_factory=dict)


def parents(mentions: Iterable[Mention]) -> dict[str, str | None]:
    """Give every mentioned Message-ID its parent, or None for a root. Loops are cut, the same way each time."""
    ballot = _Ballot()
    known: dict[str, None] = {}
    for mention in mentions:
        known[mention.message_id] = None
        known.update(dict.fromkeys(mention.chain))
        for older, newer in zip(mention.chain, mention.chain[1:], strict=False):
            ballot.votes.setdefault(newer, Counter())[older] += 1
        if mention.chain:
            ballot.own.setdefault(mention.message_id, Counter())[mention.chain[-1]] += 1
    found = {message_id: _winner(ballot.own.get(message_id) or ballot.votes.get(message_id)) for message_id in known}
    for loop in _loops(found):
        # A guessed link goes before one that a message states itself.
        found[min(loop, key=lambda message_id: (message_id in ballot.own, message_id))] = None
    return found


def trees(links: Mapping[str, str | None], present: AbstractSet[str], sort_key: Callable[[str], Any]) -> list[Tree]:
    """Build the trees for people: siblings in order, ghosts only where they hold real messages together.

    A ghost without children is left out, and of several ghosts above one another the lowest stands for all.
    ``sort_key`` is asked for present messages; a ghost sorts as its first child does.
    """
    children: dict[str | None, list[str]] = {}
    for message_id, parent in links.items():
        children.setdefault(parent, []).append(message_id)
    built: dict[str, list[tuple[Any, Tree]]] = {}
    for message_id in _bottom_up(children):
        below = [entry for child in children.get(message_id, ()) for entry in built.pop(child)]
        below.sort(key=lambda entry: entry[0])
        branches = [tree for _, tree in below]
        if message_id in present:
            built[message_id] = [(sort_key(message_id), [message_id, branches])]
        elif not below or (len(below) == 1 and below[0][1][0] is None):
            built[message_id] = below
        else:
            built[message_id] = [(below[0][0], [None, branches])]
    roots = [entry for message_id in children.get(None, ()) for entry in built[message_id]]
    roots.sort(key=lambda entry: entry[0])
    return [tree for _, tree in roots]


def as_json(forest: Sequence[Tree]) -> str:
    """Write trees as JSON, however deep: the standard encoder recurses and gives up at a thousand levels."""
    written: list[str] = []
    waiting: list[str | Tree] = []

    def expect(trees_below: Sequence[Tree]) -> None:
        waiting.append("]")
        for number in range(len(trees_below) - 1, -1, -1):
            waiting.append(trees_below[number])
            if number:
                waiting.append(", ")
        written.append("[")

    expect(forest)
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            written.append(piece)
        else:
            message_id, children = piece
            written.append(f"[{json.dumps(message_id, ensure_ascii=False)}, ")
            waiting.append("]")
            expect(children)
    return "".join(written)


def _winner(counted: Counter[str] | None) -> str | None:
    """The most often named; among equals the first in the alphabet, so that the order of arrival is no matter."""
    if not counted:
        return None
    return min(counted, key=lambda message_id: (-counted[message_id], message_id))


def _loops(links: Mapping[str, str | None]) -> list[list[str]]:
    """Every loop of the links, each once; a node has one parent, so no two loops share a node."""
    found = []
    done: set[str] = set()
    for start in links:
        path: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in done and here not in path:
            path[here] = None
            here = links[here]
        if here is not None and here in path:
            walked = list(path)
            found.append(walked[walked.index(here) :])
        done.update(path)
    return found


def _bottom_up(children: Mapping[str | None, list[str]]) -> list[str]:
    """Every node after its children."""
    order: list[str] = []
    waiting = list(children.get(None, ()))
    while waiting:
        message_id = waiting.pop()
        order.append(message_id)
        waiting.extend(children.get(message_id, ()))
    order.reverse()
    return order
