"""The data files: complete, sourced, guarded against slips, and without any dose."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from app.problems import Invalid
from app.protocols.amounts import AmountIn
from app.protocols.lines import LineIn, check_line
from app.protocols.medicines import (
    KINDS,
    MEDICINES,
    TEMPLATES,
    Medicine,
    label_of,
    read_medicines,
)
from app.protocols.shapes import MedicineOut
from app.schedule import Evenings, zone
from app.units import Amount

MEDICINES_OF_THE_BRIEF = {
    "testosterone_cypionate",
    "gonadorelin",
    "anastrozole",
    "cjc1295_ipamorelin",
    "sermorelin",
    "semaglutide",
    "tirzepatide",
}


def templates() -> dict[str, Any]:
    text = files("app.protocols").joinpath("data", "templates.toml").read_text("utf-8")
    return tomllib.loads(text)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, value


def test_every_medicine_of_the_brief_is_known() -> None:
    assert set(MEDICINES) >= MEDICINES_OF_THE_BRIEF


@pytest.mark.parametrize("medicine", MEDICINES.values(), ids=lambda each: each.code)
def test_every_window_bound_and_status_says_where_it_comes_from(medicine: Medicine) -> None:
    assert medicine.window_source.startswith(("[P]", "[S]", "[D]"))
    assert medicine.plausible
    assert all("[D]" in bounds.source for bounds in medicine.plausible)
    assert medicine.status
    for entry in medicine.status:
        assert entry.source
        assert re.fullmatch(r"\d{4}-\d{2}", entry.as_of)
    assert medicine.window_minutes is None or 15 <= medicine.window_minutes <= 10_080


@pytest.mark.parametrize("medicine", MEDICINES.values(), ids=lambda each: each.code)
def test_any_plausible_amount_times_or_by_a_thousand_is_out_of_bounds(medicine: Medicine) -> None:
    """Because the bounds are less than a factor of 1000 apart, no such slip gets through."""
    for bounds in medicine.plausible:
        assert bounds.most.value / bounds.least.value < Decimal(1000)
    assert {bounds.least.unit for bounds in medicine.plausible} <= set(medicine.units)


@pytest.mark.parametrize("medicine", MEDICINES.values(), ids=lambda each: each.code)
def test_every_unit_of_a_medicine_is_guarded(medicine: Medicine) -> None:
    for unit in medicine.units:
        assert medicine.bounds_for(Amount(Decimal(1), unit)) is not None


def test_only_cjc_1295_has_forms_and_none_of_them_is_the_default() -> None:
    forms = {medicine.code: medicine.forms for medicine in MEDICINES.values() if medicine.forms}
    assert list(forms) == ["cjc1295_ipamorelin"]
    assert MEDICINES["cjc1295_ipamorelin"].form_required
    assert [form.code for form in forms["cjc1295_ipamorelin"]] == ["no_dac", "with_dac"]
    assert MEDICINES["cjc1295_ipamorelin"].forms[1].most_per_week == 1


def test_a_template_holds_no_amount_and_no_number_but_weekdays() -> None:
    allowed = {"name", "description", "lines", "medicine", "route", "weekdays", "times"}
    for path, value in leaves(templates()):
        assert set(path[1:]) <= allowed, path
        if isinstance(value, str):
            measured = re.search(r"\d\s*(mg|mcg|ug|ml|iu|units?|tablets?)\b", value.lower())
            assert not measured, value
        else:
            assert path[-1] == "weekdays"
            assert isinstance(value, int)
            assert 1 <= value <= 7


def test_no_template_chooses_a_form_or_an_illegal_route() -> None:
    for template in TEMPLATES.values():
        for line in template.lines:
            assert line.route in line.medicine.routes
    assert all("form" not in line for each in templates().values() for line in each["lines"])


def test_a_medicine_that_the_data_no_longer_holds_keeps_its_code_as_a_name() -> None:
    assert label_of("sermorelin") == "Sermorelin"
    assert label_of("withdrawn_thing") == "withdrawn_thing"


MADE_UP = """
[moonstone]
name = "Moonstone"
substances = ["moonstone"]
kinds = ["growth_hormone_peptide"]
routes = ["oral"]
units = ["mg"]
window_minutes = 90
window_source = "[D] a test"
min_gap_minutes = 600
min_gap_source = "[D] another test"
on_time_minutes = 30
plausible = [{ min = "1", max = "100", unit = "mg", source = "[D] a test" }]

[[moonstone.codes]]
system = "http://fdasis.nlm.nih.gov"
code = "X"
what = "moonstone"
verified_on = "2026-10"
verified_from = "[S] a test"
"""


def test_a_medicine_is_data_and_a_new_one_needs_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    moonstone = read_medicines(MADE_UP)["moonstone"]
    monkeypatch.setitem(MEDICINES, "moonstone", moonstone)
    asked = LineIn.model_validate(
        {"medicine": "moonstone", "route": "oral", "amount": {"value": "5", "unit": "mg"}}
    )
    evenings = Evenings(zone("America/Denver"), (time(22),) * 7)
    line = check_line(asked, evenings, date(2026, 11, 23), "lines.0")
    assert (line.window_minutes, line.window_source) == (90, "[D] a test")
    assert (line.min_gap_minutes, line.min_gap_source) == (600, "[D] another test")
    assert label_of("moonstone") == "Moonstone"
    shown = MedicineOut.of(moonstone)
    assert shown.growth_hormone_peptide
    assert (shown.min_gap_minutes, shown.codes[0].code) == (600, "X")
    with pytest.raises(Invalid):
        check_line(
            asked.model_copy(update={"amount": AmountIn(value="5000", unit="mg")}),
            evenings, date(2026, 11, 23), "lines.0",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["window_source", "min_gap_source"])
def test_a_rule_without_its_source_is_refused_when_it_is_read(name: str) -> None:
    without = "\n".join(line for line in MADE_UP.splitlines() if not line.startswith(name))
    with pytest.raises(ValueError, match="without a source"):
        read_medicines(without)
    with pytest.raises(ValueError, match="without a source"):
        read_medicines(re.sub(rf'{name} = ".*"', f'{name} = "somebody said so"', MADE_UP))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("growth_hormone_peptide", "magic"),
        ("http://fdasis.nlm.nih.gov", "a list I found"),
        ("[S] a test", ""),
        ('["oral"]', '["by wish"]'),
    ],
)
def test_data_that_no_check_understands_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match="moonstone"):
        read_medicines(MADE_UP.replace(old, new))


@pytest.mark.parametrize("medicine", MEDICINES.values(), ids=lambda each: each.code)
def test_every_medicine_is_of_a_kind_and_every_code_says_what_it_names(medicine: Medicine) -> None:
    assert medicine.kinds
    assert medicine.kinds <= KINDS
    for code in medicine.codes:
        assert re.fullmatch(r"\d{4}-\d{2}", code.verified_on)
        assert code.verified_from.startswith(("[P]", "[S]"))
        assert code.what


def test_the_code_of_one_strength_is_not_the_code_of_the_medicine() -> None:
    (rxnorm,) = [
        code for code in MEDICINES["testosterone_cypionate"].codes if "rxnorm" in code.system
    ]
    assert rxnorm.code == "835829"
    assert "100 mg/mL" in rxnorm.what
    everything = {code.code for medicine in MEDICINES.values() for code in medicine.codes}
    assert not everything & {"1647574", "L02BG03", "V04CM01"}, "codes that nobody could verify"
