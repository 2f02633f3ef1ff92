"""Attaching messages to threads, a batch at a time.

A thread is what mentions hold together: two messages are in one thread when one names the other, or both name a
third. Threads therefore only ever grow together, and all that can change a node's parent is in its own thread:
the parents of the threads that a batch touches are worked out anew by :mod:`wiki.mail.forest`, so that the stored
result is the same as after a full rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from sqlalchemy import Row, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from wiki.db import chunks
from wiki.mail.forest import Mention, parents
from wiki.mail.models import Message, Thread, ThreadNode

_NODES = cast("Table", ThreadNode.__table__)
_THREADS = cast("Table", Thread.__table__)


@dataclass(frozen=True)
class Attaching:
    """A message to attach: its row, and what it says."""

    id: int
    mention: Mention


class Place(NamedTuple):
    """Where a message stands: the ids of its node and of its thread."""

    node: int
    thread: int


@dataclass
class _Nodes:
    """The nodes that a batch concerns, as plain values: Message-ID to row id, thread and parent."""

    ids: dict[str, int] = field(default_factory=dict)
    threads: dict[str, int] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)


def attach(
    session: Session, space_id: int, batch: Sequence[Attaching], homes: Mapping[str, int] | None = None
) -> dict[int, Place]:
    """Put the messages of one space into their threads; attaching one again changes nothing.

    ``homes`` are empty threads, by a name that may have them again, for what belongs to no other.

    Gives the place of each; writing it into the messages' rows is the caller's part, who may have more to write there.
    """
    nodes = _load_named(session, space_id, batch)
    groups = _groups(batch, nodes)
    joined = {thread for group in groups for thread in group.threads}
    _load_threads(session, joined, nodes)
    earlier = _mentions_of(session, joined, {each.id for each in batch})
    _place_in_threads(session, space_id, groups, nodes, homes or {})
    _store_parents(session, parents([*earlier, *(each.mention for each in batch)]), nodes)
    return {
        each.id: Place(nodes.ids[each.mention.message_id], nodes.threads[each.mention.message_id]) for each in batch
    }


def write_places(session: Session, places: Mapping[int, Place]) -> None:
    """Write where messages stand into their rows, and nothing else."""
    if places:
        session.execute(
            update(Message),
            [{"id": row_id, "node_id": place.node, "thread_id": place.thread} for row_id, place in places.items()],
        )


def threads_named(session: Session, space_id: int, batch: Sequence[Attaching]) -> set[int]:
    """The threads that have a node of what messages name."""
    return set(_load_named(session, space_id, batch).threads.values())


@dataclass
class _Group:
    """Message-IDs that the batch holds together, and the threads that they are in so far."""

    message_ids: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)


def _groups(batch: Iterable[Attaching], nodes: _Nodes) -> list[_Group]:
    """Join what the batch's messages name together (union-find; an existing thread is a member like any other)."""
    leader: dict[str | int, str | int] = {}

    def find(member: str | int) -> str | int:
        leader.setdefault(member, member)
        while leader[member] != member:
            leader[member] = leader[leader[member]]
            member = leader[member]
        return member

    for each in batch:
        first = find(each.mention.message_id)
        for named in (each.mention.message_id, *each.mention.chain):
            leader[find(named)] = first
            if named in nodes.threads:
                leader[find(nodes.threads[named])] = first
    grouped: dict[str | int, _Group] = {}
    for member in list(leader):
        group = grouped.setdefault(find(member), _Group())
        if isinstance(member, str):
            group.message_ids.append(member)
        else:
            group.threads.add(member)
    return list(grouped.values())


def _load_named(session: Session, space_id: int, batch: Iterable[Attaching]) -> _Nodes:
    named = list(dict.fromkeys(name for each in batch for name in (each.mention.message_id, *each.mention.chain)))
    nodes = _Nodes()
    for row in _nodes_named(session, space_id, named):
        nodes.ids[row.message_id] = row.id
        nodes.threads[row.message_id] = row.thread_id
    return nodes


