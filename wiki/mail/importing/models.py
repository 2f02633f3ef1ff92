"""What an import could not take, named."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.db import id_column
from wiki.extensions import Model
from wiki.mail.formats.found import Fate


class ImportNote(Model):
    """Something in an imported file that was not archived: where it stood, and why in a sentence.

    Only the first ones of an import are kept; :class:`wiki.mail.models.MailImport` counts them all.
    """

    __tablename__ = "mail_import_notes"
    __table_args__ = (Index(None, "import_id", "id"),)

    id: Mapped[int] = id_column()
    import_id: Mapped[int] = mapped_column(ForeignKey("mail_imports.id", ondelete="CASCADE"))
    fate: Mapped[Fate] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
