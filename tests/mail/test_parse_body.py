"""What of a mail is its text, which its HTML, and what a reader would call an attachment."""

from __future__ import annotations

import pytest

from tests.mail.letters import letter, nasty

MIXED = "Content-Type: multipart/mixed; boundary=b"


def test_html_without_plain_part_gives_the_visible_text() -> None:
    parsed = nasty("html-only")
    assert parsed.text == "Offer\n\nDear team,\nsee here.\n\n- one\n- two\n\n> quoted"
    assert "<script>" in parsed.html


def test_an_empty_plain_part_gives_way_to_the_text_of_the_html() -> None:
    assert nasty("plain-part-empty").text == "Only here."


def test_flowed_text_is_joined_and_quotes_keep_their_marks() -> None:
    expected = "This line goes on here and ends.\n>> A quote that goes on.\nFrom is stuffed.\n-- \nAnn\n"
    assert nasty("flowed-with-delsp").text == expected


def test_parts_that_follow_one_another_are_read_one_after_another() -> None:
    parsed = letter(MIXED, "", "--b", "", "First.", "--b", "Content-Type: text/plain", "", "Footer.", "--b--")
    assert parsed.text == "First.\n\nFooter."
    assert parsed.html == ""


def test_text_between_html_parts_is_not_lost_for_those_who_read_html() -> None:
    html = "Content-Type: text/html"
    parsed = letter(MIXED, "", "--b", html, "", "<p>A</p>", "--b", "", "1 < 2", "--b", html, "", "<p>C</p>", "--b--")
    assert parsed.html == "<p>A</p>\n<pre>1 &lt; 2</pre>\n<p>C</p>"
    assert parsed.text == "A\n\n1 < 2\n\nC"


def test_a_picture_that_the_html_draws_is_no_attachment_and_one_that_it_does_not_is() -> None:
    parsed = nasty("inline-picture")
    assert [part.filename for part in parsed.attachments] == ["unused.png"]
    assert [(part.filename, part.content_id) for part in parsed.parts if part.content_id == "logo@example.org"] == [
        ("logo.png", "logo@example.org")
    ]
    assert parsed.html.startswith("<p>Look:")


def test_a_mail_within_a_mail_is_an_attachment_named_by_its_subject() -> None:
    parsed = nasty("mail-within-a-mail")
    assert parsed.text == "See below."
    assert [(part.content_type, part.filename) for part in parsed.attachments] == [
        ("message/rfc822", "Minutes of Monday-Tuesday.eml")
    ]


def test_winmail_dat_stays_an_attachment() -> None:
    assert [part.filename for part in nasty("winmail-dat").attachments] == ["winmail.dat"]


def test_file_names_come_in_all_spellings_and_leave_without_a_path() -> None:
    names = [part.filename for part in nasty("filename-in-pieces").attachments]
    assert names == ["Prüfbericht 2026.pdf", "Über uns.docx", "gnp.exe"]


@pytest.mark.parametrize(
    ("header", "is_body"),
    [
        ("Content-Type: text/plain", True),
        ("Content-Type: text/plain; name=notes.txt", True),
        ("Content-Disposition: inline; filename=notes.txt", True),
        ("Content-Disposition: attachment; filename=notes.txt", False),
        ("Content-Type: text/calendar", False),
        ("Content-Type: image/png", False),
        ("Content-Type: nonsense", True),
        ("Content-Type: nonsense; name=a.bin", False),
        ("Content-Type: text/x-patch", True),
        ("Content-Type: message/delivery-status", False),
    ],
)
def test_a_mail_of_one_part_is_read_unless_it_is_a_file(header: str, is_body: bool) -> None:
    parsed = letter(header, "", "Some text.")
    assert (parsed.text == "Some text.") is is_body
    assert bool(parsed.attachments) is not is_body


def test_a_named_text_behind_the_first_part_is_a_file() -> None:
    file = 'Content-Disposition: inline; filename="0001.patch"'
    parsed = letter(MIXED, "", "--b", "", "Here.", "--b", "Content-Type: text/plain", file, "", "diff", "--b--")
    assert parsed.text == "Here."
    assert [part.filename for part in parsed.attachments] == ["0001.patch"]


def test_the_form_of_an_alternative_that_nobody_reads_is_no_attachment_but_an_invitation_is() -> None:
    amp = ["--b", "Content-Type: text/x-amp-html", "", "<html amp4email>"]
    invitation = ["--b", "Content-Type: text/calendar", "", "BEGIN:VCALENDAR"]
    parsed = letter(
        "Content-Type: multipart/alternative; boundary=b", "", "--b", "", "Plain.", *amp, *invitation, "--b--"
    )
    assert [part.content_type for part in parsed.attachments] == ["text/calendar"]


def test_a_signed_mail_is_read_and_its_signature_is_attached() -> None:
    signature = ["--b", "Content-Type: application/pgp-signature; name=signature.asc", "", "----"]
    parsed = letter("Content-Type: multipart/signed; boundary=b", "", "--b", "", "Signed.", *signature, "--b--")
    assert parsed.text == "Signed."
    assert [part.filename for part in parsed.attachments] == ["signature.asc"]


def test_enriched_text_loses_its_commands() -> None:
    parsed = letter("Content-Type: text/enriched", "", "<bold>Now</bold> 1 << 2 <color><param>red</param>red</color>")
    assert parsed.text == "Now 1 < 2 red"


def test_words_that_are_called_base64_are_shown_as_they_are() -> None:
    message = letter("Content-Transfer-Encoding: base64", "", "These are only words and no base64", "")
    assert message.text.strip() == "These are only words and no base64"
    assert "A part is not base64 as it says; its bytes were taken as they are." in message.defects


def test_one_strange_letter_in_a_little_base64_is_passed_over() -> None:
    assert letter("Content-Transfer-Encoding: base64", "", "PGh0*bWw+Cg==").text == "<html>\n"
