"""What a message's page shows of what the message is: its features, and its files in the places where they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from wiki.mail.features import Enclosed, Features
from wiki.mail.models import Message, MessagePart
from wiki.mail.parsing import wire

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EnclosedView:
    """A message within the message: the part that it is, what is attached to it, and the messages within it."""

    message: Enclosed
    part: MessagePart | None
    attachments: tuple[MessagePart, ...]
    enclosed: tuple[EnclosedView, ...]


@dataclass(frozen=True)
class Contents:
    """``attachments`` are those that are in no enclosed message; enclosed messages are not among them."""

    features: Features
    attachments: tuple[MessagePart, ...]
    enclosed: tuple[EnclosedView, ...]


def contents(message: Message, attachments: Sequence[MessagePart], containers: Mapping[int, int]) -> Contents:
    """Sort the attachments of a message; ``containers`` maps the number of a packed part to what it was packed in."""
    features = _features(message)
    if not features.enclosed:
        return Contents(features, tuple(attachments), ())
    sorter = _Sorter(features, attachments, containers)
    return Contents(features, sorter.within(None), sorter.enclosed(None))


def _features(message: Message) -> Features:
    """Those of its row; none where the row says what no parser writes, so that the message itself can still be read."""
    try:
        return wire.from_json(Features, message.features)
    except wire.Unreadable:
        log.warning("the features of a message cannot be read", message_id=message.id)
        return Features()


class _Sorter:
    def __init__(self, features: Features, attachments: Sequence[MessagePart], containers: Mapping[int, int]) -> None:
        self.messages = {each.part: each for each in features.enclosed}
        self.parts = {part.number: part for part in attachments}
        self.containers = containers

    def within(self, number: int | None) -> tuple[MessagePart, ...]:
        """The files of an enclosed message, or of the message itself."""
        files = (part for part in self.parts.values() if part.number not in self.messages)
        return tuple(part for part in files if self._holder(part.number) == number)

    def enclosed(self, number: int | None) -> tuple[EnclosedView, ...]:
        """The messages directly in one; the parser's bounds are those of the depth."""
        return tuple(
            EnclosedView(each, self.parts.get(part), self.within(part), self.enclosed(part))
            for part, each in sorted(self.messages.items())
            if self._holder(part) == number
        )

    def _holder(self, number: int) -> int | None:
        """The enclosed message in which a part lies, through containers of other kinds."""
        holder = self.containers.get(number)
        while holder is not None and holder not in self.messages:
            holder = self.containers.get(holder)
        return holder
