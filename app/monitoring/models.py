"""Tables of the lab plan: its rules for one patient, each draw, chosen days, looked-at flags."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class LabPlan(Base):
    """The rules one patient's clinic chose instead of the default plan, as the API writes them."""

    __tablename__ = "lab_plan"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    steps: Mapped[list[Any]]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]


class LabSettings(Base):
    """Goals, limits and timing that one patient's clinic chose; what is not there has its default.

    chosen   as `app.monitoring.settings` writes it
    """

    __tablename__ = "lab_settings"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    chosen: Mapped[dict[str, Any]]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]


class LabDraw(Base):
    """One due time of one rule of the plan, whether it was prompted, put off or done.

    The id follows from the rule and its repetition, so a rebuilt plan names the same draw. A row
    that nobody has said anything about is a cache and may go; whether results have come is
    computed.

    step           the rule's code
    repetition     0, 1, 2… of a rule that counts from the start; of one that follows a change or a
                   result, the day it follows, as a proleptic Gregorian ordinal
    window_before  days before `due_on` from which a result satisfies it
    window_after   days after `due_on` until which it is due, and after which it is overdue
    markers        codes of the catalogue that are asked for
    prompt_at      None once nothing more is to be said
    drawn_on       the day on which somebody said it was drawn or measured
    """

    __tablename__ = "lab_draw"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"), Index(None, "prompt_at"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    step: Mapped[str] = mapped_column(String(40))
    repetition: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    due_on: Mapped[date]
    prompt_at: Mapped[datetime | None]
    prompts: Mapped[int] = mapped_column(default=0)
    snoozed_until: Mapped[date | None] = mapped_column(default=None)
    drawn_on: Mapped[date | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), default=None)
    window_before: Mapped[int] = mapped_column(default=7, server_default="7")
    window_after: Mapped[int] = mapped_column(default=7, server_default="7")
    markers: Mapped[list[str]] = mapped_column(default_factory=list, server_default="[]")


class ChosenDay(Base):
    """The day a patient chose for a draw: it is spoken of the evening before and that morning.

    draw_id      the draw it was chosen for; whatever else falls together is drawn with it
    day, at      calendar date and wall-clock time in `zone`
    evening_at   when the evening before is spoken of; None once said, or too late to say
    morning_at   likewise the morning itself
    ended_at     when it was drawn or given up
    """

    __tablename__ = "chosen_day"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index(None, "evening_at"),
        Index(None, "morning_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    draw_id: Mapped[UUID]
    day: Mapped[date]
    at: Mapped[time]
    zone: Mapped[str] = mapped_column(String(64))
    chosen_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]
    evening_at: Mapped[datetime | None] = mapped_column(default=None)
    morning_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class FlagSeen(Base):
    """A clinician's acknowledgement of one flag; append-only. What the flag said is computed.

    id               follows from the observation and the rule, so one flag is acknowledged once
    observation_id   the result, side effect or warning sign the flag is about
    """

    __tablename__ = "flag_seen"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        ForeignKeyConstraint(
            ["patient_id", "observation_id"], ["observation.patient_id", "observation.id"]
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    id: Mapped[UUID]
    observation_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(String(60))
    seen_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")
