"""Tables of where injections went, what the spots did, and which spots the clinic allows."""

import enum
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words


class Placement(Base):
    """Into which spot a dose went, as somebody said; append-only, the highest `seq` stands.

    site   a code of `data/sites.toml`; None takes back what was said before
    """

    __tablename__ = "placement"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "dose_id"], ["dose.patient_id", "dose.id"]),
        UniqueConstraint("patient_id", "dose_id", "seq"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    dose_id: Mapped[UUID]
    seq: Mapped[int]
    said_at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    site: Mapped[str | None] = mapped_column(String(32), default=None)


class Reacted(enum.StrEnum):
    """What a spot does after an injection."""

    LUMP = "lump"
    REDNESS = "redness"
    PAIN = "pain"
    BRUISE = "bruise"
    ITCHING = "itching"
    WARMTH = "warmth"
    OTHER = "other"


class Reaction(Base):
    """A spot that reacted; while it has not ended, the spot is not suggested.

    noticed_on   calendar date where the patient is; so is `ended_on`, None while it is there
    dose_id      the dose after which it was noticed, where somebody said so
    """

    __tablename__ = "reaction"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "dose_id"], ["dose.patient_id", "dose.id"]),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    site: Mapped[str] = mapped_column(String(32))
    kind: Mapped[Reacted] = mapped_column(words(Reacted))
    noticed_on: Mapped[date]
    said_at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    dose_id: Mapped[UUID | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(String(500), default="")
    ended_on: Mapped[date | None] = mapped_column(default=None)
    voided_at: Mapped[datetime | None] = mapped_column(default=None)


class SiteSettings(Base):
    """Which spots beyond the usual ones a clinic allows one patient.

    deltoid   whether the shoulder may be suggested for injections into muscle
    """

    __tablename__ = "site_settings"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    deltoid: Mapped[bool]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
