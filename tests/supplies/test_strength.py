"""What a label says of one mL, one tablet and the whole vial, exactly."""

from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.supplies.confirmations import reads_as
from app.supplies.ledger import contents
from app.supplies.models import Form
from app.supplies.strength import (
    amount_in,
    counted,
    decimal_of,
    full,
    per_ml,
    quantity_of,
    rounded,
    whole,
)
from app.units import Amount, IncompatibleUnits
from tests.story_time import MONDAY
from tests.supplies.labels import a_strength, a_vial, blend, dissolved, oil, tablets


def ug(value: str) -> Amount:
    return Amount(Decimal(value), "ug")


def mg(value: str) -> Amount:
    return Amount(Decimal(value), "mg")


# clinical.md 5.1: milligrams, millilitres of water, micrograms in one mL.
@pytest.mark.parametrize(
    ("powder", "water", "strength"),
    [
        ("5", "2.0", "2500"), ("5", "2.5", "2000"), ("9", "3.0", "3000"), ("15", "3.0", "5000"),
        ("6", "3.0", "2000"), ("2", "2.0", "1000"), ("10", "2.0", "5000"),
    ],
)  # fmt: skip
def test_powder_in_water_has_its_strength(powder: str, water: str, strength: str) -> None:
    found = counted(dissolved(powder, water))
    assert found is not None
    assert found.to("ug") == ug(strength)


def test_a_powder_says_nothing_of_a_millilitre_before_it_is_dissolved() -> None:
    vial = a_vial(a_strength("5"))
    assert (per_ml(vial), counted(vial), full(vial)) == (None, None, None)
    assert quantity_of(vial, ug("250")) is None
    assert amount_in(vial, 100) is None
    assert whole(vial) == mg("5")


def test_the_pharmacys_label_stands_above_arithmetic() -> None:
    vial = dissolved("5", "2", label_strengths=[a_strength("2.4")])
    assert counted(vial) == mg("2.4")
    assert quantity_of(vial, mg("0.24")) == 100
    # How much powder there was does not change with what a label says of one mL.
    assert whole(vial) == mg("5")
    assert full(vial) == 2000


def test_a_label_says_nothing_of_a_powder_that_nobody_has_dissolved() -> None:
    assert counted(a_vial(a_strength("5"), label_strengths=[a_strength("2.4")])) is None


def test_a_blend_counts_one_of_its_substances_or_both_together() -> None:
    assert counted(blend()) == mg("5")
    assert counted(blend("ipamorelin")) == mg("2.5")
    assert whole(blend()) == mg("10")
    assert whole(blend("CJC-1295")) == mg("5")
    assert quantity_of(blend(), ug("200")) == quantity_of(blend("CJC-1295"), ug("100")) == 40
    assert per_ml(blend()) == [("CJC-1295", mg("2.5")), ("ipamorelin", mg("2.5"))]


def test_substances_of_one_blend_may_be_labelled_in_different_units() -> None:
    vial = a_vial(
        a_strength("5"), a_strength("5000", "ug", substance="ipamorelin"), diluent_ul=2000
    )
    assert counted(vial) == mg("5")


def test_units_of_activity_and_milligrams_are_never_added_up() -> None:
    vial = a_vial(a_strength("5"), a_strength("5", "[IU]", substance="something"), diluent_ul=2000)
    assert counted(vial) is None
    with pytest.raises(IncompatibleUnits):
        whole(vial)
    assert quantity_of(dissolved("5", "2"), Amount(Decimal(5), "[IU]")) is None


def test_oil_and_tablets_are_counted_as_they_come() -> None:
    assert (counted(oil()), whole(oil()), full(oil())) == (mg("200"), mg("2000"), 10_000)
    assert per_ml(oil()) == [("testosterone cypionate", mg("200"))]
    pack = tablets("1", 30)
    assert (counted(pack), whole(pack), full(pack)) == (mg("1"), mg("30"), 30_000)
    assert per_ml(pack) is None
    assert quantity_of(pack, mg("0.5")) == quantity_of(pack, Amount(Decimal("0.5"), "{tablet}"))
    assert amount_in(pack, 1500) == mg("1.5")
    assert amount_in(pack, 1500, "{tablet}") == Amount(Decimal("1.5"), "{tablet}")
    assert amount_in(oil(), 500, "mL") == Amount(Decimal("0.5"), "mL")
    assert amount_in(oil(), 500, "{tablet}") is None


