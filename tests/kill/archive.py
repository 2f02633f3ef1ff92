"""An account that deletes what it has archived, on Dovecot, and what is served from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.kill import invariants
from tests.kill.child import Order
from tests.kill.forks import Ending, Fork, Stock
from tests.kill.invariants import Findings, Served
from tests.mail.accounts import add_account, letter
from tests.servers.dovecot import DovecotMailbox
from wiki.db import reading
from wiki.extensions import db
from wiki.mail.models import AfterArchiving, Message
from wiki.mail.transport.endpoint import Protocol

LARGE = "A long letter. " * 400 + "\r\n"


@dataclass
class Archive:
    """One account's mail: on the server, in the archive, and in the hands of a fetching process."""

    app: Flask
    mailbox: DovecotMailbox
    stock: Stock
    protocol: Protocol
    account: int
    served: Served = field(default_factory=Served)

    def deliver(self, *contents: bytes) -> None:
        """Messages come in."""
        for each in contents:
            self.mailbox.deliver(each)
            self.served.everything.add(invariants.sha256(each))

    def order(self, **values: Any) -> Order:
        """An order to fetch this account; ``values`` as in Order."""
        settings = {
            "MAIL_ALLOW_HOSTS": sorted(self.app.config["MAIL_ALLOW_HOSTS"]),
            "MAIL_CA_FILE": self.app.config["MAIL_CA_FILE"],
        }
        return Order(str(self.app.config["DATA"]), self.account, settings, **values)

    def start(self, **values: Any) -> Fork:
        """Let a process fetch."""
        db.session.remove()
        return self.stock.start(self.order(**values))

    def fetch(self, **values: Any) -> Ending:
        """Let a process fetch, and wait for its end."""
        return self.start(**values).wait()

    def look(self) -> Findings:
        """I1 to I5."""
        return invariants.look(self.mailbox, self.served)

    def settle(self) -> Findings:
        """I6: an undisturbed fetch archives all there is, and another removes what a new numbering had delayed."""
        found = Findings()
        for _ in range(2):
            ending = self.fetch()
            if ending.status:
                found.say(f"A clean run failed: {ending.result}")
                found.leftovers += 1
            if not self.mailbox.messages():
                break
        left = len(self.mailbox.messages())
        if left:
            found.leftovers += left
            found.say(f"Clean runs left {left} messages on the server: {ending.result}")
        found.add(invariants.leftovers(self.app))
        found.add(self.look())
        return found

    def count(self) -> int:
        """How many messages the archive has."""
        with reading() as session:
            return len(session.scalars(select(Message.id)).all())


def open_archive(app: Flask, space_id: int, mailbox: DovecotMailbox, stock: Stock, protocol: Protocol) -> Archive:
    """An account whose mail leaves the server once it is archived."""
    account = add_account(app, space_id, mailbox, protocol, after_archiving=AfterArchiving.DELETE)
    return Archive(app, mailbox, stock, protocol, account)


def letters(count: int) -> list[bytes]:
    """So many ordinary messages; the last is large enough to go to disk as it comes."""
    return [*(letter(number) for number in range(1, count)), letter(count, body=LARGE)]
