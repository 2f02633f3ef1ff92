"""The forms of the administration's screen about signing in with providers."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import Length

from wiki.mail.oauth.models import OAuthClient
from wiki.mail.oauth.providers import Provider
from wiki.mail.oauth.service import ClientFields
from wiki.web.forms import stripped

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ClientForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Our registration with a provider. The secret is never put into the page."""

    name = StringField(
        "Name",
        filters=[stripped],
        description="What people read: “Sign in with …”.",
        validators=[Length(max=100)],
    )
    client_id = StringField("Client id", filters=[stripped], validators=[Length(max=500)], render_kw=_PLAIN)
    secret = PasswordField("Client secret", validators=[Length(max=1000)], render_kw={"autocomplete": "new-password"})
    tenant = StringField(
        "Tenant",
        filters=[stripped],
        default="common",
        description="The id or domain of your organisation, or “common”.",
        validators=[Length(max=100)],
        render_kw=_PLAIN,
    )
    authorization_url = StringField(
        "Authorisation address", filters=[stripped], validators=[Length(max=2000)], render_kw=_PLAIN
    )
    token_url = StringField("Token address", filters=[stripped], validators=[Length(max=2000)], render_kw=_PLAIN)
    scope = StringField("Scope", filters=[stripped], validators=[Length(max=1000)], render_kw=_PLAIN)
    hosts = TextAreaField(
        "Mail servers",
        description="The tokens are sent to these and to no other, one on each line.",
        validators=[Length(max=5000)],
        render_kw={"rows": 2, "spellcheck": "false"},
    )

    def asked_of(self, provider: Provider) -> list[str]:
        """The names of the fields that this provider needs."""
        own = ["name", "authorization_url", "token_url", "scope", "hosts"] if provider.id == "own" else []
        tenant = ["tenant"] if provider.has_tenants else []
        return ["client_id", "secret", *tenant, *own]

    def fields(self, provider: Provider) -> ClientFields:
        """What was filled in; call it on a valid form only."""
        asked = self.asked_of(provider)
        values = {name: self[name].data or "" for name in asked if name != "hosts"}
        hosts = tuple((self.hosts.data or "").split()) if "hosts" in asked else ()
        return ClientFields(**values, hosts=hosts)


def stored_values(client: OAuthClient | None) -> dict[str, object]:
    """What the form begins with: everything but the secret."""
    if client is None:
        return {}
    names = ("name", "client_id", "tenant", "authorization_url", "token_url", "scope")
    return {**{name: getattr(client, name) for name in names}, "hosts": "\n".join(client.hosts)}
