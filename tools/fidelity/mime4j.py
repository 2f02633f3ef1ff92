"""mime4j: each message with the tree that mime4j makes of it (XML) and the decoded bodies of its leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from pathlib import PurePath
from xml.etree import ElementTree as ET

from tools.fidelity.suite import UNEXPLAINED, Difference, Suite, comparable
from wiki.mail.parsing import mime

ENDS = "a line that is no header field: mime4j ends the header or drops the line; here nothing of the body is dropped"
NO_PARTS = "a multipart without parts has no body in mime4j; here its text is shown, with a defect"
BLANKS = "the boundary ends in blanks: mime4j wants them at the end of each delimiter, here they do not count"
REASONS = {
    "basic-plain-with-bad-header-separator": ENDS,
    "ending-boundaries": "mime4j ends a part at a line that only begins as the delimiter does; here it is text",
    "malformedHeader-nocrlfcrlf": ENDS,
    "malformedHeader-noheader": ENDS,
    "malformedHeaderStartsBody-nocrlfcrlf": ENDS,
    "malformedHeaderStartsBody-noheader": ENDS,
    "missing-boundary": NO_PARTS,
    "missing-inner-boundary": NO_PARTS,
    "missing-inner-start-boundary": NO_PARTS,
    "multipartnopart": NO_PARTS,
    "very-long-boundary": BLANKS,
    "very-very-long-boundary": "a boundary of more than 2,048 bytes is not used here; the text is shown, with a defect",
    "weird-boundary": BLANKS,
}
_DECODED = "_decoded.xml"


def mime4j(found: Mapping[str, bytes]) -> Suite:
    """The messages that have an expectation."""
    stems = sorted(name.removesuffix(_DECODED) for name in found if name.endswith(_DECODED))
    differing: list[Difference] = []
    for stem in stems:
        what = _difference(_expected(stem, found), list(_bodies(found[f"{stem}.msg"])))
        if what:
            name = PurePath(stem).name
            differing.append(Difference(name, REASONS.get(name, UNEXPLAINED), what))
    return Suite("mime4j", len(stems), tuple(differing), "its trees and decoded bodies")


def _expected(stem: str, found: Mapping[str, bytes]) -> list[bytes]:
    folder = PurePath(stem).parent
    names = [each.get("name", "") for each in ET.fromstring(found[stem + _DECODED]).iter() if _is_body(each)]
    return [comparable(found.get(str(folder / name), b"")) for name in names]


def _is_body(element: ET.Element) -> bool:
    return element.tag in {"text-body", "binary-body"}


def _bodies(content: bytes) -> Iterator[bytes]:
    """The decoded leaves, those of enclosed messages in their place, as mime4j has them."""
    structure = mime.read(content)
    for leaf in structure.leaves():
        data = structure.decoded(leaf)[0]
        if leaf.content_type == "message/rfc822":
            yield from _bodies(data)
        else:
            yield comparable(data)


def _difference(expected: list[bytes], ours: list[bytes]) -> str:
    if len(expected) != len(ours):
        return f"parts ({len(ours)} for {len(expected)})"
    differing = [str(i) for i, (theirs, own) in enumerate(zip_longest(expected, ours)) if theirs != own]
    return f"bytes of part {', '.join(differing)}" if differing else ""


SUITES: Mapping[str, Callable[[Mapping[str, bytes]], Suite]] = {"mime4j": mime4j}
"""What to call with the files of each archive."""
