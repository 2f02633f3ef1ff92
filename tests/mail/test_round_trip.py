"""What comes out comes in again as nothing new, and in an empty space as the same bytes, whatever the format."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import corpora
from tests.factories import archive
from tests.mail.packing import note
from tests.mail.test_commands import flask
from tests.people import Site
from wiki.blobs.local import LocalBlobStore
from wiki.db import reading, transaction
from wiki.jobs.progress import Silent
from wiki.mail.formats import mbox, sources
from wiki.mail.formats.budget import Limits
from wiki.mail.formats.bundles import Bundle, BundleFormat, Outgoing
from wiki.mail.formats.found import Fate
from wiki.mail.importing import transfer
from wiki.mail.message import RawMessage
from wiki.mail.models import MailImport, Message

WHEN = datetime(2026, 11, 2, 10, 5, 6, tzinfo=UTC)
EVERY_FORMAT = pytest.mark.parametrize("kind", list(BundleFormat))

pieces = [
    b"From x\n", b">From y\n", b">>From \n", b"From ann@example.org Mon Nov  2 10:05:06 2026\n", b"\n", b"\r", b"\r\n",
    b"a\n\n\n", b"Subject: a\n", b"\0", b"\xff\xfe", b"Content-Length: 4\n", b"From ",
    b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh91AY&SY",
    b"From mboxrd@z Thu Jan  1 00:00:00 1970\n", b">" * 30,
]  # fmt: skip
nasty = st.lists(st.binary(max_size=40) | st.sampled_from(pieces), min_size=1, max_size=8).map(b"".join).filter(bool)
moments = st.none() | st.integers(1, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def bundled(kind: BundleFormat, contents: Sequence[bytes], dates: Sequence[datetime | None]) -> bytes:
    messages = [
        (
            Outgoing(n, n, hashlib.sha256(each).hexdigest(), len(each), "", each[:30].decode("cp437"), WHEN, date),
            io.BytesIO(each),
        )
        for n, (each, date) in enumerate(zip(contents, dates, strict=True), 1)
    ]
    with closing(Bundle(kind, "TEAM-mail")) as bundle:
        return b"".join(bundle.make(messages))


@EVERY_FORMAT
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(nasty, moments), min_size=1, max_size=5))
def test_nasty_bytes_come_back_exactly_with_the_time_of_their_arrival(
    kind: BundleFormat, given_messages: list[tuple[bytes, datetime | None]]
) -> None:
    contents, dates = [each for each, _ in given_messages], [date for _, date in given_messages]
    with tempfile.NamedTemporaryFile() as file:
        file.write(bundled(kind, contents, dates))
        file.flush()
        found = [
            each for each in sources.read(Path(file.name), "export", (), Limits()) if each.fate is not Fate.PASSED_OVER
        ]
    assert [(each.fate, each.content) for each in found] == [(Fate.MESSAGE, each) for each in contents]
    if kind is not BundleFormat.EML:
        assert [each.internal_date for each in found] == dates


@settings(max_examples=100, deadline=None)
@given(
    st.lists(nasty, min_size=1, max_size=4), st.integers(1, 60), st.sampled_from([BundleFormat.MBOX, BundleFormat.EML])
)
def test_messages_that_are_too_large_for_memory_go_through_a_file_and_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], in_memory: int, kind: BundleFormat
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    path = folder / "export"
    path.write_bytes(bundled(kind, contents, [None] * len(contents)))
    limits = Limits(new_spool=LocalBlobStore(folder / "blobs").spool)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(mbox, "IN_MEMORY", in_memory)
        found = [each.content for each in sources.read(path, "export", (), limits) if each.fate is Fate.MESSAGE]
    assert [each if isinstance(each, bytes) else b"".join(each.chunks()) for each in found] == contents
    # A line that is quoted or ends a message stays in memory until the message has ended.
    assert kind is BundleFormat.MBOX or [isinstance(each, bytes) for each in found] == [
        len(each) <= in_memory for each in contents
    ]


FILE = b"Subject: A film\nContent-Type: video/mp4\nContent-Transfer-Encoding: base64\n\n"


def test_large_messages_are_archived_by_way_of_a_file(app: Flask, site: Site, tmp_path: Path) -> None:
    large = [FILE + (b"From%d" % number * 15 + b"\n") * 300_000 for number in range(1)]
    path = tmp_path / "large.mbox"
    path.write_bytes(bundled(BundleFormat.MBOX, [*large, note(4)], [WHEN] * 2))
    tracemalloc.start()
    limits = Limits(new_spool=LocalBlobStore(tmp_path / "elsewhere").spool)
    assert [len(each.content) for each in sources.read(path, "x", (), limits)] == [
        len(each) for each in [*large, note(4)]
    ]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 36_000_000

    assert take_in(site.team, path) == (2, 0, 0)
    with reading() as session:
        rows = session.execute(select(Message.sha256, Message.subject).order_by(Message.id)).all()
    assert [row.sha256 for row in rows] == [hashlib.sha256(each).hexdigest() for each in [*large, note(4)]]
    assert [row.subject for row in rows] == ["A film", "Note 4"]
    incoming = app.config["DATA"] / "blobs" / "incoming"
    assert sum(each.stat().st_size for each in incoming.rglob("*") if each.is_file()) == 0
    assert take_in(site.team, path) == (0, 2, 0)


def test_lines_of_megabytes_are_quoted_where_they_begin_and_nowhere_else() -> None:
    contents = [
        b"Subject: a\n\n" + b">" * 3_000_000 + b"From here\n",
        b"Subject: a\n\n" + b"x" * (1024 * 1024 - 12) + b"From the middle" + b"y" * 2_000_000 + b"\nFrom\nFrom there",
        b"Subject: a\n" + b"\n" * 1_048_564 + b"From the edge\n",
        b"Subject: a\n\n" + b"z" * 1_048_562 + b"\nFrom the next block\n",
    ]
    data = bundled(BundleFormat.MBOX, contents, [None] * 4)
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        assert [each.content for each in sources.read(Path(file.name), "x", (), Limits())] == contents


def take_in(space_id: int, path: Path) -> tuple[int, int, int]:
    with transaction() as session:
        import_id = transfer.begin(session, space_id, path, "a test")
    transfer.run(import_id, Silent())
    with reading() as session:
        done = session.get_one(MailImport, import_id)
        assert done.error == ""
        return done.archived, done.duplicates, done.set_aside


def hashes(space_id: int) -> list[tuple[str, datetime | None]]:
    with reading() as session:
        rows = session.execute(
            select(Message.sha256, Message.internal_date).where(Message.space_id == space_id).order_by(Message.sha256)
        )
        return [(row.sha256, row.internal_date) for row in rows]


def assert_round_trip(app: Flask, site: Site, path: Path, kind: BundleFormat, number: int) -> None:
    """Export TEAM; import the file there and into an empty space."""
    name = kind.value.partition(".")[0]
    assert flask(app, "mail", "export", "TEAM", "--to", str(path), "--format", name).exit_code == 0
    assert take_in(site.team, path) == (0, number, 0)
    empty = site.space(f"EMPTY{name}")
    assert take_in(empty, path) == (number, 0, 0)
    came = hashes(empty)
    assert [sha256 for sha256, _ in came] == [sha256 for sha256, _ in hashes(site.team)]
    if kind is not BundleFormat.EML:
        assert came == hashes(site.team)


@EVERY_FORMAT
def test_an_export_of_a_space_imports_as_nothing_new(
    app: Flask, site: Site, tmp_path: Path, kind: BundleFormat
) -> None:
    letters = [b"From: a\nSubject: %d\n\nFrom me\n>From you" % number for number in range(250)]
    dates = [WHEN + timedelta(hours=number) if number % 3 else None for number in range(250)]
    archive(site.team, [RawMessage(each, date) for each, date in zip(letters, dates, strict=True)])
    assert_round_trip(app, site, tmp_path / f"team.{'zip' if kind.is_zip else 'mbox'}", kind, 250)


@pytest.mark.corpora
@pytest.mark.slow
def test_the_spamassassin_corpus_goes_round(app: Flask, site: Site, tmp_path: Path) -> None:
    """Every twelfth of the 6,046 messages; all of them with POSTROOM_WHOLE_CORPORA=1."""
    mails = [content for name, content in corpora.files("spamassassin") if name.endswith(".eml")]
    step = 1 if os.environ.get("POSTROOM_WHOLE_CORPORA") else 12
    for number, content in enumerate(mails[::step]):
        path = tmp_path / "corpus" / f"{number}.eml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    archived, duplicates, set_aside = take_in(site.team, tmp_path / "corpus")
    assert (archived + duplicates, set_aside) == (len(mails[::step]), 0)
    for kind in (BundleFormat.MBOX, BundleFormat.MAILDIR, BundleFormat.EML):
        assert_round_trip(app, site, tmp_path / f"{kind.value}.{'zip' if kind.is_zip else 'mbox'}", kind, archived)
