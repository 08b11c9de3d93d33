"""The rules of the list at their boundaries, with the figures that stand in the data file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clinic.dose_flags import (
    FarOff,
    LineDoses,
    Outdated,
    Reach,
    amount_far_off,
    dose_flags,
    drawn_after_discard,
    falling_trend,
    misses_in_row,
    run_of,
    run_out,
    testosterone_late,
    unreachable,
)
from app.clinic.flag_rules import FLAG_RULES, Severity, read_flag_rules
from app.doses.adherence import Intake
from tests.story_time import MONDAY

DAY, WEEK, SECOND = timedelta(days=1), timedelta(days=7), timedelta(seconds=1)
WINDOW = timedelta(hours=48)
LINE = UUID(int=7)

testosterone_late.__test__ = False  # type: ignore[attr-defined]


def a_dose(
    ago: timedelta, what: str = "missed", *, window: timedelta = timedelta(hours=5)
) -> Intake:
    """A dose that was due so long ago; `what` may be a reason of a skip."""
    due = MONDAY - ago
    intake = Intake(due_at=due, closes_at=due + window, on_time=timedelta(hours=2))
    match what:
        case "taken":
            return replace(intake, taken_at=due)
        case "extra":
            return replace(intake, taken_at=due, extra=True)
        case "held":
            return replace(intake, held=True)
        case "missed":
            return intake
    return replace(intake, skip_reason=what)


def nights(*words: str) -> LineDoses:
    """A nightly line; the last word is of yesterday's dose."""
    doses = [a_dose(DAY * back, word) for back, word in enumerate(reversed(words), 1)]
    return LineDoses(LINE, "Sermorelin", doses[::-1])


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("taken", "missed"), 0),
        (("taken", "missed", "missed"), 2),
        (("missed", "held", "missed"), 2),
        (("taken", "missed", "travelling"), 2),
        (("missed", "extra", "missed"), 2),
        (("missed", "missed", "taken"), 0),
        (("missed", "missed", "missed"), 3),
        (("missed", "missed", "held"), 0),
    ],
)
def test_two_expected_doses_in_a_row_not_taken_are_a_flag_and_one_is_none(
    words: Sequence[str], count: int
) -> None:
    flag = misses_in_row(nights(*words), MONDAY)
    assert (flag is not None) == (count >= FLAG_RULES["misses_in_row"].number("misses"))
    if flag is not None:
        assert f"{count} doses in a row" in flag.text
        assert flag.subject == str(LINE)


def test_a_run_begins_at_its_first_dose_and_an_open_window_is_none_of_it() -> None:
    line = nights("taken", "missed", "missed")
    flag = misses_in_row(line, MONDAY)
    assert flag is not None
    assert flag.since == MONDAY - 2 * DAY
    closing = replace(line.intakes[-1], closes_at=MONDAY + SECOND)
    still_open = replace(line, intakes=[*line.intakes[:-1], closing])
    assert misses_in_row(still_open, MONDAY) is None
    assert misses_in_row(still_open, MONDAY + SECOND) is not None


@given(st.lists(st.sampled_from(["taken", "missed", "held", "unwell", "extra"]), max_size=12))
@settings(max_examples=80)
def test_a_run_is_what_brute_force_counts(words: list[str]) -> None:
    expected = [word for word in words if word not in {"held", "extra"}]
    tail = 0
    while tail < len(expected) and expected[-1 - tail] != "taken":
        tail += 1
    assert run_of(nights(*words).intakes, MONDAY).count == tail


def a_month(before: int, latest: int, of: int, and_of: int) -> list[Intake]:
    """So many taken of so many, in the period before and in the last one."""

    def stretch(taken: int, expected: int, shift: timedelta) -> list[Intake]:
        return [
            a_dose(shift + DAY + timedelta(hours=each), "taken" if each < taken else "missed",
                   window=timedelta(hours=1))
            for each in range(expected)
        ]  # fmt: skip

    return stretch(before, of, timedelta(days=30)) + stretch(latest, and_of, timedelta())


