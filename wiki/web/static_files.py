"""Static files under addresses that hold their content's hash, so that they may be cached for ever.

``/_static/<hash>/<path>`` for the core's files (and, under ``vendor/``, what set-up built from packages) and
``/_theme/<id>/<hash>/<path>`` for a theme's. A wrong hash answers too, but is not cached.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory, url_for

from wiki.errors import NotFound
from wiki.web.access import public
from wiki.web.theming import themes

CORE = Path(__file__).parent / "static"
VENDOR = Path(__file__).parents[2] / "build" / "static"
FOREVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("static_files", __name__)


@blueprint.get("/_static/<digest>/<path:name>")
@public("style sheets, scripts, fonts")
def core(digest: str, name: str) -> Response:
    """A file of the core, or of a package that set-up built."""
    root, inside = _core_root(name)
    return _send(root, inside, digest)


@blueprint.get("/_theme/<theme_id>/<digest>/<path:name>")
@public("style sheets, scripts, pictures of a theme")
def of_theme(theme_id: str, digest: str, name: str) -> Response:
    """A file of a theme."""
    if theme_id not in themes():
        raise NotFound
    return _send(themes()[theme_id].folder / "static", name, digest)


def static_url(name: str) -> str:
    """The lasting address of a core file, such as ``css/base.css``."""
    root, inside = _core_root(name)
    return url_for("static_files.core", digest=_digest(root / inside), name=name)


def theme_static_url(theme_id: str, name: str) -> str:
    """The lasting address of a theme's file."""
    path = themes()[theme_id].folder / "static" / name
    return url_for("static_files.of_theme", theme_id=theme_id, digest=_digest(path), name=name)


def _core_root(name: str) -> tuple[Path, str]:
    if name.startswith("vendor/"):
        return VENDOR, name.removeprefix("vendor/")
    return CORE, name


def _send(root: Path, name: str, digest: str) -> Response:
    response = send_from_directory(root, name)
    response.headers["Cache-Control"] = FOREVER if digest == _digest(root / name) else "no-cache"
    return response


def _digest(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "missing"
    if current_app.debug:
        _digest_of.cache_clear()
    return _digest_of(path, status.st_mtime_ns)


@lru_cache(maxsize=1024)
def _digest_of(path: Path, _modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"
