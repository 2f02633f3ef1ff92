"""A mailbox for measuring, of which every byte follows from the seed: ``python -m bench.mailbox COUNT FILE.mbox``.

It is shaped like a busy mailing list: some 7 KB a message with all the header fields that servers add, threads of one
to some hundred messages, quotes above and below the answer, several charsets and encodings, HTML alternatives, patches
and pictures attached. No word in it was written by a person.
"""

from __future__ import annotations

import base64
import email.header
import itertools
import quopri
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from wiki.mail.formats import mbox
from wiki.mail.message import RawMessage

SEED = 20261122
BEGINNING = datetime(2019, 3, 4, 8, 0, tzinfo=UTC)
HOSTS = ("example.org", "lists.example.net", "mail.example.com", "uni.example.edu", "firma.example.de")
AGENTS = ("Mutt/2.2.9 (2022-11-12)", "Mozilla Thunderbird 128.4.0", "git-send-email 2.43.0", "Evolution 3.46.4", "")
ACCENTED = ("für", "größe", "café", "naïve", "señor", "żółty", "mañana", "über", "déjà", "Ærø")


@dataclass
class _Thread:
    """What the next answer in a thread needs to know."""

    subject: str
    references: list[str] = field(default_factory=list)
    last: str = ""
    writer: str = ""


