"""docs/fidelity.md, whole: what every suite came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools.fidelity import mime4j, quoting, standard_library
from tools.fidelity.suite import Suite, files, markdown

Suites = Mapping[str, Callable[[Mapping[str, bytes]], Suite]]
MAIL = """
mime4j's samples come with the trees and decoded bodies that it expects. The others come without, so Python's own
`email`, an independent reader, reads them as well, and they are compared sample by sample: the parts in order with
their types, decoded bytes and file names, the subject, the sender, the date, the recipients of delivery reports.
Where that reader raises, it has no say.
"""
TEXTS = """
Texts are compared word for word. Both projects delete what they find; here it is folded, and nobody loses a word.
"""
CHAPTERS: Mapping[str, tuple[str, Sequence[Suites]]] = {
    "Taking mail apart": (MAIL, (mime4j.SUITES, standard_library.SUITES)),
    "New text, quotes and signatures": (TEXTS, (quoting.SUITES,)),
}
HEAD = """# Fidelity

How what we make of other projects' nastiest mail compares with what they expect. `make fidelity` writes this page from
the archives in `../shared/corpora` (or `POSTROOM_CORPORA`). A difference without a reviewed reason fails the tests.
"""


def archives() -> Iterator[str]:
    """The names of the archives that are read."""
    for _, maps in CHAPTERS.values():
        for each in maps:
            yield from each


def document(folder: Path) -> str:
    """The page; ``folder`` holds the archives. Raises FileNotFoundError where one is missing."""
    chapters = [(name, text, list(_read(folder, maps))) for name, (text, maps) in CHAPTERS.items()]
    table = ["| suite | compared with | read | crashed | agree | differ |", "|---|---|---|---|---|---|"]
    table += [_row(suite) for _, _, suites in chapters for suite in suites]
    pieces = [HEAD, "\n".join(table) + "\n"]
    for name, text, suites in chapters:
        pieces += [f"# {name}\n", text.lstrip(), *map(markdown, suites)]
    return "\n".join(piece.rstrip("\n") + "\n" for piece in pieces)


def _read(folder: Path, maps: Sequence[Suites]) -> Iterator[Suite]:
    for suites in maps:
        for archive, compare in suites.items():
            yield compare(files(folder / f"{archive}.tar.gz"))


def _row(suite: Suite) -> str:
    figures = (suite.cases, suite.crashed, suite.agreed - suite.crashed, len(suite.differing))
    return f"| {suite.name} | {suite.against} | {' | '.join(map(str, figures))} |"
