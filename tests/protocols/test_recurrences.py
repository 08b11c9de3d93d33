"""When a line is taken: refused where it makes no sense, spoken in plain words."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.protocols.recurrences import (
    RecurrenceIn,
    ScheduleRefused,
    check_recurrence,
    follows_the_night,
    most_in_seven_nights,
    recurrence_of,
    schedule_text,
    shortest_gap,
)
from app.schedule import Evenings, Recurrence, occurrences, zone

MONDAY = date(2026, 11, 23)
EVENINGS = Evenings(zone("America/Denver"), (time(22, 30),) * 7)


def kept(**asked: Any) -> dict[str, Any]:
    return check_recurrence(RecurrenceIn(**asked), MONDAY, "lines.0.recurrence")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"weekdays": [0]}, "weekdays"),
        ({"weekdays": [8]}, "weekdays"),
        ({"weekdays": [1, 1]}, "weekdays"),
        ({"every": 0}, "every"),
        ({"every": 91}, "every"),
        ({"weekdays": [1], "every": 2}, "every"),
        ({"weeks_on": 53}, "weeks_on"),
        ({"weeks_off": -1}, "weeks_on"),
        ({"weeks_on": 0, "weeks_off": 1}, "weeks_on"),
        ({"last": "2026-11-22"}, "last"),
        ({"weekdays": [7], "last": "2026-11-28"}, "last"),
        ({"first": "2026-11-20", "last": "2026-11-22"}, "last"),
        ({"first": "2028-01-01"}, "first"),
        ({"first": "2011-01-01"}, "first"),
        ({"times": []}, "times"),
        ({"times": ["01:00", "02:00", "03:00", "04:00", "05:00"]}, "times"),
        ({"times": ["09:00", "09:00"]}, "times"),
        ({"times": ["bedtime", "bedtime"]}, "times"),
        ({"times": ["24:00"]}, "times"),
        ({"times": ["9:00"]}, "times"),
        ({"times": ["09:60"]}, "times"),
        ({"times": ["noon"]}, "times"),
        ({"times": ["\u06609:00"]}, "times"),
        ({"per_week": 0}, "per_week"),
        ({"per_week": 7}, "per_week"),
        ({"per_week": -1}, "per_week"),
        ({"per_week": 10**30}, "per_week"),
        ({"per_week": 5, "weekdays": [1]}, "per_week"),
        ({"per_week": 5, "every": 2}, "per_week"),
        ({"per_week": 5, "times": ["09:00", "bedtime"]}, "times"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_at_its_field(
    asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(ScheduleRefused) as refused:
        kept(**asked)
    (error,) = refused.value.errors
    assert error["field"] == f"lines.0.recurrence.{field}"
    assert error["cure"]


@pytest.mark.parametrize(
    "asked",
    [
        {"every": 1},
        {"every": 90},
        {"weeks_on": 52, "weeks_off": 52},
        {"weeks_on": 0, "weeks_off": 0},
        {"last": "2026-11-23"},
        {"weekdays": [7], "last": "2026-11-29"},
        {"times": ["09:00", "13:00", "18:00", "bedtime"]},
        {"weekdays": [1, 2, 3, 4, 5, 6, 7]},
        {"per_week": 1},
        {"per_week": 6, "times": ["09:00"]},
        {"per_week": 5, "weeks_on": 5, "weeks_off": 2, "last": "2027-03-01"},
    ],
)
def test_a_schedule_at_its_bounds_is_kept(asked: dict[str, Any]) -> None:
    recurrence = kept(**asked)
    assert recurrence["first"] == "2026-11-23"
    assert next(occurrences(recurrence_of(recurrence), EVENINGS, MONDAY, date(2029, 1, 1)), None)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({}, "Every night, at bedtime"),
        ({"times": ["09:00"]}, "Every day at 09:00"),
        ({"weekdays": [1, 2, 3, 4, 5]}, "Monday to Friday, at bedtime"),
        ({"weekdays": [4, 1], "times": ["09:00"]}, "Mondays and Thursdays at 09:00"),
        ({"weekdays": [7], "times": ["09:00"]}, "Sundays at 09:00"),
        ({"weekdays": [1, 3, 5]}, "Mondays, Wednesdays and Fridays, at bedtime"),
        ({"every": 3, "times": ["08:30"]}, "Every 3 days at 08:30"),
        ({"weeks_on": 3, "weeks_off": 1}, "Every night, at bedtime, 3 weeks on, 1 week off"),
        ({"times": ["09:00", "bedtime"]}, "Every day at 09:00 and at bedtime"),
        ({"times": ["00:00"]}, "Every day at 00:00"),
        ({"last": "2027-01-03"}, "Every night, at bedtime, until 3 January 2027"),
        ({"per_week": 5}, "Any 5 nights of the week, at bedtime"),
        ({"per_week": 1}, "Any 1 night of the week, at bedtime"),
        ({"per_week": 2, "times": ["09:00"]}, "Any 2 days of the week at 09:00"),
        (
            {"per_week": 5, "weeks_on": 3, "weeks_off": 1},
            "Any 5 nights of the week, at bedtime, 3 weeks on, 1 week off",
        ),
    ],
)
def test_a_schedule_is_spoken_in_plain_words(asked: dict[str, Any], text: str) -> None:
    assert schedule_text(recurrence_of(kept(**asked))) == text


def test_the_gap_between_two_doses_is_counted_on_the_wall_clock_of_the_night() -> None:
    def gap(**asked: Any) -> int | None:
        return shortest_gap(recurrence_of(kept(**asked)), EVENINGS, MONDAY)

    assert gap() == 24 * 60
    assert gap(weekdays=[1]) == 7 * 24 * 60
    assert gap(weekdays=[1, 4]) == 3 * 24 * 60
    assert gap(weekdays=[1, 4, 7]) == 24 * 60
    assert gap(times=["09:00", "bedtime"]) == (24 - 13) * 60 - 30
    assert gap(times=["22:30", "bedtime"]) == 0
    assert gap(times=["23:00", "02:00"]) == 3 * 60
    assert gap(last="2026-11-23") is None


def test_doses_in_a_week_are_counted_over_any_seven_nights() -> None:
    def most(**asked: Any) -> int:
        return most_in_seven_nights(recurrence_of(kept(**asked)), MONDAY)

    assert most(weekdays=[1]) == 1
    assert most(every=7) == 1
    assert most(every=6) == 2
    assert most(weekdays=[1, 7]) == 2
    assert most() == 7
    assert most(weekdays=[1], times=["09:00", "bedtime"]) == 2
    assert most(per_week=5) == 5
    assert most(per_week=5, last="2026-11-25") == 3


def test_any_so_many_nights_of_the_week_may_be_any_of_its_nights() -> None:
    rule = recurrence_of(kept(per_week=5))
    nights = [due.night for due in occurrences(rule, EVENINGS, MONDAY, MONDAY + timedelta(7))]
    assert nights == [MONDAY + timedelta(n) for n in range(7)]
    assert shortest_gap(rule, EVENINGS, MONDAY) == 24 * 60


def test_a_schedule_that_was_kept_before_there_were_quotas_is_read_as_it_was() -> None:
    assert "per_week" not in kept()
    assert recurrence_of(kept()).per_week is None
    assert kept(per_week=4)["per_week"] == 4


@pytest.mark.parametrize(
    ("asked", "follows"),
    [
        ({}, [True]),
        ({"weekdays": [1, 2, 4, 6]}, [True]),
        ({"weekdays": [1, 3, 5]}, [False]),
        ({"weekdays": [1]}, [False]),
        ({"every": 2}, [True]),
        ({"every": 3}, [False]),
        ({"per_week": 4}, [True]),
        ({"per_week": 3}, [False]),
        ({"times": ["09:00"]}, [False]),
        ({"times": ["09:00", "bedtime"]}, [False, True]),
        ({"weekdays": [1, 4], "times": ["09:00", "bedtime"]}, [False, True]),
    ],
)
def test_only_bedtime_doses_of_most_nights_follow_the_night(
    asked: dict[str, Any], follows: list[bool]
) -> None:
    rule = recurrence_of(kept(**asked))
    assert [follows_the_night(rule, slot) for slot in range(len(rule.times))] == follows


rules = st.builds(
    Recurrence,
    first=st.just(MONDAY),
    weekdays=st.frozensets(st.integers(1, 7)),
    every=st.integers(1, 20),
    weeks_on=st.integers(1, 5),
    weeks_off=st.integers(0, 5),
    times=st.lists(st.sampled_from([time(9), time(2), None]), min_size=1, unique=True).map(tuple),
)


@given(rules)
@example(Recurrence(first=MONDAY, every=9, weeks_on=1, weeks_off=1))
def test_no_two_doses_lie_closer_together_than_the_shortest_gap(rule: Recurrence) -> None:
    """Where no clock changes, the wall clock and the plan agree."""
    quiet = Evenings(zone("Asia/Tokyo"), (time(22, 30),) * 7)
    gap = shortest_gap(rule, quiet, MONDAY)
    due = sorted(each.at for each in occurrences(rule, quiet, MONDAY, MONDAY + timedelta(2800)))
    found = [(later - earlier) // timedelta(minutes=1) for earlier, later in pairwise(due)]
    assert gap == min(found)
