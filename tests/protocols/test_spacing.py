"""The minimum gap across a change of zone: its laws, then the flights by name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import PreferencesChange, change_preferences, come_home, go_away
from app.accounts.models import AwayNights, Person
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Dose, Held, Kind
from app.doses.plan import PlannedDose
from app.protocols.planning import plan_all_due, plan_patient
from app.protocols.spacing import Before, keep_apart
from app.schedule import A_DAY, zone
from app.units import Amount
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

SPACE = UUID("6f1c3a52-9f6f-4a6e-8f57-3a6a0c7f5d11")
AN_HOUR = timedelta(hours=1)
PLACES = [
    "Pacific/Honolulu", "Asia/Tokyo", "America/Denver", "Pacific/Pago_Pago", "Pacific/Kiritimati",
]  # fmt: skip

# Half hours within five days: doses and gaps collide all the time.
moments = st.integers(0, 240).map(
    lambda n: datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=30) * n
)
places = st.sampled_from(PLACES)
lines = st.sampled_from([uuid5(SPACE, "one"), uuid5(SPACE, "other")])
gaps = st.none() | st.integers(1, 30).map(lambda hours: hours * 60)


def planned(
    line: UUID, due_at: datetime, place: str, gap: int | None, held: bool, n: int
) -> PlannedDose:
    return PlannedDose(
        line_id=line, version_id=line, night=due_at.date(), slot=n, label="", route="",
        amount=Amount(Decimal(1), "mg"), due_at=due_at, closes_at=due_at + AN_HOUR,
        on_time_minutes=60, ladder=(), zone=place, held=held, held_for=Held.HOLD if held else None,
        min_gap_minutes=gap,
    )  # fmt: skip


plans = st.lists(
    st.tuples(moments, places, st.booleans()), max_size=12, unique_by=lambda each: each[0]
)
records = st.lists(
    st.builds(Before, line_id=lines, due_at=moments, zone=places, taken_at=st.none() | moments),
    max_size=6,
)
somebodys = st.tuples(lines, gaps, plans).map(
    lambda drawn: [
        planned(drawn[0], at, place, drawn[1], held, n)
        for n, (at, place, held) in enumerate(drawn[2])
    ]
)


def wall(due_at: datetime, place: str) -> datetime:
    return due_at.astimezone(zone(place)).replace(tzinfo=None)


def is_why(one: Before, dose: PlannedDose) -> bool:
    """Whether the zones, and nothing that was signed, bring this dose too close to that one."""
    gap = timedelta(minutes=dose.min_gap_minutes or 0)
    return (
        one.line_id == dose.line_id
        and one.zone != dose.zone
        and abs(one.due_at - dose.due_at) < gap <= abs(
            wall(one.due_at, one.zone) - wall(dose.due_at, dose.zone)
        )
        and (one.taken_at is None or abs(one.taken_at - dose.due_at) < gap)
    )  # fmt: skip


@settings(deadline=None)  # the first look into a zone reads its file
@given(somebodys, records)
def test_no_two_expected_doses_lie_too_close_unless_one_clock_asks_for_it(
    plan: list[PlannedDose], record: list[Before]
) -> None:
    expected = [dose for dose in keep_apart(plan, record) if not dose.held]
    for earlier, later in combinations(expected, 2):
        assert not is_why(Before(earlier.line_id, earlier.due_at, earlier.zone), later)
    for dose in expected:
        assert not any(is_why(intake, dose) for intake in record)


@settings(deadline=None)  # the first look into a zone reads its file
@given(somebodys, records)
def test_whatever_waits_waits_for_an_intake_that_counts(
    plan: list[PlannedDose], record: list[Before]
) -> None:
    kept = keep_apart(plan, record)
    counts = record + [
        Before(dose.line_id, dose.due_at, dose.zone) for dose in kept if not dose.held
    ]
    for dose in kept:
        if dose.held_for is Held.GAP:
            assert any(is_why(one, dose) for one in counts)


@settings(deadline=None)  # the first look into a zone reads its file
@given(somebodys, records)
def test_nothing_else_of_a_dose_changes_and_none_comes_or_goes(
    plan: list[PlannedDose], record: list[Before]
) -> None:
    kept = {dose.slot: dose for dose in keep_apart(plan, record)}
    assert len(kept) == len(plan)
    for dose in plan:
        waits = kept[dose.slot].held_for is Held.GAP
        assert kept[dose.slot] == (replace(dose, held=True, held_for=Held.GAP) if waits else dose)
        assert not (waits and (dose.held or dose.min_gap_minutes is None))


@settings(deadline=None)  # the first look into a zone reads its file
@given(somebodys, records, places)
def test_whoever_stays_waits_for_nothing(
    plan: list[PlannedDose], record: list[Before], place: str
) -> None:
    here = [replace(dose, zone=place) for dose in plan]
    before = [replace(intake, zone=place) for intake in record]
    assert not any(dose.held_for is Held.GAP for dose in keep_apart(here, before))


A_NIGHT_LATER = 16 * 60  # minutes; a gap that one clock always keeps and a flight may not


async def doses(session: AsyncSession, patient: Person) -> Sequence[Dose]:
    mine = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at)
    return (await session.scalars(mine.execution_options(populate_existing=True))).all()


async def bound_for(
    session: AsyncSession, time: Clock, home: str, *, gap: int | None = A_NIGHT_LATER
) -> Person:
    """Somebody with a nightly line, at half past ten in the evening of the first night at home."""
    patient = await a_patient(session, timezone=home)
    await a_protocol(session, patient, a_line(min_gap_minutes=gap), now=time.now)
    first = (await doses(session, patient))[0]
    time.now = first.due_at
    return patient


async def takes(session: AsyncSession, patient: Person, dose: Dose, time: Clock) -> None:
    report = Report(id=uuid5(dose.id, "taken"), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
    await settle(session, patient.id, dose.id, report, now=time.now)


async def lands(session: AsyncSession, patient: Person, place: str, time: Clock) -> list[Dose]:
    await go_away(session, patient.id, place, AwayNights.LOCAL, time.now)
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    return list(await doses(session, patient))


@pytest.mark.parametrize(
    ("home", "there", "hours", "waits"),
    [
        ("Pacific/Honolulu", "Asia/Tokyo", 5, True),
        # The same date's evening comes again after 19 hours, and is settled already.
        ("Asia/Tokyo", "Pacific/Honolulu", 43, False),
        ("America/Denver", "Pacific/Kiritimati", 3, True),
        ("America/Denver", "Pacific/Pago_Pago", 28, False),
    ],
)
async def test_the_first_dose_there_waits_where_the_flight_made_the_night_too_short(
    session: AsyncSession, time: Clock, home: str, there: str, hours: int, waits: bool
) -> None:
    patient = await bound_for(session, time, home)
    first = (await doses(session, patient))[0]
    await takes(session, patient, first, time)
    time.advance(minutes=30)
    coming = [dose for dose in await lands(session, patient, there, time) if dose.due_at > time.now]
    assert coming[0].due_at - first.due_at == timedelta(hours=hours)
    assert [dose.held_for for dose in coming[:2]] == [Held.GAP if waits else None, None]
    assert [dose.held for dose in coming[:2]] == [waits, False]
    assert {dose.zone for dose in coming} == {there}


async def test_tokyo_to_honolulu_asks_for_every_night_once(
    session: AsyncSession, time: Clock
) -> None:
    """Whoever flies to yesterday has that date's evening twice, and one dose of it."""
    patient = await bound_for(session, time, "Asia/Tokyo")
    await takes(session, patient, (await doses(session, patient))[0], time)
    rows = await lands(session, patient, "Pacific/Honolulu", time)
    nights = [dose.night for dose in rows]
    assert len(nights) == len(set(nights))
    assert rows[0].zone == "Asia/Tokyo"
    # The same evening has not come yet in Honolulu; its dose is taken already and stays taken.
    assert rows[1].night == rows[0].night + A_DAY


