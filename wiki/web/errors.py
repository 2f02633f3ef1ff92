"""The domain's refusals and HTTP's errors as pages: a sentence for the person, never a traceback."""

from __future__ import annotations

import structlog
from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from wiki.errors import Conflict, Invalid, NotAllowed, NotFound
from wiki.extensions import db
from wiki.web.access import current_actor
from wiki.web.theming import render

log = structlog.get_logger(__name__)

TITLES = {
    400: "That request cannot be understood",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That cannot be done this way",
    409: "That does not fit what is there now",
    413: "That is too large",
    422: "Something in the form needs another look",
    429: "Too many tries",
    500: "Something went wrong on our side",
}
SENTENCES = {
    400: "The form was sent without its security token, or twice. Go back, reload the page and try again.",
    403: "You can see this, but your rights do not cover what you asked for. A space administrator can change that.",
    404: "The page does not exist, or you may not see it.",
    405: "The address exists, but not for this kind of request.",
    413: "What was sent is larger than this site takes.",
    500: "Nothing you had saved is lost. The error is in the server's log; try again in a moment.",
}


def install(app: Flask) -> None:
    """Answer every kind of error."""
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(Invalid, lambda error: _page(422, str(error)))
    app.register_error_handler(Conflict, lambda error: _page(409, str(error)))
    app.register_error_handler(CSRFError, lambda _error: _page(400))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _not_found(_error: NotFound) -> ResponseReturnValue:
    # Whether it is hidden or absent is nobody's business; somebody who is not signed in may get further by that.
    return _to_sign_in() if _may_sign_in() else _page(404)


def _not_allowed(error: NotAllowed) -> ResponseReturnValue:
    return _to_sign_in() if _may_sign_in() else _page(403, str(error))


def _may_sign_in() -> bool:
    return current_actor().is_anonymous and request.method in {"GET", "HEAD"}


def _to_sign_in() -> ResponseReturnValue:
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), code=303)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    return _page(code)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error", path=request.path, method=request.method, kind=type(error).__name__)
    db.session.rollback()
    return _page(500)


def _page(code: int, sentence: str = "") -> ResponseReturnValue:
    db.session.rollback()
    title = TITLES.get(code, "This did not work")
    page = render("errors/error.html", code=code, title=title, sentence=sentence or SENTENCES.get(code, ""))
    return page, code
