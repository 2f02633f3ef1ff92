"""What people do with mail accounts. Each verb checks, records and flushes; none commits, none talks to a server.

A personal space has no mail: every verb that would give it some refuses, whatever a menu shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from wiki import clock
from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.crypto import CannotUnseal, seal, unseal
from wiki.errors import Conflict, Invalid, NotAllowed
from wiki.extensions import db
from wiki.jobs import service as jobs
from wiki.jobs.models import JobRequest
from wiki.mail.models import AfterArchiving, LedgerEntry, LedgerState, MailAccount, MailFolder
from wiki.mail.oauth import service as oauth
from wiki.mail.subjects import FETCH_JOB, account_subject
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Endpoint, Protocol, checked_folder
from wiki.mail.transport.mailbox_names import one_inbox
from wiki.permissions.actor import Actor
from wiki.spaces.models import Space, SpaceKind

MOST_FOLDERS = 1000
LONGEST_FOLDER = 255
LONGEST_PAUSE = 7 * 24 * 60


@dataclass(frozen=True)
class AccountFields:
    """What a person fills in for an account.

    ``port`` None stands for the protocol's own; ``password`` '' keeps the stored one, where that is allowed.
    ``folders`` and ``move_to`` are IMAP's.
    """

    name: str
    protocol: Protocol
    host: str
    username: str
    fetch_minutes: int
    password: str = ""
    sign_in: str = ""
    port: int | None = None
    description: str = ""
    folders: tuple[str, ...] = ("INBOX",)
    is_clone: bool = False
    after_archiving: AfterArchiving = AfterArchiving.LEAVE
    move_to: str = ""
    allows_inexact_sizes: bool = False

    @property
    def actual_port(self) -> int:
        """The port that was given, or the protocol's."""
        return DEFAULT_PORTS[self.protocol] if self.port is None else self.port

    def endpoint(self, stored_password: str = "") -> Endpoint:
        """Where this leads, with its own password or else the stored one. Raises Invalid."""
        return Endpoint(self.protocol, self.host, self.actual_port, self.username, self.password or stored_password)


def add_account(actor: Actor, space: Space, fields: AccountFields) -> MailAccount:
    """Give the space an account, and ask for its first fetch at once.

    Raises NotAllowed for a personal space, and Invalid keyed by the names of the fields.
    """
    refuse_personal(space)
    fields = _checked(fields, password_needed=True)
    account = MailAccount(
        space_id=space.id, created_by_id=actor.id, created_at=clock.now(), next_fetch_at=clock.now(), failures=0
    )
    _put(account, fields)
    account.password_sealed = _sealed(fields)
    db.session.add(account)
    db.session.flush()
    _record(actor, EventTag.MAIL_ACCOUNT_ADDED, account, protocol=account.protocol, host=account.host)
    if not account.sign_in:
        _ask_for_fetch(actor, account)
    return account


def change_account(actor: Actor, account: MailAccount, fields: AccountFields) -> list[str]:
    """Change an account, and give the names of what changed. Raises Invalid.

    Its password is meant for one server and one user: when either changes, the stored one counts for nothing and
    has to be typed anew. Otherwise whoever may edit could have it sent to a server of their own.
    """
    if fields.protocol.is_imap != Protocol(account.protocol).is_imap:
        raise Invalid({"protocol": "An account cannot change between POP and IMAP; add another one instead."})
    moved = is_elsewhere(account, fields)
    fields = _checked(fields, password_needed=moved or account.password_sealed is None)
    before = _facts(account)
    if fields.allows_inexact_sizes and not account.allows_inexact_sizes:
        _try_held_again(account)
    _put(account, fields)
    if fields.password or fields.sign_in:
        account.password_sealed = _sealed(fields)
    if moved:
        _forget_server(account)
        oauth.forget(account)
    changed = sorted(name for name, value in _facts(account).items() if value != before[name])
    if moved or fields.password:
        account.failures = 0
        account.next_fetch_at = clock.now()
    db.session.flush()
    _record(actor, EventTag.MAIL_ACCOUNT_CHANGED, account, changed=changed, has_new_password=bool(fields.password))
    return [*changed, "password"] if fields.password else changed


