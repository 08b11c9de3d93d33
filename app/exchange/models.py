"""Tables of the ways out: private calendar addresses, restored records, and records that end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class CalendarFeed(Base):
    """A secret address under which a calendar program reads one patient's neutral calendar.

    token_hash   SHA-256 of what stands in the address
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index("calendar_feed_token_ix", "token_hash", unique=True),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_read_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class Restored(Base):
    """That a record came out of an export: when, whether it was proven ours, and who wrote what.

    genuine   the export carried this server's own signature
    authors   for what others wrote: id in the export to name and role, as the export told it
    """

    __tablename__ = "restored"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    at: Mapped[datetime]
    exported_at: Mapped[datetime]
    genuine: Mapped[bool]
    authors: Mapped[dict[str, Any]]


class Erasure(Base):
    """A patient's wish that their record ends: when it was said, and when nothing is left.

    erase_at    when what has to be kept no longer has to be; the day it was asked if nothing has
    erased_at   when it was done
    reason      why something was kept until then, as the patient was told; empty if nothing was
    """

    __tablename__ = "erasure"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), Index(None, "erase_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    erase_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="")
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
