"""The real reader of attachments, but whatever is in a large message is too much for it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from wiki.mail.extraction.readers import remote


def answer(request: bytes) -> bytes:
    if Path(json.loads(request)["path"]).stat().st_size > 10_000:
        os._exit(1)
    return remote.answer(request)


def sleep(_request: bytes) -> bytes:
    time.sleep(3600)
    return b""
