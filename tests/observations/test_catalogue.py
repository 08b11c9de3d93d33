"""The catalogue as data: codes, units, factors and limits, against sources other than itself."""

from decimal import Decimal

import pytest
from lark.exceptions import UnexpectedInput
from ucumvert import PintUcumRegistry, get_ucum_parser

from app.observations.catalogue import (
    CATALOGUE,
    NOTICE,
    OTHER_THINGS,
    Incoherent,
    Item,
    check_digit_fits,
    item_named,
    item_of_loinc,
    read,
    spoken_unit,
)

LABS = [
    "testosterone_total",
    "testosterone_free",
    "testosterone_free_percent",
    "testosterone_bioavailable",
    "estradiol",
    "shbg",
    "lh",
    "fsh",
    "prolactin",
    "igf1",
    "igf1_z",
    "glucose_fasting",
    "glucose",
    "hba1c",
    "hdl",
    "ldl",
    "non_hdl",
    "cholesterol_total",
    "triglycerides",
    "hematocrit",
    "hemoglobin",
    "red_cells",
    "platelets",
    "white_cells",
    "psa",
    "alt",
    "ast",
    "ggt",
    "alp",
    "bilirubin_total",
    "creatinine",
]
REGIONS = ["left_arm", "right_arm", "left_leg", "right_leg", "trunk", "android", "gynoid"]
SCANS = [
    *(f"dexa_{each}" for each in (
        "lean", "fat", "bone", "body_fat", "visceral_fat", "bone_density", "t_score",
    )),
    *(f"dexa_{tissue}_{region}" for tissue in ("lean", "fat") for region in REGIONS),
]  # fmt: skip
SIDE_EFFECTS = [
    "injection_site_reaction",
    "flushing",
    "headache",
    "nausea",
    "dizziness",
    "swelling",
    "joint_pain",
    "hand_numbness",
    "breast_tenderness",
    "acne",
    "mood_change",
    "vision_change",
]
RED_FLAGS = [
    "chest_pain",
    "breathlessness",
    "one_sided_weakness",
    "leg_swelling",
    "allergic_reaction",
    "severe_headache_or_vision",
    "vomiting_or_abdominal_pain",
    "suicidal_thoughts",
]
GROUPS = {
    "lab": LABS, "vital": ["systolic", "diastolic"], "body": ["weight", "waist", "body_fat"],
    "scan": SCANS, "scale": ["energy", "sleep_quality", "recovery", "libido"],
    "side_effect": SIDE_EFFECTS, "red_flag": RED_FLAGS,
}  # fmt: skip

PREFERRED = {
    "testosterone_total": "2986-8", "testosterone_free": "2991-8",
    "testosterone_free_percent": "15432-8", "testosterone_bioavailable": "2990-0",
    "estradiol": "35384-7", "shbg": "13967-5", "lh": "10501-5", "fsh": "15067-2",
    "prolactin": "2842-3", "igf1": "2484-4", "igf1_z": "73561-3", "glucose_fasting": "1558-6",
    "glucose": "2345-7", "hba1c": "4548-4", "hdl": "2085-9", "ldl": "13457-7",
    "non_hdl": "43396-1", "cholesterol_total": "2093-3", "triglycerides": "2571-8",
    "hematocrit": "4544-3", "hemoglobin": "718-7", "red_cells": "789-8", "platelets": "777-3",
    "white_cells": "6690-2", "psa": "2857-1", "alt": "1742-6", "ast": "1920-8", "ggt": "2324-2",
    "alp": "6768-6", "bilirubin_total": "1975-2", "creatinine": "2160-0", "systolic": "8480-6",
    "diastolic": "8462-4", "weight": "29463-7", "waist": "8280-0", "body_fat": "41982-0",
}  # fmt: skip
"""Copied from clinical.md 2 a second time, so that a slip in one of the two shows."""

CODES = [(item.code, each.code) for item in CATALOGUE.values() for each in item.loinc]
UNITS = sorted({unit for item in CATALOGUE.values() for unit in item.units})


def test_every_marker_of_the_brief_is_there_and_nothing_else() -> None:
    for group, codes in GROUPS.items():
        found = [item.code for item in CATALOGUE.values() if item.group == group]
        assert sorted(found) == sorted(codes), group
    assert sum(len(codes) for codes in GROUPS.values()) == len(CATALOGUE)


