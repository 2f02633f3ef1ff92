"""The addresses of this room, in one table. They are the same in every theme."""

from __future__ import annotations

from flask import Blueprint

from wiki.spaces.views import details, directory, new, permissions, themes, trash

FORM = ("GET", "POST")

blueprint = Blueprint("spaces", __name__)
blueprint.add_url_rule("/spaces", "directory", directory.directory)
blueprint.add_url_rule("/spaces/new", "new", new.new, methods=FORM)
blueprint.add_url_rule("/spaces/personal", "personal", new.personal, methods=FORM)
blueprint.add_url_rule("/spaces/<key>", "home", directory.home)
blueprint.add_url_rule("/spaces/<key>/details", "details", details.details, methods=FORM)
blueprint.add_url_rule("/spaces/<key>/permissions", "permissions", permissions.permissions, methods=FORM)
blueprint.add_url_rule("/spaces/<key>/permissions/add", "add_principal", permissions.add_principal, methods=["POST"])
blueprint.add_url_rule("/spaces/<key>/themes", "themes", themes.themes, methods=FORM)
blueprint.add_url_rule("/spaces/<key>/themes/settings", "theme_settings", themes.theme_settings, methods=FORM)
blueprint.add_url_rule("/spaces/<key>/trash", "trash", trash.trash)
blueprint.add_url_rule("/spaces/<key>/trash/restore", "restore", trash.restore, methods=["POST"])
blueprint.add_url_rule("/spaces/<key>/trash/confirm", "confirm_purge", trash.confirm_purge, methods=["POST"])
blueprint.add_url_rule("/spaces/<key>/trash/purge", "purge", trash.purge, methods=["POST"])
