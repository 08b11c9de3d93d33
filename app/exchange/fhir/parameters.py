"""What can be searched for in each type, and how a resource is read for it. Pure.

One table: the CapabilityStatement is written from it, and a search is answered by it.
"""

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.exchange.fhir.codes import Resource


class Type(enum.StrEnum):
    """Types of search parameters. Source: FHIR R4, SearchParamType."""

    TOKEN = "token"
    DATE = "date"
    REFERENCE = "reference"
    STRING = "string"


Token = tuple[str, str]
"""System and code; no system is an empty text."""

Dates = tuple[str | None, str | None]
"""Start and end of a period; of a single date twice the same."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter.

    read   what a resource has of it: tokens, dates, references or texts
    text   what it means, where FHIR does not define it for this type
    """

    name: str
    type: Type
    read: Callable[[Resource], Iterator[Any]]
    text: str = ""


def _parts(resource: Any, *path: str) -> Iterator[Any]:
    """Whatever stands at a path, through lists."""
    if isinstance(resource, list):
        for each in resource:
            yield from _parts(each, *path)
    elif not path:
        yield resource
    elif isinstance(resource, dict) and path[0] in resource:
        yield from _parts(resource[path[0]], *path[1:])


def _code(name: str, *path: str, system: str = "") -> Parameter:
    """A token of a plain code, such as a status."""

    def read(resource: Resource) -> Iterator[Token]:
        for each in _parts(resource, *path):
            yield system, str(each)

    return Parameter(name, Type.TOKEN, read)


def _concept(name: str, *paths: tuple[str, ...], text: str = "") -> Parameter:
    """A token of CodeableConcepts."""

    def read(resource: Resource) -> Iterator[Token]:
        for path in paths:
            for each in _parts(resource, *path, "coding"):
                yield each.get("system", ""), each.get("code", "")

    return Parameter(name, Type.TOKEN, read, text)


def _identifier() -> Parameter:
    def read(resource: Resource) -> Iterator[Token]:
        for each in _parts(resource, "identifier"):
            yield each.get("system", ""), each.get("value", "")

    return Parameter("identifier", Type.TOKEN, read)


def _date(name: str, *fields: str, text: str = "") -> Parameter:
    """A date of fields that are a date, an instant or a Period."""

    def read(resource: Resource) -> Iterator[Dates]:
        for field in fields:
            for each in _parts(resource, *field.split(".")):
                if isinstance(each, dict):
                    yield each.get("start"), each.get("end")
                else:
                    yield each, each

    return Parameter(name, Type.DATE, read, text)


def _reference(name: str, *path: str) -> Parameter:
    def read(resource: Resource) -> Iterator[str]:
        yield from _parts(resource, *path, "reference")

    return Parameter(name, Type.REFERENCE, read)


def _name() -> Parameter:
    def read(resource: Resource) -> Iterator[str]:
        for each in _parts(resource, "name"):
            yield each["text"] if isinstance(each, dict) else each

    return Parameter("name", Type.STRING, read)


def _by_patient() -> tuple[Parameter, ...]:
    return _reference("patient", "subject"), _reference("subject", "subject")


_EVERY = (_code("_id", "id"), _date("_lastUpdated", "meta.lastUpdated"))
_MEDICINE = _concept("code", ("medicationCodeableConcept",))
_GIVEN = _concept(
    "code",
    ("medicationCodeableConcept",),
    ("contained", "code"),
    text="Codes of the medicine, also where it is a vial inside the resource",
)
_STATUS = _code("status", "status")
_CATEGORY = _concept("category", ("category",))

_OWN: Mapping[str, tuple[Parameter, ...]] = {
    "Patient": (
        _identifier(), _name(), _date("birthdate", "birthDate"), _code("gender", "gender"),
    ),
    "Practitioner": (_identifier(), _name()),
    "Organization": (_identifier(), _name()),
    "Medication": (
        _concept("code", ("code",)),
        _concept("ingredient-code", ("ingredient", "itemCodeableConcept")),
        _STATUS,
    ),
    "CarePlan": (
        *_by_patient(), _STATUS, _CATEGORY, _date("date", "period"), _identifier(),
        _code("intent", "intent"), _reference("activity-reference", "activity", "reference"),
    ),
    "MedicationRequest": (
        *_by_patient(), _STATUS, _code("intent", "intent"), _MEDICINE, _identifier(), _CATEGORY,
        _date("authoredon", "authoredOn"), _reference("requester", "requester"),
    ),
    "MedicationStatement": (
        *_by_patient(), _STATUS, _MEDICINE, _identifier(), _CATEGORY,
        _date("effective", "effectivePeriod"),
    ),
    "MedicationAdministration": (
        *_by_patient(), _STATUS, _GIVEN, _identifier(), _reference("request", "request"),
        _reference("performer", "performer", "actor"),
        _date("effective-time", "effectiveDateTime"),
        _date(
            "date", "effectiveDateTime",
            text="The same as effective-time: when it was taken, or was to be taken",
        ),
        _concept("reason-not-given", ("statusReason",)),
    ),
    "Observation": (
        *_by_patient(), _STATUS, _concept("code", ("code",)), _CATEGORY, _identifier(),
        _date("date", "effectiveDateTime", "effectivePeriod"), _reference("focus", "focus"),
        _reference("performer", "performer"),
        _concept("component-code", ("component", "code")),
        _concept("combo-code", ("code",), ("component", "code")),
    ),
    "ServiceRequest": (
        *_by_patient(), _STATUS, _code("intent", "intent"), _CATEGORY, _concept("code", ("code",)),
        _date("authored", "authoredOn"), _date("occurrence", "occurrencePeriod"),
    ),
    "Task": (
        _reference("patient", "for"), _reference("subject", "for"), _STATUS,
        _code("intent", "intent"), _concept("code", ("code",)), _reference("focus", "focus"),
        _reference("based-on", "basedOn"), _reference("owner", "owner"),
        _date("authored-on", "authoredOn"), _date("modified", "lastModified"),
        _date("period", "executionPeriod"),
    ),
    "Flag": (
        *_by_patient(), _date("date", "period"),
        _code("status", "status"), _concept("code", ("code",)), _CATEGORY,
    ),
    "Provenance": (
        _reference("target", "target"), _reference("agent", "agent", "who"),
        _date("recorded", "recorded"), _reference("entity", "entity", "what"),
    ),
}  # fmt: skip

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    kind: {each.name: each for each in (*_EVERY, *own)} for kind, own in _OWN.items()
}
"""By type, every search parameter by its name."""

OF_PATIENT = ("patient", "subject")
"""The parameters that name whose record is searched; Provenance knows them here as well."""
