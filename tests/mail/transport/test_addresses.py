"""A space administrator cannot make the site knock at doors inside its own network."""

from __future__ import annotations

import socket
import time
from ipaddress import ip_address

import pytest

from tests.servers.scripted import ScriptedServer
from tests.servers.scripted_imap import ImapScript
from wiki.mail.transport.connect import open_imap
from wiki.mail.transport.deadline import Deadline, Deadlines
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.errors import AddressForbidden, ConnectionRefused, HostUnknown, TookTooLong, TransportError
from wiki.mail.transport.network import NetworkPolicy, check_address, connect

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"]
INSIDE = [
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1",
    "192.0.2.1", "::1", "fd12:3456::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1",
    "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip
NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.1.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "fe80::1", "ff02::1", "100.100.100.200", "168.63.129.16", "fd00:ec2::254",
    "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_the_world_may_be_reached(address: str) -> None:
    check_address(ip_address(address), allow_private=False)


@pytest.mark.parametrize("address", INSIDE)
def test_the_inside_is_closed_unless_an_administrator_opens_it(address: str) -> None:
    with pytest.raises(AddressForbidden):
        check_address(ip_address(address), allow_private=False)
    check_address(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_metadata_link_local_and_multicast_are_closed_to_everybody(address: str) -> None:
    with pytest.raises(AddressForbidden):
        check_address(ip_address(address), allow_private=True)


# Names of this machine as people disguise them: decimal, octal, hexadecimal, short, mapped.
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1"])
def test_no_disguise_of_this_machine_opens_a_connection(host: str) -> None:
    with ScriptedServer(ImapScript()) as server, pytest.raises((AddressForbidden, HostUnknown)):
        policy = NetworkPolicy(allowed_ports=frozenset({server.port}))
        connect(Endpoint(Protocol.IMAP, host, server.port, "a", "b"), policy, Deadline(Deadlines()))
    assert server.connections == 0


def test_a_port_that_is_not_for_mail_is_refused_before_the_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("looked up"))
    endpoint = Endpoint(Protocol.IMAP, "mail.example.com", 22, "a", "b")
    with pytest.raises(AddressForbidden, match="Port 22"):
        connect(endpoint, NetworkPolicy(), Deadline(Deadlines()))


def test_a_listed_host_is_reached_on_its_port_and_on_no_other(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript()) as server, ScriptedServer(ImapScript()) as neighbour:
        with server.imap(patient) as session:
            assert session.message_count() == 0
        with pytest.raises(AddressForbidden):
            open_imap(neighbour.endpoint(Protocol.IMAP), server.policy(), patient)
    assert neighbour.connections == 0


def test_the_list_is_read_as_people_write_it() -> None:
    policy = NetworkPolicy(allowed_private=frozenset({" Mail.Intern:143 "}))
    assert policy.allows_private("mail.intern.", 143)
    assert policy.allows_private("MAIL.intern", 143)
    assert not policy.allows_private("mail.intern", 993)
    assert not policy.allows_private("other.intern", 143)


def test_one_bad_address_among_good_ones_closes_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, ["93.184.216.34", "10.0.0.7"])
    with pytest.raises(AddressForbidden):
        connect(Endpoint(Protocol.IMAPS, "two-faced.example", 993, "a", "b"), NetworkPolicy(), Deadline(Deadlines()))


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_its_word(
    monkeypatch: pytest.MonkeyPatch, patient: Deadlines
) -> None:
    with ScriptedServer(ImapScript()) as server:
        asked = answers(monkeypatch, ["127.0.0.1"])
        policy = NetworkPolicy(allowed_private=frozenset({f"fickle.example:{server.port}"}))
        with open_imap(Endpoint(Protocol.IMAP, "fickle.example", server.port, "alice", "x"), policy, patient):
            pass
    assert asked == ["fickle.example"]
    assert server.connections == 1


def test_an_unknown_name_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HostUnknown, match=r"mail\.example\.invalid"):
        connect(Endpoint(Protocol.IMAPS, "mail.example.invalid", 993, "a", "b"), NetworkPolicy(), Deadline(Deadlines()))


@pytest.mark.parametrize("host", ["x" * 64 + ".example", "a..b"])
def test_a_name_that_no_name_service_can_be_asked_for_is_unknown(host: str) -> None:
    with pytest.raises(HostUnknown):
        connect(Endpoint(Protocol.IMAPS, host, 993, "a", "b"), NetworkPolicy(), Deadline(Deadlines()))


def test_a_name_service_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> list[tuple[object, ...]]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        connect(
            Endpoint(Protocol.IMAPS, "slow.example", 993, "a", "b"), NetworkPolicy(), Deadline(Deadlines(connect=0.2))
        )
    assert time.monotonic() - begun < 0.9


def test_a_closed_port_is_said_to_be_closed(patient: Deadlines) -> None:
    with ScriptedServer(ImapScript()) as server:
        endpoint, policy = server.endpoint(Protocol.IMAP), server.policy()
    with pytest.raises(ConnectionRefused, match=f"port {endpoint.port}") as refused:
        open_imap(endpoint, policy, patient)
    assert isinstance(refused.value, TransportError)
    assert refused.value.field == "port"


def answers(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    """Make the name service answer with these; the names it is asked for are collected."""
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked
