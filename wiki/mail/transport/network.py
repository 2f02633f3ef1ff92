"""The way to a mail server: which addresses may be connected to, and the connecting. It speaks no mail protocol.

A space administrator names the host, so without a check our server would knock at any door inside its own network
for them (server-side request forgery). The name is resolved once, *every* address must be allowed, and the socket is
opened to the very address that was checked, so that a name which changes its mind in between gains nothing.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from wiki.mail.transport.deadline import Deadline
from wiki.mail.transport.endpoint import DEFAULT_PORTS, Endpoint
from wiki.mail.transport.errors import AddressForbidden, ConnectionRefused, HostUnknown, TookTooLong, TransportError

Address = IPv4Address | IPv6Address

# No administrator can want these: "this host", link-local (with the clouds' metadata service), multicast,
# reserved and broadcast, and the metadata addresses of clouds that chose one elsewhere.
NEVER = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "ff00::/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:ec2::254/128",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")


@dataclass(frozen=True)
class NetworkPolicy:
    """What the site's administrator allows.

    ``allowed_private`` holds ``host:port`` as people type it into the form; such a server may be inside our network
    and on any port. ``cafile`` adds certificate authorities (PEM) to those of the system. With ``require_tls`` a
    password is never sent unencrypted; without it, as in the original, plain POP and IMAP sign in unencrypted where
    the server offers no TLS.
    """

    allowed_private: frozenset[str] = frozenset()
    allowed_ports: frozenset[int] = frozenset(DEFAULT_PORTS.values())
    require_tls: bool = False
    cafile: Path | None = None

    def allows_private(self, host: str, port: int) -> bool:
        """Whether this very host and port is on the administrator's list."""
        listed = {entry.strip().lower() for entry in self.allowed_private}
        return f"{host.lower().rstrip('.')}:{port}" in listed


def connect(endpoint: Endpoint, policy: NetworkPolicy, deadline: Deadline) -> socket.socket:
    """A connected socket to an allowed address of the endpoint.

    Raises AddressForbidden, HostUnknown, ConnectionRefused or TookTooLong.
    """
    listed = policy.allows_private(endpoint.host, endpoint.port)
    if not listed and endpoint.port not in policy.allowed_ports:
        raise AddressForbidden(
            f"Port {endpoint.port} is not one of the ports for mail. "
            "An administrator can allow it together with the host, as an internal mail server."
        )
    addresses = resolve(endpoint.host, deadline)
    for address in addresses:
        check_address(address, allow_private=listed)
    return _connect_to_any(addresses, endpoint, deadline)


def check_address(address: Address, *, allow_private: bool) -> None:
    """Raise AddressForbidden unless a connection to the address is allowed, also for IPv4 in the guise of IPv6."""
    for face in _faces(address):
        if any(face in network for network in NEVER):
            raise AddressForbidden
        inside = not face.is_global or (isinstance(face, IPv6Address) and face.is_site_local)
        if inside and not allow_private:
            raise AddressForbidden(
                "This server is inside the site's own network. "
                "An administrator can allow it by adding its host and port to the internal mail servers."
            )


def resolve(host: str, deadline: Deadline) -> list[Address]:
    """The addresses of a name, each once, in the resolver's order; the look-up is bounded like everything else.

    ``getaddrinfo`` cannot be interrupted, so it runs in a thread that is left behind when it takes too long.
    """
    answer: queue.SimpleQueue[list[Address] | TransportError] = queue.SimpleQueue()
    patience = deadline.to_connect()
    threading.Thread(target=_look_up, args=(host, answer), name="mail-host-look-up", daemon=True).start()
    try:
        found = answer.get(timeout=patience)
    except queue.Empty:
        raise TookTooLong from None
    if isinstance(found, TransportError):
        raise found
    return found


def _look_up(host: str, answer: queue.SimpleQueue[list[Address] | TransportError]) -> None:
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        # A scope such as %eth0 belongs to link-local addresses, which are refused anyway.
        addresses = dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries)
    except (OSError, ValueError):  # ValueError: a label that IDNA cannot encode
        addresses = {}
    answer.put(list(addresses) or HostUnknown(f"No mail server with the name {host} was found."))


def _faces(address: Address) -> Iterator[Address]:
    """The address and every IPv4 address that a packet to it may really go to."""
    yield address
    if isinstance(address, IPv4Address):
        return
    for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if inner is not None:
            yield inner
    is_compatible = address in _IPV4_COMPATIBLE and int(address) > 1
    if address in _NAT64 or is_compatible:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)


def _connect_to_any(addresses: list[Address], endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    """The first address that answers; each gets a fair share of the time that is left."""
    failure: TransportError = ConnectionRefused(f"Nothing answers at {endpoint.host} on port {endpoint.port}.")
    for position, address in enumerate(addresses):
        patience = deadline.to_connect() / (len(addresses) - position)
        try:
            return _open(address, endpoint.port, patience)
        except TimeoutError:
            failure = TookTooLong(f"{endpoint.host} did not answer on port {endpoint.port}.")
        except OSError:
            continue
    raise failure


def _open(address: Address, port: int, patience: float) -> socket.socket:
    """Connect to the address itself; ``socket.create_connection`` would ask the name service once more."""
    opened = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        opened.settimeout(patience)
        # A command that goes out in two pieces must not wait for the server to confirm the first.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.connect((str(address), port))
    except BaseException:
        opened.close()
        raise
    return opened
