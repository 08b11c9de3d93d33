"""The rules of a lab plan as data: every visit of the template, each rule with its source."""

from datetime import date

import pytest

from app.monitoring.people import age_on
from app.monitoring.rules import (
    DEFAULT_RULES,
    Anchor,
    Condition,
    Fault,
    Purpose,
    Rule,
    answers_for,
    check,
    read_rules,
)
from app.observations.catalogue import CATALOGUE

BY_CODE = {rule.rule: rule for rule in DEFAULT_RULES}
T, FREE, E2, IGF = "testosterone_total", "testosterone_free", "estradiol", "igf1"
SUGAR = {"glucose_fasting", "hba1c"}
LIPIDS = {"cholesterol_total", "hdl", "ldl", "triglycerides"}
LIVER = {"alt", "ast"}


def a_rule(**facts: object) -> Rule:
    known: dict[str, object] = {
        "rule": "a", "name": "A", "purpose": Purpose.BLOOD, "markers": (T,),
        "anchor": Anchor.START, "of": frozenset(), "offset_days": 42, "window_before": 7,
        "window_after": 7, "repeat_days": None, "only_if": None, "source": "",
    }  # fmt: skip
    return Rule(**(known | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visits", "markers"),
    [
        (("baseline", "baseline-psa"), {T, FREE, E2, "hematocrit", "psa", IGF}
         | SUGAR | LIPIDS | LIVER),
        (("week-6",), {T, FREE, E2, IGF}),
        (("week-12", "week-12-psa"), {T, FREE, E2, "hematocrit", "psa", IGF} | SUGAR | LIPIDS),
        (("half-year", "half-year-psa"), {T, FREE, E2, "hematocrit", "psa", IGF} | SUGAR | LIVER),
        (("yearly", "yearly-psa"), {T, FREE, E2, "hematocrit", "psa", IGF}
         | SUGAR | LIPIDS | LIVER),
    ],
)  # fmt: skip
def test_each_visit_of_the_template_asks_for_its_row(
    visits: tuple[str, ...], markers: set[str]
) -> None:
    """The rows of clinical.md 1.2, with total and free testosterone, and PSA apart."""
    asked = [marker for visit in visits for marker in BY_CODE[visit].markers]
    assert set(asked) == markers
    assert len(asked) == len(markers)


def test_the_days_of_the_template() -> None:
    days = {code: (rule.offset_days, rule.repeat_days) for code, rule in BY_CODE.items()}
    assert days["baseline"] == (0, None)
    assert BY_CODE["baseline"].window_before == 30
    week_6 = BY_CODE["week-6"]
    assert (week_6.offset_days - week_6.window_before, week_6.offset_days) == (28, 42)
    assert days["week-12"] == (84, None)
    assert (days["half-year"], days["yearly"]) == ((182, 364), (364, 364))
    scan = BY_CODE["week-12-scan"]
    assert (scan.offset_days - scan.window_before, scan.offset_days) == (56, 84)
    assert {rule.rule for rule in DEFAULT_RULES if rule.purpose is Purpose.SCAN} == {
        "baseline-scan", "week-12-scan"
    }  # fmt: skip
    for rule in DEFAULT_RULES:
        if rule.purpose is Purpose.MEASURE:
            assert rule.markers == ("systolic", "diastolic", "weight")


def test_psa_is_asked_for_from_forty_and_never_together_with_anything_else() -> None:
    for rule in DEFAULT_RULES:
        if "psa" in rule.markers:
            assert rule.markers == ("psa",)
            assert rule.only_if == Condition(age_at_least=40)


def test_a_dose_change_is_checked_six_weeks_later_with_estradiol_on_an_inhibitor() -> None:
    plain, estradiol = BY_CODE["dose-change"], BY_CODE["dose-change-estradiol"]
    assert plain.markers == (T, "hematocrit")
    assert estradiol.only_if == Condition(on=frozenset({"aromatase_inhibitor"}))
    for rule in (plain, estradiol):
        assert (rule.anchor, rule.of) == (Anchor.DOSE_CHANGE, frozenset({"androgen"}))
        assert (rule.offset_days, rule.window_before, rule.window_after) == (42, 14, 14)
    peptide = BY_CODE["peptide-change"]
    assert (peptide.markers, peptide.of) == ((IGF,), frozenset({"growth_hormone_peptide"}))


def test_estradiol_is_asked_for_wherever_testosterone_is() -> None:
    """Without a condition, or on the condition of an aromatase inhibitor, at the same days."""
    on_inhibitor = Condition(on=frozenset({"aromatase_inhibitor"}))
    checked = [rule for rule in DEFAULT_RULES if T in rule.markers]
    assert checked
    for rule in checked:
        beside = [
            other for other in DEFAULT_RULES
            if E2 in other.markers and other.only_if in (None, on_inhibitor)
            and (other.anchor, other.of, other.offset_days, other.repeat_days)
            == (rule.anchor, rule.of, rule.offset_days, rule.repeat_days)
        ]  # fmt: skip
        assert beside, rule.rule


def test_every_rule_asks_for_what_the_catalogue_knows_and_states_its_source() -> None:
    groups = {Purpose.BLOOD: {"lab"}, Purpose.SCAN: {"scan"}, Purpose.MEASURE: {"vital", "body"}}
    for rule in DEFAULT_RULES:
        assert rule.source[:3] in {"[P]", "[S]", "[D]"}
        assert len(rule.rule) <= 40
        for marker in rule.markers:
            assert CATALOGUE[marker].group in groups[rule.purpose]
            assert marker in answers_for(marker)
            assert answers_for(marker) <= set(CATALOGUE)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"anchor": Anchor.DOSE_CHANGE}, "of"),
        ({"of": frozenset({"androgen"})}, "of"),
        ({"anchor": Anchor.LAST_RESULT, "offset_days": 0}, "offset_days"),
        ({"anchor": Anchor.LAST_RESULT, "window_before": 42}, "window_before"),
        ({"anchor": Anchor.DOSE_CHANGE, "of": frozenset({"glp1"}), "window_before": 42},
         "window_before"),
        ({"anchor": Anchor.LAST_RESULT, "repeat_days": 90}, "repeat_days"),
        ({"repeat_days": 14}, "repeat_days"),
    ],
)  # fmt: skip
def test_a_rule_that_contradicts_itself_is_refused_with_its_field(
    facts: dict[str, object], field: str
) -> None:
    check(a_rule())
    check(a_rule(repeat_days=15))
    check(a_rule(anchor=Anchor.LAST_RESULT, window_before=41))
    with pytest.raises(Fault) as refused:
        check(a_rule(**facts))
    assert refused.value.field == field
    assert refused.value.cure


def test_a_data_file_with_a_rule_that_states_no_source_is_refused() -> None:
    text = 'name = "A"\nmarkers = ["psa"]\noffset_days = 1\nwindow_before = 0\nwindow_after = 0\n'
    assert len(read_rules(f'[a]\n{text}source = "[D] so"\n')) == 1
    with pytest.raises(ValueError, match="no source"):
        read_rules(f'[a]\n{text}source = "because"\n')


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        (date(1986, 11, 24), date(2026, 11, 23), 39),
        (date(1986, 11, 23), date(2026, 11, 23), 40),
        (date(1988, 2, 29), date(2027, 2, 28), 38),
        (date(1988, 2, 29), date(2027, 3, 1), 39),
        (None, date(2027, 3, 1), None),
    ],
)
def test_whole_years_are_counted(born_on: date | None, day: date, age: int | None) -> None:
    assert age_on(born_on, day) == age
