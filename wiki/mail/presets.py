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
    """A provider: where its mail server is, and what it needs and allows, in sentences for the person at the form.

    ``sign_in`` is its OAuth provider. ``limits`` are facts that can be looked up at ``source``. ``most_visible`` is how
    many messages of a folder the server ever shows, the newest ones; None where it shows all.
    """

    id: str
    name: str
    host: str
    needs: tuple[str, ...]
    limits: tuple[str, ...] = ()
    source: str = ""
    most_visible: int | None = None
    protocol: Protocol = Protocol.IMAPS
    sign_in: str = ""

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
            "To sign in with Google (OAuth 2.0), set up once by a super user under Administration > Mail sign-in,",
            "or an app password: switch on 2-Step Verification in the Google account, then make one there.",
            "The ordinary password is refused, and so is every password where a Workspace asks for OAuth 2.0.",
            "To archive everything, read the folder “[Gmail]/All Mail”. Deleting there only takes the label away.",
        ),
        sign_in="google",
        limits=(
            "2,500 MB a day may be downloaded over IMAP, 1,250 MB over POP: a large mailbox takes several days.",
            "15 connections at once; this wiki uses one.",
        ),
        source="https://support.google.com/a/answer/1071518",
    ),
    Preset(
        id="yahoo",
        name="Yahoo",
        host="imap.mail.yahoo.com",
        needs=(
            "An app password, made under “Account security”. The ordinary password is refused.",
            "For a folder of more than 10,000 messages use the host export.imap.mail.yahoo.com instead.",
        ),
        limits=(
            "Only the newest 10,000 messages of a folder are shown under this host.",
            "One command reaches 1,000 messages; this wiki asks for no more at once.",
        ),
        source="https://senders.yahooinc.com/developer/documentation/",
        most_visible=10_000,
    ),
    Preset(
        id="microsoft",
        name="Outlook.com / Microsoft 365",
        host="outlook.office365.com",
        needs=(
            "To sign in with Microsoft (OAuth 2.0); a super user sets it up once under Administration > Mail sign-in.",
            "Microsoft takes no password over IMAP or POP any more.",
            "Where that is not allowed, let the account forward its mail to a clone address, and archive that one.",
        ),
        sign_in="microsoft",
        limits=("A Microsoft 365 administrator can switch IMAP and POP off for the whole organisation.",),
        source="https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online",
    ),
    Preset(
        id="icloud",
        name="iCloud",
        host="imap.mail.me.com",
        needs=(
            "An app-specific password, made at account.apple.com under “Sign-In and Security”.",
            "As user name, the part of the address before the @; if that is refused, the whole address.",
        ),
        limits=("There is no POP.", "A message is at most 20 MB."),
        source="https://support.apple.com/102525",
    ),
    Preset(
        id="fastmail",
        name="Fastmail",
        host="imap.fastmail.com",
        needs=(
            "An app password with access to IMAP, made under “Privacy & Security”.",
            "As user name, the whole address.",
        ),
        limits=("The ordinary password is refused by every mail program, and so it is here.",),
        source="https://www.fastmail.help/hc/en-us/articles/1500000278342",
    ),
    Preset(
        id="gmx",
        name="GMX",
        host="imap.gmx.net",
        needs=(
            "Access by POP3 and IMAP, switched on in the settings of the mailbox on the web; it is off at first.",
            "As user name, the whole address. With two-factor sign-in, an application-specific password.",
        ),
        limits=("Its numbering has been seen to go back; the archive then compares everything anew.",),
        source="https://hilfe.gmx.net/pop-imap/imap/index.html",
    ),
    Preset(
        id="webde",
        name="WEB.DE",
        host="imap.web.de",
        needs=(
            "Access by POP3 and IMAP, switched on in the settings of the mailbox on the web; it is off at first.",
            "As user name, the part of the address before the @, or the whole address.",
        ),
        source="https://hilfe.web.de/pop-imap/imap/index.html",
    ),
    Preset(
        id="zoho",
        name="Zoho",
        host="imap.zoho.com",
        needs=(
            "IMAP access, switched on in Zoho Mail under “Mail Accounts”. With two-factor sign-in, an app password.",
            (
                "For an address at your own domain, the host imappro.zoho.com; outside the United States the host "
                "ends as your Zoho address on the web does, such as imap.zoho.eu or imap.zoho.in."
            ),
        ),
        limits=("Only the folders that were chosen in Zoho's own IMAP settings are shown.",),
        source="https://www.zoho.com/mail/help/imap-access.html",
    ),
    Preset(
        id="exchange",
        name="Exchange on-premises",
        host="",
        needs=(
            "The IMAP4 service, which Exchange installs and does not start; ask its administrator for the host's name.",
            "An address inside the network has to be on this wiki's list of allowed servers.",
        ),
        limits=(
            (
                "Message sizes are estimates unless EnableExactRFC822Size is set (Set-ImapSettings): either that, or "
                "“This server reports inexact sizes” here."
            ),
        ),
        source="https://learn.microsoft.com/powershell/module/exchange/set-imapsettings",
    ),
)

PRESETS: Mapping[str, Preset] = {preset.id: preset for preset in _ALL}


def hidden_messages(host: str, folder: str, says: int, lists: int) -> list[str]:
    """Say in a sentence that a server has messages in a folder which it does not show; nothing where it shows all."""
    if says > lists:
        return [f"The server says that {folder} has {says:,} messages and shows {lists:,}; the others stay there."]
    capped = next((each for each in _ALL if each.host == host.casefold() and each.most_visible), None)
    if capped is None or capped.most_visible is None or lists < capped.most_visible:
        return []
    shows = f"{capped.name} shows only the newest {capped.most_visible:,} messages of a folder"
    return [f"{shows}, and {folder} may have more: the form of the account names another host for those."]
