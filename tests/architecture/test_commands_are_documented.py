"""Whoever runs Postroom finds each command for mail in the README."""

from __future__ import annotations

import re
from pathlib import Path

from wiki.mail.commands import mail

README = Path(__file__).resolve().parents[2] / "README.md"


def test_each_mail_command_has_a_row_in_the_readme() -> None:
    rows = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `flask")]
    told = {name for row in rows for name in re.findall(r"`flask mail ([a-z-]+)", row)}
    assert told == set(mail.commands)
