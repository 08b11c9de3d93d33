"""From what is prescribed to what is planned, again and again, without touching the past."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as wall
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.models import Person
from app.db import Sessions
from app.doses.models import Dose, Held, Reminder
from app.protocols import planning
from app.protocols.holds import hold, resume, stop
from app.protocols.models import Line, Plan, Terms, Version
from app.protocols.planning import mark_for_planning, plan_all_due, plan_patient, rederive
from app.protocols.versions import Draft, enter_version, terms_of
from app.schedule import A_DAY
from tests.factories import a_line, a_patient, a_protocol, a_screening
from tests.story_time import MONDAY, Clock

TONIGHT = MONDAY.date()


def line(**changes: Any) -> dict[str, Any]:
    return {
        "medicine": "sermorelin",
        "route": "subcutaneous",
        "amount": {"value": "250", "unit": "ug"},
    } | changes


async def enter(
    session: AsyncSession, patient: Person, now: datetime, *lines: dict[str, Any], **facts: Any
) -> Version:
    draft = Draft.model_validate({"lines": list(lines or (line(),))} | facts)
    await a_screening(session, patient)
    version = await enter_version(session, patient.id, patient, draft, now)
    await plan_patient(session, patient.id, now)
    return version


async def line_of(session: AsyncSession, version: Version, position: int = 0) -> UUID:
    terms = await terms_of(session, version.patient_id, [version.id])
    return terms[version.id][position][1].id


async def doses(session: AsyncSession, patient: Person) -> Sequence[Dose]:
    mine = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at, Dose.line_id)
    return (await session.scalars(mine.execution_options(populate_existing=True))).all()


async def test_a_nightly_line_is_planned_fourteen_nights_ahead(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    version = await enter(session, patient, time.now)
    planned = await doses(session, patient)
    assert [dose.night for dose in planned] == [TONIGHT + A_DAY * n for n in range(14)]
    first = planned[0]
    assert first.due_at == datetime.fromisoformat("2026-11-23T22:30-07:00")
    assert first.closes_at == datetime.fromisoformat("2026-11-24T04:00-07:00")
    assert (first.label, first.version_id) == ("Sermorelin", version.id)
    assert first.zone == "America/Denver"


async def test_planning_twice_changes_nothing(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now)
    before = [(dose.id, dose.due_at, dose.closes_at) for dose in await doses(session, patient)]
    await plan_patient(session, patient.id, time.now)
    after = [(dose.id, dose.due_at, dose.closes_at) for dose in await doses(session, patient)]
    assert after == before


async def test_what_was_due_before_it_was_written_down_was_never_missed(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    time.advance(hours=4)  # 09:00 in Denver
    at_nine = line(recurrence={"times": ["09:00"]})
    await enter(session, patient, time.now, at_nine)
    assert (await doses(session, patient))[0].night == TONIGHT + A_DAY
    other = await a_patient(session)
    await enter(session, other, time.now - timedelta(seconds=1), at_nine)
    assert (await doses(session, other))[0].night == TONIGHT


async def test_a_new_version_replaces_what_is_to_come_and_keeps_what_was(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    first = await enter(session, patient, time.now)
    time.advance(days=1)
    second = await enter(
        session,
        patient,
        time.now,
        line(id=str(await line_of(session, first)), amount={"value": "200", "unit": "ug"}),
    )
    planned = await doses(session, patient)
    assert [dose.version_id for dose in planned] == [first.id] + [second.id] * 14
    assert [f"{dose.amount}" for dose in planned[:2]] == ["250 mcg", "200 mcg"]


async def test_a_version_that_waits_takes_over_on_its_night(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    first = await enter(session, patient, time.now)
    second = await enter(
        session,
        patient,
        time.now,
        line(amount={"value": "300", "unit": "ug"}),
        effective_night=f"{TONIGHT + A_DAY * 3}",
    )
    by_night = {dose.night: dose.version_id for dose in await doses(session, patient)}
    assert [by_night[TONIGHT + A_DAY * n] for n in range(5)] == [first.id] * 3 + [second.id] * 2


async def test_a_dose_that_is_moved_into_the_past_stays_where_it_was_planned(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    first = await enter(session, patient, time.now)
    time.advance(hours=12)  # 17:00 in Denver
    await enter(
        session,
        patient,
        time.now,
        line(id=str(await line_of(session, first)), recurrence={"times": ["16:00"]}),
    )
    planned = await doses(session, patient)
    assert planned[0].due_at == datetime.fromisoformat("2026-11-23T22:30-07:00")
    assert planned[1].due_at == datetime.fromisoformat("2026-11-24T16:00-07:00")
    assert len(planned) == 14


async def test_a_held_night_stays_in_the_plan_and_says_so(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    held = await line_of(session, await enter(session, patient, time.now))
    await hold(
        session,
        patient.id,
        held,
        patient,
        since=TONIGHT + A_DAY,
        until=TONIGHT + A_DAY * 3,
        reason="Travel",
        now=time.now,
    )
    await plan_patient(session, patient.id, time.now)
    nights = [dose.night for dose in await doses(session, patient) if dose.held]
    assert nights == [TONIGHT + A_DAY, TONIGHT + A_DAY * 2]
    time.advance(days=1)
    await resume(session, patient.id, held, patient, time.now)
    await plan_patient(session, patient.id, time.now)
    assert not [dose for dose in await doses(session, patient) if dose.held]


async def test_a_stopped_line_has_no_dose_to_come(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    stopped = await line_of(session, await enter(session, patient, time.now))
    time.advance(days=2)
    await stop(session, patient.id, stopped, patient, "Done", time.now)
    await plan_patient(session, patient.id, time.now)
    nights = [dose.night for dose in await doses(session, patient)]
    assert nights == [TONIGHT, TONIGHT + A_DAY]


async def test_a_night_with_an_hour_less_ends_its_window_at_the_next_dose(
    session: AsyncSession, time: Clock
) -> None:
    """Denver goes from 02:00 to 03:00 on 14 March 2027, and a day there has 23 hours."""
    patient = await a_patient(session)
    time.now = datetime.fromisoformat("2027-03-12T12:00+00:00")
    await enter(session, patient, time.now, line(window_minutes=1439))
    windows = {
        dose.night: (dose.closes_at - dose.due_at) // timedelta(minutes=1)
        for dose in await doses(session, patient)
    }
    assert windows[date(2027, 3, 12)] == 1439
    assert windows[date(2027, 3, 13)] == 23 * 60


async def test_the_last_window_of_the_horizon_ends_at_the_dose_beyond_it(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now, line(window_minutes=1430))
    preferences = await preferences_of(session, patient.id)
    preferences.bedtimes = ["22:30", "22:30", "22:30", "22:30", "22:30", "22:30", "23:30"]
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    last = (await doses(session, patient))[-1]
    assert last.night.isoweekday() == 7
    assert last.closes_at - last.due_at == timedelta(hours=23)


async def test_a_dose_due_when_the_day_turns_has_four_hours(
    session: AsyncSession, time: Clock
) -> None:
    """A wall-clock time of 04:00 is the morning of the night's own date; no window is empty."""
    patient = await a_patient(session)
    await enter(session, patient, time.now, line(recurrence={"times": ["04:00"]}))
    for dose in await doses(session, patient):
        assert dose.closes_at > dose.due_at


