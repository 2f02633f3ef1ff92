"""The addresses of the administration and of the first set-up, in one table."""

from __future__ import annotations

from flask import Blueprint

from wiki.admin.views import activity, add_ons, general, groups, overview, permissions, setup, users

FORM = ("GET", "POST")
POST = ("POST",)

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.add_url_rule("", view_func=overview.index)
blueprint.add_url_rule("/general", view_func=general.general, methods=FORM)
blueprint.add_url_rule("/permissions", view_func=permissions.permissions, methods=FORM)
blueprint.add_url_rule("/permissions/add", view_func=permissions.add_principal, methods=POST)
blueprint.add_url_rule("/users", view_func=users.users)
blueprint.add_url_rule("/users/new", view_func=users.new_user, methods=FORM)
blueprint.add_url_rule("/users/named/<name>", view_func=users.user)
blueprint.add_url_rule("/users/named/<name>/profile", view_func=users.change_user, methods=POST)
blueprint.add_url_rule("/users/named/<name>/password", view_func=users.set_password, methods=POST)
blueprint.add_url_rule("/users/named/<name>/groups", view_func=users.set_groups, methods=POST)
blueprint.add_url_rule("/users/named/<name>/disable", view_func=users.disable_user, methods=POST)
blueprint.add_url_rule("/users/named/<name>/enable", view_func=users.enable_user, methods=POST)
blueprint.add_url_rule("/groups", view_func=groups.groups, methods=FORM)
blueprint.add_url_rule("/groups/<int:group_id>", view_func=groups.group)
blueprint.add_url_rule("/groups/<int:group_id>/members", view_func=groups.add_member, methods=POST)
blueprint.add_url_rule("/groups/<int:group_id>/members/remove", view_func=groups.remove_member, methods=POST)
blueprint.add_url_rule("/groups/<int:group_id>/delete", view_func=groups.delete_group, methods=POST)
blueprint.add_url_rule("/add-ons", view_func=add_ons.manage_add_ons)
blueprint.add_url_rule("/add-ons/<name>/enable", view_func=add_ons.enable_add_on, methods=POST)
blueprint.add_url_rule("/add-ons/<name>/disable", view_func=add_ons.disable_add_on, methods=POST)
blueprint.add_url_rule("/jobs", view_func=activity.jobs)
blueprint.add_url_rule("/jobs/<name>", view_func=activity.job)
blueprint.add_url_rule("/jobs/<name>/run", view_func=activity.run_job, methods=POST)
blueprint.add_url_rule("/audit-log", view_func=activity.audit_log)

set_up = Blueprint("setup", __name__, url_prefix="/setup")
set_up.add_url_rule("/<token>", view_func=setup.administrator, methods=FORM)
set_up.add_url_rule("/site", view_func=setup.site, methods=FORM)
set_up.add_url_rule("/space", view_func=setup.space, methods=FORM)

BLUEPRINTS = (blueprint, set_up)
