"""What is written in an attachment is found, with the file and the page, by those who may read its message."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories import Attached, Letter, archive, make_message
from tests.mail.extraction import files
from tests.mail.screens import MAIL
from tests.people import Person, Site
from wiki import settings
from wiki.db import transaction
from wiki.mail import rederiving, trashing
from wiki.mail.extraction import reading
from wiki.mail.extraction.indexing import KIND
from wiki.mail.extraction.models import AttachmentPage, AttachmentText
from wiki.mail.extraction.readers.extracted import EXTRACTOR_VERSION
from wiki.mail.message import RawMessage
from wiki.permissions.actor import SYSTEM
from wiki.search import configured, indexer, query
from wiki.search.query import Answer, Asked

REPORT = files.pdf(["Of roofs and gutters", "Nothing here", "The zeppelin landed in Ulm"])


@pytest.fixture(autouse=True)
def _closed_index(app: Flask) -> Iterator[None]:
    yield
    configured.search_backend().close()


def report(content: bytes = REPORT, name: str = "report.pdf") -> Attached:
    return Attached(content, "application/pdf", f'attachment; filename="{name}"')


def sent(site: Site, *attached: Attached, **wanted: object) -> int:
    """Archive a message, read its attachments and index all."""
    made = make_message(site.team, attached=attached or (report(),), **wanted)
    reading.read_waiting()
    indexer.drain()
    return made


def found(person: Person, text: str, kind: str | None = "attachment") -> Answer:
    indexer.drain()
    return query.search(person.actor, Asked(text, kind=kind))


def nothing_is_found(person: Person, text: str = "zeppelin") -> bool:
    answer = found(person, text, None)
    return not answer.results and answer.total == 0 and sum((answer.counts or {}).values()) == 0


def test_a_hit_names_the_file_and_the_page(bob: Person, site: Site) -> None:
    made = sent(site, subject="As promised")

    [result] = found(bob, "zeppelin").results

    assert "".join(each.text for each in result.title) == "report.pdf, page 3"
    assert [each.text for each in result.excerpt if each.is_hit] == ["zeppelin"]
    assert result.shown.details == ("attached to “As promised”",)
    assert result.shown.values["message_id"] == made


def test_the_result_leads_to_the_attachment_on_the_page_of_its_message(bob: Person, site: Site) -> None:
    made = sent(site)

    page = bob.client.get("/search?q=zeppelin&type=attachment").text

    assert f'href="/spaces/TEAM/mail/{made}#attachment-{made}-1"' in page
    assert f'id="attachment-{made}-1"' in bob.client.get(f"{MAIL}/{made}").text


def test_an_attachment_is_counted_as_its_own_kind_and_found_by_its_sender(bob: Person, site: Site) -> None:
    sent(site)

    assert found(bob, "zeppelin", None).counts == {"page": 0, "mail": 0, "attachment": 1}
    assert found(bob, "zeppelin from:ann").total == 1
    assert found(bob, "zeppelin from:carl").total == 0


def test_what_lies_in_the_trash_is_not_found_until_it_is_restored(bob: Person, alice: Person, site: Site) -> None:
    made = sent(site)
    alice.client.post(f"{MAIL}/{made}/trash")
    assert nothing_is_found(bob)

    with transaction():
        trashing.restore(alice.actor, site.team, [made])

    assert found(bob, "zeppelin").total == 1


def test_what_lies_in_the_trash_is_hidden_before_the_index_knows(bob: Person, alice: Person, site: Site) -> None:
    made = sent(site)
    alice.client.post(f"{MAIL}/{made}/trash")

    assert query.search(bob.actor, Asked("zeppelin")).results == ()


def test_emptying_the_archive_hides_its_attachments(bob: Person, alice: Person, site: Site) -> None:
    sent(site)
    with transaction() as session:
        trashing.trash_all(alice.actor, session.get_one(trashing.Space, site.team))

    assert nothing_is_found(bob)


def test_what_is_destroyed_leaves_no_copy_of_its_words(bob: Person, alice: Person, site: Site) -> None:
    first, second = sent(site), sent(site)
    with transaction() as session:
        trashing.trash_all(alice.actor, session.get_one(trashing.Space, site.team))
        trashing.purge(alice.actor, site.team, [first])
        assert session.query(AttachmentText).count() == 1  # the other message has the same file
        trashing.purge(alice.actor, site.team, [second])

        assert session.query(AttachmentText).count() == 0
        assert session.query(AttachmentPage).count() == 0
    assert nothing_is_found(bob)


def test_who_may_not_see_the_space_finds_nothing(charlie: Person, site: Site) -> None:
    sent(site)

    assert nothing_is_found(charlie)
    assert "zeppelin landed" not in charlie.client.get("/search?q=zeppelin").text


def test_while_mail_is_off_nothing_is_found(bob: Person, site: Site) -> None:
    sent(site)
    with transaction():
        settings.put("mail.enabled", False)

    answer = found(bob, "zeppelin", None)
    assert (answer.results, answer.total, answer.counts) == ((), 0, {"page": 0})


def test_a_message_that_is_parsed_anew_keeps_its_attachments_findable(bob: Person, site: Site) -> None:
    sent(site)
    sent(site, report(files.pdf(["A dirigible"])))

    rederiving.reparse(site.team)

    assert found(bob, "zeppelin").total == found(bob, "dirigible").total == 1
    assert indexer.verify().is_clean


def test_a_file_that_came_before_is_findable_at_once(bob: Person, site: Site) -> None:
    sent(site)
    make_message(site.team, attached=[report(name="copy.pdf")])

    titles = {"".join(each.text for each in result.title) for result in found(bob, "zeppelin").results}
    assert titles == {"report.pdf, page 3", "copy.pdf, page 3"}


def test_of_a_long_file_only_the_beginning_is_indexed_and_shown(bob: Person, site: Site) -> None:
    site.app.config["MAIL_SEARCHABLE_CHARACTERS"] = 40
    made = sent(site)

    assert found(bob, "gutters").total == 1
    assert found(bob, "Ulm").total == 0
    assert "The first 40 characters of its text are searchable." in bob.client.get(f"{MAIL}/{made}").text


def test_an_enclosed_message_is_found_by_its_text(bob: Person, site: Site) -> None:
    enclosed = Letter(subject="Inside", text="The walrus and the carpenter").content(900)
    raw = Letter(attached=[Attached(enclosed, "message/rfc822", 'attachment; filename="inside.eml"')]).content(901)
    raw = raw.replace(b"message/rfc822", b"message/rfc822; charset=utf-8")
    archive(site.team, [RawMessage(raw)])
    reading.read_waiting()

    assert found(bob, "walrus", None).total == 1


def test_the_index_can_be_built_anew(bob: Person, site: Site) -> None:
    sent(site)

    indexer.rebuild()

    assert found(bob, "zeppelin").total == 1
    assert len(KIND.ids_after(0, 10)) == 1


def test_a_newer_extractor_reads_everything_again(bob: Person, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(site)
    with transaction() as session:
        session.query(AttachmentPage).delete()
        session.query(AttachmentText).update({"version": EXTRACTOR_VERSION - 1})

    reading.read_waiting()

    assert found(bob, "zeppelin").total == 1


def test_an_archive_from_before_is_read_too(bob: Person, site: Site) -> None:
    made = sent(site)
    with transaction() as session:
        session.query(AttachmentText).delete()
    assert reading.enter_missing() == 1
    assert reading.enter_missing() == 0
    assert "Its text is not searchable yet." in bob.client.get(f"{MAIL}/{made}").text

    reading.read_waiting()

    assert found(bob, "zeppelin").total == 1


def test_the_page_of_a_message_says_what_is_searchable_and_why_not(bob: Person, site: Site) -> None:
    picture = Attached(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 99, "image/png", 'attachment; filename="a.png"')
    made = sent(site, report(), picture)

    page = bob.client.get(f"{MAIL}/{made}").text

    assert "Its text is searchable." in page
    assert "A file of this kind (image/png) has no text that could be searched." in page


def test_nothing_of_the_system_is_needed_to_purge(site: Site) -> None:
    made = make_message(site.team, attached=[report()])
    with transaction() as session:
        trashing.trash_message(SYSTEM, session.get_one(trashing.Message, made))
        assert trashing.purge(SYSTEM, site.team, [made]) == 1
    assert reading.read_waiting() == 0
