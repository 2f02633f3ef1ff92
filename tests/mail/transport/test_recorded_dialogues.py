"""Recorded answers of real servers: each that answers what we ask is played to us over a socket, in a whole session.

What cannot be understood must be refused in a sentence. Nothing may hang, and no recording may be of a kind that nobody
has thought of here.
"""

from __future__ import annotations

import re
import ssl
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.corpora import files
from tests.servers.certificates import Authority
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from tests.servers.scripted_pop import PopScript
from wiki.mail.transport.connect import open_imap, open_pop
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import ServerBusy, ServerMisbehaved, TookTooLong, TransportError, WrongCredentials
from wiki.mail.transport.imap import ImapSession
from wiki.mail.transport.protocol import Fetched, FetchedMessage, FetchProblem, Folder, FolderStatus

pytestmark = pytest.mark.corpora

CONTENT = b"Subject: ours\r\n\r\nwhere the recording says nothing\r\n"
QUICK = Deadlines(connect=5, read=5, total=20)

# What a recording answers, by how its name begins; None is for what we never ask.
IMAP_KINDS = (
    (r"\S*greeting", b"GREETING"),
    (r"capabilit", b"CAPABILITY"),
    (r"authenticate", b"LOGIN"),
    (r"list", b"LIST"),
    (r"select|examine|count\.examine", b"EXAMINE"),
    (r"status-inbox-appendlimit", None),
    (r"status", b"STATUS"),
    (r"search(-raw)?$|get-indexes", b"UID SEARCH"),
    (r"(fetch|getbodypart|getmessageheaders|getstream|headers|precise|expunge-during|search-summary)", b"UID FETCH"),
    (r"store|set-?flags|add-flags|set-labels|add-labels", b"UID STORE"),
    (r"(uid-)?expunge", b"UID EXPUNGE"),
    (r"uid-move|move|issue115", b"UID MOVE"),
    (r"uid-copy|copy", b"UID COPY"),
    (r"create", b"CREATE"),
    (r"logout", b"LOGOUT"),
    (
        (
            r"append|multiappend|\S*(annotation|quota|metadata|acl|rights|esearch)|id|namespace|enable|idle|notify|noop|thread"
            r"|sort|xlist|lsub|rename|go-ahead|utf8accept|search-|optimized-search|count-|replace|getannotation"
        ),
        None,
    ),
)
POP_KINDS = (
    (r"\S*greeting", b"GREETING"),
    (r"capa", b"CAPA"),
    (r"auth", b"PASS"),
    (r"stat", b"STAT"),
    (r"list(-|$)", b"LIST"),
    (r"uidl(-error\d)?$", b"UIDL"),
    (r"retr1$", b"RETR"),
    (r"dele$", b"DELE"),
    (r"rset|ok$", b"DELE"),
    (r"err", b"UIDL"),
    (r"quit", b"QUIT"),
    (r"noop", b"NOOP"),
    (r"plus|top|list\d|uidl\d|retr|dele123|setlang|getlang|utf8", None),
)


