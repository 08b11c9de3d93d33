"""Tables of the lab plan: its steps for one patient, and what became of each draw."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class LabPlan(Base):
    """The steps one patient's clinic chose instead of the default plan."""

    __tablename__ = "lab_plan"
    __table_args__ = (PrimaryKeyConstraint("patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    steps: Mapped[list[Any]]
    edited_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]


class LabDraw(Base):
    """One blood draw of the plan: when it is due, whether it was prompted, put off or done.

    The id follows from the step and its repetition, so a rebuilt plan names the same draw.
    `prompt_at` is None once nothing more is to be said.
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
