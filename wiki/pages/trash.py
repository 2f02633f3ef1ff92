"""Pages in the trash: thrown away, brought back, destroyed. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from wiki import clock
from wiki.accounts.models import User
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.extensions import db
from wiki.pages import queries, titles
from wiki.pages.models import Page
from wiki.pages.service import DEEPEST, Draft, put_in_order, require, rewrite, subject
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.spaces.trash import TrashedItem, TrashKind
from wiki.words import count


def trash_page(actor: Actor, page: Page) -> None:
    """Throw a page away; the pages below it move up to where it stood. Raises NotAllowed."""
    require(actor, Permission.PAGE_DELETE, page.space_id)
    db.session.refresh(page, with_for_update=True)
    if page.deleted_at is not None:
        return
    below = queries.child_ids(page.space_id, page.id)
    siblings = queries.child_ids(page.space_id, page.parent_id)
    here = siblings.index(page.id)
    page.former_children = below
    page.live_title = None
    page.deleted_at, page.deleted_by_id = clock.now(), actor.id
    db.session.flush()
    _put_below(below, page.parent_id)
    if below:
        put_in_order([*siblings[:here], *below, *siblings[here + 1 :]])
    record(actor, EventTag.PAGE_TRASHED, subject(page), title=page.title)


def restore_pages(actor: Actor, space_id: int, ids: Sequence[int]) -> int:
    """Bring pages back to where they were, those that were thrown away last first; gives their number."""
    require(actor, Permission.SPACE_ADMIN, space_id)
    chosen = select(Page).where(_in_trash(space_id), Page.id.in_(ids))
    pages = db.session.scalars(chosen.order_by(Page.deleted_at.desc(), Page.id.desc())).all()
    for page in pages:
        _restore(actor, page)
    return len(pages)


def purge_pages(actor: Actor, space_id: int, ids: Sequence[int]) -> int:
    """Destroy trashed pages with all their revisions; gives their number."""
    require(actor, Permission.SPACE_ADMIN, space_id)
    pages = db.session.scalars(select(Page).where(_in_trash(space_id), Page.id.in_(ids))).all()
    going = [page.id for page in pages]
    parents = set(db.session.scalars(select(Page.parent_id).where(Page.parent_id.in_(going)).distinct()))
    for page in pages:
        if page.id in parents:
            # Only pages in the trash still stand below it; they will come back to where it stood.
            db.session.execute(update(Page).where(Page.parent_id == page.id).values(parent_id=page.parent_id))
        record(actor, EventTag.PAGE_PURGED, subject(page), title=page.title)
    db.session.execute(delete(Page).where(Page.id.in_(going)))
    return len(pages)


def trashed(space_id: int, limit: int, before: datetime | None) -> list[TrashedItem]:
    """The pages in the trash, newest first."""
    found = (
        select(Page.id, Page.title, Page.deleted_at, Page.revision, User.full_name)
        .outerjoin(User, User.id == Page.deleted_by_id)
        .where(_in_trash(space_id))
    )
    if before is not None:
        found = found.where(Page.deleted_at < before)
    rows = db.session.execute(found.order_by(Page.deleted_at.desc(), Page.id.desc()).limit(limit))
    return [
        TrashedItem(
            id=row.id,
            title=row.title,
            detail=count(row.revision, "revision"),
            trashed_at=row.deleted_at,
            trashed_by=row.full_name or "",
        )
        for row in rows
        if row.deleted_at is not None
    ]


def count_trashed(space_id: int) -> int:
    """How many pages are in the trash."""
    return db.session.scalar(select(func.count()).select_from(Page).where(_in_trash(space_id))) or 0


def _restore(actor: Actor, page: Page) -> None:
    parent = _living_above(page)
    # Nobody asks for its siblings, of whom there may be thousands, where nothing waits for it among them.
    siblings = queries.child_ids(page.space_id, parent.id if parent else None) if page.former_children else []
    there = set(siblings)
    returning = [each for each in page.former_children if each in there]
    page.parent_id = parent.id if parent else None
    page.deleted_at = page.deleted_by_id = None
    page.former_children = []
    title = _free_title(page)
    if title == page.title:
        page.live_title = titles.fold(title)
        db.session.flush()
    else:
        rewrite(actor, page, Draft(title, page.source, "Restored from the trash; another page has its old title now"))
    if returning:
        _take_back(page, returning, siblings)
    record(actor, EventTag.PAGE_RESTORED, subject(page), title=page.title)


def _take_back(page: Page, returning: Sequence[int], siblings: list[int]) -> None:
    """Put a page back to where its children have waited for it, and them below it, unless that is too deep now."""
    _put_below(returning, page.id)
    if len(queries.ancestors(page)) + 1 + queries.height(page) > DEEPEST:
        _put_below(returning, page.parent_id)
        return
    put_in_order(returning)
    siblings[siblings.index(returning[0])] = page.id
    gone = set(returning)
    put_in_order([each for each in siblings if each not in gone])


def _living_above(page: Page) -> Page | None:
    """The nearest page above that lives."""
    above = db.session.get(Page, page.parent_id) if page.parent_id is not None else None
    while above is not None and above.deleted_at is not None:
        above = db.session.get(Page, above.parent_id) if above.parent_id is not None else None
    return above


def _free_title(page: Page) -> str:
    """The page's own title, or one made from it that no living page has."""
    title, number = page.title, 1
    while queries.is_taken(page.space_id, title):
        ending = " (restored)" if number == 1 else f" (restored {number})"
        title, number = page.title[: titles.LONGEST - len(ending)] + ending, number + 1
    return title


def _put_below(page_ids: Sequence[int], parent_id: int | None) -> None:
    if page_ids:
        db.session.execute(update(Page), [{"id": page_id, "parent_id": parent_id} for page_id in page_ids])


def _in_trash(space_id: int) -> ColumnElement[bool]:
    return (Page.space_id == space_id) & Page.deleted_at.is_not(None)


TRASH = TrashKind(
    name="page",
    label="Page",
    icon="file-text",
    items=trashed,
    count=count_trashed,
    restore=restore_pages,
    purge=purge_pages,
)
