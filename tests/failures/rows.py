"""The ways in which programs that fetch mail have been seen to lose or double it, each with a name.

Every one of them is a test here (``@shows``) and a line of docs/failures.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

ROWS = {
    "uidvalidity changes": "The server gives all messages other numbers, between two fetches or within one.",
    "uidvalidity absent, uidnext goes back": "The server has no UIDVALIDITY, or counts anew without saying so.",
    "uids left out": "An answer to FETCH or SEARCH leaves out messages that are there.",
    "expunge during the fetch": "Another program removes messages while they are being fetched.",
    "connection cut": "The connection breaks at any octet, and what came so far looks like all there is.",
    "seen before stored": "Messages are marked as read, or noted as done, before they are safe.",
    "ok without content": "The server says OK and sends no message, part of one, or another one.",
    "sequence numbers in delete": "What is deleted is named by a number that moves when others delete.",
    "crash before delete": "The program dies between storing and deleting, or between deleting and knowing.",
    "unarchived mail deleted": "Something that was only looked at, and not archived, is deleted.",
    "number taken for id": "POP3's message number is kept as if it were the lasting id.",
    "uidl reused or absent": "POP3's ids are missing, double, or given to another message later.",
    "pop session cut before quit": "POP3 deletes at QUIT only, and the session ends before, or nobody knows.",
    "long lines": "A line of a message or of an answer is longer than a library's limit.",
    "giant message": "One message is larger than memory or patience.",
    "all mail in memory": "A mailbox is read as a whole before anything is written.",
    "invalid dates": "A date is missing, absurd, or from another century.",
    "search by date misses mail": "Old mail that was moved into the folder is older than the last fetch.",
    "copies with another date or order": "Numbers and server dates are in another order than the mail was written.",
    "wrong charset": "Text is in another encoding than it says, or in one that nobody knows.",
    "nul bytes": "NUL in a message is what a database refuses or a C library ends at.",
    "no message-id": "A message without an id is skipped, or all of those are taken for one.",
    "synthetic id collision": "An id made of some headers is the same for two messages.",
    "same id, different mail": "Two different messages have the same Message-ID.",
    "one message in several folders": "A message under several labels, or sent to oneself, comes more than once.",
    "bad mail blocks the account": "One message that cannot be fetched or read stops all behind it, each time.",
    "two fetches overlap": "The same account is fetched twice at once.",
    "no timeout": "The server stops talking, or talks for ever, or one octet at a time.",
    "provider cap hidden": "The server shows part of the mailbox only, and the archive looks complete.",
    "mbox from damage": "Lines that begin with From are changed on the way through a mailbox file.",
    "header that no library reads": "A Message-ID, charset or structure on which the usual parsers raise.",
    "nested until recursion ends": "Parts nested by the thousand end a parser that calls itself.",
    "bytes written anew": "A message is stored as a library writes it, not as it came.",
    "fault a: cut at every octet": "The connection is cut at octet N of the dialogue, for many N.",
    "fault b: uidvalidity between and within": "UIDVALIDITY is another one between two fetches and within one.",
    "fault c: a uid omitted": "One answer leaves out a UID.",
    "fault d: expunge within": "A message is expunged during the fetch.",
    "fault e: silence and drips": "The server is silent for ever, or drips one octet at a time.",
    "fault f: ok without a literal": "FETCH is answered OK and brings no content.",
    "fault g: pop3 renumbers": "POP3's numbers are other ones in the next session.",
    "fault h: killed after store": "The worker is killed after the message was stored and before it was deleted.",
    "foreign deleted mail": "What another program has marked as deleted must outlive our deleting.",
    "lying server": "Empty, short or wrong answers lead to no deletion, and each is held.",
    "mime bombs": "Messages that are made to kill a parser.",
    "tarpit, flood, dead server": "A server that cannot be used holds nobody else up.",
    "line breaks in names": "A name with a line break becomes a command of its own.",
    "unasked and unusual answers": "Alerts, goodbyes, other orders, lower case, news in the middle.",
    "refusals": "The server refuses a command, whichever it is.",
    "certificate": "The server cannot prove who it is.",
}

T = TypeVar("T")


def shows(*names: str) -> Callable[[T], T]:
    """Say which rows a test shows; an unknown one ends the test run at once."""
    unknown = set(names) - set(ROWS)
    if unknown or not names:
        raise KeyError(f"no such row: {unknown}")
    return lambda test: test
