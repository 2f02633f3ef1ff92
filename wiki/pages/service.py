"""What can be done to pages. Each verb is on record; none commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.pages import queries, titles
from wiki.pages.models import Page, PageRevision
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import can
from wiki.richtext.markdown import MarkupTooLarge, plain_text
from wiki.spaces.models import Space

LONGEST_COMMENT = 255
DEEPEST = 30
TITLE_IS_TAKEN = "Another page of this space has this title."
TOO_DEEP = f"Pages can be nested {DEEPEST} levels deep; this would be deeper."


class EditConflict(Conflict):
    """Somebody else saved the page after the editor had opened it."""


@dataclass(frozen=True)
class Draft:
    """What somebody wrote: the title, the text as Markdown, and a word on the change."""

    title: str
    source: str
    comment: str = ""


def create_page(actor: Actor, space: Space, draft: Draft, parent: Page | None = None) -> Page:
    """Add a page below ``parent``, or below the home page; the first page of a space becomes its home page.

    Raises NotAllowed, Invalid (``title``, ``source``, ``comment``), Conflict when the parent is gone or too deep.
    """
    require(actor, Permission.PAGE_ADD, space.id)
    draft = _checked(space.id, draft)
    parent = parent or queries.home_page(space.id)
    if parent is not None:
        _refuse_parent(parent, space.id, height=0)
    is_first = queries.count_pages(space.id) == 0
    if is_first:
        give_up_home(space.id)
    page = Page(
        space_id=space.id,
        parent_id=parent.id if parent else None,
        position=queries.last_position(space.id, parent.id if parent else None) + 1,
        home_of_id=space.id if is_first else None,
        created_by_id=actor.id,
        created_at=clock.now(),
        revision=0,
        former_children=[],
    )
    rewrite(actor, page, draft)
    record(actor, EventTag.PAGE_CREATED, subject(page), title=page.title, space=space.key)
    return page


def edit_page(actor: Actor, page: Page, draft: Draft, *, seen_revision: int) -> Page:
    """Save a new revision; nothing happens where nothing was changed.

    ``seen_revision`` is the revision that the editor had opened. Raises EditConflict if another came meanwhile
    (but not when it says the same: somebody pressed Save twice), NotAllowed, and Invalid as above.
    """
    require(actor, Permission.PAGE_ADD, page.space_id)
    db.session.refresh(page, with_for_update=True)
    if page.deleted_at is not None:
        raise Conflict("This page was moved to the trash meanwhile.")
    draft = _checked(page.space_id, draft, besides=page.id)
    if (draft.title, draft.source) == (page.title, page.source):
        return page
    if page.revision != seen_revision:
        raise EditConflict("Somebody else saved this page while you were writing.")
    rewrite(actor, page, draft)
    record(actor, EventTag.PAGE_CHANGED, subject(page), title=page.title, revision=page.revision)
    return page


def restore_revision(actor: Actor, page: Page, number: int, *, seen_revision: int) -> Page:
    """Make an old revision's text, and its title if that is free, the newest revision.

    Raises as edit_page does, and Conflict if there is no such revision.
    """
    old = queries.revision(page.id, number)
    if old is None:
        raise Conflict(f"This page has no revision {number}.")
    title = page.title if queries.is_taken(page.space_id, old.title, besides=page.id) else old.title
    draft = Draft(title, old.source, f"Restored revision {number}")
    return edit_page(actor, page, draft, seen_revision=seen_revision)


@dataclass(frozen=True)
class Place:
    """Where a page shall stand: below ``parent`` (None: at the top), before a sibling or after one, else last."""

    parent: Page | None
    before: int | None = None
    after: int | None = None


def move_page(actor: Actor, page: Page, place: Place) -> Page:
    """Put a page and all that is below it elsewhere in its space.

    Raises NotAllowed, and Conflict if that would make a circle, or go too deep.
    """
    require(actor, Permission.PAGE_ADD, page.space_id)
    parent = place.parent
    if page.is_home and parent is not None:
        raise Conflict("The home page stays at the top of its space.")
    if parent is not None:
        if parent.id == page.id or page.id in {above.id for above in queries.ancestors(parent)}:
            raise Conflict("A page cannot be moved below itself.")
        _refuse_parent(parent, page.space_id, height=queries.height(page))
    siblings = [each for each in queries.child_ids(page.space_id, parent.id if parent else None) if each != page.id]
    index = _index(siblings, place)
    page.position = queries.last_position(page.space_id, parent.id if parent else None) + 1
    page.parent_id = parent.id if parent else None
    db.session.flush()
    if index < len(siblings):
        put_in_order([*siblings[:index], page.id, *siblings[index:]])
        db.session.refresh(page)
    record(actor, EventTag.PAGE_MOVED, subject(page), title=page.title, parent=page.parent_id)
    return page


def make_home(actor: Actor, page: Page) -> None:
    """Make a page the home page of its space, at its top. Raises NotAllowed for all but the space's administrators."""
    require(actor, Permission.SPACE_ADMIN, page.space_id)
    if page.is_home:
        return
    give_up_home(page.space_id)
    page.home_of_id, page.parent_id = page.space_id, None
    db.session.flush()
    put_in_order([page.id, *(each for each in queries.child_ids(page.space_id, None) if each != page.id)])
    db.session.refresh(page)
    record(actor, EventTag.SPACE_CHANGED, f"space:{page.space_id}", what="home page", page=page.id)


