"""Reminders over HTTP: one tap, the snooze, travel, and how a person wants to be reminded."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Me, SignedIn
from app.accounts.attempts import address_of, allow
from app.accounts.evenings import (
    PreferencesChange,
    PreferencesOut,
    change_preferences,
    come_home,
    go_away,
    preferences_out,
)
from app.accounts.models import AwayNights, Role
from app.audit import Means
from app.clock import Instant, Now
from app.db import Session
from app.doses.log import DoseAlreadySettled
from app.doses.models import Kind
from app.doses.state import is_late
from app.observations.tracking import look_again
from app.problems import Invalid, NotFound, TooManyRequests, declared
from app.protocols.planning import mark_for_planning, plan_patient
from app.reminders.arm import arm
from app.reminders.snooze import WindowClosesFirst, snooze
from app.reminders.tokens import redeem, resolve
from app.reminders.travel import TravelOut, preview
from app.reminders.words import LATER_MINUTES

router = APIRouter(prefix="/api", tags=["reminders"])

# One address may be a whole hospital; a token has 256 random bits, so this only stops floods.
TAPS = "120/minute"

Minutes = Annotated[int, Field(ge=5, le=240)]


class TapIn(BaseModel):
    """A tap on a notification: the token it carried, and what the patient said.

    `id` is made on the phone; `at` is when they tapped, which may be long before this arrives.
    """

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=100)
    receipt: str = Field(max_length=100)
    id: UUID
    kind: Literal["taken", "skipped", "snooze"]
    at: Instant | None = None
    minutes: Minutes = LATER_MINUTES


class TapOut(BaseModel):
    """What is recorded now; it names no medicine, because a token may not read."""

    dose: UUID
    recorded: Literal["taken", "skipped", "snoozed"] | None
    taken_at: datetime | None = None
    late: bool | None = None
    remind_at: datetime | None = None


class SnoozeIn(BaseModel):
    """How long to wait before the next word."""

    model_config = ConfigDict(extra="forbid")

    minutes: Minutes = LATER_MINUTES


class SnoozeOut(BaseModel):
    """When the next word comes."""

    remind_at: datetime


@router.post(
    "/tap",
    responses=declared(NotFound, DoseAlreadySettled, WindowClosesFirst, Invalid, TooManyRequests),
)
async def tap(given: TapIn, request: Request, session: Session, now: Now) -> TapOut:
    """Log one dose, or put its reminder off, with nothing but the token of its notification.

    Works when the session has expired. The same outcome again changes nothing.
    """
    allow(request, TAPS, f"tap {address_of(request)}")
    token = await resolve(session, given.token, receipt=given.receipt, now=now)
    if given.kind == "snooze":
        remind_at = await snooze(
            session,
            token.patient_id,
            token.dose_id,
            minutes=given.minutes,
            means=Means.PUSH_TOKEN,
            now=now,
        )
        return TapOut(dose=token.dose_id, recorded="snoozed", remind_at=remind_at)
    kind = Kind.TAKEN if given.kind == "taken" else Kind.SKIPPED
    dose = await redeem(session, token, report_id=given.id, kind=kind, taken_at=given.at, now=now)
    outcome = dose.outcome
    return TapOut(
        dose=dose.id,
        recorded=None if outcome is None else "taken" if outcome.kind is Kind.TAKEN else "skipped",
        taken_at=outcome.taken_at if outcome else None,
        late=is_late(dose),
    )


@router.post(
    "/doses/{dose_id}/snooze",
    responses=declared(NotFound, DoseAlreadySettled, WindowClosesFirst),
)
async def snooze_dose(
    dose_id: UUID, given: SnoozeIn, me: Me, session: Session, now: Now
) -> SnoozeOut:
    """Put the next reminder of a dose off; the dose itself does not move."""
    remind_at = await snooze(
        session, me.id, dose_id, minutes=given.minutes, means=Means.APP, now=now
    )
    return SnoozeOut(remind_at=remind_at)


@router.patch("/me/preferences", responses=declared(Invalid))
async def change_my_preferences(
    given: PreferencesChange, person: SignedIn, session: Session, now: Now
) -> PreferencesOut:
    """Change time zone, bedtimes, quiet hours or what a notification may say.

    Future unsettled doses move to the new wall clock; the past stays as it was.
    """
    preferences = await change_preferences(session, person.id, given, now)
    if person.role is Role.PATIENT:
        await _replan(session, person.id, now)
    return preferences_out(preferences)


class TravelIn(BaseModel):
    """Where a patient is, and by which clock their bedtime doses shall fall due meanwhile."""

    model_config = ConfigDict(extra="forbid")

    zone: str = Field(max_length=64)
    nights: AwayNights


@router.get("/me/travel", responses=declared(Invalid))
async def preview_travel(
    me: Me, session: Session, now: Now, zone: Annotated[str, Query(max_length=64)]
) -> TravelOut:
    """The next doses in another zone on both clocks, for each way of living there."""
    return await preview(session, me.id, zone, now)


@router.put("/me/travel", responses=declared(Invalid))
async def travel(given: TravelIn, me: Me, session: Session, now: Now) -> PreferencesOut:
    """Say where the patient is and which nights their bedtime doses follow; nobody asks again.

    The home zone ends being away. A repeat changes nothing. What is past or settled stays.
    """
    preferences = await go_away(session, me.id, given.zone, given.nights, now)
    await _replan(session, me.id, now)
    return preferences_out(preferences)


@router.delete("/me/travel")
async def return_home(me: Me, session: Session, now: Now) -> PreferencesOut:
    """Say that the patient is at home again: every dose is on the home clock. Safe to repeat."""
    preferences = await come_home(session, me.id, now)
    await _replan(session, me.id, now)
    return preferences_out(preferences)


async def _replan(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Plan and arm at once, and have the next ticks do it again, and ask by the new clock."""
    await session.flush()
    await plan_patient(session, patient_id, now)
    await arm(session, patient_id, now)
    await mark_for_planning(session, patient_id, now)
    await look_again(session, patient_id, now)
