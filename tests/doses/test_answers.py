"""What a dose is told with: its spacing, its reminder, its week; and what that costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.doses.answers import answers
from app.doses.asking import far_off
from app.doses.log import Report, doses_between, settle
from app.doses.models import Dose, Event, Kind, Reminder
from app.doses.spacing import Intake, too_close
from app.doses.state import state_of
from app.units import Amount
from tests.clinic.test_adherence import doses_of, say, speak
from tests.clinic.test_panel import statements
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

DUE = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def a_dose(gap: int | None = 1080, taken_after: int | None = None, **facts: object) -> Dose:
    """A dose in memory, due at half past ten, taken so many minutes after that or not at all."""
    columns: dict[str, object] = {
        "patient_id": UUID(int=1), "id": UUID(int=2), "line_id": UUID(int=3),
        "version_id": UUID(int=4), "night": MONDAY.date(), "slot": 0, "label": "A medicine",
        "amount_value": Decimal(100), "amount_unit": "ug", "route": "oral", "due_at": DUE,
        "closes_at": DUE + timedelta(hours=5, minutes=30), "on_time_minutes": 120, "ladder": [],
        "zone": "America/Denver", "min_gap_minutes": gap,
    }  # fmt: skip
    dose = Dose(**columns | facts)  # type: ignore[arg-type]
    if taken_after is not None:
        at = DUE + timedelta(minutes=taken_after)
        dose.events.append(
            Event(
                patient_id=dose.patient_id, id=uuid4(), dose_id=dose.id, seq=1, kind=Kind.TAKEN,
                taken_at=at, logged_at=at, author_id=dose.patient_id, means=Means.APP,
            )
        )  # fmt: skip
    return dose


def other(minutes: int) -> Intake:
    """Another dose of the line, taken so many minutes from when this one is due."""
    return (uuid4(), DUE + timedelta(minutes=minutes))


gaps = st.integers(1, 10_000)
moments = st.lists(st.integers(-20_000, 20_000), max_size=8)


@given(gaps, moments, st.integers(-5_000, 5_000))
def test_an_intake_is_too_close_exactly_when_the_one_before_it_lies_within_the_gap(
    gap: int, before: list[int], taken_after: int
) -> None:
    found = too_close(a_dose(gap, taken_after), [other(m) for m in before], DUE)
    earlier = [m for m in before if m <= taken_after]
    close = bool(earlier) and taken_after - max(earlier) < gap
    assert (found is not None) is close
    if found is not None:
        assert found.minutes_since == taken_after - max(earlier)
        assert found.until - found.last_taken_at == timedelta(minutes=gap)


@given(moments, st.integers(-5_000, 5_000), st.none() | st.integers(-5_000, 5_000))
def test_there_is_silence_without_a_rule(
    others: list[int], at: int, taken_after: int | None
) -> None:
    now = DUE + timedelta(minutes=at)
    assert too_close(a_dose(None, taken_after), [other(m) for m in others], now) is None


@pytest.mark.parametrize(
    ("now_after", "close"),
    [
        (-600, True),  # to come: measured from when it falls due
        (0, True),
        (179, True),
        (180, False),  # half-open: when the time is over, it is over
        (330, False),  # closed: nothing more is to come of it
    ],
)
def test_a_dose_to_be_taken_is_measured_from_when_it_would_be(now_after: int, close: bool) -> None:
    dose, last = a_dose(gap=1080), other(-900)
    assert (too_close(dose, [last], DUE + timedelta(minutes=now_after)) is not None) is close


def test_a_dose_is_not_close_to_itself() -> None:
    dose = a_dose(taken_after=0)
    assert too_close(dose, [(dose.id, DUE)], DUE) is None


ug = Amount(Decimal(100), "ug")


@pytest.mark.parametrize(
    ("value", "unit", "odd"),
    [
        ("100", "ug", False), ("999.9", "ug", False), ("1000", "ug", True), ("1", "mg", True),
        ("10.1", "ug", False), ("10", "ug", True), ("0.1", "mg", False), ("100", "mg", True),
        ("0.1", "mL", True), ("1", "{tablet}", True),
    ],
)  # fmt: skip
def test_ten_times_is_the_bound_either_way_whatever_the_unit(
    value: str, unit: str, odd: bool
) -> None:
    assert far_off(Amount(Decimal(value), unit), ug) is odd


def test_a_dose_of_a_week_is_not_judged_without_its_week() -> None:
    with pytest.raises(LookupError):
        state_of(a_dose(quota=5), DUE)


async def many(session: AsyncSession, patient: Person, count: int, time: Clock) -> list[Dose]:
    """The patient's first doses, each with an intake and a reminder."""
    nights = (await doses_of(session, patient))[:count]
    for dose in nights:
        await say(session, dose)
        await speak(session, dose)
    return list(nights)


async def test_telling_ten_doses_costs_what_telling_one_costs(
    engine: AsyncEngine, session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=5, min_gap_minutes=60))
    nights = await many(session, patient, 10, time)
    now = nights[-1].closes_at
    prices = []
    for count in (1, 10):
        with statements(engine) as sent:
            told = await answers(session, patient.id, nights[:count], now)
        assert len(told) == count
        prices.append(len(sent))
    # Weeks and their events, intakes near, reminders, and names.
    assert prices[0] == prices[1] == 5


async def test_what_no_line_asks_for_is_not_read(
    engine: AsyncEngine, session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    day = MONDAY.date()
    doses = await doses_between(session, patient.id, day, day + timedelta(days=9))
    with statements(engine) as sent:
        await answers(session, patient.id, doses, time.now)
    assert len(sent) == 1  # reminders


async def test_the_fifth_intake_of_the_week_silences_the_nights_it_frees(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=5))
    nights = await doses_of(session, patient)
    for dose in nights[:4]:
        await say(session, dose)
    saturday, sunday, monday = nights[5:8]
    for dose in (saturday, sunday, monday):
        session.add(Reminder(
            patient_id=patient.id, id=dose.id, thread=dose.id, due_at=dose.due_at,
            closes_at=dose.closes_at, remind_at=dose.due_at, rungs=[],
        ))  # fmt: skip
    await session.flush()
    report = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
    await settle(session, patient.id, saturday.id, report, now=saturday.due_at)
    left = await session.scalars(select(Reminder.id).where(Reminder.due_at > saturday.due_at))
    assert list(left) == [monday.id]
    assert await session.scalar(select(func.count()).select_from(Event)) == 5
