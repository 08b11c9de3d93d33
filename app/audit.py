"""Who did or saw what, to whose record, and when; written in the same transaction, never changed.

Entries hold ids, words of the program and digests, never a drug, an amount or a name. Each waits
until `app.sealing` has made it a link of the chain that `app.verification` checks.
"""

import enum
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

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

    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("audit_entry.id"), primary_key=True, init=False
    )

    # Tells the mapper that the entry comes first.
    entry: Mapped[AuditEntry] = relationship(lazy="raise")


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
    entry = AuditEntry(
        id=uuid4(), at=at, actor_id=actor, patient_id=patient, action=action, means=means,
        facts=dict(facts),
    )  # fmt: skip
    session.add(AuditWaiting(entry=entry))


def canonical(said: Any) -> bytes:
    """One spelling of a value: the same on both databases, before and after it was stored."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), default=_spelled).encode()


def digest(said: Any) -> str:
    """SHA-256, in hex, of what a row of the record says; it stands in the facts of an entry.

    It is no secret-keeping: who can guess a row can compare it. Who reads the database has the row.
    """
    return hashlib.sha256(canonical(said)).hexdigest()


def _spelled(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | UUID():
            return str(value)
        case Decimal():
            return f"{value:f}"
    raise TypeError(f"{type(value)} has no one spelling")
