"""Pages for the tests, made by the service as people make them."""

from __future__ import annotations

from tests.people import Person
from wiki.db import transaction
from wiki.extensions import db
from wiki.pages import queries
from wiki.pages.models import Page
from wiki.pages.service import Draft, create_page
from wiki.spaces.models import Space


def write(author: Person, space_id: int, title: str, source: str = "", parent: int | None = None) -> int:
    """Have somebody write a page, and give its id."""
    with transaction() as session:
        space = session.get_one(Space, space_id)
        above = session.get_one(Page, parent) if parent is not None else None
        return create_page(author.actor, space, Draft(title, source or f"About {title}."), above).id


def page(page_id: int) -> Page:
    """The page as it is stored now."""
    db.session.rollback()
    return db.session.get_one(Page, page_id, populate_existing=True)


def outline(space_id: int, parent_id: int | None = None) -> list[object]:
    """The living pages of a space as nested titles: ``["Home", ["A", "B", ["C"]]]``."""
    found: list[object] = []
    for link in queries.children(space_id, parent_id, limit=1000):
        found.append(link.title)
        below = outline(space_id, link.id)
        if below:
            found.append(below)
    return found


def address(page_id: int, rest: str = "") -> str:
    """The address of a page of TEAM, or of something below it."""
    return f"/spaces/TEAM/pages/{page_id}{rest}"