def is_elsewhere(account: MailAccount, fields: AccountFields) -> bool:
    """Whether the fields lead to another server, another security, another user or another way to sign in."""
    return (fields.protocol, fields.host.casefold(), fields.actual_port, fields.username, fields.sign_in) != (
        account.protocol,
        account.host.casefold(),
        account.port,
        account.username,
        account.sign_in,
    )


def stored_password(account: MailAccount, fields: AccountFields) -> str:
    """The password to test these fields with when none was typed: the stored one, or '' where it is not meant for them.

    Raises Invalid when no key opens it.
    """
    if account.password_sealed is None or is_elsewhere(account, fields):
        return ""
    try:
        return unseal(account.password_sealed)
    except CannotUnseal as error:
        raise Invalid({"password": "The stored password cannot be opened any more; type it again."}) from error


def set_enabled(actor: Actor, account: MailAccount, enabled: bool) -> None:
    """Let an account be fetched, or no more; what it has archived stays either way."""
    if account.is_enabled == enabled:
        return
    account.is_enabled = enabled
    if enabled:
        account.failures = 0
        account.next_fetch_at = clock.now()
    db.session.flush()
    _record(actor, EventTag.MAIL_ACCOUNT_ENABLED if enabled else EventTag.MAIL_ACCOUNT_DISABLED, account)


def remove_account(actor: Actor, account: MailAccount) -> None:
    """Remove an account with its password and ledger. Archived mail stays; nothing happens on the server."""
    _record(actor, EventTag.MAIL_ACCOUNT_REMOVED, account, protocol=account.protocol, host=account.host)
    db.session.delete(account)
    db.session.flush()


def request_fetch(actor: Actor, account: MailAccount) -> JobRequest:
    """Ask the worker to fetch an account now; a request that waits or runs already is given back.

    Raises Conflict when the account is disabled.
    """
    if not account.is_enabled:
        raise Conflict(f"The account {account.name} is disabled; enable it before fetching.")
    _record(actor, EventTag.MAIL_ACCOUNT_FETCH_REQUESTED, account)
    return _ask_for_fetch(actor, account)


def request_fetch_all(actor: Actor, space: Space) -> Sequence[MailAccount]:
    """Ask for a fetch of every enabled account of the space, and give those. Raises Conflict when there is none."""
    accounts = db.session.scalars(
        select(MailAccount).where(MailAccount.space_id == space.id, MailAccount.is_enabled).order_by(MailAccount.id)
    ).all()
    if not accounts:
        raise Conflict("No mail account of this space is enabled, so there is nothing to fetch.")
    for account in accounts:
        request_fetch(actor, account)
    return accounts


def refuse_personal(space: Space) -> None:
    """Raise NotAllowed unless the space is one that may have mail."""
    if space.kind == SpaceKind.PERSONAL:
        raise NotAllowed("A personal space has no mail; choose a site space.")


def _ask_for_fetch(actor: Actor, account: MailAccount) -> JobRequest:
    return jobs.request(FETCH_JOB, account_subject(account.id), actor.name, account_id=account.id)


def _checked(fields: AccountFields, *, password_needed: bool) -> AccountFields:
    """The fields with their defaults filled in. Raises Invalid."""
    errors: dict[str, str] = {}
    try:
        fields.endpoint()
    except Invalid as refusal:
        errors.update(refusal.errors)
    if not fields.name:
        errors["name"] = "Give the account a name."
    if fields.sign_in:
        errors.update(_sign_in_errors(fields))
    elif password_needed and not fields.password:
        errors["password"] = "Type the password; one that was stored is never used for another server or user."  # noqa: S105
    if not 1 <= fields.fetch_minutes <= LONGEST_PAUSE:
        errors["fetch_minutes"] = f"Between 1 and {LONGEST_PAUSE:,} minutes may pass between two fetches."
    fields = _with_one_inbox(fields) if fields.protocol.is_imap else _as_pop(fields)
    errors.update(_folder_errors(fields))
    if errors:
        raise Invalid(errors)
    return fields


