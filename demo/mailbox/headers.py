"""The headers of a message: addresses, encoded words, identifiers, the trail of its delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from demo.mailbox.people import Person

PREFIXES = ("Re: ", "RE: ", "AW: ", "Odp: ", "SV: ", "Rép : ", "RV: ")


def digest(*words: str) -> str:
    """A long hexadecimal number that depends on the words alone: our stand-in for chance."""
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()


def message_id(key: str, author: Person, written: datetime) -> str:
    """The identifier in angle brackets, in the manner of the author's mail program."""
    number = digest("message-id", key)
    stamp = f"{written:%Y%m%d%H%M%S}"
    made = author.id_form.format(hash=number[:16], long=number[:32], number=int(number[:6], 16), stamp=stamp)
    return f"<{made}>"


def fitting(text: str, charset: str) -> str:
    """The charset if it can write the text, else UTF-8, as mail programs choose."""
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return charset


def encoded(text: str, charset: str, name: str) -> str:
    """The header's text, as encoded words (RFC 2047) of the charset unless it is plain ASCII."""
    if text.isascii():
        return text
    return Header(text, fitting(text, charset), header_name=name, maxlinelen=75).encode(linesep="\n")


def address(who: Person, charset: str) -> str:
    """``Name <address>``, the name as an encoded word if it needs one."""
    return formataddr((who.name, who.address), fitting(who.name, charset))


def recipients(words: tuple[str, ...], everybody: Mapping[str, Person], charset: str) -> str:
    """The header's value for keys of people; a word with an @ stands as it is. Raises KeyError for a stranger."""
    return ", ".join(word if "@" in word else address(everybody[word], charset) for word in words)


def bare_subject(subject: str) -> str:
    """The subject without the prefixes of answers."""
    while subject.startswith(PREFIXES):
        subject = subject.partition(": ")[2]
    return subject


def trail(author: Person, key: str, arrived: datetime) -> list[tuple[str, str]]:
    """The headers that the receiving server put on top."""
    number = digest("received", key)
    network = int(number[:2], 16)
    return [
        ("Return-Path", "<>" if author.address.startswith("MAILER-DAEMON") else f"<{author.address}>"),
        ("Delivered-To", "team@whimbrel.test"),
        (
            "Received",
            (
                f"from {author.host} ({author.host} [192.0.2.{network}]) by mx.whimbrel.test (Postfix) "
                f"with ESMTPS id {number[2:13].upper()} for <team@whimbrel.test>; {format_datetime(arrived)}"
            ),
        ),
    ]
