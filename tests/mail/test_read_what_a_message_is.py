"""Bob sees at once that a message is a bounce, an invitation, signed, or a parcel of other messages."""

from __future__ import annotations

import re

from tests.factories import archive
from tests.mail import outlook_files as files
from tests.mail.screens import MAIL, counted_queries
from tests.mail.test_parse_outlook import winmail
from tests.people import Person, Site
from wiki.mail.message import RawMessage

HEAD = "From: Ann Example <ann@example.org>\nDate: Mon, 2 Nov 2026 10:05:06 +0100\nMessage-ID: <letter@example.org>\n"
BOUNCE = """Content-Type: multipart/report; boundary=r

--r

Sorry.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 <b>No</b> such user

--r
Content-Type: message/rfc822

Subject: The <i>plan</i>
From: Team <team@example.org>
Content-Type: multipart/mixed; boundary=i

--i

What was sent.
--i
Content-Type: application/pdf; name=plan.pdf

%PDF
--i--
--r--
"""
INVITATION = """Content-Type: text/calendar

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Tea
LOCATION:Garden
DTSTART;TZID=Europe/Berlin:20261102T160000
DTEND;TZID=Europe/Berlin:20261102T170000
ORGANIZER;CN=Ann:mailto:ann@example.org
ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED:mailto:bob@example.org
RRULE:FREQ=WEEKLY
END:VEVENT
END:VCALENDAR
"""


def page_of(person: Person, site: Site, raw: str | RawMessage) -> str:
    content = raw if isinstance(raw, RawMessage) else RawMessage((HEAD + raw).encode())
    (message_id,) = archive(site.team, [content])
    answer = person.client.get(f"{MAIL}/{message_id}")
    assert answer.status_code == 200
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_bounce_says_who_was_not_reached_and_shows_what_came_back(bob: Person, site: Site) -> None:
    page = page_of(bob, site, BOUNCE)
    told = words(page)
    assert "A mail system reports about delivery bob@example.net : failed (5.1.1)" in told
    assert "550 &lt;b&gt;No&lt;/b&gt; such user" in page
    assert "Reported by mx.example.net" in told
    assert "The &lt;i&gt;plan&lt;/i&gt;" in page
    assert "Team &lt;team@example.org&gt;" in page
    assert "What was sent." in told
    assert 'class="message-footer"' not in page, "all files are within the enclosed message"


def test_the_files_of_an_enclosed_message_can_be_downloaded(bob: Person, site: Site) -> None:
    page = page_of(bob, site, BOUNCE)
    (address,) = re.findall(r'href="([^"]*/plan\.pdf)"', page)
    assert bob.client.get(address).data == b"%PDF"


def test_an_invitation_is_a_card(bob: Person, site: Site) -> None:
    told = words(page_of(bob, site, INVITATION))
    assert "Tea Invitation Monday 2 November 2026, 16:00 to 17:00 (Europe/Berlin), every week" in told
    assert "Where Garden" in told
    assert "Organiser Ann &lt;ann@example.org&gt;" in told
    assert "Bob &lt;bob@example.org&gt; (accepted)" in told


def test_a_signed_message_is_never_called_verified(bob: Person, site: Site) -> None:
    signed = "Content-Type: multipart/signed; boundary=s; protocol=application/pgp-signature\n\n--s\n\nHi\n--s--\n"
    assert "Signed (PGP/MIME); the signature was not checked." in page_of(bob, site, signed)


def test_an_encrypted_message_says_how_it_can_be_read(bob: Person, site: Site) -> None:
    encrypted = (
        "Content-Type: multipart/encrypted; boundary=s\n\n--s\nContent-Type: application/octet-stream\n\nx\n--s--\n"
    )
    assert "Encrypted; it can be downloaded and read with your own keys." in page_of(bob, site, encrypted)


def test_the_files_of_a_winmail_dat_stand_beside_it(bob: Person, site: Site) -> None:
    page = page_of(bob, site, winmail(files.attachment("a.txt", b"A")))
    assert page.index('class="message-footer"') < page.index("winmail.dat") < page.index("a.txt")


def test_an_ordinary_message_says_nothing_of_the_kind(bob: Person, site: Site) -> None:
    page = page_of(bob, site, "\nHi")
    assert "message-card" not in page
    assert "message-mark" not in page


def test_hundreds_of_enclosed_messages_take_no_more_queries_than_one(bob: Person, site: Site) -> None:
    def digest(count: int) -> str:
        return "Content-Type: multipart/digest; boundary=d\n\n" + "--d\n\nSubject: One\n\nHi\n" * count + "--d--\n"

    needed = []
    for count in (1, 300):
        (message_id,) = archive(site.team, [RawMessage((HEAD + digest(count)).encode())])
        with counted_queries() as sent:
            assert bob.client.get(f"{MAIL}/{message_id}").text.count('class="message-card enclosed"') == count
        needed.append(len(sent))
    assert needed[0] == needed[1]
