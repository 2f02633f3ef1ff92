"""The shape of the forms about people; what the fields may hold, the service says."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Optional

from wiki.accounts.passwords import SHORTEST
from wiki.accounts.queries import UserState
from wiki.web.forms import stripped

# Names are not words: no phone should correct them.
AS_TYPED = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
PASSWORD_HINT = f"At least {SHORTEST} characters. A few words that do not belong together make a good one."


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The base of this room's and the administration's forms."""


def text(field: Field) -> str:
    """What was typed into a field; nothing is the empty text."""
    return field.data or ""


class SignInForm(Form):
    """A name and a password."""

    name = StringField(
        "User name",
        filters=[stripped],
        validators=[DataRequired("Type your user name.")],
        render_kw={"autocomplete": "username", **AS_TYPED},
    )
    password = PasswordField(
        "Password", validators=[InputRequired("Type your password.")], render_kw={"autocomplete": "current-password"}
    )
    remember = BooleanField("Keep me signed in on this device")


class UserForm(Form):
    """A new user."""

    name = StringField(
        "User name",
        filters=[stripped],
        validators=[DataRequired("Choose a user name.")],
        description="2 to 50 lower case letters, digits, “.”, “_” and “-”. It can never be changed.",
        render_kw={"autocomplete": "username", **AS_TYPED},
    )
    full_name = StringField(
        "Full name",
        filters=[stripped],
        validators=[DataRequired("Give the name that other people know.")],
        render_kw={"autocomplete": "name"},
    )
    email = StringField(
        "E-mail address",
        filters=[stripped],
        validators=[Optional()],
        render_kw={"type": "email", "autocomplete": "email"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Choose a password.")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )


class OwnUserForm(UserForm):
    """A new user who fills it in for themself: nobody else could tell them a mistyped password."""

    password_again = PasswordField(
        "Password again",
        validators=[EqualTo("password", "The two passwords differ.")],
        render_kw={"autocomplete": "new-password"},
    )


class ProfileForm(Form):
    """What may change about a user."""

    full_name = StringField(
        "Full name",
        filters=[stripped],
        validators=[DataRequired("Give the name that other people know.")],
        render_kw={"autocomplete": "name"},
    )
    email = StringField(
        "E-mail address",
        filters=[stripped],
        validators=[Optional()],
        description="Only you and the administrators see it.",
        render_kw={"type": "email", "autocomplete": "email"},
    )


class PasswordForm(Form):
    """Another password for oneself."""

    old = PasswordField(
        "Present password",
        validators=[InputRequired("Type your present password.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        validators=[InputRequired("Choose a password.")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        "New password again",
        validators=[EqualTo("password", "The two passwords differ.")],
        render_kw={"autocomplete": "new-password"},
    )


class PeopleForm(Form):
    """The search box above a list of people; read from the address."""

    class Meta:
        """A search changes nothing, so it carries no token."""

        csrf = False

    q = StringField("Name", filters=[stripped], render_kw={"type": "search", "maxlength": "100"})


class UsersForm(PeopleForm):
    """The administration's search box, with the state of the users."""

    state = SelectField(
        "Show",
        choices={
            UserState.ALL.value: "All users",
            UserState.ACTIVE.value: "Active users",
            UserState.DISABLED.value: "Disabled users",
        },
        default=UserState.ALL.value,
    )
