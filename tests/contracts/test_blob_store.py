"""What every blob store must do."""

from __future__ import annotations

import ctypes
import errno
import gc
import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from wiki.blobs import file_system, local
from wiki.blobs.file_system import FileSystem
from wiki.blobs.local import LocalBlobStore
from wiki.blobs.store import BlobMissing, BlobStore, Spooled


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return LocalBlobStore(tmp_path / "blobs")


def waiting(tmp_path: Path) -> list[Path]:
    """What lies half-written below the store."""
    return [path for path in (tmp_path / "blobs" / "incoming").rglob("*") if path.is_file()]


def spooled(store: BlobStore, *pieces: bytes) -> Spooled:
    spool = store.spool()
    for piece in pieces:
        spool.write(piece)
    return spool.finish()


def test_bytes_come_back_as_they_went_in(store: BlobStore) -> None:
    contents = [b"", b"\x00\xff\r\n\n", b"x" * 3_000_000]
    names = store.put_many(contents)
    assert names == [hashlib.sha256(content).hexdigest() for content in contents]
    assert [store.read(name) for name in names] == contents
    assert all(store.verify(name) for name in names)


def test_the_same_bytes_twice_are_kept_once(store: BlobStore) -> None:
    first, second = store.put_many([b"twin", b"twin"])
    store.put_many([b"twin"])
    assert first == second
    assert list(store.names()) == [first]


def test_a_name_that_is_not_there_is_missing(store: BlobStore) -> None:
    absent = "0" * 64
    assert absent not in store
    assert not store.verify(absent)
    with pytest.raises(BlobMissing):
        store.read(absent)