@pytest.mark.parametrize(
    ("before", "of", "latest", "and_of", "falls"),
    [
        (10, 10, 8, 10, True),  # exactly the margin
        (9, 10, 7, 10, True),  # 0.9 - 0.7 is not 0.2 in floating point
        (10, 10, 9, 10, False),
        (8, 8, 6, 8, True),
        (7, 7, 0, 10, False),  # too few before
        (10, 10, 0, 7, False),  # too few since
        (5, 10, 9, 10, False),  # it rose
    ],
)
def test_a_falling_trend_needs_the_margin_and_enough_doses(
    before: int, of: int, latest: int, and_of: int, falls: bool
) -> None:
    flag = falling_trend(a_month(before, latest, of, and_of), MONDAY)
    assert (flag is not None) == falls
    if flag is not None:
        assert f"{latest} of {and_of}" in flag.text
        assert f"{before} of {of}" in flag.text


def test_a_dose_of_exactly_a_period_ago_belongs_to_the_period_before() -> None:
    doses = [a_dose(timedelta(days=30) + timedelta(hours=each), "taken") for each in range(8)]
    doses += [a_dose(timedelta(hours=6 + each)) for each in range(8)]
    flag = falling_trend(doses, MONDAY)
    assert flag is not None
    assert "8 of 8" in flag.text


def test_a_falling_trend_that_is_known_ends_only_when_it_has_clearly_recovered() -> None:
    """A dose more or less at the margin must not close the flag and open it again."""
    for latest, opens, holds in ((8, True, True), (9, False, True), (10, False, False)):
        doses = a_month(10, latest, 10, 10)
        assert (falling_trend(doses, MONDAY) is not None) == opens
        assert (falling_trend(doses, MONDAY, is_open=True) is not None) == holds


def injections(*words: str, due: timedelta = timedelta()) -> LineDoses:
    """A weekly testosterone; the last word is of the dose that was due so long ago."""
    doses = [
        a_dose(due + WEEK * back, word, window=WINDOW) for back, word in enumerate(reversed(words))
    ]
    return LineDoses(
        LINE, "Testosterone cypionate", doses[::-1], androgen=True,
        next_due_at=MONDAY - due + WEEK,
    )  # fmt: skip


def test_testosterone_is_late_when_its_window_has_closed_and_not_before() -> None:
    weekly = injections("taken", "missed", due=WINDOW)
    line = replace(weekly, next_due_at=MONDAY + 12 * DAY)  # from now on every fortnight
    assert testosterone_late(line, MONDAY - SECOND, UTC) is None
    flag = testosterone_late(line, MONDAY, UTC)
    assert flag is not None
    assert flag.since == MONDAY - WINDOW
    assert "due 21 November and not taken; last taken 14 November" in flag.text


def test_testosterone_is_late_after_more_than_a_quarter_over_its_interval() -> None:
    quarter = WEEK / 4
    line = injections("taken", "missed", due=quarter)
    assert testosterone_late(line, MONDAY, UTC) is None, "exactly 1.25 intervals"
    flag = testosterone_late(line, MONDAY + SECOND, UTC)
    assert flag is not None
    assert flag.since == MONDAY
    assert "nothing taken for 8 days, where 7 days are planned" in flag.text


@pytest.mark.parametrize(
    "line",
    [
        injections("missed", "taken", due=3 * DAY),
        injections("taken", "held", due=3 * DAY),
        replace(injections("taken", "missed", due=3 * DAY), androgen=False),
        replace(injections("taken", "missed", due=3 * DAY), next_due_at=MONDAY + 2 * DAY - SECOND),
    ],
    ids=["taken", "held", "no testosterone", "planned closer than five days"],
)
def test_no_testosterone_is_late(line: LineDoses) -> None:
    assert testosterone_late(line, MONDAY, UTC) is None


