"""Manage Add-ons: switching mail archiving off and on."""

from __future__ import annotations

from sqlalchemy import select

from tests.people import Person
from wiki import settings
from wiki.audit.models import Event
from wiki.extensions import db


def test_mail_archiving_stands_under_system(adam: Person) -> None:
    assert "Mail Archiving" in adam.client.get("/admin/add-ons?show=system").text
    assert "Mail Archiving" in adam.client.get("/admin/add-ons?show=all").text
    assert "Mail Archiving" not in adam.client.get("/admin/add-ons?show=user-installed").text
    assert adam.client.get("/admin/add-ons?show=nonsense").status_code == 200


def test_it_is_switched_off_and_on_again(adam: Person) -> None:
    assert settings.feature_is_on("mail")

    adam.client.post("/admin/add-ons/mail/disable")
    assert not settings.feature_is_on("mail")
    assert "/admin/add-ons/mail/enable" in adam.client.get("/admin/add-ons").text

    adam.client.post("/admin/add-ons/mail/enable")
    assert settings.feature_is_on("mail")
    assert "/admin/add-ons/mail/disable" in adam.client.get("/admin/add-ons").text


def test_both_are_on_record(adam: Person) -> None:
    adam.client.post("/admin/add-ons/mail/disable")
    adam.client.post("/admin/add-ons/mail/disable")
    adam.client.post("/admin/add-ons/mail/enable")

    events = db.session.scalars(select(Event).where(Event.subject == "setting:mail.enabled").order_by(Event.id)).all()
    assert [event.details["after"] for event in events] == [False, True]


def test_what_is_no_add_on_cannot_be_switched(adam: Person) -> None:
    assert adam.client.post("/admin/add-ons/site/disable").status_code == 404
