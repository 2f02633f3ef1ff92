"""Dovecot (Debian: dovecot-imapd, dovecot-pop3d) on loopback, with a configuration and Maildirs of its own.

Every user name exists, with the one password, which is its access token too. It runs as an ordinary user: as
``nobody`` where the tests run as root, else as whoever runs them.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import pytest
from imapclient.imap_utf7 import encode

from tests.servers.certificates import Authority, ServerCertificate
from tests.servers.machine import free_port, required_program, stop, wait_until_listening
from tests.servers.other_client import OtherClient
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.network import NetworkPolicy

PASSWORD = "correct-horse"  # of every user
_ATTEMPTS = 3
_CONFIGURATION = r"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
mail_debug = yes
auth_debug = yes
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2 oauthbearer
mail_save_crlf = yes
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 50
auth_failure_delay = 0
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    special_use = \Junk
  }}
  mailbox Trash {{
    special_use = \Trash
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop}
  }}
  inet_listener pop3s {{
    port = {pops}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


class DovecotServer:
    """A running Dovecot; start with :meth:`start`, end with :meth:`stop`."""

    def __init__(self, authority: Authority) -> None:
        self._program = required_program("dovecot", "Debian's dovecot-imapd and dovecot-pop3d")
        self._authority = authority
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        # Not below pytest's folder: that is closed to nobody, and too long a path for Dovecot's sockets.
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.ports: dict[Protocol, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._users = count(1)

    def start(self) -> None:
        """Start it, on other ports should another program be faster than we are."""
        certificate = self._authority.certificate()
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        for _ in range(_ATTEMPTS):
            self.ports = {protocol: free_port() for protocol in Protocol}
            self._configure(certificate)
            self._process = self._launch()
            if wait_until_listening(self._process, self.ports[Protocol.IMAP]):
                return
            stop(self._process)
        pytest.fail(f"Dovecot did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End the process that was started, and remove everything of it."""
        if self._process is not None:
            stop(self._process)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def policy(self) -> NetworkPolicy:
        """What an administrator sets for a server inside the network with its own authority."""
        listed = {f"{host}:{port}" for host in ("localhost", "127.0.0.1") for port in self.ports.values()}
        return NetworkPolicy(allowed_private=frozenset(listed), cafile=self._authority.cafile)

    def new_user(self) -> DovecotMailbox:
        """A user with an empty mailbox."""
        return DovecotMailbox(self, f"person{next(self._users)}")

    def log(self) -> str:
        """What Dovecot has written so far."""
        return (self.folder / "log").read_text(errors="replace")

    def own(self, path: Path) -> None:
        """Give a file or folder to the user Dovecot runs as."""
        if os.geteuid() == 0:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _configure(self, certificate: ServerCertificate) -> None:
        for source, name in ((certificate.certificate, "server.pem"), (certificate.key, "server.key")):
            shutil.copy(source, self.folder / name)
        group = self._user.pw_gid
        text = _CONFIGURATION.format(
            folder=self.folder,
            password=PASSWORD,
            user=self._user.pw_name,
            group=grp.getgrgid(group).gr_name,
            uid=self._user.pw_uid,
            gid=group,
            certificate=self.folder / "server.pem",
            key=self.folder / "server.key",
            **{protocol.value: port for protocol, port in self.ports.items()},
        )
        (self.folder / "dovecot.conf").write_text(text)
        for path in (self.folder, *self.folder.rglob("*")):
            self.own(path)

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        if os.geteuid() == 0:
            return subprocess.Popen(
                command, user=self._user.pw_uid, group=self._user.pw_gid, extra_groups=[], cwd=self.folder
            )
        return subprocess.Popen(command, cwd=self.folder)


class DovecotMailbox:
    """One user's mailbox on a running Dovecot."""

    def __init__(self, server: DovecotServer, username: str) -> None:
        self.server = server
        self.username = username
        self.password = PASSWORD
        self.policy = server.policy
        self._deliveries = count(1)
        self._root = server.folder / "mail" / username

    def endpoint(self, protocol: Protocol, host: str = "localhost", password: str | None = None) -> Endpoint:
        """How to reach this mailbox."""
        port = self.server.ports[protocol]
        return Endpoint(protocol, host, port, self.username, self.password if password is None else password)

    def deliver(self, content: bytes, folder: str = "INBOX") -> None:
        """Put a message into a folder, octet for octet (Dovecot sends a bare line feed as CR LF)."""
        name = f"{1_700_000_000 + next(self._deliveries)}.P1.localhost"
        maildir = self._maildir(folder)
        temporary = maildir / "tmp" / name
        temporary.write_bytes(content)
        self.server.own(temporary)
        temporary.rename(maildir / "new" / name)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """What is on the server now, oldest delivery first."""
        maildir = self._path(folder)
        files = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name.partition(":")[0])]

    def number_anew(self, folder: str = "INBOX") -> None:
        """Lose what Dovecot knew of a folder: another UIDVALIDITY and other UIDs, for POP3 other UIDLs."""
        for pattern in ("dovecot-uidlist", "dovecot.index*"):
            for path in self._path(folder).glob(pattern):
                path.unlink(missing_ok=True)

    def new_user(self) -> DovecotMailbox:
        """Another user of the same server."""
        return self.server.new_user()

    def other_client(self) -> OtherClient:
        """Another mail program, signed in to this mailbox."""
        return OtherClient(self.server.ports[Protocol.IMAP], self.username, self.password)

    def _path(self, folder: str) -> Path:
        return self._root if folder == "INBOX" else self._root / f".{encode(folder).decode()}"

    def _maildir(self, folder: str) -> Path:
        maildir = self._path(folder)
        if not (maildir / "new").exists():
            for path in (self._root, maildir, maildir / "tmp", maildir / "new", maildir / "cur"):
                path.mkdir(exist_ok=True)
                self.server.own(path)
        return maildir
