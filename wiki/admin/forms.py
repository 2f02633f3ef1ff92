"""The shape of the administration's forms; what the fields may hold, the services say."""

from __future__ import annotations

from wtforms import PasswordField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from wiki.accounts.forms import AS_TYPED, PASSWORD_HINT, Form
from wiki.accounts.principals import PrincipalKind
from wiki.admin.add_ons import AddOnFilter
from wiki.web.forms import stripped

LONGEST_SITE_NAME = 100


class SiteForm(Form):
    """The general settings of the site."""

    name = StringField(
        "Site name",
        filters=[stripped],
        description="Stands in the header and in the title of each page.",
        validators=[
            DataRequired("Give the site a name."),
            Length(max=LONGEST_SITE_NAME, message="A site's name has %(max)d characters at most."),
        ],
    )
    sign_up = RadioField(
        "Sign-up",
        choices={
            "closed": "Closed: administrators make all accounts",
            "open": "Open: anybody who can reach the site may make an account",
        },
        validators=[InputRequired("Choose one.")],
    )
    theme = RadioField(
        "Theme of the site",
        description="For the dashboard and the directories, and for each space that has chosen no other.",
        validators=[InputRequired("Choose a theme.")],
    )


class FirstSiteForm(SiteForm):
    """The second screen of the first set-up."""

    guests = RadioField(
        "Who may read without signing in?",
        choices={
            "nobody": "Nobody: everybody signs in first",
            "anybody": "Anybody: guests may read the first space, and later those that you open to them",
        },
        default="nobody",
        validators=[InputRequired("Choose one.")],
    )


class FirstSpaceForm(Form):
    """The third screen of the first set-up."""

    name = StringField(
        "Name",
        filters=[stripped],
        description="What your team calls itself, or what it works on.",
        validators=[DataRequired("Give the space a name.")],
    )
    key = StringField(
        "Key",
        filters=[stripped],
        description="Letters and digits, such as TEAM. It is part of every address in the space and never changes.",
        validators=[DataRequired("Give the space a key.")],
        render_kw={"autocomplete": "off", "maxlength": 255, **AS_TYPED},
    )
    theme = RadioField("Theme of the space", validators=[InputRequired("Choose a theme.")])


class NewPasswordForm(Form):
    """A password that an administrator sets for somebody."""

    password = PasswordField(
        "New password",
        description=PASSWORD_HINT,
        validators=[InputRequired("Choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )


class UserGroupsForm(Form):
    """The groups of one user."""

    groups = SelectMultipleField(
        "Member of", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class GroupForm(Form):
    """A new group."""

    name = StringField(
        "Name", filters=[stripped], validators=[DataRequired("Give the group a name.")], render_kw=AS_TYPED
    )


class MemberForm(Form):
    """Somebody who joins a group."""

    user = StringField(
        "User name",
        filters=[stripped],
        validators=[DataRequired("Type a user name.")],
        render_kw={"autocomplete": "off", **AS_TYPED},
    )


class PrincipalForm(Form):
    """A group or a user who gets a row in the matrix of global permissions."""

    kind = SelectField("Kind", choices={PrincipalKind.GROUP.value: "Group", PrincipalKind.USER.value: "User"})
    name = StringField(
        "Name",
        filters=[stripped],
        validators=[DataRequired("Type the name of a group or a user.")],
        render_kw={"autocomplete": "off", **AS_TYPED},
    )


class AddOnsForm(Form):
    """Which add-ons are shown; read from the address."""

    class Meta:
        """Choosing what to see changes nothing, so it carries no token."""

        csrf = False

    show = SelectField(
        "Show",
        choices={
            AddOnFilter.USER_INSTALLED.value: "User-installed",
            AddOnFilter.SYSTEM.value: "System",
            AddOnFilter.ALL.value: "All add-ons",
        },
        default=AddOnFilter.SYSTEM.value,
    )
