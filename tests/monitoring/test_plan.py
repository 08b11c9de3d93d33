"""The lab plan as rows: made, edited, done, put off, taken back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import first_preferences
from app.accounts.waking import waking_moment
from app.audit import AuditEntry
from app.monitoring.due import DEFAULT_STEPS, Step
from app.monitoring.models import LabDraw
from app.monitoring.plan import (
    AlreadyDrawn,
    ClinicPlans,
    choose_steps,
    draw_id,
    draws_of,
    mark_drawn,
    materialise,
    snooze,
    undo,
)
from app.problems import Invalid, NotFound
from app.protocols.holds import stop
from app.schedule import zone
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

TODAY = MONDAY.date()
A_DAY = timedelta(days=1)
DENVER = zone("America/Denver")


def ten_in(days: int) -> datetime:
    """Ten in the morning in Denver, so many days from today, whatever the clocks do."""
    return datetime.combine(TODAY + A_DAY * days, wall(10), tzinfo=DENVER).astimezone(UTC)


def stand(rows: Sequence[LabDraw]) -> list[tuple[str, int, int]]:
    """Each draw with the days from today to its due date and to its prompt at ten o'clock."""
    found = []
    for row in rows:
        assert row.prompt_at is not None
        speaks = (row.prompt_at.astimezone(DENVER).date() - TODAY).days
        assert row.prompt_at == ten_in(speaks)
        found.append((row.step, (row.due_on - TODAY).days, speaks))
    return found


