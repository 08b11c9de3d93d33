"""Every factor against a value from elsewhere, and laws that hold for all of them."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.observations.catalogue import CATALOGUE, Item
from app.observations.conversions import ForeignUnit, canonical, in_unit, shown

# Conventional atomic weights, IUPAC 2021 (abridged): C 12.011, H 1.008, N 14.007, O 15.999.
ATOMS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999}


def mass(**atoms: int) -> float:
    """Grams of a mole, by its formula."""
    return sum(ATOMS[atom] * count for atom, count in atoms.items())


TESTOSTERONE = mass(C=19, H=28, O=2)
ESTRADIOL = mass(C=18, H=24, O=2)
GLUCOSE = mass(C=6, H=12, O=6)
CHOLESTEROL = mass(C=27, H=46, O=1)
TRIOLEIN = mass(C=57, H=104, O=6)
CREATININE = mass(C=4, H=7, N=3, O=1)
BILIRUBIN = mass(C=33, H=36, N=4, O=6)
# Two alpha chains of 15,126 and two beta chains of 15,867 daltons (UniProt P69905, P68871), each
# with a heme of 616.5, make a tetramer; laboratories count its quarter.
HEMOGLOBIN_CHAIN = (2 * 15_126 + 2 * 15_867 + 4 * 616.5) / 4
# 70 amino acids, 7,649 daltons (UniProt P05019, mature).
IGF1 = 7_649.0


@dataclass(frozen=True)
class Known:
    """One unit of the alternate is `factor` of the canonical one, by another way than the table."""

    code: str
    unit: str
    factor: float
    source: str


def per(code: str, molar: str, grams: float, scale: float, source: str) -> Known:
    """From a molar mass: `scale` turns grams of a mole into the two units' ratio."""
    return Known(code, molar, grams * scale, f"formula mass {grams:.3f}: {source}")


FACTORS = [
    per("testosterone_total", "nmol/L", TESTOSTERONE, 0.1, "C19H28O2"),
    per("testosterone_total", "pmol/L", TESTOSTERONE, 0.0001, "C19H28O2"),
    per("testosterone_free", "pmol/L", TESTOSTERONE, 0.001, "C19H28O2"),
    per("testosterone_free", "nmol/L", TESTOSTERONE, 1, "C19H28O2"),
    per("testosterone_bioavailable", "nmol/L", TESTOSTERONE, 0.1, "C19H28O2"),
    per("estradiol", "pmol/L", ESTRADIOL, 0.001, "C18H24O2"),
    per("glucose_fasting", "mmol/L", GLUCOSE, 0.1, "C6H12O6"),
    per("glucose", "mmol/L", GLUCOSE, 0.1, "C6H12O6"),
    per("hdl", "mmol/L", CHOLESTEROL, 0.1, "C27H46O"),
    per("ldl", "mmol/L", CHOLESTEROL, 0.1, "C27H46O"),
    per("non_hdl", "mmol/L", CHOLESTEROL, 0.1, "C27H46O"),
    per("cholesterol_total", "mmol/L", CHOLESTEROL, 0.1, "C27H46O"),
    per("triglycerides", "mmol/L", TRIOLEIN, 0.1, "C57H104O6, triolein"),
    per("hemoglobin", "mmol/L", HEMOGLOBIN_CHAIN, 0.0001, "a quarter of the tetramer"),
    per("bilirubin_total", "umol/L", BILIRUBIN, 0.0001, "C33H36N4O6"),
    per("creatinine", "umol/L", CREATININE, 0.0001, "C4H7N3O"),
    per("igf1", "nmol/L", IGF1, 0.001, "70 amino acids"),
    Known("hematocrit", "L/L", 100, "percent"),
    Known("hemoglobin", "g/L", 0.1, "ten deciliters are a liter"),
    Known("alt", "ukat/L", 1e-6 * 60 * 1e6, "a mole a second is 60e6 micromoles a minute"),
    Known("ast", "ukat/L", 60, "as alt"),
    Known("ggt", "ukat/L", 60, "as alt"),
    Known("alp", "ukat/L", 60, "as alt"),
    Known("weight", "[lb_av]", 6.35029318 / 14, "a stone of 14 pounds is 6.35029318 kg, exactly"),
    Known("waist", "[in_i]", 91.44 / 36, "a yard of 36 inches is 0.9144 m, exactly"),
]  # fmt: skip

