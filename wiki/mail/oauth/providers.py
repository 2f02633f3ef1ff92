"""Who gives access tokens for mailboxes, as plain data: where people are sent, what is asked for, whom tokens are for.

A token goes to the provider's own mail servers and to no other: an account that names another host is refused, or it
would be a way to have somebody else's mailbox opened.

Google: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol. Microsoft:
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Provider:
    """A provider as it is used: ``hosts`` are the mail servers that may see its tokens, in lower case.

    ``parameters`` go with the person to the provider's page; ``advice`` is for the administrator who registers us.
    """

    id: str
    name: str
    authorization_url: str
    token_url: str
    scope: str
    hosts: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""

    @property
    def has_tenants(self) -> bool:
        """Whether its addresses are those of one organisation."""
        return "{tenant}" in self.token_url

    def of_tenant(self, tenant: str) -> Provider:
        """The provider as one organisation knows it."""
        return replace(
            self,
            authorization_url=self.authorization_url.replace("{tenant}", tenant),
            token_url=self.token_url.replace("{tenant}", tenant),
        )


GOOGLE = Provider(
    id="google",
    name="Google",
    authorization_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    scope="https://mail.google.com/",
    hosts=("imap.gmail.com", "pop.gmail.com"),
    # Without both, Google gives a refresh token only the first time that somebody allows us.
    parameters={"access_type": "offline", "prompt": "consent"},
    advice="Make an OAuth client of the type “Web application” in the Google Cloud console, with the address below as "
    "an authorised redirect URI. An app that is still in testing loses its sign-ins after seven days.",
)
MICROSOFT = Provider(
    id="microsoft",
    name="Microsoft",
    authorization_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 - an address
    scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All "
    "offline_access",
    hosts=("outlook.office365.com", "outlook.office.com", "imap-mail.outlook.com", "pop-mail.outlook.com"),
    parameters={"prompt": "select_account"},
    advice="Register an application in Microsoft Entra with the address below as a redirect URI of the platform “Web”, "
    "give it the delegated permissions IMAP.AccessAsUser.All and POP.AccessAsUser.All, and make a client secret.",
)
OWN = Provider(
    id="own",
    name="your own provider",
    authorization_url="",
    token_url="",
    scope="",
    hosts=(),
    advice="Any provider of OAuth 2.0 whose tokens your mail server takes, such as Keycloak with Dovecot.",
)
PROVIDERS: Mapping[str, Provider] = {provider.id: provider for provider in (GOOGLE, MICROSOFT, OWN)}
