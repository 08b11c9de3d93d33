"""The day a patient chose for a draw: kept, given up, and what waits for it until noon."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import preferences_of, quiet_of, zone_of
from app.accounts.models import Person, Preferences
from app.accounts.waking import today_of
from app.doses import waits
from app.monitoring.draw_notes import moment_of, spoken
from app.monitoring.models import ChosenDay
from app.problems import Invalid, NotFound, Problem
from app.protocols.planning import mark_for_planning
from app.push.outbox import withdraw
from app.schedule import A_DAY, zone

FURTHEST = timedelta(days=120)
EVENING = time(18)
BEFORE = timedelta(minutes=60)
"""How long before the draw its morning is spoken of."""

# Reminders of doses due from this hour of the day until noon wait for the draw: an earlier one
# belongs to the night before.
MORNING_BEGINS, NOON = time(4), time(12)
FIRST_HOUR, LAST_HOUR = time(5), time(18)


class AnotherChoice(Problem):
    """This id already stands for another day."""

    status: ClassVar[int] = 409


async def choose(
    session: AsyncSession, patient_id: UUID, actor: Person, *, choice: UUID, draw: UUID,
    together: Collection[UUID], day: date, at: time, now: datetime,
) -> ChosenDay:  # fmt: skip
    """Keep a day for a draw; the earlier choice for it, or for a draw `together` with it, ends.

    choice     made by whoever asks: the same again changes nothing, also when it has ended since
    together   the draws of its visit

    Any day from today on may be chosen, 120 days ahead at most. Raises Invalid, naming the field,
    and AnotherChoice for an id that stands for another draw, day or hour.
    """
    # Two who choose at the same moment take turns, so that one choice stands.
    preferences = await preferences_of(session, patient_id)
    await session.refresh(preferences, with_for_update={"key_share": True})
    row = await session.get(ChosenDay, (patient_id, choice))
    if row is not None:
        if (row.draw_id, row.day, row.at) == (draw, day, at):
            return row
        raise AnotherChoice(
            f"It stands for {spoken(row.day)}, {row.at:%H:%M}.", cure="Choose under a new id."
        )
    _check(preferences, day, at, now)
    await end_for(session, patient_id, {draw, *together}, now)
    row = ChosenDay(
        patient_id=patient_id, id=choice, draw_id=draw, day=day, at=at,
        zone=zone_of(preferences), chosen_by=actor.id, chosen_at=now,
    )  # fmt: skip
    session.add(row)
    await place(session, row, preferences, now)
    # What was to be said before anybody chose is not said any more.
    evening_at, morning_at = row.evening_at, row.morning_at
    row.evening_at = evening_at if evening_at and evening_at > now else None
    row.morning_at = morning_at if morning_at and morning_at > now else None
    audit.record(
        session, "draw.chosen", at=now, actor=actor.id, patient=patient_id, draw=str(draw),
        choice=str(choice),
    )  # fmt: skip
    await session.flush()
    return row


async def find(session: AsyncSession, patient_id: UUID, choice: UUID) -> ChosenDay | None:
    """A choice, ended or not; None for one that never was."""
    return await session.get(ChosenDay, (patient_id, choice))


async def give_up(
    session: AsyncSession, patient_id: UUID, actor: Person, choice: UUID, now: datetime
) -> None:
    """End a choice; whatever waited for it speaks again. A repeat changes nothing.

    Raises NotFound for a choice that never was.
    """
    row = await session.get(ChosenDay, (patient_id, choice), with_for_update=True)
    if row is None:
        raise NotFound("There is no such choice.")
    if row.ended_at is not None:
        return
    await _end(session, patient_id, [row], now)
    audit.record(
        session, "draw.given_up", at=now, actor=actor.id, patient=patient_id,
        draw=str(row.draw_id), choice=str(row.id),
    )  # fmt: skip


async def end_for(
    session: AsyncSession, patient_id: UUID, draws: Collection[UUID], now: datetime,
    *, before: date | None = None,
) -> None:  # fmt: skip
    """End every open choice for these draws: they were drawn, or another day was chosen.

    before   only choices of an earlier day, because the draws were put off to this one

    Nothing more is said of them, and reminders that waited speak within one plan tick. A repeat
    changes nothing.
    """
    mine = (
        select(ChosenDay)
        .where(
            ChosenDay.patient_id == patient_id, ChosenDay.ended_at.is_(None),
            ChosenDay.draw_id.in_(draws),
        )
        .order_by(ChosenDay.id)
        .with_for_update()
    )  # fmt: skip
    rows = (await session.scalars(mine)).all()
    ended = [row for row in rows if before is None or row.day < before]
    await _end(session, patient_id, ended, now)


async def place(
    session: AsyncSession, row: ChosenDay, preferences: Preferences, now: datetime
) -> None:
    """Work out anew, for where the patient is now, when this choice speaks and what waits for it.

    Instants that have passed stay as they come out: whoever speaks decides what is too late.
    """
    row.zone = zone_of(preferences)
    row.evening_at = evening_of(row, preferences)
    row.morning_at = morning_of(row, preferences)
    here = zone(row.zone)
    # A patient whose day turns later sleeps later; what is due before belongs to the night.
    turns = preferences.turns
    begins = turns if MORNING_BEGINS < turns < row.at else MORNING_BEGINS
    since, until = moment_of(row.day, begins, here), moment_of(row.day, NOON, here)
    if since is not None and until is not None and since < until:
        await waits.begin(session, row.patient_id, row.id, since, until)
        await mark_for_planning(session, row.patient_id, now)


def draw_moment(row: ChosenDay, preferences: Preferences) -> datetime | None:
    """When blood is to be drawn; None on a date that the patient's place never had."""
    return moment_of(row.day, row.at, zone(zone_of(preferences)))


