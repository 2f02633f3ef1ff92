"""How fast mail comes in: ``make bench-mail``, or ``python -m bench.mail [--messages N] [--repeat N] [--folder PATH]``.

Makes a mailbox (bench.mailbox), imports it, indexes it, fetches it from a real Dovecot, and has notmuch and
public-inbox do their part with the same mailbox in the same run. Prints a Markdown table with medians. Every
measurement is a process of its own on a fresh folder; the folders are removed at the end only, because ext4 is slow
to give out inodes that were freed a moment ago. Never part of the tests.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import click

from bench import peers

PROJECT = Path(__file__).resolve().parents[1]
Setting = Callable[[Path, Path], tuple[list[peers.Command], peers.Command] | None]


def postroom(what: str, folder: Path, mailbox: Path) -> dict[str, float]:
    """What bench.instance says of one run."""
    command = [sys.executable, "-m", "bench.instance", what, str(folder), str(mailbox)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def peer(setting: Setting, folder: Path, mailbox: Path) -> dict[str, float] | None:
    """Seconds, MB resident and MB on disk of another program; None where it is not installed."""
    commands = setting(folder, mailbox)
    if commands is None:
        return None
    before, timed = commands
    for command in before:
        subprocess.run(command.arguments, env=command.environment, check=True, capture_output=True)  # noqa: S603
    begin = time.perf_counter()
    with (timed.standard_input or Path(os.devnull)).open("rb") as stream:
        process = subprocess.Popen(  # noqa: S603
            timed.arguments, env=timed.environment, stdin=stream, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"{timed.arguments[0]} failed.")
    seconds = time.perf_counter() - begin
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return {"seconds": seconds, "RSS": usage.ru_maxrss / 1024, "size": size}


def machine() -> str:
    """What this ran on."""
    processors = os.cpu_count()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{processors} processors, Linux {platform.release()}, Python {platform.python_version()}, load before {load}"
    )


def middle(runs: Sequence[dict[str, float]], what: str) -> float:
    """The median of a figure."""
    return median(each[what] for each in runs)


def rate(count: int, times: Sequence[float]) -> str:
    """Messages a second: the median, and every run."""
    rates = sorted(count / seconds for seconds in times)
    return f"**{median(rates):,.0f}** ({' / '.join(f'{each:,.0f}' for each in rates)})"


def line(*cells: object) -> None:
    """A row of the table."""
    click.echo(f"| {' | '.join(map(str, cells))} |")


def report(count: int, runs: dict[str, list[dict[str, float]]]) -> None:
    """The table."""
    line("what", "messages/s: median (all runs)", "peak RSS MB", "on disk MB")
    line("---", "---", "---", "---")
    imports, fetches = runs["import"], runs["fetch"]
    disk = f"blobs {middle(imports, 'blobs'):.0f} + database {middle(imports, 'database'):.0f}"
    rss = f"{middle(imports, 'import RSS'):.0f} + parser {middle(imports, 'import parser RSS'):.0f}"
    line(
        "Postroom: mbox parsed, stored, threaded; durable", rate(count, [each["import"] for each in imports]), rss, disk
    )
    both = [each["import"] + each["index"] for each in imports]
    line(
        "the same, and the search index",
        rate(count, both),
        f"{middle(imports, 'index RSS'):.0f}",
        f"+ index {middle(imports, 'index size'):.0f}",
    )
    if fetches:
        rss = f"{middle(fetches, 'fetch RSS'):.0f} + parser {middle(fetches, 'fetch parser RSS'):.0f}"
        line(
            "the same mail fetched from Dovecot by IMAP, not indexed",
            rate(count, [each["fetch"] for each in fetches]),
            rss,
            "",
        )
        line(f"a second fetch of {count:,} messages, nothing new", f"{middle(fetches, 'second fetch'):.2f} s", "", "")
    for name, label in (
        ("notmuch", "notmuch new: Maildir indexed, nothing stored"),
        ("public-inbox", "public-inbox V2: mbox stored and indexed"),
    ):
        if runs[name]:
            line(
                label,
                rate(count, [each["seconds"] for each in runs[name]]),
                f"{middle(runs[name], 'RSS'):.0f}",
                f"{middle(runs[name], 'size'):.0f}",
            )
        else:
            line(label, "not installed", "", "")


@click.command()
@click.option("--messages", default=20_000, show_default=True)
@click.option("--repeat", default=2, show_default=True, help="How often each is measured.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to write for the time being.")
def main(messages: int, repeat: int, folder: Path | None) -> None:
    """Measure how fast mail comes in."""
    click.echo(f"{machine()}.")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder, prefix="bench-mail-"))
    try:
        mailbox = work / "mailbox.mbox"
        command = [sys.executable, "-m", "bench.mailbox", str(messages), str(mailbox)]
        subprocess.run(command, cwd=PROJECT, check=True)  # noqa: S603 - our own
        click.echo(
            f"Mailbox: {messages:,} generated messages (bench/mailbox.py), {mailbox.stat().st_size / 1e6:.0f} MB.\n"
        )
        runs: dict[str, list[dict[str, float]]] = {"import": [], "fetch": [], "notmuch": [], "public-inbox": []}
        for number in range(repeat):
            for name, found in runs.items():
                place = work / f"{name}-{number}"
                place.mkdir()
                if name == "fetch" and shutil.which("dovecot") is None:
                    continue
                setting: Setting | None = {"notmuch": peers.notmuch, "public-inbox": peers.public_inbox}.get(name)
                measured = peer(setting, place, mailbox) if setting else postroom(name, place, mailbox)
                if measured is not None:
                    found.append(measured)
        report(messages, runs)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
