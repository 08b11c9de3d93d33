"""What is due on a day of a simulated year, and the laws of prompts and visits."""

from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.monitoring.due import (
    A_WEEK,
    MOST_PROMPTS,
    Course,
    Phase,
    Result,
    Said,
    State,
    due_list,
    next_prompt,
    state_of,
)
from app.monitoring.rules import DEFAULT_RULES
from app.monitoring.visits import merged, window_of
from tests.monitoring.simulated import (
    KINDS,
    PANELS,
    START,
    Entry,
    Patient,
    a_day,
    expected,
    odd_rules,
)
from tests.monitoring.test_rules import a_rule

A_DAY = timedelta(days=1)
AHEAD = timedelta(days=400)
YEARS = 10


def listed(patient: Patient, today: date) -> set[Entry]:
    """The due list as the application works it out, in the words of the simulation."""
    found = due_list(patient.rules, patient.course(today), today, today + AHEAD)
    assert [each.order for each in found] == sorted(each.order for each in found)
    entries = {
        (each.instance.rule, each.instance.repetition, each.instance.due_on, each.state.value,
         each.done_on or each.drawn_on)
        for each in found
    }  # fmt: skip
    assert len(entries) == len(found)
    return entries


def somebody(seed: int) -> tuple[Patient, Random]:
    """A patient who starts on all three kinds, or some; half of them with a clinic's own rules."""
    chance = Random(seed)
    patient = Patient(
        rules=DEFAULT_RULES if seed % 2 else odd_rules(chance),
        born_on=chance.choice([None, date(1980, 1, 1), date(1987, 3, 10)]),
        psa=chance.choice([None, None, True, False]),
    )
    for kind in KINDS:
        if chance.random() < 0.8:
            patient.doses.append((START - A_DAY * 40, START, kind, "first"))
    return patient, chance


@pytest.mark.parametrize("seed", range(YEARS))
def test_through_a_year_of_changes_and_results_the_list_is_what_brute_force_says(seed: int) -> None:
    """Dose changes now and later, results late, in part and voided, words of people, an end."""
    patient, chance = somebody(seed)
    today = START - A_DAY * 35
    happened = True
    while today < START + A_DAY * 400:
        # Every day something happened, the day after, and every ninth day without anything.
        if happened or today.toordinal() % 9 == 0:
            morning = expected(patient, today, today + AHEAD)
            assert listed(patient, today) == morning, today
        happened = a_day(patient, today, morning, chance)
        if happened:
            assert listed(patient, today) == expected(patient, today, today + AHEAD), today
        today += A_DAY


def test_the_simulated_years_show_every_state_and_every_kind_of_turn() -> None:
    """A year in which nothing happens would show nothing."""
    states: set[str] = set()
    turns = {"changed": 0, "drawn": 0, "ended": 0, "voided": 0, "replaced": 0}
    for seed in range(YEARS):
        patient, chance = somebody(seed)
        today, before = START, listed(patient, START)
        while today < START + A_DAY * 330:
            results, doses = len(patient.results), len(patient.doses)
            if a_day(patient, today, before, chance):
                now = listed(patient, today)
                states |= {entry[3] for entry in now}
                gone = {entry[:3] for entry in before} - {entry[:3] for entry in now}
                turns["replaced"] += bool(gone) and len(patient.doses) > doses
                before = now
            turns["voided"] += len(patient.results) < results
            turns["changed"] += len(patient.doses) > doses
            today += A_DAY
        turns["drawn"] += any(said.drawn_on for said in patient.said.values())
        turns["ended"] += patient.ended is not None
    assert states == {state.value for state in State}
    assert all(turns.values()), turns


def a_course(**facts: object) -> Course:
    known: dict[str, object] = {"start": START, "phases": (Phase(START, {"androgen": "100"}),)}
    return Course(**(known | facts))  # type: ignore[arg-type]


def test_one_draw_satisfies_every_rule_it_can() -> None:
    """Week 12, PSA and the re-check of a change in week 7 are one visit; one panel is enough."""
    together = {"week-12", "week-12-psa", "dose-change", "dose-change-estradiol"}
    phases = (
        Phase(START, {"androgen": "100", "aromatase_inhibitor": "1"}),
        Phase(START + A_DAY * 45, {"androgen": "120", "aromatase_inhibitor": "1"}),
    )

    def panel(*days: int) -> Course:
        codes = (*PANELS[0], *PANELS[1])
        results = [Result(code, START + A_DAY * day) for day in days for code in codes]
        return a_course(phases=phases, born_on=date(1980, 1, 1), results=results)

    today = START + A_DAY * 80
    visits = merged(due_list(DEFAULT_RULES, panel(1, 35), today, today + AHEAD), today)
    visit = next(visit for visit in visits if visit.open and visit.purpose == "blood")
    assert {each.instance.rule for each in visit.members} == together
    assert visit.due_on == START + A_DAY * 84
    assert visit.markers.count("estradiol") == 1
    assert "psa" in visit.markers
    after = due_list(DEFAULT_RULES, panel(1, 35, 82), today + A_WEEK, today + AHEAD)
    states = {each.instance.rule: each.state for each in after if each.instance.rule in together}
    assert states == dict.fromkeys(together, State.DONE)


