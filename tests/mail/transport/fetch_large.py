"""A process of its own that fetches the one message of a mailbox, and says what memory that took.

Arguments: protocol, port, user name, password, authority's file, folder of the blob store. It prints the size and
the hash of what came, and by how many MB its peak memory grew from having signed in to having everything.
"""

from __future__ import annotations

import sys
from pathlib import Path

from wiki.blobs.local import LocalBlobStore
from wiki.blobs.store import Spooled
from wiki.mail.transport.connect import open_transport
from wiki.mail.transport.endpoint import Endpoint, Protocol
from wiki.mail.transport.network import NetworkPolicy
from wiki.mail.transport.pop3 import PopSession
from wiki.mail.transport.protocol import FetchedMessage


def peak() -> float:
    """The most memory that this process has had so far, in MB; getrusage would count what its parent had, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(protocol: str, port: str, username: str, password: str, cafile: str, folder: str) -> None:
    """Fetch it and keep it."""
    endpoint = Endpoint(Protocol(protocol), "localhost", int(port), username, password)
    policy = NetworkPolicy(allowed_private=frozenset({f"localhost:{port}"}), cafile=Path(cafile))
    store = LocalBlobStore(Path(folder))
    with open_transport(endpoint, policy, new_spool=store.spool) as session:
        before = peak()
        if isinstance(session, PopSession):
            fetched = session.retrieve(session.listing()[0].number)
        else:
            session.select("INBOX")
            (fetched,) = session.fetch(session.uids())
        if not isinstance(fetched, FetchedMessage) or not isinstance(fetched.content, Spooled):
            raise TypeError(fetched)
        print(fetched.size, store.adopt(fetched.content), peak() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
