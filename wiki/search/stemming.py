"""One English word to the form that its inflections share: plural, possessive, -ed and -ing, never derivations.

``archive``, ``archives``, ``archived`` and ``archiving`` meet in one form; ``organ`` and ``organisation`` do not,
because people complain of search that is too fuzzy. The rules are the inflectional ones of Porter's published
algorithm (steps 1 and 5a), with a few words it is known to spoil set right. Words of other languages pass through the
same rules, which is harmless as long as documents and queries pass through them alike. Pure: text in, text out.
"""

from __future__ import annotations

import re

_VOWELS = frozenset("aeiou")
_SHORTEST = 4  # "use", "was", "bus": a shorter word has no ending to lose
_INVARIANT = frozenset({"news", "always", "perhaps", "does", "series", "species", "lens", "embed"})
_IRREGULAR = {"buses": "bus", "gases": "gas"}
_ENGLISH = re.compile(r"[a-z]+\Z")


def stem(word: str) -> str:
    """The common form of ``word``, which must be folded already (lower case, no accents)."""
    if len(word) < _SHORTEST or word in _INVARIANT or not _ENGLISH.match(word):
        return word
    word = _IRREGULAR.get(word) or _singular(word)
    if word in _INVARIANT:
        return word
    word = _without_ed_or_ing(word)
    return _without_final_e(word)


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1]


def _without_ed_or_ing(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    if word.endswith("ied"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return _repaired(rest) if _has_vowel(rest) and len(rest) > 1 else word
    return word


def _repaired(rest: str) -> str:
    """Give back what English spelling took when the ending came: mak(e), stop(p), relat(e)."""
    if rest.endswith(("at", "bl", "iz")) or (len(rest) == 2 and _is_consonant(rest, 1)):
        return rest + "e"
    if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz" and _is_consonant(rest, len(rest) - 1):
        return rest[:-1]
    if _measure(rest) == 1 and _ends_short(rest):
        return rest + "e"
    return rest


def _without_final_e(word: str) -> str:
    if len(word) < _SHORTEST or not word.endswith("e") or word.endswith("ee"):
        return word
    rest = word[:-1]
    measure = _measure(rest)
    if measure > 1 or (measure == 1 and not _ends_short(rest)):
        return rest
    return word


def _is_consonant(word: str, index: int) -> bool:
    letter = word[index]
    if letter in _VOWELS:
        return False
    return letter != "y" or index == 0 or word[index - 1] in _VOWELS


def _has_vowel(word: str) -> bool:
    return any(not _is_consonant(word, index) for index in range(len(word)))


def _measure(word: str) -> int:
    """How many times a vowel is followed by a consonant: Porter's m, the count of syllable ends."""
    count, after_vowel = 0, False
    for index in range(len(word)):
        consonant = _is_consonant(word, index)
        if consonant and after_vowel:
            count += 1
        after_vowel = not consonant
    return count


def _ends_short(word: str) -> bool:
    """Consonant, vowel, consonant (not w, x, y) at the end: the words that take a silent e, as in ``hop(e)``."""
    length = len(word)
    return (
        length >= 3
        and _is_consonant(word, length - 1)
        and not _is_consonant(word, length - 2)
        and _is_consonant(word, length - 3)
        and word[-1] not in "wxy"
    )
