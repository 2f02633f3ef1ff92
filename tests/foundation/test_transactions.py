"""Return commits, raise rolls back, and readers take no lock."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from wiki.db import reading, transaction
from wiki.extensions import db
from wiki.settings import StoredSetting


def names() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(StoredSetting.name).order_by(StoredSetting.name)))


def test_a_block_that_returns_is_saved(app: Flask) -> None:
    with transaction() as session:
        session.add(StoredSetting(name="a", value=1))
    assert names() == ["a"]


def test_a_block_that_raises_leaves_nothing(app: Flask) -> None:
    with pytest.raises(KeyError), transaction() as session:
        session.add(StoredSetting(name="a", value=1))
        session.flush()
        raise KeyError
    assert names() == []


def test_a_reader_lets_a_writer_work(app: Flask) -> None:
    with reading() as session:
        session.scalars(select(StoredSetting)).all()
        other = sqlite3.connect(str(app.config["DATA"] / "postroom.sqlite"), timeout=1)
        other.execute("INSERT INTO settings VALUES ('b', '1')")
        other.commit()
        other.close()
    assert names() == ["b"]


def test_two_who_count_at_once_lose_no_count(app: Flask) -> None:
    with transaction() as session:
        session.add(StoredSetting(name="count", value=0))

    def count() -> None:
        with app.app_context():
            for _ in range(25):
                with transaction() as session:
                    row = session.get_one(StoredSetting, "count")
                    row.value = int(str(row.value)) + 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert session.get_one(StoredSetting, "count").value == 100


def test_unsaved_changes_from_outside_are_refused(app: Flask) -> None:
    db.session.add(StoredSetting(name="stray", value=1))
    with pytest.raises(RuntimeError), transaction():
        pass
    db.session.rollback()
