"""The judge of the order on the wire finds each step that is left out, and each command that is too early."""

from __future__ import annotations

import pytest

from tests.kill.order_on_the_wire import violations

BLOB = "/data/blobs/ab/cdef"
LINES = [
    '7 write(9</data/blobs/incoming/x/0>, "From: ann"..., 300) = 300',
    "8 fsync(10</data/blobs/incoming/x/0> <unfinished ...>",
    '7 pwrite64(5</data/postroom.sqlite-wal>, "earlier"..., 24, 32) = 24',
    "8 <... fsync resumed>) = 0",
    '7 rename("/data/blobs/incoming/x/0", "/data/blobs/ab/cdef") = 0',
    "8 fsync(10</data/blobs/ab>) = 0",
    '7 pwrite64(5</data/postroom.sqlite-wal>, "row"..., 4096, 56) = 4096',
    "7 fdatasync(5</data/postroom.sqlite-wal>) = 0",
    r'7 sendto(7<socket:[1]>, "A9 UID STORE 4 +FLAGS.SILENT (\\Deleted)\r\n", 40, 0, NULL, 0) = 40',
    r'7 sendto(7<socket:[1]>, "A10 UID EXPUNGE 4\r\n", 19, 0, NULL, 0) = 19',
]
BATCH = [line.replace("8 fsync(10</data/blobs/ab>)", "7 syncfs(11</data/blobs>)") for line in LINES]


def judged(lines: list[str]) -> list[str]:
    found, asked = violations("\n".join(lines), {4: BLOB})
    assert asked <= {4}
    return found


@pytest.mark.parametrize("lines", [LINES, BATCH])
def test_the_right_order_is_right(lines: list[str]) -> None:
    assert judged(lines) == []


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (3, "its file was not synced before it got its name"),
        (4, "its blob has no name"),
        (5, "the folder of its blob is not synced"),
        (6, "the database was not synced after its blob"),
        (7, "the database was not synced after its blob"),
    ],
)
def test_a_step_that_is_left_out_is_found(step: int, why: str) -> None:
    assert judged(LINES[:step] + LINES[step + 1 :]) == [f"UID STORE 4: {why}", f"UID EXPUNGE 4: {why}"]


@pytest.mark.parametrize("position", range(8))
def test_a_command_that_is_too_early_is_found(position: int) -> None:
    early = [*LINES[:position], LINES[8], *LINES[position:8]]
    assert len(judged(early)) == 1


@pytest.mark.parametrize("position", range(8))
def test_a_command_counts_from_when_it_begins_to_be_sent(position: int) -> None:
    begun, ended = LINES[8].replace(") = 40", " <unfinished ...>"), "7 <... sendto resumed>) = 40"
    assert len(judged([*LINES[:position], begun, *LINES[position:8], ended])) == 1


def test_dele_and_quit_are_commands_too() -> None:
    sent = '7 sendto(7<socket:[1]>, "{}\\r\\n", 8, 0, NULL, 0) = 8'
    early = [sent.format("DELE 4"), sent.format("QUIT"), *LINES[:8]]
    assert [each.partition(":")[0] for each in judged(early)] == ["DELE 4", "QUIT 4"]
    assert judged([*LINES[:8], sent.format("DELE 4"), sent.format("QUIT")]) == []


def test_a_commit_that_waits_for_its_sync_is_found() -> None:
    unsynced = '7 pwrite64(5</data/postroom.sqlite-wal>, "intention"..., 24, 99) = 24'
    assert judged([*LINES[:8], unsynced, *LINES[8:]]) != []


@pytest.mark.parametrize("command", ["EXPUNGE", "CLOSE"])
def test_a_command_that_removes_what_others_flagged_is_found(command: str) -> None:
    sent = rf'7 sendto(7<socket:[1]>, "A10 {command}\r\n", 19, 0, NULL, 0) = 19'
    assert judged([*LINES, sent]) == [f"{command}: it removes what others have flagged"]
