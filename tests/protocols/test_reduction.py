"""Only what is plainly less may hold before the patient has acknowledged it."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.protocols.prescribed import Prescribed
from app.protocols.reduction import why_not_a_reduction
from app.schedule import A_DAY, Recurrence
from app.units import Amount
from tests.protocols.prescriptions import (
    TONIGHT,
    a_line,
    calmly,
    every,
    mg,
    on,
    prescribed,
    protocols,
    rules,
    with_line,
)

SOON = TONIGHT + A_DAY * 7


def why(before: Prescribed, **changes: Any) -> str | None:
    return why_not_a_reduction([before], [replace(before, **changes)], TONIGHT)


@calmly
@given(protocols)
def test_the_same_again_is_no_reduction(lines: list[Prescribed]) -> None:
    assert why_not_a_reduction(lines, lines, TONIGHT) is not None


@calmly
@given(protocols, st.integers(0, 3))
def test_to_leave_a_line_out_is_a_reduction(lines: list[Prescribed], position: int) -> None:
    assume(position < len(lines))
    less = lines[:position] + lines[position + 1 :]
    assert why_not_a_reduction(lines, less, TONIGHT) is None


@calmly
@given(protocols, prescribed)
def test_to_add_a_line_is_none_whatever_else_is_less(
    lines: list[Prescribed], added: Prescribed
) -> None:
    assume(added.line_id not in {line.line_id for line in lines})
    assert why_not_a_reduction(lines, [added], TONIGHT) is not None
    assert why_not_a_reduction(lines, [*lines, added], TONIGHT) is not None


@calmly
@given(protocols, st.integers(0, 3), st.integers(0, 40))
def test_more_on_any_later_night_is_none_even_when_less_before(
    lines: list[Prescribed], position: int, ahead: int
) -> None:
    assume(position < len(lines))
    night = TONIGHT + A_DAY * ahead
    old = lines[position]
    more = Amount(old.amount_at(night).value + Decimal("0.25"), "mg")
    steps = tuple(step for step in old.steps if step[0] != night)
    changed = with_line(
        lines, position, amount=mg("0.01"), steps=tuple(sorted([*steps, (night, more)]))
    )
    assert why_not_a_reduction(lines, changed, TONIGHT) is not None


@calmly
@given(rules(), rules())
def test_no_night_and_no_time_is_ever_won(before: Recurrence, after: Recurrence) -> None:
    """Whatever is let through asks for nothing on any night on which nothing was asked for."""
    old, new = a_line(rule=before), a_line(rule=after)
    if why_not_a_reduction([old], [new], TONIGHT) is not None:
        return
    assert set(after.times) <= set(before.times)
    weeks: dict[tuple[int, int], int] = {}
    for night in (TONIGHT + A_DAY * n for n in range(200)):
        if after.includes(night):
            assert before.includes(night)
            key = night.isocalendar()[:2]
            weeks[key] = weeks.get(key, 0) + 1
    if before.per_week is not None:
        assert min(max(weeks.values(), default=0), after.per_week or 7) <= before.per_week


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": mg("0.5")},
        {"amount": Amount(Decimal(999), "ug")},
        {"amount": mg("0.5"), "steps": ((SOON, mg("1")),)},
        {"steps": ((SOON, mg("0.5")),)},
        {"rule": on(1, 4)},
        {"rule": every(every=2)},
        {"rule": every(last=SOON)},
        {"rule": every(weeks_on=1, weeks_off=1)},
        {"rule": every(per_week=5)},
        {"amount": mg("0.5"), "min_gap_minutes": 1200},
    ],
)
def test_less_is_a_reduction(changes: dict[str, Any]) -> None:
    assert why(a_line(), **changes) is None


@pytest.mark.parametrize(
    ("before", "changes", "said"),
    [
        (a_line(), {"amount": mg("1.1")}, "1.1 mg is more than 1 mg"),
        (a_line(), {"amount": Amount(Decimal(1), "{tablet}")}, "cannot be compared"),
        (a_line(), {"amount": mg("0.5"), "steps": ((SOON, mg("2")),)}, "2 mg is more than 1 mg"),
        (a_line(steps=((SOON, mg("0.5")),)), {"steps": ()}, "more than 0.5 mg"),
        (a_line(rule=on(1, 4)), {"rule": on(2)}, "nights on which it is not taken now"),
        (a_line(rule=on(1)), {"rule": on(1, 4), "amount": mg("0.5")}, "nights on which"),
        (a_line(rule=every(last=SOON)), {"rule": every(), "amount": mg("0.5")}, "nights on which"),
        (a_line(), {"rule": every(times=(time(8),))}, "another time"),
        (a_line(rule=every(per_week=5)), {"rule": every(), "amount": mg("0.5")}, "more often"),
        (a_line(rule=on(1, 2, 3, 4, 5)), {"rule": every(per_week=5)}, "nights on which"),
        (a_line(min_gap_minutes=1200), {"min_gap_minutes": None, "amount": mg("0.5")}, "closer"),
        (a_line(), {"ladder": (0,), "window_minutes": 60}, "Nothing in it is less"),
    ],
)
def test_what_is_more_or_moved_is_named(
    before: Prescribed, changes: dict[str, Any], said: str
) -> None:
    found = why(before, **changes)
    assert found is not None
    assert said in found


def test_what_is_past_is_not_compared() -> None:
    """A step that came, or a first night long ago, says nothing of the nights ahead."""
    before = a_line(rule=every(first=date(2020, 1, 1)), steps=((TONIGHT - A_DAY, mg("2")),))
    assert why(before, rule=every(), amount=mg("1.5"), steps=()) is None
