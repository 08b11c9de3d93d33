"""Any so many nights of the week: once they are taken, nobody is reminded of the others."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle, undo
from app.doses.models import Dose, Kind, Reminder, Spoken
from app.doses.weeks import filled
from app.protocols.planning import plan_patient
from app.push.seal import Seal
from app.reminders.arm import arm
from app.reminders.reconcile import UNARMED, reconcile
from app.reminders.rest import resting
from app.reminders.tick import Mouth, remind
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import Clock


async def a_week(session: AsyncSession, quota: int) -> tuple[Person, Sequence[Dose]]:
    """A patient on any so many nights of the week, and the doses of that week, Monday first."""
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=quota))
    first = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.night).limit(7)
    return patient, (await session.scalars(first)).all()


async def take(session: AsyncSession, dose: Dose, time: Clock) -> None:
    report = Report(
        id=uuid4(), kind=Kind.TAKEN, author=dose.patient_id, means=Means.APP,
        taken_at=min(time.now, dose.due_at),
    )  # fmt: skip
    await settle(session, dose.patient_id, dose.id, report, now=time.now)


async def armed(session: AsyncSession, dose: Dose) -> bool:
    row = await session.get(Reminder, (dose.patient_id, dose.id), populate_existing=True)
    return row is not None


def mouth() -> Mouth:
    return Mouth(Seal("0" * 40), "http://localhost:8000")


async def test_a_filled_week_arms_none_of_its_nights_and_the_next_one_all(
    session: AsyncSession, time: Clock
) -> None:
    patient, week = await a_week(session, 5)
    time.now = week[4].due_at
    for dose in week[:5]:
        await take(session, dose, time)
    time.advance(hours=1)
    await arm(session, patient.id, time.now)
    assert not await armed(session, week[5])
    time.now = week[6].due_at
    await plan_patient(session, patient.id, time.now)
    await arm(session, patient.id, time.now)
    assert not await armed(session, week[6])
    monday = await session.scalar(
        select(Dose).where(Dose.patient_id == patient.id, Dose.due_at > time.now)
        .order_by(Dose.due_at).limit(1)
    )  # fmt: skip
    assert monday is not None
    assert await armed(session, monday)


async def test_a_reminder_that_was_armed_before_the_week_was_filled_is_never_spoken(
    session: AsyncSession, time: Clock
) -> None:
    patient, week = await a_week(session, 2)
    time.now = week[1].due_at
    await arm(session, patient.id, time.now)
    facts = select(Reminder).where(Reminder.id == week[2].id)
    row = (await session.scalars(facts)).one()
    kept = {name: getattr(row, name) for name in Reminder.__table__.columns.keys()}  # noqa: SIM118
    for dose in week[:2]:
        await take(session, dose, time)
    session.add(Reminder(**kept))  # as if another worker had armed it at that very moment
    await session.flush()
    time.now = week[2].due_at
    assert await remind(session, mouth(), time.now) == 1
    mine = select(func.count()).select_from(Spoken).where(Spoken.dose_id == week[2].id)
    assert await session.scalar(mine) == 0


async def test_a_night_of_rest_is_not_missed_by_the_reconcile_tick_until_it_is_asked_for_again(
    session: AsyncSession, time: Clock
) -> None:
    patient, week = await a_week(session, 1)
    time.now = week[0].due_at
    await take(session, week[0], time)
    await arm(session, patient.id, time.now)
    time.now = week[1].due_at + timedelta(minutes=5)
    await reconcile(session, time.now)
    assert UNARMED._value.get() == 0
    assert not await armed(session, week[1])
    await undo(
        session, patient.id, week[0].id, event_id=uuid4(), author=patient.id, means=Means.APP,
        now=time.now,
    )  # fmt: skip
    await reconcile(session, time.now)
    assert await armed(session, week[1])


async def test_a_night_on_hold_fills_no_week(session: AsyncSession, time: Clock) -> None:
    patient, week = await a_week(session, 1)
    time.now = week[0].due_at
    await take(session, week[0], time)
    await session.execute(update(Dose).where(Dose.id == week[0].id).values(held=True))
    ids = [dose.id for dose in week]
    assert await resting(session, [patient.id], ids, time.now) == frozenset()


async def test_the_database_and_the_rule_agree_when_a_week_is_filled(
    session: AsyncSession, time: Clock
) -> None:
    for quota in (1, 3, 6):
        patient, week = await a_week(session, quota)
        time.now = week[6].due_at
        ids = [dose.id for dose in week]
        for taken in range(7):
            free = await resting(session, [patient.id], ids, time.now)
            assert free == (frozenset(ids) if filled(taken, quota) else frozenset())
            await take(session, week[taken], time)


async def test_a_line_of_fixed_nights_never_rests(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    doses = (await session.scalars(select(Dose).where(Dose.patient_id == patient.id))).all()
    time.now = doses[0].due_at
    await take(session, doses[0], time)
    ids = [dose.id for dose in doses]
    assert await resting(session, [patient.id], ids, time.now) == frozenset()