def _sign_in_errors(fields: AccountFields) -> dict[str, str]:
    if not fields.protocol.is_encrypted:
        return {"protocol": "An access token goes to an encrypted server only: choose IMAPS or POPS."}
    try:
        oauth.check_host(fields.sign_in, fields.host)
    except Invalid as refusal:
        return refusal.errors
    return {}


def _sealed(fields: AccountFields) -> bytes | None:
    return None if fields.sign_in else seal(fields.password)


def _with_one_inbox(fields: AccountFields) -> AccountFields:
    folders = dict.fromkeys(one_inbox(name) for name in fields.folders)
    return replace(fields, folders=tuple(folders), move_to=one_inbox(fields.move_to))


def _as_pop(fields: AccountFields) -> AccountFields:
    return replace(fields, folders=(), move_to="")


def _folder_errors(fields: AccountFields) -> dict[str, str]:
    errors: dict[str, str] = {}
    if fields.protocol.is_imap:
        if not 1 <= len(fields.folders) <= MOST_FOLDERS:
            errors["folders"] = f"Name at least one folder, such as INBOX, and at most {MOST_FOLDERS}."
        elif not all(_is_folder(name) for name in fields.folders):
            errors["folders"] = "Write one folder on each line, as the mail server names it."
    if fields.after_archiving is AfterArchiving.MOVE:
        if not fields.protocol.is_imap:
            errors["after_archiving"] = "POP has no folders to move mail to: leave it on the server, or delete it."
        elif not _is_folder(fields.move_to):
            errors["move_to"] = "Name the folder that archived mail is moved to."
        elif fields.move_to in fields.folders:
            errors["move_to"] = "Mail is read from this folder; choose another one to move it to."
    return errors


def _is_folder(name: str) -> bool:
    try:
        return len(checked_folder(name)) <= LONGEST_FOLDER
    except Invalid:
        return False


def _put(account: MailAccount, fields: AccountFields) -> None:
    endpoint = fields.endpoint()
    account.name = fields.name
    account.description = fields.description
    account.protocol = endpoint.protocol.value
    account.host = endpoint.host
    account.port = endpoint.port
    account.username = endpoint.username
    account.sign_in = fields.sign_in
    account.folders = list(fields.folders)
    account.is_clone = fields.is_clone
    account.allows_inexact_sizes = fields.allows_inexact_sizes
    account.after_archiving = fields.after_archiving
    account.move_to = fields.move_to if fields.after_archiving is AfterArchiving.MOVE else ""
    account.fetch_minutes = fields.fetch_minutes


def _forget_server(account: MailAccount) -> None:
    """Numbers that one server gave stand for other messages on another: nothing is skipped or deleted by them.

    A fetch of the server before, should one run just now, finds another generation and writes no more.
    """
    account.generation += 1
    mine = select(MailFolder.id).where(MailFolder.account_id == account.id)
    db.session.execute(
        update(LedgerEntry)
        .where(LedgerEntry.folder_id.in_(mine), LedgerEntry.state != LedgerState.GONE)
        .values(state=LedgerState.STALE)
    )
    db.session.execute(update(MailFolder).where(MailFolder.account_id == account.id).values(is_current=False))


def _try_held_again(account: MailAccount) -> None:
    """Let the next fetch ask again for what was held; what is right to be held will be held again."""
    mine = select(MailFolder.id).where(MailFolder.account_id == account.id, MailFolder.is_current.is_(True))
    db.session.execute(
        update(LedgerEntry)
        .where(LedgerEntry.folder_id.in_(mine), LedgerEntry.state == LedgerState.HELD)
        .values(attempts=0)
    )


def _facts(account: MailAccount) -> dict[str, object]:
    names = (
        "name", "description", "protocol", "host", "port", "username", "sign_in",
        "folders", "is_clone", "after_archiving", "move_to", "fetch_minutes", "allows_inexact_sizes",
    )  # fmt: skip
    return {name: getattr(account, name) for name in names}


def _record(actor: Actor, tag: EventTag, account: MailAccount, **details: object) -> None:
    record(actor, tag, account_subject(account.id), name=account.name, space_id=account.space_id, **details)
