"""What ``flask mail parse --json`` prints of a message."""

from __future__ import annotations

import json

from tests.mail.letters import nasty
from wiki.mail import body
from wiki.mail.parsing import parse


def test_everything_that_the_parser_understood_is_there() -> None:
    parsed = nasty("mail-within-a-mail")
    shown = json.loads(json.dumps(parse.to_json(parsed, body.safe_html(parsed).html)))
    (attachment,) = shown.pop("attachments")
    assert attachment == {
        "filename": "Minutes of Monday-Tuesday.eml",
        "content_type": "message/rfc822",
        "size": parsed.attachments[0].size,
        "sha256": parsed.attachments[0].sha256,
    }
    assert shown == {
        "message_id": "outer@example.org",
        "subject": "Fwd: Minutes",
        "from": [["Ann Example", "ann@example.org"]],
        "to": [["", "team@example.org"]],
        "cc": [],
        "date": "2026-11-02T09:05:06Z",
        "in_reply_to": "",
        "references": [],
        "text": "See below.",
        "html": "",
        "defects": [],
    }
