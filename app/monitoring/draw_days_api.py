"""The draw-day planner over HTTP: which mornings suit a draw, and the one that was chosen."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import OfPatient
from app.accounts.evenings import clock_time
from app.clock import Day, Now
from app.db import Session
from app.monitoring import chosen
from app.monitoring.draw_days import Asked, Place, days_of, place_of
from app.monitoring.draw_facts import asked_of, visit_of
from app.monitoring.draw_notes import Note
from app.monitoring.intervals import Position
from app.monitoring.models import ChosenDay
from app.monitoring.plan import AlreadyDrawn, materialise
from app.monitoring.settings import settings_of
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}/labs/draw-days", tags=["monitoring"])


class NoteOut(BaseModel):
    """One thing to heed: fasting, biotin, or before_doses."""

    code: str
    text: str


class SinceOut(BaseModel):
    """The testosterone dose before a draw; one to come counts as if taken on time."""

    line_id: UUID
    label: str
    hours: str


class DrawDayOut(BaseModel):
    """A morning that suits the rule."""

    day: date
    at: str
    hours_since: SinceOut | None
    position: Position | None
    notes: list[NoteOut]
    text: str


class AvoidedOut(BaseModel):
    """A day that would suit but for a dose that was held, missed, left out or not logged."""

    day: date
    why: str


class DrawDaysOut(BaseModel):
    """The mornings of a visit's window, soonest first; `none_because` when there is none."""

    draw: UUID
    timing: str
    days: list[DrawDayOut]
    avoided: list[AvoidedOut]
    none_because: str | None


class ChoiceIn(BaseModel):
    """The day somebody goes for a draw; the hour is that of the wall clock there.

    id   made by the client: the same choice again changes nothing
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    draw: UUID
    day: Day
    at: str = Field(default="08:00", max_length=5)


class ChosenOut(BaseModel):
    """A chosen day; `fits` says whether it suits the rule as everything stands now."""

    id: UUID
    draw: UUID
    day: date
    at: str
    fits: bool
    why: str | None
    notes: list[NoteOut]


@router.get("", responses=declared(NotFound))
async def read_days(
    draw: Annotated[UUID, Query()], access: OfPatient, session: Session, now: Now
) -> DrawDaysOut:
    """The days that suit a draw, or the visit it is part of. Changes nothing."""
    visit = await visit_of(session, access.patient_id, draw, now)
    asked = await asked_of(session, access.patient_id, visit, now)
    found = days_of(asked)
    timing = (await settings_of(session, access.patient_id)).timing
    return DrawDaysOut(
        draw=draw,
        timing=timing.value,
        days=[_day_out(place) for place in found.fitting],
        avoided=[AvoidedOut(day=place.day, why=place.why or "") for place in found.avoided],
        none_because=found.none_because,
    )


@router.put("", responses=declared(NotFound, Invalid, chosen.AnotherChoice, AlreadyDrawn))
async def put_choice(given: ChoiceIn, access: OfPatient, session: Session, now: Now) -> ChosenOut:
    """Choose a day for a visit; it is spoken of the evening before and that morning.

    Any day within 120 days may be chosen. The choice before it ends. Safe to repeat.
    """
    at = clock_time(given.at, "at")
    visit = await visit_of(session, access.patient_id, given.draw, now)
    if not visit.open and await chosen.find(session, access.patient_id, given.id) is None:
        raise AlreadyDrawn("The blood was drawn.", cure="Undo that first if it was a mistake.")
    row = await chosen.choose(
        session, access.patient_id, access.actor, choice=given.id, draw=given.draw,
        together=visit.draws, day=given.day, at=at, now=now,
    )  # fmt: skip
    # Until the chosen day has passed, its own reminders speak instead of the plan's.
    await materialise(session, access.patient_id, now)
    asked = await asked_of(session, access.patient_id, visit, now, also={row.day})
    return _chosen_out(row, asked)


@router.delete("/{choice}", status_code=204, responses=declared(NotFound))
async def delete_choice(choice: UUID, access: OfPatient, session: Session, now: Now) -> None:
    """Give a chosen day up: nothing more is said of it, and nothing waits. Safe to repeat."""
    await chosen.give_up(session, access.patient_id, access.actor, choice, now)
    await materialise(session, access.patient_id, now)


def _day_out(place: Place) -> DrawDayOut:
    since = place.since
    return DrawDayOut(
        day=place.day,
        at=_clock(place.at),
        hours_since=since
        and SinceOut(line_id=since.line_id, label=since.label, hours=f"{since.hours:f}"),
        position=place.position,
        notes=_notes(place.notes),
        text=place.text,
    )


def _chosen_out(row: ChosenDay, asked: Asked) -> ChosenOut:
    place = place_of(asked, row.day, row.at)
    return ChosenOut(
        id=row.id, draw=row.draw_id, day=row.day, at=_clock(row.at), fits=place.fits,
        why=place.why, notes=_notes(place.notes),
    )  # fmt: skip


def _notes(notes: tuple[Note, ...]) -> list[NoteOut]:
    return [NoteOut(code=note.code, text=note.text) for note in notes]


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
