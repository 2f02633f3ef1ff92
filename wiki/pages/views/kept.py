"""Nothing that was typed is lost to a session that ended: the text comes back, ready to be saved."""

from __future__ import annotations

from functools import wraps
from typing import Any

from flask import current_app, request
from flask_wtf.csrf import CSRFError

from wiki.errors import NotAllowed, NotFound
from wiki.extensions import csrf
from wiki.pages.forms import PageForm
from wiki.web.access import View, current_actor
from wiki.web.theming import render


def keeping_what_was_typed(view: View) -> View:
    """Check the security token here rather than before the view, where a refusal would lose the text.

    Signing out, and in again, makes the token of an open form stale; nothing is saved with a stale one.
    """

    @wraps(view)
    def guarded(**kwargs: Any) -> object:
        try:
            if current_app.config.get("WTF_CSRF_ENABLED", True):
                csrf.protect()
            return view(**kwargs)
        except CSRFError:
            if "source" not in request.form:
                raise
            return render("pages/kept.html", form=PageForm()), 400
        except (NotAllowed, NotFound):
            if not current_actor().is_anonymous or "source" not in request.form:
                raise
            return render("pages/kept.html", form=PageForm()), 403

    csrf.exempt(guarded)
    return guarded
