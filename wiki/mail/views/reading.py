"""Reading: one message with its place in the space and in its thread, and a whole thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue

from wiki.mail import archive_queries, display, framing, places, queries
from wiki.mail.access import in_mail_space, with_message
from wiki.mail.contents import contents
from wiki.mail.extraction.queries import sentences
from wiki.mail.models import Message
from wiki.mail.names import download_name
from wiki.mail.queries import ThreadLine
from wiki.mail.raws import header_block
from wiki.permissions.catalogue import Permission
from wiki.search.excerpts import highlight
from wiki.spaces.models import Space
from wiki.web.access import current_actor
from wiki.web.theming import render

# Further in, lines stay where they are: nobody can follow more levels, and HTML nested 10,000 deep stops browsers.
DEEPEST = 8
# Characters of a message's text that its thread shows.
LONGEST_TEXT = 20_000
# What mailers of several languages put before the subject of an answer or a forwarded message.
ANSWER = re.compile(r"(?:(?:re|aw|antw|sv|vs|fwd?|wg|tr|rv)(?:\[[0-9]{1,3}\])?\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """A line, and how many levels of a nested list begin or end before it."""

    line: ThreadLine
    opens: bool
    closes: int


@dataclass(frozen=True)
class Steps:
    """Lines of a thread with the levels between them; ``depth_at_end`` are still open after the last."""

    steps: tuple[Step, ...]
    depth_at_end: int


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def message(space: Space, message: Message) -> ResponseReturnValue:
    """Show a message: as its sender laid it out where that is HTML, else as text."""
    wanted = request.args.get("view", "")
    query = request.args.get("q", "").strip()
    # Searched words can be marked in the text only: the frame belongs to the sender.
    shown = "html" if message.has_html and wanted != "text" and not (query and wanted != "html") else "text"
    return _page(space, message, shown, query)


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def headers(space: Space, message: Message) -> ResponseReturnValue:
    """Show the header of a message as it came."""
    return _page(space, message, "headers", "")


@in_mail_space(Permission.SPACE_VIEW)
def thread(space: Space, thread_id: int) -> ResponseReturnValue:
    """Show a whole thread, with those of its messages that are missing."""
    view = queries.thread_view(current_actor(), space, thread_id)
    return render(
        "mail/thread.html",
        thread=view,
        steps=steps(view.lines),
        text_html=framing.text_markup,
        longest=LONGEST_TEXT,
        topic=lambda subject: ANSWER.sub("", subject.strip(), count=1).strip().casefold(),
        download_name=download_name,
        breadcrumbs=_breadcrumbs(space),
    )


def steps(lines: Sequence[ThreadLine]) -> Steps:
    """Work out where nested lists begin and end. A window of a thread begins at its own first line."""
    found: list[Step] = []
    base = min((line.depth for line in lines), default=0)
    before = 0
    for line in lines:
        # A line may be deeper than the one before it by one level at most, also at the edge of a window.
        depth = min(line.depth - base, DEEPEST, before + 1 if found else 0)
        found.append(Step(line, opens=depth > before, closes=max(0, before - depth)))
        before = depth
    return Steps(tuple(found), before)


def _page(space: Space, message: Message, shown: str, query: str) -> str:
    actor = current_actor()
    view = queries.message_view(message)
    outline = queries.outline(actor, space, message)
    newer, older = archive_queries.neighbours(actor, space, message.date, message.id)
    shows_remote = request.args.get("images") == "remote"
    has_text = bool(message.text.strip())
    return render(
        "mail/message.html",
        view=view,
        shown=shown,
        ways=_ways(space, message, shown),
        frame=display.frame(message, shows_remote=shows_remote) if shown == "html" else None,
        headers=header_block(message) if shown == "headers" else None,
        text=framing.text_markup(message.text, message.text_ranges) if shown == "text" and has_text else None,
        highlighted=highlight(query, message.text) if shown == "text" and query else None,
        contents=contents(message, view.attachments, view.containers),
        searchable=sentences(view.attachments),
        outline=outline,
        outline_steps=steps(outline.lines) if outline else None,
        newer=newer,
        older=older,
        download_name=download_name,
        places=places.of(message),
        breadcrumbs=_breadcrumbs(space),
    )


def _ways(space: Space, message: Message, shown: str) -> list[tuple[str, str, bool]]:
    """The ways to show a message, as tabs: text, address, whether it is this one."""
    address = url_for("mail.message", key=space.key, message_id=message.id)
    ways = [("Text", f"{address}?view=text", shown == "text")]
    if message.has_html:
        ways.insert(0, ("As sent", f"{address}?view=html", shown == "html"))
    headers_address = url_for("mail.headers", key=space.key, message_id=message.id)
    return [*ways, ("Headers", headers_address, shown == "headers")]


def _breadcrumbs(space: Space) -> list[tuple[str, str]]:
    return [
        (space.name, url_for("spaces.home", key=space.key)),
        ("Mail", url_for("mail.archive", key=space.key)),
    ]
