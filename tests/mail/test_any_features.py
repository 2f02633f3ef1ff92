"""Whatever stands in a message's row about what it is, its page can be opened."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import archive, make_message
from tests.mail.screens import MAIL
from tests.mail.test_parse_wire import MOMENTS
from tests.people import Person, Site
from wiki.db import transaction
from wiki.mail.features import Event, Features
from wiki.mail.message import RawMessage
from wiki.mail.models import Message
from wiki.mail.parsing import wire

ANY_TIME = MOMENTS | st.datetimes()
EVENTS = st.builds(
    Event, part=st.just(0), start=ANY_TIME | st.none(), end=ANY_TIME | st.none(), is_all_day=st.booleans()
)
WRITTEN = st.from_type(Features).map(wire.to_json)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["part", "start", "name"]), inner),
)
STRANGE = st.dictionaries(st.sampled_from(["report", "events", "enclosed", "signed", "other"]), JSON)


@given(EVENTS)
def test_any_time_can_be_said_in_words(event: Event) -> None:
    assert bool(event.when) == (event.start is not None)


@given(STRANGE)
def test_json_is_features_or_refused(written: dict[str, object]) -> None:
    try:
        features = wire.from_json(Features, written)
    except wire.Unreadable:
        return
    assert wire.from_json(Features, json.loads(json.dumps(wire.to_json(features)))) == features


@pytest.fixture
def letter(site: Site) -> int:
    return make_message(site.team)


@given(written=WRITTEN | STRANGE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_page_answers(bob: Person, letter: int, written: dict[str, object]) -> None:
    with transaction() as session:
        session.get_one(Message, letter).features = written
    assert bob.client.get(f"{MAIL}/{letter}").status_code == 200


@pytest.mark.parametrize("day", ["00010101", "99991231"])
@pytest.mark.parametrize("ending", ["", "/headers"])
def test_the_page_of_an_event_at_the_end_of_time_answers(bob: Person, site: Site, day: str, ending: str) -> None:
    calendar = f"BEGIN:VEVENT\nDTSTART;VALUE=DATE:{day}\nDTEND;VALUE=DATE:{day}\nEND:VEVENT\n"
    raw = f"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n{calendar}END:VCALENDAR\n"
    (message_id,) = archive(site.team, [RawMessage(raw.encode())])
    assert bob.client.get(f"{MAIL}/{message_id}{ending}").status_code == 200
