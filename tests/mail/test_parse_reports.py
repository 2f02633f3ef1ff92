"""What mail systems report, understood: who was not reached and why, who read, who complained."""

from __future__ import annotations

from tests.mail.letters import letter
from wiki.mail.features import Recipient, Report
from wiki.mail.message import ParsedMessage

RETURNED = ("--r", "Content-Type: message/rfc822", "", "Subject: Hello", "From: ann@example.org", "", "Hi Bob", "--r--")


def reported(content_type: str, *lines: str) -> ParsedMessage:
    kind = content_type.partition("/")[2]
    return letter(
        f"Content-Type: multipart/report; report-type={kind}; boundary=r",
        *("", "--r", "", "Sorry.", "--r", f"Content-Type: {content_type}", "", *lines, *RETURNED),
    )


def test_a_bounce_says_who_was_not_reached_and_why() -> None:
    message = reported(
        "message/delivery-status",
        *("Reporting-MTA: dns; mx.example.net", "Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0100", ""),
        *("Final-Recipient: RFC822; bob@example.net", "Action: Failed", "Status: 5.1.1 (no such user)"),
        *("Diagnostic-Code: smtp; 550 5.1.1 User unknown;", " really", ""),
        *("Final-Recipient: rfc822;carl@example.net", "Action: delayed", "Status: 4.2.2"),
    )
    assert message.features.report == Report(
        "delivery",
        (
            Recipient("bob@example.net", "failed", "5.1.1", "550 5.1.1 User unknown; really"),
            Recipient("carl@example.net", "delayed", "4.2.2", ""),
        ),
        "mx.example.net",
    )
    assert message.text == "Sorry."
    assert [each.subject for each in message.features.enclosed] == ["Hello"]
    assert [part.filename for part in message.attachments] == ["Hello.eml"]


def test_a_receipt_says_that_a_message_was_shown() -> None:
    report = reported(
        "message/disposition-notification",
        *("Reporting-UA: mail.example.net; Mailer 1.0", "Final-Recipient: rfc822; bob@example.net"),
        "Disposition: manual-action/MDN-sent-manually; displayed/error",
    ).features.report
    assert report == Report(
        "disposition",
        (Recipient("bob@example.net", "displayed"),),
        "Mailer 1.0",
    )


def test_a_complaint_is_understood() -> None:
    report = reported(
        "message/feedback-report",
        *("Feedback-Type: abuse", "User-Agent: Complainer/1.0", "Version: 1", "Original-Rcpt-To: <bob@example.net>"),
    ).features.report
    assert report == Report("feedback", (Recipient("bob@example.net", "abuse"),), "Complainer/1.0")


def test_the_header_alone_that_comes_back_is_an_enclosed_message() -> None:
    message = letter(
        "Content-Type: multipart/report; boundary=r",
        *("", "--r", "", "Sorry.", "--r", "Content-Type: text/rfc822-headers", "", "Subject: Hello", "", "--r--"),
    )
    assert [each.subject for each in message.features.enclosed] == ["Hello"]
    assert message.text == "Sorry."


def test_a_report_that_says_nothing_is_said_and_kept_as_a_file() -> None:
    message = reported("message/delivery-status", "what?")
    assert message.features.report is None
    assert "A report of a mail system says nothing that can be understood." in message.defects
    assert len(message.attachments) == 2


def test_the_report_in_a_forwarded_bounce_is_not_this_message_s_own() -> None:
    inner = ("Content-Type: message/delivery-status", "", "Final-Recipient: rfc822; bob@example.net", "Action: failed")
    assert letter("Content-Type: message/rfc822", "", *inner).features.report is None
