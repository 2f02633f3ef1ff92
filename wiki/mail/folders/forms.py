"""The form for choosing folders."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField

ALL, THESE = "all", "these"


class FolderForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Checkboxes for the folders; the template draws them as a tree."""

    scope = RadioField(
        "What to read",
        choices={
            ALL: "All folders, also those that are made later, except the ones that are not ticked",
            THESE: "Just the folders that are ticked",
        },
        default=THESE,
    )
    folders = SelectMultipleField("Folders", validate_choice=False)
