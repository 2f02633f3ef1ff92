"""What an IMAP server may say about a message instead of the truth, and which trouble that is."""

from __future__ import annotations

from tests.servers.scripted_imap import FetchAnswer, honest
from wiki.mail.transport.protocol import Trouble


def short(uid: int, content: bytes) -> bytes:
    """Fewer octets than RFC822.SIZE announces."""
    return b"* 1 FETCH (UID %d RFC822.SIZE %d BODY[] {7}\r\nSubject)\r\n" % (uid, len(content))


def too_long(uid: int, content: bytes) -> bytes:
    """One octet more than RFC822.SIZE announces."""
    return honest(uid, content).replace(b"RFC822.SIZE %d" % len(content), b"RFC822.SIZE %d" % (len(content) - 1))


def twice(uid: int, content: bytes) -> bytes:
    """The same answer two times."""
    return honest(uid, content) * 2


LIES: dict[str, tuple[FetchAnswer, Trouble]] = {
    "nothing at all": (lambda _uid, _content: b"", Trouble.NO_CONTENT),
    "only its flags": (lambda uid, _content: b"* 1 FETCH (UID %d FLAGS (\\Seen))\r\n" % uid, Trouble.NO_CONTENT),
    "NIL": (lambda uid, _: b"* 1 FETCH (UID %d RFC822.SIZE 0 BODY[] NIL)\r\n" % uid, Trouble.NO_CONTENT),
    "an empty string": (lambda uid, _: b'* 1 FETCH (UID %d RFC822.SIZE 0 BODY[] "")\r\n' % uid, Trouble.NO_CONTENT),
    "an empty literal": (lambda uid, c: b"* 1 FETCH (UID %d RFC822.SIZE %d BODY[] {0}\r\n)\r\n" % (uid, len(c)),
                         Trouble.WRONG_SIZE),
    "a short literal": (short, Trouble.WRONG_SIZE),
    "a cut message that is counted as cut": (lambda uid, content: honest(uid, content[:20]), Trouble.WRONG_SIZE),
    "nothing that is counted as nothing": (lambda uid, _content: honest(uid, b""), Trouble.WRONG_SIZE),
    "a size one octet less": (too_long, Trouble.WRONG_SIZE),
    "the same message twice": (twice, Trouble.MALFORMED),
    "the message of another": (lambda _uid, _content: honest(77, b"Subject: not asked for\r\n\r\n"), Trouble.MALFORMED),
    "no UID": (lambda uid, c: honest(uid, c).replace(b"UID %d " % uid, b""), Trouble.MALFORMED),
    "two literals": (lambda uid, c: honest(uid, c)[:-3] + b" BODY[TEXT] {2}\r\nab)\r\n", Trouble.MALFORMED),
    "two bodies": (lambda uid, c: honest(uid, c)[:-3] + b" BODY[] {2}\r\nab)\r\n", Trouble.MALFORMED),
    "no end": (lambda uid, c: honest(uid, c)[:-3] + b"\r\n", Trouble.MALFORMED),
    "more after the end": (lambda uid, c: honest(uid, c)[:-2] + b" BODY[] x\r\n", Trouble.MALFORMED),
    "an extra bracket": (lambda uid, c: honest(uid, c).replace(b"BODY[]", b"(BODY[]"), Trouble.MALFORMED),
    "another item": (lambda uid, c: honest(uid, c).replace(b"BODY[]", b"BODY[TEXT]"), Trouble.NO_CONTENT),
}  # fmt: skip