def rewrite(actor: Actor, page: Page, draft: Draft) -> None:
    """Make a checked draft the page's newest revision, asking nobody. Raises Invalid if the title is taken."""
    page.source = draft.source
    page.title, page.live_title = draft.title, titles.fold(draft.title)
    page.revision += 1
    page.updated_by_id, page.updated_at = actor.id, clock.now()
    try:
        with db.session.begin_nested():
            db.session.add(page)
    except IntegrityError as error:  # somebody took the title since it was found free
        raise Invalid({"title": TITLE_IS_TAKEN}) from error
    db.session.add(
        PageRevision(
            page_id=page.id,
            number=page.revision,
            title=page.title,
            source=page.source,
            comment=draft.comment,
            author_id=actor.id,
            author_name=actor.name,
            created_at=page.updated_at,
        )
    )
    db.session.flush()


def require(actor: Actor, permission: Permission, space_id: int) -> None:
    """Raise NotAllowed unless the actor has the permission in the space."""
    if not can(actor, permission, space_id):
        raise NotAllowed("Your rights in this space do not cover this.")


def subject(page: Page) -> str:
    """The page in the record of events."""
    return f"page:{page.id}"


def put_in_order(page_ids: Sequence[int]) -> None:
    """Make the order of siblings that of the ids. Objects in the session keep their old ``position``."""
    if page_ids:
        # Row by row rather than with IN: there may be more siblings than a statement takes parameters.
        order = [{"id": page_id, "position": position} for position, page_id in enumerate(page_ids, 1)]
        db.session.execute(update(Page), order)


def give_up_home(space_id: int) -> None:
    """Let no page be the home page of the space, not even one in the trash."""
    db.session.execute(
        update(Page).where(Page.home_of_id == space_id).values(home_of_id=None),
        execution_options={"synchronize_session": "fetch"},
    )


def _index(siblings: Sequence[int], place: Place) -> int:
    if place.before in siblings:
        return siblings.index(place.before)
    if place.after in siblings:
        return siblings.index(place.after) + 1
    return len(siblings)


def _checked(space_id: int, draft: Draft, besides: int | None = None) -> Draft:
    """The draft as it is kept. Raises Invalid."""
    title = titles.clean(draft.title)
    # Browsers send lines with CR LF; a NUL is no text, and not every database takes one.
    source = draft.source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    comment = " ".join(draft.comment.split())
    errors: dict[str, str] = {}
    if not title:
        errors["title"] = "Give the page a title."
    elif max(len(title), len(titles.fold(title))) > titles.LONGEST:
        errors["title"] = f"A title has {titles.LONGEST} characters at most."
    elif queries.is_taken(space_id, title, besides):
        errors["title"] = TITLE_IS_TAKEN
    try:
        plain_text(source)
    except MarkupTooLarge as refusal:  # what cannot be shown is not taken
        errors["source"] = str(refusal)
    if len(comment) > LONGEST_COMMENT:
        errors["comment"] = f"At most {LONGEST_COMMENT} characters fit here."
    if errors:
        raise Invalid(errors)
    return Draft(title, source, comment)


def _refuse_parent(parent: Page, space_id: int, *, height: int) -> None:
    if parent.space_id != space_id or parent.deleted_at is not None:
        raise Conflict("The page that this should stand below is not in this space any more.")
    if len(queries.ancestors(parent)) + 2 + height > DEEPEST:
        raise Conflict(TOO_DEEP)
