"""What can go wrong between us and a mail server, each in one sentence for a person.

No sentence repeats what the server said, and none holds a password. ``field`` names the field of
:class:`~wiki.mail.transport.endpoint.Endpoint` a form should show it at, or is empty when it is nobody's typing error.
"""

from __future__ import annotations


class TransportError(Exception):
    """The base: ``sentence`` is for a person; ``uid`` is the message that was being fetched, where one was.

    A message on which the connection breaks again and again shows as the same ``uid`` in run after run
    (for POP3 it is the message number of that session).
    """

    field = ""
    default = "The mail server could not be used."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.default
        self.uid: int | None = None
        super().__init__(self.sentence)


class WrongCredentials(TransportError):
    """The server refused the user name or password."""

    field = "password"
    default = "The mail server did not accept this username and password."


class TokenRefused(WrongCredentials):
    """The server refused the access token, or takes none; a newer token may be accepted."""

    default = "The mail server did not accept the sign-in; connect the account with its provider again."


class HostUnknown(TransportError):
    """The name has no address, or the name service does not answer."""

    field = "host"
    default = "No mail server of this name was found."


class ConnectionRefused(TransportError):
    """Nothing listens there, or the network has no way to it."""

    field = "port"
    default = "Nothing answers at this host and port."


class CertificateInvalid(TransportError):
    """The server could not prove with its certificate that it is the host that was asked for."""

    field = "host"
    default = "The mail server's certificate could not be verified."


class EncryptionMissing(TransportError):
    """Signing in would send the password in the clear, and the site or the server forbids that."""

    field = "protocol"
    default = "This server takes the password only unencrypted, which is not allowed here; try IMAPS or POPS."


class TookTooLong(TransportError):
    """A deadline passed: to connect, to answer, or for everything together."""

    default = "The mail server took too long to answer."


class ServerMisbehaved(TransportError):
    """What came is not IMAP or POP3 as the standards have it, or is more than was asked for."""

    default = "The mail server's answer made no sense."


class ServerBusy(TransportError):
    """The server asks us to come back later, or the mailbox is in use."""

    default = "The mail server is busy or the mailbox is in use; it will be tried again later."


class AddressForbidden(TransportError):
    """The host or port is one that this site does not connect to (server-side request forgery)."""

    field = "host"
    default = "This site does not connect to that address."


class FolderMissing(TransportError):
    """The folder does not exist on the server or cannot be opened."""

    default = "The folder was not found on the mail server."


class ConnectionLost(TransportError):
    """The connection ended in the middle of things."""

    default = "The connection to the mail server was lost."


class CannotDelete(TransportError):
    """The server cannot remove exactly the messages named, so nothing is removed."""

    default = "This mail server cannot delete single messages safely; they were left on the server."
