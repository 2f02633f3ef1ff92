"""From text to findable pieces, the same way for documents, queries and highlighting; knows no engine and no database.

A piece is one word, folded: lower case, accents and invisible characters gone, width and composition made equal. Where
a script writes no spaces (Chinese, Japanese, Thai...) or glues endings on (Korean), a piece is two neighbouring
characters, so that any part of two characters or more is found. Addresses, host names and file names come as their
parts, each ``glued`` to the one before when ``.``, ``@`` or ``_`` joined them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from wiki.search.stemming import stem

MAX_WORD = 40
"""Characters of a word that are indexed; what is longer is cut, on both sides alike."""

# Scripts searched by pairs of characters: Thai, Lao, Myanmar, Khmer, Hangul, Kana, Bopomofo, Han and their extensions.
_PAIRED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u309f\u30a0-\u30ff\u3100-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
# Signs that belong to the letter before them but are no \w for Python: accents, vowel signs of India's scripts, and the
# invisible soft hyphen and joiners, which folding takes away.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17d3\u3099\u309a\u00ad\u200c\u200d\u2060"
)
_RUN = re.compile(rf"[\w{_MARKS}]+(?:[.@'\u2019][\w{_MARKS}]+)*")
_PART = re.compile(rf"(?P<paired>[{_PAIRED}]+)|(?P<word>[^{_PAIRED}_.@'\u2019]+)")
# Of those, what folding drops: accents, vowel points, invisible characters.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200c\u200d\u2060]"
)
_APOSTROPHES = "'\u2019"
_GLUE = ".@_"
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_REMEMBERED = 64  # characters; longer runs are rarely seen twice
_MOST_REMEMBERED = 1 << 16


class Piece(NamedTuple):
    """One findable piece of a text.

    ``start`` and ``end`` are offsets in the text it came from. ``stem`` is what inflections of the word share; it is
    empty for a pair of characters. ``glued``: joined to the piece before by ``.``, ``@`` or ``_``. ``tail``: the last
    single character of a run of pairs, there so that one character alone can be found too.
    """

    word: str
    stem: str
    start: int
    end: int
    glued: bool = False
    tail: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """Every piece of ``text``, in order, with offsets into it; linear in the length of the text."""
    for offset, piece in located(text):
        yield piece._replace(start=piece.start + offset, end=piece.end + offset)


def located(text: str) -> Iterator[tuple[int, Piece]]:
    """The same as ``(offset, piece)``: what must be added to the piece's ``start`` and ``end``. Four times as fast."""
    for run in _RUN.finditer(text):
        offset = run.start()
        for piece in _KNOWN[run.group()]:
            yield offset, piece


def words(text: str) -> Iterator[Piece]:
    """The same pieces without true offsets: faster again, for indexing, with no step of Python between known runs."""
    return chain.from_iterable(map(_KNOWN.__getitem__, _RUN.findall(text)))


def fold(word: str) -> str:
    """The form in which a word is compared: lower case, unaccented, of one width and composition."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word).casefold().translate(_PLAIN)
    return unicodedata.normalize("NFC", _DROPPED.sub("", unicodedata.normalize("NFKD", decomposed)))


class _Known(dict[str, tuple[Piece, ...]]):
    """The pieces of each run, split once; all are forgotten when there are too many."""

    def __missing__(self, run: str) -> tuple[Piece, ...]:
        """Split a run that was not seen before."""
        split = tuple(_split(run))
        if len(run) <= _REMEMBERED:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[run] = split
        return split


_KNOWN = _Known()


def _split(run: str) -> Iterator[Piece]:
    previous_end = -1
    for part in _PART.finditer(run):
        start, end = part.span()
        between = run[previous_end:start] if previous_end >= 0 else ""
        if between and between[-1] in _APOSTROPHES and end == len(run) and part.group() in "sS":
            return  # the possessive: Alice's is Alice
        if part.lastgroup == "paired":
            yield from _pairs(part.group(), start)
        else:
            word = fold(part.group())[:MAX_WORD]
            if not word:
                continue
            glued = len(between) == 1 and between in _GLUE
            yield Piece(word, stem(word), start, end, glued)
        previous_end = end


def _pairs(run: str, start: int) -> Iterator[Piece]:
    """Neighbouring characters two by two; offsets cover the whole run where folding changed its length."""
    folded = fold(run)
    exact = len(folded) == len(run)
    for index in range(len(folded) - 1):
        first, last = (start + index, start + index + 2) if exact else (start, start + len(run))
        yield Piece(folded[index : index + 2], "", first, last)
    if folded:
        yield Piece(folded[-1], "", start + len(run) - 1 if exact else start, start + len(run), tail=True)
