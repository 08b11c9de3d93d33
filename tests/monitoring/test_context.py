"""When in the dosing week blood was drawn: from the log, and from nothing else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.context import DrawContext, Expected, draw_context
from app.monitoring.intervals import (
    ADHERENCE,
    DATA,
    LoggedDose,
    Of,
    Position,
    log_around,
    position_of,
)
from app.observations.reading import Value
from tests.monitoring.values import DAY, DRAWN, HOUR, MEANT, a_dose, a_value, weekly


def context(
    value: Value, doses: list[LoggedDose], expected: Expected = MEANT, version: int | None = 1
) -> DrawContext:
    return draw_context(value, log_around(doses, value.collected_at), version, expected)


def cares(found: DrawContext) -> set[str]:
    return {each.code for each in found.care}


TESTOSTERONE = a_value("testosterone_total", "480")
ESTRADIOL = a_value("estradiol", "26", assay="sensitive")
BEFORE = weekly(hours=84)[:8]


@pytest.mark.parametrize(
    ("fraction", "position"),
    [
        ("0", Position.PEAK), ("0.2999", Position.PEAK), ("0.3", Position.MID),
        ("0.6499", Position.MID), ("0.65", Position.LATE), ("0.9", Position.LATE),
        ("0.9001", Position.TROUGH), ("1", Position.TROUGH), ("1.0001", Position.OVERDUE),
    ],
)  # fmt: skip
def test_each_stretch_of_the_interval_ends_where_the_data_says(
    fraction: str, position: Position
) -> None:
    assert position_of(Decimal(fraction)) is position


def test_half_a_week_after_a_weekly_injection_is_mid_interval() -> None:
    found = context(TESTOSTERONE, weekly(hours=84))
    assert found.last[0].hours == Decimal("84.0")
    assert (found.interval_hours, found.fraction) == (Decimal("168.0"), Decimal("0.500"))
    assert (found.position, found.version, found.care) == (Position.MID, 1, ())
    assert found.text.startswith("84 hours after testosterone; mid-interval of 168 hours; fasting")


@given(hours=st.floats(72, 108))
def test_no_draw_day_that_the_planner_may_propose_is_a_wrong_time(hours: float) -> None:
    assert "wrong_time" not in cares(context(TESTOSTERONE, weekly(hours=hours)))


@given(first=st.integers(0, 400 * 60), later=st.integers(0, 400 * 60), early=st.integers(-600, 600))
def test_a_later_draw_never_lies_earlier_in_the_interval(
    first: int, later: int, early: int
) -> None:
    base = DRAWN - timedelta(days=20)
    doses = [
        a_dose(Of.TESTOSTERONE, base, base + timedelta(minutes=early)),
        a_dose(Of.TESTOSTERONE, base + 7 * DAY),
    ]
    since = base + timedelta(minutes=600)
    one, other = (
        context(a_value("testosterone_total", collected_at=since + timedelta(minutes=n)), doses)
        for n in sorted((first, later))
    )
    assert one.last[0].hours <= other.last[0].hours
    assert one.fraction is not None
    assert other.fraction is not None
    assert one.fraction <= other.fraction
    assert one.position is not None
    assert other.position is not None
    order = list(Position)
    assert order.index(one.position) <= order.index(other.position)


def test_an_interval_is_by_the_plan_however_late_the_dose_was() -> None:
    due = DRAWN - 4 * DAY
    doses = [
        a_dose(Of.TESTOSTERONE, due, due + 2 * DAY),
        a_dose(Of.TESTOSTERONE, due + 84 * HOUR),
    ]
    found = context(TESTOSTERONE, doses)
    assert (found.last[0].hours, found.interval_hours) == (Decimal(48), Decimal(84))


def test_an_early_dose_still_begins_its_own_interval() -> None:
    """Twice a week: 72 hours follow one dose and 96 the other."""
    first = DRAWN - 60 * HOUR
    dues = [first - 72 * HOUR, first, first + 96 * HOUR, first + 168 * HOUR]
    early = [a_dose(Of.TESTOSTERONE, due, due - 2 * HOUR if due <= first else None) for due in dues]
    found = context(TESTOSTERONE, early)
    assert (found.last[0].hours, found.interval_hours) == (Decimal(62), Decimal(96))


def test_an_intake_outside_the_plan_counts_as_the_last_one_within_the_planned_interval() -> None:
    extra = DRAWN - 24 * HOUR
    doses = [*weekly(hours=100), a_dose(Of.TESTOSTERONE, extra, extra, extra=True)]
    found = context(TESTOSTERONE, doses)
    assert (found.last[0].hours, found.interval_hours) == (Decimal(24), Decimal(168))
    assert found.position is Position.PEAK
    only = context(TESTOSTERONE, [a_dose(Of.TESTOSTERONE, extra, extra, extra=True)])
    assert (only.last[0].hours, only.interval_hours, only.position) == (Decimal(24), None, None)


def test_before_the_plan_begins_the_interval_is_that_of_its_first_doses() -> None:
    taken = DRAWN - 70 * HOUR
    doses = [
        a_dose(Of.TESTOSTERONE, taken, taken, extra=True),
        a_dose(Of.TESTOSTERONE, DRAWN + DAY), a_dose(Of.TESTOSTERONE, DRAWN + 8 * DAY),
    ]  # fmt: skip
    assert context(TESTOSTERONE, doses).interval_hours == Decimal(168)


def test_of_a_line_on_any_so_many_nights_the_interval_is_its_share_of_the_week() -> None:
    doses = [a_dose(Of.TESTOSTERONE, DRAWN - n * DAY, DRAWN - n * DAY, quota=2) for n in (3, 6)]
    assert context(TESTOSTERONE, doses).interval_hours == Decimal(84)


def test_what_was_taken_after_the_draw_is_not_before_it() -> None:
    after = weekly(hours=84)[:8]
    later = [*after, a_dose(Of.TESTOSTERONE, DRAWN - HOUR, DRAWN + HOUR)]
    found = context(TESTOSTERONE, later)
    assert found.last[0].hours == Decimal(84)
    assert "dose_unlogged" not in cares(found), "it is logged, only later"
    at_the_instant = [*after, a_dose(Of.TESTOSTERONE, DRAWN - HOUR, DRAWN)]
    assert context(TESTOSTERONE, at_the_instant).last[0].hours == 0


def test_each_kind_of_dose_has_its_own_last_one() -> None:
    doses = [
        *weekly(hours=84), *weekly(Of.ANASTROZOLE, 30), *weekly(Of.PEPTIDE, 9.5),
        a_dose(None, DRAWN - HOUR, DRAWN - HOUR),
    ]  # fmt: skip
    assert [(each.of.value, each.hours) for each in context(TESTOSTERONE, doses).last] == [
        ("testosterone", Decimal(84)), ("peptide", Decimal("9.5")), ("anastrozole", Decimal(30)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "doses", "reasons"),
    [
        (a_value("testosterone_total", time_known=False), weekly(), {"time_unknown"}),
        (a_value("psa", "1", time_known=False), weekly(), set()),
        (TESTOSTERONE, weekly(hours=20), {"wrong_time"}),
        (ESTRADIOL, [*weekly(hours=20), *weekly(Of.ANASTROZOLE)], {"wrong_time"}),
        (a_value("hematocrit", "47"), weekly(hours=20), set()),
        (TESTOSTERONE, [a_dose(Of.TESTOSTERONE, DRAWN - 2 * DAY)],
         {"no_dose_logged", "low_adherence"}),
        (TESTOSTERONE, [], set()),
        (TESTOSTERONE, [*BEFORE, a_dose(Of.TESTOSTERONE, DRAWN - HOUR)],
         {"dose_unlogged", "wrong_time"}),
        (TESTOSTERONE, [*BEFORE, a_dose(Of.TESTOSTERONE, DRAWN - HOUR, skipped=True)],
         {"wrong_time"}),
        (TESTOSTERONE, [*BEFORE, a_dose(Of.TESTOSTERONE, DRAWN - HOUR, held=True)],
         {"dose_held", "wrong_time"}),
        (ESTRADIOL, [*weekly(), a_dose(Of.ANASTROZOLE, DRAWN - DAY)], {"no_dose_logged"}),
        (a_value("igf1", "200"), [*weekly(Of.PEPTIDE, 60)[:8], a_dose(Of.PEPTIDE, DRAWN - HOUR)],
         {"dose_unlogged"}),
        (a_value("glucose_fasting", "90", fasting="no"), [], {"not_fasting"}),
        (a_value("glucose_fasting", "90", fasting=None), [], {"fasting_unknown"}),
        (a_value("triglycerides", "90", fasting="unknown"), [], {"fasting_unknown"}),
        (a_value("testosterone_total", fasting="no"), weekly(), set()),
        (a_value("estradiol", "30", assay="standard"), [], {"standard_assay"}),
        (a_value("estradiol", "30.1", assay="standard"), [], set()),
        (a_value("estradiol", "25", assay="sensitive"), [], set()),
        (a_value("estradiol", "24", comparator="<"), [], {"comparator"}),
    ],
)  # fmt: skip
def test_a_result_is_read_with_care_for_these_reasons_and_no_others(
    value: Value, doses: list[LoggedDose], reasons: set[str]
) -> None:
    found = cares(context(value, doses))
    assert found == reasons
    assert found <= set(DATA["care"])


def test_every_reason_has_words() -> None:
    every = {
        "time_unknown", "no_dose_logged", "dose_unlogged", "dose_held", "wrong_time",
        "low_adherence", "not_fasting", "fasting_unknown", "standard_assay", "comparator",
    }  # fmt: skip
    assert set(DATA["care"]) == every


def test_a_clinic_that_wants_the_trough_reads_mid_interval_with_care() -> None:
    trough = Expected(trough=True, low_adherence=Decimal("0.8"))
    assert cares(context(TESTOSTERONE, weekly(hours=84), trough)) == {"wrong_time"}
    assert cares(context(TESTOSTERONE, weekly(hours=160), trough)) == set()


def test_without_the_time_of_the_draw_its_place_in_the_interval_is_not_told() -> None:
    found = context(a_value("testosterone_total", time_known=False), weekly(hours=84))
    assert (found.position, found.fraction) == (None, None)
    assert found.text.startswith("About 4 days after testosterone")


@pytest.mark.parametrize(("missed", "low"), [(2, False), (3, True)])
def test_low_adherence_begins_below_the_clinics_share(missed: int, low: bool) -> None:
    doses = [
        a_dose(None, DRAWN - n * DAY, None if n <= missed + 1 else DRAWN - n * DAY)
        for n in range(2, 12)
    ]
    found = context(a_value("ldl", "90"), doses)
    assert (found.taken, found.expected) == (10 - missed, 10)
    assert ("low_adherence" in cares(found)) is low


def test_adherence_is_that_of_the_28_days_before_as_it_stood_at_the_draw() -> None:
    doses = [
        a_dose(None, DRAWN - ADHERENCE, DRAWN - ADHERENCE),  # a moment too early
        a_dose(None, DRAWN - ADHERENCE + HOUR, DRAWN - 20 * DAY),
        a_dose(None, DRAWN - 5 * DAY, DRAWN + HOUR),  # taken long after it closed: missed then
        a_dose(None, DRAWN - HOUR, DRAWN + HOUR),  # still open at the draw: in no rate
        a_dose(None, DRAWN - 2 * HOUR),  # open as well, whatever came of it
        a_dose(None, DRAWN - 3 * DAY, skipped=True),
        a_dose(None, DRAWN - 4 * DAY, held=True),
        a_dose(None, DRAWN - 6 * DAY, DRAWN - 6 * DAY, extra=True),
        a_dose(None, DRAWN + HOUR, DRAWN - 2 * HOUR),  # taken early, due later
    ]
    found = context(a_value("ldl", "90"), doses)
    assert (found.taken, found.expected) == (1, 3)


def test_nights_that_a_week_leaves_free_are_neither_expected_nor_unlogged() -> None:
    # The ISO week up to Sunday the 15th: any five of seven, and five were taken.
    monday = DRAWN - 11 * DAY
    doses = [
        a_dose(Of.PEPTIDE, monday + n * DAY, monday + n * DAY if n < 5 else None, quota=5)
        for n in range(7)
    ]
    drawn = a_value("igf1", "200", collected_at=monday + 8 * DAY)
    found = context(drawn, doses)
    assert (found.taken, found.expected) == (5, 5)
    assert cares(found) == set()


@given(st.permutations(weekly(hours=84) + weekly(Of.PEPTIDE, 10)))
def test_the_order_of_the_log_does_not_matter(doses: list[LoggedDose]) -> None:
    straight = weekly(hours=84) + weekly(Of.PEPTIDE, 10)
    assert context(TESTOSTERONE, doses) == context(TESTOSTERONE, straight)


def test_two_lines_of_one_evening_are_one_occasion_and_not_an_interval_of_minutes() -> None:
    """Whichever was logged last: the next dose is a week away, not five minutes."""
    last = DRAWN - 84 * HOUR
    for delay in (-2, 2):
        doses = weekly(hours=84)
        doses += [
            replace(
                a_dose(Of.TESTOSTERONE, at + HOUR / 12, at + delay * HOUR / 60 if n <= 0 else None),
                line_id=UUID(int=5),
            )
            for n in range(-7, 5)
            for at in [last + 7 * DAY * n]
        ]  # fmt: skip
        found = context(TESTOSTERONE, doses)
        assert round(found.interval_hours or 0) == 168, delay
        assert found.position is Position.MID, delay


@pytest.mark.parametrize("known", [False, True])
def test_a_change_that_was_written_after_the_draw_does_not_shorten_its_interval(
    known: bool,
) -> None:
    """From weekly to twice weekly, four days after the dose: at three days it was weekly."""
    last = DRAWN - 72 * HOUR
    written = DRAWN + (-HOUR if known else HOUR)
    doses = [
        *(a_dose(Of.TESTOSTERONE, last - 7 * DAY * n, last - 7 * DAY * n) for n in range(3)),
        *(
            replace(
                a_dose(Of.TESTOSTERONE, last + 4 * DAY + 84 * HOUR * n),
                written_at=written,
                rhythm="twice a week",
            )
            for n in range(4)
        ),
    ]
    found = context(TESTOSTERONE, doses)
    if known:
        assert (found.interval_hours, found.position) == (Decimal("96.0"), Position.LATE)
    else:
        assert (found.interval_hours, found.position) == (Decimal("168.0"), Position.MID)


def test_a_later_line_on_any_so_many_nights_says_nothing_about_a_weekly_dose() -> None:
    later = [
        a_dose(Of.TESTOSTERONE, DRAWN + n * DAY, quota=5) for n in range(5, 19)
    ]  # fmt: skip
    found = context(TESTOSTERONE, [*BEFORE, *later])
    assert (found.interval_hours, found.position) == (Decimal("168.0"), Position.MID)
