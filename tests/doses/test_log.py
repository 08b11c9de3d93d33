"""Writing down what happened: once, by whoever was first, and never over something else."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import AuditEntry, Means
from app.db import Sessions
from app.doses.log import (
    DoseAlreadySettled,
    NoLongerStands,
    NothingToUndo,
    Report,
    amend,
    find,
    settle,
    undo,
)
from app.doses.models import Dose, Event, Kind, Reminder, Spoken
from app.doses.state import DoseState, is_late, state_of
from app.problems import Invalid, NotFound
from app.push.models import Delivery, Message, State
from tests.factories import a_device, a_line, a_patient, a_protocol
from tests.story_time import Clock


def taken(patient: Person, **facts: object) -> Report:
    return Report(
        id=uuid4(),
        kind=Kind.TAKEN,
        author=patient.id,
        means=Means.APP,
        **facts,  # type: ignore[arg-type]
    )


async def first_dose(session: AsyncSession, patient: Person) -> UUID:
    dose = await session.scalar(
        select(Dose.id).where(Dose.patient_id == patient.id).order_by(Dose.due_at).limit(1)
    )
    assert dose is not None
    return dose


async def test_the_same_report_twice_is_one_event(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    report = taken(patient)
    for _ in range(2):
        await settle(session, patient.id, dose, report, now=time.advance(hours=18))
    assert await session.scalar(select(func.count()).select_from(Event)) == 1


async def test_another_outcome_afterwards_is_a_conflict_that_shows_what_is_recorded(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    await settle(session, patient.id, dose, taken(patient), now=time.advance(hours=18))
    skip = Report(id=uuid4(), kind=Kind.SKIPPED, author=patient.id, means=Means.APP)
    with pytest.raises(DoseAlreadySettled) as conflict:
        await settle(session, patient.id, dose, skip, now=time.now)
    assert conflict.value.facts["recorded"]["kind"] == "taken"
    assert conflict.value.facts["recorded"]["taken_at"] == time.now.isoformat()


async def test_another_patients_dose_does_not_exist(session: AsyncSession, time: Clock) -> None:
    patient, stranger = await a_patient(session), await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    with pytest.raises(NotFound):
        await settle(session, stranger.id, dose, taken(stranger), now=time.now)


async def test_settling_a_dose_stops_its_reminder(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    assert await session.get(Reminder, (patient.id, dose)) is not None
    await settle(session, patient.id, dose, taken(patient), now=time.advance(hours=18))
    assert await session.get(Reminder, (patient.id, dose)) is None


async def test_what_waits_after_the_last_rung_goes_with_the_last_dose_it_speaks_of(
    session: AsyncSession, time: Clock
) -> None:
    """The push service was away; nobody may be told of a dose they have logged meanwhile."""
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(), a_line(medicine="gonadorelin", amount="100"))
    device = await a_device(session, patient)
    doses = list(await session.scalars(select(Dose).order_by(Dose.due_at, Dose.id).limit(2)))
    time.now = doses[0].due_at + timedelta(hours=2)
    message = uuid4()
    session.add(Message(
        person_id=patient.id, id=message, kind="dose-due", topic=doses[0].id.hex, urgent=True,
        payload=b"sealed", created_at=time.now, due_at=time.now, expires_at=doses[0].closes_at,
    ))  # fmt: skip
    await session.flush()
    session.add(Delivery(
        person_id=patient.id, message_id=message, subscription_id=device.id, state=State.WAITING,
        ready_at=time.now,
    ))  # fmt: skip
    for dose in doses:
        session.add(Spoken(
            patient_id=patient.id, dose_id=dose.id, message_id=message, at=time.now, devices=1
        ))  # fmt: skip
    await session.execute(delete(Reminder))  # the ladder of both is over
    waiting = select(func.count()).select_from(Delivery)
    await settle(session, patient.id, doses[0].id, taken(patient), now=time.now)
    assert await session.scalar(waiting) == 1
    await settle(session, patient.id, doses[1].id, taken(patient), now=time.now)
    assert await session.scalar(waiting) == 0


async def test_one_report_cannot_speak_of_two_doses(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    first, second = list(await session.scalars(select(Dose.id).order_by(Dose.due_at).limit(2)))
    report = taken(patient)
    await settle(session, patient.id, first, report, now=time.advance(hours=18))
    with pytest.raises(Invalid) as problem:
        await settle(session, patient.id, second, report, now=time.now)
    assert problem.value.errors[0]["field"] == "id"


async def test_a_tap_after_the_window_is_recorded_as_late(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose_id = await first_dose(session, patient)
    dose = await find(session, patient.id, dose_id)
    after = dose.closes_at + timedelta(hours=3)
    assert state_of(dose, after) is DoseState.MISSED
    dose = await settle(session, patient.id, dose_id, taken(patient), now=after)
    assert state_of(dose, after) is DoseState.TAKEN
    assert is_late(dose) is True


async def test_a_time_that_has_not_come_is_refused_and_nothing_is_written(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    tomorrow = time.now + timedelta(days=1)
    with pytest.raises(Invalid) as problem:
        await settle(session, patient.id, dose, taken(patient, taken_at=tomorrow), now=time.now)
    assert problem.value.errors[0]["field"] == "taken_at"
    assert await session.scalar(select(func.count()).select_from(Event)) == 0


async def test_undo_keeps_both_and_opens_the_dose_again(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose_id = await first_dose(session, patient)
    dose = await find(session, patient.id, dose_id)
    now = dose.due_at + timedelta(minutes=2)
    await settle(session, patient.id, dose_id, taken(patient), now=now)
    undoing = uuid4()
    for _ in range(2):
        dose = await undo(
            session, patient.id, dose_id, event_id=undoing, author=patient.id, means=Means.APP,
            now=now,
        )  # fmt: skip
    assert [event.kind for event in dose.events] == [Kind.TAKEN, Kind.UNDONE]
    assert state_of(dose, now) is DoseState.OPEN
    with pytest.raises(NothingToUndo):
        await undo(
            session, patient.id, dose_id, event_id=uuid4(), author=patient.id, means=Means.APP,
            now=now,
        )  # fmt: skip


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_twenty_taps_at_once_are_one_event(sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        dose = await first_dose(session, patient)
    time.advance(hours=18)

    async def tap(report: Report) -> str:
        try:
            async with sessions.begin() as session:
                await settle(session, patient.id, dose, report, now=time.now)
        except DoseAlreadySettled:
            return "conflict"
        return "recorded"

    same = taken(patient)
    answers = await asyncio.gather(*(tap(same) for _ in range(20)))
    assert answers == ["recorded"] * 20
    answers = await asyncio.gather(*(tap(taken(patient)) for _ in range(20)))
    assert answers == ["conflict"] * 20
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Event)) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_corrections_at_once_the_second_sees_the_first(
    sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        dose = await first_dose(session, patient)
        first = taken(patient)
        await settle(session, patient.id, dose, first, now=time.advance(hours=18))

    async def correct(number: int) -> str:
        report = taken(patient, note=str(number), amends=first.id)
        try:
            async with sessions.begin() as session:
                await amend(session, patient.id, dose, report, now=time.now)
        except NoLongerStands as conflict:
            return str(conflict.facts["recorded"]["id"])
        return str(report.id)

    answers = await asyncio.gather(*(correct(number) for number in range(8)))
    assert len(set(answers)) == 1  # one was recorded, and the others are shown that one
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Event)) == 2


@pytest.mark.parametrize("table", ["event", "audit_entry"])
async def test_the_record_cannot_be_rewritten(sessions: Sessions, time: Clock, table: str) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        dose = await first_dose(session, patient)
        await settle(session, patient.id, dose, taken(patient), now=time.advance(hours=18))
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET patient_id = patient_id"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with sessions.begin() as session:
                await session.execute(text(statement))


async def test_every_change_of_a_dose_is_in_the_audit(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = await first_dose(session, patient)
    await settle(session, patient.id, dose, taken(patient), now=time.advance(hours=18))
    actions = (await session.scalars(select(AuditEntry.action))).all()
    assert "dose.taken" in actions