def evening_of(row: ChosenDay, preferences: Preferences) -> datetime | None:
    """The evening before at 18:00, or when quiet hours end; None where that is another day."""
    here = zone(zone_of(preferences))
    evening = moment_of(row.day - A_DAY, EVENING, here)
    quiet = quiet_of(preferences)
    if evening is not None and quiet is not None and quiet.covers(evening):
        evening = quiet.ends_after(evening)
    if evening is None or evening.astimezone(here).date() >= row.day:
        return None
    return evening


def morning_of(row: ChosenDay, preferences: Preferences) -> datetime | None:
    """An hour before the draw, or when quiet hours end, if that is still before it.

    In quiet hours that last beyond the draw it speaks all the same: the patient chose the hour.
    """
    drawn_at = draw_moment(row, preferences)
    if drawn_at is None:
        return None
    morning = drawn_at - BEFORE
    quiet = quiet_of(preferences)
    if quiet is not None and quiet.covers(morning):
        ends = quiet.ends_after(morning)
        return ends if ends < drawn_at else morning
    return morning


async def _end(
    session: AsyncSession, patient_id: UUID, rows: Sequence[ChosenDay], now: datetime
) -> None:
    if not rows:
        return
    for row in rows:
        row.ended_at, row.evening_at, row.morning_at = now, None, None
        await withdraw(session, patient_id, row.id.hex, now)
    await waits.end(session, patient_id, [row.id for row in rows], now)
    await mark_for_planning(session, patient_id, now)
    await session.flush()


def _check(preferences: Preferences, day: date, at: time, now: datetime) -> None:
    """Raise Invalid for a day or hour that nobody can go at."""
    today = today_of(preferences, now)
    if not FIRST_HOUR <= at <= LAST_HOUR:
        raise Invalid(
            f"Nobody draws blood at {at:%H:%M}.", field="at",
            cure=f"Choose an hour from {FIRST_HOUR:%H:%M} to {LAST_HOUR:%H:%M}.",
        )  # fmt: skip
    if day > today + FURTHEST:
        raise Invalid(
            f"That is more than {FURTHEST.days} days ahead.", field="day",
            cure="Choose a nearer day.",
        )  # fmt: skip
    moment = moment_of(day, at, zone(zone_of(preferences)))
    if day < today or moment is None or moment <= now:
        raise Invalid(
            "That moment has passed, or never comes.", field="day" if day != today else "at",
            cure="Choose a day and hour that are still to come.",
        )  # fmt: skip