def _load_threads(session: Session, threads: Iterable[int], nodes: _Nodes) -> None:
    """Load all nodes of the threads, with their parents."""
    names: dict[int, str] = {}
    parent_ids: dict[str, int | None] = {}
    for some in chunks(sorted(threads)):
        rows = session.connection().execute(
            select(_NODES.c.id, _NODES.c.message_id, _NODES.c.thread_id, _NODES.c.parent_id).where(
                _NODES.c.thread_id.in_(some)
            )
        )
        for row in rows:
            names[row.id] = row.message_id
            nodes.ids[row.message_id] = row.id
            nodes.threads[row.message_id] = row.thread_id
            parent_ids[row.message_id] = row.parent_id
    for message_id, parent_id in parent_ids.items():
        nodes.parents[message_id] = None if parent_id is None else names[parent_id]


def _mentions_of(session: Session, threads: Iterable[int], without: set[int]) -> list[Mention]:
    found = []
    for some in chunks(sorted(threads)):
        rows = session.execute(
            select(Message.id, Message.message_id, Message.references, Message.in_reply_to).where(
                Message.thread_id.in_(some)
            )
        )
        found += [Mention.of(row.message_id, row.references, row.in_reply_to) for row in rows if row.id not in without]
    return found


def _settle(groups: Iterable[_Group], homes: Mapping[str, int]) -> None:
    """Give groups that have no thread an empty one, the oldest of their names'; each goes to one group only."""
    taken: set[int] = set()
    for group in groups:
        free = {homes[name] for name in group.message_ids if name in homes} - taken
        if free and not group.threads:
            group.threads.add(min(free))
            taken |= group.threads


def _place_in_threads(
    session: Session, space_id: int, groups: Sequence[_Group], nodes: _Nodes, homes: Mapping[str, int]
) -> None:
    """Give each group one thread, the oldest of its own or a new one, and every name a node in it."""
    _settle(groups, homes)
    homeless = [group for group in groups if not group.threads]
    made = iter(_insert_threads(session, space_id, len(homeless)))
    missing: dict[str, int] = {}
    for group in groups:
        home = min(group.threads) if group.threads else next(made)
        for other in sorted(group.threads - {home}):
            session.execute(update(ThreadNode).where(ThreadNode.thread_id == other).values(thread_id=home))
            session.execute(update(Message).where(Message.thread_id == other).values(thread_id=home))
            session.execute(delete(Thread).where(Thread.id == other))
        if len(group.threads) > 1:
            for name, thread in nodes.threads.items():
                if thread in group.threads:
                    nodes.threads[name] = home
        missing.update({name: home for name in group.message_ids if name not in nodes.ids})
        nodes.threads.update(dict.fromkeys(group.message_ids, home))
    nodes.ids.update(_insert_nodes(session, space_id, missing))


def _store_parents(session: Session, wanted: dict[str, str | None], nodes: _Nodes) -> None:
    changed = [
        {"node": nodes.ids[name], "parent": None if parent is None else nodes.ids[parent]}
        for name, parent in wanted.items()
        if nodes.parents.get(name) != parent
    ]
    if changed:
        session.connection().execute(
            update(_NODES).where(_NODES.c.id == bindparam("node")).values(parent_id=bindparam("parent")), changed
        )


def _insert_threads(session: Session, space_id: int, count: int) -> list[int]:
    if not count:
        return []
    return list(
        session.connection().scalars(insert(_THREADS).returning(_THREADS.c.id), [{"space_id": space_id}] * count)
    )


def _insert_nodes(session: Session, space_id: int, threads: Mapping[str, int]) -> dict[str, int]:
    """Make a node for each name in its thread, without a parent; gives their ids."""
    rows = [{"space_id": space_id, "message_id": name, "thread_id": thread} for name, thread in threads.items()]
    if rows:
        session.connection().execute(insert(_NODES), rows)
    return {row.message_id: row.id for row in _nodes_named(session, space_id, list(threads))}


def _nodes_named(session: Session, space_id: int, names: Sequence[str]) -> Iterator[Row[int, str, int]]:
    wanted = select(_NODES.c.id, _NODES.c.message_id, _NODES.c.thread_id).where(_NODES.c.space_id == space_id)
    for some in chunks(names):
        yield from session.connection().execute(wanted.where(_NODES.c.message_id.in_(some)))
