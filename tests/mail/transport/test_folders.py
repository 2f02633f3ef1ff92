"""Folders of the real servers: listed, opened read-only, and missed with a sentence."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from wiki.errors import Invalid
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import CannotDelete, FolderMissing, ServerBusy, ServerMisbehaved
from wiki.mail.transport.protocol import Folder, FolderStatus

RealMailbox = DovecotMailbox | PymapMailbox


@pytest.mark.dovecot
@pytest.mark.parametrize("name", ["Archiv für Ämter", "日本語", "R&D", 'quo"ted', "with space", "back\\slash", "-&-"])
def test_a_folder_of_any_name_is_listed_and_read(dovecot: DovecotMailbox, patient: Deadlines, name: str) -> None:
    dovecot.deliver(b"Subject: in the folder\r\n\r\n\r\n", name)
    with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
        assert name in [folder.name for folder in session.folders()]
        assert session.select(name).count == 1
        (message,) = session.fetch(session.uids())
        assert message.content == b"Subject: in the folder\r\n\r\n\r\n"


def test_the_inbox_is_always_there(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        inbox = next(folder for folder in session.folders() if folder.name == "INBOX")
    assert inbox.is_selectable
    assert inbox.delimiter in {".", "/"}


def test_a_folder_that_is_not_there_is_missed_and_the_session_goes_on(
    imap_mailbox: RealMailbox, patient: Deadlines
) -> None:
    imap_mailbox.deliver(b"Subject: here\r\n\r\n\r\n")
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        with pytest.raises(FolderMissing, match="“No such folder”"):
            session.select("No such folder")
        assert session.select("INBOX").count == 1


def test_a_folder_name_with_a_line_break_is_not_sent(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        for use in (session.select, lambda name: session.move([1], name)):
            with pytest.raises(Invalid):
                use("INBOX\r\nA9 DELETE INBOX")
        assert session.select("INBOX").count == 0


def test_folders_are_opened_read_only_unless_something_is_to_be_removed(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript()) as server, server.imap(patient) as session:
        session.select("INBOX")
        session.select("INBOX", writable=True)
    commands = [line.partition(b" ")[2] for line in server.heard]
    assert [command for command in commands if b"INBOX" in command] == [b'EXAMINE "INBOX"', b'SELECT "INBOX"']
    assert commands[-1] == b"LOGOUT"


def test_a_folder_that_cannot_be_written_says_so_and_can_still_be_read(patient: Deadlines) -> None:
    def select(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* 0 EXISTS\r\n" + tag + b" OK [READ-ONLY] done\r\n")

    with ScriptedServer(ImapScript(replies={b"SELECT": select})) as server, server.imap(patient) as session:
        with pytest.raises(CannotDelete, match="nothing be removed"):
            session.select("INBOX", writable=True)
        assert session.select("INBOX").count == 0


@pytest.mark.parametrize(
    ("selected", "status"),
    [
        (b"* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 30] ok\r\n", FolderStatus(7, 30, 0)),
        (b"", FolderStatus(None, None, 0)),
        (b"* OK [UIDVALIDITY 0] ok\r\n", FolderStatus(None, None, 0)),
        (b"* OK [UIDVALIDITY 7] ok\r\n* NO [UIDNOTSTICKY] UIDs do not last\r\n", FolderStatus(None, None, 0)),
    ],
    ids=["as it should be", "nothing said", "zero", "UIDs that do not last"],
)
def test_uids_are_trusted_only_where_the_server_says_that_they_last(
    selected: bytes, status: FolderStatus, patient: Deadlines
) -> None:
    with ScriptedServer(ImapScript(selected=selected)) as server, server.imap(patient) as session:
        assert session.select("INBOX") == status


def test_uidvalidity_is_read_anew_each_time(patient: Deadlines) -> None:
    script = ImapScript({1: b"abc"}, selected=b"* OK [UIDVALIDITY 7] ok\r\n")
    with ScriptedServer(script) as server, server.imap(patient) as session:
        assert session.select("INBOX").uidvalidity == 7
        script.selected = b"* OK [UIDVALIDITY 8] ok\r\n"
        assert session.select("INBOX").uidvalidity == 8


@pytest.mark.parametrize(
    ("refusal", "expected"), [(b"NO [NONEXISTENT] x", FolderMissing), (b"NO [INUSE] x", ServerBusy)]
)
def test_a_busy_folder_is_not_a_missing_one(refusal: bytes, expected: type[Exception], patient: Deadlines) -> None:
    script = ImapScript(replies={b"EXAMINE": lambda talk, tag, _: talk.send(tag + b" " + refusal + b"\r\n")})
    with ScriptedServer(script) as server, pytest.raises(expected), server.imap(patient) as session:
        session.select("INBOX")


def test_special_uses_and_containers_are_recognised(patient: Deadlines) -> None:
    listed = (
        b'* LIST (\\HasNoChildren) "/" INBOX\r\n'
        b'* LIST (\\Noselect \\HasChildren) "/" "[Gmail]"\r\n'
        b'* LIST (\\HasNoChildren \\All) "/" "[Gmail]/All Mail"\r\n'
        b"* LIST (\\HasNoChildren) NIL {3}\r\n123\r\n"
    )
    script = ImapScript(replies={b"LIST": lambda talk, tag, _: talk.send(listed + tag + b" OK done\r\n")})
    with ScriptedServer(script) as server, server.imap(patient) as session:
        assert session.folders() == [
            Folder("INBOX", "/", is_selectable=True),
            Folder("[Gmail]", "/", is_selectable=False),
            Folder("[Gmail]/All Mail", "/", is_selectable=True, role="\\all"),
            Folder("123", None, is_selectable=True),
        ]


@pytest.mark.parametrize(
    "line", [b"* LIST (((((\r\n", b'* LIST () "/"\r\n', b"* LIST () NIL\r\n", b"* LIST " + b"(" * 5000 + b"\r\n"]
)
def test_a_listing_that_makes_no_sense_is_said_to_make_none(line: bytes, patient: Deadlines) -> None:
    script = ImapScript(replies={b"LIST": lambda talk, tag, _: talk.send(line + tag + b" OK done\r\n")})
    with ScriptedServer(script) as server, pytest.raises(ServerMisbehaved), server.imap(patient) as session:
        session.folders()


def test_uids_far_apart_are_found_in_few_commands(patient: Deadlines) -> None:
    uids = [1, 2, 3, 1_700_000_000, 1_700_000_001, 4_294_967_295]
    with ScriptedServer(ImapScript(dict.fromkeys(uids, b"x"))) as server, server.imap(patient) as session:
        session.select("INBOX")
        assert session.uids() == uids
        assert session.uids(above=3) == uids[3:]
    assert sum(b"UID SEARCH" in line for line in server.heard) < 60
    assert not any(b"ALL" in line for line in server.heard)


@pytest.mark.parametrize("uidnext", [b"* OK [UIDNEXT 2] behind\r\n", b""])
def test_mail_above_a_wrong_or_missing_uidnext_is_found(uidnext: bytes, patient: Deadlines) -> None:
    with (
        ScriptedServer(ImapScript({1: b"x", 5: b"y", 9: b"z"}, selected=uidnext)) as server,
        server.imap(patient) as session,
    ):
        session.select("INBOX")
        assert session.uids() == [1, 5, 9]


def test_a_search_that_answers_more_than_was_asked_is_cut_to_the_question(patient: Deadlines) -> None:
    def search(talk: Talk, tag: bytes, _arguments: bytes) -> None:
        talk.send(b"* SEARCH 9 2 2 77\r\n* SEARCH\r\n* SEARCH 5 \r\n" + tag + b" OK done\r\n")

    script = ImapScript({2: b"x", 5: b"y", 9: b"z"}, replies={b"UID SEARCH": search})
    with ScriptedServer(script) as server, server.imap(patient) as session:
        session.select("INBOX")
        assert session.uids() == [2, 5, 9, 77]
        assert session.still_present([2, 3]) == {2}
