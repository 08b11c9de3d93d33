"""What dispensed supply covers: worked examples, laws, and a pill box that shares no code."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.supplies.coverage import Box, Need, covered, days_early, short_from
from tests.supplies.pill_box import simulated

DAY_ONE = date(2026, 3, 2)
DAY = timedelta(days=1)

Dosed = list[tuple[date, int]]
Boxed = list[tuple[date, date | None, int]]


def night(number: int) -> date:
    """The so-manieth night, counted from 0."""
    return DAY_ONE + number * DAY


def nightly(count: int, amount: int = 1) -> list[Need]:
    return [Need(night(number), Fraction(amount)) for number in range(count)]


def box(holds: int, first: int = 0, last: int | None = None) -> Box:
    return Box(Fraction(holds), night(first), None if last is None else night(last))


@pytest.mark.parametrize(
    ("boxes", "count"),
    [
        ([], 0),
        ([box(10)], 10),
        ([box(10), box(10, 20)], 20),  # ten nights without anything between them
        ([box(10), box(10, 5)], 20),  # an overlap is shifted behind the first
        ([box(10), box(10)], 20),
        ([box(10), box(100, 5)], 30),  # never more than was expected
        ([box(10, 0, 4)], 5),  # discarded: its last night still counts
        ([box(10, 0, 4), box(10, 3)], 15),  # the one that ends first is used first
        ([box(10, -5)], 10),  # nothing is used before it is prescribed
        ([box(3, 28)], 2),
    ],
)
def test_thirty_nights_covered_by_hand(boxes: list[Box], count: int) -> None:
    assert sum(covered(nightly(30), boxes)) == count


def test_a_dose_takes_the_rest_of_one_vial_and_some_of_the_next() -> None:
    assert covered(nightly(5, 2), [box(3), box(5)]) == [True, True, True, True, False]


def test_half_a_dose_is_none_and_is_used_up_with_the_try() -> None:
    assert covered(nightly(4, 2), [box(3), box(3, 2)]) == [True, False, True, False]


def test_a_line_that_pauses_uses_nothing_meanwhile() -> None:
    needs = nightly(5) + [Need(night(20 + each), Fraction(1)) for each in range(5)]
    assert all(covered(needs, [box(10)]))


def test_a_refill_is_early_by_the_days_the_first_supply_would_still_last() -> None:
    needs = nightly(30)
    assert days_early(needs, [box(28), box(28, 20)], night(20)) == 8
    assert days_early(needs, [box(28), box(28, 28)], night(28)) == 0
    assert days_early(needs, [box(28, 0, 9), box(28, 12)], night(12)) == 0  # it had its day
    assert days_early(needs, [box(28), box(28)], night(0)) is None  # the first delivery, twice


def test_beyond_the_plan_doses_go_on_as_they_were() -> None:
    weekly = [Need(night(7 * each), Fraction(100)) for each in range(4)]
    assert short_from(weekly, [box(1000)], night(21)) == night(70)
    assert short_from(weekly, [box(1000, 0, 35)], night(21)) == night(42)
    assert short_from(weekly[:1], [box(1000)], night(21)) is None
    assert short_from(weekly, [box(10**6)], night(21)) is None


@st.composite
def courses(draw: st.DrawFn) -> tuple[Dosed, Boxed]:
    nights = sorted(draw(st.lists(st.integers(0, 40), max_size=30)))
    doses = [(night(each), draw(st.integers(1, 4))) for each in nights]
    boxes: Boxed = []
    for came in draw(st.lists(st.integers(-10, 40), max_size=5)):
        lasts = draw(st.none() | st.integers(0, 30))
        last = None if lasts is None else night(came + lasts)
        boxes.append((night(came), last, draw(st.integers(0, 40))))
    return doses, boxes


def as_needs(doses: Dosed) -> list[Need]:
    return [Need(day, Fraction(crumbs, 7)) for day, crumbs in doses]


def as_boxes(boxes: Boxed) -> list[Box]:
    return [Box(Fraction(crumbs, 7), came, last) for came, last, crumbs in boxes]


@given(courses())
@settings(max_examples=100, deadline=None)
def test_it_is_what_a_pill_box_filled_day_by_day_gives(course: tuple[Dosed, Boxed]) -> None:
    doses, boxes = course
    assert covered(as_needs(doses), as_boxes(boxes)) == simulated(doses, boxes)


@given(courses(), st.integers(-10, 40), st.none() | st.integers(0, 40), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_more_supply_never_covers_less(
    course: tuple[Dosed, Boxed], came: int, lasts: int | None, more: int
) -> None:
    doses, boxes = course
    last = None if lasts is None else night(came + lasts)
    before = covered(as_needs(doses), as_boxes(boxes))
    after = covered(as_needs(doses), as_boxes([*boxes, (night(came), last, more)]))
    assert all(now or not then for then, now in zip(before, after, strict=True))


@given(courses(), st.integers(0, 10))
@settings(max_examples=60, deadline=None)
def test_a_later_last_night_never_covers_less(course: tuple[Dosed, Boxed], longer: int) -> None:
    doses, boxes = course
    later = [(came, last and last + longer * DAY, crumbs) for came, last, crumbs in boxes]
    before = sum(covered(as_needs(doses), as_boxes(boxes)))
    assert 0 <= before <= sum(covered(as_needs(doses), as_boxes(later))) <= len(doses)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_an_overlap_counts_as_much_as_the_same_end_to_end(
    first: int, second: int, early: int
) -> None:
    needs = nightly(first + second)
    early = min(early, first)
    assert all(covered(needs, [box(first), box(second, first - early)]))


@given(courses(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_vials_were_entered_does_not_matter(
    course: tuple[Dosed, Boxed], random: object
) -> None:
    doses, boxes = course
    mixed = list(boxes)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert covered(as_needs(doses), as_boxes(mixed)) == covered(as_needs(doses), as_boxes(boxes))
