"""What must not be sent is refused before there is a connection, and a password shows nowhere."""

from __future__ import annotations

import pytest

from wiki.errors import Invalid
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Endpoint, Protocol, checked_folder


@pytest.mark.parametrize(
    "host", ["mail.example.com", "localhost", "127.0.0.1", "::1", "bücher.example", "mail_1.intern"]
)
def test_hosts_that_people_type_are_taken(host: str) -> None:
    assert Endpoint(Protocol.IMAPS, host, 993, "alice", "secret").host == host


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "mail.example.com\r\nA1 LOGOUT",
        "mail\0",
        "mail example.com",
        "https://mail.example.com",
        "a@b",
        "a:993",
        "fe80::1%eth0",
        "x" * 254,
    ],
)
def test_hosts_that_are_no_host_are_refused_at_their_field(host: str) -> None:
    with pytest.raises(Invalid) as refused:
        Endpoint(Protocol.IMAPS, host, 993, "alice", "secret")
    assert set(refused.value.errors) == {"host"}


@pytest.mark.parametrize("bad", ["a\rb", "a\nb", "a\0b", "\r\n", "lone \ud800 surrogate"])
def test_line_breaks_and_nul_are_refused_in_everything_that_is_sent(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        Endpoint(Protocol.POP, "mail.example.com", 110, bad, bad)
    assert set(refused.value.errors) == {"username", "password"}
    with pytest.raises(Invalid) as refused:
        checked_folder(bad)
    assert set(refused.value.errors) == {"folder"}


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_is_none_is_refused_at_its_field(port: int) -> None:
    with pytest.raises(Invalid) as refused:
        Endpoint(Protocol.IMAP, "mail.example.com", port, "alice", "secret")
    assert set(refused.value.errors) == {"port"}


def test_the_password_does_not_show() -> None:
    endpoint = Endpoint(Protocol.IMAPS, "mail.example.com", 993, "alice", "tell-nobody")
    assert "tell-nobody" not in f"{endpoint} {endpoint!r}"


def test_each_protocol_has_the_port_that_the_form_fills_in() -> None:
    assert {str(protocol): port for protocol, port in DEFAULT_PORTS.items()} == {
        "pop": 110,
        "imap": 143,
        "pops": 995,
        "imaps": 993,
    }
