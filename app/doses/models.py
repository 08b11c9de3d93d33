"""Tables of the plan and of the record: doses, what happened to them, and who still reminds."""

import enum
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.audit import Means
from app.db import Base, words
from app.units import Amount


class Kind(enum.StrEnum):
    """What somebody said happened to a dose."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    UNDONE = "undone"


class SkipReason(enum.StrEnum):
    """Why a dose was left out, as far as the patient wants to say."""

    FORGOT = "forgot"
    TRAVELLING = "travelling"
    UNWELL = "unwell"
    SIDE_EFFECT = "side_effect"
    RAN_OUT = "ran_out"
    CLINIC_SAID_SO = "clinic_said_so"
    OTHER = "other"


class AmountReason(enum.StrEnum):
    """Why another amount was taken than planned, as far as the patient wants to say."""

    CLINIC_SAID_SO = "clinic_said_so"
    RAN_OUT = "ran_out"
    SIDE_EFFECT = "side_effect"
    DREW_DIFFERENTLY = "drew_differently"
    OTHER = "other"


class Held(enum.StrEnum):
    """Why a planned dose is not expected.

    hold   the line was on hold in that night
    gap    after a change of zone it would follow the dose before within the line's minimum gap
    """

    HOLD = "hold"
    GAP = "gap"


class Dose(Base):
    """One planned intake, or one that was taken outside the plan (`extra`).

    Future unsettled rows are a cache of the prescription and may be replaced. Once `due_at` has
    passed, or somebody settled it, a row is part of the record and stays as it was planned:
    its version, its amount, its window, its zone, and whether the line was held.

    held              not expected; `held_for` says why
    min_gap_minutes   closest that two intakes of the line may lie, None without such a rule
    quota             of a line taken on any so many nights of the week: how many; else None
    """

    __tablename__ = "dose"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "line_id"], ["line.patient_id", "line.id"]),
        ForeignKeyConstraint(
            ["patient_id", "version_id"], ["protocol_version.patient_id", "protocol_version.id"]
        ),
        UniqueConstraint("patient_id", "line_id", "night", "slot"),
        CheckConstraint("closes_at > due_at", name="window"),
        Index(None, "patient_id", "due_at"),
        Index(None, "due_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    line_id: Mapped[UUID]
    version_id: Mapped[UUID]
    night: Mapped[date]
    slot: Mapped[int]
    label: Mapped[str] = mapped_column(String(120))
    amount_value: Mapped[Decimal]
    amount_unit: Mapped[str] = mapped_column(String(16))
    route: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    on_time_minutes: Mapped[int]
    ladder: Mapped[list[int]]
    zone: Mapped[str] = mapped_column(String(64))
    held: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[bool] = mapped_column(default=False)
    held_for: Mapped[Held | None] = mapped_column(words(Held), default=None)
    min_gap_minutes: Mapped[int | None] = mapped_column(default=None)
    quota: Mapped[int | None] = mapped_column(default=None)

    events: Mapped[list["Event"]] = relationship(
        init=False, lazy="raise", order_by="Event.seq", viewonly=False
    )

    @property
    def amount(self) -> Amount:
        """How much was planned."""
        return Amount(self.amount_value, self.amount_unit)

    @property
    def outcome(self) -> "Event | None":
        """The event that stands: the last one, unless it undid the one before."""
        last = self.events[-1] if self.events else None
        return None if last is None or last.kind is Kind.UNDONE else last


class Event(Base):
    """What somebody said of a dose; append-only, numbered by `seq` within the dose.

    `taken_at` is when the patient acted, `logged_at` when the server heard of it. An amount is
    there only when it differed from the planned one. `amends` names the event that this one
    corrects; the corrected one stays in the record.
    """

    __tablename__ = "event"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(["patient_id", "dose_id"], ["dose.patient_id", "dose.id"]),
        UniqueConstraint("patient_id", "dose_id", "seq"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    dose_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[Kind] = mapped_column(words(Kind))
    taken_at: Mapped[datetime | None]
    logged_at: Mapped[datetime]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    means: Mapped[Means] = mapped_column(words(Means))
    reason: Mapped[SkipReason | None] = mapped_column(words(SkipReason), default=None)
    amount_value: Mapped[Decimal | None] = mapped_column(default=None)
    amount_unit: Mapped[str | None] = mapped_column(String(16), default=None)
    note: Mapped[str | None] = mapped_column(String(500), default=None)
    amount_reason: Mapped[AmountReason | None] = mapped_column(words(AmountReason), default=None)
    amends: Mapped[UUID | None] = mapped_column(default=None)

    @property
    def amount(self) -> Amount | None:
        """How much was taken, where it was not what was planned."""
        if self.amount_value is None or self.amount_unit is None:
            return None
        return Amount(self.amount_value, self.amount_unit)


class Reminder(Base):
    """A dose of the coming day that may still speak: small, in the order of time, rebuilt at will.

    thread      what doses due together share: tag and topic of their one notification
    rungs       the instants still to come at which it speaks, as RFC 3339 text, soonest first
    remind_at   the first of them, or a snooze
    spoken      how often it has spoken
    quota       the dose's own: nothing speaks of it once its week is filled
    """

    __tablename__ = "reminder"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(
            ["patient_id", "id"], ["dose.patient_id", "dose.id"], ondelete="CASCADE"
        ),
        Index(None, "remind_at"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    patient_id: Mapped[UUID]
    id: Mapped[UUID]
    thread: Mapped[UUID]
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    remind_at: Mapped[datetime]
    rungs: Mapped[list[str]]
    spoken: Mapped[int] = mapped_column(default=0)
    quota: Mapped[int | None] = mapped_column(default=None)


class Spoken(Base):
    """One time a dose was reminded of: by which message, and on how many devices.

    No foreign key to the dose: checking it locks the dose's row, and that writes a page of the
    large record for every reminder (measured by `bench claims`: 60 % more WAL at a million doses).
    The tick copies the id from a reminder row, which has the key.
    """

    __tablename__ = "spoken"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "dose_id", "message_id"),)

    patient_id: Mapped[UUID]
    dose_id: Mapped[UUID]
    message_id: Mapped[UUID]
    at: Mapped[datetime]
    devices: Mapped[int]


class Wait(Base):
    """Reminders that wait for a blood draw: those of doses due in [since, until).

    Only the speaking waits. The doses stay due when they are, can be logged, and close on time.

    id         the id of what they wait for
    since      the instant at which the morning of the draw begins
    until      the instant at which the morning has passed and everything speaks
    ended_at   when the draw was confirmed or given up, if before that
    """

    __tablename__ = "wait"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        CheckConstraint("until > since", name="morning"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
