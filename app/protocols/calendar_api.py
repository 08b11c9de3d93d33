"""A month of nights, and what the patient is told of, over HTTP."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.accounts.access import Me, OfPatient
from app.clock import Now
from app.db import Session
from app.doses.shapes import AmountOut
from app.doses.state import DoseState
from app.problems import Invalid, NotFound, declared
from app.protocols.calendar import Night, Why, month_of
from app.protocols.models import NoticeKind
from app.protocols.news import news_of

router = APIRouter(prefix="/api", tags=["protocol"])

_MONTH = re.compile(r"(20[0-9]{2}|2100)-(0[1-9]|1[0-2])")


class CalendarDose(BaseModel):
    """One dose of a night; `id` is null while the night is not planned yet."""

    id: UUID | None
    line_id: UUID
    label: str
    amount: AmountOut
    due_local: str
    state: DoseState
    late: bool | None


class CalendarPause(BaseModel):
    """A line that pauses in a night, and why; `reason` is the one given with a hold."""

    line_id: UUID
    label: str
    why: Why
    reason: str


class CalendarNight(BaseModel):
    """One night; `text` says the same in one sentence."""

    night: date
    doses: list[CalendarDose]
    pauses: list[CalendarPause]
    events: list[str]
    text: str

    @classmethod
    def of(cls, night: Night) -> "CalendarNight":
        """The night as the API shows it."""
        return cls(
            night=night.night,
            doses=[
                CalendarDose(
                    id=dose.id, line_id=dose.line_id, label=dose.label,
                    amount=AmountOut.of(dose.amount), due_local=dose.due_local,
                    state=dose.state, late=dose.late,
                )
                for dose in night.doses
            ],
            pauses=[
                CalendarPause(
                    line_id=pause.line_id, label=pause.label, why=pause.why, reason=pause.reason
                )
                for pause in night.pauses
            ],
            events=night.events,
            text=night.text,
        )  # fmt: skip


class CalendarOut(BaseModel):
    """The nights of one month, and which night it is where the patient is."""

    month: str
    tonight: date
    nights: list[CalendarNight]


class NoticeOut(BaseModel):
    """Something to read; `version` is the number of the version it is about."""

    id: UUID
    kind: NoticeKind
    line_id: UUID | None
    name: str | None
    version: int | None
    night: date
    days_before: int
    text: str


class NoticesOut(BaseModel):
    """What is still of use to know, the nearest night first."""

    notices: list[NoticeOut]


@router.get("/patients/{patient}/calendar", responses=declared(NotFound, Invalid))
async def read_calendar(
    month: Annotated[str, Query(max_length=10, description="such as `2026-11`")],
    access: OfPatient, session: Session, now: Now,
) -> CalendarOut:  # fmt: skip
    """Every night of a month: its doses, pauses and turns, and one sentence each."""
    if not _MONTH.fullmatch(month):
        raise Invalid(
            "This is not a month.", field="month",
            cure="Write year and month such as 2026-11, from 2000-01 to 2100-12.",
        )  # fmt: skip
    found = await month_of(session, access.patient_id, date.fromisoformat(f"{month}-01"), now)
    nights = [CalendarNight.of(night) for night in found.nights]
    return CalendarOut(month=month, tonight=found.tonight, nights=nights)


@router.get("/me/notices")
async def read_notices(patient: Me, session: Session, now: Now) -> NoticesOut:
    """Changes that wait for the patient, and turns and steps that were told of and are to come."""
    return NoticesOut(
        notices=[
            NoticeOut(
                id=each.id, kind=each.kind, line_id=each.line_id, name=each.name,
                version=each.version, night=each.night, days_before=each.days_before,
                text=each.text,
            )
            for each in await news_of(session, patient.id, now)
        ]
    )  # fmt: skip
