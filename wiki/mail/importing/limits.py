"""What the current app lets an import take."""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from wiki.blobs.configured import blob_store
from wiki.mail.formats.budget import Limits
from wiki.words import MEBIBYTE


def uploads_folder() -> Path:
    """The folder of uploaded files, and of archives in archives while they are read."""
    folder: Path = current_app.config["DATA"] / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def limits() -> Limits:
    """The limits that the administrator has set."""
    config = current_app.config
    return Limits(
        config["MAIL_MAX_MESSAGE_MB"] * MEBIBYTE, config["IMPORT_UNPACKED"], uploads_folder(), blob_store().spool
    )
