"""How fast the embedded search engine is: ``python -m bench.search [--documents N] [--folder PATH]``.

Writes a synthetic archive with a fixed seed (words by Zipf's law with their inflections, threads, people, spaces), and
prints rates of bulk loading and small commits, and how long questions of each sort take. Nothing is kept.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

import click

from wiki.search.backends.whoosh import WhooshBackend
from wiki.search.document import Order, Query, SearchDocument

SEED = 20261122
SPACES = 60
KINDS = frozenset({"page", "mail"})
BEGINNING = datetime(2018, 1, 1, tzinfo=UTC)


class Archive:
    """Documents of which each word, person and date follows from the seed."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)  # noqa: S311 - repeatable, not secret
        syllables = [
            onset + vowel for onset in (*"bcdfghjklmnprstvw", "ch", "st", "tr") for vowel in (*"aeiou", "ai", "ea")
        ]
        stems = {"".join(self._random.choices(syllables, k=count)) + "nt" for count in (1, 2, 2, 3, 3) * 8_000}
        endings = ("", "", "", "s", "ed", "ing", "er")
        self.words = [stem + self._random.choice(endings) for stem in sorted(stems)]
        self._random.shuffle(self.words)
        self._odds = list(itertools.accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(len(self.words))))
        self._people = [f"{self._word().title()} {self._word().title()}" for _ in range(400)]

    def documents(self, first: int, count: int) -> Iterator[SearchDocument]:
        """So many documents, with ids from ``first`` on."""
        return (self._document(number) for number in range(first, first + count))

    def _document(self, number: int) -> SearchDocument:
        is_mail = self._random.random() < 0.85
        sender, *others = self._random.sample(self._people, self._random.randint(2, 5))
        return SearchDocument(
            kind="mail" if is_mail else "page",
            id=number,
            version=1,
            space_id=min(int(self._random.paretovariate(0.9)), SPACES),
            title=("Re: " if is_mail else "") + self._text(self._random.randint(2, 8)),
            body=self._text(max(12, int(self._random.lognormvariate(5.1, 0.8)))),
            date=BEGINNING + timedelta(minutes=37 * number),
            people=tuple(f"{name} <{name.replace(' ', '.').lower()}@example.org>" for name in (sender, *others)),
        )

    def _text(self, count: int) -> str:
        return " ".join(self._random.choices(self.words, cum_weights=self._odds, k=count))

    def _word(self) -> str:
        return self._random.choice(self.words)


def questions(words: Sequence[str]) -> dict[str, list[str]]:
    """Forty questions of each sort; words are ordered from frequent to rare."""
    frequent, medium, rare = words[:40], words[300:340], words[9_000:9_040]
    return {
        "rare word": list(rare),
        "medium word": list(medium),
        "frequent word": list(frequent),
        "three words": [f"{a} {b} {c}" for a, b, c in zip(frequent, frequent[::-1], medium, strict=True)],
        "three words, OR": [f"{a} OR {b} OR {c}" for a, b, c in zip(frequent, medium, rare, strict=True)],
        "frequent -frequent": [f"{a} -{b}" for a, b in zip(frequent, frequent[::-1], strict=True)],
        "phrase": [f'"{a} {b}"' for a, b in zip(frequent, medium, strict=True)],
        "phrase of frequent": [f'"{a} {b}"' for a, b in zip(frequent, frequent[::-1], strict=True)],
        "prefix": [f"{word[:4]}*" for word in medium],
        "wide prefix": [f"{word[:3]}*" for word in frequent],
        "host of everyone": ["example.org"] * 40,
        "from:": [f"from:{word}" for word in medium],
    }


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that an action takes."""
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def report(label: str, times: Sequence[float]) -> None:
    """One line of the table."""
    cuts = quantiles(times, n=20)
    click.echo(f"{label:<26}{cuts[9]:>10.1f}{cuts[18]:>10.1f}{max(times):>10.1f}")


def measure(archive: Archive, backend: WhooshBackend, count: int) -> None:
    """Load, commit, ask."""
    seconds = load(archive, backend, count) / 1000
    click.echo(f"bulk load: {count} documents, {count / seconds:.0f} a second, {_resident():.0f} MB resident")
    click.echo(f"{'milliseconds':<26}{'p50':>10}{'p95':>10}{'worst':>10}")
    for size in (1, 100):
        batches = [list(archive.documents(count - number * size, size)) for number in range(1, 31)]
        report(f"commit of {size}", [timed(partial(backend.put, batch)) for batch in batches])
    spaces, few = frozenset(range(SPACES + 1)), frozenset(range(2, 12))
    for label, texts in questions(archive.words).items():
        ask(backend, label, [Query(text, spaces, KINDS, KINDS) for text in texts])
    frequent = archive.words[:40]
    ask(backend, "frequent word, by date", [Query(word, spaces, KINDS, KINDS, Order.DATE) for word in frequent])
    ask(backend, "frequent word, 10 spaces", [Query(word, few, KINDS, KINDS) for word in frequent])
    click.echo(f"{_resident():.0f} MB resident at the end")
    click.echo(f"{'optimise':<26}{timed(backend.optimise):>10.0f}")


def ask(backend: WhooshBackend, label: str, queries: Sequence[Query]) -> None:
    """Time each query once, after one that is not counted."""
    backend.search(queries[0])
    report(label, [timed(partial(backend.search, query)) for query in queries])


def load(archive: Archive, backend: WhooshBackend, count: int) -> float:
    """A rebuild, in batches; gives the milliseconds it took, without those of making the documents."""
    taken = 0.0
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(backend.rebuild())
        for first in range(0, count, 500):
            batch = list(archive.documents(first, min(500, count - first)))
            taken += timed(lambda batch=batch: writer.put(batch))  # type: ignore[misc]  # mypy cannot infer the default
        return taken + timed(stack.close)


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@click.command()
@click.option("--documents", default=20_000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where to write the index for the time being.")
def main(documents: int, folder: Path | None) -> None:
    """Measure the embedded search engine."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        backend = WhooshBackend(Path(temporary))
        measure(Archive(), backend, documents)
        click.echo(f"index: {sum(file.stat().st_size for file in Path(temporary).rglob('*')) / 1e6:.0f} MB")
        backend.close()


if __name__ == "__main__":
    main()
