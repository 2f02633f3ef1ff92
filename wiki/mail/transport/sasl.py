"""How a client proves who it is (SASL, RFC 4422): what is sent, and what a refusal says. Pure: it sends nothing itself.

PLAIN is RFC 4616, OAUTHBEARER RFC 7628; XOAUTH2 is its forerunner, which Google and Microsoft still name first.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection

from wiki.mail.transport.endpoint import AccessToken, Endpoint
from wiki.mail.transport.errors import TokenRefused

TOKEN_MECHANISMS = ("XOAUTH2", "OAUTHBEARER")  # in the order of our choice
_CANCEL = b"*"
_OUTSIDE_SCOPE = frozenset({"403", "insufficient_scope"})


class Exchange:
    """One attempt: a message of ours, and what is answered when the server, instead of deciding, says something more.

    After a refusal ``challenge`` holds what the server said, as it came.
    """

    def __init__(self, mechanism: str, message: bytes, farewell: bytes = _CANCEL) -> None:
        self.mechanism = mechanism
        self.challenge = b""
        self._message = message
        self._farewell = farewell
        self._is_sent = False

    def first(self) -> bytes:
        """Our message in Base64, for the line of the command itself or for the server's first challenge."""
        self._is_sent = True
        return base64.b64encode(self._message)

    def reply(self, challenge: bytes | None) -> bytes:
        """The line to answer a challenge with; a second one can only be the reason of a refusal to come."""
        if not self._is_sent:
            return self.first()
        self.challenge = bytes(challenge or b"")
        return self._farewell


def plain(username: str, password: str) -> Exchange:
    """A user name and password; knows no quoting and says that it is UTF-8."""
    return Exchange("PLAIN", f"\0{username}\0{password}".encode())


def bearer(endpoint: Endpoint, token: AccessToken, offered: Collection[str]) -> Exchange:
    """An access token, by the first of our mechanisms among the ``offered``; raises TokenRefused where none is."""
    for mechanism in TOKEN_MECHANISMS:
        if mechanism in offered:
            break
    else:
        raise TokenRefused("This mail server takes no access tokens; it wants a password.")
    if mechanism == "XOAUTH2":
        return Exchange(mechanism, f"user={endpoint.username}\1auth=Bearer {token.value}\1\1".encode(), b"")
    name = endpoint.username.replace("=", "=3D").replace(",", "=2C")
    place = f"host={endpoint.host}\1port={endpoint.port}"
    message = f"n,a={name},\1{place}\1auth=Bearer {token.value}\1\1"
    return Exchange(mechanism, message.encode(), base64.b64encode(b"\1"))


def refused(exchange: Exchange) -> TokenRefused:
    """What a person is told of a refused token; the server's reason is Base64 of JSON with a ``status``."""
    try:
        reason = json.loads(base64.b64decode(exchange.challenge, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return TokenRefused()
    status = str(reason.get("status", "")) if isinstance(reason, dict) else ""
    if status in _OUTSIDE_SCOPE:
        return TokenRefused("The access token is not good for reading mail; connect the account again and allow that.")
    return TokenRefused()
