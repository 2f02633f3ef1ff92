"""The form of an export."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField

from wiki.mail.formats.bundles import BundleFormat

CHOICES = {
    BundleFormat.MBOX: "One mailbox file (mbox)",
    BundleFormat.MBOX_ZIP: "One mailbox file (mbox) with a list of checksums, in a zip archive",
    BundleFormat.EML: "A file for each message (.eml), with a list of checksums, in a zip archive",
    BundleFormat.MAILDIR: "A Maildir with a list of checksums, in a zip archive",
}


class ExportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What the mail is put into."""

    format = RadioField(
        "Format",
        choices={each.value: label for each, label in CHOICES.items()},
        default=BundleFormat.MBOX.value,
    )
