"""The difference between two versions, as the patient reads it before agreeing."""

import re
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.protocols.difference import Kind, difference, night_text
from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY, Recurrence
from app.units import Amount
from tests.protocols.prescriptions import (
    TONIGHT,
    a_line,
    amounts,
    calmly,
    every,
    mg,
    on,
    protocols,
    rules,
)

THURSDAY = TONIGHT + A_DAY * 3
MORNING = (time(8),)
TABLET = a_line("anastrozole", route="oral", amount=mg("0.5"), rule=on(1, 4, times=MORNING))


def told(before: list[Prescribed], after: list[Prescribed], since: date = TONIGHT) -> list[str]:
    return [change.text for change in difference(before, after, since, TONIGHT)]


def change(before: Prescribed = TABLET, **changes: Any) -> str:
    (text,) = told([before], [replace(before, **changes)])
    return text


@calmly
@given(protocols, st.integers(-5, 30))
def test_nothing_differs_from_itself(lines: list[Prescribed], ahead: int) -> None:
    assert difference(lines, lines, TONIGHT + A_DAY * ahead, TONIGHT) == []


@calmly
@given(protocols, protocols)
def test_each_line_that_differs_is_told_and_no_other(
    before: list[Prescribed], after: list[Prescribed]
) -> None:
    """What the rules do on the nights ahead differs exactly where something is told."""
    found = difference(before, after, TONIGHT, TONIGHT)
    ids = [each.line_id for each in found]
    assert len({(each.line_id, each.text) for each in found}) == len(found), "nothing is told twice"
    assert [line for line, _ in groupby(ids)] == list(dict.fromkeys(ids)), "line by line"
    old = {line.line_id: line for line in before}
    new = {line.line_id: line for line in after}
    gone, added = old.keys() - new.keys(), new.keys() - old.keys()
    for line_id in old.keys() & new.keys():
        same = _does(old[line_id]) == _does(new[line_id])
        assert (line_id in ids) != same, line_id
    if len(gone) == len(added) == 1:  # one took the place of the other
        assert len({each.line_id for each in found} & (gone | added)) <= 1
    else:
        assert {each.line_id for each in found if each.kind is Kind.STOPPED} == gone
        assert {each.line_id for each in found if each.kind is Kind.ADDED} == added


def _does(line: Prescribed) -> tuple[object, ...]:
    """What a line asks for from tonight on: nights, times, amounts, number a week, gap."""
    ahead = [TONIGHT + A_DAY * n for n in range(150)]
    first = max(TONIGHT, line.rule.first)
    return (
        tuple(night for night in ahead if line.rule.includes(night)),
        line.rule.times, line.rule.per_week, line.rule.last, line.min_gap_minutes,
        tuple(line.amount_at(night) for night in ahead if night >= first),
    )  # fmt: skip


@calmly
@given(protocols, protocols)
def test_no_word_of_the_program_is_told(before: list[Prescribed], after: list[Prescribed]) -> None:
    for each in difference(before, after, TONIGHT, TONIGHT):
        assert not re.search(r"[{}\[\]_<>]|\bug\b|None|Decimal|datetime|\(\)", each.text), each.text
        assert each.text.count("  ") == 0


@calmly
@given(protocols, amounts)
def test_the_order_is_the_one_of_entry(lines: list[Prescribed], amount: Amount) -> None:
    assume(len(lines) > 1)
    changed = [
        replace(line, amount=Amount(line.amount.value + amount.value + 9, "mg"), steps=())
        for line in lines
    ]
    found = difference(lines, changed, TONIGHT, TONIGHT)
    told_of = list(dict.fromkeys(each.line_id for each in found))
    assert told_of == [line.line_id for line in lines]


@calmly
@given(rules())
@example(every(every=3, weeks_on=1, weeks_off=1))
def test_a_first_night_that_has_passed_makes_no_difference(rule: Any) -> None:
    """A schedule that goes on as it was is not told, from whichever night it counts now."""
    assume(rule.first <= TONIGHT)
    cycle = 7 * (rule.weeks_on + rule.weeks_off) * rule.every
    later = replace(rule, first=rule.first - A_DAY * cycle)
    assert told([a_line(rule=rule)], [a_line(rule=later)]) == []


@pytest.mark.parametrize(
    ("rule", "nights"),
    [
        (every(every=2), 1),
        (every(weeks_on=1, weeks_off=1), 7),
        (every(every=2, weeks_on=1, weeks_off=1), 7),
    ],
)
def test_a_schedule_that_counts_from_another_night_is_told(rule: Recurrence, nights: int) -> None:
    """The same words, and yet the line falls on other nights."""
    earlier = replace(rule, first=rule.first - A_DAY * nights)
    (text,) = told([a_line(rule=earlier)], [a_line(rule=rule)])
    assert text.endswith("counted from Monday 23 November 2026, from Monday night")


