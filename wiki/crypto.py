"""Seals what must be kept secret at rest: the mail accounts' passwords.

The keys live in a file beside the database, never in it, and are not the session's secret key. The first key
of the file seals; all of them unseal, so that a rotation can happen while fetches run.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app

EXTENSION = "postroom.vault"
KEPT_KEYS = 2  # the new key, and the one before it, for a restored backup of the database


class CannotUnseal(Exception):
    """No key of the key file opens this secret: the file belongs to another database."""


class Vault:
    """Seals and unseals with the keys of one file, which is read again whenever it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._fernet: MultiFernet | None = None

    def seal(self, secret: str) -> bytes:
        """Encrypt with the newest key."""
        return self._keys().encrypt(secret.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt with any key of the file. Raises CannotUnseal."""
        try:
            return self._keys().decrypt(sealed).decode()
        except InvalidToken as error:
            raise CannotUnseal(f"No key in {self._path.name} opens this secret.") from error

    def reseal(self, sealed: bytes) -> bytes:
        """Encrypt anew with the newest key. Raises CannotUnseal."""
        return self.seal(self.unseal(sealed))

    def add_key(self) -> None:
        """Put a new key first and keep all older ones: what they sealed has not been sealed anew yet."""
        self._keys()
        older = self._path.read_bytes().split()
        _write_durably(self._path, b"\n".join([Fernet.generate_key(), *older]) + b"\n")

    def forget_older_keys(self) -> None:
        """Drop all keys but the newest and the one before it; only once everything is sealed with the newest."""
        keys = self._path.read_bytes().split()
        _write_durably(self._path, b"\n".join(keys[:KEPT_KEYS]) + b"\n")

    def _keys(self) -> MultiFernet:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_durably(self._path, Fernet.generate_key() + b"\n", only_new=True)
        status = self._path.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        if self._fernet is None or stamp != self._stamp:
            self._fernet = MultiFernet([Fernet(key) for key in self._path.read_bytes().split()])
            self._stamp = stamp
        return self._fernet


def install(app: Flask) -> None:
    """Give the app its vault."""
    app.extensions[EXTENSION] = Vault(app.config["MAIL_KEYS_FILE"])


def vault() -> Vault:
    """The current app's vault."""
    found: Vault = current_app.extensions[EXTENSION]
    return found


def seal(secret: str) -> bytes:
    """Encrypt for the database."""
    return vault().seal(secret)


def unseal(sealed: bytes) -> str:
    """Decrypt what :func:`seal` made. Raises CannotUnseal."""
    return vault().unseal(sealed)


def _write_durably(path: Path, content: bytes, *, only_new: bool = False) -> None:
    """Write beside the file and rename: a crash leaves the old keys or the new ones, never half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600, as it must be
    beside = Path(name)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if only_new:
        # Two processes may start at once: link fails for the second, which then reads the first one's key.
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    else:
        beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