async def test_thirteen_months_of_draws_follow_from_the_first_version(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await materialise(session, patient.id, time.now)
    assert await draws_of(session, patient.id) == []
    await a_protocol(session, patient)
    for _ in range(2):
        await materialise(session, patient.id, time.now)
    rows = await draws_of(session, patient.id)
    assert stand(rows) == [
        ("baseline", 0, 0),
        ("week-6", 42, 35),
        ("week-12", 84, 77),
        ("half-yearly", 182, 175),
        ("half-yearly", 364, 357),
    ]
    assert rows[0].id == draw_id(patient.id, "baseline", 0)


async def test_the_baseline_of_a_later_start_speaks_at_once(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, first=TODAY + A_DAY * 30)
    await materialise(session, patient.id, time.now)
    assert stand(await draws_of(session, patient.id))[:2] == [
        ("baseline", 30, 0),
        ("week-6", 72, 65),
    ]


async def test_a_plan_that_was_never_looked_at_still_asks_for_its_baseline(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.advance(days=10))
    baseline = (await draws_of(session, patient.id))[0]
    assert (baseline.step, baseline.due_on) == ("baseline", TODAY)
    assert baseline.prompt_at == ten_in(10)


async def test_a_year_later_there_is_another_year_of_draws(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    await materialise(session, patient.id, time.advance(days=365))
    repeated = [row.repetition for row in await draws_of(session, patient.id)][3:]
    assert repeated == [0, 1, 2, 3]


async def test_chosen_steps_change_what_is_open_and_to_come_and_nothing_else(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    week_6 = draw_id(patient.id, "week-6", 0)
    time.advance(days=50)
    await mark_drawn(session, patient.id, week_6, patient, TODAY + A_DAY * 43, time.now)
    chosen = [
        Step("week-7", "Week 7 labs", 49, None, ("IGF-1",)),
        Step("week-12", "Week 14 labs", 98, None, ("IGF-1",)),
    ]
    for _ in range(2):
        await choose_steps(session, patient.id, patient, chosen, time.now)
    rows = await draws_of(session, patient.id)
    assert [(row.step, row.name, (row.due_on - TODAY).days) for row in rows] == [
        ("baseline", "Baseline labs", 0),
        ("week-6", "Week 6 labs", 42),
        ("week-12", "Week 14 labs", 98),
    ]
    assert rows[2].prompt_at == ten_in(91)
    actions = list(await session.scalars(select(AuditEntry.action)))
    assert actions.count("labs.planned") == 1
    with pytest.raises(Invalid) as refused:
        await choose_steps(session, patient.id, patient, [chosen[0], chosen[0]], time.now)
    assert refused.value.errors[0]["field"] == "steps.1.step"


async def test_what_is_overdue_or_was_drawn_early_stays_when_the_steps_change(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    time.advance(days=50)
    early = draw_id(patient.id, "week-12", 0)
    await mark_drawn(session, patient.id, early, patient, None, time.now)
    later = [Step("week-6", "Week 8 labs", 56, None, ("IGF-1",))]
    await choose_steps(session, patient.id, patient, later, time.now)
    assert [(row.step, row.name) for row in await draws_of(session, patient.id)] == [
        ("baseline", "Baseline labs"),
        ("week-6", "Week 6 labs"),
        ("week-12", "Week 12 labs"),
    ]


async def test_a_patient_with_a_clinic_leaves_the_plan_to_it(
    session: AsyncSession, time: Clock
) -> None:
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    with pytest.raises(ClinicPlans):
        await choose_steps(session, patient.id, patient, DEFAULT_STEPS, time.now)
    await choose_steps(session, patient.id, clinician, DEFAULT_STEPS, time.now)


async def test_when_everything_is_stopped_no_draw_is_to_come(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    time.advance(days=60)
    await stop(session, patient.id, line, patient, "Done", time.now)
    await materialise(session, patient.id, time.now)
    assert [row.step for row in await draws_of(session, patient.id)] == ["baseline", "week-6"]


async def test_a_draw_is_done_once_corrected_by_another_day_and_taken_back(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    baseline = draw_id(patient.id, "baseline", 0)
    with pytest.raises(Invalid):
        await mark_drawn(session, patient.id, baseline, patient, TODAY + A_DAY, time.now)
    done = await mark_drawn(session, patient.id, baseline, patient, None, time.now)
    assert (done.drawn_on, done.prompt_at, done.settled_by) == (TODAY, None, patient.id)
    later = time.advance(hours=1)
    again = await mark_drawn(session, patient.id, baseline, patient, None, later)
    assert again.settled_at == MONDAY
    corrected = await mark_drawn(session, patient.id, baseline, patient, TODAY - A_DAY, later)
    assert corrected.drawn_on == TODAY - A_DAY
    with pytest.raises(AlreadyDrawn):
        await snooze(session, patient.id, baseline, patient, until=None, days=3, now=later)
    back = await undo(session, patient.id, baseline, patient, later)
    assert (back.drawn_on, back.settled_at, back.settled_by) == (None, None, None)
    assert back.prompt_at == ten_in(7)
    await undo(session, patient.id, baseline, patient, later)
    actions = list(await session.scalars(select(AuditEntry.action)))
    assert (actions.count("lab.drawn"), actions.count("lab.undone")) == (2, 1)


async def test_a_draw_is_put_off_by_one_to_a_hundred_and_twenty_days(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    await materialise(session, patient.id, time.now)
    draw = draw_id(patient.id, "baseline", 0)
    for days in (0, 121):
        with pytest.raises(Invalid):
            await snooze(session, patient.id, draw, patient, until=None, days=days, now=time.now)
    with pytest.raises(Invalid):
        await snooze(session, patient.id, draw, patient, until=TODAY, days=1, now=time.now)
    for days_off in (1, 120):
        row = await snooze(
            session, patient.id, draw, patient, until=None, days=days_off, now=time.now
        )
        assert row.snoozed_until == TODAY + A_DAY * days_off
        assert row.prompt_at == ten_in(days_off)
    back = await undo(session, patient.id, draw, patient, time.now)
    assert back.snoozed_until is None


async def test_a_draw_of_somebody_else_does_not_exist(session: AsyncSession, time: Clock) -> None:
    patient, stranger = await a_patient(session), await a_patient(session)
    await a_protocol(session, stranger)
    await materialise(session, stranger.id, time.now)
    theirs = draw_id(stranger.id, "baseline", 0)
    with pytest.raises(NotFound):
        await mark_drawn(session, patient.id, theirs, patient, None, time.now)


@pytest.mark.parametrize(
    ("local", "quiet", "speaks"),
    [
        ("2026-11-23T05:00", None, "2026-11-23T10:00"),
        ("2026-11-23T10:00", None, "2026-11-23T10:00"),
        ("2026-11-23T15:30", None, "2026-11-23T15:30"),
        ("2026-11-23T19:59", None, "2026-11-23T19:59"),
        ("2026-11-23T20:00", None, "2026-11-24T10:00"),
        ("2026-11-23T09:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T11:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T12:00", ("08:00", "12:00"), "2026-11-23T12:00"),
        ("2026-11-23T11:00", ("08:00", "22:00"), "2026-11-23T22:00"),
        ("2026-11-23T22:00", ("08:00", "22:00"), "2026-11-23T22:00"),
        ("2026-11-22T11:00", None, "2026-11-23T10:00"),
    ],
)
def test_a_prompt_waits_for_the_day_and_for_the_end_of_quiet_hours(
    local: str, quiet: tuple[str, str] | None, speaks: str
) -> None:
    preferences = first_preferences(uuid4(), "America/Denver")
    if quiet:
        preferences.quiet_from, preferences.quiet_until = map(wall.fromisoformat, quiet)
    now = datetime.fromisoformat(f"{local}-07:00")
    assert waking_moment(preferences, TODAY, now) == datetime.fromisoformat(f"{speaks}-07:00")
