"""The addresses of this room, in one table."""

from __future__ import annotations

from flask import Blueprint

from wiki.accounts.views import entrance, own, people

FORM = ("GET", "POST")

blueprint = Blueprint("accounts", __name__)
blueprint.add_url_rule("/sign-in", view_func=entrance.sign_in, methods=FORM)
blueprint.add_url_rule("/sign-out", view_func=entrance.sign_out, methods=["POST"])
blueprint.add_url_rule("/sign-up", view_func=entrance.sign_up, methods=FORM)
blueprint.add_url_rule("/people", view_func=people.people)
blueprint.add_url_rule("/people/<name>", view_func=people.profile)
blueprint.add_url_rule("/profile", view_func=own.own_profile)
blueprint.add_url_rule("/profile/edit", view_func=own.edit_profile, methods=FORM)
blueprint.add_url_rule("/profile/password", view_func=own.change_password, methods=FORM)
