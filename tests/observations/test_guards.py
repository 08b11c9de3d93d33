"""Every guard at its boundary: limits, hints, leaps, pressures, and the care for estradiol."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.observations.catalogue import CATALOGUE, Item
from app.observations.conversions import canonical
from app.observations.guards import (
    Before,
    assay_care,
    jump,
    meant_units,
    mistaken_loinc,
    mistaken_value,
    number,
    pressure_mistaken,
    questions_of,
)

THEN = datetime(2026, 11, 23, 15, tzinfo=UTC)
TINY = Decimal("0.000001")
# Limits a second time, from clinical.md 2: hard, soft, and the stretch of each hint.
PAGE = {
    "testosterone_total": ("1 10000", "100 1800", {"nmol/L": "3 60", "ng/mL": "1 20"}),
    "testosterone_free": ("0.1 2000", "5 350", {"ng/dL": "0.1 4", "pmol/L": "350 2000"}),
    "estradiol": ("1 5000", "8 100", {"pmol/L": "60 400"}),
    "igf1": ("5 2500", "30 600", {"nmol/L": "3 80"}),
    "glucose": ("10 2000", "60 200", {"mmol/L": "2.5 25"}),
    "glucose_fasting": ("10 2000", "60 200", {"mmol/L": "2.5 25"}),
    "hba1c": ("2 25", "4 12", {"mmol/mol": "20 130"}),
    "hdl": ("1 250", "20 120", {"mmol/L": "0.3 4"}),
    "ldl": ("1 1000", "20 300", {"mmol/L": "0.5 12"}),
    "cholesterol_total": ("20 2000", "80 400", {"mmol/L": "1.5 20"}),
    "triglycerides": ("5 15000", "30 600", {"mmol/L": "0.2 15"}),
    "hematocrit": ("5 85", "30 56", {"L/L": "0.15 0.80"}),
    "hemoglobin": ("1 30", "9 19", {"g/L": "60 250"}),
    "psa": ("0 20000", "0 10", {}), "shbg": ("0 1000", "5 150", {}),
    "lh": ("0 500", "0 60", {}), "fsh": ("0 500", "0 60", {}),
    "alt": ("0 50000", "5 200", {}), "ast": ("0 50000", "5 200", {}),
    "ggt": ("0 50000", "5 200", {}), "systolic": ("40 300", "85 180", {}),
    "diastolic": ("20 200", "45 115", {}), "weight": ("20 500", "40 250", {}),
    "body_fat": ("2 75", "5 55", {}),
}  # fmt: skip


def ends(text: str) -> tuple[Decimal, Decimal]:
    low, high = text.split()
    return Decimal(low), Decimal(high)


@pytest.mark.parametrize("code", PAGE)
def test_the_limits_are_the_pages_and_both_ends_are_inside(code: str) -> None:
    item, (hard, soft, hints) = CATALOGUE[code], PAGE[code]
    low, high = ends(hard)
    assert mistaken_value(item, low, item.unit) is None
    assert mistaken_value(item, high, item.unit) is None
    assert mistaken_value(item, low - TINY, item.unit)
    assert mistaken_value(item, high + TINY, item.unit)
    low, high = ends(soft)

    def asked(value: Decimal) -> list[str]:
        return [each.kind for each in questions_of(item, value, item.unit, "x")]

    for end, outside in ((low, low - TINY), (high, high + TINY)):
        assert "soft" not in asked(end)
        assert asked(outside), outside
    assert {hint.unit for hint in item.hints} == set(hints)
    for unit, stretch in hints.items():
        low, high = ends(stretch)
        for end, outside in ((low, low - TINY), (high, high + TINY)):
            assert unit in meant_units(item, end, item.unit)
            assert unit not in meant_units(item, outside, item.unit)


@given(st.sampled_from(list(CATALOGUE.values())), st.decimals(-100, 30_000, places=3))
def test_what_is_inside_the_soft_limits_of_its_unit_is_asked_only_by_a_hint(
    item: Item, value: Decimal
) -> None:
    for unit in item.units:
        found = questions_of(item, value, unit, "x")
        inside = item.soft is None or item.soft.holds(canonical(item, value, unit))
        if inside and unit != item.unit:
            assert found == []
        if inside:
            assert all(each.kind == "hint" for each in found)
        else:
            assert found
        kinds = {each.kind for each in found}
        assert kinds in (set(), {"hint"}, {"soft"})


@pytest.mark.parametrize(
    ("code", "value", "unit", "meant"),
    [
        ("testosterone_total", "450", "nmol/L", "ng/dL"),
        ("testosterone_total", "17", "nmol/L", None),
        ("glucose", "95", "mmol/L", "mg/dL"), ("hematocrit", "45", "L/L", "%"),
        ("hba1c", "5.4", "mmol/mol", "%"), ("weight", "80", "kg", None),
        ("creatinine", "0.9", "umol/L", "mg/dL"), ("estradiol", "25", "pmol/L", "pg/mL"),
        ("estradiol", "80", "pmol/L", None),
    ],
)  # fmt: skip
def test_the_canonical_number_in_another_unit_is_asked_about_too(
    code: str, value: str, unit: str, meant: str | None
) -> None:
    assert meant_units(CATALOGUE[code], Decimal(value), unit) == ((meant,) if meant else ())


def leap(code: str, old: str, new: str, unit: str = "", days: float = 30) -> str | None:
    item = CATALOGUE[code]
    then = THEN - timedelta(days=days)
    before = Before(Decimal(old), then, then.date())
    found = jump(item, Decimal(new), unit or item.unit, THEN, before, "results.0.value")
    if found is None:
        return None
    assert (found.kind, found.field) == ("delta", "results.0.value")
    return found.unit or "asked"


@pytest.mark.parametrize(
    ("code", "old", "new", "unit", "days", "asked"),
    [
        ("hematocrit", "45", "55", "", 30, None), ("hematocrit", "45", "55.01", "", 30, "asked"),
        ("hematocrit", "45", "35", "", 30, None), ("hematocrit", "45", "34.99", "", 900, "asked"),
        ("hematocrit", "45", "0.5501", "L/L", 30, "asked"),
        ("testosterone_total", "100", "500", "", 1, None),
        ("testosterone_total", "100", "500.1", "", 1, "asked"),
        ("testosterone_total", "500", "100", "", 1, None),
        ("testosterone_total", "500", "99.9", "", 1, "asked"),
        ("weight", "80", "100", "", 30, None), ("weight", "80", "100.1", "", 30, "[lb_av]"),
        ("weight", "80", "100.1", "", 30.001, None), ("weight", "80", "60", "", 30, None),
        ("weight", "80", "59.9", "", 30, "[lb_av]"), ("weight", "80", "80", "[lb_av]", 3, "kg"),
        ("weight", "80", "176", "[lb_av]", 3, None), ("psa", "1", "9", "", 3, None),
    ],
)  # fmt: skip
def test_a_leap_is_asked_about_beyond_its_boundary(
    code: str, old: str, new: str, unit: str, days: float, asked: str | None
) -> None:
    assert leap(code, old, new, unit, days) == asked


def test_the_upper_pressure_is_above_the_lower_one() -> None:
    assert not pressure_mistaken(Decimal(81), Decimal(80))
    assert pressure_mistaken(Decimal(80), Decimal(80))
    assert pressure_mistaken(Decimal(79), Decimal(80))


@pytest.mark.parametrize(
    ("value", "assay", "told"),
    [
        ("30", "standard", True), ("30.01", "standard", False), ("20", "standard", True),
        ("5", "standard", True), ("24", "sensitive", False), ("24", "unknown", True),
        ("24", None, True), ("31", None, False),
    ],
)  # fmt: skip
def test_estradiol_near_the_quantitation_limit_is_read_with_care(
    value: str, assay: str | None, told: bool
) -> None:
    text = assay_care("estradiol", Decimal(value), assay)
    assert (text is not None) is told
    assert assay_care("testosterone_total", Decimal(value), assay) is None
    if text:
        assert ("It is not known" in text) is (assay != "standard")


@pytest.mark.parametrize(
    ("code", "loinc", "wrong"),
    [
        ("igf1", "2484-4", ""), ("igf1", "2483-6", "IGFBP-3"), ("igf1", "73561-3", "Z-score"),
        ("testosterone_free", "15066-4", "fatty acids"), ("glucose", "1558-6", "fasting"),
        ("glucose_fasting", "2345-7", "Glucose"), ("psa", "2857-2", "not a LOINC code"),
        ("psa", "10508-0", ""), ("shbg", "2942-1", "in mass"),
    ],
)  # fmt: skip
def test_a_laboratorys_code_has_to_belong_to_the_marker(code: str, loinc: str, wrong: str) -> None:
    problem = mistaken_loinc(CATALOGUE[code], loinc)
    assert wrong in (problem or "")
    assert (problem is None) is (wrong == "")


@pytest.mark.parametrize(
    "text",
    ["", " 5", "5 ", "5,2", "5.", ".5", "+5", "1e3", "NaN", "inf", "<5", "5.1234567", "\u0665",
     "1234567890", "--5", "5\n", "0x10", "1_000"],
)  # fmt: skip
def test_only_plain_numbers_are_numbers(text: str) -> None:
    assert number(text) is None


def test_a_number_keeps_its_digits() -> None:
    assert [str(number(each)) for each in ("5.10", "-2.30", "007", "0.000001")] == [
        "5.10", "-2.30", "7", "0.000001",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["headache", "energy", "chest_pain"])
def test_scores_are_whole_numbers_from_0_to_10_and_a_red_flag_is_one(code: str) -> None:
    item = CATALOGUE[code]
    fits = {value for value in range(-2, 13) if not mistaken_value(item, Decimal(value), item.unit)}
    assert fits == ({1} if code == "chest_pain" else set(range(11)))
    assert mistaken_value(item, Decimal("1.5"), item.unit)
