"""Waits: which doses they silence, and that a repeat is the same as once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.doses.models import Dose, Reminder, Wait
from app.doses.waits import begin, end, silent_until, waits_of
from app.reminders.snooze import snooze
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

FOUR, NOON = MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=7)
"""Of Monday morning in Denver."""


def a_wait(since: datetime = FOUR, until: datetime = NOON) -> Wait:
    return Wait(patient_id=uuid4(), id=uuid4(), since=since, until=until)


def test_a_dose_waits_when_it_is_due_in_the_morning_and_not_at_noon() -> None:
    moment = timedelta(microseconds=1)
    assert silent_until(FOUR, [a_wait()]) == NOON
    assert silent_until(NOON - moment, [a_wait()]) == NOON
    assert silent_until(FOUR - moment, [a_wait()]) is None
    assert silent_until(NOON, [a_wait()]) is None
    assert silent_until(FOUR, []) is None


def test_of_two_waits_the_longer_holds() -> None:
    later = a_wait(FOUR, NOON + timedelta(hours=2))
    assert silent_until(FOUR, [a_wait(), later, a_wait()]) == later.until


async def test_the_same_again_changes_nothing_and_other_instants_move_it(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    key = uuid4()
    for _ in range(2):
        await begin(session, patient.id, key, FOUR, NOON)
    (wait,) = await waits_of(session, patient.id)
    assert (wait.since, wait.until) == (FOUR, NOON)
    await begin(session, patient.id, key, FOUR, NOON + timedelta(hours=1))
    (wait,) = await waits_of(session, patient.id)
    assert wait.until == NOON + timedelta(hours=1)


async def test_what_has_ended_stays_ended(session: AsyncSession) -> None:
    patient, other = await a_patient(session), await a_patient(session)
    key, stays = uuid4(), uuid4()
    await begin(session, patient.id, key, FOUR, NOON)
    await begin(session, patient.id, stays, FOUR, NOON)
    await begin(session, other.id, key, FOUR, NOON)
    await end(session, patient.id, [], MONDAY)
    for minutes in (0, 5):
        await end(session, patient.id, [key], MONDAY + timedelta(minutes=minutes))
    await begin(session, patient.id, key, FOUR, NOON + timedelta(hours=1))
    assert [wait.id for wait in await waits_of(session, patient.id)] == [stays]
    assert [wait.id for wait in await waits_of(session, other.id)] == [key]
    row = await session.get(Wait, (patient.id, key), populate_existing=True)
    assert row is not None
    assert (row.ended_at, row.until) == (MONDAY, NOON)


async def test_a_wait_that_ends_before_it_begins_is_none(session: AsyncSession) -> None:
    patient = await a_patient(session)
    with pytest.raises(IntegrityError):
        await begin(session, patient.id, uuid4(), NOON, FOUR)


async def test_what_is_armed_falls_silent_at_once_unless_the_patient_asked_for_it(
    session: AsyncSession, time: Clock
) -> None:
    """The plan tick may be five seconds away, and the dose due in two."""
    patient = await a_patient(session)
    await a_protocol(
        session, patient, a_line(times=("08:00",)),
        a_line(medicine="gonadorelin", times=("08:30",)),
        a_line(medicine="anastrozole", route="oral", amount="1", unit="mg"),
    )  # fmt: skip
    doses = (await session.scalars(
        select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at).limit(3)
    )).all()  # fmt: skip
    time.now = datetime(2026, 11, 23, 14, 59, tzinfo=UTC)
    await snooze(session, patient.id, doses[1].id, minutes=20, means=Means.APP, now=time.now)
    await begin(session, patient.id, uuid4(), FOUR, NOON)
    armed = set(await session.scalars(
        select(Reminder.id).where(Reminder.patient_id == patient.id, Reminder.due_at < MONDAY
                                  + timedelta(hours=20))
    ))  # fmt: skip
    assert armed == {doses[1].id, doses[2].id}
