"""The mail room's forms: shape and wording. What fits together and what does not is the service's to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.oauth.providers import Provider
from wiki.mail.presets import Preset
from wiki.mail.service import AccountFields
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Protocol
from wiki.web.forms import stripped

PROTOCOLS = (Protocol.POP, Protocol.IMAP, Protocol.POPS, Protocol.IMAPS)
CONNECTION = frozenset({"protocol", "host", "port", "username", "sign_in", "password", "csrf_token"})
USUAL_PORTS = ", ".join(f"{DEFAULT_PORTS[protocol]} for {protocol.name}" for protocol in PROTOCOLS)


def _whole_number(sentence: str, *, may_be_empty: bool = False) -> Callable[[object, IntegerField], None]:
    """Make a validator that says in words that the typed text is no number; WTForms' own message has no words."""

    def check(_form: object, field: IntegerField) -> None:
        is_empty = not "".join(field.raw_data or []).strip()
        if is_empty and may_be_empty:
            field.errors = []
            raise StopValidation
        if is_empty or field.process_errors:
            field.errors = []
            raise StopValidation(sentence)

    return check


class AccountForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A mail account, its fields in the order that administrators know. The password is never put into the page."""

    name = StringField(
        "Account Name",
        filters=[stripped],
        validators=[InputRequired("Give the account a name."), Length(max=255)],
    )
    description = TextAreaField(
        "Description", filters=[stripped], validators=[Optional(), Length(max=2000)], render_kw={"rows": 2}
    )
    protocol = SelectField("Protocol", choices={protocol.value: protocol.name for protocol in PROTOCOLS})
    host = StringField(
        "Hostname",
        filters=[stripped],
        validators=[InputRequired("Name the mail server."), Length(max=253)],
        render_kw={"placeholder": "mail.example.com", "autocapitalize": "none", "spellcheck": "false"},
    )
    port = IntegerField(
        "Port",
        description=f"Leave it as it is, or empty, for the usual one: {USUAL_PORTS}.",
        validators=[
            _whole_number("A port is a number from 1 to 65535.", may_be_empty=True),
            NumberRange(1, 65535, "A port is a number from 1 to 65535."),
        ],
        render_kw={"inputmode": "numeric"},
    )
    username = StringField(
        "Username",
        filters=[stripped],
        validators=[InputRequired("Type the user name of the mailbox."), Length(max=255)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    sign_in = RadioField("How to sign in", default="", validators=[Optional()])
    password = PasswordField("Password", validators=[Length(max=1000)], render_kw={"autocomplete": "new-password"})
    folders = TextAreaField(
        "Folders to read",
        default="INBOX",
        description="IMAP only. One folder on each line, as the mail server names it.",
        validators=[Length(max=300_000)],
        render_kw={"rows": 2, "spellcheck": "false"},
    )
    allows_inexact_sizes = BooleanField(
        "This server reports inexact sizes",
        description=(
            "Only where messages are set aside because their size is not what the server announced, as Exchange does: "
            "they are then archived as they come. Such a message is never removed from the server."
        ),
    )
    is_clone = BooleanField(
        "This account is a clone",
        description="It was made for the archive alone, and nobody reads mail in it.",
    )
    after_archiving = RadioField("After archiving", default=AfterArchiving.LEAVE.value)
    move_to = StringField(
        "Folder to move to",
        filters=[stripped],
        description="Only for “Move it”. The folder is made when it is missing.",
        validators=[Optional(), Length(max=255)],
        render_kw={"placeholder": "Archived", "spellcheck": "false"},
    )
    fetch_minutes = IntegerField(
        "Minutes between two fetches",
        validators=[_whole_number("Type a whole number of minutes.")],
        render_kw={"inputmode": "numeric", "min": 1},
    )

    def explain(self, delete_delay_hours: int) -> AccountForm:
        """Word the three answers of "After archiving" with the site's own delay; needed before anything else."""
        wait = f"{delete_delay_hours} hours" if delete_delay_hours else "right"
        deletes = f"Delete it from the server, {wait} after it was archived and its stored copy read back and verified."
        self.after_archiving.choices = {
            AfterArchiving.LEAVE.value: "Leave it on the server: nothing is changed there.",
            AfterArchiving.MOVE.value: f"Move it to a folder on the server (IMAP only), {wait} after it was archived.",
            AfterArchiving.DELETE.value: deletes,
        }
        return self

    def offer(self, providers: Sequence[Provider]) -> AccountForm:
        """Offer the providers that an administrator has set up; needed before anything else."""
        self.sign_in.choices = {"": "With a password", **{each.id: f"With {each.name}" for each in providers}}
        if self.sign_in.data not in self.sign_in.choices and not self.is_submitted():
            self.sign_in.data = ""
        return self

    def chosen_sign_in(self) -> str:
        """The provider that was chosen; none, too, when the page offered no choice any more."""
        return (self.sign_in.data or "") if self.sign_in.raw_data else ""

    def validate_connection(self) -> bool:
        """Look only at what a connection needs: people test before they have thought of a name."""
        self.validate()
        for field in self:
            if field.name not in CONNECTION:
                field.errors = []
        return not self.errors

    def connection_fields(self) -> AccountFields:
        """What was filled in about the connection; the rest is as it would be by itself."""
        return AccountFields(
            name="",
            protocol=Protocol(self.protocol.data),
            host=self.host.data or "",
            port=self.port.data,
            username=self.username.data or "",
            password=self.password.data or "",
            sign_in=self.chosen_sign_in(),
            fetch_minutes=1,
        )

    def fields(self) -> AccountFields:
        """What was filled in; call it on a valid form only."""
        return AccountFields(
            name=self.name.data or "",
            description=self.description.data or "",
            protocol=Protocol(self.protocol.data),
            host=self.host.data or "",
            port=self.port.data,
            username=self.username.data or "",
            password=self.password.data or "",
            sign_in=self.chosen_sign_in(),
            folders=tuple(line.strip() for line in (self.folders.data or "").splitlines() if line.strip()),
            is_clone=bool(self.is_clone.data),
            allows_inexact_sizes=bool(self.allows_inexact_sizes.data),
            after_archiving=AfterArchiving(self.after_archiving.data),
            move_to=self.move_to.data or "",
            fetch_minutes=self.fetch_minutes.data or 0,
        )