class Mailbox:
    """Messages one after another; two with the same seed are the same to the byte."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        syllables = [a + b for a in (*"bcdfghklmnprstvw", "ch", "st", "tr") for b in (*"aeiou", "ai", "ea")]
        stems = {"".join(self._random.choices(syllables, k=1 + number % 3)) for number in range(30_000)}
        self._words = [stem + self._random.choice(("", "", "n", "s", "ed", "ing")) for stem in sorted(stems)]
        self._random.shuffle(self._words)
        self._odds = list(itertools.accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(len(self._words))))
        names = [f"{self._word().title()} {self._word().title()}" for _ in range(600)]
        self._people = [(name, f"{name.replace(' ', '.').lower()}@{self._random.choice(HOSTS)}") for name in names]
        self._open: list[_Thread] = []

    def messages(self, count: int) -> Iterator[RawMessage]:
        """So many messages, oldest first."""
        moment = BEGINNING
        for number in range(count):
            moment += timedelta(seconds=self._random.randint(5, 4_000))
            yield RawMessage(self._message(number, moment), moment)

    def _message(self, number: int, moment: datetime) -> bytes:
        thread, is_answer = self._thread()
        message_id = f"{moment:%Y%m%d%H%M%S}.{number}.{self._random.getrandbits(48):012x}@{self._random.choice(HOSTS)}"
        sender = self._random.choice(self._people)
        head = self._head(sender, thread, message_id, moment, is_answer=is_answer)
        text = self._text(thread, is_answer=is_answer)
        head += self._body(text)
        thread.references = [*thread.references[-40:], message_id]
        thread.last, thread.writer = text, sender[0]
        return head

    def _thread(self) -> tuple[_Thread, bool]:
        if self._open and self._random.random() < 0.8:
            # Mostly the threads of these days, now and then one that slept.
            recent = min(len(self._open), int(self._random.paretovariate(0.7)))
            return self._open[-recent], True
        subject = self._phrase(self._random.randint(2, 9))
        if self._random.random() < 0.1:
            subject = f"{self._random.choice(ACCENTED)} {subject}"
        self._open = [*self._open[-400:], _Thread(subject)]
        return self._open[-1], False

    def _head(
        self, sender: tuple[str, str], thread: _Thread, message_id: str, moment: datetime, *, is_answer: bool
    ) -> bytes:
        subject = f"Re: {thread.subject}" if is_answer else thread.subject
        lines = [f"Return-Path: <bounces+{self._random.getrandbits(40):x}@lists.example.net>"]
        for hop in range(self._random.randint(3, 6)):
            host, other = self._random.choice(HOSTS), self._random.choice(HOSTS)
            late = format_datetime(moment + timedelta(seconds=20 - 3 * hop))
            lines.append(
                f"Received: from {host} ({host} [192.0.2.{self._random.randint(1, 250)}])\n\t(using TLSv1.3 with cipher"
                f" TLS_AES_256_GCM_SHA384 (256/256 bits)\n\t key-exchange X25519)\n\tby mx{hop}.{other} (Postfix) with"
                f" ESMTPS id {self._random.getrandbits(40):X}\n\tfor <list@lists.example.net>; {late}"
            )
        lines.append(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=mail;\n\tt=1572864000;"
            " h=from:to:cc:subject:date:message-id:in-reply-to:references;\n\tbh="
            f"{self._noise(32)};\n\tb={self._noise(66)}\n\t {self._noise(66)}\n\t {self._noise(60)}"
        )
        lines += [
            "X-Spam-Status: No, score=-4.2 required=5.0 tests=BAYES_00,DKIM_SIGNED,\n\tDKIM_VALID autolearn=ham",
            f"X-Original-To: list@lists.example.net\nDelivered-To: list{self._random.randint(1, 9)}@lists.example.net",
            f"Date: {format_datetime(moment)}",
            f"From: {self._mailbox(sender)}",
            f"To: {self._mailbox(('The list', 'list@lists.example.net'))}",
        ]
        copies = self._random.sample(self._people, self._random.choice((0, 0, 1, 2, 3, 6)))
        if copies:
            lines.append("Cc: " + ",\n\t".join(self._mailbox(each) for each in copies))
        lines += [f"Subject: {_encoded(subject)}", f"Message-ID: <{message_id}>"]
        if is_answer and thread.references:
            lines.append(f"In-Reply-To: <{thread.references[-1]}>")
            shown = thread.references[-self._random.randint(1, 20) :]
            lines.append("References: " + "\n\t".join(f"<{each}>" for each in shown))
        agent = self._random.choice(AGENTS)
        lines += [f"User-Agent: {agent}"] if agent else []
        lines += [
            "List-Id: The list <list.lists.example.net>\nList-Post: <mailto:list@lists.example.net>",
            "List-Unsubscribe: <https://lists.example.net/options/list>,\n\t<mailto:list-request@lists.example.net>",
            "Precedence: list\nMIME-Version: 1.0\n",
        ]
        return "\n".join(lines).encode()

    def _text(self, thread: _Thread, *, is_answer: bool) -> str:
        own = [self._paragraph() for _ in range(1 + int(self._random.expovariate(0.45)))]
        if self._random.random() < 0.15:
            own.insert(1, f"{self._random.choice(ACCENTED)} {self._phrase(5)}")
        parts = ["Hello,"] if self._random.random() < 0.4 else []
        if is_answer and thread.last:
            quoted = "\n".join("> " + line for line in thread.last.splitlines()[:60])
            parts += [f"On Monday, {thread.writer} wrote:\n{quoted}", *own] if self._random.random() < 0.8 else own
        else:
            parts += own
        if self._random.random() < 0.5:
            parts.append(f"-- \n{self._phrase(2).title()}\nhttps://www.{self._random.choice(HOSTS)}/{self._word()}")
        return "\n\n".join(parts) + "\n"

    def _body(self, text: str) -> bytes:
        """The text in one of the shapes that mail has, header fields of its own included."""
        odds = self._random.random()
        if odds < 0.55:
            return _leaf("text/plain", text, "8bit")
        if odds < 0.68:
            return _leaf("text/plain", text, "quoted-printable", "iso-8859-1")
        if odds < 0.76:
            return _leaf("text/plain", text, "base64")
        plain = _leaf("text/plain", text, "quoted-printable")
        if odds < 0.93:
            return self._multipart("alternative", [plain, _leaf("text/html", _html(text), "quoted-printable")])
        if odds < 0.97:
            patch = "\n".join(f"{self._random.choice('+- ')}{self._phrase(8)}" for _ in range(80))
            return self._multipart("mixed", [plain, _leaf("text/x-patch", patch, "7bit", filename="change.patch")])
        size = int(self._random.lognormvariate(9.6, 0.7))
        picture = b"\x89PNG\r\n\x1a\n" + self._random.randbytes(min(size, 120_000))
        shown = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n"
        shown += b'Content-Disposition: attachment; filename="picture.png"\n\n' + base64.encodebytes(picture)
        return self._multipart("mixed", [plain, shown])

    def _multipart(self, kind: str, parts: list[bytes]) -> bytes:
        boundary = f"=-{self._random.getrandbits(80):020x}".encode()
        head = b'Content-Type: multipart/%s; boundary="%s"\n\n' % (kind.encode(), boundary)
        return head + b"".join(b"--%s\n%s\n" % (boundary, part) for part in parts) + b"--%s--\n" % boundary

    def _paragraph(self) -> str:
        words = self._phrase(max(8, int(self._random.lognormvariate(3.6, 0.6)))).split()
        lines = [" ".join(words[start : start + 11]) for start in range(0, len(words), 11)]
        return "\n".join(lines).capitalize() + "."

    def _phrase(self, count: int) -> str:
        return " ".join(self._random.choices(self._words, cum_weights=self._odds, k=count))

    def _word(self) -> str:
        return self._random.choice(self._words)

    def _noise(self, size: int) -> str:
        return base64.b64encode(self._random.randbytes(size)).decode()[:size]

    def _mailbox(self, person: tuple[str, str]) -> str:
        return f"{person[0]} <{person[1]}>" if self._random.random() < 0.9 else f'"{person[0]}" <{person[1]}>'


def write(path: Path, count: int) -> None:
    """The mailbox as an mbox file."""
    with path.open("wb") as stream:
        mbox.write(stream, Mailbox().messages(count))


def _encoded(subject: str) -> str:
    return subject if subject.isascii() else email.header.Header(subject, "utf-8").encode()


def _leaf(kind: str, text: str, encoding: str, charset: str = "utf-8", filename: str = "") -> bytes:
    content = text.encode(charset, "replace")
    if encoding == "quoted-printable":
        content = quopri.encodestring(content)
    elif encoding == "base64":
        content = base64.encodebytes(content)
    disposition = f'Content-Disposition: attachment; filename="{filename}"\n' if filename else ""
    head = f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n{disposition}\n"
    return head.encode() + content


def _html(text: str) -> str:
    paragraphs = text.replace("&", "&amp;").replace(">", "&gt;").split("\n\n")
    body = "".join(
        f'<p style="margin:0;font-family:sans-serif">{each.replace(chr(10), "<br>")}</p>\n' for each in paragraphs
    )
    return f"<html><head><style>p {{ color: #222 }}</style></head><body>\n{body}</body></html>\n"


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]))
