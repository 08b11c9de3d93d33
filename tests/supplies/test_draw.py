"""How far to draw: the worked examples of clinical.md 5.1, and laws that hold for any vial."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.supplies.catalogue import SYRINGES, Syringe
from app.supplies.draw import Draw, Warned, Worked, at_mark, nearest, work_out
from app.supplies.draw_words import percent, said, shown
from app.supplies.models import Vial
from app.supplies.strength import Part, Strength, full, strength_of
from app.units import Amount
from tests.supplies.labels import blend, dissolved, oil, tablets

HALF, WHOLE, HALF_ML = (SYRINGES[code] for code in ("u100_0_3_half", "u100_0_3", "u100_0_5"))
TWO, ONE_ML, THREE_ML = (SYRINGES[code] for code in ("u100_1_two", "ml_1", "ml_3"))

EXACTLY = Fraction(0)


def ug(value: str) -> Amount:
    return Amount(Decimal(value), "ug")


def mg(value: str) -> Amount:
    return Amount(Decimal(value), "mg")


def worked(amount: Amount, vial: Vial, syringe: Syringe | None, left: int | None = None) -> Worked:
    strength = strength_of(vial)
    assert strength is not None
    return work_out(amount, strength, syringe, left)


def drawn(amount: Amount, vial: Vial, syringe: Syringe | None) -> Draw:
    found = worked(amount, vial, syringe).draw
    assert found is not None
    return found


def codes(found: Worked) -> list[str]:
    return [each.code for each in found.warnings]


# Vial and water, dose, exact microlitres, mark, doses in the vial, what is said beside it.
@pytest.mark.parametrize(
    ("vial", "dose", "microlitres", "mark", "doses", "said_beside"),
    [
        (dissolved("5", "2.0"), "100", 40, "4", 50, ["small_volume"]),
        (dissolved("5", "2.0"), "250", 100, "10", 20, []),
        (dissolved("5", "2.5"), "200", 100, "10", 25, []),
        (dissolved("9", "3.0"), "300", 100, "10", 30, []),
        (dissolved("15", "3.0"), "300", 60, "6", 50, []),
        (dissolved("6", "3.0"), "250", 125, "12.5", 24, []),
        (dissolved("2", "2.0"), "100", 100, "10", 20, []),
        (dissolved("10", "2.0"), "100", 20, "2", 100, ["small_volume"]),
        (blend(), "200", 40, "4", 50, ["small_volume"]),
        (blend("CJC-1295"), "100", 40, "4", 50, ["small_volume"]),
        (blend("ipamorelin"), "100", 40, "4", 50, ["small_volume"]),
    ],
)  # fmt: skip
def test_peptides_are_drawn_as_the_worked_examples_say(
    vial: Vial, dose: str, microlitres: int, mark: str, doses: int, said_beside: list[str]
) -> None:
    found = worked(ug(dose), vial, HALF)
    draw = found.draw
    assert draw is not None
    assert draw.exact == draw.quantity == microlitres
    assert draw.error == EXACTLY
    assert (draw.mark, draw.mark_unit) == (Decimal(mark), "units")
    assert codes(found) == said_beside
    whole = full(vial)
    assert whole is not None
    assert whole // draw.exact == doses


def test_half_a_unit_needs_half_unit_marks_and_a_whole_one_says_what_it_loses() -> None:
    fine = drawn(ug("250"), dissolved("6", "3"), HALF)
    assert (fine.mark, fine.error) == (Decimal("12.5"), EXACTLY)
    coarse = drawn(ug("250"), dissolved("6", "3"), WHOLE)
    assert (coarse.mark, coarse.error) == (Decimal(12), Fraction(-4, 100))
    assert coarse.drawn == 240
    assert "4 % less than the 250 mcg prescribed" in coarse.words


@pytest.mark.parametrize(
    ("dose", "millilitres"),
    [("60", "0.3"), ("80", "0.4"), ("100", "0.5"), ("120", "0.6"), ("140", "0.7"),
     ("150", "0.75"), ("200", "1")],
)  # fmt: skip
def test_testosterone_is_read_in_millilitres(dose: str, millilitres: str) -> None:
    draw = drawn(mg(dose), oil(), ONE_ML)
    assert (draw.mark, draw.mark_unit, draw.error) == (Decimal(millilitres), "mL", EXACTLY)
    assert f"Pull the plunger to {millilitres} mL" in draw.words
    assert "unit" not in draw.words
    coarse = worked(mg(dose), oil(), THREE_ML).draw
    assert coarse is not None
    assert (coarse.mark_unit, coarse.quantity % 100) == ("mL", 0)


def test_each_substance_of_a_blend_is_in_the_same_volume() -> None:
    draw = drawn(ug("200"), blend(), HALF_ML)
    assert draw.parts == (
        Part("CJC-1295", Fraction(100), "ug"),
        Part("ipamorelin", Fraction(100), "ug"),
    )
    assert "It holds 100 mcg of CJC-1295 and 100 mcg of ipamorelin." in draw.words


@pytest.mark.parametrize(
    ("dose", "vial", "syringe", "error", "code", "shown_at_all"),
    [
        # 25 units on a syringe with a line for each 2: two marks are equally near, the lower is it.
        ("625", dissolved("5", "2"), TWO, Fraction(-1, 25), None, True),
        ("70", dissolved("5", "2"), WHOLE, Fraction(1, 14), "rounding", True),
        ("63", dissolved("5", "2"), TWO, None, "rounding", False),
        ("10", dissolved("5", "2"), WHOLE, None, "rounding", False),
    ],
)
def test_a_mark_that_is_off_says_how_far_and_beyond_a_tenth_there_is_none(
    dose: str, vial: Vial, syringe: Syringe, error: Fraction | None, code: str | None,
    shown_at_all: bool,
) -> None:  # fmt: skip
    found = worked(ug(dose), vial, syringe)
    assert (found.draw is not None) == shown_at_all
    assert (found.draw.error if found.draw else None) == error
    assert ("rounding" in codes(found)) == (code == "rounding")
    if not shown_at_all:
        assert "No figure is shown" in found.warnings[-1].text
        assert codes(found)[:-1] == {"63": ["small_volume"], "10": ["below_two_units"]}[dose]


@pytest.mark.parametrize(
    ("held", "shown_at_all", "warned"),
    [
        ("10.5", True, []), ("10.501", True, ["rounding"]), ("11", True, ["rounding"]),
        ("11.001", False, ["rounding"]),
    ],
)  # fmt: skip
def test_five_percent_is_still_silent_and_ten_still_shown(
    held: str, shown_at_all: bool, warned: list[str]
) -> None:
    strength = Strength((Part("x", Fraction(held), "mg"),))
    # A line for each millilitre, and 10 mg: the mark at 1 mL is off by what is above 10 mg in it.
    syringe = Syringe("x", "x", "ml", 3000, 1000, 0, "[D]", "[D]")
    found = work_out(mg("10"), strength, syringe)
    assert (found.draw is not None) == shown_at_all
    assert codes(found) == warned


def test_over_the_syringe_says_how_many_fillings_and_invents_no_mark() -> None:
    found = worked(ug("2000"), dissolved("5", "2"), WHOLE)
    assert found == Worked(None, (Warned(
        "over_syringe",
        "This is 80 units (0.8 mL), and the syringe holds 30 units (0.3 mL): it would take 3 "
        "fillings. Choose a larger syringe, or ask your pharmacy.",
    ),))  # fmt: skip
    exactly = worked(ug("750"), dissolved("5", "2"), WHOLE)
    assert exactly.draw is not None
    assert exactly.draw.mark == 30


def test_a_hair_over_the_last_mark_is_the_last_mark() -> None:
    found = drawn(ug("751"), dissolved("5", "2"), WHOLE)
    assert found.mark == 30
    assert found.error < 0


@pytest.mark.parametrize(
    ("dose", "code", "figures"),
    [
        ("49", "below_two_units", ["1.96 units", "0.0196 mL"]),
        ("50", "small_volume", ["2 units", "0.02 mL", "12.5 %"]),
        ("124", "small_volume", ["4.96 units"]),
        ("125", None, []),
    ],
)
def test_small_volumes_are_warned_of_with_figures(
    dose: str, code: str | None, figures: list[str]
) -> None:
    found = worked(ug(dose), dissolved("5", "2"), HALF)
    assert codes(found) == ([code] if code else [])
    assert all(figure in found.warnings[0].text for figure in figures)


@pytest.mark.parametrize(
    ("left", "code", "figure"),
    [
        (None, [], ""), (2000, [], ""), (200, [], ""), (199, ["last_of_vial"], "0.099 mL"),
        (100, ["last_of_vial"], "nothing is left."), (99, ["over_left"], "0.099 mL"),
        (0, ["over_left"], "nothing is left"),
    ],
)  # fmt: skip
def test_what_is_left_is_compared_with_what_is_needed(
    left: int | None, code: list[str], figure: str
) -> None:
    found = worked(ug("250"), dissolved("5", "2"), WHOLE, left)
    assert codes(found) == code
    assert found.draw is not None
    assert all(figure in each.text for each in found.warnings)


def test_what_stays_in_the_syringe_is_not_there_for_the_next_dose() -> None:
    strength = strength_of(dissolved("5", "2"))
    assert strength is not None
    assert codes(work_out(ug("250"), strength, WHOLE, 200)) == []
    assert codes(work_out(ug("250"), strength, WHOLE, 200, dead_space_ul=1)) == ["last_of_vial"]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, None), (1500, None), (187, None),
        (186, "0.25 mg is prescribed, and about 0.24924 mg is left in this pen."),
        (0, "about 0 mg is left"),
    ],
)  # fmt: skip
def test_a_pen_gets_no_mark_and_says_when_it_holds_less(
    left: int | None, words: str | None
) -> None:
    pen = oil("1.34", medicine="semaglutide", volume_ul=1500)
    found = worked(mg("0.25"), pen, SYRINGES["pen"], left)
    assert found.draw is None
    assert codes(found) == ([] if words is None else ["over_left"])
    assert words is None or words in found.warnings[0].text
    # What is left is whole microlitres: less than half of one is no shortage.
    almost = oil("1.341", medicine="semaglutide", volume_ul=1500)
    assert codes(worked(mg("0.25"), almost, SYRINGES["pen"], 186)) == []
    # Nothing is drawn to a mark, so a dose takes exactly what is prescribed.
    assert at_mark(Fraction(12500, 67), SYRINGES["pen"].tick_ul) == Fraction(12500, 67)
    other = worked(Amount(Decimal(5), "[IU]"), pen, SYRINGES["pen"])
    assert codes(other) == ["other_unit"]


@pytest.mark.parametrize(
    ("dose", "mark", "words"),
    [
        ("0.25", "0.25", "Take a quarter of a tablet. That is 0.25 mg, as prescribed."),
        ("0.5", "0.5", "Take half a tablet. That is 0.5 mg, as prescribed."),
        ("0.75", "0.75", "Take three quarters of a tablet. That is 0.75 mg, as prescribed."),
        ("1", "1", "Take 1 tablet. That is 1 mg, as prescribed."),
        ("1.5", "1.5", "Take 1 and a half tablets. That is 1.5 mg, as prescribed."),
        ("2.25", "2.25", "Take 2 and a quarter tablets. That is 2.25 mg, as prescribed."),
        ("3", "3", "Take 3 tablets. That is 3 mg, as prescribed."),
        ("0.7", "0.75",
         "Take three quarters of a tablet. That is 0.75 mg: 7.1 % more than the 0.7 mg "
         "prescribed."),
    ],
)  # fmt: skip
def test_tablets_are_taken_whole_or_in_quarters(dose: str, mark: str, words: str) -> None:
    draw = drawn(mg(dose), tablets(), None)
    assert (draw.mark, draw.mark_unit, draw.words) == (Decimal(mark), "tablets", words)


def test_tablets_that_cannot_be_cut_so_fine_get_no_figure() -> None:
    found = worked(mg("0.1"), tablets(), None)
    assert (found.draw, codes(found)) == (None, ["rounding"])
    assert "syringe" not in found.warnings[0].text
    few = worked(mg("1"), tablets(), None, 500)
    assert (codes(few), few.warnings[0].text) == (
        ["over_left"], "This takes 1 tablet, and about 0.5 tablets is left.",
    )  # fmt: skip
    half = drawn(Amount(Decimal("0.5"), "{tablet}"), tablets(), None)
    assert half.words == "Take half a tablet. That is what is prescribed."


@pytest.mark.parametrize(
    ("dose", "shown_at_all"), [("10", True), ("10.1", True), ("10.2", False), ("1000", False)]
)
def test_more_than_ten_tablets_at_once_are_taken_for_a_slip(dose: str, shown_at_all: bool) -> None:
    found = worked(mg(dose), tablets("1", 5000), None)
    assert (found.draw is not None) == shown_at_all
    if not shown_at_all:
        assert codes(found) == ["too_many"]
        assert f"the prescription says {dose} mg" in found.warnings[0].text


def test_units_that_do_not_turn_into_each_other_get_no_figure() -> None:
    found = worked(Amount(Decimal(5), "[IU]"), dissolved("5", "2"), WHOLE)
    assert (found.draw, codes(found)) == (None, ["other_unit"])
    assert "IU" in found.warnings[0].text
    nothing = Strength((Part("x", Fraction(1), "mg"), Part("y", Fraction(1), "[IU]")))
    assert codes(work_out(mg("1"), nothing, WHOLE)) == ["other_unit"]
    empty = Strength((Part("x", Fraction(0), "mg"),))
    assert codes(work_out(mg("1"), empty, WHOLE)) == ["other_unit"]


@pytest.mark.parametrize(
    ("dose", "syringe", "line"),
    [
        ("250", WHOLE, "to the 10 mark (0.1 mL): that is the tenth small line. "
         "On this syringe one small line is 1 unit."),
        ("125", HALF, "to the 5 mark (0.05 mL): that is the tenth small line. "
         "On this syringe one small line is half a unit."),
        ("250", HALF, "to the 10 mark (0.1 mL). On this syringe one small line is half a unit."),
        ("300", TWO, "to the 12 mark (0.12 mL): that is the sixth small line. "
         "On this syringe one small line is 2 units."),
        ("250", ONE_ML, "to 0.1 mL: that is the tenth small line. "
         "On this syringe one small line is 0.01 mL."),
    ],
)  # fmt: skip
def test_the_words_count_the_lines_of_this_very_syringe(
    dose: str, syringe: Syringe, line: str
) -> None:
    words = drawn(ug(dose), dissolved("5", "2"), syringe).words
    assert words == f"Pull the plunger {line} That is {dose} mcg, as prescribed."


def test_a_figure_that_had_to_be_rounded_says_so() -> None:
    assert said(Fraction(1, 3), "mL") == "about 0.333 mL"
    assert said(Fraction(1, 600), "mL") == "about 0.00167 mL"
    assert said(Fraction(25, 2), "units") == "12.5 units"
    assert shown(Fraction(123_456_789, 1000)) == Decimal("123457")
    assert shown(Fraction(12_345_678)) == Decimal("12345678")
    assert [percent(Fraction(each)) for each in ("0", "0.04", "0.071428", "0.0004", "1")] == [
        "0", "4", "7.1", "0.04", "100",
    ]  # fmt: skip


syringes = st.sampled_from(sorted(
    (each for each in SYRINGES.values() if not each.is_pen), key=lambda each: each.code
))  # fmt: skip
per_ml = st.fractions(Fraction(1, 10), 300, max_denominator=30)
amounts = st.decimals("0.001", "400", places=3)


@settings(max_examples=50, deadline=None)
@given(amounts, per_ml, syringes)
def test_draw_times_concentration_is_the_amount_within_half_a_line(
    amount: Decimal, strength: Fraction, syringe: Syringe
) -> None:
    found = work_out(mg(str(amount)), Strength((Part("x", strength, "mg"),)), syringe)
    draw = found.draw
    if draw is None:
        assert found.warnings
        return
    assert abs(draw.quantity * strength / 1000 - Fraction(amount)) <= (
        Fraction(syringe.tick_ul, 2) * strength / 1000
    )
    assert draw.drawn == draw.quantity * strength / 1000
    assert draw.error == (draw.drawn - Fraction(amount)) / Fraction(amount)
    assert abs(draw.error) <= Fraction(1, 10)
    assert 0 < draw.quantity <= syringe.capacity_ul
    assert draw.quantity % syringe.tick_ul == 0
    # Whatever is not exact says so, in words and in percent.
    assert (draw.error == 0) == ("as prescribed" in draw.words)
    assert (draw.error == 0) == (percent(draw.error) == "0")
    assert ("rounding" in codes(found)) == (abs(draw.error) > Fraction(1, 20))


@settings(max_examples=50, deadline=None)
@given(amounts, per_ml, syringes, st.integers(2, 50))
def test_scaling_amount_and_strength_leaves_the_mark(
    amount: Decimal, strength: Fraction, syringe: Syringe, factor: int
) -> None:
    once = work_out(mg(str(amount)), Strength((Part("x", strength, "mg"),)), syringe)
    more = work_out(
        mg(str(amount * factor)), Strength((Part("x", strength * factor, "mg"),)), syringe
    )
    assert codes(once) == codes(more)
    if once.draw is None or more.draw is None:
        assert once.draw is more.draw
    else:
        assert (once.draw.mark, once.draw.error) == (more.draw.mark, more.draw.error)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 3000), per_ml)
def test_milligrams_and_micrograms_are_the_same_dose(microgram: int, strength: Fraction) -> None:
    held = Strength((Part("x", strength, "mg"),))
    assume(work_out(ug(str(microgram)), held, ONE_ML).draw)
    one = work_out(ug(str(microgram)), held, ONE_ML).draw
    other = work_out(Amount(Decimal(microgram) / 1000, "mg"), held, ONE_ML).draw
    assert one is not None
    assert other is not None
    assert (one.mark, one.error) == (other.mark, other.error)


@settings(max_examples=50, deadline=None)
@given(st.lists(per_ml, min_size=2, max_size=4), amounts, syringes, st.integers(0, 3))
def test_substances_stand_in_a_draw_as_they_stand_in_the_vial(
    strengths: list[Fraction], amount: Decimal, syringe: Syringe, counting: int
) -> None:
    parts = tuple(Part(f"s{n}", each, "mg") for n, each in enumerate(strengths))
    counts = f"s{counting}" if counting < len(parts) else ""
    found = work_out(mg(str(amount)), Strength(parts, counts), syringe).draw
    assume(found is not None)
    assert found is not None
    for held, had in zip(found.parts, parts, strict=True):
        assert held.value * parts[0].value == had.value * found.parts[0].value
        assert held.value == had.value * found.quantity / 1000
    counted = [each.value for each in found.parts if counts in ("", each.substance)]
    assert sum(counted) == found.drawn


@settings(max_examples=50, deadline=None)
@given(st.fractions(0, 5000, max_denominator=50), st.sampled_from([5, 10, 20, 100, 250]))
def test_the_nearest_mark_is_the_nearest_and_of_two_the_lower(exact: Fraction, tick: int) -> None:
    mark = nearest(exact, tick)
    assert mark % tick == 0
    assert abs(mark - exact) <= abs(mark + tick - exact)
    assert abs(mark - exact) < abs(mark - tick - exact) or mark == 0


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), per_ml, st.integers(0, 4000))
def test_a_figure_never_hides_that_the_vial_holds_less(
    milligram: int, strength: Fraction, left: int
) -> None:
    held = Strength((Part("x", strength, "mg"),))
    found = work_out(Amount(Decimal(milligram), "mg"), held, ONE_ML, left)
    assume(found.draw is not None)
    assert found.draw is not None
    assert ("over_left" in codes(found)) == (found.draw.quantity > left)


values = st.decimals("0.000001", "1000000", places=6)
in_units = st.builds(Amount, values, st.sampled_from(["ng", "ug", "mg", "g", "[IU]"]))
IN_MG = {"ng": Fraction(1, 10**6), "ug": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}


@settings(max_examples=100, deadline=None)
@given(
    in_units, st.lists(in_units, min_size=1, max_size=4), st.integers(0, 4), syringes | st.none()
)
def test_whatever_the_units_a_mark_holds_what_it_says(
    amount: Amount, labelled: list[Amount], counting: int, syringe: Syringe | None
) -> None:
    """From a millionth to a million, in milligrams or international units, alone or in a blend."""
    parts = tuple(Part(f"s{n}", Fraction(at.value), at.unit) for n, at in enumerate(labelled))
    counts = f"s{counting}" if counting < len(parts) else ""
    found = work_out(amount, Strength(parts, counts, tablet=syringe is None), syringe)
    counted = [part for part in parts if counts in ("", part.substance)]
    if len({part.unit == "[IU]" for part in counted} | {amount.unit == "[IU]"}) > 1:
        assert (found.draw, codes(found)) == (None, ["other_unit"])
        return
    draw = found.draw
    if draw is None:
        assert found.warnings
        return
    held = sum((part.value * IN_MG.get(part.unit, 1) for part in counted), Fraction(0))
    asked = Fraction(amount.value) * IN_MG.get(amount.unit, 1)
    assert draw.drawn * IN_MG.get(amount.unit, 1) == held * draw.quantity / 1000
    assert draw.exact * held == asked * 1000
    assert abs(held * draw.quantity / 1000 - asked) <= asked / 10
    assert draw.quantity % (syringe.tick_ul if syringe else 250) == 0
    assert "E" not in draw.words.replace("[IU]", "")


@pytest.mark.parametrize("syringe", [HALF, THREE_ML, None])
@pytest.mark.parametrize(("amount", "strength"), [("1e-6", "1e18"), ("1e15", "1e-9")])
def test_absurd_labels_get_no_figure_and_break_nothing(
    amount: str, strength: str, syringe: Syringe | None
) -> None:
    held = Strength((Part("x", Fraction(strength), "mg"),), tablet=syringe is None)
    found = work_out(mg(amount), held, syringe)
    assert found.draw is None or (syringe is None and found.draw.error == 0)
    assert found.draw or found.warnings
