"""How much of an attachment is searched, as the machine's settings have it."""

from __future__ import annotations

from flask import current_app


def searchable_characters() -> int:
    """The index grows with what is in it, so of each attachment only so many characters are."""
    most: int = current_app.config["MAIL_SEARCHABLE_CHARACTERS"]
    return most
