"""Every figure of adherence agrees with counting by hand, for thousands of random histories."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.doses.adherence import Intake
from app.doses.course import Before, Course, Recorded, Rhythm, rhythm_of
from app.doses.following import Followed, followed, worst
from app.doses.weeks import Week, WeekNight, monday_of, week_of
from app.units import Amount
from tests.doses import oracle
from tests.doses.histories import FIRST_NIGHTS, a_dose, a_history, line_id

SEEDS = int(os.environ.get("VESPER_ORACLE_SEEDS", "8"))
"""So many times 150 histories; `make soak` asks for more."""


def course_of(line: dict[str, Any], start: datetime, until: datetime, now: datetime) -> Course:
    """The line as the reading function gives it: the doses after `start`, and what was before."""
    ordered = sorted(line["doses"], key=lambda dose: dose["due"])
    ordered = [dose for dose in ordered if dose["due"] <= until]
    first = next((dose for dose in ordered if dose["taken_at"]), None)
    earlier = [dose for dose in ordered if dose["due"] <= start]
    planned = [dose for dose in ordered if not dose["extra"]]
    weeks = weeks_of(line, now)
    times = ["bedtime"] * line["rhythm"]["times"]
    return Course(
        line_id(line),
        tuple(recorded(dose, first, weeks) for dose in ordered if dose["due"] > start),
        rhythm_of({**line["rhythm"], "times": times, "per_week": line["quota"]}),
        Before(
            due=max((dose["due"] for dose in earlier if not dose["extra"]), default=None),
            taken=max((dose["taken_at"] for dose in earlier if dose["taken_at"]), default=None),
            held=max(
                (dose["due"] for dose in earlier if dose["held"] and not dose["taken_at"]),
                default=None,
            ),
        ),
        planned[0]["due"] if planned else None,
        first["taken_at"] if first else None,
        line["stopped"] if line["stopped"] and line["stopped"] <= until else None,
        now=now,
    )  # fmt: skip


def weeks_of(line: dict[str, Any], now: datetime) -> dict[Any, Week]:
    nights: dict[Any, list[WeekNight]] = {}
    for dose in line["doses"]:
        if dose["quota"] and not dose["extra"]:
            nights.setdefault(monday_of(dose["night"]), []).append(WeekNight(
                night=dose["night"], quota=dose["quota"], taken=dose["taken_at"] is not None,
                closed=dose["skip"] is not None or now >= dose["closes"], held=dose["held"],
            ))  # fmt: skip
    return {monday: week_of(of) for monday, of in nights.items()}


def recorded(
    dose: dict[str, Any], first: dict[str, Any] | None, weeks: dict[Any, Week]
) -> Recorded:
    standing = None
    if dose["quota"] and not dose["extra"]:
        standing = weeks[monday_of(dose["night"])].standings.get(dose["night"])
    amount = dose["amount"]
    return Recorded(
        intake=Intake(
            due_at=dose["due"], closes_at=dose["closes"], on_time=dose["on_time"],
            taken_at=dose["taken_at"], skip_reason=dose["skip"], held=dose["held"],
            extra=dose["extra"], standing=standing,
            begun=first is not None and dose["due"] >= first["due"], unasked=dose["unreached"],
        ),
        night=dose["night"], planned=Amount(Decimal(dose["planned"]), "ug"),
        taken=None if amount is None else Amount(Decimal(amount[0]), amount[1]),
        logged_at=dose["logged"], evidence=dose["means"], quota=dose["quota"],
    )  # fmt: skip


def as_facts(found: Followed, lines: int) -> dict[str, Any]:
    """What the module found, in the oracle's words."""
    counts, persistence, gap = found.counts, found.persistence, found.gap
    facts: dict[str, Any] = {
        word: getattr(counts, word)
        for word in (
            "on_time", "late", "skipped", "missed", "unresolved", "held", "extra", "open", "rest",
            "before_initiation", "taken", "expected", "taking", "timing", "timing_given_taken",
            "upper", "uncapped", "spoken_of",
        )
    }  # fmt: skip
    facts |= {
        "reasons": dict(counts.skip_reasons),
        "delays": [found.delays.median, found.delays.q1, found.delays.q3, found.delays.count],
        "accurate": (found.accurate.count, found.accurate.of),
        "correct": (found.correct.count, found.correct.of),
        "lag": found.lag, "backfilled": found.backfilled, "evidence": dict(found.evidence),
        "ratios": (
            found.ratios.median, found.ratios.longest, found.ratios.overshot, found.ratios.count
        ),
        "gap": gap and (gap.intervals, gap.length, gap.since, gap.until),
        "holidays": (found.holidays.count, found.holidays.longest),
        "in_row": found.left_out_in_row,
        "not_initiated": found.not_initiated, "initiated_at": found.initiated_at,
        "after": found.after_discontinuation,
        "implementation": (found.implementation.count, found.implementation.of),
        "previous": (found.previous.taken, found.previous.expected), "trend": found.trend,
    }  # fmt: skip
    if lines == 1:
        facts["persistence"] = (persistence.state.value, persistence.days, persistence.until)
    return facts


