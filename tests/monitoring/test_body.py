"""Which scans are compared, what is beyond the scanner's own error, and when scans are asked for.

Nothing here needs a database.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.body import COMPANION, TIMELINE, Compared, Scan, compare, milestones, protein
from app.monitoring.settings import MonitoringSettings

START = date(2026, 11, 23)
LEAN, FAT = Decimal("0.83"), Decimal("0.76")


def a_scan(
    day: int = 0, lean: str | None = "60", fat: str | None = "20", *, make: str = "Hologic",
    model: str = "Horizon A", hour: int = 10,
) -> Scan:  # fmt: skip
    """A scan so many days after the start."""
    on = START + timedelta(days=day)
    values = {"dexa_lean": lean, "dexa_fat": fat, "dexa_lean_left_arm": "3"}
    return Scan(
        uuid4(), datetime(on.year, on.month, on.day, hour, tzinfo=UTC), on, make, model,
        {code: Decimal(value) for code, value in values.items() if value is not None},
    )  # fmt: skip


def beside(scan: Scan, *others: Scan) -> tuple[Compared | None, str | None]:
    return compare(scan, [scan, *others], least_lean=LEAN, least_fat=FAT)


def test_the_least_significant_changes_are_those_of_the_clinics_settings() -> None:
    settings = MonitoringSettings()
    assert (settings.lean_change_kg, settings.fat_change_kg) == (LEAN, FAT)


@pytest.mark.parametrize(
    ("lean", "change"),
    [("60.82", None), ("60.83", None), ("60.84", "0.84"), ("59.17", None), ("59.16", "-0.84")],
)
def test_a_change_of_lean_mass_is_shown_beyond_083_kg_only(lean: str, change: str | None) -> None:
    found, why_not = beside(a_scan(70, lean), a_scan())
    assert why_not is None
    assert found is not None
    assert found.lean is not None
    assert found.lean.change == (None if change is None else Decimal(change))
    assert found.lean.beyond is (change is not None)
    assert "0.83 kg" in found.lean.text
    assert ("cannot tell apart" in found.lean.text) is (change is None)


@pytest.mark.parametrize(("fat", "beyond"), [("19.24", False), ("19.23", True), ("20.77", True)])
def test_a_change_of_fat_mass_is_shown_beyond_076_kg_only(fat: str, beyond: bool) -> None:
    found, _ = beside(a_scan(70, fat=fat), a_scan())
    assert found is not None
    assert found.fat is not None
    assert found.fat.beyond is beyond


@pytest.mark.parametrize(
    ("make", "model", "same"),
    [
        ("hologic", "HORIZON A", True), (" Hologic ", "Horizon  A", True),
        ("Hologic", "HorizonA", True), ("Hologic", "Horizon W", False),
        ("GE", "Horizon A", False), ("GE", "Lunar", False),
    ],
)  # fmt: skip
def test_one_scanner_is_one_make_and_model_however_it_is_written(
    make: str, model: str, same: bool
) -> None:
    found, why_not = beside(a_scan(70, "70", make=make, model=model), a_scan())
    assert (found is not None) is same
    assert (why_not is None) is same
    if not same:
        assert why_not is not None
        assert why_not.startswith("Another scanner: not compared")


@pytest.mark.parametrize(("make", "model"), [("", ""), ("Hologic", ""), ("", "Horizon A")])
def test_a_scanner_that_is_not_fully_known_is_like_no_other(make: str, model: str) -> None:
    one, other = (a_scan(day, make=make, model=model) for day in (0, 70))
    found, why_not = beside(other, one)
    assert found is None
    assert why_not == "The scanner is not known, so this scan is not compared."
    assert beside(a_scan(70), one)[0] is None


def test_a_scan_is_held_against_the_last_earlier_one_of_its_scanner() -> None:
    scans = [a_scan(0, "60"), a_scan(30, "65"), a_scan(50, "90", make="GE"), a_scan(99, "50")]
    found, _ = beside(a_scan(70, "66"), *scans)
    assert found is not None
    assert found.with_day == START + timedelta(days=30)
    assert found.lean is not None
    assert found.lean.change == Decimal(1)


def test_the_first_scan_and_one_without_a_value_in_common_are_not_compared() -> None:
    assert beside(a_scan(), a_scan(70)) == (None, "This is the first scan.")
    found, why_not = beside(a_scan(70, fat=None), a_scan(lean=None))
    assert found is None
    assert why_not is not None
    half, _ = beside(a_scan(70, "62", fat=None), a_scan())
    assert half is not None
    assert half.fat is None


kilograms = st.decimals(10, 120, places=3)


@given(kilograms, kilograms, st.decimals("0.01", 5, places=2))
def test_a_change_is_exact_and_the_way_back_is_its_opposite(
    one: Decimal, other: Decimal, least: Decimal
) -> None:
    def change(before: Decimal, after: Decimal) -> Decimal | None:
        scans = a_scan(0, str(before)), a_scan(70, str(after))
        found, _ = compare(scans[1], scans, least_lean=least, least_fat=FAT)
        assert found is not None
        assert found.lean is not None
        return found.lean.change

    there, back = change(one, other), change(other, one)
    assert there == (other - one if abs(other - one) > least else None)
    assert back == (None if there is None else -there)


@pytest.mark.parametrize(
    ("day", "code"),
    [(-31, None), (-30, "baseline"), (14, "baseline"), (15, None), (55, None),
     (56, "weeks_8_12"), (84, "weeks_8_12"), (85, None)],
)  # fmt: skip
def test_a_milestone_is_done_by_a_scan_on_its_first_to_its_last_day(
    day: int, code: str | None
) -> None:
    found = milestones(START, [a_scan(day)])
    assert [each.code for each in found] == ["baseline", "weeks_8_12"]
    assert [each.code for each in found if each.done_on] == ([code] if code else [])
    assert found[0].first == START - timedelta(days=30)
    assert found[1].last == START + timedelta(weeks=12)


def test_the_first_scan_of_a_milestone_is_the_one_that_did_it() -> None:
    (baseline, _) = milestones(START, [a_scan(9), a_scan(-2), a_scan(14)])
    assert baseline.done_on == START - timedelta(days=2)


def test_protein_is_weight_times_grams_to_the_gram_half_up() -> None:
    assert protein(Decimal(80), Decimal("1.6")) == 128
    assert protein(Decimal("82.5"), Decimal("2.2")) == 182  # 181.5
    assert protein(Decimal("71.25"), Decimal(2)) == 143  # 142.5
    assert protein(Decimal("82.4"), Decimal("1.6")) == 132  # 131.84


# Source: brief.md, "Claims we do not repeat".
FORBIDDEN = (
    "%", "98", "27 %", "nitrogen", "ceiling", "safer", "most effective", "cost", "guarantee",
    "will see", "you will", "proven", "natural", "menopause", "retention",
)  # fmt: skip


@pytest.mark.parametrize(
    "text", [*(each.text for each in TIMELINE), *COMPANION.values()], ids=lambda text: text[:24]
)
def test_nothing_is_promised_and_no_claim_of_the_vendor_is_repeated(text: str) -> None:
    assert not [word for word in FORBIDDEN if word in text.lower()]


def test_what_is_expected_names_its_source_and_the_days_of_the_brief() -> None:
    assert [(e.from_day, e.to_day) for e in TIMELINE] == [(7, 10), (28, 42), (56, 84)]
    assert all("not checked" in each.source for each in TIMELINE)
    assert all("article" in each.text for each in TIMELINE)
