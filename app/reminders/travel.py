"""A patient in another zone: what each way of living there would mean, before they choose.

Vesper moves no dose by itself. It shows both, asks once, and remembers the answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import (
    AwayOut,
    Clocks,
    away_of,
    clocks_with,
    known_zone,
    preferences_of,
)
from app.accounts.models import AwayNights
from app.doses.models import Dose, Held
from app.doses.plan import PlannedDose
from app.protocols.planning import foreseen
from app.schedule import A_DAY, zone

# The next dose of each line tells the choice, and for nightly ones the one after it: that is where
# a change of zone brings two close together.
SHOWN, SOON = 2, timedelta(hours=48)
# No intake longer ago says anything about the next one of a line.
LOOK_BACK = A_DAY * 35


class DoseThere(BaseModel):
    """One dose to come, on both clocks.

    hours_since_last   from the dose of this line before it, as far as it was taken or is to come;
                       null without one
    held_for           `gap` where it lies too close to that one for the line's minimum gap
    """

    line_id: UUID
    label: str
    night: date
    due_at: datetime
    due_there: str
    due_home: str
    hours_since_last: float | None
    held_for: Held | None


class ChoiceOut(BaseModel):
    """The next doses, if bedtime doses followed these nights."""

    nights: AwayNights
    doses: list[DoseThere]


class TravelOut(BaseModel):
    """Both ways of living in `zone`; `away` is what holds now, null at home."""

    home_zone: str
    away: AwayOut | None
    zone: str
    choices: list[ChoiceOut]


async def preview(session: AsyncSession, patient_id: UUID, there: str, now: datetime) -> TravelOut:
    """What either choice would mean in the zone `there`. Writes nothing. Raises Invalid."""
    preferences = await preferences_of(session, patient_id)
    known_zone(there, "zone")
    before = await _intakes(session, patient_id, now)
    choices: list[ChoiceOut] = []
    for nights in AwayNights:
        clocks = clocks_with(preferences, there, nights)
        planned = await foreseen(session, patient_id, clocks, now)
        choices.append(ChoiceOut(nights=nights, doses=_next(planned, before, clocks, now)))
    return TravelOut(
        home_zone=preferences.timezone, away=away_of(preferences), zone=there, choices=choices
    )


async def _intakes(
    session: AsyncSession, patient_id: UUID, now: datetime
) -> dict[UUID, list[datetime]]:
    """When doses of each line were taken of late, or fell due and can still be taken."""
    recent = (
        select(Dose)
        .where(Dose.patient_id == patient_id, Dose.due_at > now - LOOK_BACK)
        .options(selectinload(Dose.events))
    )
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for dose in (await session.scalars(recent)).all():
        outcome = dose.outcome
        if outcome is not None and outcome.taken_at is not None:
            found[dose.line_id].append(outcome.taken_at)
        elif outcome is None and dose.due_at <= now < dose.closes_at and not dose.held:
            found[dose.line_id].append(dose.due_at)
    return found


def _next(
    planned: Iterable[PlannedDose], before: dict[UUID, list[datetime]], clocks: Clocks,
    now: datetime,
) -> list[DoseThere]:  # fmt: skip
    """The next doses of each line, in order of time."""
    by_line: dict[UUID, list[PlannedDose]] = defaultdict(list)
    for dose in sorted(planned, key=lambda dose: (dose.due_at, dose.slot)):
        if dose.due_at > now and dose.held_for is not Held.HOLD:
            by_line[dose.line_id].append(dose)
    shown = [
        _there(dose, [*before.get(line, []), *_expected(doses[:place])], clocks)
        for line, doses in by_line.items()
        for place, dose in enumerate(doses[:SHOWN])
        if place == 0 or dose.due_at <= now + SOON
    ]
    return sorted(shown, key=lambda dose: (dose.due_at, dose.label))


def _expected(doses: Sequence[PlannedDose]) -> list[datetime]:
    return [dose.due_at for dose in doses if not dose.held]


def _there(dose: PlannedDose, before: Sequence[datetime], clocks: Clocks) -> DoseThere:
    last = max((moment for moment in before if moment <= dose.due_at), default=None)
    hours = None if last is None else round((dose.due_at - last) / timedelta(hours=1), 1)
    return DoseThere(
        line_id=dose.line_id,
        label=dose.label,
        night=dose.night,
        due_at=dose.due_at,
        due_there=_spoken(dose.due_at, clocks.body.zone.key),
        due_home=_spoken(dose.due_at, clocks.home.zone.key),
        hours_since_last=hours,
        held_for=dose.held_for,
    )


def _spoken(moment: datetime, place: str) -> str:
    """A moment on the wall of a place, such as `Tue 24 Nov, 22:30`."""
    local = moment.astimezone(zone(place))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"
