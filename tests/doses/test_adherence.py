"""Adherence: its laws, an oracle that counts by hand, and the numbers everybody knows."""

from datetime import UTC, datetime, timedelta
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from app.doses.adherence import DEFINITION, Adherence, Intake, pooled, summarise, wilson
from app.doses.weeks import Standing

START = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


def intake(
    *, night: int = 0, taken_after: int | None = None, skip: str | None = None,
    held: bool = False, extra: bool = False, standing: Standing | None = None,
) -> Intake:  # fmt: skip
    due = START + timedelta(days=night)
    taken = None if taken_after is None else due + timedelta(minutes=taken_after)
    return Intake(
        due_at=due, closes_at=due + timedelta(hours=5, minutes=30), on_time=TWO_HOURS,
        taken_at=taken, skip_reason=skip, held=held, extra=extra, standing=standing,
    )  # fmt: skip


LATER = START + timedelta(days=100)


def test_nothing_expected_gives_no_rate_rather_than_none_or_all() -> None:
    nothing = summarise([], LATER)
    assert (nothing.expected, nothing.taking, nothing.timing, nothing.interval) == (
        0,
        None,
        None,
        None,
    )


def test_a_skip_is_a_dose_not_taken_and_a_hold_is_no_dose() -> None:
    found = summarise([intake(taken_after=0), intake(skip="travelling"), intake(held=True)], LATER)
    assert (found.expected, found.taken, found.skipped, found.held) == (2, 1, 1, 1)
    assert found.taking == 0.5
    assert found.skip_reasons == {"travelling": 1}


def test_a_free_night_is_in_no_rate_and_a_sixth_intake_of_five_is_extra() -> None:
    found = summarise(
        [
            intake(night=0, standing=Standing.REST),
            intake(night=1, skip="unwell", standing=Standing.REST),
            intake(night=2, standing=Standing.COUNTS),
            intake(night=3, taken_after=0, standing=Standing.COUNTS),
            intake(night=4, taken_after=0, standing=Standing.EXTRA),
        ],
        LATER,
    )
    assert (found.expected, found.taken, found.missed) == (2, 1, 1)
    assert (found.rest, found.extra, found.skipped) == (2, 1, 0)
    assert {"any_n_of_seven", "rest", "gap"} <= DEFINITION.keys()


def test_two_hours_is_on_time_and_a_second_more_is_late() -> None:
    edge = intake(taken_after=120)
    over = Intake(
        due_at=edge.due_at, closes_at=edge.closes_at, on_time=TWO_HOURS,
        taken_at=edge.due_at + TWO_HOURS + timedelta(seconds=1),
    )  # fmt: skip
    found = summarise([edge, over, intake(taken_after=-121)], LATER)
    assert (found.on_time, found.late) == (1, 2)


def test_a_dose_becomes_missed_at_the_instant_its_window_closes() -> None:
    dose = intake()
    instant = timedelta(microseconds=1)
    assert summarise([dose], dose.due_at - instant) == Adherence()
    assert summarise([dose], dose.closes_at - instant).open == 1
    assert summarise([dose], dose.closes_at).missed == 1


def test_taken_after_the_window_counts_as_late_and_not_as_missed() -> None:
    found = summarise([intake(taken_after=60 * 9)], LATER)
    assert (found.late, found.missed, found.taking, found.timing) == (1, 0, 1.0, 0.0)


def test_an_extra_dose_is_in_no_rate() -> None:
    found = summarise([intake(taken_after=0), intake(taken_after=5, extra=True)], LATER)
    assert (found.expected, found.extra, found.taking) == (1, 1, 1.0)


def test_three_of_four_leaves_a_wide_interval() -> None:
    low, high = wilson(3, 4) or (0.0, 0.0)
    assert isclose(low, 0.3006, abs_tol=5e-4)
    assert isclose(high, 0.9544, abs_tol=5e-4)


def test_pooling_sums_doses_so_that_one_missed_injection_shows() -> None:
    nightly = summarise([intake(night=n, taken_after=0) for n in range(20)], LATER)
    weekly = summarise([intake(night=n) for n in (0, 7)], LATER)
    both = pooled([nightly, weekly])
    assert (both.taken, both.expected) == (20, 22)
    assert weekly.taking == 0.0


intakes = st.lists(
    st.builds(
        intake,
        night=st.integers(0, 40),
        taken_after=st.none() | st.integers(-300, 900),
        skip=st.none() | st.sampled_from(["", "travelling", "forgot"]),
        held=st.booleans(),
        extra=st.booleans(),
        standing=st.none() | st.sampled_from(Standing),
    ).filter(lambda i: (i.taken_at is None) or (i.skip_reason is None)),
    max_size=60,
)
instants = st.integers(-100, 1200).map(lambda hours: START + timedelta(hours=hours))


@given(intakes, instants)
def test_counts_agree_with_counting_by_hand(doses: list[Intake], now: datetime) -> None:
    found = summarise(doses, now)
    mine = [d for d in doses if not d.extra and not d.held]
    free = [d for d in mine if not d.taken_at and d.standing is Standing.REST]
    beyond = [d for d in mine if d.taken_at and d.standing is Standing.EXTRA]
    planned = [d for d in mine if d not in free and d not in beyond]
    taken = [d for d in planned if d.taken_at]
    near = [d for d in taken if d.taken_at and -TWO_HOURS <= d.taken_at - d.due_at <= TWO_HOURS]
    skipped = [d for d in planned if d.taken_at is None and d.skip_reason is not None]
    silent = [d for d in planned if d.taken_at is None and d.skip_reason is None]
    assert found.on_time == len(near)
    assert found.late == len(taken) - len(near)
    assert found.skipped == len(skipped)
    assert found.missed == len([d for d in silent if d.closes_at <= now])
    assert found.open == len([d for d in silent if d.due_at <= now < d.closes_at])
    assert found.held == len([d for d in doses if d.held and not d.extra and not d.taken_at])
    assert len(found.delays) == found.taken
    assert found.rest == len(free)
    outside = [d for d in doses if d.taken_at and (d.extra or d.held)]
    assert found.extra == len(outside) + len(beyond)


@given(intakes, intakes, instants)
def test_two_periods_add_up(one: list[Intake], other: list[Intake], now: datetime) -> None:
    together = summarise(one + other, now)
    summed = summarise(one, now) + summarise(other, now)
    assert (together.expected, together.taken, together.missed, together.extra) == (
        summed.expected, summed.taken, summed.missed, summed.extra,
    )  # fmt: skip
    assert sorted(together.delays) == sorted(summed.delays)


@given(intakes, instants)
def test_unlogged_is_never_taken(doses: list[Intake], now: datetime) -> None:
    assert summarise(doses, now).taken <= len([d for d in doses if d.taken_at is not None])


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_rate(taken: int, more: int) -> None:
    expected = taken + more
    low, high = wilson(taken, expected) or (1.0, 0.0)
    assert 0 <= low <= taken / expected <= high <= 1
