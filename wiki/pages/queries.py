"""Reading pages. What takes an actor gives only what that actor may see; the rest is for a space already checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from wiki.accounts.models import User
from wiki.extensions import db
from wiki.pages.models import Page, PageRevision
from wiki.pages.titles import fold
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space


@dataclass(frozen=True)
class PageLink:
    """What a link to a page needs, without its text."""

    id: int
    parent_id: int | None
    title: str


@dataclass(frozen=True)
class RecentPage:
    """A page that was changed lately, with who did it and where it is."""

    id: int
    title: str
    space_key: str
    space_name: str
    author: str
    updated_at: datetime
    is_new: bool


@dataclass(frozen=True)
class RevisionLine:
    """One line of a page's history."""

    number: int
    title: str
    comment: str
    author: str
    created_at: datetime


def is_living(of: type[Page] | AliasedClass[Page]) -> ColumnElement[bool]:
    """The condition that pages are not in the trash.

    It asks for ``live_title`` rather than ``deleted_at``: SQLite would take the index of the trash for the latter and
    look at all living pages of the space (measured with 50,000: seconds instead of milliseconds).
    """
    return of.live_title.is_not(None)


def living(space_id: int, page_id: int) -> Page | None:
    """The page of that id, if it lives in the space."""
    found = db.session.get(Page, page_id)
    return found if found is not None and found.space_id == space_id and found.deleted_at is None else None


def home_page(space_id: int) -> Page | None:
    """The home page of a space."""
    return db.session.scalar(select(Page).where(Page.home_of_id == space_id, is_living(Page)))


def ancestors(page: Page) -> list[PageLink]:
    """The pages above a page, the topmost first."""
    up = (
        select(Page.id, Page.parent_id, Page.title, literal(0).label("height"))
        .where(Page.id == page.parent_id)
        .cte("up", recursive=True)
    )
    above = aliased(Page)
    up = up.union_all(
        select(above.id, above.parent_id, above.title, up.c.height + 1).join(up, above.id == up.c.parent_id)
    )
    rows = db.session.execute(select(up.c.id, up.c.parent_id, up.c.title).order_by(up.c.height.desc()))
    return [PageLink(row.id, row.parent_id, row.title) for row in rows]


def height(page: Page) -> int:
    """How many levels of living pages there are below a page."""
    down = select(Page.id, literal(0).label("depth")).where(Page.id == page.id).cte("down", recursive=True)
    below = aliased(Page)
    down = down.union_all(
        select(below.id, down.c.depth + 1)
        .join(down, below.parent_id == down.c.id)
        .where(below.space_id == page.space_id, is_living(below))
    )
    return db.session.scalar(select(func.max(down.c.depth))) or 0


def children(space_id: int, parent_id: int | None, *, limit: int, offset: int = 0) -> list[PageLink]:
    """The pages right below one, or at the top of the space, in their order."""
    return _links(_children(space_id, parent_id).offset(offset).limit(limit))


def child_ids(space_id: int, parent_id: int | None) -> list[int]:
    """The ids of all pages right below one, or at the top of the space, in their order."""
    return list(db.session.scalars(_children(space_id, parent_id).with_only_columns(Page.id)))


def branches(space_id: int, open_ids: Sequence[int | None], limit: int, always: Iterable[int]) -> list[PageLink]:
    """The first ``limit`` children of each open page (None: of the space), and the pages of ``always``; ordered."""
    first = (_children(space_id, parent_id).with_only_columns(Page.id).limit(limit) for parent_id in open_ids)
    # SQLite takes a limit inside a union only in a subquery.
    shown = db.session.scalars(union_all(*(select(part.subquery().c.id) for part in first))).all()
    return _links(_living(space_id).where(Page.id.in_({*shown, *always})).order_by(Page.position, Page.id))


def with_children(space_id: int, page_ids: Iterable[int]) -> set[int]:
    """Those of the pages of a space that have living pages below them."""
    # The space stands in the question for the sake of the index, and EXISTS because one may have thousands.
    below = aliased(Page)
    one = select(below.id).where(below.space_id == space_id, below.parent_id == Page.id, is_living(below))
    return set(db.session.scalars(select(Page.id).where(Page.id.in_(set(page_ids)), one.exists())))


def last_position(space_id: int, parent_id: int | None) -> int:
    """The position of the last page right below one, or at the top of the space; 0 if there is none."""
    last = _children(space_id, parent_id).with_only_columns(func.max(Page.position)).order_by(None)
    return db.session.scalar(last) or 0


def count_children(space_id: int, parent_id: int | None) -> int:
    """How many pages are right below one, or at the top of the space."""
    return _count(_children(space_id, parent_id))


def count_pages(space_id: int) -> int:
    """How many living pages a space has."""
    return _count(_living(space_id))


def by_titles(space_id: int, titles: Iterable[str]) -> Mapping[str, PageLink]:
    """The pages of a space with these titles in any case, by folded title."""
    wanted = {fold(title) for title in titles}
    rows = db.session.execute(
        select(Page.id, Page.parent_id, Page.title, Page.live_title).where(
            Page.space_id == space_id, Page.live_title.in_(wanted)
        )
    )
    return {row.live_title: PageLink(row.id, row.parent_id, row.title) for row in rows}


