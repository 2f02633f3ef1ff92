"""Every difference from what other projects expect has a reviewed reason, and docs/fidelity.md says them all."""

from __future__ import annotations

import pytest

from tests import corpora
from tools.fidelity import mime4j, quoting, standard_library
from tools.fidelity.document import archives, document
from tools.fidelity.reasons import REASONS
from tools.fidelity.suite import UNEXPLAINED, Suite

pytestmark = pytest.mark.corpora


def suite(archive: str) -> Suite:
    compare = {**mime4j.SUITES, **standard_library.SUITES}[archive]
    return compare(dict(corpora.files(archive)))


@pytest.mark.parametrize("archive", [*mime4j.SUITES, *standard_library.SUITES])
def test_every_difference_has_a_reason_and_every_reason_a_difference(archive: str) -> None:
    found = suite(archive)
    assert found.crashed == 0
    assert [f"{each.case}: {each.what}" for each in found.differing if each.reason == UNEXPLAINED] == []
    expected = mime4j.REASONS if archive == "mime4j" else REASONS.get(archive, {})
    assert {each.case for each in found.differing} == set(expected)
    assert found.agreed > len(found.differing)


def test_the_page_says_what_the_command_would_write() -> None:
    for archive in archives():
        next(iter(corpora.files(archive)))  # skips where it is absent
    page = (corpora.PROJECT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    assert page == document(corpora.FOLDER), "run make fidelity and look at what changed"
    assert set(quoting.SUITES) < set(archives())
