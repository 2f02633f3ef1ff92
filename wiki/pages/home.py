"""The front of a space is its home page; offered to the spaces room in ``wiki/rooms.py``."""

from __future__ import annotations

from wiki.pages.service import Draft, create_page
from wiki.pages.titles import LONGEST
from wiki.pages.views.show import show_home
from wiki.permissions.actor import Actor
from wiki.spaces.home import SpaceHome
from wiki.spaces.models import Space

ENDING = " Home"


def begin(actor: Actor, space: Space) -> None:
    """Give a new space its home page, in the name of whoever made the space."""
    title = space.name[: LONGEST - len(ENDING)].strip() + ENDING
    purpose = space.description or "This is the home page of the space. Edit it to say what the space is for."
    create_page(actor, space, Draft(title, f"{purpose}\n"))


HOME = SpaceHome(begin=begin, show=show_home)
