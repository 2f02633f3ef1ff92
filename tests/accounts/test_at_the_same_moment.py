"""Things that many try at the same moment: counting comes before looking, and one alone wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from tests.accounts.helpers import join, try_to_sign_in
from tests.people import Site
from wiki.accounts import setup
from wiki.accounts.models import User
from wiki.db import transaction
from wiki.extensions import db


def test_guesses_at_the_same_moment_do_not_slip_past_the_limit(site: Site) -> None:
    join("dora")

    answers = _together(
        12, lambda number: try_to_sign_in(site.app.test_client(), "dora", f"guess {number}").status_code
    )

    assert sorted(answers) == [422] * 5 + [429] * 7


def test_one_address_makes_one_administrator(app: Flask) -> None:
    with transaction():
        address = f"/setup/{setup.begin()}"

    def try_to_set_up(number: int) -> int:
        password = "tea in the lower hall"
        form = {"name": f"dora{number}", "full_name": "Dora", "password": password, "password_again": password}
        return app.test_client().post(address, data=form).status_code

    answers = _together(6, try_to_set_up)

    assert sorted(answers) == [303] + [404] * 5
    db.session.rollback()
    assert db.session.query(User).count() == 1


def _together(times: int, act: Callable[[int], int]) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(act, range(times)))