def check(history: dict[str, Any], *, whole: bool) -> None:
    """Each line, and all together, counted both ways.

    whole   the courses begin with the first dose; else one period before `since`, like a read does
    """
    since, until, now = history["since"], history["until"], history["now"]
    start = since - (until - since)
    if not whole:
        start = min(start, until - timedelta(days=100))
    else:
        start = datetime.min.replace(tzinfo=now.tzinfo)
    courses = [course_of(line, start, until, now) for line in history["lines"]]
    for line, course in zip(history["lines"], courses, strict=True):
        agree(as_facts(followed([course], since, until), 1),
              oracle.figures([line], since, until, now))  # fmt: skip
    agree(as_facts(followed(courses, since, until), len(courses)),
          oracle.figures(history["lines"], since, until, now))  # fmt: skip


def agree(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert found.keys() == wanted.keys()
    for word, figure in wanted.items():
        near = pytest.approx(figure) if isinstance(figure, (float, list)) else figure
        if word in ("ratios",):
            near = tuple(pytest.approx(each) if each is not None else None for each in figure)
        if word == "delays":
            near = [pytest.approx(each) if each is not None else None for each in figure]
        assert found[word] == near, (word, found[word], figure)


@given(st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=50)
def test_any_history_is_counted_as_by_hand(random: Random, whole: bool) -> None:
    check(a_history(random, most_nights=25), whole=whole)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_so_are_a_hundred_and_fifty_others(seed: int) -> None:
    random = Random(seed)
    for number in range(150):
        check(a_history(random, most_nights=24 if number % 10 else 130), whole=number % 2 == 0)


def test_the_histories_hold_everything_that_can_happen() -> None:
    """An oracle proves nothing about what never comes up."""
    random = Random(7)
    met: dict[str, int] = {}
    for _ in range(300):
        history = a_history(random, most_nights=90)
        facts = oracle.figures(history["lines"], history["since"], history["until"], history["now"])
        for word, figure in facts.items():
            met[word] = met.get(word, 0) + bool(figure)
        for line in history["lines"]:
            state = oracle.persistence(line, history["until"], history["now"])[0]
            met[state] = met.get(state, 0) + 1
        met["running gap"] = met.get("running gap", 0) + bool(facts["gap"] and not facts["gap"][3])
        met["holiday"] = met.get("holiday", 0) + bool(facts["holidays"][0])
    rare = {word: times for word, times in met.items() if times < 3}
    assert not rare, rare
    assert {"on_treatment", "stopped", "discontinued", "not_started"} <= met.keys()


@given(st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_what_is_pooled_is_the_sum_and_the_worst_line_is_the_lowest(random: Random) -> None:
    history = a_history(random, most_nights=20)
    since, until, now = history["since"], history["until"], history["now"]
    courses = [course_of(line, since, until, now) for line in history["lines"]]
    lines = [followed([course], since, until).counts for course in courses]
    together = followed(courses, since, until).counts
    for word in ("taken", "expected", "missed", "unresolved", "before_initiation", "extra"):
        assert getattr(together, word) == sum(getattr(each, word) for each in lines)
    least = worst(lines)
    shares = [each.taking for each in lines if each.taking is not None]
    assert (least is None) == (not shares)
    if least is not None:
        assert lines[least].taking == min(shares)


@given(st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_rates_stay_in_their_bounds_and_none_comes_from_nothing(random: Random) -> None:
    history = a_history(random, most_nights=20)
    since, until, now = history["since"], history["until"], history["now"]
    found = followed([course_of(each, since, until, now) for each in history["lines"]],
                     since, until)  # fmt: skip
    counts = found.counts
    if not counts.expected:
        rates = (counts.taking, counts.timing, counts.upper, counts.uncapped, counts.spoken_of)
        assert set(rates) == {None}
        assert counts.interval is None
        return
    assert counts.taking is not None
    assert counts.timing is not None
    assert counts.upper is not None
    assert counts.uncapped is not None
    assert 0 <= counts.timing <= counts.taking <= counts.upper <= 1
    assert counts.uncapped >= counts.taking
    assert found.implementation.of <= counts.expected


def nightly(nights: int, taken: Iterable[int], held: Iterable[int] = ()) -> dict[str, Any]:
    """A line of so many nights, taken on time on some of them and held on others."""
    line: dict[str, Any] = {
        "number": 0, "quota": None, "slots": 1, "every": timedelta(days=1), "weeks_off": 0,
        "rhythm": {"weekdays": [], "every": 1, "weeks_off": 0, "times": 1}, "stopped": None,
    }  # fmt: skip
    random = Random(1)
    line["doses"] = [
        a_dose(random, line, FIRST_NIGHTS[3] + timedelta(days=number), 0, "Africa/Abidjan")
        | {"number": number, "held": number in held, "unreached": False}
        for number in range(nights)
    ]
    for number in taken:
        dose = line["doses"][number]
        dose["taken_at"] = dose["logged"] = dose["due"]
    return line


def read(line: dict[str, Any], days: int, start: datetime | None = None) -> Followed:
    """The figures of its last days, nine hours after the last dose was due."""
    until = line["doses"][-1]["due"] + timedelta(hours=9)
    since = until - timedelta(days=days)
    return followed([course_of(line, start or since, until, until)], since, until)


def test_a_gap_across_a_hold_is_not_held_against_anybody() -> None:
    line = nightly(60, taken=(*range(5), *range(50, 55)), held=range(5, 50))
    found = read(line, 60)
    assert found.gap is not None
    assert (found.gap.until, found.gap.since) == (None, line["doses"][54]["due"])
    assert found.persistence.state.value == "on_treatment"
    assert (found.holidays.count, found.holidays.longest) == (1, 5)
    assert found.ratios.longest == 1


def test_a_gap_may_have_begun_before_the_period_and_before_what_was_read() -> None:
    line = nightly(30, taken=(0, 1, 25))
    found = read(line, 7)  # read from night 23 on
    assert found.gap is not None
    assert (found.gap.since, found.gap.until) == (line["doses"][1]["due"], line["doses"][25]["due"])
    assert float(found.gap.intervals) == found.ratios.longest == 24


def test_who_goes_on_pause_and_then_falls_silent_was_treated_until_the_last_intake() -> None:
    line = nightly(60, taken=range(10), held=range(10, 20))
    found = read(line, 60)
    assert (found.persistence.state.value, found.persistence.days) == ("discontinued", 9)
    assert found.persistence.until == line["doses"][9]["due"]
    assert (found.after_discontinuation, found.implementation.of) == (40, 10)
    assert (found.counts.expected, found.counts.taken) == (50, 10)
    paused = read(nightly(60, taken=range(10), held=range(10, 60)), 60)
    assert paused.persistence.state.value == "on_treatment"


def test_one_and_a_half_intervals_are_not_over_it() -> None:
    line = nightly(3, taken=(0, 2))
    line["doses"][2]["taken_at"] -= timedelta(hours=12)
    found = read(line, 9)
    assert (found.ratios.longest, found.ratios.overshot) == (1.5, 0)


def test_rhythms_are_those_of_the_recurrence() -> None:
    assert rhythm_of({}) == Rhythm()
    five = rhythm_of({"weekdays": [1, 2, 3, 4, 5], "times": ["bedtime"]})
    assert (five.holiday, five.permissible) == (3, timedelta(days=30))
    weekly = rhythm_of({"every": 7, "times": ["22:00"]})
    assert (weekly.holiday, weekly.permissible) == (2, timedelta(days=30))
    fortnightly = rhythm_of({"every": 14, "times": ["22:00"]})
    assert fortnightly.permissible == timedelta(days=42)
    twice = rhythm_of({"every": 1, "times": ["08:00", "bedtime"]})
    assert twice.holiday == 6
    spaced = rhythm_of({"every": 3, "times": ["08:00", "bedtime"]})
    assert (spaced.every, spaced.holiday) == (timedelta(hours=36), 2)
    cycle = rhythm_of({"every": 1, "weeks_off": 5, "times": ["bedtime"]})
    assert cycle.permissible == timedelta(days=38)


def test_no_line_at_all_gives_no_figure() -> None:
    until = datetime(2026, 11, 22, 9, tzinfo=UTC)
    found = followed([], until - timedelta(days=30), until)
    assert (found.counts.expected, found.counts.taking, found.gap) == (0, None, None)
    assert (found.not_initiated, found.persistence.state.value) == (False, "not_started")
    assert isinstance(line_id({"number": 1}), UUID)
