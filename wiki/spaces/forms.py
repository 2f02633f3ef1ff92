"""The forms of spaces."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from wiki.spaces.service import LONGEST_DESCRIPTION, LONGEST_MARKUP, LONGEST_NAME
from wiki.web.forms import stripped
from wiki.web.theme import Theme, ThemeSetting

SITE_THEME = ""


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The base of this room's forms and of those above."""


class DetailsForm(Form):
    """What people read about a space."""

    name = StringField(
        "Name",
        filters=[stripped],
        validators=[
            InputRequired("Give the space a name."),
            Length(max=LONGEST_NAME, message="A name has %(max)d characters at most."),
        ],
    )
    description = TextAreaField(
        "Description",
        filters=[stripped],
        description="One or two sentences that tell others what the space is for.",
        validators=[
            Optional(),
            Length(max=LONGEST_DESCRIPTION, message="A description has %(max)d characters at most."),
        ],
        render_kw={"rows": 3},
    )


class SpaceForm(DetailsForm):
    """A new site space."""

    key = StringField(
        "Key",
        filters=[stripped],
        description="Letters A to Z and digits. It is part of every address in the space and never changes.",
        validators=[InputRequired("Give the space a key.")],
        render_kw={"maxlength": 255, "autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"},
    )
    theme = SelectField("Theme", description="How the space looks and where its menus stand.")

    def offer(self, themes: Sequence[Theme], site_theme: Theme) -> None:
        """Fill in the themes that can be chosen."""
        self.theme.choices = theme_choices(themes, site_theme)


class ThemeForm(Form):
    """The theme of a space."""

    theme = RadioField("Theme")


class PrincipalForm(Form):
    """A group or a user who gets a row in the permission matrix."""

    kind = SelectField("Add a", choices={"group": "Group", "user": "User"})
    name = StringField(
        "Name",
        filters=[stripped],
        validators=[InputRequired("Whom? Write the name of a group or the sign-in name of a user.")],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def theme_choices(themes: Sequence[Theme], site_theme: Theme) -> dict[str, str]:
    """The labels of the themes by their ids, the site's own choice first."""
    return {SITE_THEME: f"The site's theme ({site_theme.name})"} | {theme.id: theme.name for theme in themes}


def theme_settings_form(settings: Sequence[ThemeSetting]) -> type[Form]:
    """A form with a field for each setting that a theme declares."""
    return type("ThemeSettingsForm", (Form,), {setting.name: _setting_field(setting) for setting in settings})


def _setting_field(setting: ThemeSetting) -> Field:
    if setting.kind == "switch":
        return BooleanField(setting.label, description=setting.hint)
    return TextAreaField(
        setting.label,
        description=f"{setting.hint} Markdown, as in a page.",
        validators=[Length(max=LONGEST_MARKUP, message="At most %(max)d characters fit here.")],
        render_kw={"rows": 4},
    )