def test_a_later_change_replaces_the_re_check_that_is_still_open() -> None:
    def due(today: date, *changes: int, results: tuple[int, ...] = ()) -> list[int]:
        phases = [Phase(START, {"androgen": "0"})]
        phases += [Phase(START + A_DAY * n, {"androgen": str(n)}) for n in changes]
        known = [
            Result(code, START + A_DAY * n)
            for n in results for code in ("testosterone_total", "hematocrit")
        ]  # fmt: skip
        found = due_list(
            [rule for rule in DEFAULT_RULES if rule.rule == "dose-change"],
            a_course(phases=tuple(phases), results=known), today, today + AHEAD,
        )  # fmt: skip
        return [(each.instance.due_on - START).days for each in found]

    day_20, day_60 = START + A_DAY * 20, START + A_DAY * 60
    assert due(day_20, 10) == [52]
    assert due(day_60, 10, 30) == [72]
    assert due(day_20, 10, 45) == [87], "a change that is signed for before the re-check is due"
    assert due(day_20, 10, 70) == [52, 112], "a change signed for later leaves it until then"
    assert due(day_60, 10, 45, results=(40,)) == [52, 87], "what was satisfied before stays"
    assert due(day_60, 10, 45, results=(45,)) == [87]


@pytest.mark.parametrize(
    ("due_then", "drawn", "state"),
    [
        (84, 60, State.UPCOMING),  # the clinic has moved it since, and it was not drawn for this
        (84, 83, State.UPCOMING),
        (84, 84, State.DRAWN),
        (98, 60, State.DRAWN),
        (98, 91, State.UPCOMING),  # a day that has not come where the patient is now
    ],
)
def test_a_word_about_a_draw_holds_for_its_day_or_inside_its_window(
    due_then: int, drawn: int, state: State
) -> None:
    """A draw of day 98 whose window opens on day 84, on day 90."""
    rule = a_rule(offset_days=98, window_before=14, markers=("igf1",))
    today = START + A_DAY * 90
    said = Said("a", 0, START + A_DAY * due_then, ("psa",), START + A_DAY * drawn)
    results = [Result("igf1", today + A_DAY)]
    (one,) = due_list([rule], a_course(said=[said], results=results), today, today + AHEAD)
    assert one.state is (State.SOON if state is State.UPCOMING else state)


def test_whoever_was_never_asked_their_age_is_not_asked_for_psa() -> None:
    def asked(**facts: object) -> set[str]:
        found = due_list(DEFAULT_RULES, a_course(**facts), START, START + AHEAD)
        return {each.instance.rule for each in found if "psa" in each.instance.markers}

    assert asked() == set()
    assert asked(born_on=date(1990, 1, 1)) == set()
    assert "baseline-psa" in asked(born_on=date(1986, 11, 23))
    assert "baseline-psa" not in asked(born_on=date(1986, 11, 24))
    assert "week-12-psa" in asked(born_on=date(1986, 11, 24)), "forty by then"
    assert "baseline-psa" in asked(psa=True)
    assert asked(psa=False, born_on=date(1960, 1, 1)) == set()


@pytest.mark.parametrize(
    ("codes", "done"),
    [
        (PANELS[0], False),
        ((*PANELS[0], "glucose", "cholesterol_total", "hdl", "ldl", "triglycerides"), True),
        ((*PANELS[0], "hba1c", "cholesterol_total", "hdl", "non_hdl", "triglycerides"), True),
        (("testosterone_total", "estradiol", "igf1_z", "hematocrit", "hba1c", "cholesterol_total",
          "hdl", "ldl", "triglycerides"), True),
        (("testosterone_free", "estradiol", "igf1", "hematocrit", "hba1c", "cholesterol_total",
          "hdl", "ldl", "triglycerides"), False),
    ],
)  # fmt: skip
def test_what_answers_for_a_marker(codes: tuple[str, ...], done: bool) -> None:
    """Either sugar is enough, a Z-score is an IGF-1, the total is enough without the free part."""
    on = START + A_DAY * 84
    course = a_course(results=[Result(code, on) for code in codes])
    (week_12,) = (
        each for each in due_list(DEFAULT_RULES, course, on, on + AHEAD)
        if each.instance.rule == "week-12"
    )  # fmt: skip
    assert (week_12.state is State.DONE) == done


@given(st.integers(0, 10**6), st.integers(-35, 420), st.integers(0, 400), st.integers(0, 400))
def test_looking_further_ahead_only_adds_what_falls_due_later(
    seed: int, day: int, near: int, far: int
) -> None:
    patient, today = lived(seed, START + A_DAY * day)
    near, far = sorted((near, far))
    course = patient.course(today)
    ahead = due_list(patient.rules, course, today, today + A_DAY * far)
    limit = today + A_DAY * near
    assert due_list(patient.rules, course, today, limit) == [
        each for each in ahead if each.instance.due_on < limit
    ]


