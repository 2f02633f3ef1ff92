"""Stored passwords are sealed with keys that are not in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.people import Site
from wiki import clock, keys
from wiki.crypto import CannotUnseal, Vault, seal, unseal, vault
from wiki.db import reading, transaction
from wiki.mail.models import MailAccount


def test_what_is_sealed_can_be_unsealed_and_is_not_readable(app: Flask) -> None:
    sealed = seal("correct horse")
    assert b"horse" not in sealed
    assert unseal(sealed) == "correct horse"


def test_after_a_rotation_old_seals_still_open_and_new_ones_use_the_new_key(app: Flask) -> None:
    before = seal("secret")
    vault().add_key()
    after = seal("secret")
    assert unseal(before) == unseal(after) == "secret"
    vault().add_key()
    vault().forget_older_keys()
    with pytest.raises(CannotUnseal):
        unseal(before)


def test_a_rotation_that_was_killed_half_way_can_be_done_again(app: Flask, site: Site) -> None:
    account = MailAccount(
        space_id=site.team, name="a", protocol="imap", host="h", port=143, username="u", password_sealed=seal("secret"),
        fetch_minutes=30, next_fetch_at=clock.now(), created_at=clock.now(), failures=0,
    )  # fmt: skip
    with transaction() as session:
        session.add(account)
    for _ in range(3):
        vault().add_key()  # killed right after this
    assert keys.rotate() == 1
    with reading() as session:
        sealed = session.scalars(select(MailAccount.password_sealed)).one()
    assert sealed is not None
    assert unseal(sealed) == "secret"


def test_another_process_sees_the_new_key_at_once(tmp_path: Path) -> None:
    first, second = Vault(tmp_path / "keys"), Vault(tmp_path / "keys")
    second.unseal(first.seal("warm"))
    first.add_key()
    assert second.unseal(first.seal("secret")) == "secret"


def test_the_key_file_is_the_owners_only(app: Flask) -> None:
    seal("anything")
    assert app.config["MAIL_KEYS_FILE"].stat().st_mode & 0o077 == 0