async def test_over_the_date_line_a_night_that_was_planned_already_waits_for_the_new_one(
    session: AsyncSession, time: Clock
) -> None:
    """From Pago Pago the same hour in Kiritimati is a day later, and an hour earlier by the clock:
    tomorrow's dose stays where it was planned, an hour after that of the night there."""
    patient = await bound_for(session, time, "Pacific/Pago_Pago")
    first = (await doses(session, patient))[0]
    await takes(session, patient, first, time)
    rows = await lands(session, patient, "Pacific/Kiritimati", time)
    coming = [
        (dose.night - first.night, dose.due_at - first.due_at, dose.held_for) for dose in rows[1:4]
    ]
    assert coming == [
        (A_DAY * 2, timedelta(hours=23), None),
        (A_DAY, timedelta(hours=24), Held.GAP),
        (A_DAY * 3, timedelta(hours=47), None),
    ]


async def test_a_skipped_dose_is_no_reason_to_wait(session: AsyncSession, time: Clock) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu")
    first = (await doses(session, patient))[0]
    assert (await lands(session, patient, "Asia/Tokyo", time))[1].held_for is Held.GAP
    skip = Report(id=uuid5(first.id, "s"), kind=Kind.SKIPPED, author=patient.id, means=Means.APP)
    await settle(session, patient.id, first.id, skip, now=time.now)
    await plan_patient(session, patient.id, time.now)
    assert (await doses(session, patient))[1].held_for is None


