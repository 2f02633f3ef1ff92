"""Events of the record as lines for people: principals by their names, and nothing that says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.accounts.principals import describe
from wiki.audit.models import Event


@dataclass(frozen=True)
class EventLine:
    """An event, with its details as pairs of a label and a text."""

    event: Event
    details: tuple[tuple[str, str], ...]

    @property
    def what(self) -> str:
        """What happened, in words: ``group: member added``."""
        return self.event.tag.replace(":", ": ").replace("-", " ")


def lines(events: Sequence[Event]) -> list[EventLine]:
    """A line for each event."""
    principals = [str(event.details["principal"]) for event in events if "principal" in event.details]
    names = {token: f"{known.kind} {known.name}" for token, known in describe(principals).items()}
    return [EventLine(event, tuple(_details(event, names))) for event in events]


def _details(event: Event, names: dict[str, str]) -> list[tuple[str, str]]:
    written = {name: _in_words(value) for name, value in event.details.items()}
    if "principal" in written:
        written["principal"] = names.get(written["principal"], written["principal"])
    return [(name.replace("_", " "), text) for name, text in written.items() if text]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)
