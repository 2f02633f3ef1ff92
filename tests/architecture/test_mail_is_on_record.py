"""Nothing is done to mail and accounts without a line in the record, or a reason in writing why it needs none."""

from __future__ import annotations

from flask import Flask

from tests.mail.test_everything_is_on_record import COMMANDS, JOBS, VERBS, WITHOUT_A_LINE, verbs
from wiki.jobs.registry import jobs
from wiki.mail import commands

WHERE = "List it with its event in tests/mail/test_everything_is_on_record.py."


def test_every_verb_command_and_job_of_the_mail_room_is_listed_with_its_event(app: Flask) -> None:
    assert verbs() == set(VERBS) | set(WITHOUT_A_LINE), WHERE
    assert set(commands.mail.commands) == set(COMMANDS), WHERE
    assert {name for name in jobs() if name.startswith("mail.")} == set(JOBS), WHERE
