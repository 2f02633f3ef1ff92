"""How a space looks: its theme and the settings that the theme declares."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wiki import settings
from wiki.errors import Invalid, NotFound
from wiki.permissions.catalogue import Permission
from wiki.spaces import service
from wiki.spaces.access import in_space
from wiki.spaces.forms import SITE_THEME, ThemeForm, theme_choices, theme_settings_form
from wiki.spaces.models import Space
from wiki.web import theming
from wiki.web.access import current_actor
from wiki.web.forms import add_errors
from wiki.web.static_files import theme_static_url
from wiki.web.theme import Theme

PICTURES = ("img/preview.svg", "img/preview.png", "preview.svg", "preview.png")


@in_space(Permission.SPACE_ADMIN)
def themes(space: Space) -> ResponseReturnValue:
    """Choose the theme of the space."""
    known = list(theming.themes().values())
    of_site = theming.themes().get(settings.get_str("site.theme"), known[0])
    form = ThemeForm(theme=space.theme or SITE_THEME)
    form.theme.choices = theme_choices(known, of_site)
    if form.validate_on_submit():
        service.set_theme(current_actor(), space, form.theme.data or None)
        flash("The theme is chosen.", "success")
        return redirect(url_for("spaces.themes", key=space.key), code=303)
    page = theming.render(
        "spaces/themes.html",
        form=form,
        shown={SITE_THEME: of_site} | {theme.id: theme for theme in known},
        pictures={theme.id: _picture(theme) for theme in known},
        breadcrumbs=[(space.name, url_for("spaces.home", key=space.key))],
    )
    return page, 422 if form.is_submitted() else 200


@in_space(Permission.SPACE_ADMIN)
def theme_settings(space: Space) -> ResponseReturnValue:
    """Set what the active theme lets a space set. NotFound when it lets nothing."""
    theme = theming.active_theme()
    if not theme.settings:
        raise NotFound
    stored = {setting.name: setting.default for setting in theme.settings} | dict(space.theme_settings or {})
    form = theme_settings_form(theme.settings)(data=stored)
    if form.validate_on_submit():
        values = {setting.name: form[setting.name].data for setting in theme.settings}
        try:
            service.set_theme_settings(current_actor(), space, values)
        except Invalid as refusal:
            add_errors(form, refusal.errors)
        else:
            flash("The settings are saved.", "success")
            return redirect(url_for("spaces.theme_settings", key=space.key), code=303)
    page = theming.render(
        "spaces/theme_settings.html",
        form=form,
        fields=[form[setting.name] for setting in theme.settings],
        breadcrumbs=[
            (space.name, url_for("spaces.home", key=space.key)),
            ("Themes", url_for("spaces.themes", key=space.key)),
        ],
    )
    return page, 422 if form.is_submitted() else 200


def _picture(theme: Theme) -> str | None:
    """The address of the theme's small picture of itself, if it has one."""
    there = (name for name in PICTURES if (theme.folder / "static" / name).is_file())
    name = next(there, None)
    return theme_static_url(theme.id, name) if name else None
