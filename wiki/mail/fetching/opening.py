"""From an account's row to an open connection: its plan as plain values, and the transports with the site's bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from flask import current_app

from wiki.blobs.configured import blob_store
from wiki.crypto import unseal
from wiki.db import reading
from wiki.errors import Conflict, Invalid
from wiki.mail import network
from wiki.mail.fetching.plan import Plan, folders_of
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.oauth.tokens import access_token
from wiki.mail.transport.connect import open_imap, open_pop
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.errors import TokenRefused
from wiki.mail.transport.mailbox_names import one_inbox
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.protocol import ImapTransport, Limits, NewSpool, PopTransport

Session = TypeVar("Session", ImapTransport, PopTransport)


def plan_of(account_id: int) -> Plan:
    """The account as it is now. Raises Conflict when it is gone, Invalid and CannotUnseal when it has no password."""
    with reading() as session:
        account = session.get(MailAccount, account_id)
        if account is None:
            raise Conflict("This account has been removed.")
        if account.password_sealed is None and not account.sign_in:
            raise Invalid({"password": "This account has no password; enter it again."})
        return Plan(
            account_id=account.id,
            space_id=account.space_id,
            endpoint=Endpoint(
                Protocol(account.protocol),
                account.host,
                account.port,
                account.username,
                "" if account.password_sealed is None else unseal(account.password_sealed),
            ),
            folders=folders_of(account),
            after_archiving=AfterArchiving(account.after_archiving),
            move_to=one_inbox(account.move_to),
            generation=account.generation,
            reads_all_folders=account.reads_all_folders,
            left_out=tuple(account.left_out),
            allows_inexact_sizes=account.allows_inexact_sizes,
            has_token=bool(account.sign_in),
            delete_delay=timedelta(hours=current_app.config["MAIL_DELETE_DELAY_HOURS"]),
        )


def imap(plan: Plan) -> ImapTransport:
    """Open a session with the account's IMAP server. Raises TransportError, and Invalid when there is no token."""
    return _opened(plan, open_imap, network.fetch_deadlines())


def imap_briefly(plan: Plan) -> ImapTransport:
    """Open such a session while a person waits: it ends within seconds."""
    return _opened(plan, open_imap, network.test_deadlines())


def pop(plan: Plan) -> PopTransport:
    """Open a session with the account's POP3 server. Raises TransportError, and Invalid when there is no token."""
    return _opened(plan, open_pop, network.fetch_deadlines())


def _opened(
    plan: Plan,
    connect: Callable[[Endpoint, NetworkPolicy, Deadlines, Limits, NewSpool], Session],
    deadlines: Deadlines,
) -> Session:
    bounds = network.network_policy(), deadlines, network.fetch_limits(), blob_store().spool
    if not plan.has_token:
        return connect(plan.endpoint, *bounds)
    token = access_token(plan.account_id, plan.generation)
    try:
        return connect(replace(plan.endpoint, password=token), *bounds)
    except TokenRefused:
        # It was revoked before its time, or the clocks differ.
        token = access_token(plan.account_id, plan.generation, renewed=True)
        return connect(replace(plan.endpoint, password=token), *bounds)
