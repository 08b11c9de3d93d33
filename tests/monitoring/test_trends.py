"""The 7-day median and the stretches around a change: laws and boundaries, without a database."""

import time as stopwatch
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.trends import (
    FEWEST,
    InForce,
    Point,
    beside,
    middle,
    too_few,
    trend,
    window_of,
)

DAY = date(2026, 11, 23)


def points(*values: int | str, every: int = 1, first: date = DAY) -> list[Point]:
    """One point after the other, so many days apart."""
    return [
        Point(first + timedelta(days=every * place), Decimal(value))
        for place, value in enumerate(values)
    ]


numbers = st.decimals(0, 300, places=4) | st.integers(0, 10).map(Decimal)
some = st.lists(st.builds(Point, st.dates(DAY, DAY + timedelta(days=40)), numbers), max_size=30)


@given(some, st.randoms(use_true_random=False))
def test_a_trend_is_the_same_in_whatever_order_its_points_come(
    given: list[Point], random: object
) -> None:
    shuffled = [*given]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert trend(shuffled) == trend(given)


@given(some)
def test_every_median_lies_between_the_least_and_the_greatest_of_its_seven_days(
    given: list[Point],
) -> None:
    found = trend(given)
    assert [day for day, _ in found] == sorted({point.day for point in given})
    for day, each in found:
        window = [p.value for p in given if 0 <= (day - p.day).days <= 6]
        assert each.n == len(window)
        assert (each.value is None) == (len(window) < FEWEST)
        if each.value is not None:
            assert min(window) <= each.value <= max(window)
            below = sum(value <= each.value for value in window)
            above = sum(value >= each.value for value in window)
            assert 2 * below >= each.n <= 2 * above  # half of them on either side
    assert too_few(found) == all(each.value is None for _, each in found)


@given(st.lists(numbers, min_size=3, max_size=9), st.integers(0, 8))
def test_raising_one_value_never_lowers_the_median(values: list[Decimal], place: int) -> None:
    raised = [*values]
    raised[place % len(values)] += 1
    before, after = (middle([Point(DAY, v) for v in each]).value for each in (values, raised))
    assert before is not None
    assert after is not None
    assert before <= after


@given(st.decimals(0, 300, allow_nan=False), st.integers(3, 9))
def test_equal_values_have_themselves_as_their_median_to_the_last_digit(
    value: Decimal, n: int
) -> None:
    assert middle([Point(DAY, value)] * n).value == value


def test_the_window_holds_this_day_and_six_before_it() -> None:
    (*_, (day, six)) = trend(points(1, 1, 9, every=3))
    assert (day, six.n, six.value) == (DAY + timedelta(days=6), 3, Decimal(1))
    (*_, (_, seven)) = trend([*points(1, 1), Point(DAY + timedelta(days=7), Decimal(9))])
    assert (seven.n, seven.value) == (2, None)


def test_once_a_week_three_check_ins_are_enough_within_28_days() -> None:
    weekly = points(2, 4, 9, 5, 7, every=7)
    assert too_few(trend(weekly))
    found = trend(weekly, window_of(weekly=True))
    assert [(each.n, each.value) for _, each in found] == [
        (1, None), (2, None), (3, Decimal(4)), (4, Decimal("4.5")), (4, Decimal(6)),
    ]  # fmt: skip
    assert window_of(weekly=False).days == 7


def test_thousands_of_points_cost_no_noticeable_time() -> None:
    crowd = [Point(DAY + timedelta(days=n % 400), Decimal(n % 11)) for n in range(5000)]
    begun = stopwatch.process_time()
    assert len(trend(crowd)) == 400
    assert stopwatch.process_time() - begun < 0.3


def test_two_points_are_too_few_and_three_are_enough() -> None:
    assert too_few(trend(points(4, 8)))
    assert not too_few(trend(points(4, 8, 6)))
    assert too_few(trend([]))
    assert middle(points(4, 7, 8, 9)).value == Decimal("7.5")


def versions(*lasting: int) -> list[InForce]:
    """Versions of so many days, the last one still in force."""
    found, first = [], DAY
    for number, days in enumerate(lasting, 1):
        last = first + timedelta(days=days - 1)
        found.append(InForce(number, first, None if number == len(lasting) else last))
        first = last + timedelta(days=1)
    return found


def every_day(long: int) -> dict[str, list[Point]]:
    """A score a day that tells which day it is of."""
    return {"energy": points(*range(long))}


def test_a_version_stands_beside_the_last_28_days_of_the_one_before() -> None:
    (found,) = beside(every_day(100), versions(40, 60), DAY + timedelta(days=99))
    assert (found.before.first, found.before.last) == (
        DAY + timedelta(days=12), DAY + timedelta(days=39),
    )  # fmt: skip
    assert (found.after.first, found.after.last) == (
        DAY + timedelta(days=40), DAY + timedelta(days=67),
    )  # fmt: skip
    assert (found.before_n, found.after_n) == (28, 28)
    assert found.before_medians["energy"].value == Decimal("25.5")
    assert found.after_medians["energy"].value == Decimal("53.5")
    assert found.text.startswith("In the 28 days before version 2 began, and in the 28 days after.")


def test_a_stretch_reaches_neither_into_a_third_version_nor_beyond_today() -> None:
    found = beside(every_day(60), versions(10, 5, 45), DAY + timedelta(days=19))
    second, third = found
    assert (second.before.long, second.after.long) == (10, 5)
    assert (third.before.long, third.after.long) == (5, 5)
    assert third.after.last == DAY + timedelta(days=19)


def test_a_version_whose_end_is_planned_already_is_seen_up_to_today() -> None:
    today = DAY + timedelta(days=12)
    until = [InForce(1, DAY, DAY + timedelta(days=9)),
             InForce(2, DAY + timedelta(days=10), DAY + timedelta(days=20))]  # fmt: skip
    (found,) = beside(every_day(13), until, today)
    assert (found.after.last, found.after.long) == (today, 3)


def test_with_too_few_check_ins_no_number_is_given() -> None:
    scales = {"energy": points(5, 5, 5), "libido": points(5, 5)}
    (found,) = beside(scales, versions(40, 60), DAY + timedelta(days=45))
    assert found.before_n == 0
    assert found.after_medians["energy"].value is None
    assert found.text == "Too few check-ins around the start of version 2 to compare."
    scales["energy"] = points(*[6] * 50)
    (found,) = beside(scales, versions(40, 60), DAY + timedelta(days=45))
    assert (found.before_medians["libido"].value, found.before_medians["libido"].n) == (None, 0)


@pytest.mark.parametrize("word", ["because", "caused", "due to", "effect", "improve", "work"])
def test_no_word_claims_a_cause(word: str) -> None:
    for each in beside(every_day(100), versions(40, 30, 30), DAY + timedelta(days=99)):
        assert word not in each.text.lower()


def test_a_first_version_stands_beside_nothing_and_one_to_come_is_not_compared() -> None:
    assert beside(every_day(10), versions(10), DAY + timedelta(days=5)) == []
    assert beside(every_day(10), versions(20, 10), DAY + timedelta(days=5)) == []
