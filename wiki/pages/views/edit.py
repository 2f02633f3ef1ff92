"""Writing pages. Whatever goes wrong, what was typed comes back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from wiki.errors import Conflict, Invalid
from wiki.pages import queries, render, service
from wiki.pages.access import on_page, page_url
from wiki.pages.compare import Comparison, compare
from wiki.pages.forms import PageForm
from wiki.pages.models import Page
from wiki.pages.queries import RevisionLine
from wiki.pages.service import EditConflict
from wiki.pages.trail import trail_to
from wiki.pages.views.kept import keeping_what_was_typed
from wiki.permissions.catalogue import Permission
from wiki.spaces.access import in_space
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.theming import render as draw
from wiki.web.transaction import reads_only


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else saved while the form was open, and what saving the form now would change in it."""

    by: RevisionLine
    theirs: Comparison
    mine: Comparison


@keeping_what_was_typed
@in_space(Permission.PAGE_ADD)
def new(space: Space) -> ResponseReturnValue:
    """Write a new page, below the page that the address names."""
    form = PageForm(parent=request.args.get("parent", ""), title=request.args.get("title", ""))
    parent = _parent(space, form.parent.data)
    if _wants_preview():
        return _draw_form(space, None, form, parent=parent, preview=_preview(space, form))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            page = service.create_page(current_actor(), space, form.draft, parent)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        except Conflict as refusal:
            add_errors(form, {"": str(refusal)})
            status = 409
        else:
            flash("The page is saved.", "success")
            return redirect(page_url(space.key, page.id, page.title), code=303)
    return _draw_form(space, None, form, parent=parent), status


@keeping_what_was_typed
@on_page(Permission.PAGE_ADD)
def edit(space: Space, page: Page) -> ResponseReturnValue:
    """Change a page; of two people who do, the second sees what the first one changed."""
    form = PageForm(title=page.title, source=page.source, seen_revision=page.revision)
    if _wants_preview():
        return _draw_form(space, page, form, preview=_preview(space, form))
    status, meanwhile = 422 if form.is_submitted() else 200, None
    if form.validate_on_submit():
        seen = _number(form.seen_revision.data)
        try:
            service.edit_page(current_actor(), page, form.draft, seen_revision=seen)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        except EditConflict:
            # Whoever saves again has seen what came meanwhile.
            form.seen_revision.data = str(page.revision)
            meanwhile, status = _meanwhile(page, seen, form), 409
        else:
            flash("The page is saved.", "success")
            return redirect(page_url(space.key, page.id, page.title), code=303)
    return _draw_form(space, page, form, meanwhile=meanwhile), status


@in_space(Permission.PAGE_ADD)
@reads_only
def preview(space: Space) -> ResponseReturnValue:
    """The text of the form as its readers would see it: a fragment for the script of the form."""
    return draw("pages/_preview.html", preview=_preview(space, PageForm()))


def _draw_form(
    space: Space,
    page: Page | None,
    form: PageForm,
    *,
    parent: Page | None = None,
    preview: Markup | None = None,
    meanwhile: Meanwhile | None = None,
) -> str:
    cancel = page_url(space.key, page.id, page.title) if page else url_for("spaces.home", key=space.key)
    return draw(
        "pages/edit.html",
        form=form,
        page=page,
        preview=preview,
        meanwhile=meanwhile,
        cancel=cancel,
        breadcrumbs=trail_to(space, page or parent, itself=True),
    )


def _wants_preview() -> bool:
    return request.method == "POST" and "preview" in request.form


def _preview(space: Space, form: PageForm) -> Markup:
    return render.html(current_actor(), space, form.source.data or "")


def _parent(space: Space, number: str | None) -> Page | None:
    return queries.living(space.id, _number(number))


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 19 else 0


def _meanwhile(page: Page, seen: int, form: PageForm) -> Meanwhile | None:
    by = queries.revision_line(page.id, page.revision)
    base = queries.revision(page.id, seen)
    if by is None:
        return None
    return Meanwhile(
        by=by,
        theirs=compare(base.source if base else "", page.source),
        mine=compare(page.source, form.draft.source.replace("\r\n", "\n")),
    )
