"""No view is open by accident."""

from __future__ import annotations

from flask import Flask

from wiki.web.access import MARK


def test_every_endpoint_says_who_may_come(app: Flask) -> None:
    unmarked = sorted(name for name, view in app.view_functions.items() if not getattr(view, MARK, None))
    assert unmarked == []


def test_a_public_view_says_why_it_is_public(app: Flask) -> None:
    rules = {name: getattr(view, MARK, "") for name, view in app.view_functions.items()}
    assert [name for name, rule in rules.items() if rule.strip() == "public:"] == []
