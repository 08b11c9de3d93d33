"""Who did or saw what, to whose record, and when; written in the same transaction, never changed.

Entries hold ids and words of the program, never a drug, an amount or a name.
"""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class Means(enum.StrEnum):
    """By which way somebody acted."""

    APP = "app"
    PUSH_TOKEN = "push_token"
    CLINICIAN = "clinician"
    IMPORT = "import"
    API_KEY = "api_key"
    COMMAND = "command"
    SYSTEM = "system"


class AuditEntry(Base):
    """One act or one look. Triggers refuse to update or delete it, on both databases."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "patient_id", "at"), Index(None, "actor_id", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(64))
    means: Mapped[Means] = mapped_column(words(Means))
    facts: Mapped[dict[str, Any]]


class AuditWaiting(Base):
    """An entry that no seal covers yet; written with the entry, gone when it is sealed."""

    __tablename__ = "audit_waiting"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)


class AuditSeal(Base):
    """One link of the chain over all entries; append-only, like what it seals.

    number   1 for the first entry that was sealed, then without a gap
    hash     over the seal before and everything the entry says, keyed by the server's secret
    key_id   which secret that was
    """

    __tablename__ = "audit_seal"
    __table_args__ = (UniqueConstraint("entry_id"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit_entry.id"))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(16))
    sealed_at: Mapped[datetime]


def record(
    session: AsyncSession,
    action: str,
    *,
    at: datetime,
    actor: UUID | None,
    patient: UUID | None,
    means: Means = Means.APP,
    **facts: str | int,
) -> None:
    """Note one act, such as `dose.taken` or `adherence.read`, in the running transaction."""
    session.add(
        AuditEntry(
            id=uuid4(),
            at=at,
            actor_id=actor,
            patient_id=patient,
            action=action,
            means=means,
            facts=dict(facts),
        )
    )