def lived(seed: int, today: date) -> tuple[Patient, date]:
    """A patient to whom this and that has happened until a day, without brute force."""
    patient, chance = somebody(seed)
    for _ in range(chance.randint(0, 6)):
        day = START + A_DAY * chance.randint(-35, max(-35, (today - START).days))
        happens = chance.random()
        if happens < 0.6:
            patient.results += [(day, day, code) for code in chance.choice(PANELS)]
        elif happens < 0.8:
            patient.doses.append((day, max(day, START + A_DAY), chance.choice(KINDS), str(day)))
            patient.doses.sort(key=lambda each: each[1])
        else:
            open_now = [
                each for each in due_list(patient.rules, patient.course(day), day, day + AHEAD)
                if each.open
            ]  # fmt: skip
            if open_now:
                one = chance.choice(open_now).instance
                patient.said[one.rule, one.repetition] = Said(
                    one.rule, one.repetition, one.due_on, one.markers,
                    drawn_on=day if chance.random() < 0.5 else None,
                    snoozed_until=today + A_DAY * chance.randint(-5, 60),
                )  # fmt: skip
    return patient, today


@given(st.integers(0, 10**6), st.integers(-35, 420))
def test_each_draw_is_in_one_visit_whose_day_suits_every_window(seed: int, day: int) -> None:
    patient, today = lived(seed, START + A_DAY * day)
    standings = due_list(patient.rules, patient.course(today), today, today + AHEAD)
    visits = merged(standings, today)
    members = [each for visit in visits for each in visit.members]
    assert sorted(members, key=lambda each: each.order) == standings
    for visit in visits:
        assert {each.instance.purpose for each in visit.members} == {visit.purpose}
        assert {each.open for each in visit.members} == {visit.open}
        names = {each.instance.name for each in visit.members}
        assert visit.name in names or (visit.state is State.OVERDUE and len(names) > 1)
        if visit.open:
            for each in visit.members:
                first, last = window_of(each, today)
                assert first <= visit.due_on <= last
                assert each.instance.opens_on == first
                assert last < each.instance.ends_on
                assert last >= min(each.instance.closes_on, each.instance.ends_on - A_DAY)
                assert first <= visit.opens_on <= visit.closes_on <= last
            wanted = {m for each in visit.members for m in (each.missing or each.instance.markers)}
            assert set(visit.markers) == wanted
            assert len(visit.markers) == len(wanted)
            if any(each.state is State.OVERDUE for each in visit.members):
                assert visit.state is State.OVERDUE
    # Nothing that could be drawn in one go is left apart.
    for one, other in combinations([visit for visit in visits if visit.open], 2):
        if one.purpose is other.purpose:
            assert one.closes_on < other.opens_on or other.closes_on < one.opens_on


@pytest.mark.parametrize(
    ("days_from_due", "state"),
    [
        (-31, State.UPCOMING),
        (-30, State.SOON),
        (-1, State.SOON),
        (0, State.DUE),
        (7, State.DUE),
        (8, State.OVERDUE),
        (400, State.OVERDUE),
    ],
)
def test_a_draw_is_soon_from_its_window_on_due_until_it_closes_and_then_overdue(
    days_from_due: int, state: State
) -> None:
    today = START + A_DAY * days_from_due
    window = {"opens_on": START - A_DAY * 30, "closes_on": START + A_WEEK}
    assert state_of(START, today, **window) is state
    assert state_of(START, today, **window, snoozed_until=today + A_DAY) is State.SNOOZED
    assert state_of(START, today, **window, snoozed_until=today) is state


def test_a_narrow_window_is_told_of_a_fortnight_before_its_day() -> None:
    window = {"opens_on": START, "closes_on": START}
    assert state_of(START, START - A_DAY * 15, **window) is State.UPCOMING
    assert state_of(START, START - A_DAY * 14, **window) is State.SOON


days = st.integers(-40, 400).map(lambda n: START + A_DAY * n)


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


def test_a_visit_of_several_overdue_days_is_called_overdue_and_not_the_oldest() -> None:
    """Sixteen weeks in, nobody is asked for a baseline any more: they are asked for labs."""

    def names(days: int, *measured: tuple[str, int]) -> list[str]:
        today = START + A_DAY * days
        results = tuple(Result(code, START + A_DAY * at) for code, at in measured)
        course = a_course(born_on=date(1980, 1, 1), results=results)
        found = due_list(DEFAULT_RULES, course, today, today + A_DAY)
        return [visit.name for visit in merged(found, today) if visit.state is State.OVERDUE]

    assert names(10) == ["Baseline labs", "Blood pressure and weight"], "one day, many markers"
    assert sorted(names(112)) == ["Blood pressure and weight", "Overdue DEXA scan", "Overdue labs"]
    baseline = next(rule for rule in DEFAULT_RULES if rule.rule == "baseline")
    known = [(code, 0) for code in (*baseline.markers, "psa")]
    assert "Week 6 labs" in names(60, *known)
    assert "Overdue labs" in names(84, *[one for one in known if one[0] != "igf1"])
