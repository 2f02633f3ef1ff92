"""The general settings of the site."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki import settings
from wiki.accounts.forms import text
from wiki.admin import service, themes
from wiki.admin.forms import SiteForm
from wiki.web.access import current_actor, site_admin
from wiki.web.theming import render


@site_admin
def general() -> ResponseReturnValue:
    """Change the site's name, its sign-up and its theme."""
    form = SiteForm(**stored_site())
    form.theme.choices = themes.for_field()
    if form.validate_on_submit():
        service.change_settings(current_actor(), chosen_site(form))
        flash("The settings are saved.", "success")
        return redirect(url_for("admin.general"), code=303)
    page = render("admin/general.html", form=form, themes=themes.choices())
    return page, 422 if form.is_submitted() else 200


def stored_site() -> dict[str, str]:
    """The settings as the form's fields hold them."""
    return {
        "name": settings.get_str("site.name"),
        "sign_up": "open" if settings.get_bool("accounts.sign_up_open") else "closed",
        "theme": settings.get_str("site.theme"),
    }


def chosen_site(form: SiteForm) -> dict[str, bool | str]:
    """The form's fields as settings."""
    return {
        "site.name": text(form.name),
        "site.theme": text(form.theme),
        "accounts.sign_up_open": form.sign_up.data == "open",
    }
