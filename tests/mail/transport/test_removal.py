"""Only what is named leaves the server, and nothing where that cannot be guaranteed."""

from __future__ import annotations

import pytest

from tests.servers.dovecot import DovecotMailbox
from tests.servers.pymap import PymapMailbox
from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.errors import CannotDelete, ConnectionLost
from wiki.mail.transport.imap import ImapSession
from wiki.mail.transport.imap_wire import CheckedClient

RealMailbox = DovecotMailbox | PymapMailbox


def letters(mailbox: RealMailbox, count: int) -> list[bytes]:
    contents = [b"Subject: letter %d\r\n\r\n\r\n" % number for number in range(count)]
    for content in contents:
        mailbox.deliver(content)
    return contents


def test_exactly_the_named_messages_are_deleted(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    contents = letters(imap_mailbox, 6)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX", writable=True)
        uids = session.uids()
        session.delete([uids[1], uids[4]])
        assert session.still_present(uids) == {uids[0], uids[2], uids[3], uids[5]}
    assert imap_mailbox.messages() == [contents[0], contents[2], contents[3], contents[5]]


def test_what_another_client_has_flagged_survives_our_deleting_and_our_leaving(
    imap_mailbox: RealMailbox, patient: Deadlines
) -> None:
    contents = letters(imap_mailbox, 4)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX", writable=True)
        uids = session.uids()
        with imap_mailbox.other_client() as client:
            client.flag_deleted(f"{uids[0]},{uids[3]}")
        session.delete([uids[1]])
    assert imap_mailbox.messages() == [contents[0], contents[2], contents[3]]


def test_deleting_what_is_no_longer_there_is_no_error(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    letters(imap_mailbox, 2)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX", writable=True)
        uids = session.uids()
        session.delete(uids[:1])
        session.delete(uids[:1])
        assert session.still_present(uids) == {uids[1]}


def test_a_folder_that_was_opened_to_read_loses_nothing(imap_mailbox: RealMailbox, patient: Deadlines) -> None:
    contents = letters(imap_mailbox, 2)
    with open_imap(imap_mailbox.endpoint(Protocol.IMAP), imap_mailbox.policy, patient) as session:
        session.select("INBOX")
        uids = session.uids()
        with pytest.raises(CannotDelete):
            session.delete(uids)
        with pytest.raises(CannotDelete):
            session.move(uids, "Archive")
    assert imap_mailbox.messages() == contents


@pytest.mark.dovecot
@pytest.mark.parametrize("folder", ["Archived", "Archiv für Ämter"])
def test_messages_move_into_a_folder_that_is_made_when_missing(
    dovecot: DovecotMailbox, patient: Deadlines, folder: str
) -> None:
    contents = letters(dovecot, 4)
    with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
        session.select("INBOX", writable=True)
        uids = session.uids()
        session.move(uids[:2], folder)
        session.move(uids[2:3], folder)
        assert session.still_present(uids) == {uids[3]}
        assert folder in [found.name for found in session.folders()]
    assert dovecot.messages() == contents[3:]
    assert dovecot.messages(folder) == contents[:3]


def test_messages_move_on_pymap(pymap_server: PymapMailbox, patient: Deadlines) -> None:
    contents = letters(pymap_server, 3)
    with open_imap(pymap_server.endpoint(), pymap_server.policy, patient) as session:
        session.select("INBOX", writable=True)
        session.move(session.uids()[1:], "Archived")
    assert pymap_server.messages() == contents[:1]
    assert pymap_server.messages("Archived") == contents[1:]


@pytest.mark.dovecot
def test_without_the_move_extension_copies_are_made_before_anything_is_removed(
    dovecot: DovecotMailbox, patient: Deadlines, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = CheckedClient.has_capability
    monkeypatch.setattr(CheckedClient, "has_capability", lambda client, name: name != "MOVE" and original(client, name))
    contents = letters(dovecot, 3)
    with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
        assert not session.supports_move
        session.select("INBOX", writable=True)
        session.move(session.uids()[:2], "Archived")
    assert dovecot.messages() == contents[2:]
    assert dovecot.messages("Archived") == contents[:2]


@pytest.mark.dovecot
def test_a_move_by_copy_that_is_cut_leaves_the_message_in_both_places_and_is_finished_the_next_time(
    dovecot: DovecotMailbox, patient: Deadlines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """See docs/decisions/021: a second copy on the server is the price of never being without one."""
    original = CheckedClient.has_capability
    monkeypatch.setattr(CheckedClient, "has_capability", lambda client, name: name != "MOVE" and original(client, name))

    def cut(_session: ImapSession, _uids: str) -> None:
        raise ConnectionLost

    (content,) = letters(dovecot, 1)
    with monkeypatch.context() as patched, pytest.raises(ConnectionLost):
        patched.setattr(ImapSession, "_remove", cut)
        with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
            session.select("INBOX", writable=True)
            session.move(session.uids(), "Archived")
    assert dovecot.messages() == dovecot.messages("Archived") == [content]
    with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
        session.select("INBOX", writable=True)
        session.move(session.uids(), "Archived")
    assert dovecot.messages() == []
    assert dovecot.messages("Archived") == [content, content]


def test_without_uidplus_nothing_is_deleted_and_nothing_even_flagged(patient: Deadlines) -> None:
    script = ImapScript({1: b"x", 2: b"y"}, capabilities=b"IMAP4rev1")
    with ScriptedServer(script) as server, server.imap(patient) as session:
        assert not session.supports_uidplus
        session.select("INBOX", writable=True)
        with pytest.raises(CannotDelete, match="left on the server"):
            session.delete([1])
        with pytest.raises(CannotDelete):
            session.move([1], "Archived")
        assert session.still_present([1, 2]) == {1, 2}
    assert not any(word in line for line in server.heard for word in (b"STORE", b"EXPUNGE", b"COPY", b"MOVE"))


def test_deleting_speaks_of_uids_only_and_leaving_is_logging_out(patient: Deadlines) -> None:
    script = ImapScript(dict.fromkeys(range(1, 251), b"x"))
    with ScriptedServer(script) as server, server.imap(patient) as session:
        session.select("INBOX", writable=True)
        session.delete([*range(1, 100), *range(101, 251)])
    commands = [line.partition(b" ")[2] for line in server.heard]
    assert script.messages == {100: b"x"}
    assert [command for command in commands if b"STORE" in command or b"EXPUNGE" in command] == [
        b"UID STORE 1:99,101 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 1:99,101",
        b"UID STORE 102:201 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 102:201",
        b"UID STORE 202:250 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 202:250",
    ]
    assert commands[-1] == b"LOGOUT"
    assert not any(command.startswith((b"EXPUNGE", b"CLOSE")) for command in commands)


def test_a_server_that_refuses_the_flag_is_not_asked_to_expunge(patient: Deadlines) -> None:
    script = ImapScript({1: b"x"}, replies={b"UID STORE": lambda talk, tag, _: talk.send(tag + b" NO not yours\r\n")})
    with ScriptedServer(script) as server, server.imap(patient) as session:
        session.select("INBOX", writable=True)
        with pytest.raises(CannotDelete, match="refused"):
            session.delete([1])
    assert not any(b"EXPUNGE" in line for line in server.heard)


@pytest.mark.parametrize("command", ["expunge", "close_folder"])
def test_the_commands_that_remove_other_peoples_mail_cannot_be_sent_at_all(command: str, patient: Deadlines) -> None:
    """Not by this room, and not by anybody who comes to use the library below it."""
    with ScriptedServer(ImapScript({1: b"x"})) as server, server.imap(patient) as session:
        session.select("INBOX", writable=True)
        with pytest.raises(RuntimeError, match="other people's mail"):
            getattr(session._client, command)()
    assert not any(b"EXPUNGE" in line or b"CLOSE" in line for line in server.heard)


def test_a_line_break_cannot_reach_the_server_even_past_the_first_check(patient: Deadlines) -> None:
    with (
        ScriptedServer(ImapScript()) as server,
        server.imap(patient) as session,
        pytest.raises(RuntimeError, match="line break"),
    ):
        session._wire.uid_command("SEARCH", "ALL\r\nA9 DELETE INBOX")
    assert not any(b"DELETE" in line for line in server.heard)
