"""How FHIR names things: code systems, concepts, references and logical ids. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from app.schedule import zone

Resource = dict[str, Any]
"""A FHIR resource. Numbers in it are `int` or `Decimal`, so that no digit of a result is lost."""

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
INTERPRETATION = f"{_TERMINOLOGY}/v3-ObservationInterpretation"
CATEGORY = f"{_TERMINOLOGY}/observation-category"
FASTING = f"{_TERMINOLOGY}/v2-0916"
ABSENT = f"{_TERMINOLOGY}/data-absent-reason"
FLAG_CATEGORY = f"{_TERMINOLOGY}/flag-category"
DOSE_TYPE = f"{_TERMINOLOGY}/dose-rate-type"
RANGE_MEANING = f"{_TERMINOLOGY}/referencerange-meaning"
AGENT = f"{_TERMINOLOGY}/provenance-participant-type"
OPERATION = f"{_TERMINOLOGY}/v3-DataOperation"
STATEMENT_CATEGORY = f"{_TERMINOLOGY}/medication-statement-category"
REQUEST_CATEGORY = f"{_TERMINOLOGY}/medicationrequest-category"
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
CARE_PLAN_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
ADHERENCE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication-adherence"
URI = "urn:ietf:rfc:3986"

# What no public system names has a code of ours. Source of "own CodeSystem": clinical.md 4.1.
OWN = "urn:vesper"
MEDICINE = f"{OWN}:medicine"
OBSERVED = f"{OWN}:observation"
NOT_DONE = f"{OWN}:not-done"
STOPPED = f"{OWN}:superseded"
RULE = f"{OWN}:flag"
LINE = f"{OWN}:line"
DRAW = f"{OWN}:lab-rule"
MEANS = f"{OWN}:means"
SITE = f"{OWN}:injection-site"

ROUTES: Mapping[str, tuple[str, str]] = {
    "intramuscular": ("78421000", "Intramuscular route"),
    "subcutaneous": ("34206005", "Subcutaneous route"),
    "oral": ("26643006", "Oral route"),
}
"""SNOMED codes of the routes. Source: clinical.md 4.1."""


def coding(system: str, code: str, display: str = "") -> Resource:
    """A Coding; without a display where nobody gave one."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(*codings: Resource, text: str = "") -> Resource:
    """A CodeableConcept with whatever of codings and text there is."""
    said: Resource = {"coding": list(codings)} if codings else {}
    return said | ({"text": text} if text else {})


def patient_id_of(logical: str) -> UUID | None:
    """The patient in whose record a thing of this logical id lies; None for what is no such id."""
    return _uuid(logical[:32]) if len(logical) == 64 else None


def id_in_record(patient_id: UUID, key: UUID) -> str:
    """The logical id of a patient's thing: both ids, 64 digits, which is all that FHIR allows.

    With the patient in it, reading one thing stays along that patient's own rows.
    """
    return f"{patient_id.hex}{key.hex}"


def reference(kind: str, logical: str, display: str = "") -> Resource:
    """A relative reference to a resource of this server."""
    return {"reference": f"{kind}/{logical}", **({"display": display} if display else {})}


def of_patient(patient_id: UUID) -> Resource:
    """A reference to the patient; without their name, which the Patient says."""
    return reference("Patient", str(patient_id))


def instant(moment: datetime) -> str:
    """An instant as FHIR's `instant`, in UTC and to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def local(moment: datetime, place: str) -> str:
    """An instant as FHIR's `dateTime`, to the second, with the offset of the wall clock there."""
    text = moment.astimezone(zone(place)).replace(microsecond=0)
    offset = text.utcoffset()
    # FHIR knows offsets of whole minutes only; a zone of the nineteenth century has seconds.
    if offset is None or offset.total_seconds() % 60:
        return instant(moment)[:19] + "Z"
    return text.isoformat()


def period(start: date | str | None, end: date | str | None) -> Resource:
    """A Period of whichever ends are known; both of them are included, as FHIR reads dates."""
    return {
        name: each if isinstance(each, str) else each.isoformat()
        for name, each in (("start", start), ("end", end))
        if each is not None
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
