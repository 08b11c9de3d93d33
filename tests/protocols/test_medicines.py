"""The data files: complete, sourced, guarded against slips, and without any dose."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from app.protocols.medicines import MEDICINES, TEMPLATES, Medicine, label_of
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
