"""A provider of OAuth 2.0 on loopback: it shows no page, checks what it is sent, and counts.

It knows one client, takes every code once and only with the verifier of its challenge (RFC 7636), and gives a new
refresh token each time, after which the old one is worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID = "postroom-test"
CLIENT_SECRET = "the provider knows us by this"


class OAuthProvider:
    """What the provider remembers; ``access_token`` is what it gives, ``lifetime`` how long it says that lasts."""

    def __init__(self, access_token: str) -> None:
        self.access_token = access_token
        self.lifetime = 3600
        self.refuses: str | None = None
        self.is_down = False
        self.renewals = 0
        self.hints: list[str] = []
        self._codes: dict[str, tuple[str, str]] = {}
        self._refresh_token = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[OAuthProvider]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def allow(self, address: str) -> str:
        """Do what a person does on the provider's page: allow it; gives the address that leads back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        self.hints.append(asked["login_hint"])
        code = secrets.token_urlsafe(12)
        self._codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, sent: dict[str, str]) -> tuple[int, dict[str, object]]:
        """What the token endpoint says."""
        if self.is_down:
            return 503, {"message": "later"}
        if (sent.get("client_id"), sent.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if self.refuses or not self._is_owed(sent):
            return 400, {"error": self.refuses or "invalid_grant"}
        self._refresh_token = secrets.token_urlsafe(12)
        return 200, {
            "access_token": self.access_token,
            "refresh_token": self._refresh_token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }

    def _is_owed(self, sent: dict[str, str]) -> bool:
        if sent.get("grant_type") == "refresh_token":
            self.renewals += 1
            return sent.get("refresh_token") == self._refresh_token
        challenge, redirect_uri = self._codes.pop(sent.get("code", ""), ("", ""))
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        return (
            base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
            and sent.get("redirect_uri") == redirect_uri
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, told = provider.answer({name: values[0] for name, values in parse_qs(body).items()})
                content = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        return Handler
