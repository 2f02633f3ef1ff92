"""What the large providers want, as plain data: it fills the account form and tells people what to prepare.

A provider that takes no plain password says so here, because finding that out by trial is what people complain
about most. Providers change their rules: look at their help pages when one of these stops being true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wiki.mail.transport.endpoint import DEFAULT_PORTS, Protocol


@dataclass(frozen=True)
class Preset:
    """A provider: where its mail server is, and what it needs, in sentences for the person at the form."""

    id: str
    name: str
    host: str
    needs: tuple[str, ...]
    protocol: Protocol = Protocol.IMAPS

    @property
    def port(self) -> int:
        """The provider's port; all of them keep to the standard."""
        return DEFAULT_PORTS[self.protocol]


_ALL = (
    Preset(
        id="gmail",
        name="Gmail",
        host="imap.gmail.com",
        needs=(
            "An app password: switch on 2-Step Verification in the Google account, then make one there.",
            "The ordinary password is refused, and so is every password where a Workspace asks for OAuth 2.0.",
            "To archive everything, read the folder “[Gmail]/All Mail”. Deleting there only takes the label away.",
        ),
    ),
    Preset(
        id="yahoo",
        name="Yahoo",
        host="imap.mail.yahoo.com",
        needs=(
            "An app password, made under “Account security”. The ordinary password is refused.",
            "Only the newest 10,000 messages of a folder are shown under this host.",
            "For an older mailbox use the host export.imap.mail.yahoo.com instead.",
        ),
    ),
    Preset(
        id="microsoft",
        name="Outlook.com / Microsoft 365",
        host="outlook.office365.com",
        needs=(
            "OAuth 2.0: Microsoft takes no password over IMAP or POP any more, so it cannot be fetched directly yet.",
            "Until then, let the account forward its mail to a clone address on another server, and archive that one.",
        ),
    ),
    Preset(
        id="icloud",
        name="iCloud",
        host="imap.mail.me.com",
        needs=(
            "An app-specific password, made at account.apple.com under “Sign-In and Security”.",
            "As user name, the part of the address before the @; if that is refused, the whole address.",
        ),
    ),
    Preset(
        id="fastmail",
        name="Fastmail",
        host="imap.fastmail.com",
        needs=(
            "An app password with access to IMAP, made under “Privacy & Security”.",
            "As user name, the whole address.",
        ),
    ),
)

PRESETS: Mapping[str, Preset] = {preset.id: preset for preset in _ALL}