def is_taken(space_id: int, title: str, besides: int | None = None) -> bool:
    """Whether another living page of the space has this title."""
    same = select(Page.id).where(Page.space_id == space_id, Page.live_title == fold(title), Page.id != (besides or 0))
    return db.session.scalar(same) is not None


def titled_like(space_id: int, words: str, limit: int) -> list[PageLink]:
    """The pages of a space whose titles hold all the words."""
    found = _living(space_id).where(
        *(Page.live_title.contains(word, autoescape=True) for word in fold(words).split()[:10])
    )
    return _links(found.order_by(Page.live_title).limit(limit))


def recent(actor: Actor, limit: int, space_id: int | None = None) -> list[RecentPage]:
    """The pages that were changed last, in one space or in all that the actor may see."""
    seen = space_ids(actor, Permission.SPACE_VIEW)
    # The sum keeps the database from sorting all pages of all spaces: it goes back in time until it has enough.
    there = (
        [(Page.space_id + 0).in_(seen)] if space_id is None else [Page.space_id == space_id, Page.space_id.in_(seen)]
    )
    found = (
        select(Page.id, Page.title, Space.key, Space.name, _author(), Page.updated_at, Page.revision)
        .join(Space, Space.id == Page.space_id)
        .join(PageRevision, (PageRevision.page_id == Page.id) & (PageRevision.number == Page.revision))
        .outerjoin(User, User.id == PageRevision.author_id)
        .where(is_living(Page), *there)
        .order_by(Page.updated_at.desc(), Page.id.desc())
        .limit(limit)
    )
    return [
        RecentPage(row.id, row.title, row.key, row.name, row.author, row.updated_at, row.revision == 1)
        for row in db.session.execute(found)
    ]


def history(page_id: int, limit: int, before: int | None = None) -> list[RevisionLine]:
    """The revisions of a page, newest first, from below the number ``before`` on."""
    found = _revision_lines().where(PageRevision.page_id == page_id)
    if before is not None:
        found = found.where(PageRevision.number < before)
    rows = db.session.execute(found.order_by(PageRevision.number.desc()).limit(limit))
    return [RevisionLine(row.number, row.title, row.comment, row.author, row.created_at) for row in rows]


def revision_line(page_id: int, number: int) -> RevisionLine | None:
    """Who wrote a revision and when, without its text."""
    found = _revision_lines().where(PageRevision.page_id == page_id, PageRevision.number == number)
    row = db.session.execute(found).one_or_none()
    return RevisionLine(row.number, row.title, row.comment, row.author, row.created_at) if row else None


def revision(page_id: int, number: int) -> PageRevision | None:
    """One revision of a page."""
    return db.session.scalar(select(PageRevision).where(PageRevision.page_id == page_id, PageRevision.number == number))


def authors(page_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The names of all who wrote a revision of each page, sign-in names too, each once."""
    found: dict[int, dict[str, None]] = {}
    rows = db.session.execute(
        select(PageRevision.page_id, _author(), PageRevision.author_name)
        .outerjoin(User, User.id == PageRevision.author_id)
        .where(PageRevision.page_id.in_(set(page_ids)))
        .distinct()
    )
    for page_id, author, name in sorted(rows.all(), key=lambda row: (row[0], row[1], row[2])):
        found.setdefault(page_id, {}).update({author: None, name: None})
    return {page_id: tuple(names) for page_id, names in found.items()}


def last_authors(page_ids: Iterable[int]) -> dict[int, str]:
    """Who wrote the newest revision of each page."""
    rows = db.session.execute(
        select(Page.id, _author())
        .join(PageRevision, (PageRevision.page_id == Page.id) & (PageRevision.number == Page.revision))
        .outerjoin(User, User.id == PageRevision.author_id)
        .where(Page.id.in_(set(page_ids)))
    )
    return {row.id: row.author for row in rows}


def _living(space_id: int) -> Select[int, int | None, str]:
    return select(Page.id, Page.parent_id, Page.title).where(Page.space_id == space_id, is_living(Page))


def _children(space_id: int, parent_id: int | None) -> Select[int, int | None, str]:
    here = Page.parent_id.is_(None) if parent_id is None else Page.parent_id == parent_id
    return _living(space_id).where(here).order_by(Page.position, Page.id)


def _links(found: Select[int, int | None, str]) -> list[PageLink]:
    return [PageLink(row.id, row.parent_id, row.title) for row in db.session.execute(found)]


def _count(found: Select[int, int | None, str]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def _author() -> ColumnElement[str]:
    """The full name of today, or the name that was noted then if there is no such user."""
    return func.coalesce(func.nullif(User.full_name, ""), PageRevision.author_name).label("author")


def _revision_lines() -> Select[int, str, str, str, datetime]:
    return select(
        PageRevision.number, PageRevision.title, PageRevision.comment, _author(), PageRevision.created_at
    ).outerjoin(User, User.id == PageRevision.author_id)
