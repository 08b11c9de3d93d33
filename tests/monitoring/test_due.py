"""Which draws a plan asks for, how each stands, and when it speaks."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.monitoring.due import (
    A_WEEK,
    DEFAULT_STEPS,
    MOST_PROMPTS,
    State,
    Step,
    draws,
    next_prompt,
    state_of,
)

START = date(2026, 11, 23)
A_DAY = timedelta(days=1)

days = st.integers(-40, 400).map(lambda n: START + A_DAY * n)
steps = st.lists(
    st.builds(
        Step,
        step=st.text("abc", min_size=1, max_size=3),
        name=st.just("Labs"),
        offset_days=st.integers(-30, 200),
        repeat_days=st.none() | st.integers(7, 200),
        markers=st.just(("IGF-1",)),
    ),
    max_size=4,
    unique_by=lambda step: step.step,
)


def test_the_default_plan_is_baseline_week_6_week_12_and_then_every_half_year() -> None:
    plan = draws(DEFAULT_STEPS, START, START + A_DAY * 547)
    assert [(draw.step, (draw.due_on - START).days) for draw in plan] == [
        ("baseline", 0),
        ("week-6", 42),
        ("week-12", 84),
        ("half-yearly", 182),
        ("half-yearly", 364),
        ("half-yearly", 546),
    ]
    assert [draw.repetition for draw in plan] == [0, 0, 0, 0, 1, 2]


def test_the_baseline_holds_every_marker_of_the_brief() -> None:
    asked = " ".join(DEFAULT_STEPS[0].markers)
    for marker in ("Testosterone", "free", "Estradiol", "IGF-1", "Lipids", "HbA1c", "hematocrit"):
        assert marker in asked


@given(steps, days, days)
def test_looking_further_ahead_only_adds_draws_at_the_end(
    plan: list[Step], near: date, far: date
) -> None:
    near, far = sorted((near, far))
    ahead = draws(plan, START, far)
    assert draws(plan, START, near) == [draw for draw in ahead if draw.due_on < near]
    assert ahead == sorted(ahead, key=lambda draw: draw.due_on)
    assert len({(draw.step, draw.repetition) for draw in ahead}) == len(ahead)


@given(steps, st.integers(0, 300))
def test_a_later_start_moves_every_draw_by_as_much(plan: list[Step], later: int) -> None:
    moved = draws(plan, START + A_DAY * later, START + A_DAY * (400 + later))
    assert [draw.due_on - A_DAY * later for draw in moved] == [
        draw.due_on for draw in draws(plan, START, START + A_DAY * 400)
    ]


@pytest.mark.parametrize(
    ("days_from_due", "state"),
    [
        (-15, State.UPCOMING),
        (-14, State.SOON),
        (-1, State.SOON),
        (0, State.DUE),
        (7, State.DUE),
        (8, State.OVERDUE),
        (400, State.OVERDUE),
    ],
)
def test_a_draw_is_soon_for_a_fortnight_due_for_a_week_and_then_overdue(
    days_from_due: int, state: State
) -> None:
    today = START + A_DAY * days_from_due
    assert state_of(START, today) is state
    assert state_of(START, today, drawn_on=START) is State.DRAWN
    assert state_of(START, today, snoozed_until=today + A_DAY) is State.SNOOZED
    assert state_of(START, today, snoozed_until=today) is state
    assert state_of(START, today, drawn_on=START, snoozed_until=today + A_DAY) is State.DRAWN


@given(days, days, st.none() | days)
@example(START, START - A_WEEK, None)
@example(START, START - A_WEEK + A_DAY, None)
def test_a_draw_speaks_on_the_same_weekday_at_most_four_times(
    due_on: date, entered: date, snoozed_until: date | None
) -> None:
    first = snoozed_until or due_on - A_WEEK
    spoken: list[date] = []
    day = next_prompt(due_on, entered, prompts=0, snoozed_until=snoozed_until)
    while day is not None:
        spoken.append(day)
        day = next_prompt(due_on, day + A_DAY, prompts=len(spoken), snoozed_until=snoozed_until)
    assert len(spoken) == MOST_PROMPTS
    assert spoken[0] >= max(entered, first)
    assert spoken[0] - max(entered, first) < A_WEEK
    assert all((each - first) % A_WEEK == timedelta(0) for each in spoken)
    assert [b - a for a, b in pairwise(spoken)] == [A_WEEK] * 3


def test_a_draw_of_the_future_speaks_a_week_before_on_the_day_and_twice_after() -> None:
    spoken: list[int] = []
    day = next_prompt(START, START - A_DAY * 30, prompts=0)
    while day is not None:
        spoken.append((day - START).days)
        day = next_prompt(START, day + A_DAY, prompts=len(spoken))
    assert spoken == [-7, 0, 7, 14]