# Pairs as laboratories and societies print them, at their own precision.
PAIRS = [
    ("testosterone_total", "300", "nmol/L", "10.4", "0.05", "AUA and BSSM print both"),
    ("estradiol", "1", "pmol/L", "3.6713", "0.001", "clinical.md 2"),
    ("estradiol", "30", "pmol/L", "110", "0.5", "customary"),
    ("igf1", "100", "nmol/L", "13.07", "0.01", "Mayo: 1 ng/mL is 0.1307 nmol/L"),
    ("glucose", "126", "mmol/L", "7.0", "0.05", "WHO and ADA, threshold of diabetes"),
    ("glucose_fasting", "54", "mmol/L", "3.0", "0.05", "ADA, level 2 hypoglycemia"),
    ("hba1c", "6.5", "mmol/mol", "48", "0.5", "WHO and ADA"),
    ("hba1c", "5.7", "mmol/mol", "39", "0.5", "ADA"),
    ("hba1c", "7.0", "mmol/mol", "53", "0.5", "ADA"),
    ("hba1c", "9.0", "mmol/mol", "75", "0.5", "ADA"),
    ("cholesterol_total", "200", "mmol/L", "5.17", "0.01", "NCEP ATP III"),
    ("hdl", "40", "mmol/L", "1.03", "0.01", "NCEP ATP III"),
    ("ldl", "100", "mmol/L", "2.59", "0.01", "NCEP ATP III"),
    ("triglycerides", "150", "mmol/L", "1.69", "0.01", "NCEP ATP III"),
    ("hemoglobin", "15", "mmol/L", "9.31", "0.01", "customary"),
    ("creatinine", "1", "umol/L", "88.4", "0.05", "KDIGO"),
    ("bilirubin_total", "1", "umol/L", "17.1", "0.05", "customary"),
    ("weight", "100", "[lb_av]", "220.46", "0.01", "NIST"),
    ("hematocrit", "54", "L/L", "0.54", "0.0001", "Endocrine Society, BSSM"),
    ("alt", "60", "ukat/L", "1", "0.0001", "definition"),
]  # fmt: skip

SAME = {
    ("testosterone_total", "ng/mL"): 100, ("testosterone_total", "ug/L"): 100,
    ("testosterone_free", "ng/dL"): 10, ("testosterone_free", "ng/L"): 1,
    ("testosterone_bioavailable", "ng/mL"): 100, ("estradiol", "ng/L"): 1, ("lh", "[IU]/L"): 1,
    ("fsh", "[IU]/L"): 1, ("prolactin", "ug/L"): 1, ("igf1", "ug/L"): 1, ("psa", "ug/L"): 1,
    ("red_cells", "10*12/L"): 1, ("platelets", "10*9/L"): 1, ("white_cells", "10*9/L"): 1,
}  # fmt: skip
"""Prefixes and powers of ten alone, worked out by hand."""

ALTERNATES = [(item, each.unit) for item in CATALOGUE.values() for each in item.alternates]
items = st.sampled_from([item for item in CATALOGUE.values() if item.alternates])
values = st.decimals(-10_000, 1_000_000, places=6)


@pytest.mark.parametrize("known", FACTORS, ids=lambda known: f"{known.code}-{known.unit}")
def test_a_factor_agrees_with_the_mass_of_the_molecule(known: Known) -> None:
    # Tables round to four or five digits; proteins are heavier by what hangs on them.
    close = 2e-3 if known.code in {"igf1", "hemoglobin"} else 4e-4
    alternate = CATALOGUE[known.code].alternate(known.unit)
    assert alternate is not None
    assert float(alternate.factor) == pytest.approx(known.factor, rel=close), known.source


