"""Pages as search sees them: a document for each living page, and the recheck of what a page of results shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from wiki.extensions import db
from wiki.pages import queries
from wiki.pages.models import Page
from wiki.pages.render import plain
from wiki.pages.titles import slug
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.search.document import SearchDocument
from wiki.search.registry import Kind, Presented
from wiki.spaces.models import Space

NAME = "page"


def _documents(ids: Sequence[int]) -> list[SearchDocument]:
    found = db.session.scalars(select(Page).where(Page.id.in_(ids), Page.deleted_at.is_(None))).all()
    people = queries.authors(ids)
    return [
        SearchDocument(
            kind=NAME,
            id=page.id,
            version=page.revision,
            space_id=page.space_id,
            title=page.title,
            body=plain(page.source),
            date=page.updated_at,
            people=people.get(page.id, ()),
        )
        for page in found
    ]


def _present(actor: Actor, ids: Sequence[int]) -> Mapping[int, Presented]:
    rows = db.session.execute(
        select(Page, Space.key, Space.name)
        .join(Space, Space.id == Page.space_id)
        .where(
            Page.id.in_(ids),
            Page.deleted_at.is_(None),
            Page.space_id.in_(space_ids(actor, Permission.SPACE_VIEW)),
        )
    )
    writers = queries.last_authors(ids)
    return {
        page.id: Presented(
            title=page.title,
            text=plain(page.source),
            endpoint="pages.show",
            values={"key": key, "page_id": page.id, "slug": slug(page.title)},
            date=page.updated_at,
            author=writers.get(page.id, ""),
            space_name=name,
        )
        for page, key, name in rows
    }


def _ids_after(last: int, limit: int) -> list[int]:
    living = select(Page.id).where(Page.id > last, Page.deleted_at.is_(None))
    return list(db.session.scalars(living.order_by(Page.id).limit(limit)))


KIND = Kind(
    name=NAME,
    label="Pages",
    icon="file-text",
    documents=_documents,
    present=_present,
    ids_after=_ids_after,
    model=Page,
)
