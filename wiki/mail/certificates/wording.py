"""What a certificate says, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wiki.mail.certificates.models import Certificate
from wiki.words import count, joined


def in_words(certificate: Certificate) -> str:
    """Whether everything on the server is in the archive, and what is not."""
    if not certificate.is_clean:
        if not certificate.unexplained:
            return "This folder could not be compared, or a stored copy is damaged; the list below says more."
        return f"{count(certificate.unexplained, 'message')} on the server cannot be accounted for."
    exceptions = [
        f"{number:,} {what}"
        for number, what in (
            (certificate.set_aside, "set aside"),
            (certificate.purged, "deleted for good here"),
            (certificate.arrived, "that came after the last fetch"),
        )
        if number
    ]
    if not certificate.on_server:
        return "There is nothing on the server."
    if not exceptions:
        return "Every message on the server is in the archive."
    return f"Every message on the server is in the archive, but for {joined(exceptions)}."


def sum_in_words(certificate: Certificate) -> str:
    """The sum: ``12 = 9 archived + 2 duplicates + 1 set aside``."""
    parts = [
        f"{number:,} {what}"
        for number, what in (
            (certificate.archived, "archived"),
            (certificate.duplicates, "duplicate" if certificate.duplicates == 1 else "duplicates"),
            (certificate.set_aside, "set aside"),
            (certificate.held, "held back"),
            (certificate.purged, "deleted here"),
            (certificate.arrived, "new"),
            (certificate.unexplained, "unexplained"),
        )
        if number
    ]
    return f"{certificate.on_server:,} = {' + '.join(parts) or '0'}"


def waiting_for(unproven: Sequence[str], *, removes: bool, has_folders: bool) -> str:
    """What the removal from the server waits for, in one sentence; '' when it waits for nothing."""
    if not removes:
        return ""
    if not has_folders:
        return "Nothing is removed from the server before the first fetch could account for every message there."
    if not unproven:
        return ""
    return (
        f"Nothing is removed from {joined(unproven)} yet: "
        "this waits until a certificate accounts for every message there, which each fetch tries again."
    )
