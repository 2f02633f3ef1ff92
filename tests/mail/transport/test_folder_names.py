"""Whatever a server calls its folders: they are listed with a name for people, and found again by it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.servers.dovecot import DovecotMailbox
from tests.servers.scripted import ScriptedServer, Talk
from tests.servers.scripted_imap import ImapScript
from wiki.errors import Invalid
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadlines
from wiki.mail.transport.endpoint import Protocol
from wiki.mail.transport.mailbox_names import folder_name, shown, wire_name
from wiki.mail.transport.protocol import Folder


def listed(lines: bytes, deadlines: Deadlines, *, counts: bool = False, capabilities: bytes = b"") -> list[Folder]:
    """What becomes of these LIST answers."""
    script = ImapScript(
        capabilities=b"IMAP4rev1 " + capabilities,
        replies={b"LIST": lambda talk, tag, _: talk.send(lines + tag + b" OK done\r\n")},
    )
    with ScriptedServer(script) as server, server.imap(deadlines) as session:
        return session.folders(counts=counts)


@given(st.binary(min_size=1).filter(lambda wire: wire.upper() != b"INBOX"))
@example(b"&broken")
@example(b"&AGE-")  # an a that nobody had to encode
@example(b"&2AA-")  # half a surrogate pair
@example(b"&AAo-")  # a line feed
@example(b"Entw\xc3\xbcrfe")
def test_every_octet_of_a_name_is_found_again_and_it_can_be_kept_and_shown(wire: bytes) -> None:
    name = folder_name(wire)
    assert wire_name(name) == wire
    assert name.encode().decode() == name
    assert not re.search(r"[\x00-\x1f\x7f]", name + shown(name))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
@example("\U0010f7ff and more")
@example("a\U0010f900")
def test_names_that_people_write_go_there_and_back(name: str) -> None:
    if wire_name(name) and name.upper() != "INBOX":
        assert wire_name(folder_name(wire_name(name))) == wire_name(name)


@pytest.mark.parametrize(
    ("wire", "label"),
    [
        (b"Entw&APw-rfe", "Entwürfe"),
        (b"R&-D", "R&D"),
        (b"Entw\xc3\xbcrfe", "Entwürfe"),
        (b"Entw\xfcrfe", "Entw\N{REPLACEMENT CHARACTER}rfe"),
        (b"a&AAo-b", "a\N{REPLACEMENT CHARACTER}b"),
        (b"a&2AA-b", "a&2AA-b"),
    ],
)
def test_a_name_is_shown_as_well_as_it_can_be_read(wire: bytes, label: str) -> None:
    assert shown(folder_name(wire)) == label


@pytest.mark.parametrize(
    "quoted",
    [
        b'"Entw\xc3\xbcrfe"',
        b"Entw\xfcrfe",
        b'"&broken"',
        b'"quo\\"ted \\\\ slash"',
        b'"[Gmail]/Papierkorb"',
        b"{9}\r\n(literal)",
    ],
)
def test_a_folder_of_an_odd_name_is_opened_by_the_octets_that_were_listed(quoted: bytes, patient: Deadlines) -> None:
    listing = b'* LIST (\\HasNoChildren) "/" ' + quoted + b"\r\n"
    script = ImapScript(
        replies={
            b"LIST": lambda talk, tag, _: talk.send(listing + tag + b" OK done\r\n"),
            b"EXAMINE": lambda talk, tag, _: talk.send(b"* 0 EXISTS\r\n" + tag + b" OK done\r\n"),
        }
    )
    with ScriptedServer(script) as server, server.imap(patient) as session:
        (folder,) = session.folders()
        assert folder.is_selectable
        session.select(folder.name)
    asked = next(line for line in server.heard if b"EXAMINE" in line).partition(b"EXAMINE ")[2]
    plain = quoted.partition(b"\r\n")[2] or (quoted if quoted.startswith(b'"') else b'"' + quoted + b'"').strip()
    assert asked in {plain, b'"' + plain + b'"'}


def test_a_name_with_a_line_break_is_shown_and_not_asked_for(patient: Deadlines) -> None:
    (folder,) = listed(b'* LIST () "/" {9}\r\nIN\r\nBOX "\r\n', patient)
    assert folder.label == 'IN\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}BOX "'
    assert not folder.is_selectable
    with ScriptedServer(ImapScript()) as server, server.imap(patient) as session:
        with pytest.raises(Invalid):
            session.select(folder.name)
        assert session.message_count() == 0


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        (b'(\\Noselect \\NoInferiors) "/" x', Folder("x", "/", is_selectable=False)),
        (b'(\\NonExistent) "/" x', Folder("x", "/", is_selectable=False)),
        (b"() NIL x", Folder("x", None, is_selectable=True)),
        (b'() "" x', Folder("x", None, is_selectable=True)),
        (b'() "\\\\" Inbox', Folder("INBOX", "\\", is_selectable=True)),
        (b'(\\TRASH) "." INBOX.Trash', Folder("INBOX.Trash", ".", is_selectable=True, role="\\trash")),
        (b'(\\AllMail) "/" All', Folder("All", "/", is_selectable=True, role="\\all")),
        (b'(\\Spam) "/" Bulk', Folder("Bulk", "/", is_selectable=True, role="\\junk")),
        (b'() "/" "x" (("CHILDINFO" ("SUBSCRIBED")))', Folder("x", "/", is_selectable=True)),
        (b'() "/" Sent Items', Folder("Sent Items", "/", is_selectable=True)),
        (b'() "/" "42"', Folder("42", "/", is_selectable=True)),
    ],
)
def test_each_way_of_listing_is_understood(line: bytes, folder: Folder, patient: Deadlines) -> None:
    assert listed(b"* LIST " + line + b"\r\n", patient) == [folder]


def test_a_folder_that_is_listed_twice_is_one(patient: Deadlines) -> None:
    assert [
        folder.name for folder in listed(b'* LIST () "/" a\r\n* LIST () "/" b\r\n* LIST () "/" "a"\r\n', patient)
    ] == [
        "a",
        "b",
    ]


def test_counts_come_with_the_list_where_the_server_brings_them(patient: Deadlines) -> None:
    lines = (
        b'* LIST () "/" a\r\n* STATUS a (MESSAGES 17 UNSEEN 16)\r\n* LIST (\\Noselect) "/" b\r\n'
        b'* STATUS {4}\r\nb(/c (MESSAGES 0)\r\n* LIST () "/" "b(/c"\r\n* STATUS x\r\n* STATUS () ()\r\n'
    )
    found = listed(lines, patient, counts=True, capabilities=b"LIST-STATUS")
    assert [(folder.name, folder.count) for folder in found] == [("a", 17), ("b", None), ("b(/c", 0)]


@pytest.mark.parametrize("refusal", [b"NO not today", b"BAD what"])
def test_a_server_that_counts_not_after_all_lists_its_folders_all_the_same(refusal: bytes, patient: Deadlines) -> None:
    def reply(talk: Talk, tag: bytes, arguments: bytes) -> None:
        if b"RETURN" in arguments:
            talk.send(tag + b" " + refusal + b"\r\n")
        else:
            talk.send(b'* LIST () "/" a\r\n' + tag + b" OK done\r\n")

    script = ImapScript(capabilities=b"IMAP4rev1 LIST-STATUS SPECIAL-USE", replies={b"LIST": reply})
    with ScriptedServer(script) as server, server.imap(patient) as session:
        assert session.folders(counts=True) == [Folder("a", "/", is_selectable=True)]
    assert any(b"RETURN (SPECIAL-USE STATUS (MESSAGES))" in line for line in server.heard)


@pytest.mark.dovecot
def test_dovecot_tells_counts_and_uses_in_one_answer(dovecot: DovecotMailbox, patient: Deadlines) -> None:
    for folder, number in (("INBOX", 2), ("Junk", 1), ("Archiv für Ämter", 3)):
        for _ in range(number):
            dovecot.deliver(b"Subject: x\r\n\r\n\r\n", folder)
    with open_imap(dovecot.endpoint(Protocol.IMAP), dovecot.policy, patient) as session:
        found = {folder.name: (folder.count, folder.role) for folder in session.folders(counts=True)}
        without = {folder.name: folder.count for folder in session.folders()}
    assert found == {"INBOX": (2, ""), "Junk": (1, "\\junk"), "Archiv für Ämter": (3, "")}
    assert without == dict.fromkeys(found)
