"""Tables of what is prescribed: numbered versions, stable lines, and each version's terms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.units import Amount


class Version(Base):
    """Everything one patient is prescribed, as one numbered version; superseded, never edited.

    It is in force from `effective_night` until the next version's. `self_reported` when the
    patient wrote down what was prescribed to them.
    """

    __tablename__ = "protocol_version"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        UniqueConstraint("patient_id", "number"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    number: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    effective_night: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    prescriber: Mapped[str] = mapped_column(String(200))
    self_reported: Mapped[bool]
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)


class Line(Base):
    """One medicine that a patient takes. Its id outlives changes of amount and schedule."""

    __tablename__ = "line"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    medicine: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(40))
    route: Mapped[str] = mapped_column(String(40))


class Terms(Base):
    """What one version says of one line.

    recurrence        as the API writes it; `app.protocols.lines` turns it into a `Recurrence`
    window_minutes    how long after the due time a dose may be taken; None: until the day turns
    on_time_minutes   how far from the due time, either way, still counts as on time
    ladder            minutes after the due time; a negative rung counts back from the closing
    """

    __tablename__ = "terms"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "version_id", "line_id"),
        ForeignKeyConstraint(
            ["patient_id", "version_id"], ["protocol_version.patient_id", "protocol_version.id"]
        ),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
    )

    patient_id: Mapped[UUID]
    version_id: Mapped[UUID]
    line_id: Mapped[UUID]
    position: Mapped[int]
    amount_value: Mapped[Decimal]
    amount_unit: Mapped[str] = mapped_column(String(16))
    recurrence: Mapped[dict[str, Any]]
    window_minutes: Mapped[int | None]
    on_time_minutes: Mapped[int]
    ladder: Mapped[list[int]]

    @property
    def amount(self) -> Amount:
        """How much is taken each time."""
        return Amount(self.amount_value, self.amount_unit)


class Hold(Base):
    """A clinician's or patient's pause of one line: its nights leave the denominator.

    Nights from `since` up to, not including, `until`; open while `until` is None.
    """

    __tablename__ = "hold"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    line_id: Mapped[UUID]
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Plan(Base):
    """How far one patient's doses are planned, and by which rules.

    planned_until   first night that is not planned yet
    next_at         when the plan tick comes round; whatever changes the plan sets it to now
    tzdata          version of the time-zone rules the instants were derived with
    """

    __tablename__ = "plan"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    planned_until: Mapped[date]
    next_at: Mapped[datetime] = mapped_column(index=True)
    tzdata: Mapped[str] = mapped_column(String(16))