@pytest.mark.parametrize(("code", "loinc"), CODES)
def test_every_loinc_code_has_its_check_digit(code: str, loinc: str) -> None:
    digits, given = loinc.split("-")
    # The rule of LOINC's users' guide, appendix: the odd places from the right as one number,
    # doubled, before the even ones; up to the next ten. Unlike the catalogue's own sum.
    doubled = str(2 * int(digits[::-1][0::2][::-1]))
    total = sum(map(int, doubled + digits[::-1][1::2]))
    assert int(given) == (-total) % 10
    assert check_digit_fits(loinc)
    assert item_of_loinc(loinc) is CATALOGUE[code]


@pytest.mark.parametrize("loinc", ["2986-7", "2968-8", "29868", "2986-88", "", "x-1", "\u0661-8"])
def test_a_mistyped_code_is_none(loinc: str) -> None:
    assert not check_digit_fits(loinc)


def test_the_preferred_codes_are_those_of_the_clinical_page() -> None:
    found = {
        item.code: each.code for item in CATALOGUE.values() for each in item.loinc if each.preferred
    }
    assert found == PREFERRED


def test_the_known_traps_are_avoided() -> None:
    for trap in ("2483-6", "15066-4", "2942-1"):
        assert check_digit_fits(trap)
        assert item_of_loinc(trap) is None
        assert trap in OTHER_THINGS
    units = {each.code: each.unit for item in CATALOGUE.values() for each in item.loinc}
    assert (units["1558-6"], units["14771-0"]) == ("mg/dL", "mmol/L")
    for loinc, code in (
        ("1558-6", "glucose_fasting"), ("14771-0", "glucose_fasting"), ("2345-7", "glucose"),
        ("14749-6", "glucose"), ("73561-3", "igf1_z"), ("2484-4", "igf1"),
    ):  # fmt: skip
        found = item_of_loinc(loinc)
        assert found is not None
        assert found.code == code
    assert CATALOGUE["shbg"].units == ("nmol/L",)
    assert not any(item.loinc for item in CATALOGUE.values() if item.group == "scan")


@pytest.fixture(scope="module")
def registry() -> PintUcumRegistry:
    """The library's units; building them takes two seconds."""
    return PintUcumRegistry()


def test_every_unit_is_ucum_and_every_factor_is_the_librarys(registry: PintUcumRegistry) -> None:
    parser = get_ucum_parser()
    for unit in UNITS:
        parser.parse(unit)
    compared = set()
    for item in CATALOGUE.values():
        for each in item.alternates:
            assert "{" not in item.unit + each.unit
            one, other = registry.from_ucum(each.unit), registry.from_ucum(item.unit)
            if one.dimensionality != other.dimensionality or each.offset:
                # Moles and grams, which only the substance's own mass connects; HbA1c.
                assert (each.unit.partition("/")[0][-3:] == "mol") != item.unit.startswith("mol")
                continue
            compared.add((each.unit, item.unit))
            assert one.to(other.units).magnitude / other.magnitude == pytest.approx(
                float(each.factor), rel=1e-12
            ), (item.code, each.unit)
    assert len(compared) == 14


def test_a_unit_that_is_no_ucum_would_be_noticed() -> None:
    # `10^9/L` and `K/uL` do parse: as a power of something else, and as kelvin.
    for wrong in ("mIU/mL", "lbs", "mm Hg", "hours", ""):
        with pytest.raises(UnexpectedInput):
            get_ucum_parser().parse(wrong)


def test_limits_hints_and_scales_make_sense() -> None:
    for item in CATALOGUE.values():
        assert item.hard is not None, item.code
        if item.unit == "{score}":
            ends = ("1", "1") if item.group == "red_flag" else ("0", "10")
            assert (str(item.hard.low), str(item.hard.high)) == ends
            assert item.integer
            assert item.once_a_day is (item.group == "scale")
        for hint in item.hints:
            alternate = item.alternate(hint.unit)
            assert alternate is not None
            read_so = [v * alternate.factor + alternate.offset for v in (hint.low, hint.high)]
            # Read in the hinted unit, at least a part of the stretch is what bodies have.
            assert item.soft is not None
            assert read_so[0] <= item.soft.high
            assert read_so[1] >= item.soft.low, (item.code, hint)
    assert all(CATALOGUE[code].emergency for code in RED_FLAGS)
    assert not any(CATALOGUE[code].emergency for code in LABS)


def test_no_words_of_the_catalogue_tell_anybody_to_change_a_dose() -> None:
    for item in CATALOGUE.values():
        said = f"{item.emergency} {' '.join(item.anchors or ())}".lower()
        for word in ("stop taking", "skip", "reduce", "increase", "dose", "inject"):
            assert word not in said, item.code


