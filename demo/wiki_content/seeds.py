"""Reads the demonstration's pages, people, groups and spaces as plain values. Knows nothing of the wiki's own code.

A page is a Markdown file that begins with ``Title``, ``Author`` and, but for a space's first page, ``Parent``. A
person's file begins with ``Name``, ``Email``, ``Role`` and ``Groups`` and goes on with the home page of the personal
space. Pages link to each other with ``[[Title]]``, or ``[[KEY:Title]]`` in another space.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class PageSeed:
    """A page to be made; ``author`` is a username, ``parent_title`` is None for the first page of a space."""

    title: str
    parent_title: str | None
    source: str
    author: str


@dataclass(frozen=True)
class PersonSeed:
    """Somebody with an account; ``home`` is the Markdown of the personal space's first page."""

    username: str
    full_name: str
    email: str
    role: str
    groups: tuple[str, ...]
    home: str


@dataclass(frozen=True)
class GroupSeed:
    """A group and the usernames of its members."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class SpaceSeed:
    """A site space. ``administrator`` is a username; ``editors`` are groups that may add and change, all others read.

    The three texts are settings of the documentation theme and empty elsewhere. ``keeps_mail``: the mail account of the
    demonstration belongs to it.
    """

    key: str
    name: str
    description: str
    theme: str
    administrator: str
    editors: tuple[str, ...]
    keeps_mail: bool = False
    navigation_text: str = ""
    header_text: str = ""
    footer_text: str = ""


SPACES = (
    SpaceSeed(
        key="TEAM",
        name="The loft",
        description="How ten people above a chandlery work together, and their mail.",
        theme="default",
        administrator="morwenna",
        editors=("whimbrel-members",),
        keeps_mail=True,
    ),
    SpaceSeed(
        key="PETREL",
        name="Petrel guide",
        description="The guide to the Petrel Two, the tide and weather station for small harbours.",
        theme="documentation",
        administrator="tomasz",
        editors=("guide-editors",),
        navigation_text="Petrel Two, firmware 2.1",
        header_text="For the person on the ladder.",
        footer_text="Whimbrel Instruments Co-operative, The Net Loft, Fish Strand, Polgarrow.",
    ),
)


def pages(space_key: str) -> list[PageSeed]:
    """The pages of a space, every parent before its children. Raises KeyError where a file's heading is incomplete."""
    made = []
    for path in sorted((FOLDER / space_key).glob("*.md")):
        heading, source = _read(path)
        made.append(PageSeed(heading["Title"], heading.get("Parent"), source, heading["Author"]))
    return made


def _person(path: Path) -> PersonSeed:
    heading, home = _read(path)
    groups = tuple(group.strip() for group in heading["Groups"].split(","))
    return PersonSeed(path.stem, heading["Name"], heading["Email"], heading["Role"], groups, home)


def _read(path: Path) -> tuple[dict[str, str], str]:
    head, _, source = path.read_text("utf-8").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), source


PEOPLE = tuple(_person(path) for path in sorted((FOLDER / "people").glob("*.md")))
GROUPS = tuple(
    GroupSeed(name, tuple(person.username for person in PEOPLE if name in person.groups))
    for name in ("whimbrel-members", "on-call", "guide-editors")
)
