"""Searches: every parameter that is promised is answered, and nothing that is sent breaks one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.fhir.capability import capability_statement
from app.exchange.fhir.parameters import PARAMETERS
from app.exchange.fhir.search import BadParameter, Search, UnknownParameter, cursor, read_search
from tests.exchange.fhir.official import search_parameters

BASE = "https://vesper.example.org/fhir"
DOSE: dict[str, Any] = {
    "resourceType": "MedicationAdministration", "id": "a", "status": "not-done",
    "meta": {"lastUpdated": "2026-11-24T05:30:00.000Z"},
    "medicationCodeableConcept": {"coding": [{"system": "urn:vesper:medicine", "code": "s"}]},
    "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-11-23T22:30:00-07:00",
    "request": {"reference": "MedicationRequest/r"},
}  # fmt: skip

OURS = {
    ("MedicationAdministration", "date"), ("Flag", "status"), ("Flag", "code"),
    ("Flag", "category"), ("MedicationRequest", "category"), ("CarePlan", "intent"),
    ("Medication", "_id"),
}  # fmt: skip
"""Parameters that R4 does not have for these types, said to be ours in the statement."""

WORDS = st.sampled_from(
    [*PARAMETERS["MedicationAdministration"], "patient", "_count", "page", "_summary", "_format",
     "status:not", "status:above", "colour", "_sort", ""]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["gt2026", "a|b", "|b", "a|", ",", "\\", "count", "0", "5", "json", "x" * 400]),
)


def asked(*pairs: tuple[str, str], strict: bool = False) -> Search:
    return read_search("MedicationAdministration", pairs, UTC, BASE, strict=strict)


@given(st.lists(st.tuples(WORDS, VALUES), max_size=6), st.booleans())
@settings(max_examples=150)
def test_whatever_is_asked_is_a_search_or_a_problem(
    pairs: list[tuple[str, str]], strict: bool
) -> None:
    try:
        search = asked(*pairs, strict=strict)
    except (BadParameter, UnknownParameter):
        return
    search.finds(DOSE)
    assert 0 <= search.count <= 200


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("status", "not-done", True), ("status", "completed", False),
        ("status", "completed,not-done", True), ("status:not", "completed", True),
        ("code", "s", True), ("code", "urn:vesper:medicine|s", True), ("code", "|s", False),
        ("code", "urn:vesper:medicine|", True), ("code", "http://loinc.org|s", False),
        ("request", "MedicationRequest/r", True), ("request", "r", True), ("request", "q", False),
        ("request", f"{BASE}/MedicationRequest/r", True),
        ("effective-time", "2026-11-24", True), ("effective-time", "2026-11-23", False),
        ("date", "ge2026-11-24T05:30:00Z", True), ("date", "sa2026-11-24T05:30:00Z", False),
        ("_lastUpdated", "gt2026-11-24T05:30:00.000Z", False),
        ("_lastUpdated", "ge2026-11-24T05:30:00.000Z", True), ("_id", "a", True),
    ],
)  # fmt: skip
def test_a_value_finds_what_it_names(name: str, value: str, found: bool) -> None:
    assert asked((name, value)).finds(DOSE) is found


@given(st.integers(0, 12), st.datetimes(timezones=st.just(UTC)), st.from_regex(r"[a-z0-9.-]{1,64}",
       fullmatch=True))  # fmt: skip
@settings(max_examples=60)
def test_a_link_to_a_page_brings_back_the_place_it_was_made_from(
    number: int, at: datetime, id: str
) -> None:
    place = number, at, id
    assert asked(("page", cursor(place))).after == place


def test_every_promised_parameter_is_r4s_own_by_name_and_type() -> None:
    known = search_parameters()
    statement = capability_statement(BASE, "1")
    for resource in statement["rest"][0]["resource"]:
        for each in resource["searchParam"]:
            place = resource["type"], each["name"]
            if each["name"].startswith("_") or place in OURS:
                continue
            assert known.get(place) == each["type"], place
    types = {each["type"] for each in statement["rest"][0]["resource"]}
    assert types == set(PARAMETERS)
