"""Where the header ends, and where each part begins: the same in whole mails and in broken ones."""

from __future__ import annotations

import pytest

from tests.mail.letters import letter, nasty, raw
from wiki.mail.message import RawMessage
from wiki.mail.parsing.parse import PartNotFound, parse, part_content


def test_both_forms_of_an_alternative_are_kept() -> None:
    parsed = nasty("boundary-is-prefix-of-another")
    assert (parsed.text, parsed.html) == ("Plain.", "<p>Rich.</p>")
    assert [part.filename for part in parsed.attachments] == ["notes.txt"]
    assert parsed.defects == ()


def test_a_missing_boundary_is_guessed_from_the_first_delimiter() -> None:
    parsed = nasty("boundary-missing")
    assert (parsed.text, parsed.html) == ("Plain.", "<p>Rich.</p>")
    assert "A multipart's boundary is missing or wrong; it was guessed." in parsed.defects


def test_a_multipart_that_is_cut_off_keeps_its_last_part() -> None:
    parsed = nasty("boundary-never-closed")
    assert parsed.text == "The text."
    assert [(part.filename, part.size) for part in parsed.attachments] == [("report.pdf", 12)]
    assert "The last part of a multipart is not closed." in parsed.defects


def test_a_boundary_used_at_two_levels_loses_no_part() -> None:
    parsed = nasty("boundary-used-twice")
    assert parsed.text.startswith("Plain.")
    assert "<p>Rich.</p>" in parsed.html
    assert [part.filename for part in parsed.attachments] == ["last.png"]


def test_a_multipart_without_parts_is_shown_as_it_stands() -> None:
    parsed = nasty("multipart-without-parts")
    assert parsed.text == "Only this sentence.\n"
    assert parsed.attachments == ()


def test_the_from_line_of_a_mailbox_is_passed_over_and_noted() -> None:
    parsed = nasty("envelope-line-first")
    assert parsed.subject == "Out of an mbox"
    assert 'The message begins with the "From " line of a mailbox file.' in parsed.defects


def test_blank_lines_before_the_header_are_passed_over() -> None:
    assert nasty("blank-lines-first").subject == "Late start"


def test_a_message_of_bare_carriage_returns_has_lines() -> None:
    parsed = nasty("bare-carriage-returns")
    assert (parsed.subject, parsed.text) == ("Old machine", "One line.\nAnother.\n")


def test_a_header_without_body_is_a_message() -> None:
    parsed = nasty("header-without-end")
    assert (parsed.subject, parsed.text) == ("Only a header", "")


def test_lines_that_are_no_header_do_not_end_it_where_it_goes_on() -> None:
    parsed = nasty("broken-line-in-header")
    assert parsed.subject == "The fold"
    assert parsed.message_id == "brokenline@example.org"
    assert parsed.text == "Still readable.\n"
    assert "A line in the header is no header field; it was skipped." in parsed.defects


def test_text_that_follows_the_header_without_a_blank_line_is_the_body() -> None:
    parsed = letter("Subject: Close", "Dear team, this is the body.", "Yours, Ann")
    assert (parsed.subject, parsed.text) == ("Close", "Dear team, this is the body.\nYours, Ann")


def test_a_delimiter_directly_behind_the_header_is_no_broken_header_line() -> None:
    parsed = letter(
        "Content-Type: multipart/mixed; boundary=b", "--b", "Content-Type: text/html", "", "<p>Hi</p>", "--b--"
    )
    assert parsed.html == "<p>Hi</p>"


def test_delimiters_with_nothing_between_them_are_no_parts() -> None:
    parsed = letter("Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "", "Text.", "--b", "--b--")
    assert [part.size for part in parsed.parts] == [5]


def test_the_parts_of_a_digest_are_mails() -> None:
    parsed = letter("Content-Type: multipart/digest; boundary=b", "", "--b", "", "Subject: One", "", "1", "--b--")
    assert [(part.content_type, part.filename) for part in parsed.attachments] == [("message/rfc822", "One.eml")]


def test_an_empty_file_is_a_message_with_defects() -> None:
    parsed = parse(RawMessage(b""))
    assert (parsed.subject, parsed.text, parsed.sender) == ("", "", ())
    assert "There is no From address." in parsed.defects


def test_each_part_is_found_again_by_its_index() -> None:
    message = raw("filename-in-pieces")
    parsed = parse(message)
    for part in parsed.parts:
        found, content = part_content(message, part.index)
        assert (found.sha256, found.filename, len(content)) == (part.sha256, part.filename, part.size)
    assert part_content(message, 1)[1] == b"A"


@pytest.mark.parametrize("index", [4, -1, 10_000])
def test_a_part_that_does_not_exist_is_not_found(index: int) -> None:
    with pytest.raises(PartNotFound):
        part_content(raw("filename-in-pieces"), index)


def test_a_part_that_begins_with_blanks_is_a_part() -> None:
    message = letter("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "          ** Warning **", "--b--")
    assert message.text.strip() == "** Warning **"


def test_blanks_before_the_colon_make_no_envelope_and_no_body() -> None:
    head = b"From  : Ann <ann@example.org>\nTo   : Bob\n__\n <bob@example.org>\nSubject  : Hi\n"
    message = parse(RawMessage(head + b"\nText"))
    assert [each.address for each in message.sender] == ["ann@example.org"]
    assert (message.subject, message.text) == ("Hi", "Text")
