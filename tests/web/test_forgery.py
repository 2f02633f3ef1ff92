"""A form that another site sends does nothing: every address that changes something wants its token."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import Site

READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def guarded(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def test_every_change_without_its_token_is_refused(guarded: Flask, site: Site) -> None:
    assert site.team
    answers = {}
    for rule in guarded.url_map.iter_rules():
        for method in (rule.methods or set()) - READING:
            values = {
                name: 1 if type(converter).__name__ == "IntegerConverter" else "TEAM"
                for name, converter in rule._converters.items()
            }
            with guarded.test_request_context():
                path = guarded.url_map.bind("localhost").build(rule.endpoint, values, method=method)
            answers[f"{method} {rule.rule}"] = site.root.client.open(path, method=method).status_code
    assert answers
    assert {where: code for where, code in answers.items() if code != 400} == {}
