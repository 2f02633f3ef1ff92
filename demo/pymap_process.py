"""The process of the demonstration's mail server: pymap, with the octets of every message as they were given.

Started by :mod:`demo.server` and by nobody else. Standard input brings one line of JSON (see :class:`Orders`); when the
server listens, standard output brings its port; when standard input ends, the server does. So it cannot outlive the
process that started it, whatever becomes of that.

Why not pymap's own command line: its Maildir backend parses a message and writes it anew, which changes the octets, and
its in-memory backend drops the last octet of a message that ends with its headers. Here its in-memory backend serves
:class:`ExactContent` instead where the two would differ. All else, the whole conversation with a client, is pymap's.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.bytes import WriteStream
from pymap.imap import IMAPServer
from pymap.mime import MessageBody, MessageContent, MessageHeader
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.user import Passwords, UserMetadata


@dataclass(frozen=True)
class Orders:
    """What to serve: the ``*.eml`` files of a folder in order of their names; their times are the internal dates."""

    folder: str
    username: str
    password: str
    uidvalidity: int


class ExactContent(MessageContent):
    """A message that gives the octets it was made of, whatever pymap understood of them."""

    __slots__ = ("_octets",)

    def __init__(self, data: bytes, header: MessageHeader, body: MessageBody) -> None:
        super().__init__(data, header, body)
        self._octets = data

    def write(self, writer: WriteStream) -> None:
        """Hands over the octets."""
        writer.write(self._octets)

    def __len__(self) -> int:
        return len(self._octets)

    def __bytes__(self) -> bytes:
        return self._octets


class ExactMailbox(MailboxData):
    """An INBOX whose messages are served as they came and whose UIDs stay valid over a restart."""

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Adds a message; one that pymap cannot take apart is served whole all the same."""
        try:
            message = await super().append(append_msg, recent=recent)
        except RecursionError:
            # A thousand multiparts in one another: served as one part without headers of its own.
            message = await super().append(AppendMessage(b"\r\n", append_msg.when, append_msg.flag_set), recent=recent)
            content: MessageContent = ExactContent(append_msg.literal, MessageHeader.empty(), MessageBody.empty())
        else:
            if bytes(await message.load_content(FetchRequirement.CONTENT)) == append_msg.literal:
                return message
            content = ExactContent.parse(append_msg.literal)
        self._messages[message.uid] = exact = Message(
            message.uid,
            message.internal_date,
            message.permanent_flags,
            email_id=message.email_id,
            thread_id=message.thread_id,
            recent=recent,
            content=content,
        )
        return exact

    def renumber(self, uidvalidity: int) -> None:
        """Gives the mailbox its UIDVALIDITY; pymap itself draws a new one at every start."""
        self._uid_validity = uidvalidity


class ExactMailboxSet(MailboxSet):
    """The folders of the one user."""

    def __init__(self, uidvalidity: int) -> None:
        super().__init__()
        self._inbox: ExactMailbox = ExactMailbox(self._content_cache, self._thread_cache)
        self._inbox.renumber(uidvalidity)

    async def fill(self, folder: Path) -> None:
        """Puts the files of the folder into INBOX."""
        for path in sorted(folder.glob("*.eml")):
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            await self._inbox.append(AppendMessage(path.read_bytes(), when), recent=True)


async def serve(orders: Orders) -> None:
    """Serves until standard input ends."""
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
    config = Config(
        arguments,
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        demo_data=False,
        demo_user=orders.username,
        demo_password=orders.password,
    )
    config.apply_context()
    login = Login(config)
    hashed = await Passwords(config).hash_password(orders.password)
    await login.demo_user_identity.set(UserMetadata(config, orders.username, password=hashed))
    mailboxes = ExactMailboxSet(orders.uidvalidity)
    await mailboxes.fill(Path(orders.folder))
    config.set_cache[orders.username] = (mailboxes, FilterSet())

    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
    with closing(socket.create_server(("127.0.0.1", 0), backlog=100)) as listener:
        server = await asyncio.start_server(callback, sock=listener)
        print(listener.getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.close()
    # Connections that are still open would keep the loop waiting; nothing here needs to be put away.
    os._exit(0)


if __name__ == "__main__":
    # Ctrl-C in a terminal reaches every process in it; this one ends when its owner does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Without FQDN pymap would ask the name service what this machine is called.
    os.environ["FQDN"] = "localhost"
    asyncio.run(serve(Orders(**json.loads(sys.stdin.readline()))))
