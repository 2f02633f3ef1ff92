"""The security headers of every answer (docs/reliability.md, section 4); a view may set a stricter policy."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
INERT = "sandbox; default-src 'none'"
"""The policy of a download that some mail program wrote: nothing in it may run, load or lead anywhere."""


def install(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if current_app.config["HTTPS"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not (request.endpoint or "").startswith("static_files."):
        # Pages depend on who asks; no cache on the way may keep them.
        headers.setdefault("Cache-Control", "no-store")
        headers.add("Vary", "Cookie")
    return response
