"""The pieces that screens are made of: usable without script, and telling assistive technology what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser, LexborNode
from wtforms import BooleanField, Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from wiki.web.theming import EXTENSION

IMPORT = '{% import "ui/kit.html" as ui with context %}'


class AccountForm(Form):
    name = StringField("Name", [InputRequired("Give it a name.")], description="As it stands in lists.")
    note = StringField("Note", [Optional()])
    clone = BooleanField("A clone")
    after = RadioField("After archiving", choices=[SelectChoice("leave", "Leave"), SelectChoice("delete", "Delete")])


def drawn(app: Flask, source: str, **context: object) -> LexborHTMLParser:
    """The HTML of a scrap of template, in the default theme."""
    with app.test_request_context("/"):
        app.update_template_context(context)
        template = app.extensions[EXTENSION].environments["default"].from_string(IMPORT + source)
        return LexborHTMLParser(template.render(context))


def only(page: LexborHTMLParser, selector: str) -> LexborNode:
    (node,) = page.css(selector)
    return node


def test_a_refused_field_is_tied_to_its_hint_and_its_error(app: Flask) -> None:
    form = AccountForm(data={"name": ""})
    form.validate()
    page = drawn(app, "{{ ui.field(form.name) }}", form=form)
    control = only(page, "input#name")
    assert control.attributes["aria-invalid"] == "true"
    assert control.attributes["aria-describedby"] == "name-hint name-error"
    assert "As it stands in lists." in only(page, "#name-hint").text()
    assert "Give it a name." in only(page, "#name-error").text()
    assert only(page, "label[for=name]").text().strip() == "Name"


def test_only_a_field_that_may_stay_empty_says_so(app: Flask) -> None:
    page = drawn(app, "{{ ui.field(form.name) }}{{ ui.field(form.note) }}", form=AccountForm())
    assert "optional" not in only(page, "label[for=name]").text()
    assert "optional" in only(page, "label[for=note]").text()


def test_choices_stand_in_a_group_with_a_name_and_a_label_each(app: Flask) -> None:
    page = drawn(app, "{{ ui.field(form.after) }}", form=AccountForm())
    assert only(page, "fieldset > legend").text() == "After archiving"
    assert [label.text() for label in page.css("fieldset label")] == ["Leave", "Delete"]
    assert len(page.css("fieldset input[type=radio]")) == 2


def test_a_tick_box_is_labelled_once(app: Flask) -> None:
    page = drawn(app, "{{ ui.field(form.clone) }}", form=AccountForm())
    assert [label.text() for label in page.css("label")] == ["A clone"]


def test_the_summary_of_errors_leads_to_each_field(app: Flask) -> None:
    form = AccountForm(data={"name": ""})
    form.validate()
    page = drawn(app, "{{ ui.errors(form) }}", form=form)
    assert only(page, "[role=alert] a[href='#name']").text() == "Name"


def test_a_form_without_errors_has_no_summary(app: Flask) -> None:
    page = drawn(app, "{{ ui.errors(form) }}", form=AccountForm())
    assert page.css("[role=alert]") == []


def test_a_confirmed_button_sends_nothing_before_the_second_press(app: Flask) -> None:
    page = drawn(app, '{{ ui.post_button("Remove", "/accounts/7/remove", kind="danger", confirm="Remove it?") }}')
    opener = only(page, "button[popovertarget]:not(dialog button)")
    dialog = only(page, "dialog[popover]")
    assert opener.attributes["type"] == "button"
    assert opener.attributes["popovertarget"] == dialog.attributes["id"]
    assert only(page, "dialog form").attributes["action"] == "/accounts/7/remove"
    assert only(page, "dialog form input[name=csrf_token]").attributes["value"]
    assert "Remove it?" in dialog.text()


def test_two_confirmed_buttons_have_a_dialog_each(app: Flask) -> None:
    page = drawn(
        app,
        '{% for number in (1, 2) %}{{ ui.post_button("", "/x", icon="trash-2", label="Remove", confirm="Sure?", '
        'fields={"number": number}) }}{% endfor %}',
    )
    first, second = (dialog.attributes["id"] for dialog in page.css("dialog"))
    assert first != second


def test_an_icon_button_has_a_name(app: Flask) -> None:
    page = drawn(app, '{{ ui.post_button("", "/x", icon="trash-2", label="Move to the Trash") }}')
    assert only(page, "button").attributes["aria-label"] == "Move to the Trash"


@pytest.mark.parametrize("hostile", ['"><img src=x onerror=alert(1)>', "<script>alert(1)</script>"])
def test_nothing_that_a_piece_is_given_becomes_markup(app: Flask, hostile: str) -> None:
    page = drawn(
        app,
        "{{ ui.avatar(text) }}{{ ui.notice('info', text) }}{{ ui.status('ok', text) }}{{ ui.submit(text, value=text) }}"
        "{{ ui.link_button(text, text) }}{{ ui.post_button(text, text, confirm=text, fields={text: text}) }}"
        "{{ ui.empty(text, text) }}{{ ui.pagination(older=text, summary=text) }}{{ ui.stat(text, text, href=text) }}",
        text=hostile,
    )
    assert page.css("img") == []
    assert page.css("script") == []


def test_a_moment_says_in_full_what_it_shows_in_short(app: Flask) -> None:
    page = drawn(app, "{{ ui.when(moment) }}", moment=datetime(2026, 3, 7, 9, 5, tzinfo=UTC))
    time = only(page, "time")
    assert time.text() == "7 Mar 2026, 09:05"
    assert time.attributes["datetime"] == "2026-03-07T09:05:00Z"
    assert "UTC" in (time.attributes["title"] or "")


def test_a_moment_that_never_was_is_a_word(app: Flask) -> None:
    assert only(drawn(app, "{{ ui.when(none) }}"), ".muted").text() == "never"


def test_a_person_always_has_the_same_disc(app: Flask) -> None:
    page = drawn(app, "{{ ui.avatar('Mary Garth') }}{{ ui.avatar('Mary Garth') }}")
    one, other = page.css(".avatar")
    assert one.attributes == other.attributes
    assert one.text() == "MG"
    assert one.attributes["aria-hidden"] == "true"


def test_a_progress_of_unknown_length_claims_no_value(app: Flask) -> None:
    page = drawn(app, "{{ ui.progress(3, none, 'Counting') }}")
    assert "value" not in only(page, "progress").attributes
