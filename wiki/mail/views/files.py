"""What of a message is not a page of ours: its HTML in a frame, its parts, its raw bytes.

All of it is a stranger's work. Nothing here is ever run by a browser as if it were ours: attachments are downloads of
a generic type, pictures are verified, and the frame has an origin and a policy of its own
(docs/reliability.md, section 4).
"""

from __future__ import annotations

from io import BytesIO

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from wiki.errors import NotFound
from wiki.mail import display, queries
from wiki.mail.access import in_mail_space, with_message
from wiki.mail.models import Message
from wiki.mail.names import download_name, image_type
from wiki.mail.parsing.parse import PartNotFound
from wiki.mail.views.archive import send_raw
from wiki.permissions.catalogue import Permission
from wiki.spaces.models import Space
from wiki.web.headers import INERT

GENERIC = "application/octet-stream"


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def html(space: Space, message: Message) -> ResponseReturnValue:  # noqa: ARG001 - the decorators load by it
    """The HTML of a message, made safe, as the document of a sandboxed frame."""
    if not message.has_html:
        raise NotFound
    document = display.document(message, shows_remote=request.args.get("images") == "remote")
    response = Response(document.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = document.policy
    return response


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def raw(space: Space, message: Message) -> ResponseReturnValue:  # noqa: ARG001
    """The message as it came, byte for byte."""
    return send_raw(message.sha256, f"message-{message.id}.eml")


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def part(space: Space, message: Message, number: int, filename: str) -> ResponseReturnValue:  # noqa: ARG001
    """Download a part. Its name comes from the message; the one in the address is for the eyes only."""
    found = queries.part(message, number)
    content = _content(message, number)
    name = download_name(found.filename, found.content_type, number)
    return _send(content, image_type(content) or GENERIC, name, as_attachment=True)


@in_mail_space(Permission.SPACE_VIEW)
@with_message
def inline(space: Space, message: Message, number: int) -> ResponseReturnValue:  # noqa: ARG001
    """A picture of a message, to be shown in a page. Whatever is not verifiably one is not found."""
    found = queries.part(message, number)
    content = _content(message, number)
    verified = image_type(content)
    if verified is None:
        raise NotFound
    return _send(content, verified, download_name(found.filename, found.content_type, number), as_attachment=False)


def _content(message: Message, number: int) -> bytes:
    try:
        return display.part(message, number)
    except PartNotFound as error:
        raise NotFound from error


def _send(content: bytes, mimetype: str, name: str, *, as_attachment: bool) -> Response:
    response = send_file(BytesIO(content), mimetype=mimetype, as_attachment=as_attachment, download_name=name)
    response.headers["Content-Security-Policy"] = INERT
    response.headers["Cache-Control"] = "no-store"
    return response
