"""The search page answers everything that can be asked of it, and never with an error."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.doubles.memory_search import MemorySearch
from tests.people import Person
from tests.search.conftest import Note, Notes
from tests.search.test_hostile_queries import HOSTILE
from wiki.search import indexer
from wiki.search.backend import SearchUnavailable


@pytest.fixture(autouse=True)
def written(notes: Notes, backend: MemorySearch, team: int) -> None:
    """Notes in TEAM, one of them with markup for a title."""
    notes.living |= {number: Note(f"Note {number}", "A zebra walked by.", team) for number in range(1, 46)}
    notes.touch(*notes.living)
    notes.write(99, "<script>alert(1)</script> quagga", '"><img src=x onerror=alert(1)> quagga', team)
    indexer.drain()


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.text


def test_alice_sees_results_with_the_word_marked(alice: Person) -> None:
    text = page(alice.client, "/search?q=zebras")
    assert "45 results" in text
    assert text.count("<mark>zebra</mark>") == 20


def test_pages_lead_to_each_other(alice: Person) -> None:
    assert "page=2" in page(alice.client, "/search?q=zebra")
    third = page(alice.client, "/search?q=zebra&page=3")
    assert third.count("<mark>zebra</mark>") == 5
    assert "page=4" not in third


def test_beyond_the_last_page_there_is_a_way_back(alice: Person) -> None:
    assert "No more results" in page(alice.client, "/search?q=zebra&page=40")


def test_the_space_and_the_kind_are_kept_when_the_order_changes(alice: Person) -> None:
    text = page(alice.client, "/search?q=zebra&space=team&type=note")
    assert "order=date" in text
    assert "space=TEAM" in text
    assert "type=note" in text


def test_a_space_that_alice_may_not_see_is_as_good_as_none(alice: Person, charlie: Person) -> None:
    assert "45 results" in page(alice.client, "/search?q=zebra&space=NOWHERE")
    assert "The TEAM space" in page(alice.client, "/search?q=zebra&space=TEAM")
    assert "The TEAM space" not in page(charlie.client, "/search?q=zebra&space=TEAM")


def test_markup_in_titles_texts_and_questions_is_only_text(alice: Person) -> None:
    text = page(alice.client, "/search?q=quagga")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert '"><svg onload=alert(1)>' not in page(alice.client, '/search?q="><svg onload=alert(1)>')


def test_charlie_finds_nothing_and_no_counts(charlie: Person) -> None:
    text = page(charlie.client, "/search?q=zebra")
    assert "Nothing found" in text
    assert '<span class="facet-count">0</span>' in text
    assert '<span class="facet-count">45</span>' not in text


def test_somebody_who_may_not_use_the_site_is_asked_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/search?q=zebra")
    assert answer.status_code == 303
    assert "sign-in" in answer.location


def test_an_empty_question_explains_how_to_ask(alice: Person) -> None:
    assert "quotes" in page(alice.client, "/search")
    assert "quotes" in page(alice.client, "/search?q=+")


def test_a_refused_question_is_answered_with_a_sentence_and_kept_in_the_box(alice: Person) -> None:
    text = page(alice.client, "/search?q=*abc*")
    assert "The star stands only at the end of a word" in text
    assert 'value="*abc*"' in text


def test_an_index_that_cannot_be_read_is_a_notice(
    alice: Person, backend: MemorySearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(_query: object) -> None:
        raise SearchUnavailable("Gone.")

    monkeypatch.setattr(backend, "search", unavailable)
    assert 'role="alert"' in page(alice.client, "/search?q=zebra") or "notice" in page(alice.client, "/search?q=zebra")


def test_a_hostile_question_is_no_error(alice: Person) -> None:
    for text in HOSTILE:
        answer = alice.client.get("/search", query_string={"q": text[:3000].encode("utf-8", "replace")})
        assert answer.status_code == 200, text


@pytest.mark.parametrize("rest", ["page=x", "page=-1", "page=999999999999999999999", "order=", "type=%00", "space=%ff"])
def test_nonsense_in_the_address_is_ignored(alice: Person, rest: str) -> None:
    page(alice.client, f"/search?q=zebra&{rest}")
