"""What every blob store must do."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from wiki.blobs import local
from wiki.blobs.local import LocalBlobStore
from wiki.blobs.store import BlobMissing, BlobStore


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return LocalBlobStore(tmp_path / "blobs")


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
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
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
