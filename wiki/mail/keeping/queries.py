"""What people are told of damage: administrators of a space about its messages, super users about all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from wiki.db import reading
from wiki.extensions import db
from wiki.mail.keeping.models import BlobDamage, Condition
from wiki.mail.models import Message
from wiki.permissions.actor import Actor
from wiki.permissions.catalogue import Permission
from wiki.permissions.check import space_ids
from wiki.spaces.models import Space

MOST_SHOWN = 50


@dataclass(frozen=True)
class DamagedMessage:
    """A message whose raw bytes are not whole."""

    id: int
    subject: str
    condition: Condition
    found_at: datetime
    is_in_trash: bool


def damaged_in(actor: Actor, space: Space) -> Sequence[DamagedMessage]:
    """The damaged messages of a space that the actor administers, the latest found first."""
    rows = db.session.execute(
        select(Message.id, Message.subject, Message.deleted_at, BlobDamage.condition, BlobDamage.found_at)
        .join(BlobDamage, BlobDamage.sha256 == Message.sha256)
        .where(Message.space_id == space.id, Message.space_id.in_(space_ids(actor, Permission.SPACE_ADMIN)))
        .order_by(BlobDamage.id.desc(), Message.id)
        .limit(MOST_SHOWN)
    )
    return [
        DamagedMessage(row.id, row.subject, row.condition, row.found_at, is_in_trash=row.deleted_at is not None)
        for row in rows
    ]


def damage_in_words() -> str:
    """What a super user must know; '' while all is well."""
    count = db.session.scalar(select(func.count()).select_from(BlobDamage)) or 0
    if not count:
        return ""
    # Few blobs are damaged: each is looked for in the index of each space, rather than each message among them.
    is_in_space = exists().where(Message.space_id == Space.id, Message.sha256 == BlobDamage.sha256)
    has_damage = select(BlobDamage.id).where(is_in_space.correlate(Space, BlobDamage)).correlate(Space).exists()
    keys = db.session.scalars(select(Space.key).where(has_damage).order_by(Space.key).limit(MOST_SHOWN)).all()
    where = f" in {', '.join(keys)}" if keys else ""
    what = "1 raw message is" if count == 1 else f"{count:,} raw messages are"
    return (
        f"{what} damaged or missing{where}. What is still on its mail server stays there and is fetched again; "
        "restore the others from a backup. The Mail Accounts page of each space names them."
    )


def archive_is_well() -> tuple[bool, str]:
    """For ``flask doctor``."""
    with reading():
        sentence = damage_in_words()
    return not sentence, sentence or "no raw message is known to be damaged."