def test_a_line_that_was_never_taken_is_late_and_an_intake_outside_the_plan_ends_it() -> None:
    line = injections("missed", "missed", due=3 * DAY)
    flag = testosterone_late(line, MONDAY, UTC)
    assert flag is not None
    assert flag.since == MONDAY - 10 * DAY
    assert "last taken never" in flag.text
    late = replace(line, intakes=[*line.intakes, a_dose(DAY, "extra")])
    assert testosterone_late(late, MONDAY, UTC) is None


def test_testosterone_after_a_pause_is_not_late_before_its_window_has_closed() -> None:
    """The weeks of the pause were nobody's delay; the first dose after it has just fallen due."""
    line = injections("taken", "held", "held", "missed", due=WEEK / 4)
    assert testosterone_late(line, MONDAY, UTC) is None
    flag = testosterone_late(line, MONDAY + DAY, UTC)
    assert flag is not None
    assert "due 21 November and not taken" in flag.text


def test_what_was_taken_before_the_doses_that_are_read_is_not_never() -> None:
    line = replace(injections("missed", "missed", due=3 * DAY), before=MONDAY - 70 * DAY)
    flag = testosterone_late(line, MONDAY, UTC)
    assert flag is not None
    assert "last taken 14 September" in flag.text


@pytest.mark.parametrize(
    ("words", "days", "flagged"),
    [
        (("taken", "ran_out"), 0, True),
        (("ran_out", "taken"), 0, False),
        (("taken", "unwell"), 0, False),
        (("ran_out", "held"), 0, False),
        (("taken", "ran_out"), 13, True),
        (("taken", "ran_out"), 14, False),
    ],
)
def test_what_the_patient_said_had_run_out(words: Sequence[str], days: int, flagged: bool) -> None:
    """The skipped dose was due a day before."""
    assert (run_out(nights(*words), MONDAY + days * DAY) is not None) == flagged


def test_supply_that_will_not_last_joins_the_same_rule() -> None:
    line = nights("taken", "taken")
    edge = MONDAY + FLAG_RULES["run_out"].span("days_left")
    assert run_out(line, MONDAY, edge + SECOND) is None
    flag = run_out(line, MONDAY, edge)
    assert flag is not None
    assert "enough until 7 December" in flag.text
    assert flag.since == MONDAY


def test_what_ran_out_yesterday_is_told_as_gone() -> None:
    line = replace(nights("taken"), enough_until=MONDAY - DAY)
    [gone] = dose_flags([line], [], MONDAY, UTC)
    assert gone.code == "run_out"
    assert "until 22 November, and no more since" in gone.text
    [today] = dose_flags([replace(line, enough_until=MONDAY - DAY + SECOND)], [], MONDAY, UTC)
    assert "there is enough until 22 November" in today.text


@pytest.mark.parametrize(
    ("ago", "flagged"),
    [
        (timedelta(), True),
        (FLAG_RULES["drawn_after_discard"].span("days"), True),  # exactly the last day
        (FLAG_RULES["drawn_after_discard"].span("days") + SECOND, False),
    ],
)
def test_a_dose_after_the_discard_date_shows_for_so_many_days(
    ago: timedelta, flagged: bool
) -> None:
    vial = Outdated(UUID(int=3), "Sermorelin", (MONDAY - ago - 2 * DAY).date(),
                    [MONDAY - ago - DAY, MONDAY - ago])  # fmt: skip
    flag = drawn_after_discard(vial, MONDAY, UTC)
    assert (flag is not None) == flagged
    if flag is not None:
        assert (flag.severity, flag.subject) == (Severity.AMBER, str(vial.vial_id))
        assert flag.since == vial.taken_at[0]
        assert "2 doses drawn after the vial's discard date of" in flag.text
        assert dose_flags([], [], MONDAY, UTC, outdated=[vial]) == [flag]
        assert "clinical.md 5.2" in (flag.source or "")
    once = drawn_after_discard(replace(vial, taken_at=vial.taken_at[1:]), MONDAY, UTC)
    assert (once is not None and "1 dose drawn" in once.text) == flagged


