"""A bounded child does hostile work: it may loop, eat, crash and lie, and its parent and the other requests live on."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from wiki.bounded.child import Bounds, Child, Exhausted, NotStarted, Reason, shared
from wiki.words import MEBIBYTE

OBEY = "tests.bounded.functions:obey"
TIGHT = Bounds(memory=200 * MEBIBYTE, answer=2 * MEBIBYTE)

Start = Callable[..., Child]


@pytest.fixture
def start() -> Iterator[Start]:
    children: list[Child] = []

    def starting(name: str, bounds: Bounds = TIGHT) -> Child:
        children.append(Child(f"tests.bounded.functions:{name}", bounds))
        return children[-1]

    yield starting
    for child in children:
        child.close()


def test_a_child_answers_and_is_kept(start: Start) -> None:
    child = start("pid")
    first = child.ask(b"")
    assert first == child.ask(b"") != str(os.getpid()).encode()


def test_large_frames_go_both_ways(start: Start) -> None:
    child = start("reverse", Bounds(memory=512 * MEBIBYTE))
    request = os.urandom(MEBIBYTE) * 20
    assert child.ask(request) == request[::-1]
    assert child.ask(b"") == b""


def test_thousands_of_small_requests_are_answered_in_order(start: Start) -> None:
    requests = [f"request {number}".encode() for number in range(20_000)]
    assert start("reverse").ask_all(requests) == [each[::-1] for each in requests]


@pytest.mark.parametrize(
    ("request_", "reason", "words"),
    [
        (b"allocate", Reason.MEMORY, "It needed more than 200 MB of memory."),
        (b"exit", Reason.CRASH, "It made the program that read it stop."),
        (b"segfault", Reason.CRASH, "It made the program that read it stop."),
        (b"garbage", Reason.CRASH, "It made the program that read it stop."),
        (b"long 3000000", Reason.ANSWER, "What came out of it was more than 2 MB."),
        (b"fail", Reason.FAILED, "The program that read it did not know what to do with it."),
        (b"recurse", Reason.FAILED, "The program that read it did not know what to do with it."),
    ],
)
def test_exactly_the_bad_request_is_blamed(start: Start, request_: bytes, reason: Reason, words: str) -> None:
    child = start("obey")
    before, bad, between, after = child.ask_all([b"one", request_, b"two", b"three"])
    assert (before, between, after) == (b"done one", b"done two", b"done three")
    assert isinstance(bad, Exhausted)
    assert (bad.reason, str(bad)) == (reason, words)
    with pytest.raises(Exhausted):
        child.ask(request_)
    assert child.ask(b"four") == b"done four"


@pytest.mark.parametrize("request_", [b"loop", b"sleep"])
def test_a_request_that_does_not_end_is_ended(start: Start, request_: bytes) -> None:
    outcomes = start("obey", Bounds(seconds=1)).ask_all([b"one", request_, b"two"])
    assert outcomes[::2] == [b"done one", b"done two"]
    assert isinstance(outcomes[1], Exhausted)
    assert (outcomes[1].reason, str(outcomes[1])) == (Reason.TIME, "It took longer than 1 second.")


@pytest.mark.parametrize("request_", [b"twice", b"twice-slowly"])
def test_a_second_answer_is_never_taken_for_the_answer_to_another_request(start: Start, request_: bytes) -> None:
    child = start("obey")
    said = {request_, b"done " + request_}
    for _ in range(2):
        assert child.ask(request_) in said
        assert child.ask(b"one") == b"done one"
    before, twice, after, last = child.ask_all([b"one", request_, b"two", request_])
    assert (before, after) == (b"done one", b"done two")
    assert {twice, last} <= said
    assert child.ask_all([b"three", b"four"]) == [b"done three", b"done four"]


def test_a_child_that_answers_twice_is_not_kept(start: Start) -> None:
    child = start("obey")
    child.ask(b"twice-slowly")
    first = child.pid
    child.ask(b"one")
    assert child.pid != first


def test_what_a_library_prints_is_no_answer(start: Start) -> None:
    assert start("obey").ask_all([b"print", b"one"]) == [b"done print", b"done one"]


def test_a_child_that_was_killed_from_outside_costs_no_request(start: Start) -> None:
    child = start("reverse")
    child.ask(b"")
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    assert child.ask_all([b"ab", b"cd"]) == [b"ba", b"dc"]


def test_a_child_is_replaced_before_it_has_served_too_much(start: Start) -> None:
    child = start("pid", Bounds(requests=3))
    answers = child.ask_all([b""] * 7)
    assert [answers.index(each) for each in answers] == [0, 0, 0, 3, 3, 3, 6]
    child = start("pid", Bounds(taken=10))
    assert len({*child.ask_all([b"12345"] * 6)}) == 3


def test_a_child_that_has_grown_is_replaced(start: Start) -> None:
    child = start("obey", Bounds(memory=200 * MEBIBYTE))
    child.ask(b"one")
    first = child.pid
    child.ask(b"grow 120000000")
    child.ask(b"two")
    assert child.pid != first


def test_a_child_has_nothing_of_its_parent(start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POSTROOM_SECRET_KEY", "canary")
    with (tmp_path / "open").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        environment, descriptors, limits, folder = ast.literal_eval(start("about").ask(b"").decode())
    assert set(environment) <= {"LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
    assert (
        descriptors == 8
    )  # three that lead nowhere, two pipes, the lifeline, its own size, and the folder that was listed
    assert limits == [0, 0, 200 * MEBIBYTE]
    assert folder == "/"


def test_many_threads_may_ask_one_child(start: Start) -> None:
    child = start("reverse")
    wrong: list[bytes] = []

    def ask(name: bytes) -> None:
        wrong.extend(name for _ in range(200) if child.ask(name) != name[::-1])

    threads = [threading.Thread(target=ask, args=(f"thread {number}".encode(),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_work_goes_on_in_the_background(start: Start) -> None:
    child = start("reverse")
    futures = [child.begin([b"ab", b"cd"]), child.begin([b"ef"])]
    assert [future.result(timeout=60) for future in futures] == [[b"ba", b"dc"], [b"fe"]]


def test_a_function_that_is_not_there_is_no_requests_fault(start: Start) -> None:
    with pytest.raises(NotStarted):
        start("nothing").ask(b"")


def test_a_process_and_purpose_have_one_child() -> None:
    assert shared(OBEY, TIGHT) is shared(OBEY, TIGHT)
    assert shared(OBEY, TIGHT) is not shared(OBEY)


def test_a_forked_process_has_children_of_its_own() -> None:
    child = shared("tests.bounded.functions:pid", TIGHT)
    mine = child.ask(b"")
    reading, writing = os.pipe()
    forked = os.fork()
    if not forked:
        try:
            os.write(writing, shared("tests.bounded.functions:pid", TIGHT).ask(b""))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        theirs = stream.read()
    os.waitpid(forked, 0)
    assert theirs
    assert theirs != mine
    assert child.ask(b"") == mine
    child.close()


@pytest.mark.parametrize("request_", ["loop", "sleep", "idle"])
def test_a_parent_that_is_killed_leaves_no_orphan(request_: str) -> None:
    code = (
        "import sys, threading\n"
        "from wiki.bounded.child import Child\n"
        f"child = Child('{OBEY}')\n"
        "child.ask(b'one')\n"
        "print(child.pid, flush=True)\n"
        f"child.ask(b'{request_}') if '{request_}' != 'idle' else sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.1)
        assert _is_alive(child)
        parent.kill()
        parent.wait()
    until = time.monotonic() + 30
    while _is_alive(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _is_alive(child)


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
