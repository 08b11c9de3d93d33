"""Every rule fires beyond its figure and is silent at its boundary; none speaks of a dose."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.goals import goal_of, standing_in_goal
from app.monitoring.igf1 import place
from app.monitoring.intervals import DATA as CONTEXT
from app.monitoring.intervals import Position
from app.monitoring.levels import Level
from app.monitoring.limits import (
    RULES,
    Figures,
    Known,
    Rule,
    Test,
    When,
    fires,
    limit_of,
    limits_on,
    read_rules,
    signals_in,
)
from app.monitoring.results import figures_of
from app.monitoring.settings import MonitoringSettings
from app.monitoring.side_effects import RULES as SIDE_EFFECTS
from app.monitoring.spans import Span
from app.observations.catalogue import CATALOGUE
from app.observations.reading import Value
from tests.monitoring.values import DAY, DRAWN, a_value

FIGURES = figures_of(MonitoringSettings())
STEP = Decimal("0.001")
BASELINE = a_value("psa", "1.0", collected_at=DRAWN - 90 * DAY)
Case = tuple[str, Rule, Value, Known, bool]


def known_for(rule: Rule, **facts: Any) -> Known:
    return replace(Known(figures=FIGURES, facts=frozenset(rule.when)), **facts)


def at_limit(rule: Rule, marker: str) -> Iterator[Case]:
    limit = limit_of(rule, FIGURES)
    fires_at = {
        Test.AT_LEAST: (False, True, True), Test.ABOVE: (False, False, True),
        Test.BELOW: (True, False, False),
    }[rule.test]  # fmt: skip
    for number, expected in zip((limit - STEP, limit, limit + STEP), fires_at, strict=True):
        yield f"{number}", rule, a_value(marker, number), known_for(rule), expected


def around_band(rule: Rule, marker: str) -> Iterator[Case]:
    band = {"low": Decimal(100), "high": Decimal(200)}
    low, high = band["low"], band["high"]
    if rule.test is Test.OUTSIDE:
        low, high = FIGURES.goals[rule.setting]
    for number, expected in ((low - STEP, True), (low, False), (high, False), (high + STEP, True)):
        yield f"{number}", rule, a_value(marker, number, **band), known_for(rule), expected
    if rule.test is Test.OUTSIDE_RANGE:
        yield "no range", rule, a_value(marker, "1"), known_for(rule), False


def from_baseline(rule: Rule, marker: str) -> Iterator[Case]:
    assert rule.at is not None
    way = 1 if rule.test is Test.RISE else -1
    before = a_value(marker, "100", collected_at=DRAWN - 90 * DAY)
    edge = before.canonical + way * rule.at
    for number, expected in ((edge - way * STEP, False), (edge, False), (edge + way * STEP, True)):
        yield f"{number}", rule, a_value(marker, number), known_for(rule, baseline=before), expected
    far = a_value(marker, edge + way * 50)
    yield "no baseline", rule, far, known_for(rule), False
    yield "baseline", rule, far, known_for(rule, baseline=far), False
    if rule.within is not None:
        for extra, expected in ((timedelta(0), True), (DAY, False)):
            old = a_value(marker, "100", collected_at=DRAWN - rule.within - extra)
            yield f"{extra.days} too old", rule, far, known_for(rule, baseline=old), expected


def beyond_range(rule: Rule, marker: str) -> Iterator[Case]:
    assert rule.at is not None
    assert rule.z is not None
    low, high = Decimal(100), Decimal(200)
    edge = low + rule.at * (high - low)
    for number, expected in ((edge - STEP, False), (edge, False), (edge + STEP, True)):
        at = place(Span.said(number), low, high, None, None)
        yield f"{number}", rule, a_value(marker, number), known_for(rule, place=at), expected
    for z, expected in ((rule.z - STEP, False), (rule.z, False), (rule.z + STEP, True)):
        at = place(Span.said(Decimal(1)), low, high, Span.said(z), None)
        yield f"z {z}", rule, a_value(marker, "1"), known_for(rule, place=at), expected
    yield "nothing to judge by", rule, a_value(marker, "2000"), known_for(rule), False


BOUNDARIES = {
    Test.AT_LEAST: at_limit, Test.ABOVE: at_limit, Test.BELOW: at_limit,
    Test.OUTSIDE: around_band, Test.OUTSIDE_RANGE: around_band,
    Test.RISE: from_baseline, Test.FALL: from_baseline, Test.IGF1: beyond_range,
}  # fmt: skip


def cases() -> Iterator[Any]:
    """From the data: a rule of a kind that has no boundary here is a KeyError, not a gap."""
    for rule in RULES.values():
        for marker in rule.markers:
            for case in BOUNDARIES[rule.test](rule, marker):
                yield pytest.param(*case[1:], id=f"{rule.code}/{marker}/{case[0]}")


@pytest.mark.parametrize(("rule", "value", "known", "expected"), list(cases()))
def test_each_rule_fires_beyond_its_boundary_and_is_silent_at_it(
    rule: Rule, value: Value, known: Known, expected: bool
) -> None:
    assert fires(rule, value, known) is expected
    said = [each.rule.code for each in signals_in(value, known)]
    if expected:
        assert rule.code in said or set(said) & set(rule.unless), "itself, or what says it better"
    else:
        assert rule.code not in said
    for condition in rule.when:
        without = replace(known, facts=known.facts - {condition})
        assert not fires(rule, value, without), f"{condition} has to be so"


# The figures of clinical.md 1.4 and of the contract, written here a second time on purpose.
@pytest.mark.parametrize(
    ("code", "number", "facts", "said"),
    [
        ("hematocrit", "51.9", {}, []),
        ("hematocrit", "52", {}, [("hematocrit_amber", "amber")]),
        ("hematocrit", "53.9", {}, [("hematocrit_amber", "amber")]),
        ("hematocrit", "54", {}, [("hematocrit_red", "red")]),
        ("hematocrit", "50", {When.BEFORE_START}, []),
        ("hematocrit", "50.1", {When.BEFORE_START}, [("hematocrit_baseline", "red")]),
        ("hematocrit", "52", {When.BEFORE_START},
         [("hematocrit_amber", "amber"), ("hematocrit_baseline", "red")]),
        ("testosterone_total", "349", {When.MID_INTERVAL}, [("testosterone_goal", "info")]),
        ("testosterone_total", "349", {}, []),
        ("testosterone_total", "601", {When.MID_INTERVAL}, [("testosterone_goal", "info")]),
        ("estradiol", "30", {}, []),
        ("estradiol", "19.9", {}, [("estradiol_goal", "info")]),
        ("estradiol", "31", {When.TENDER}, [("estradiol_tender", "amber")]),
        ("estradiol", "25", {When.TENDER}, []),
        ("glucose_fasting", "53.9", {}, [("glucose_low", "red")]),
        ("glucose_fasting", "54", {}, []),
        ("glucose_fasting", "300", {}, []),
        ("glucose", "301", {}, [("glucose_high", "red")]),
        ("psa", "4.0", {}, []),
        ("psa", "4.01", {}, [("psa_level", "red")]),
        ("systolic", "139", {}, []),
        ("systolic", "140", {}, [("systolic_amber", "amber")]),
        ("systolic", "180", {}, [("systolic_red", "red")]),
        ("diastolic", "90", {}, [("diastolic_amber", "amber")]),
        ("diastolic", "120", {}, [("diastolic_red", "red")]),
    ],
)  # fmt: skip
def test_the_figures_are_those_of_the_clinical_facts(
    code: str, number: str, facts: set[When], said: list[tuple[str, str]]
) -> None:
    known = Known(figures=FIGURES, facts=frozenset(facts))
    found = signals_in(a_value(code, number), known)
    assert [(each.rule.code, each.rule.level.value) for each in found] == said


def test_psa_that_rose_by_more_than_1_4_within_a_year() -> None:
    known = Known(figures=FIGURES, baseline=BASELINE)
    for number, said in (("2.4", []), ("2.41", ["psa_rise"]), ("4.5", ["psa_level"])):
        found = signals_in(a_value("psa", number), known)
        assert [each.rule.code for each in found] == said
    assert "1.4" in signals_in(a_value("psa", "2.5"), known)[0].clinician


@given(
    rule=st.sampled_from(list(RULES.values())),
    number=st.integers(0, 5000).map(lambda tenths: Decimal(tenths) / 10),
)
def test_less_than_a_number_never_fires_an_upper_rule_nor_more_than_it_a_lower_one(
    rule: Rule, number: Decimal
) -> None:
    marker = rule.markers[0]
    baseline = a_value(marker, "1000", collected_at=DRAWN - 9 * DAY)
    lower = rule.test in (Test.BELOW, Test.FALL)
    upper = rule.test in (Test.AT_LEAST, Test.ABOVE, Test.RISE, Test.IGF1)
    bound = Span.said(number, "<")
    judged = place(bound, Decimal(100), Decimal(200), None, None)
    known = known_for(rule, baseline=baseline, place=judged)
    if upper:
        assert not fires(rule, a_value(marker, number, comparator="<"), known)
        assert not fires(rule, a_value(marker, number, comparator="<="), known)
    if lower:
        assert not fires(rule, a_value(marker, number, comparator=">"), known)
        assert not fires(rule, a_value(marker, number, comparator=">="), known)


@pytest.mark.parametrize(
    ("code", "comparator", "number", "fired"),
    [
        ("psa", ">", "4.0", True), ("psa", ">=", "4.0", False), ("psa", ">", "3.9", False),
        ("hematocrit", ">=", "54", True), ("hematocrit", "<", "60", False),
        ("glucose_fasting", "<", "54", True), ("glucose_fasting", "<=", "54", False),
        ("glucose_fasting", "<", "60", False), ("estradiol", "<", "20", True),
        ("estradiol", "<", "24", False), ("estradiol", ">", "30", True),
    ],
)  # fmt: skip
def test_a_bound_fires_only_what_is_certain(
    code: str, comparator: str, number: str, fired: bool
) -> None:
    found = signals_in(a_value(code, number, comparator=comparator), Known(figures=FIGURES))
    assert bool(found) is fired


def test_a_baseline_that_is_a_bound_counts_by_its_far_end() -> None:
    below = replace(BASELINE, comparator="<")
    above = replace(BASELINE, comparator=">")
    assert fires(RULES["psa_rise"], a_value("psa", "2.5"), Known(figures=FIGURES, baseline=below))
    late = Known(figures=FIGURES, baseline=above)
    assert not fires(RULES["psa_rise"], a_value("psa", "9"), late), "it may have been anything"


@given(
    a=st.decimals(5, 85, places=1), b=st.decimals(5, 85, places=1),
    amber=st.decimals(40, 60, places=1), red=st.decimals(40, 60, places=1),
    before=st.booleans(),
)  # fmt: skip
def test_a_higher_hematocrit_never_gives_a_lower_level(
    a: Decimal, b: Decimal, amber: Decimal, red: Decimal, before: bool
) -> None:
    figures = Figures({"hematocrit_amber": amber, "hematocrit_red": red}, {})
    facts = frozenset({When.BEFORE_START} if before else ())
    ranks = [
        max((said.rule.level.rank for said in signals_in(
            a_value("hematocrit", each), Known(figures=figures, facts=facts)
        )), default=-1)
        for each in sorted((a, b))
    ]  # fmt: skip
    assert ranks == sorted(ranks)


def test_what_a_clinic_chose_is_what_counts() -> None:
    chosen = MonitoringSettings.model_validate(
        {"hematocrit_amber": "50", "estradiol": {"low": "10", "high": "40"}}
    )
    known = Known(figures=figures_of(chosen))
    assert [s.rule.code for s in signals_in(a_value("hematocrit", "50"), known)] == [
        "hematocrit_amber"
    ]
    assert signals_in(a_value("estradiol", "35"), known) == []
    assert [line.at for line in limits_on("hematocrit", known.figures, own=True)] == [50, 54]
    goal = goal_of("estradiol", known.figures, None)
    assert goal is not None
    assert (goal.low, goal.high) == (Decimal(10), Decimal(40))
    assert goal.text == "10.0 to 40.0 pg/mL"


def test_the_goal_of_testosterone_is_for_a_draw_at_mid_interval() -> None:
    value = a_value("testosterone_total", "300")
    standing = standing_in_goal(value, FIGURES, None, Position.TROUGH)
    assert standing is not None
    assert standing.position is None
    standing = standing_in_goal(value, FIGURES, None, Position.MID)
    assert standing is not None
    assert standing.position == "below"


DOSE_WORDS = re.compile(
    r"\b(skip|stop|hold|pause|reduce|lower your|increase|raise|double|halve|decrease|adjust|"
    r"change|lessen|more of|less of|take (a|one|two|half|your|the|another|less|more)|"
    r"do not take|don't take|delay|postpone|restart|resume|inject)\b",
    re.IGNORECASE,
)
ALLOWED = (
    "do not change anastrozole yourself",
    "Keep taking medicine only as your clinician told you",
    "Take your medicine only as your clinician told you",
    "a change of vision", "pain that does not stop",
)  # fmt: skip
PATIENT_TEXTS = {
    **{code: rule.patient for code, rule in RULES.items()},
    **{f"side effect {code}": rule.patient for code, rule in SIDE_EFFECTS.items()},
    **{f"care {code}": text for code, text in CONTEXT["care"].items()},
    **{f"emergency {code}": item.emergency for code, item in CATALOGUE.items()},
}


@pytest.mark.parametrize("code", list(PATIENT_TEXTS))
def test_no_text_for_a_patient_is_a_dose_instruction(code: str) -> None:
    text = PATIENT_TEXTS[code]
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    found = DOSE_WORDS.findall(text.replace("was on hold", ""))
    assert not found, f"{code}: {found}"


@pytest.mark.parametrize("text", ["Skip tonight.", "Please reduce it.", "Take one less.", "Stop!"])
def test_the_scan_finds_a_dose_instruction(text: str) -> None:
    assert DOSE_WORDS.search(text)


@pytest.mark.parametrize("rule", list(RULES.values()), ids=lambda rule: rule.code)
def test_a_rule_names_its_source_and_says_whom_to_contact(rule: Rule) -> None:
    assert re.search(r"\[[PSD?]\]|\(brief\)|clinical\.md", rule.source), rule.code
    if rule.patient:
        who = "clinic" if rule.level in (Level.AMBER, Level.RED) else "clinician"
        assert who in rule.patient
    if rule.level is Level.RED and rule.patient and "psa" not in rule.code:
        assert "today" in rule.patient


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": ""}, {"test": "guess"}, {"markers": ["nothing"]}, {"markers": []},
        {"unless": ["nobody"]}, {"level": "purple"}, {"when": ["tuesday"]}, {"at": None},
    ],
)  # fmt: skip
def test_a_rule_without_a_source_or_figure_is_refused_when_read(wrong: dict[str, Any]) -> None:
    rule = {
        "markers": ["psa"], "test": "above", "at": "4", "level": "red", "clinician": "PSA.",
        "patient": "", "source": "[D]",
    }  # fmt: skip

    def text(table: dict[str, Any]) -> str:
        kept = {name: fact for name, fact in table.items() if fact is not None}
        return "[rule]\n" + "\n".join(f"{name} = {fact!r}" for name, fact in kept.items())

    assert set(read_rules(text(rule))) == {"rule"}
    with pytest.raises(ValueError):  # noqa: PT011
        read_rules(text(rule | wrong))


def test_a_line_on_a_chart_is_told_in_plain_words_and_never_by_a_colour() -> None:
    for own, told in (
        (True, ["contact your clinic this week", "contact your clinic today"]),
        (False, ["for a look this week", "for a look today"]),
    ):
        assert [line.text for line in limits_on("hematocrit", FIGURES, own=own)] == [
            f"At or above 52.0 %: {told[0]}", f"At or above 54.0 %: {told[1]}",
        ]  # fmt: skip
        for code in CATALOGUE:
            for line in limits_on(code, FIGURES, own=own):
                assert not re.search(r"\b(amber|red|info)\b", line.text, re.IGNORECASE)
    words = [words for rule in RULES.values() for words in (rule.patient, rule.clinician)]
    assert not [each for each in words if re.match(r"(amber|red|info|emergency)\b", each.lower())]