def starting_values(fetch_minutes: int, preset: Preset | None, *, is_clone: bool) -> dict[str, object]:
    """What a new account's form begins with. Only for a declared clone is deleting the preselected answer."""
    return {
        "protocol": (preset.protocol if preset else Protocol.IMAPS).value,
        "host": preset.host if preset else "",
        "port": preset.port if preset else None,
        "sign_in": preset.sign_in if preset else "",
        "fetch_minutes": fetch_minutes,
        "is_clone": is_clone,
        "after_archiving": (AfterArchiving.DELETE if is_clone else AfterArchiving.LEAVE).value,
    }


def stored_values(account: MailAccount) -> dict[str, object]:
    """What the form of an account begins with: everything but its password."""
    return {
        "name": account.name,
        "description": account.description,
        "protocol": account.protocol,
        "host": account.host,
        "port": account.port,
        "username": account.username,
        "sign_in": account.sign_in,
        "folders": "\n".join(account.folders),
        "is_clone": account.is_clone,
        "allows_inexact_sizes": account.allows_inexact_sizes,
        "after_archiving": str(account.after_archiving),
        "move_to": account.move_to,
        "fetch_minutes": account.fetch_minutes,
    }


def changes_in_words(name: str, form: AccountForm, changed: Iterable[str]) -> str:
    """Say which fields of an account were changed, by their labels, and what follows from it."""
    changed = set(changed)
    if not changed:
        return f"Nothing of the account {name} was changed."
    labels = [field.label.text for field in form if field.name in changed]
    sentence = f"The account {name} was changed: {', '.join(labels)}."
    if changed & {"protocol", "host", "port", "username"}:
        sentence += " It leads elsewhere now: the next fetch compares everything there with the archive."
    return sentence


def same_family(protocol: Protocol) -> dict[str, str]:
    """The protocols that an account of this one may change to."""
    return {each.value: each.name for each in PROTOCOLS if each.is_imap == protocol.is_imap}


class ImportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A mailbox file that is on the server already."""

    path = StringField(
        "Path on the server",
        filters=[stripped],
        validators=[InputRequired("Type the path of the mailbox file."), Length(max=4000)],
        render_kw={"spellcheck": "false", "autocapitalize": "none"},
    )
