"""A space with accounts on a server that misbehaves, and what must be true of it whatever the server did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.mail.accounts import add_account
from tests.people import Site
from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.blobs.configured import blob_store
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail.fetching import sync
from wiki.mail.models import AfterArchiving, LedgerEntry, LedgerState, MailAccount, MailFolder, Message, SetAside
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.network import NetworkPolicy
from wiki.spaces.models import Space

AnyScript = ImapScript | PopScript


class OnScript:
    """A scripted server where a helper for accounts expects a mailbox."""

    def __init__(self, server: ScriptedServer, cafile: Path | None = None) -> None:
        self.server = server
        self.policy: NetworkPolicy = server.policy(cafile=cafile)

    def endpoint(self, protocol: Protocol) -> Endpoint:
        """How to reach it."""
        return self.server.endpoint(protocol)


class World:
    """The space TEAM, or another, on a site of its own."""

    def __init__(self, app: Flask, site: Site) -> None:
        self.app = app
        self.site = site
        self.space = site.team

    def begin_again(self) -> None:
        """Go on in another space, which knows nothing of what was before."""
        with reading() as session:
            number = session.scalar(select(func.count()).select_from(Space))
        self.space = self.site.space(f"SPACE{number}")

    def account(
        self, server: ScriptedServer, protocol: Protocol | None = None, *, cafile: Path | None = None, **values: Any
    ) -> int:
        """An account of the space on that server, left alone by deleting unless :meth:`delete_from_server` says so."""
        if protocol is None:
            protocol = Protocol.IMAP if isinstance(server.script, ImapScript) else Protocol.POP
        mailbox: Any = OnScript(server, cafile)
        allowed = self.app.config["MAIL_ALLOW_HOSTS"]
        account = add_account(self.app, self.space, mailbox, protocol, **values)
        self.app.config["MAIL_ALLOW_HOSTS"] |= allowed
        return account

    def delete_from_server(self, account: int, way: AfterArchiving = AfterArchiving.DELETE, move_to: str = "") -> None:
        """Have archived mail removed from the server from now on, as the space's administrator decides it."""
        with transaction() as session:
            row = session.get_one(MailAccount, account)
            row.after_archiving, row.move_to = way, move_to

    def fetch(self, account: int) -> str:
        """Fetch; it must go well."""
        ok, result = sync.fetch(account, Silent())
        assert ok, result
        return result

    def fail(self, account: int) -> str:
        """Fetch; it must fail, in words that the account keeps."""
        ok, result = sync.fetch(account, Silent())
        assert not ok, result
        assert "unexpected error" not in result
        with reading() as session:
            assert session.get_one(MailAccount, account).last_result == result
        return result

    def try_to_fetch(self, account: int) -> tuple[bool, str]:
        """Fetch; it may go well or fail, in words."""
        ok, result = sync.fetch(account, Silent())
        assert "unexpected error" not in result
        return ok, result

    def next_day(self, account: int) -> None:
        """Let the day pass after which all UIDs are listed again."""
        with transaction() as session:
            for folder in session.scalars(select(MailFolder).where(MailFolder.account_id == account)):
                folder.listed_at = None

    def archived(self) -> list[bytes]:
        """The messages of the space's archive, as the blob store gives them back."""
        with reading() as session:
            names = session.scalars(select(Message.sha256).where(Message.space_id == self.space).order_by(Message.id))
            return [blob_store().read(name) for name in names]

    def messages(self) -> list[Message]:
        """The rows of the space's messages, with what was read from them."""
        with reading() as session:
            found = list(session.scalars(select(Message).where(Message.space_id == self.space).order_by(Message.id)))
            session.expunge_all()
            return found

    def set_aside(self) -> list[str]:
        """The reason in words for each message that could not be archived."""
        with reading() as session:
            return list(session.scalars(select(SetAside.reason).where(SetAside.space_id == self.space)))

    def states(self, account: int) -> dict[str, int]:
        """How many of an account's messages stand where."""
        with reading() as session:
            rows = session.execute(
                select(LedgerEntry.state, func.count())
                .join(MailFolder)
                .where(MailFolder.account_id == account)
                .group_by(LedgerEntry.state)
            ).all()
            return {LedgerState(state).value: number for state, number in rows}

    def entries(self, session: Session, account: int) -> Sequence[LedgerEntry]:
        """An account's lines of the ledger, in the order of their numbers."""
        of_account = select(LedgerEntry).join(MailFolder).where(MailFolder.account_id == account)
        return session.scalars(of_account.order_by(LedgerEntry.uid, LedgerEntry.id)).all()

    def assert_each_once(self, served: Iterable[bytes], *, held: int = 0) -> None:
        """Every message is in the archive once, but for as many as are held back, each with a reason in words."""
        wanted = {name_of(content) for content in served}
        archived = [name_of(content) for content in self.archived()]
        assert len(archived) == len(set(archived))
        assert set(archived) <= wanted
        reasons = self.set_aside()
        assert (len(wanted - set(archived)), len(reasons)) == (held, held), reasons
        assert all(reason.endswith(".") for reason in reasons)

    def assert_nothing_lost(self, served: Iterable[bytes], script: AnyScript) -> None:
        """What is not on the server any more is in the archive, octet for octet; nothing is there twice."""
        archived = [name_of(content) for content in self.archived()]
        assert len(archived) == len(set(archived))
        assert {name_of(content) for content in script.removed} <= set(archived)
        there = {name_of(content) for content in script.messages.values()}
        assert {name_of(content) for content in served} <= there | set(archived)


def name_of(content: bytes) -> str:
    """The name of these octets in the blob store."""
    return hashlib.sha256(content).hexdigest()


def maildrop(letters: Sequence[bytes], **fields: Any) -> PopScript:
    """A POP3 maildrop with an id for each message."""
    numbered = dict(enumerate(letters, 1))
    return PopScript(
        numbered, uidls={number: b"id-" + name_of(each).encode()[:8] for number, each in numbered.items()}, **fields
    )


def mailbox(letters: Sequence[bytes], **fields: Any) -> ImapScript:
    """An IMAP inbox with these letters."""
    return ImapScript(dict(enumerate(letters, 1)), **fields)
