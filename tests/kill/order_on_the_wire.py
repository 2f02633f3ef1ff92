"""Whether, in what strace wrote down, every removal was asked for only after the archive was durable.

Power fails without warning: what was not synced when a command left may be lost, while the server obeys it. The log
comes from ``strace -f -y``, where each descriptor is shown with its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,sendto,sendmsg"
OPTIONS = ("--seccomp-bpf", "-f", "-y", "-qq", "-s", "200", "-e", f"trace={CALLS}", "-e", "signal=none")

_LINE = re.compile(r"(?P<pid>\d+) +(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_ON = re.compile(r"\d+<(?P<path>[^>]*)>")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_REMOVAL = re.compile(
    r"(?P<command>UID STORE|UID EXPUNGE|UID MOVE|UID COPY|DELE|QUIT|EXPUNGE|CLOSE)(?: (?P<which>[\d,:]+))?"
)


@dataclass(frozen=True)
class Call:
    """A system call that has returned, or one that sends, when it was begun."""

    name: str
    arguments: str
    result: int

    @property
    def path(self) -> str:
        """The path of the descriptor that it works on."""
        found = _ON.match(self.arguments)
        return found["path"] if found else ""


@dataclass
class Durable:
    """What is safe from a power cut, as the log goes on."""

    unsynced: set[str] = field(default_factory=set)
    synced: set[str] = field(default_factory=set)
    placed: dict[str, str] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    committed: set[str] = field(default_factory=set)
    dirty_database: set[str] = field(default_factory=set)
    written_since: set[str] = field(default_factory=set)

    def write(self, path: str) -> None:
        """Something was written to a file."""
        if ".sqlite" in path:
            self.dirty_database.add(path)
            # Only what was named before this write can be meant by it.
            self.written_since |= {each for each in self.placed if each not in self.unnamed}
            return
        self.unsynced.add(path)
        self.synced.discard(path)

    def sync(self, path: str) -> None:
        """A file or a folder was synced: of a folder, the names in it."""
        self.unsynced.discard(path)
        self.synced.add(path)
        self.unnamed -= {each for each in self.unnamed if str(Path(each).parent) == path}
        if path in self.dirty_database:
            self.dirty_database.discard(path)
            if path.endswith("-wal"):
                self.committed |= self.written_since

    def sync_all(self) -> None:
        """The file system was synced."""
        self.synced |= self.unsynced
        self.unsynced.clear()
        self.unnamed.clear()

    def rename(self, source: str, target: str) -> None:
        """A file got its name."""
        self.placed[target] = "" if source in self.synced else "its file was not synced before it got its name"
        self.unnamed.add(target)

    def why_not(self, blob: str) -> str:
        """Why a message must not be removed yet, or ''."""
        if blob not in self.placed:
            return "its blob has no name"
        if self.placed[blob]:
            return self.placed[blob]
        if blob in self.unnamed:
            return "the folder of its blob is not synced"
        if blob not in self.committed:
            return "the database was not synced after its blob"
        return "the database has unsynced writes" if self.dirty_database else ""


def violations(log: str, blobs: Mapping[int, str]) -> tuple[list[str], set[int]]:
    """What was asked of the server too early, in words, and the ids (UID, number) of all whose removal was asked.

    ``blobs`` maps the id that commands use to the path of the blob.
    """
    state = Durable()
    found: list[str] = []
    asked: set[int] = set()
    for call in calls(log.splitlines()):
        if call.name in {"sendto", "sendmsg"} or (call.name == "write" and "socket:" in call.path):
            for command, which in _removals(call.arguments):
                asked |= which
                concerned = which or (asked if command == "QUIT" else set())
                if command in {"EXPUNGE", "CLOSE"}:
                    found.append(f"{command}: it removes what others have flagged")
                for each in sorted(concerned):
                    why = state.why_not(blobs[each])
                    if why:
                        found.append(f"{command} {each}: {why}")
            continue
        if call.result >= 0:
            _apply(state, call)
    return found, asked


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls in the order in which they took effect: what sends when it begins, all else when it returns."""
    begun: dict[str, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        pid, rest = found["pid"], found["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>").rstrip()
            if rest.startswith("send"):
                yield Call(rest.partition("(")[0], rest.partition("(")[2], 0)
            continue
        resumed = _RESUMED.match(rest)
        if resumed is not None:
            rest = begun.pop(pid, "") + resumed["rest"]
            if rest.startswith("send"):
                continue
        call = _CALL.match(rest)
        if call is not None:
            yield Call(call["name"], call["arguments"], int(call["result"]))


def _removals(arguments: str) -> Iterator[tuple[str, set[int]]]:
    text = _PATH.search(arguments)
    for line in (text[1] if text else "").split(r"\r\n"):
        found = _REMOVAL.search(line)
        if found is not None:
            yield found["command"], _ids(found["which"] or "")


def _ids(which: str) -> set[int]:
    found: set[int] = set()
    for part in filter(None, which.split(",")):
        low, _, high = part.partition(":")
        found.update(range(int(low), int(high or low) + 1))
    return found


def _apply(state: Durable, call: Call) -> None:
    if call.name in {"write", "pwrite64"}:
        state.write(call.path)
    elif call.name in {"fsync", "fdatasync"}:
        state.sync(call.path)
    elif call.name == "syncfs":
        state.sync_all()
    elif call.name.startswith("rename"):
        names = _PATH.findall(call.arguments)
        state.rename(names[0], names[-1])