@pytest.mark.parametrize(("code", "value", "unit", "printed", "within", "source"), PAIRS)
def test_a_known_pair_comes_out(
    code: str, value: str, unit: str, printed: str, within: str, source: str
) -> None:
    item = CATALOGUE[code]
    assert abs(in_unit(item, Decimal(value), unit) - Decimal(printed)) <= Decimal(within), source


def test_every_factor_has_an_independent_reference() -> None:
    checked = {(known.code, known.unit) for known in FACTORS} | set(SAME) | {("hba1c", "mmol/mol")}
    masses = {"g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
    for item, unit in ALTERNATES:
        alternate = item.alternate(unit)
        assert alternate is not None
        if item.group == "scan":
            assert (alternate.factor, alternate.offset) == (masses[unit], Decimal(0))
        else:
            assert (item.code, unit) in checked, (item.code, unit)
        if (item.code, unit) in SAME:
            assert alternate.factor == SAME[item.code, unit]
            assert alternate.offset == 0


def test_hba1c_is_linear_with_an_offset_and_both_directions_agree() -> None:
    item = CATALOGUE["hba1c"]
    # The inverse equation as it is published on its own: IFCC = 10.93 * NGSP - 23.5.
    for ngsp in range(4, 16):
        ifcc = in_unit(item, Decimal(ngsp), "mmol/mol")
        assert abs(ifcc - (Decimal("10.93") * ngsp - Decimal("23.5"))) < Decimal("0.1")
    assert canonical(item, Decimal(0), "mmol/mol") == Decimal("2.152")
    assert shown(item, canonical(item, Decimal(48), "mmol/mol")) == "6.5"


@given(items, values, st.data())
def test_there_and_back_is_where_it_began(item: Item, value: Decimal, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(item.units))
    back = in_unit(item, canonical(item, value, unit), unit)
    assert abs(back - value) <= Decimal("1e-20")


@given(items, values, values, st.data())
def test_more_stays_more(item: Item, one: Decimal, other: Decimal, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(item.units))
    low, high = sorted((one, other))
    if low != high:
        assert canonical(item, low, unit) < canonical(item, high, unit)
        assert in_unit(item, low, unit) < in_unit(item, high, unit)


@given(st.sampled_from(list(CATALOGUE.values())), st.sampled_from(
    sorted({unit for item in CATALOGUE.values() for unit in item.units} | {"", "kg/m2", "mg/dl"})
), values)  # fmt: skip
def test_a_foreign_unit_is_refused_and_never_guessed(item: Item, unit: str, value: Decimal) -> None:
    if unit in item.units:
        canonical(item, value, unit)
        return
    for convert in (canonical, in_unit):
        with pytest.raises(ForeignUnit):
            convert(item, value, unit)


def test_the_canonical_unit_changes_no_digit_whatever_the_context() -> None:
    value = Decimal("17.30")
    with localcontext(prec=2):
        assert str(canonical(CATALOGUE["psa"], value, "ng/mL")) == "17.30"
        assert canonical(CATALOGUE["testosterone_total"], value, "nmol/L") == Decimal("498.96660")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("hematocrit", "53.95", "54.0"), ("hematocrit", "53.949", "53.9"), ("psa", "4", "4.00"),
        ("testosterone_total", "498.5", "499"), ("igf1_z", "-0.04", "0.0"),
        ("igf1_z", "-0.05", "-0.1"), ("weight", "999999.95", "1000000.0"),
    ],
)  # fmt: skip
def test_a_screen_rounds_half_away_from_zero(code: str, value: str, text: str) -> None:
    assert shown(CATALOGUE[code], Decimal(value)) == text