def test_a_name_that_is_no_hash_opens_nothing(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.read("../../etc/passwd")


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    (name,) = store.put_many([b"precious"])
    path = tmp_path / "blobs" / name[:2] / name[2:]
    path.write_bytes(b"precioos")
    assert not store.verify(name)


def test_a_torn_blob_is_written_again_when_its_bytes_come_again(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    (name,) = store.put_many([b"precious"])
    (tmp_path / "blobs" / name[:2] / name[2:]).write_bytes(b"")
    store.put_many([b"precious"])
    assert store.verify(name)


def test_a_folder_that_could_not_be_synced_is_synced_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    real = os.fsync
    synced: list[str] = []

    def fails_on_folders(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir() and not synced:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(local.os, "fsync", fails_on_folders)
        with pytest.raises(OSError, match="Input/output"):
            store.put_many([b"one"])

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(local.os, "fsync", noted)
    (name,) = store.put_many([b"one"])
    assert {"blobs", name[:2]} <= set(synced)


def test_a_full_disk_leaves_no_half_written_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path / "blobs")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(local.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.put_many([b"one", b"two"])
    assert list(store.names()) == []
    assert waiting(tmp_path) == []
    assert store.put_many([b"one", b"two"])


def test_every_file_and_folder_is_synced_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(local.os, "fsync", noted)
    (name,) = LocalBlobStore(tmp_path / "blobs").put_many([b"one"])
    assert len(synced) == 3
    assert set(synced[1:]) == {"blobs", name[:2]}


def test_what_came_in_pieces_is_kept_under_the_hash_of_the_whole(store: BlobStore, tmp_path: Path) -> None:
    pieces = [b"\x00\xff", b"", b"x" * 3_000_000, b"\r\n"]
    received = spooled(store, *pieces)
    assert received.sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert len(received) == 3_000_004
    assert b"".join(received.chunks()) == b"".join(pieces)
    assert list(store.names()) == []
    assert store.adopt(received) == received.sha256
    assert store.read(received.sha256) == b"".join(pieces)
    assert waiting(tmp_path) == []


def test_what_is_there_already_is_adopted_once(store: BlobStore, tmp_path: Path) -> None:
    (name,) = store.put_many([b"twin"])
    assert store.adopt(spooled(store, b"tw", b"in")) == name
    assert store.adopt(spooled(store, b"twin")) == name
    assert list(store.names()) == [name]
    assert waiting(tmp_path) == []


def test_a_torn_blob_is_replaced_by_what_came_in_pieces(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    (name,) = store.put_many([b"precious"])
    (tmp_path / "blobs" / name[:2] / name[2:]).write_bytes(b"")
    store.adopt(spooled(store, b"precious"))
    assert store.verify(name)


def test_what_nobody_wants_is_removed(store: BlobStore, tmp_path: Path) -> None:
    spool = store.spool()
    spool.write(b"half of it")
    spool.discard()
    spool.discard()
    spooled(store, b"all of it").discard()
    assert waiting(tmp_path) == []


def test_a_disk_that_fails_while_adopting_leaves_neither_the_file_nor_a_blob(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    received = spooled(store, b"one")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(local.os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.adopt(received)
    assert list(store.names()) == []
    assert waiting(tmp_path) == []


def test_what_is_adopted_is_synced_before_it_has_its_name_and_its_folders_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    received = spooled(store, b"one")
    synced: list[str] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(local.os, "fsync", noted)
    store.adopt(received)
    assert synced[0] == received.path.name
    assert set(synced[1:]) == {"blobs", received.sha256[:2]}


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    root = tmp_path / "blobs"
    script = (
        "import sys, time, pathlib; from wiki.blobs.local import LocalBlobStore\n"
        "spool = LocalBlobStore(pathlib.Path(sys.argv[1])).spool(); spool.write(b'half'); print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(root)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        store = LocalBlobStore(root)
        mine = spooled(store, b"mine")
        assert store.sweep() == 0
        assert len(waiting(tmp_path)) == 2
    finally:
        other.kill()
        other.communicate()
    assert store.sweep() == 1
    assert waiting(tmp_path) == [mine.path]
    assert store.adopt(mine) in store


def test_a_store_that_ends_well_leaves_no_folder_behind(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    store.put_many([b"one"])
    assert len(list((tmp_path / "blobs" / "incoming").iterdir())) == 1
    del store
    gc.collect()
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_a_large_batch_syncs_the_file_system_before_and_after_the_blobs_get_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    named_when_synced: list[int] = []
    real = FileSystem.sync

    def noted(whole: FileSystem) -> None:
        named_when_synced.append(len(list(store.names())))
        real(whole)

    monkeypatch.setattr(FileSystem, "sync", noted)
    names = store.put_many([b"%d" % number for number in range(300)])
    assert named_when_synced == [0, 300]
    assert all(store.verify(name) for name in names)


def test_a_large_batch_that_the_disk_refuses_leaves_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalBlobStore(tmp_path / "blobs")

    def refused(_descriptor: int) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(file_system, "_SYNCFS", refused)
    with pytest.raises(OSError, match="Input/output error"):
        store.put_many([b"%d" % number for number in range(100)])
    assert list(store.names()) == []
    assert waiting(tmp_path) == []


def test_where_a_whole_file_system_cannot_be_synced_each_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(file_system, "_IS_TRUSTED", False)
    monkeypatch.setattr(local.os, "fsync", synced.append)
    names = LocalBlobStore(tmp_path / "blobs").put_many([b"%d" % number for number in range(100)])
    assert len(synced) == 100 + len({name[:2] for name in names}) + 1


def test_putting_bytes_again_mends_a_blob_that_lost_a_bit(store: BlobStore, tmp_path: Path) -> None:
    content = b"only copy"
    [name] = store.put_many([content])
    path = tmp_path / "blobs" / name[:2] / name[2:]
    for put_again in (lambda: store.put_many([content]), lambda: [store.adopt(spooled(store, content))]):
        path.write_bytes(b"only c0py")
        assert not store.verify(name)

        assert put_again() == [name]

        assert store.verify(name)


def test_a_blob_is_removed_only_when_nobody_has_put_it_for_long(store: BlobStore, tmp_path: Path) -> None:
    week = timedelta(days=7)
    [name] = store.put_many([b"orphan"])
    path = tmp_path / "blobs" / name[:2] / name[2:]
    assert not store.remove(name, week)

    for put_again in (lambda: store.put_many([b"orphan"]), lambda: [store.adopt(spooled(store, b"orphan"))]):
        os.utime(path, (0, 0))
        put_again()
        assert not store.remove(name, week)

    os.utime(path, (0, 0))
    assert store.remove(name, week)
    assert name not in store
    assert not store.remove(name, week)


def test_names_can_be_asked_for_by_their_beginning(store: BlobStore) -> None:
    names = store.put_many([bytes([number]) for number in range(40)])
    first = names[0]
    assert set(store.names(first[:2])) == {name for name in names if name[:2] == first[:2]}
    assert set(store.names(first[:5])) == {first}
    assert set(store.names()) == set(names)
