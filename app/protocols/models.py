"""Tables of what is prescribed: numbered versions, stable lines, and each version's terms."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, words
from app.units import Amount


class Version(Base):
    """Everything one patient is prescribed, as one numbered version; superseded, never edited.

    A clinician's version is a proposal until the patient has acknowledged it, unless it is a
    safety reduction that holds at once. Until then the version before it stands.

    effective_night   the night the author stated
    in_force_from     the first night it does hold, or None while it is only proposed
    based_on          number of the version the author had before them
    at_once           a safety reduction: in force without waiting for the acknowledgement
    withdrawn_at      when a clinician took the proposal back, and why
    self_reported     the patient wrote down what was prescribed to them, by whom, where it was
                      dispensed, and on which day
    because           the lab result behind it, as its author read it; None without one
    overrides         what Vesper warned of, what it saw, and why it is meant all the same
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
    in_force_from: Mapped[date | None] = mapped_column(default=None)
    based_on: Mapped[int | None] = mapped_column(default=None)
    at_once: Mapped[bool] = mapped_column(default=False, server_default="0")
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    pharmacy: Mapped[str] = mapped_column(String(200), default="", server_default="")
    prescribed_on: Mapped[date | None] = mapped_column(default=None)
    because: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    overrides: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")


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
    window_source     where the late window comes from; shown with it
    min_gap_minutes   closest that two intakes may lie; None: no rule, and Vesper stays silent
    min_gap_source    where that comes from; never empty where there is a gap
    steps             titration: `{"from", "value", "unit"}` for each night from which another
                      amount holds, in order of nights
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
    window_source: Mapped[str] = mapped_column(String(500), default="", server_default="")
    min_gap_minutes: Mapped[int | None] = mapped_column(default=None)
    min_gap_source: Mapped[str] = mapped_column(String(500), default="", server_default="")
    steps: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")

    @property
    def amount(self) -> Amount:
        """How much is taken each time, before the first step."""
        return Amount(self.amount_value, self.amount_unit)

    def amount_at(self, night: date) -> Amount:
        """How much is taken in this night: what the last step that has come says."""
        standing = self.amount
        for step in self.steps:
            if date.fromisoformat(step["from"]) <= night:
                standing = Amount(Decimal(step["value"]), step["unit"])
        return standing


class Hold(Base):
    """A clinician's or patient's pause of one line: its nights leave the denominator.

    Nights from `since` up to, not including, `until`; open while `until` is None. `resumed_at` and
    `resumed_by` say who ended it before its time, or ended an open one.
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
    resumed_at: Mapped[datetime | None] = mapped_column(default=None)
    resumed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)


class Screening(Base):
    """Somebody's answers to the questions before a growth-hormone peptide starts, and yearly.

    answers   code of each question to `yes`, `no` or `unsure`; append-only
    """

    __tablename__ = "screening"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]
    answers: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")


class ScreeningOverride(Base):
    """A clinician's decision to start in spite of an answer, with the reason; append-only."""

    __tablename__ = "screening_override"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "screening_id"),
        ForeignKeyConstraint(
            ["patient_id", "screening_id"], ["screening.patient_id", "screening.id"]
        ),
    )

    patient_id: Mapped[UUID]
    screening_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))


class NoticeKind(enum.StrEnum):
    """What a notice tells the patient to look at."""

    PROPOSED = "proposed"
    AT_ONCE = "at_once"
    PAUSE_BEGINS = "pause_begins"
    PAUSE_ENDS = "pause_ends"
    STEP = "step"


class Notice(Base):
    """Something about the protocol that a patient is told once: in the app, and by a neutral push.

    night        the night it is about: the turn of a cycle, a step, the start of a version
    days_before  how many nights before it speaks; 0 for what is said as soon as it is known
    say_at       when its push is to be made; None once it was made, or is too late to make
    said_at      since when it has been told: in the app where the push still waits for the morning
    """

    __tablename__ = "notice"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
        ForeignKeyConstraint(
            ["patient_id", "version_id"], ["protocol_version.patient_id", "protocol_version.id"]
        ),
        Index(None, "say_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    line_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None]
    night: Mapped[date]
    days_before: Mapped[int]
    say_at: Mapped[datetime | None]
    said_at: Mapped[datetime | None] = mapped_column(default=None)


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