async def test_a_missed_dose_is_no_reason_to_wait(session: AsyncSession, time: Clock) -> None:
    """Bedtime in Tokyo is eight hours after that in Denver, whose window closes before."""
    patient = await bound_for(session, time, "America/Denver")
    assert (await lands(session, patient, "Asia/Tokyo", time))[1].held_for is Held.GAP
    time.now = (await doses(session, patient))[0].closes_at
    await plan_patient(session, patient.id, time.now)
    first, second = (await doses(session, patient))[:2]
    assert second.due_at - first.due_at == timedelta(hours=8)
    assert second.held_for is None


async def test_the_plan_looks_again_soon_while_a_dose_waits(
    session: AsyncSession, time: Clock
) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu")
    await lands(session, patient, "Asia/Tokyo", time)
    assert await plan_all_due(session, time.advance(minutes=14)) == []
    assert await plan_all_due(session, time.advance(minutes=1)) == [patient.id]


async def test_without_a_rule_nothing_waits(session: AsyncSession, time: Clock) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu", gap=None)
    await takes(session, patient, (await doses(session, patient))[0], time)
    assert not any(dose.held for dose in await lands(session, patient, "Asia/Tokyo", time))


async def test_a_spacing_that_was_signed_is_closer_than_the_gap_and_waits_for_nothing(
    session: AsyncSession, time: Clock
) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu", gap=25 * 60)
    await takes(session, patient, (await doses(session, patient))[0], time)
    assert not any(dose.held for dose in await lands(session, patient, "Asia/Tokyo", time))


async def test_moving_for_good_waits_as_well(session: AsyncSession, time: Clock) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu")
    await takes(session, patient, (await doses(session, patient))[0], time)
    moved = PreferencesChange(timezone="Asia/Tokyo")
    await change_preferences(session, patient.id, moved, time.now)
    await plan_patient(session, patient.id, time.now)
    assert (await doses(session, patient))[1].held_for is Held.GAP


async def test_a_dose_that_waits_can_be_taken_and_then_stays_as_it_was_planned(
    session: AsyncSession, time: Clock
) -> None:
    patient = await bound_for(session, time, "Pacific/Honolulu")
    await takes(session, patient, (await doses(session, patient))[0], time)
    waits = (await lands(session, patient, "Asia/Tokyo", time))[1]
    await takes(session, patient, waits, time)
    await come_home(session, patient.id, time.now)
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    row = (await doses(session, patient))[1]
    assert (row.held_for, row.zone) == (Held.GAP, "Asia/Tokyo")


async def test_weekly_doses_and_clock_times_stay_on_the_home_clock(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(
        session, patient,
        a_line(), a_line(times=("09:00",)), a_line(weekdays=(1,)),
        a_line(times=("09:00", "bedtime")), now=time.now,
    )  # fmt: skip
    rows = [dose for dose in await lands(session, patient, "Asia/Tokyo", time)
            if dose.night == date(2026, 11, 30)]  # fmt: skip
    by_zone = sorted((dose.zone, f"{dose.due_at.astimezone(zone(dose.zone)):%H:%M}")
                     for dose in rows)  # fmt: skip
    assert by_zone == [
        ("America/Denver", "09:00"), ("America/Denver", "09:00"), ("America/Denver", "22:30"),
        ("Asia/Tokyo", "22:30"), ("Asia/Tokyo", "22:30"),
    ]  # fmt: skip


async def test_on_home_time_nothing_moves_at_all(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, now=time.now)
    before = [(dose.id, dose.due_at, dose.zone) for dose in await doses(session, patient)]
    await go_away(session, patient.id, "Asia/Tokyo", AwayNights.HOME, MONDAY)
    await session.flush()
    await plan_patient(session, patient.id, time.now)
    assert [(dose.id, dose.due_at, dose.zone) for dose in await doses(session, patient)] == before
