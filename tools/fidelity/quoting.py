"""Quotes, signatures and new text, compared with email-reply-trimmer and talon.

``python -m tools.fidelity.quoting FOLDER`` prints the tables; FOLDER holds the archives of the two. Texts are compared
word for word, whatever their white space. Both projects delete what they find; we fold it. So where we differ, a reader
of ours loses nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath

from tools.fidelity.suite import UNEXPLAINED, Difference, Suite, files, markdown
from wiki.mail import body
from wiki.mail.message import ParsedMessage, RawMessage
from wiki.mail.parsing.parse import parse
from wiki.mail.quoting.html import fold
from wiki.mail.quoting.ranges import Kind, ranges
from wiki.richtext.plain import from_html
from wiki.richtext.sanitise import clean_mail
from wiki.richtext.taming import tame

ANSWERED = "a quote with an answer below is kept as new there; here the quote is folded and the answer is new"
FORWARDED = "what was forwarded is cut there; here it is what the mail is about, and new"
NOTHING_LEFT = "everything is cut there; here a mail of which nothing would be left is not folded"
NO_MARK = "a name or address at the end without a mark, found there by a trained model; here it stays new"

TRIMMER_REASONS = {
    "embedded_email_7": ANSWERED,
    "embedded_email_16": ANSWERED,
    "embedded_email_17": ANSWERED,
    "quote_and_text": ANSWERED,
    "forwarded_apple": FORWARDED,
    "forwarded_gmail": FORWARDED,
    "spam_1": NOTHING_LEFT,
}
TALON_REASONS = {
    "yandex_ru.html": "what announces the quote is in the answer's own paragraph: it stays in sight above the fold",
    "signature: jeff": NO_MARK,
    "signature: johndoeexamplecom": NO_MARK,
    "signature: long": NO_MARK,
    "signature: short_url": NO_MARK,
    "signature: sparse": "a rule in a text may divide it; below this one stand too many lines to be surely a signature",
}
_FIXTURES = "talon/tests/fixtures/"
_HTML_ANSWERS = {"OLK_SRC_BODY_SECTION.html": "Reply", "reply-separated-by-hr.html": "Hi there Bob"}
Case = tuple[str, str, str]  # name, our answer, the expected one


def trimmer(found: Mapping[str, bytes]) -> Suite:
    """email-reply-trimmer: mails, and what is left of them."""
    return _suite("email-reply-trimmer: new text", _trimmer_cases(found), TRIMMER_REASONS)


def talon(found: Mapping[str, bytes]) -> Suite:
    """Talon: answers in plain text and HTML of many mailers, and signatures."""
    cases = [*_talon_replies(found), *_talon_html(found), *_talon_signatures(found)]
    return _suite("talon: replies, HTML replies, signatures", iter(cases), TALON_REASONS)


SUITES: Mapping[str, Callable[[Mapping[str, bytes]], Suite]] = {"email-reply-trimmer": trimmer, "talon": talon}
"""What to call with the files of each archive."""


def _suite(name: str, cases: Iterator[Case], reasons: Mapping[str, str]) -> Suite:
    told = list(cases)
    differing = [case for case, ours, theirs in told if _words(ours) != _words(theirs)]
    return Suite(name, len(told), tuple(Difference(case, reasons.get(case, UNEXPLAINED)) for case in differing))


def _words(text: str) -> str:
    return " ".join(text.split())


def _text(content: bytes) -> str:
    return content.decode("utf-8").replace("\r\n", "\n")


def _only(text: str, *kinds: Kind) -> str:
    return "".join(text[each.start : each.end] for each in ranges(text) if each.kind in kinds)


def _trimmer_cases(found: Mapping[str, bytes]) -> Iterator[Case]:
    folder = "email-reply-trimmer/test/emails/"
    for path in sorted(name for name in found if name.startswith(folder)):
        expected = _text(found[path.replace("/emails/", "/trimmed/")])
        yield PurePath(path).stem, _only(_text(found[path]), Kind.NEW), expected


def _talon_replies(found: Mapping[str, bytes]) -> Iterator[Case]:
    """Its tests expect "Hello" where no file says more; signatures are no matter of these."""
    folder = f"{_FIXTURES}standard_replies/"
    for path in sorted(name for name in found if name.startswith(folder) and name.endswith(".eml")):
        expected = found.get(f"{path.removesuffix('.eml')}_reply_text", b"Hello")
        parsed = parse(RawMessage(found[path]))
        yield PurePath(path).name, _only(parsed.text, Kind.NEW, Kind.SIGNATURE), _text(expected)


def _talon_html(found: Mapping[str, bytes]) -> Iterator[Case]:
    """Its tests expect this answer, and of one mail only that no quoted header is left."""
    for path in sorted(name for name in found if name.startswith(_FIXTURES) and name.endswith(".html")):
        name = PurePath(path).name
        ours = _in_sight(fold(clean_mail(tame(_html(found[path])).html, lambda _source: None)))
        yield name, ours, _HTML_ANSWERS.get(name, "Hi. I am fine. Thanks, Alex")
    name = "reply-quotations-share-block.eml"
    left = "From:" in _in_sight(body.safe_html(_parsed(found[_FIXTURES + name])).html)
    yield name, "a header is left" if left else "", ""


def _talon_signatures(found: Mapping[str, bytes]) -> Iterator[Case]:
    folder = f"{_FIXTURES}signature/emails/stripped/"
    for path in sorted(name for name in found if name.startswith(folder) and name.endswith("_body")):
        signature_path = f"{path.removesuffix('_body')}_signature"
        # "#sig#" before a line is what taught the model.
        text, signature = (_text(found[name]).replace("#sig#", "") for name in (path, signature_path))
        expected = _words(text).removesuffix(_words(signature))
        yield f"signature: {PurePath(path).name.removesuffix('_body')}", _only(text, Kind.NEW), expected


def _parsed(content: bytes) -> ParsedMessage:
    return parse(RawMessage(content))


def _html(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace")


def _in_sight(html: str) -> str:
    """The words that are shown while everything is folded."""
    return from_html(re.sub(r"<details.*?</details>", " ", html, flags=re.DOTALL))


if __name__ == "__main__":
    for archive, compare in SUITES.items():
        print(markdown(compare(files(Path(sys.argv[1]) / f"{archive}.tar.gz"))))