def test_the_example_of_the_issue() -> None:
    assert change(amount=mg("0.25")) == (
        "Anastrozole 0.5 mg → 0.25 mg, Mondays and Thursdays, from Monday night"
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"rule": on(1, times=MORNING)},
            "Anastrozole 0.5 mg, Mondays and Thursdays at 08:00 → Mondays at 08:00",
        ),
        (
            {"rule": on(1, 4)},
            "Anastrozole 0.5 mg, Mondays and Thursdays at 08:00 → Mondays and Thursdays, at "
            "bedtime",
        ),
        (
            {"rule": on(1, 4, times=MORNING, last=date(2026, 12, 10))},
            "Anastrozole 0.5 mg, Mondays and Thursdays at 08:00 → Mondays and Thursdays at "
            "08:00, until 10 December 2026",
        ),
        (
            {"steps": ((date(2026, 11, 30), mg("1")), (date(2027, 1, 4), mg("1.5")))},
            "Anastrozole 0.5 mg, Mondays and Thursdays, then 1 mg from the night of Monday 30 "
            "November, then 1.5 mg from the night of Monday 4 January 2027",
        ),
        (
            {"window_minutes": 90},
            "Anastrozole 0.5 mg, Mondays and Thursdays, may be 90 minutes late (before: "
            "may be late until the day turns)",
        ),
        (
            {"on_time_minutes": 60},
            "Anastrozole 0.5 mg, Mondays and Thursdays, on time within 1 hour (before: on time "
            "within 2 hours)",
        ),
        (
            {"min_gap_minutes": 2880},
            "Anastrozole 0.5 mg, Mondays and Thursdays, at least 48 hours between two doses "
            "(before: no minimum gap)",
        ),
        (
            {"window_source": "Another"},
            "Anastrozole 0.5 mg, Mondays and Thursdays, another source for the late window",
        ),
        ({"ladder": (0,)}, "Anastrozole 0.5 mg, Mondays and Thursdays, other reminders"),
        (
            {"rule": on(1, 4, times=MORNING, first=THURSDAY)},
            "Anastrozole 0.5 mg, Mondays and Thursdays at 08:00, counted from Thursday 26 November "
            "2026",
        ),
    ],
)  # fmt: skip
def test_each_change_has_its_words(changes: dict[str, Any], text: str) -> None:
    assert change(**changes) == f"{text}, from Monday night"


def test_several_changes_of_a_line_are_several_short_sentences() -> None:
    changed = replace(
        TABLET, rule=every(per_week=5), amount=mg("1"), min_gap_minutes=720, ladder=(0,),
    )  # fmt: skip
    assert told([TABLET], [changed]) == [
        "Anastrozole 0.5 mg → 1 mg, any 5 nights of the week, from Monday night",
        "Anastrozole: Mondays and Thursdays at 08:00 → any 5 nights of the week, at bedtime",
        "Anastrozole: at least 12 hours between two doses (before: no minimum gap)",
        "Anastrozole: other reminders",
    ]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (Amount(Decimal(100), "ug"), mg("0.05"), "100 mcg → 50 mcg (written as 0.05 mg)"),
        (mg("1"), Amount(Decimal(1000), "ug"), "1 mg → 1 mg (written as 1000 mcg)"),
        (mg("1"), Amount(Decimal(1), "{tablet}"), "1 mg → 1 tablet"),
    ],
)
def test_an_amount_in_another_unit_is_read_in_the_old_one_too(
    before: Amount, after: Amount, text: str
) -> None:
    assert text in change(replace(TABLET, amount=before), amount=after)


def test_steps_that_are_taken_out_are_told() -> None:
    before = replace(TABLET, steps=((THURSDAY, mg("1")),))
    assert "without the steps planned before" in change(before, steps=())
    came = replace(TABLET, steps=((TONIGHT, mg("1")),))
    assert told([came], [replace(TABLET, amount=mg("1"))]) == [], "a step that has come is no news"


def test_what_is_new_and_what_stops() -> None:
    peptide = a_line(amount=Amount(Decimal(250), "ug"))
    assert told([TABLET], [peptide], THURSDAY) == [
        "New: Sermorelin 250 mcg, every night, at bedtime, under the skin, from Thursday night",
        "Anastrozole 0.5 mg stops, no dose from Thursday night on",
    ]


def test_another_route_or_form_of_the_only_line_of_its_medicine_is_one_change() -> None:
    weekly = a_line("testosterone_cypionate", route="intramuscular", amount=mg("100"), rule=on(7))
    moved = replace(weekly, line_id=TABLET.line_id, route="subcutaneous")
    (found,) = difference([weekly], [moved], TONIGHT, TONIGHT)
    assert (found.kind, found.line_id) == (Kind.CHANGED, moved.line_id)
    assert found.text == (
        "Testosterone cypionate 100 mg, Sundays, into the muscle → under the skin, from Monday "
        "night"
    )
    no_dac = a_line("cjc1295_ipamorelin", form="no_dac")
    dac = replace(no_dac, line_id=TABLET.line_id, form="with_dac")
    (found,) = difference([no_dac], [dac], TONIGHT, TONIGHT)
    assert "without DAC → CJC-1295 / ipamorelin, with DAC 1 mg" in found.text


def test_a_night_is_named_by_its_weekday_within_a_week() -> None:
    assert night_text(TONIGHT, TONIGHT) == "Monday night"
    assert night_text(TONIGHT + A_DAY * 6, TONIGHT) == "Sunday night"
    assert night_text(TONIGHT + A_DAY * 7, TONIGHT) == "the night of Monday 30 November"
    assert night_text(TONIGHT - A_DAY, TONIGHT) == "the night of Sunday 22 November"
    assert night_text(date(2027, 1, 4), TONIGHT) == "the night of Monday 4 January 2027"