def test_loincs_notice_is_as_its_licence_demands() -> None:
    for part in (
        "http://loinc.org", "copyright \N{COPYRIGHT SIGN} Regenstrief Institute, Inc.",
        "http://loinc.org/license", "LOINC\N{REGISTERED SIGN} is a registered United States",
    ):  # fmt: skip
        assert part in NOTICE


@pytest.mark.parametrize(
    ("code", "text", "unit"),
    [
        ("weight", "lb", "[lb_av]"), ("weight", "KG", "kg"), ("lh", "mIU/mL", "m[IU]/mL"),
        ("lh", "iu/l", "[IU]/L"), ("platelets", "10^9/L", "10*9/L"),
        ("platelets", "x10E3/uL", "10*3/uL"), ("platelets", "10\u00b3/\u00b5L", "10*3/uL"),
        ("red_cells", "million/\u03bcl", "10*6/uL"), ("red_cells", "10*12/l", "10*12/L"),
        ("creatinine", "\u00b5mol/L", "umol/L"), ("psa", "\u03bcg/L", "ug/L"),
        ("psa", "mcg/l", "ug/L"), ("systolic", "mmHg", "mm[Hg]"),
        ("igf1_z", "z-score", "{Z-score}"),
        ("shbg", "ug/dL", None), ("weight", "st", None), ("hdl", "", None),
        ("hematocrit", "l/l", "L/L"), ("platelets", "10^6/uL", None), ("alt", "ukat/l", "ukat/L"),
    ],
)  # fmt: skip
def test_units_are_known_as_people_write_them(code: str, text: str, unit: str | None) -> None:
    assert CATALOGUE[code].unit_named(text) == unit


def test_every_unit_is_known_by_its_own_spoken_form() -> None:
    for item in CATALOGUE.values():
        for unit in item.units:
            assert item.unit_named(spoken_unit(unit)) == unit
            assert item.unit_named(unit) == unit


def test_things_are_known_by_code_name_and_short_name() -> None:
    for item in CATALOGUE.values():
        assert item_named(item.code) is item
    for text, code in (
        ("Testosterone", "testosterone_total"), ("ldl", "ldl"), ("HbA1c", "hba1c"),
        ("prostate specific antigen", "psa"), ("Body fat", "body_fat"),
    ):  # fmt: skip
        found = item_named(text)
        assert found is not None
        assert found.code == code
    assert item_named("cortisol") is None


GOOD = """
[a]
name = "A"
group = "lab"
panel = "blood"
unit = "g/L"
loinc = [{ code = "718-7", unit = "g/L", what = "a", preferred = true }]
alternates = [{ unit = "g/dL", factor = "10", source = "arithmetic" }]
hard = ["1", "10"]
soft = ["2", "9"]
source = "[D]"
"""


def test_a_coherent_file_is_read() -> None:
    item: Item = read(GOOD)["a"]
    assert (item.short, item.decimals, item.units) == ("A", 0, ("g/L", "g/dL"))
    assert item.alternates[0].factor == Decimal(10)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('group = "lab"', 'group = "laboratory"'), ('panel = "blood"', 'panel = "bones"'),
        ('panel = "blood"\n', ""), ("718-7", "718-6"), ("preferred = true", "preferred = false"),
        ('"g/dL", factor', '"g/L", factor'), ('factor = "10"', 'factor = "0"'),
        ('source = "arithmetic"', 'source = ""'), ('source = "[D]"', 'source = ""'),
        ('["1", "10"]', '["10", "1"]'), ('["2", "9"]', '["2", "11"]'),
        ('name = "A"', 'name = "A"\nhins = []'),
        ('name = "A"', 'name = "A"\nhints = [{ low = "1", high = "2", unit = "g/L" }]'),
        ('name = "A"', 'name = "A"\nhints = [{ low = "2", high = "1", unit = "g/dL" }]'),
        ('group = "lab"\npanel = "blood"', 'group = "scale"'),
        ('group = "lab"\npanel = "blood"', 'group = "red_flag"'),
        ("g/L\", what", "mg/L\", what"),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(Incoherent):
        read(GOOD.replace(old, new))


def test_one_loinc_code_names_one_thing() -> None:
    with pytest.raises(Incoherent, match="718-7"):
        read(GOOD + GOOD.replace("[a]", "[b]"))
