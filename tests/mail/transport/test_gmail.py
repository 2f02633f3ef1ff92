"""Gmail says with each message which labels it has, so that one message can stand in several places."""

from __future__ import annotations

import pytest

from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript, honest
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FetchProblem

CONTENT = b"Subject: labelled\r\n\r\nin three places\r\n"
GMAIL = b"IMAP4rev1 UIDPLUS MOVE X-GM-EXT-1"


def fetched(attributes: bytes, deadlines: Deadlines, capabilities: bytes = GMAIL) -> tuple[Fetched, list[bytes]]:
    """What becomes of the one message when Gmail's attributes stand before its content, and what was asked."""
    script = ImapScript(
        {7: CONTENT},
        capabilities=capabilities,
        answer=lambda uid, content: honest(uid, content).replace(b"BODY[]", attributes + b" BODY[]"),
    )
    with ScriptedServer(script) as server, server.imap(deadlines) as session:
        session.select("INBOX")
        (found,) = session.fetch([7])
    return found, server.heard


@pytest.mark.parametrize(
    ("listed", "labels"),
    [
        (b'("\\\\Inbox" "\\\\Sent" Important "Muy Importante")', ("\\Inbox", "\\Sent", "Important", "Muy Importante")),
        (b"(\\Inbox foo)", ("\\Inbox", "foo")),
        (b"()", ()),
        (b"NIL", ()),
        (b'("a (b) \\"c\\"" "&AOQ-mter &- mehr")', ('a (b) "c"', "ämter & mehr")),
        (b"({5}\r\nsplit whole)", ("split", "whole")),
        (b'("&broken" "Entw\xc3\xbcrfe" "\xff")', ("&broken", "Entwürfe", "\N{REPLACEMENT CHARACTER}")),
    ],
    ids=["quoted", "bare", "none", "nil", "nested quotes and UTF-7", "a literal", "undecodable"],
)
def test_the_labels_of_a_message_come_with_it(listed: bytes, labels: tuple[str, ...], patient: Deadlines) -> None:
    found, heard = fetched(b"X-GM-LABELS " + listed, patient)
    assert isinstance(found, FetchedMessage)
    assert found.content == CONTENT
    assert found.labels == labels
    assert any(b"X-GM-LABELS" in line for line in heard)


def test_no_other_server_is_asked_for_labels(patient: Deadlines) -> None:
    found, heard = fetched(b"", patient, b"IMAP4rev1 UIDPLUS MOVE")
    assert isinstance(found, FetchedMessage)
    assert found.labels == ()
    assert not any(b"X-GM" in line for line in heard)


def test_a_second_content_is_not_smuggled_in_as_a_label(patient: Deadlines) -> None:
    found, _ = fetched(b"X-GM-LABELS ({5}\r\nsplit) BODY[TEXT] {2}\r\nab", patient)
    assert isinstance(found, FetchProblem)
