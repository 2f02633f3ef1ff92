"""Slowing down guessing: so many tries for a name and for an address within a while. Never commits.

A try is counted as failed before it is looked at, and struck out when it succeeds. Counting afterwards would let many
tries at the same moment all pass. Refused tries are not counted: otherwise anybody could lock a name for ever.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from wiki import clock
from wiki.accounts.models import SignInFailure
from wiki.errors import DomainError
from wiki.extensions import db

WINDOW = timedelta(minutes=15)
TRIES_FOR_A_NAME = 5
TRIES_FROM_AN_ADDRESS = 19
NETWORK_OF_ONE_CUSTOMER = 64  # an IPv6 customer has that many bits to choose an address from


class TooManyTries(DomainError):
    """This name, or this address, has failed too often just now."""


def count_try(name: str, address: str) -> None:
    """Count one try. Raises TooManyTries, the same for names that exist and names that do not."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.at <= clock.now() - WINDOW))
    name, address = _name(name), _network(address)
    if (
        _count(SignInFailure.name, name) >= TRIES_FOR_A_NAME
        or _count(SignInFailure.address, address) >= TRIES_FROM_AN_ADDRESS
    ):
        minutes = WINDOW.seconds // 60
        raise TooManyTries(f"Too many tries have failed. Wait {minutes} minutes, then try again.")
    db.session.add(SignInFailure(name=name, address=address, at=clock.now()))
    db.session.flush()


def strike_out(name: str, address: str) -> None:
    """Forget the tries of a name from an address from which it has now signed in."""
    db.session.execute(
        delete(SignInFailure).where(SignInFailure.name == _name(name), SignInFailure.address == _network(address))
    )


def _count(column: InstrumentedAttribute[str], value: str) -> int:
    counted = select(func.count()).select_from(SignInFailure).where(column == value)
    return db.session.scalars(counted).one()


def _name(typed: str) -> str:
    return hashlib.sha256(typed.strip().casefold().encode()).hexdigest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, NETWORK_OF_ONE_CUSTOMER), strict=False))