@pytest.mark.parametrize(
    ("ago", "flagged"),
    [
        (timedelta(), True),
        (FLAG_RULES["amount_far_off"].span("days"), True),  # exactly the last day
        (FLAG_RULES["amount_far_off"].span("days") + SECOND, False),
    ],
)
def test_an_amount_far_off_shows_for_so_many_days(ago: timedelta, flagged: bool) -> None:
    line = FarOff(UUID(int=3), "Sermorelin", [MONDAY - ago - DAY, MONDAY - ago])
    flag = amount_far_off(line, MONDAY, UTC)
    assert (flag is not None) == flagged
    if flag is not None:
        assert (flag.severity, flag.subject) == (Severity.RED, str(line.line_id))
        assert flag.since == line.taken_at[0]
        assert "Sermorelin: 2 doses recorded" in flag.text
        assert dose_flags([], [], MONDAY, UTC, far_off=[line]) == [flag]


SPOKEN = Reach(
    devices=1, since=MONDAY - 30 * DAY, first_spoken_at=MONDAY - 6 * DAY, last_spoken_at=MONDAY
)


@pytest.mark.parametrize(
    ("reach", "flagged"),
    [
        (replace(SPOKEN, heard_at=MONDAY - 7 * DAY), True),
        (replace(SPOKEN, heard_at=MONDAY - 7 * DAY + SECOND), False),
        (replace(SPOKEN, last_spoken_at=None, first_spoken_at=None), False),
        (replace(SPOKEN, since=MONDAY - 6 * DAY), False),
        (SPOKEN, True),
        (replace(SPOKEN, devices=0, since=MONDAY - 2 * DAY), True),
        (replace(SPOKEN, devices=0, since=MONDAY - 2 * DAY + SECOND), False),
        (replace(SPOKEN, devices=0, since=None), True),
        (replace(SPOKEN, last_spoken_at=MONDAY - 9 * DAY, heard_at=MONDAY - 9 * DAY), False),
        (replace(SPOKEN, last_spoken_at=MONDAY - 9 * DAY, heard_at=MONDAY - 10 * DAY), True),
        (Reach(), False),
    ],
    ids=[
        "a week of silence", "a second less", "nothing was said", "a device of six days ago",
        "nothing ever took one", "no device for two days", "a second less without one",
        "never any device", "the last one got through", "the last one did not", "nothing at all",
    ],
)  # fmt: skip
def test_who_cannot_be_reached(reach: Reach, flagged: bool) -> None:
    assert (unreachable(reach, MONDAY) is not None) == flagged
    if reach.devices and reach.since != MONDAY - 6 * DAY:
        assert reach.lost(MONDAY) == flagged, "the list says so where the flag does"


def test_every_rule_has_a_source_a_severity_and_words_that_fill_in() -> None:
    for rule in FLAG_RULES.values():
        assert rule.source
        assert rule.severity in Severity
    with pytest.raises(ValueError, match="no source"):
        read_flag_rules('[x]\nseverity = "amber"\nclinician = "Y"\n')


def test_no_flag_says_what_to_do_about_a_dose() -> None:
    """Vesper proposes no dose: the words of the rules neither advise nor instruct."""
    said = " ".join(" ".join(rule.words.values()) for rule in FLAG_RULES.values()).lower()
    for word in (
        "should",
        "increase",
        "reduce",
        "double",
        "skip the",
        "stop",
        "take the",
        "resume",
    ):
        assert word not in said


def test_everything_together_is_told_once_for_each_line() -> None:
    line = injections("taken", "missed", "missed", due=3 * DAY)
    other = replace(nights("taken", "missed", "ran_out"), id=UUID(int=8))
    found = dose_flags([line, other], [], MONDAY, UTC)
    assert [(flag.code, flag.subject) for flag in found] == [
        ("misses_in_row", str(LINE)), ("testosterone_late", str(LINE)),
        ("misses_in_row", str(other.id)), ("run_out", str(other.id)),
    ]  # fmt: skip
