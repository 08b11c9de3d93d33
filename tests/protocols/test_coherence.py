"""What looks wrong about a protocol is said with what was seen, and only where it is so."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given

from app.protocols.coherence import CODES, Course, Pause, Warned, warnings_of
from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY
from tests.protocols.prescriptions import EVENINGS, TONIGHT, a_line, calmly, every, on, protocols

TESTOSTERONE = a_line("testosterone_cypionate", route="intramuscular", rule=on(7))
ANASTROZOLE = a_line("anastrozole", route="oral", rule=on(1, 4))
SEMAGLUTIDE = a_line("semaglutide", rule=on(7))
TIRZEPATIDE = a_line("tirzepatide", rule=on(3))


def warned(*lines: Prescribed, **facts: Any) -> list[Warned]:
    return warnings_of(Course(lines, TONIGHT, EVENINGS, **facts))


def seen(*lines: Prescribed, **facts: Any) -> list[str]:
    return [each.seen for each in warned(*lines, **facts)]


def test_a_usual_protocol_is_not_warned_of() -> None:
    gonadorelin = a_line("gonadorelin", rule=on(1, 4), min_gap_minutes=2160)
    assert warned(TESTOSTERONE, ANASTROZOLE, gonadorelin, a_line(), SEMAGLUTIDE) == []


@calmly
@given(protocols)
def test_every_warning_says_what_it_saw_about_which_lines_and_by_what_rule(
    lines: list[Prescribed],
) -> None:
    for each in warned(*lines, baseline_drawn=False):
        assert each.code in CODES
        assert each.seen.endswith(".")
        assert set(each.lines) <= {line.line_id for line in lines}


def test_an_aromatase_inhibitor_without_testosterone() -> None:
    (found,) = warned(ANASTROZOLE)
    assert found.code == "anastrozole_without_testosterone"
    assert found.seen == "Anastrozole runs without testosterone in the protocol."
    assert found.lines == (ANASTROZOLE.line_id,)


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        (0, None, "while testosterone cypionate is on hold."),
        (3, 10, "while testosterone cypionate is on hold, from Thursday 26 November."),
        (-10, 0, None),
    ],
)
def test_an_aromatase_inhibitor_while_testosterone_is_on_hold(
    since: int, until: int | None, says: str | None
) -> None:
    pause = Pause(
        TESTOSTERONE.line_id, TONIGHT + A_DAY * since,
        TONIGHT + A_DAY * until if until is not None else None,
    )  # fmt: skip
    found = warned(TESTOSTERONE, ANASTROZOLE, pauses=[pause])
    assert [each.seen for each in found] == ([f"Anastrozole runs {says}"] if says else [])
    both = [pause, replace(pause, line_id=ANASTROZOLE.line_id)]
    assert warned(TESTOSTERONE, ANASTROZOLE, pauses=both) == []


def test_testosterone_that_ends_or_pauses_before_the_inhibitor_does() -> None:
    ends = replace(TESTOSTERONE, rule=on(7, last=TONIGHT + A_DAY * 13))
    assert seen(ends, ANASTROZOLE) == [
        "Anastrozole runs while testosterone cypionate is not taken, from Monday 7 December."
    ]
    cycles = replace(TESTOSTERONE, rule=on(7, weeks_on=4, weeks_off=2))
    assert len(seen(cycles, ANASTROZOLE)) == 1


@pytest.mark.parametrize(
    ("rule", "adjacent"),
    [
        (on(1, 2), True),
        (on(7, 1), True),
        (on(1, 4), False),
        (on(1), False),
        (on(1, 2, 4), False),
        (every(), False),
        (every(per_week=2), False),
    ],
)
def test_twice_a_week_on_two_nights_in_a_row(rule: Any, adjacent: bool) -> None:
    found = warned(a_line("gonadorelin", rule=rule))
    assert [each.code for each in found] == ["gonadorelin_days_adjacent"] * adjacent


def test_the_nights_that_are_adjacent_are_named() -> None:
    assert seen(a_line("gonadorelin", rule=on(1, 7))) == [
        "Gonadorelin is taken twice a week, but on two nights in a row: Sunday and Monday."
    ]
    two = [a_line("gonadorelin", number=n, rule=on(n)) for n in (1, 2)]
    assert len(seen(*two)) == 1, "two weekly lines are twice a week as well"


def test_two_glp1_in_one_week() -> None:
    (found,) = warned(SEMAGLUTIDE, TIRZEPATIDE)
    assert found.code == "two_glp1"
    assert found.seen == (
        "Semaglutide and tirzepatide are taken within one week, on Wednesday and Sunday."
    )
    assert warned(SEMAGLUTIDE) == []


@pytest.mark.parametrize(("first", "warns"), [(6, True), (7, False)])
def test_a_brand_is_switched_a_week_after_the_last_dose_or_is_warned_of(
    first: int, warns: bool
) -> None:
    last = TONIGHT + A_DAY * 6  # Sunday
    ends = replace(SEMAGLUTIDE, rule=on(7, last=last))
    begins = replace(TIRZEPATIDE, rule=every(first=last + A_DAY * first, every=7))
    assert bool(warned(ends, begins)) is warns


@pytest.mark.parametrize(("weekday", "warns"), [(6, True), (7, False)])
def test_the_last_dose_of_the_version_before_counts_as_well(weekday: int, warns: bool) -> None:
    """Last night's semaglutide, and tirzepatide on Saturday: six nights apart."""
    new = replace(TIRZEPATIDE, rule=on(weekday))
    before = [replace(SEMAGLUTIDE, rule=on(7, first=TONIGHT - timedelta(days=60)))]
    assert bool(warned(new, before=before)) is warns
    pause = Pause(SEMAGLUTIDE.line_id, TONIGHT - A_DAY * 3, None)
    assert warned(new, before=before, pauses=[pause]) == []


def test_a_schedule_closer_than_its_own_minimum_gap() -> None:
    twice = replace(
        TESTOSTERONE, rule=on(1, 4), min_gap_minutes=7200, min_gap_source="[D] five days"
    )
    (found,) = warned(twice)
    assert found.code == "closer_than_minimum_gap"
    assert found.seen == (
        "Testosterone cypionate is prescribed 72 hours apart, closer than its minimum gap of "
        "120 hours."
    )
    assert found.source == "[D] five days"
    assert warned(replace(twice, rule=on(7))) == []
    assert warned(replace(twice, min_gap_minutes=None)) == [], "no rule, no word"
    assert warned(replace(twice, min_gap_minutes=4320)) == [], "just as far is far enough"
    odd = replace(twice, rule=every(times=(time(8), time(9, 30))), min_gap_minutes=120)
    assert "90 minutes apart" in seen(odd)[0]


def test_a_medicine_that_starts_without_a_baseline() -> None:
    new = a_line("cjc1295_ipamorelin", form="no_dac")
    (found,) = warned(TESTOSTERONE, new, SEMAGLUTIDE, before=[TESTOSTERONE], baseline_drawn=False)
    assert found.code == "baseline_labs_missing"
    assert found.seen == (
        "No baseline blood draw is recorded. New: CJC-1295 / ipamorelin, without DAC and "
        "semaglutide."
    )
    assert found.lines == (new.line_id, SEMAGLUTIDE.line_id)
    for drawn in (True, None):
        assert warned(new, baseline_drawn=drawn) == []
    assert warned(TESTOSTERONE, before=[TESTOSTERONE], baseline_drawn=False) == []