def recordings(protocol: str, kinds: tuple[tuple[str, bytes | None], ...]) -> Iterator[tuple[str, bytes, bytes]]:
    """Name (server and file), the command it answers, and the answer with the line ends it had on the wire."""
    for path, content in files("mailkit-server-dialogues"):
        _, found, name = path.partition(f"/{protocol}/Resources/")
        if not found or not name.endswith(".txt"):
            continue
        stem = name.partition("/")[2].removesuffix(".txt")
        kind = next((command for pattern, command in kinds if re.match(pattern, stem)), b"?")
        assert kind != b"?", f"{name} is of a kind that nobody has thought of"
        if kind is not None:
            yield name, kind, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def imap_script(command: bytes, answer: bytes, context: ssl.SSLContext) -> ImapScript:
    """An honest server that answers one command as it was recorded."""
    uid = re.search(rb"UID (\d+)", answer)
    script = ImapScript(
        {int(uid[1]) if uid and command == b"UID FETCH" else 1: CONTENT},
        capabilities=b"IMAP4rev1 UIDPLUS LIST-STATUS" + (b" MOVE" if command == b"UID MOVE" else b""),
    )

    def play(talk: Talk, tag: bytes, arguments: bytes) -> None:
        whole = re.search(rb"BODY\[\] \{(\d+)\}", answer)
        if command == b"UID FETCH" and b"BODY" not in arguments and whole and uid:
            talk.send(b"* 1 FETCH (UID %b RFC822.SIZE %b)\r\n" % (uid[1], whole[1]) + tag + b" OK done\r\n")
        else:
            talk.send(re.sub(rb"A####+", tag, answer))

    def start_tls(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(tag + b" OK go\r\n")
        talk.start_tls(context)

    def authenticate(talk: Talk, tag: bytes, arguments: bytes) -> None:
        if len(arguments.split()) == 1:
            talk.send(b"+ \r\n")
            talk.line()
        talk.send(tag + b" OK welcome\r\n")

    script.replies = {
        b"STARTTLS": start_tls,
        b"AUTHENTICATE": authenticate,
        b"UID COPY": lambda talk, tag, _: talk.send(tag + b" OK done\r\n"),
        command: play,
    }
    if command == b"GREETING":
        script.greeting = answer
    if command == b"CREATE":  # where the folder to move to is not there
        missing = [b" NO [TRYCREATE] none", b" OK done"]
        script.replies[b"UID COPY"] = lambda talk, tag, _: talk.send(tag + missing.pop(0) + b"\r\n")
    return script


def whole_session(session: ImapSession, *, removes: bool) -> tuple[list[Folder], FolderStatus, list[Fetched]]:
    """Everything that we ask of a server."""
    folders = session.folders(counts=True)
    session.message_count()
    status = session.select("INBOX", writable=removes)
    uids = session.uids()
    fetched = list(session.fetch(uids))
    if removes:
        session.move(uids[:1], "Elsewhere")
        session.delete(uids[:1])
        session.still_present(uids)
    session.close()
    return folders, status, fetched


def is_understood(
    command: bytes, answer: bytes, folders: list[Folder], status: FolderStatus, fetched: list[Fetched]
) -> bool:
    """Whether what came of an answer is what stands in it."""
    match command:
        case b"LIST":
            names = re.findall(rb'(?im)^\* LIST \([^)]*\) (?:NIL|"[^ ]*") (?:\{\d+\}\r\n)?([^\r]*)', answer)
            counted = re.findall(rb"(?im)^\* STATUS [^\r]* \([^)]*MESSAGES", answer)
            counts = [folder.count for folder in folders if folder.count is not None]
            return len(folders) == len(set(names)) and len(counts) == len(counted)
        case b"EXAMINE":
            return (
                status.count == number(rb"\* (\d+) EXISTS", answer)
                and (status.uidvalidity or 0) == number(rb"UIDVALIDITY (\d+)", answer)
                and (status.highest_modseq or 0) == number(rb"HIGHESTMODSEQ (\d+)", answer)
            )
        case b"UID SEARCH":
            found = re.findall(rb"\d+", answer.partition(b"* SEARCH")[2].partition(b"\r\n")[0].partition(b"(")[0])
            return [each.uid for each in fetched] == [int(uid) for uid in found]
        case b"UID FETCH":
            whole = list(re.finditer(rb"BODY\[\] \{(\d+)\}\r\n", answer))
            if not whole or b"UID " not in answer:  # parts of messages, or one of which nobody says which it is
                return all(isinstance(each, FetchProblem) for each in fetched)
            content = answer[whole[0].end() :][: int(whole[0][1])]
            return [each.content for each in fetched if isinstance(each, FetchedMessage)] == [content]
    return [each.content for each in fetched] == [CONTENT] * len(fetched)


def number(pattern: bytes, answer: bytes) -> int:
    found = re.search(pattern, answer)
    return int(found[1]) if found else 0


IMAP_SERVERS = {
    "courier", "cyrus", "domino", "dovecot", "exchange", "gmail", "icloud", "protonmail", "qqmail", "smartermail",
    "strato.de", "uw", "yahoo", "yandex", "zoho",
}  # fmt: skip
REMOVING = {b"UID STORE", b"UID EXPUNGE", b"UID MOVE", b"UID COPY", b"CREATE", b"LOGOUT"}
REFUSED = {
    "common/preauth-capability-greeting.txt": ServerMisbehaved,
    "common/preauth-greeting.txt": ServerMisbehaved,
    "dovecot/greeting-preauth.txt": ServerMisbehaved,
    "uw/preauth-greeting.txt": ServerMisbehaved,
    "gmail/authenticate+webalert.txt": WrongCredentials,
    "gmail/headers.1+unsolicited-info.txt": ServerMisbehaved,
}
"""Servers that let us in unasked as nobody knows who, one that let nobody in, and a literal that is counted wrongly."""


def test_what_imap_servers_have_said_is_understood_or_refused_in_a_sentence(authority: Authority) -> None:
    played: Counter[str] = Counter()
    refused: dict[str, type[TransportError]] = {}
    context = authority.certificate().context()
    with ScriptedServer(ImapScript()) as server:
        endpoint, policy = server.endpoint(Protocol.IMAP), server.policy(cafile=authority.cafile)
        for name, command, answer in recordings("Imap", IMAP_KINDS):
            server.script = imap_script(command, answer, context)
            try:
                with open_imap(endpoint, policy, QUICK) as session:
                    told = whole_session(session, removes=command in REMOVING)
            except TransportError as error:
                assert not isinstance(error, TookTooLong), name
                assert error.sentence.endswith("."), name
                refused[name] = type(error)
            else:
                assert is_understood(command, answer, *told), (name, told)
            played[name.partition("/")[0]] += 1
    assert refused == REFUSED
    assert played.total() >= 200, played
    assert set(played) >= IMAP_SERVERS


def pop_script(command: bytes, answer: bytes, context: ssl.SSLContext) -> PopScript:
    """An honest maildrop that answers one command as it was recorded."""
    script = PopScript(dict.fromkeys(range(1, 8), CONTENT), uidls={key: b"id-%d" % key for key in range(1, 8)})

    def stls(talk: Talk, _arguments: bytes) -> None:
        talk.send(b"+OK go\r\n")
        talk.start_tls(context)

    script.replies = {b"STLS": stls, command: lambda talk, _: talk.send(answer)}
    if command == b"GREETING":
        script.greeting = answer
    if command == b"RETR":
        script.sizes = {1: len(recorded_message(answer))}
    return script


def recorded_message(answer: bytes) -> bytes:
    """The message in an answer to RETR."""
    text = answer.partition(b"\r\n")[2].removesuffix(b".\r\n")
    return (b"\r\n" + text).replace(b"\r\n..", b"\r\n.")[2:]


POP_REFUSED = {
    "common/err-greeting.txt": ServerBusy,
    "comcast/list-error1.txt": ServerMisbehaved,
    "comcast/list-error3.txt": ServerMisbehaved,
    "comcast/stat-error2.txt": ServerMisbehaved,
}


def test_what_maildrops_have_said_is_understood_or_refused_in_a_sentence(authority: Authority) -> None:
    played: Counter[str] = Counter()
    refused: dict[str, type[TransportError]] = {}
    context = authority.certificate().context()
    with ScriptedServer(PopScript()) as server:
        endpoint, policy = server.endpoint(Protocol.POP), server.policy(cafile=authority.cafile)
        for name, command, answer in recordings("Pop3", POP_KINDS):
            server.script = pop_script(command, answer, context)
            try:
                with open_pop(endpoint, policy, QUICK) as session:
                    entries = session.listing()
                    fetched = session.retrieve(1)
                    session.mark_deleted(1)
                    session.quit()
            except TransportError as error:
                assert not isinstance(error, TookTooLong), name
                assert error.sentence.endswith("."), name
                refused[name] = type(error)
            else:
                # The sizes of a recorded LIST are not those of our message.
                assert isinstance(fetched, FetchProblem if command == b"LIST" else FetchedMessage), (name, fetched)
                assert fetched.content == (recorded_message(answer) if command == b"RETR" else CONTENT), name
                if command in {b"LIST", b"UIDL"}:
                    lines = dict(line.split() for line in answer.split(b"\r\n") if re.fullmatch(rb"\d+ \S+", line))
                    told = [(entry.number, entry.size if command == b"LIST" else entry.uidl) for entry in entries]
                    assert {(int(number), value.decode()) for number, value in lines.items()} == {
                        (number, str(value)) for number, value in told if value is not None
                    }, name
            played[name.partition("/")[0]] += 1
    assert refused == POP_REFUSED
    assert played.total() >= 40, played
    assert set(played) >= {"comcast", "exchange", "gmail"}
