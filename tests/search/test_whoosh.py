"""What is the embedded engine's own: processes, threads, generations, damage and death."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wiki.bounded.bounds import Bounds
from wiki.search.backend import IndexMissing, SearchUnavailable
from wiki.search.backends import whoosh_generations, whoosh_makers, whoosh_pool
from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import Query, SearchDocument

PROJECT = Path(__file__).resolve().parents[2]
KINDS = frozenset({"page"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[WhooshBackend]:
    backend = WhooshBackend(folder)
    with backend.rebuild():
        pass
    yield backend
    backend.close()


def page(number: int, text: str = "zebra", version: int = 1, space_id: int = 1) -> SearchDocument:
    date = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return SearchDocument("page", number, version, space_id, f"Page {number}", text, date)


def count(backend: WhooshBackend, text: str = "zebra", spaces: frozenset[int] = frozenset({1})) -> int:
    return backend.search(Query(text, spaces, KINDS, KINDS)).total


def segments(folder: Path) -> int:
    return len(list(folder.glob("gen-*/*.seg")))


def run_python(source: str, *arguments: object) -> subprocess.Popen[bytes]:
    """Start another process of ours; a missing engine or module there fails the test that waits for it."""
    return subprocess.Popen([sys.executable, "-c", source, *map(str, arguments)], cwd=PROJECT, stdout=subprocess.PIPE)


# Processes and threads

PUT_ONE = """
import sys
from pathlib import Path
from tests.search.test_whoosh import WhooshBackend, page
backend = WhooshBackend(Path(sys.argv[1]))
backend.put([page(int(sys.argv[2]))])
"""


def test_a_web_process_sees_what_the_worker_committed(engine: WhooshBackend, folder: Path) -> None:
    assert count(engine) == 0
    with run_python(PUT_ONE, folder, 7) as other:
        assert other.wait(30) == 0
    assert count(engine) == 1


def test_a_reader_in_a_forked_child_does_not_disturb_its_parent(engine: WhooshBackend) -> None:
    engine.put([page(number, f"zebra word{number}") for number in range(200)])
    assert count(engine) == 200
    child = os.fork()
    if child == 0:
        right = all(count(engine, f"word{number}") == 1 for number in range(200))
        os._exit(0 if right else 1)
    assert all(count(engine, f"word{number}") == 1 for number in range(200))
    assert os.waitpid(child, 0)[1] == 0


def test_many_threads_search_while_one_writes(engine: WhooshBackend) -> None:
    engine.put([page(number, f"zebra common w{number % 10}") for number in range(100)])
    wrong: list[object] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                wrong.extend(total for number in range(10) if (total := count(engine, f"w{number}")) != 10)
                if count(engine, '"zebra common"') != 100:
                    wrong.append("phrase")
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must fail and not hang
            wrong.append(error)
        finally:
            engine.close()

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    chooser = random.Random(3)
    for round_number in range(25):
        chosen = chooser.sample(range(100), 5)
        engine.put([page(number, f"zebra common w{number % 10}", version=round_number) for number in chosen])
    stop.set()
    for thread in threads:
        thread.join(30)
    assert wrong == []


def test_a_second_writer_waits_and_then_says_so(
    engine: WhooshBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_generations, "LOCK_TIMEOUT", 0.2)
    generations = whoosh_generations.Generations(folder)
    with generations.writing(), pytest.raises(SearchUnavailable, match="Another process"):
        engine.put([page(1)])
    engine.put([page(1)])
    assert count(engine) == 1


# Generations


def test_before_the_first_rebuild_there_is_no_index(folder: Path) -> None:
    backend = WhooshBackend(folder)
    with pytest.raises(IndexMissing):
        backend.settled()
    with pytest.raises(IndexMissing):
        count(backend)
    with pytest.raises(IndexMissing):
        backend.put([page(1)])
    with pytest.raises(IndexMissing):
        backend.tidy()


def test_a_generation_stays_until_its_last_reader_has_gone(engine: WhooshBackend, folder: Path) -> None:
    engine.put([page(1)])
    entries = engine.entries()
    assert next(entries) == ("page:1", 1)
    with engine.rebuild() as fresh:
        fresh.put([page(2), page(3)])
    assert count(engine) == 2
    assert sorted(path.name for path in folder.glob("gen-*")) == ["gen-1", "gen-2"]
    assert list(entries) == []
    engine.tidy()
    assert [path.name for path in folder.glob("gen-*")] == ["gen-2"]


def test_two_rebuilds_at_once_are_refused(engine: WhooshBackend) -> None:
    with engine.rebuild(), pytest.raises(SearchUnavailable, match="rebuilt already"), engine.rebuild():
        pass


def test_what_a_killed_rebuild_left_is_removed_by_the_next(engine: WhooshBackend, folder: Path) -> None:
    (folder / "gen-9").mkdir()
    (folder / "gen-9" / "MAIN_leftover.trm").write_bytes(b"half")
    with engine.rebuild() as fresh:
        fresh.put([page(1)])
    assert [path.name for path in folder.glob("gen-*")] == [(folder / "current").read_text()]
    assert count(engine) == 1


def test_postings_that_do_not_fit_in_memory_are_sorted_on_the_disk(
    engine: WhooshBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_pool.Pool.__init__, "__defaults__", (500,))
    with engine.rebuild() as fresh:
        for start in range(0, 600, 50):
            fresh.put([page(number, f"zebra w{number % 7} the zebra") for number in range(start, start + 50)])
    assert count(engine) == 600
    assert count(engine, "w3") == len(range(3, 600, 7))
    assert count(engine, '"w3 the"') == len(range(3, 600, 7))
    assert not list(folder.glob("gen-*/MAIN.tmp/*"))


def test_a_load_of_many_becomes_segments_of_which_all_are_searched(
    engine: WhooshBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_makers, "CHUNK_DOCUMENTS", 40)
    monkeypatch.setattr(whoosh_makers, "_LEAST", 5)
    with engine.load() as loader:
        loader.put([page(number) for number in range(1, 191)])
    assert count(engine) == 190
    assert segments(folder) == 6
    with engine.load() as loader:
        loader.put([page(number, version=2) for number in range(100, 150)])
    assert count(engine) == 190
    assert dict(engine.entries())["page:120"] == 2


def test_a_load_that_loses_a_child_says_so_and_changes_nothing(
    engine: WhooshBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.put([page(1)])
    monkeypatch.setattr(whoosh_makers, "_BOUNDS", Bounds(memory=1024**3, file_bytes=1))  # no file may be written
    with pytest.raises(SearchUnavailable), engine.load() as loader:
        loader.put([page(2)])
    assert count(engine) == 1
    monkeypatch.undo()
    with engine.load() as loader:
        loader.put([page(2)])
    assert count(engine) == 2
    assert not list(folder.glob("gen-*/maker-*"))


def test_single_saves_do_not_leave_a_segment_each(engine: WhooshBackend, folder: Path) -> None:
    for number in range(40):
        engine.put([page(number)])
    assert segments(folder) < 12
    engine.optimise()
    assert segments(folder) == 1
    assert count(engine) == 40


def test_a_segment_full_of_what_was_deleted_is_written_anew(engine: WhooshBackend, folder: Path) -> None:
    with engine.rebuild() as fresh:
        fresh.put([page(number, "zebra " * 50) for number in range(400)])
    size = sum(file.stat().st_size for file in folder.glob("gen-*/*.seg"))
    engine.drop([f"page:{number}" for number in range(300)])
    engine.tidy()
    assert segments(folder) == 1
    assert sum(file.stat().st_size for file in folder.glob("gen-*/*.seg")) < size / 2
    assert count(engine) == 100


# Damage


def damage(path: Path) -> None:
    """Each file to half its length."""
    for file in path.iterdir():
        if file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def test_a_truncated_index_is_missing_until_it_is_rebuilt(folder: Path, engine: WhooshBackend) -> None:
    engine.put([page(number) for number in range(50)])
    engine.close()
    damage(next(folder.glob("gen-*")))
    backend = WhooshBackend(folder)
    with pytest.raises(IndexMissing):
        count(backend)
    with pytest.raises(IndexMissing):
        backend.put([page(1)])
    with pytest.raises(IndexMissing):
        list(backend.entries())
    with backend.rebuild() as fresh:
        fresh.put([page(1)])
    assert count(backend) == 1
    backend.close()


@pytest.mark.parametrize("content", [b"", b"x", b"\x80\x04garbage" * 50])
def test_a_table_of_contents_with_anything_in_it_is_missing(
    folder: Path, engine: WhooshBackend, content: bytes
) -> None:
    engine.put([page(1)])
    engine.close()
    for file in folder.glob("gen-*/*.toc"):
        file.write_bytes(content)
    with pytest.raises(IndexMissing):
        count(WhooshBackend(folder))


def test_an_index_that_was_deleted_under_a_running_site_is_missing(folder: Path, engine: WhooshBackend) -> None:
    engine.put([page(1)])
    assert count(engine) == 1
    for file in next(folder.glob("gen-*")).glob("MAIN*"):
        file.unlink()
    for file in next(folder.glob("gen-*")).glob("*.toc"):
        file.unlink()
    with pytest.raises(IndexMissing):
        count(engine)


def test_a_pointer_to_somewhere_else_is_not_followed(folder: Path, engine: WhooshBackend, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "current").write_text("../elsewhere")
    with pytest.raises(IndexMissing):
        count(engine)


# Death

PUT_FOREVER = """
import itertools, sys
from pathlib import Path
from tests.search.test_whoosh import WhooshBackend, page
backend = WhooshBackend(Path(sys.argv[1]))
for version in itertools.count(int(sys.argv[2])):
    backend.put([page(number, "zebra", version) for number in range(30)])
    print(version, flush=True)
"""


@pytest.mark.slow
def test_a_writer_that_is_killed_anywhere_loses_no_commit_and_doubles_nothing(
    engine: WhooshBackend, folder: Path
) -> None:
    chooser = random.Random(11)
    committed = 0
    for _kill in range(8):
        with run_python(PUT_FOREVER, folder, committed + 1) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(chooser.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            told = (first + process.stdout.read()).split()
        committed = int(told[-1])
        entries = dict(engine.entries())
        assert len(entries) == 30
        assert len(set(entries.values())) == 1
        assert set(entries.values()) <= {committed, committed + 1}
        committed = max(entries.values())
        assert count(engine) == 30


def test_a_commit_is_on_the_disk_before_it_is_named(engine: WhooshBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def noted_sync(descriptor: int) -> None:
        steps.append("sync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    def noted_rename(old: str, new: str) -> None:
        steps.append("rename " + Path(new).name)
        rename(old, new)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "rename", noted_rename)
    engine.put([page(1)])
    named = next(index for index, step in enumerate(steps) if step.startswith("rename") and step.endswith(".toc"))
    assert any(step.endswith(".seg") for step in steps[:named])
    assert any(".toc." in step for step in steps[:named])
    assert any(step == "sync gen-1" for step in steps[named:])
