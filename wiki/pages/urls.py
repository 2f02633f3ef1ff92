"""The addresses of this room, in one table. They are the same in every theme."""

from __future__ import annotations

from flask import Blueprint

from wiki.pages.views import edit, history, index, move, show

FORM = ("GET", "POST")
PAGES = "/spaces/<key>/pages"
PAGE = f"{PAGES}/<int:page_id>"

blueprint = Blueprint("pages", __name__)
blueprint.add_url_rule(PAGES, "index", index.index)
blueprint.add_url_rule(f"{PAGES}/new", "new", edit.new, methods=FORM)
blueprint.add_url_rule(f"{PAGES}/preview", "preview", edit.preview, methods=["POST"])
blueprint.add_url_rule(PAGE, "show", show.show, defaults={"slug": ""})
blueprint.add_url_rule(f"{PAGE}/<slug>", "show", show.show)
blueprint.add_url_rule(f"{PAGE}/edit", "edit", edit.edit, methods=FORM)
blueprint.add_url_rule(f"{PAGE}/move", "move", move.move, methods=FORM)
blueprint.add_url_rule(f"{PAGE}/home", "make_home", move.make_home, methods=["POST"])
blueprint.add_url_rule(f"{PAGE}/trash", "trash", move.trash, methods=["POST"])
blueprint.add_url_rule(f"{PAGE}/history", "history", history.history)
blueprint.add_url_rule(f"{PAGE}/history/<int:number>", "revision", history.revision)
blueprint.add_url_rule(f"{PAGE}/history/compare", "compare", history.compare)
blueprint.add_url_rule(f"{PAGE}/restore", "restore", history.restore, methods=["POST"])
