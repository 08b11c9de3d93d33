"""The table of single-use tokens that log one dose from a notification."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class TapToken(Base):
    """Leave to say what happened to one dose, and nothing else. Only the token's SHA-256 is kept.

    `event_id` is set when it has been used; the same report again gets the same answer. There is
    no foreign key to the dose, for the reason that `app.doses.models.Spoken` gives; a token whose
    dose is gone opens nothing.
    """

    __tablename__ = "tap_token"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "token_hash"),
        Index(None, "expires_at"),
    )

    patient_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    dose_id: Mapped[UUID]
    message_id: Mapped[UUID]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    event_id: Mapped[UUID | None] = mapped_column(default=None)
