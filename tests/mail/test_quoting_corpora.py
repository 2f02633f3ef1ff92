"""Where we tell quotes, signatures and new text apart as email-reply-trimmer and talon expect, and where not."""

from __future__ import annotations

import pytest

from tests import corpora
from tools.fidelity import quoting
from tools.fidelity.suite import markdown

pytestmark = pytest.mark.corpora


@pytest.mark.parametrize(
    ("archive", "cases", "reasons"),
    [("email-reply-trimmer", 64, quoting.TRIMMER_REASONS), ("talon", 30, quoting.TALON_REASONS)],
)
def test_every_difference_has_its_reason_and_every_reason_its_difference(
    archive: str, cases: int, reasons: dict[str, str]
) -> None:
    suite = quoting.SUITES[archive](dict(corpora.files(archive)))

    assert suite.cases == cases
    assert {each.case: each.reason for each in suite.differing} == reasons
    assert f"{cases - len(reasons)} of {cases} agree." in markdown(suite)