async def test_new_bedtimes_move_what_is_to_come(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now)
    preferences = await preferences_of(session, patient.id)
    preferences.timezone = "Asia/Tokyo"
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    planned = await doses(session, patient)
    assert planned[0].due_at == datetime.fromisoformat("2026-11-23T22:30+09:00")
    assert {dose.zone for dose in planned} == {"Asia/Tokyo"}


async def test_a_worker_that_stood_still_for_weeks_fills_in_the_nights_between(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now)
    time.advance(days=30)
    assert await plan_all_due(session, time.now) == [patient.id]
    nights = [dose.night for dose in await doses(session, patient)]
    assert nights == [TONIGHT + A_DAY * n for n in range(44)]


async def test_the_tick_comes_back_after_six_hours_and_not_before(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now)
    await mark_for_planning(session, patient.id, time.now)
    assert await plan_all_due(session, time.now) == [patient.id]
    assert await plan_all_due(session, time.now) == []
    time.advance(hours=5, minutes=59, seconds=59)
    assert await plan_all_due(session, time.now) == []
    assert await plan_all_due(session, time.advance(seconds=1)) == [patient.id]


async def test_a_patient_without_any_protocol_can_be_marked_and_planned(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await mark_for_planning(session, patient.id, time.now)
    await mark_for_planning(session, patient.id, time.now)
    assert await plan_all_due(session, time.now) == [patient.id]
    assert await doses(session, patient) == []


async def test_one_broken_protocol_does_not_stop_the_others(
    session: AsyncSession, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, well = await a_patient(session), await a_patient(session)
    for patient in (broken, well):
        await enter(session, patient, time.now)
        await mark_for_planning(session, patient.id, time.now)
    plan = planning.plan_patient

    async def plan_or_fail(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
        await plan(session, patient_id, now)
        if patient_id == broken.id:
            raise RuntimeError("broken")

    monkeypatch.setattr(planning, "plan_patient", plan_or_fail)
    assert await plan_all_due(session, time.now) == [well.id]
    assert await plan_all_due(session, time.advance(minutes=14)) == []
    monkeypatch.undo()
    assert await plan_all_due(session, time.advance(minutes=1)) == [broken.id]


async def test_new_time_zone_rules_have_everybody_planned_anew(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await enter(session, patient, time.now)
    assert await rederive(session, time.now) == 0
    await session.execute(update(Plan).values(tzdata="1970.1"))
    assert await rederive(session, time.now) == 1
    assert await rederive(session, time.now) == 0
    assert await plan_all_due(session, time.now) == [patient.id]
    assert await session.scalar(select(Plan.tzdata)) == planning.tzdata()


async def test_two_workers_share_the_patients(sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        patients = [await a_patient(session) for _ in range(3)]
        for patient in patients:
            await enter(session, patient, time.now)
            await mark_for_planning(session, patient.id, time.now)
    async with sessions.begin() as session:
        first = await plan_all_due(session, time.now, limit=2)
        if session.get_bind().dialect.name == "postgresql":
            async with sessions.begin() as other:
                second = await plan_all_due(other, time.now)
        else:
            second = await plan_all_due(session, time.now)
    assert sorted([*first, *second]) == sorted(patient.id for patient in patients)
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Line)) == 3
        await session.rollback()


async def test_a_patient_who_flies_east_may_still_have_last_nights_dose_to_come(
    session: AsyncSession, time: Clock
) -> None:
    """At nine in the evening in Denver it is one in the afternoon of the next day in Tokyo."""
    patient = await a_patient(session)
    stopped = await line_of(session, await enter(session, patient, time.now))
    time.advance(hours=16)
    preferences = await preferences_of(session, patient.id)
    preferences.timezone = "Asia/Tokyo"
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    planned = await doses(session, patient)
    assert planned[0].night == TONIGHT
    assert planned[0].due_at == datetime.fromisoformat("2026-11-23T22:30-07:00")
    await stop(session, patient.id, stopped, patient, "Done", time.now)
    await plan_patient(session, patient.id, time.now)
    assert [dose.night for dose in await doses(session, patient)] == [TONIGHT]


async def test_a_time_that_the_clock_change_moves_onto_the_turn_of_the_day_has_four_hours(
    session: AsyncSession, time: Clock
) -> None:
    """Two in the morning did not happen in Denver on 14 March 2027; it was three at once."""
    patient = await a_patient(session)
    preferences = await preferences_of(session, patient.id)
    preferences.turns = wall(3)
    time.now = datetime.fromisoformat("2027-03-13T12:00+00:00")
    await enter(session, patient, time.now, line(recurrence={"times": ["02:00"]}))
    first = (await doses(session, patient))[0]
    assert first.due_at == datetime.fromisoformat("2027-03-14T03:00-06:00")
    assert first.closes_at - first.due_at == timedelta(hours=4)


async def test_a_later_bedtime_makes_nobody_miss_a_dose_of_the_night_before(
    session: AsyncSession, time: Clock
) -> None:
    """Entered at 23:00, after bedtime; the next morning the bedtime becomes 23:30."""
    patient = await a_patient(session)
    time.advance(hours=18)
    await enter(session, patient, time.now)
    preferences = await preferences_of(session, patient.id)
    preferences.bedtimes = ["23:30"] * 7
    await session.flush()
    await plan_patient(session, patient.id, time.advance(hours=8))
    assert (await doses(session, patient))[0].night == TONIGHT + A_DAY


async def test_a_step_changes_the_amount_from_its_night_on_and_a_new_one_rewrites_what_is_to_come(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    steps = ((TONIGHT + A_DAY * 3, "300"), (TONIGHT + A_DAY * 7, "350"))
    await a_protocol(session, patient, a_line(steps=steps), now=time.now)
    amounts = [f"{dose.amount}" for dose in await doses(session, patient)]
    assert amounts == ["250 mcg"] * 3 + ["300 mcg"] * 4 + ["350 mcg"] * 7
    time.advance(days=4)
    earlier = [{"from": f"{TONIGHT + A_DAY * 5}", "value": "350", "unit": "ug"}]
    await session.execute(update(Terms).values(steps=earlier))
    await plan_patient(session, patient.id, time.now)
    amounts = [f"{dose.amount}" for dose in await doses(session, patient)]
    assert amounts[3:6] == ["300 mcg", "250 mcg", "350 mcg"]  # what was due stays what it was


async def test_any_so_many_nights_are_planned_every_night_with_their_quota_and_gap(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(
        session, patient, a_line(per_week=5, weeks_on=1, weeks_off=1, min_gap_minutes=1080),
        now=time.now,
    )  # fmt: skip
    planned = await doses(session, patient)
    assert [dose.night for dose in planned] == [TONIGHT + A_DAY * n for n in range(7)]
    assert {(dose.quota, dose.min_gap_minutes, dose.slot) for dose in planned} == {(5, 1080, 0)}


async def test_a_dose_that_stays_at_its_instant_is_held_and_changed_like_any_other(
    session: AsyncSession, time: Clock
) -> None:
    """At nine the bedtime becomes eight: tonight's dose stays at half past ten. Then it is held."""
    patient = await a_patient(session)
    (held,) = await a_protocol(session, patient, now=time.now)
    due_at = (await doses(session, patient))[0].due_at
    time.advance(hours=16)
    preferences = await preferences_of(session, patient.id)
    preferences.bedtimes = ["20:00"] * 7
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    assert (await doses(session, patient))[0].due_at == due_at
    await hold(
        session, patient.id, held, patient, since=TONIGHT, until=None, reason="A pause",
        now=time.now,
    )  # fmt: skip
    await plan_patient(session, patient.id, time.now)
    first = (await doses(session, patient))[0]
    assert (first.due_at, first.held, first.held_for) == (due_at, True, Held.HOLD)


async def test_a_proposal_that_is_acknowledged_after_bedtime_makes_nobody_miss_that_night(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, now=time.now)
    await session.execute(delete(Plan))
    await session.execute(delete(Reminder))
    await session.execute(delete(Dose))
    version = (await session.scalars(select(Version))).one()
    version.self_reported, version.acknowledged_at = False, time.advance(hours=18)
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    assert (await doses(session, patient))[0].night == TONIGHT + A_DAY
