"""The forms of pages."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from wiki.pages import titles
from wiki.pages.service import LONGEST_COMMENT, Draft
from wiki.richtext.markdown import MAX_SIZE
from wiki.spaces.forms import Form
from wiki.web.forms import stripped


class PageForm(Form):
    """What somebody writes. How long things may be is the service's to say: it counts what is kept."""

    title = StringField(
        "Title",
        filters=[stripped],
        validators=[InputRequired("Give the page a title.")],
        render_kw={"maxlength": titles.LONGEST, "autocomplete": "off"},
    )
    source = TextAreaField(
        "Text",
        description="Markdown: # heading, **bold**, - list, [words](address), [[Title of another page]].",
        render_kw={"rows": 24, "maxlength": MAX_SIZE, "spellcheck": "true"},
    )
    comment = StringField(
        "What did you change?",
        filters=[stripped],
        validators=[Optional()],
        render_kw={"maxlength": LONGEST_COMMENT, "autocomplete": "off"},
    )
    seen_revision = HiddenField()
    parent = HiddenField()

    @property
    def draft(self) -> Draft:
        """What was typed."""
        return Draft(self.title.data or "", self.source.data or "", self.comment.data or "")
