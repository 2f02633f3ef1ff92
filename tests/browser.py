"""The client of the tests: it asks like a browser, and the application answers it as a server would."""

from __future__ import annotations

from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from wiki.db import will_write
from wiki.extensions import db


class Browser(FlaskClient):
    """Gives each request an application context of its own.

    Without that, Flask would answer inside the test's context: ``g`` (who has signed in, which rights are known)
    would stay from one request to the next, and all would share one database session.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; afterwards the test's own session sees what it has changed."""
        kwargs.setdefault("buffered", True)
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        will_write(False)  # a server forgets it with the request; here it would go on in the test's own thread
        if has_app_context():
            db.session.rollback()
        return answer
