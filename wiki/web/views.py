"""The reader's own preferences that belong to no room."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.web.access import public, safe_next
from wiki.web.context import SCHEME_COOKIE, SCHEMES
from wiki.web.transaction import reads_only

blueprint = Blueprint("web", __name__)


@blueprint.post("/preferences/scheme")
@public("guests choose light or dark too")
@reads_only
def scheme() -> ResponseReturnValue:
    """Remember the colour scheme in a cookie."""
    wanted = request.form.get("value", "")
    if wanted not in SCHEMES:
        abort(400)
    response = redirect(safe_next(url_for("dashboard.index")), code=303)
    response.set_cookie(
        SCHEME_COOKIE, wanted, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure, httponly=True
    )
    return response