def test_what_is_labelled_in_grams_is_not_lost_in_nanograms() -> None:
    third = a_vial(a_strength("1", "g"), diluent_ul=300_000)
    assert amount_in(third, 1, "ng") == Amount(Decimal("3333.333333333333"), "ng")
    assert amount_in(third, 1, "[IU]") is None


def test_a_third_stays_a_third() -> None:
    assert quantity_of(dissolved("3", "1"), mg("1")) == Fraction(1000, 3)


def test_decimals_are_exact_where_they_can_be_and_rounded_to_the_even_where_they_cannot() -> None:
    assert decimal_of(Fraction(2500)) == Decimal(2500)
    assert f"{decimal_of(Fraction(2500)):f}" == "2500"
    assert decimal_of(Fraction(1, 3)) == Decimal("0.333333333333")
    assert rounded(Fraction(5, 2), 0) == 2
    assert rounded(Fraction(100, 3), 4) == Decimal("33.3333")


@pytest.mark.parametrize(
    ("powder", "water", "typed", "unit", "same"),
    [
        ("5", "2", "2.5", "mg", True), ("5", "2", "2.50", "mg", True),
        ("5", "2", "2500", "ug", True), ("5", "2", "25", "mg", False),
        ("5", "2", "2.5", "[IU]", False),
        # Where a short decimal says it, it has to be that one.
        ("8.5", "4", "2.125", "mg", True), ("8.5", "4", "2.12", "mg", False),
        ("8.5", "4", "2.13", "mg", False),
        # A third ends nowhere, so three digits are enough.
        ("5", "3", "1.67", "mg", True), ("5", "3", "1.6667", "mg", True),
        ("5", "3", "1.66", "mg", False), ("5", "3", "1.7", "mg", False),
        ("5", "3", "1667", "ug", True), ("5", "3", "1670", "ug", False),
        ("5", "3", "0.00167", "g", True), ("5", "3", "0.002", "g", False),
    ],
)  # fmt: skip
def test_what_is_typed_from_the_label_is_its_strength(
    powder: str, water: str, typed: str, unit: str, same: bool
) -> None:
    vial = dissolved(powder, water)
    held = contents(vial, [], [], ZoneInfo("UTC"), MONDAY)
    strength = counted(vial)
    assert strength is not None
    assert reads_as(Amount(Decimal(typed), unit), held, strength) == same


milligrams = st.decimals("0.1", "100", places=2)
microlitres = st.integers(100, 10_000)


@settings(max_examples=60, deadline=None)
@given(milligrams, microlitres, milligrams)
def test_an_amount_is_in_the_quantity_that_holds_it(
    powder: Decimal, water: int, asked: Decimal
) -> None:
    vial = a_vial(a_strength(str(powder)), diluent_ul=water)
    quantity = quantity_of(vial, Amount(asked, "mg"))
    assert quantity is not None
    back = amount_in(vial, quantity)
    assert back is not None
    assert abs(back.value - asked) <= Decimal("1e-9")


@settings(max_examples=60, deadline=None)
@given(milligrams, microlitres)
def test_the_whole_vial_holds_what_was_put_into_it(powder: Decimal, water: int) -> None:
    vial = a_vial(a_strength(str(powder)), diluent_ul=water)
    held = full(vial)
    assert held is not None
    inside = amount_in(vial, held)
    assert inside is not None
    assert abs(inside.value - whole(vial).value) <= Decimal("1e-9")


@settings(max_examples=50, deadline=None)
@given(milligrams, microlitres)
def test_twice_the_water_takes_twice_the_volume(powder: Decimal, water: int) -> None:
    once = quantity_of(a_vial(a_strength(str(powder)), diluent_ul=water), ug("100"))
    twice = quantity_of(a_vial(a_strength(str(powder)), diluent_ul=2 * water), ug("100"))
    assert once is not None
    assert twice == 2 * once


@settings(max_examples=50, deadline=None)
@given(milligrams, microlitres, st.integers(2, 1000))
def test_more_powder_and_more_prescribed_by_one_factor_take_the_same_volume(
    powder: Decimal, water: int, factor: int
) -> None:
    once = a_vial(a_strength(str(powder)), diluent_ul=water)
    more = a_vial(a_strength(str(powder * factor)), diluent_ul=water)
    assert quantity_of(once, ug("70")) == quantity_of(more, Amount(Decimal(70 * factor), "ug"))


def test_a_form_that_is_no_powder_needs_no_diluent() -> None:
    assert full(a_vial(a_strength("2"), form=Form.SOLUTION, volume_ul=3000)) == 3000
