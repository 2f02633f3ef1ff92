"""Taking a large file over HTTP: streamed into a file of ours, never held in memory and never copied.

The general CSRF check reads the whole form before a view runs, so anybody could fill the disk of a site that does not
know them. A view that calls this is exempt from it, stands behind its access check, and the token is checked here.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app, request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.datastructures import FileStorage
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream
from wtforms import ValidationError

from wiki.mail.importing.limits import uploads_folder
from wiki.mail.importing.service import MailboxFile


def receive(field: str) -> MailboxFile | None:
    """Take the form's file; it is durable on return. None when no file was chosen.

    Raises CSRFError, and RequestEntityTooLarge for more than the site takes; nothing is kept then.
    """
    folder = uploads_folder()
    made: list[_Incoming] = []
    kept: Path | None = None
    try:
        chosen = _parse(folder, made).get(field)
        if chosen is None or not chosen.filename:
            return None
        kept = next(each.path for each in made if each.stream is chosen.stream)
        chosen.stream.flush()
        os.fsync(chosen.stream.fileno())
        return MailboxFile(kept, chosen.filename, is_upload=True)
    finally:
        for each in made:
            each.stream.close()
            if each.path != kept:
                each.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Incoming:
    """A file that is being written."""

    path: Path
    stream: IO[bytes]


def _parse(folder: Path, made: list[_Incoming]) -> dict[str, FileStorage]:
    """Read the request's form with its files streamed into the folder; ``made`` takes them as they come."""

    def into_file(*_positions: object, **_facts: object) -> IO[bytes]:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="mailbox-")
        made.append(_Incoming(Path(name), os.fdopen(descriptor, "w+b")))
        return made[-1].stream

    config = current_app.config
    parser = FormDataParser(
        stream_factory=into_file,
        max_form_memory_size=config["MAX_FORM_MEMORY_SIZE"],
        max_content_length=config["MAX_UPLOAD_LENGTH"],
        max_form_parts=config["MAX_FORM_PARTS"],
    )
    stream = get_input_stream(request.environ, max_content_length=config["MAX_UPLOAD_LENGTH"])
    _, form, files = parser.parse(stream, request.mimetype, request.content_length, request.mimetype_params)
    if config.get("WTF_CSRF_ENABLED", True):
        try:
            validate_csrf(form.get("csrf_token"))
        except ValidationError as error:
            raise CSRFError(str(error)) from error
    return files.to_dict()
