"""Side effects and warning signs: who is told what, at every boundary, without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.levels import Level
from app.monitoring.side_effects import (
    CLOT_SIGNS,
    EARLY,
    RULES,
    Course,
    Meaning,
    Report,
    breasts_tender,
    side_effect_signals,
)
from app.observations.catalogue import CATALOGUE

FIRST = date(2026, 11, 23)
LINE = uuid4()
COURSE = Course(LINE, FIRST, watched=True)


def a_report(
    code: str = "headache", severity: int = 4, *, night: int = 1, line: UUID | None = LINE,
    hour: int = 20,
) -> Report:  # fmt: skip
    """A report of some night of the course, the first being night 1."""
    day = FIRST + timedelta(days=night - 1)
    felt_at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    item = CATALOGUE[code]
    sign = item.group == "red_flag"
    return Report(uuid4(), code, item.name, severity, felt_at, day, line, warning_sign=sign)


def the_last(*reports: Report, courses: tuple[Course, ...] = (COURSE,), alert: bool = False) -> str:
    """The rule that the last of these reports meets."""
    return side_effect_signals(reports, courses, hematocrit_alert=alert)[-1].rule


@pytest.mark.parametrize("code", sorted(EARLY))
@pytest.mark.parametrize(
    ("night", "rule", "level"),
    [
        (0, "after_first_week", Level.AMBER), (1, "common_early", None),
        (7, "common_early", None), (8, "after_first_week", Level.AMBER),
    ],
)  # fmt: skip
def test_an_early_effect_is_common_in_the_first_seven_nights_and_a_flag_from_the_eighth(
    code: str, night: int, rule: str, level: Level | None
) -> None:
    (signal,) = side_effect_signals([a_report(code, night=night)], [COURSE], hematocrit_alert=False)
    assert (signal.rule, signal.level) == (rule, level)
    assert bool(signal.clinician_text) == (level is not None)
    assert "dose" not in signal.patient_text


def test_the_patient_is_told_what_to_watch_for_in_the_first_week() -> None:
    (signal,) = side_effect_signals([a_report()], [COURSE], hematocrit_alert=False)
    assert "common" in signal.patient_text
    assert "Contact your clinic if it lasts beyond the first week or gets worse" in (
        signal.patient_text
    )


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [(4, 3, "common_early"), (4, 4, "common_early"), (4, 5, "getting_worse"),
     (0, 1, "getting_worse")],
)  # fmt: skip
def test_only_what_is_worse_than_the_report_before_it_is_a_flag_in_the_first_week(
    before: int, now: int, rule: str
) -> None:
    assert the_last(a_report(severity=before, night=2), a_report(severity=now, night=3)) == rule


def test_worse_is_against_the_last_report_of_the_same_effect_and_no_other() -> None:
    other = a_report("flushing", 1, night=2)
    assert the_last(other, a_report(severity=5, night=3)) == "common_early"
    peak = a_report(severity=6, night=1), a_report(severity=2, night=2)
    assert the_last(*peak, a_report(severity=3, night=3)) == "getting_worse"


def test_an_effect_that_is_tied_to_a_line_is_held_against_that_line_alone() -> None:
    old = Course(uuid4(), FIRST - timedelta(days=90), watched=True)
    tied_to_old = a_report(line=old.line_id)
    assert the_last(tied_to_old, courses=(COURSE, old)) == "after_first_week"
    assert the_last(a_report(line=LINE), courses=(COURSE, old)) == "common_early"
    assert the_last(a_report(line=uuid4()), courses=(COURSE, old)) == "after_first_week"


def test_without_a_line_any_new_one_that_is_injected_or_a_peptide_may_explain_it() -> None:
    tablet = Course(uuid4(), FIRST, watched=False)
    untied = a_report(line=None)
    assert the_last(untied, courses=(COURSE,)) == "common_early"
    assert the_last(untied, courses=(tablet,)) == "after_first_week"
    assert the_last(a_report(line=tablet.line_id), courses=(tablet,)) == "common_early"
    assert the_last(untied, courses=()) == "after_first_week"


@pytest.mark.parametrize(("severity", "level"), [(1, "info"), (6, "info"), (7, "amber")])
def test_any_other_effect_is_amber_from_seven_on(severity: int, level: str) -> None:
    (signal,) = side_effect_signals(
        [a_report("nausea", severity)], [COURSE], hematocrit_alert=False
    )
    assert signal.level == level
    assert f"{severity} of 10" in signal.clinician_text


def test_a_severe_early_effect_is_a_flag_even_in_the_first_week() -> None:
    assert the_last(a_report(severity=6)) == "common_early"
    assert the_last(a_report(severity=7)) == "severe"


def test_what_is_gone_says_nothing() -> None:
    assert side_effect_signals([a_report(severity=0)], [COURSE], hematocrit_alert=True) == []


SIGNS = [code for code, item in CATALOGUE.items() if item.group == "red_flag"]


@pytest.mark.parametrize("code", SIGNS)
@pytest.mark.parametrize("alert", [False, True])
def test_a_warning_sign_is_an_emergency_whatever_else(code: str, alert: bool) -> None:
    reports = [a_report(code, 1), *(a_report(each, 9, hour=21) for each in sorted(EARLY))]
    (signal, *_) = side_effect_signals(reports, [COURSE], hematocrit_alert=alert)
    assert signal.level is Level.EMERGENCY
    clot = alert and code in CLOT_SIGNS
    # Whom to call differs from sign to sign: thoughts of suicide have a line of their own.
    own = CATALOGUE[code].emergency
    assert signal.patient_text == (RULES["blood_clot"].patient if clot else own)
    assert ("988" in signal.patient_text) is (code == "suicidal_thoughts")


def test_the_rules_speak_of_what_the_catalogue_has() -> None:
    effects = {code for code, item in CATALOGUE.items() if item.group == "side_effect"}
    assert effects >= EARLY
    assert set(SIGNS) > CLOT_SIGNS == {
        "chest_pain", "breathlessness", "one_sided_weakness", "leg_swelling",
    }  # fmt: skip
    assert all(rule.source and rule.figure for rule in RULES.values())


@pytest.mark.parametrize(
    ("days", "severity", "tender"), [(0, 1, True), (28, 1, True), (29, 1, False), (0, 0, False)]
)
def test_tenderness_counts_for_28_days_unless_it_is_gone(
    days: int, severity: int, tender: bool
) -> None:
    felt = a_report("breast_tenderness", severity)
    assert breasts_tender([felt], felt.felt_at + timedelta(days=days)) is tender
    gone = a_report("breast_tenderness", 0, night=2)
    assert not breasts_tender([felt, gone], gone.felt_at)
    assert not breasts_tender([felt], felt.felt_at - timedelta(seconds=1))


codes = st.sampled_from(["headache", "flushing", "nausea", "chest_pain"])
some_reports = st.lists(
    st.builds(
        a_report, codes, st.integers(0, 10), night=st.integers(-3, 12),
        line=st.sampled_from([LINE, None]), hour=st.integers(0, 23),
    ),
    max_size=8,
)  # fmt: skip


@given(some_reports, st.randoms(use_true_random=False), st.booleans())
def test_the_order_in_which_reports_come_does_not_matter(
    reports: list[Report], random: object, alert: bool
) -> None:
    def signals(given: list[Report]) -> list[Meaning]:
        return side_effect_signals(given, [COURSE], hematocrit_alert=alert)

    shuffled = [*reports]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = signals(reports)
    assert signals(shuffled) == found
    assert [each.since for each in found] == sorted(each.since for each in found)
    assert {each.observation_id for each in found} == {
        report.observation_id for report in reports if report.severity > 0
    }


@given(some_reports, codes, st.integers(1, 10))
def test_a_graver_report_is_never_judged_more_mildly(
    before: list[Report], code: str, severity: int
) -> None:
    def rank(value: int) -> int:
        last = a_report(code, value, night=20)
        found = side_effect_signals([*before, last], [COURSE], hematocrit_alert=False)
        (signal,) = [each for each in found if each.observation_id == last.observation_id]
        return -1 if signal.level is None else signal.level.rank

    assert rank(severity) <= rank(min(10, severity + 1))
