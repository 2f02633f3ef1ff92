"""Makes a mail message of a letter: text, HTML, parts, headers. Reads nobody's files and knows no order of arrival."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime

from demo.mailbox import headers, parts, wording
from demo.mailbox.damage import damaged, with_line_ends
from demo.mailbox.letters import Letter, LetterError
from demo.mailbox.people import Person

_POLICY = compat32.clone(linesep="\r\n")
_LIST_FOOTER = """

_______________________________________________
small-harbours mailing list
small-harbours@lists.example.org
https://lists.example.org/small-harbours/"""


class Post:
    """The letters of a mailbox, able to answer what one says of another: its author, identifier, subject, text."""

    def __init__(self, letters: Mapping[str, Letter], everybody: Mapping[str, Person]) -> None:
        self.letters = letters
        self.everybody = everybody

    def author(self, letter: Letter) -> Person:
        """Who wrote the letter."""
        return self.everybody[letter.get("From")]

    def written(self, letter: Letter) -> datetime:
        """When, by the author's clock; the file gives the minute, and the seconds are as good as any."""
        return self._moment(letter, letter.get("Date"), 0)

    def arrived(self, letter: Letter) -> datetime:
        """When it came in: the date unless the letter says ``Arrives`` (by the author's clock too)."""
        return self._moment(letter, letter.get("Arrives") or letter.get("Date"), 4)

    def _moment(self, letter: Letter, local: str, later: int) -> datetime:
        seconds = int(headers.digest("seconds", letter.key)[:4], 16) % 50 + later
        return self.author(letter).moment(local) + timedelta(seconds=seconds)

    def parent(self, letter: Letter) -> Letter | None:
        """The letter that this one answers, if it is in the mailbox."""
        reply = letter.get("Reply")
        if not reply or reply.startswith("<"):
            return None
        if reply not in self.letters:
            raise LetterError(f"{letter.conversation}, message {letter.key}: answers the unknown {reply!r}")
        return self.letters[reply]

    def message_id(self, letter: Letter) -> str:
        """The letter's Message-ID, in angle brackets."""
        same = letter.get("Same-Id")
        named = self.letters[same] if same else letter
        return headers.message_id(named.key, self.author(named), self.written(named))

    def references(self, letter: Letter) -> list[str]:
        """The identifiers of the letter's ancestors, oldest first; one of them may be a message nobody has."""
        parent = self.parent(letter)
        if parent is not None:
            return [*self.references(parent), self.message_id(parent)]
        return letter.get("Reply").split()

    def subject(self, letter: Letter) -> str:
        """The subject as written, or the parent's with the author's word for "answer" before it."""
        parent = self.parent(letter)
        if "Subject" in letter.headers:
            subject = letter.get("Subject")
        elif parent is not None:
            return self.author(letter).reply + headers.bare_subject(self.subject(parent))
        else:
            subject = ""
        return f"[{letter.get('List')}] {subject}" if letter.get("List") else subject

    def text(self, letter: Letter) -> str:
        """The plain text with quotation and signature, lines not yet broken."""
        author = self.author(letter)
        parent = self.parent(letter)
        quoted = self._quotation(author, parent) if parent is not None else ""
        text = letter.body
        if quoted and "{said}" in text:
            text = text.replace("{said}", quoted.partition("\n")[0])
        if letter.get("Quote") == "above":
            text = f"{quoted}\n\n{text}"
        if author.signature and letter.get("Sign") != "no":
            text = f"{text}\n\n-- \n{author.signature}"
        if letter.get("Quote") == "below":
            text = f"{text}\n\n{quoted}"
        return text + _LIST_FOOTER if letter.get("List") else text

    def _quotation(self, author: Person, parent: Letter) -> str:
        kept = self.text(parent).removesuffix(_LIST_FOOTER)
        return wording.quotation(author, self.author(parent), self.written(parent), self.subject(parent), kept)


def compose(letter: Letter, post: Post) -> bytes:
    """The finished bytes, CRLF line ends unless the letter says otherwise."""
    whole = message(letter, post)
    content = whole.as_bytes(policy=_POLICY)
    return with_line_ends(damaged(content, letter.words("Break")), letter.get("Line-Ends"))


