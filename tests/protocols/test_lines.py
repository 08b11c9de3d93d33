"""One line of a prescription: a slip of the pen is caught, a decision is not."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from app.problems import Invalid
from app.protocols.lines import CheckedLine, LineIn, check_line
from app.schedule import Evenings, zone
from app.units import Amount

MONDAY = date(2026, 11, 23)
EVENINGS = Evenings(zone("America/Denver"), (time(22, 30),) * 7)


def checked(*, signed: bool = False, own: bool = False, **changes: Any) -> CheckedLine:
    asked: dict[str, Any] = {
        "medicine": "sermorelin",
        "route": "subcutaneous",
        "amount": {"value": "250", "unit": "ug"},
    }
    line = LineIn(**asked | changes)
    return check_line(line, EVENINGS, MONDAY, "lines.2", signed=signed, own=own)


def refusal(**changes: Any) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as refused:
        checked(**changes)
    (error,) = refused.value.errors
    assert error["cure"]
    assert refused.value.status == 422
    return refused.value.kind(), error["field"], error["problem"]


CJC: dict[str, Any] = {"medicine": "cjc1295_ipamorelin"}
TESTOSTERONE: dict[str, Any] = {
    "medicine": "testosterone_cypionate",
    "route": "intramuscular",
    "amount": {"value": "100", "unit": "mg"},
    "recurrence": {"weekdays": [1], "times": ["09:00"]},
}


def test_a_plain_line_gets_its_defaults() -> None:
    line = checked()
    assert line.form == ""
    assert (line.window_minutes, line.on_time_minutes) == (None, 120)
    assert line.ladder == (0, 20, 60, -30)
    assert line.amount == Amount(Decimal(250), "ug")


def test_what_vesper_does_not_know_is_refused_at_its_field() -> None:
    assert refusal(medicine="bpc157")[:2] == ("unknown-medicine", "lines.2.medicine")
    assert refusal(route="oral")[:2] == ("route-refused", "lines.2.route")
    assert refusal(form="with_dac")[:2] == ("form-required", "lines.2.form")


def test_the_form_of_cjc_1295_must_be_said() -> None:
    assert refusal(**CJC)[:2] == ("form-required", "lines.2.form")
    assert refusal(**CJC, form="some")[:2] == ("form-required", "lines.2.form")
    assert checked(**CJC, form="no_dac").form == "no_dac"


def test_cjc_1295_with_dac_more_than_once_a_week_needs_a_reason() -> None:
    nightly = CJC | {"form": "with_dac", "recurrence": {"weekdays": [1, 2, 3, 4, 5]}}
    kind, field, problem = refusal(**nightly)
    assert (kind, field) == ("too-often", "lines.2.recurrence")
    assert "half-life" in problem
    assert checked(**nightly, override_reason="Trial under my care").overridden
    assert refusal(**nightly, override_reason="  ")[0] == "too-often"
    assert checked(**CJC, form="with_dac", recurrence={"weekdays": [1]}).overridden == ""
    assert checked(**CJC, form="with_dac", recurrence={"every": 7}).form == "with_dac"
    assert refusal(**CJC, form="with_dac", recurrence={"every": 6})[0] == "too-often"
    assert checked(**CJC, form="no_dac").form == "no_dac"


@pytest.mark.parametrize(
    "value",
    ["", "0", "0.0", "-1", "+1", "1e3", "1,5", "\u0661", "NaN", " 1", "0.0000001", "9" * 10],
)
def test_what_is_not_an_amount_is_refused(value: str) -> None:
    kind, field, _ = refusal(amount={"value": value, "unit": "ug"})
    assert (kind, field) == ("amount-refused", "lines.2.amount.value")


def test_an_amount_may_have_six_decimals_and_idle_zeros() -> None:
    def kept(value: str) -> Decimal:
        return checked(amount={"value": value, "unit": "mg"}).amount.value

    assert kept("0.250001") == Decimal("0.250001")
    assert f"{kept('0.2500000000'):f}" == "0.25"
    assert f"{checked(amount={'value': '100.0', 'unit': 'ug'}).amount.value:f}" == "100"


@pytest.mark.parametrize(
    ("line", "amount", "meant"),
    [
        ({}, ("250", "mg"), "250 mcg"),
        ({}, ("0.2", "ug"), "0.2 mg"),
        ({}, ("250000", "ug"), "250 mcg"),
        (TESTOSTERONE, ("100000", "mg"), "100 mg"),
        (TESTOSTERONE, ("0.1", "mg"), "100 mg"),
        ({"medicine": "semaglutide"}, ("500", "mg"), "500 mcg"),
        ({"medicine": "anastrozole", "route": "oral"}, ("500", "mg"), "0.5 mg"),
    ],
)
def test_a_slip_by_a_thousand_asks_what_was_meant(
    line: dict[str, Any], amount: tuple[str, str], meant: str
) -> None:
    written = {"value": amount[0], "unit": amount[1]}
    kind, field, problem = refusal(**line | {"amount": written})
    assert (kind, field) == ("unit-slip", "lines.2.amount")
    assert f"Did you mean {meant}?" in problem
    recorded = checked(**line | {"amount": written}, override_reason="As signed by Dr Clay")
    assert recorded.amount == Amount(Decimal(amount[0]), amount[1])
    assert recorded.overridden == "As signed by Dr Clay"


def test_testosterone_in_micrograms_is_taken_for_milligrams() -> None:
    kind, field, problem = refusal(**TESTOSTERONE | {"amount": {"value": "100", "unit": "ug"}})
    assert (kind, field) == ("unit-refused", "lines.2.amount.unit")
    assert "Did you mean 100 mg?" in problem


@pytest.mark.parametrize("unit", ["mL", "[IU]"])
def test_a_volume_is_no_amount_without_the_strength_of_the_vial(unit: str) -> None:
    kind, _, problem = refusal(amount={"value": "10", "unit": unit})
    assert kind == "unit-refused"
    assert "strength" in problem
    assert refusal(amount={"value": "1", "unit": "furlong"})[0] == "unit-refused"


def test_the_bounds_of_the_guard_themselves_pass() -> None:
    for value in ("10", "5000"):
        assert checked(amount={"value": value, "unit": "ug"}).overridden == ""
    assert checked(amount={"value": "5", "unit": "mg"}).amount.unit == "mg"
    for value in ("9.9", "5000.1"):
        assert refusal(amount={"value": value, "unit": "ug"})[0] == "unit-slip"


def test_what_already_stands_in_the_protocol_needs_no_second_reason() -> None:
    slip: dict[str, Any] = {"amount": {"value": "250", "unit": "mg"}}
    assert checked(**slip, signed=True).overridden == ""
    assert checked(override_reason="not needed").overridden == ""


def test_a_window_is_a_quarter_of_an_hour_to_a_week_and_ends_before_the_next_dose() -> None:
    weekly: dict[str, Any] = TESTOSTERONE | {"recurrence": {"weekdays": [1], "times": ["09:00"]}}
    assert checked(**weekly).window_minutes == 2880
    assert checked(**weekly, window_minutes=None).window_minutes is None
    assert checked(**weekly, window_minutes=15).window_minutes == 15
    assert checked(**weekly, window_minutes=10_079).window_minutes == 10_079
    for minutes in (0, 14, 10_080, 10_081, -5):
        kind, field, _ = refusal(**weekly, window_minutes=minutes)
        assert (kind, field) == ("window-refused", "lines.2.window_minutes")
    assert checked(window_minutes=1439).window_minutes == 1439
    assert refusal(window_minutes=1440)[0] == "window-refused"
    once: dict[str, Any] = {"recurrence": {"last": "2026-11-23"}}
    assert checked(**once, window_minutes=10_080).window_minutes == 10_080


def test_a_default_window_that_would_reach_the_next_dose_ends_with_the_day() -> None:
    nightly = TESTOSTERONE | {"recurrence": {"times": ["09:00"]}}
    assert checked(**nightly).window_minutes is None
    every_two = TESTOSTERONE | {"recurrence": {"every": 2}}
    assert checked(**every_two).window_minutes is None
    every_three = TESTOSTERONE | {"recurrence": {"every": 3}}
    assert checked(**every_three).window_minutes == 2880


def test_on_time_shrinks_with_the_interval_unless_it_is_given() -> None:
    assert checked(**TESTOSTERONE).on_time_minutes == 1440
    twice = TESTOSTERONE | {"recurrence": {"weekdays": [1, 4]}}
    assert checked(**twice).on_time_minutes == 720
    assert checked(**TESTOSTERONE | {"recurrence": {}}).on_time_minutes == 120
    assert checked(on_time_minutes=30).on_time_minutes == 30
    for minutes in (0, 2881):
        assert refusal(on_time_minutes=minutes)[:2] == (
            "window-refused",
            "lines.2.on_time_minutes",
        )


def test_a_ladder_stays_inside_its_window_and_in_the_order_of_time() -> None:
    assert checked(ladder=[]).ladder == ()
    assert checked(ladder=[-10, 60, 0, -30]).ladder == (0, 60, -30, -10)
    assert checked(window_minutes=60, ladder=[59, -59]).ladder == (59, -59)
    assert checked(window_minutes=60).ladder == (0, 20, -30)
    assert checked(ladder=list(range(8))).ladder == tuple(range(8))
    for ladder in (list(range(9)), [5, 5], [60], [-60]):
        kind, field, _ = refusal(window_minutes=60, ladder=ladder)
        assert (kind, field) == ("ladder-refused", "lines.2.ladder")


def test_a_time_that_equals_the_bedtime_is_no_second_dose() -> None:
    kind, field, _ = refusal(recurrence={"times": ["22:30", "bedtime"]})
    assert (kind, field) == ("schedule-refused", "lines.2.recurrence.times")


def steps(*given: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"from": night, "amount": {"value": value, "unit": "ug"}} for night, value in given]


def test_a_default_window_and_gap_come_with_the_medicines_own_source() -> None:
    line = checked()
    assert line.window_source.startswith("[D] until the day turns")
    assert line.min_gap_minutes == 18 * 60
    assert line.min_gap_source.startswith("[D] 18 h")


def test_a_window_of_ones_own_never_borrows_the_medicines_source() -> None:
    usual = checked().window_source
    assert checked(window_minutes=60).window_source == "Set by the clinic"
    assert checked(window_minutes=60, own=True).window_source == "As the patient entered it"
    assert checked(window_minutes=60, window_source=usual).window_source == "Set by the clinic"
    assert checked(window_minutes=60, window_source=" Our rule 7 ").window_source == "Our rule 7"
    assert checked(window_minutes=None).window_source == usual


def test_no_gap_is_silence_and_another_gap_has_a_source_of_its_own() -> None:
    none = checked(min_gap_minutes=None)
    assert (none.min_gap_minutes, none.min_gap_source) == (None, "")
    other = checked(min_gap_minutes=600)
    assert (other.min_gap_minutes, other.min_gap_source) == (600, "Set by the clinic")
    same = checked(min_gap_minutes=18 * 60)
    assert same.min_gap_source == checked().min_gap_source
    for wrong in (0, -5, 14, 20_161):
        assert refusal(min_gap_minutes=wrong)[:2] == ("gap-refused", "lines.2.min_gap_minutes")


def test_a_default_window_that_gives_way_to_the_next_dose_says_so() -> None:
    nightly = {**TESTOSTERONE, "recurrence": {"times": ["09:00"]}}
    line = checked(**nightly)
    assert line.window_minutes is None
    assert "next dose" in line.window_source


def test_a_titration_is_kept_as_it_was_signed() -> None:
    line = checked(steps=steps(("2026-11-30", "300.0"), ("2026-12-07", "350")))
    assert [step.kept() for step in line.steps] == [
        {"from": "2026-11-30", "value": "300", "unit": "ug"},
        {"from": "2026-12-07", "value": "350", "unit": "ug"},
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (steps(("2026-11-23", "300")), "lines.2.steps.0.from"),
        (steps(("2026-11-22", "300")), "lines.2.steps.0.from"),
        (steps(("2026-11-30", "300"), ("2026-11-30", "350")), "lines.2.steps.1.from"),
        (steps(("2026-12-07", "300"), ("2026-11-30", "350")), "lines.2.steps.1.from"),
        (steps(("2027-02-01", "300")), "lines.2.steps.0.from"),
        (steps(*((f"2026-12-{day:02}", "300") for day in range(1, 14))), "lines.2.steps"),
    ],
    ids=["the first night", "before it", "twice", "backwards", "after the last", "too many"],
)
def test_steps_that_are_no_titration_are_refused_at_their_field(given: Any, field: str) -> None:
    recurrence = {"last": "2027-01-31"}
    assert refusal(steps=given, recurrence=recurrence)[:2] == ("step-refused", field)


def test_every_step_is_checked_for_a_slip_like_the_amount_itself() -> None:
    slipped = [
        {"from": "2026-11-30", "amount": {"value": "300", "unit": "ug"}},
        {"from": "2026-12-07", "amount": {"value": "350", "unit": "mg"}},
    ]
    kind, field, problem = refusal(steps=slipped)
    assert (kind, field) == ("unit-slip", "lines.2.steps.1.amount")
    assert "350 mcg" in problem
    meant = checked(steps=slipped, override_reason="a single test dose")
    assert meant.overridden == "a single test dose"
    assert checked(steps=slipped, signed=True).overridden == ""


def test_cjc_1295_with_dac_on_any_nights_of_the_week_is_still_too_often() -> None:
    dac: dict[str, Any] = CJC | {"form": "with_dac", "steps": steps(("2026-11-30", "1000"))}
    assert refusal(**dac, recurrence={"per_week": 2})[0] == "too-often"
    assert checked(**dac, recurrence={"per_week": 1}).form == "with_dac"
    assert refusal(**dac, recurrence={"weekdays": [1, 4], "weeks_on": 1, "weeks_off": 3})[0] == (
        "too-often"
    )