def message(letter: Letter, post: Post) -> Message:
    """The letter as a message object: headers first, then its parts."""
    whole = _body(letter, post)
    described = whole.items()
    for name, _ in described:
        del whole[name]
    for name, value in _headers(letter, post):
        whole[name] = value
    if "MIME-Version" not in letter.words("Omit"):
        whole["MIME-Version"] = "1.0"
    for name, value in described:
        whole[name] = value
    return whole


def _headers(letter: Letter, post: Post) -> list[tuple[str, str]]:
    author = post.author(letter)
    charset = letter.get("Charset") or author.charset
    references = post.references(letter)
    lines = headers.trail(author, letter.key, post.arrived(letter))
    lines += [
        ("Date", format_datetime(post.written(letter))),
        ("From", headers.address(author, charset)),
        ("To", headers.recipients(letter.words("To"), post.everybody, charset)),
        ("Cc", headers.recipients(letter.words("Cc"), post.everybody, charset)),
        ("Subject", headers.encoded(post.subject(letter), charset, "Subject")),
        ("Message-ID", post.message_id(letter)),
        ("In-Reply-To", references[-1] if references and author.threading != "references" else ""),
        ("References", " ".join(references) if author.threading != "reply" else ""),
        ("User-Agent", author.client),
    ]
    if letter.get("List"):
        lines += [
            ("Sender", f"{letter.get('List')}-bounces@lists.example.org"),
            ("List-Id", f"Small harbours, tides and instruments <{letter.get('List')}.lists.example.org>"),
            ("List-Post", f"<mailto:{letter.get('List')}@lists.example.org>"),
            ("Precedence", "list"),
        ]
    omitted = letter.words("Omit")
    given = [(name, value) for name, value in lines if name not in omitted and (value or name == "Subject")]
    return given + list(letter.extra)


def _body(letter: Letter, post: Post) -> Message:
    author = post.author(letter)
    body = _readable(letter, post, author)
    files = [section for section in letter.sections if section.kind in {"file", "message"}]
    status = letter.section("delivery-status")
    if not files and not status:
        return body
    attached = [parts.delivery_status(status.text)] if status else []
    for section in files:
        if section.kind == "message":
            attached.append(parts.enclosed(message(post.letters[section.text.strip()], post), section.name))
        else:
            attached.append(parts.attachment(section, author.file_names))
    report = {"report-type": "delivery-status"} if status else {}
    return parts.container("report" if status else "mixed", [body, *attached], letter.key, **report)


def _readable(letter: Letter, post: Post, author: Person) -> Message:
    """The text, and its HTML and calendar alternatives if the letter has them."""
    text = post.text(letter)
    charset = headers.fitting(text, letter.get("Charset") or author.charset)
    encoding = letter.get("Encoding") or author.encoding
    if encoding == "7bit" and charset == "utf-8" and not text.isascii():
        encoding = "base64"
    flowed = {"format": "flowed"} if author.wrap == "flowed" else {}
    plain = parts.text_part(wording.lay_out(text, author.wrap) + "\n", "plain", charset, encoding, **flowed)
    choices = [plain]
    written = letter.section("html")
    if written or letter.get("Html") == "yes" or (author.html and letter.get("Html") != "no"):
        inside = written.text if written else wording.as_html(text, author.font)
        page = parts.text_part(wording.document(inside, charset), "html", charset, "quoted-printable")
        choices.append(_with_pictures(letter, page))
    calendar = letter.section("calendar")
    if calendar:
        invited = post.everybody[letter.words("To")[0]].address
        choices.append(parts.invitation(calendar, author.address, invited))
    if letter.get("Html") == "only":
        return choices[-1]
    return parts.container("alternative", choices, letter.key) if len(choices) > 1 else plain


def _with_pictures(letter: Letter, page: Message) -> Message:
    pictures = [parts.inline_picture(section) for section in letter.sections if section.kind == "inline"]
    return parts.container("related", [page, *pictures], letter.key) if pictures else page
