"""Patient, Practitioner and Organization. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from app.accounts.models import Clinic, Person, Role, Sex
from app.exchange.fhir.codes import URI, Resource, of_patient, reference
from app.exchange.fhir.writing import Entry, entry


def patient(row: Person, practitioners: Iterable[UUID]) -> Entry:
    """A patient. The name is one text, because nobody was asked which part of it is the family's.

    practitioners   the clinicians whom the patient lets in
    """
    born: date | None = row.born_on
    resource: Resource = {
        "resourceType": "Patient",
        "id": str(row.id),
        "identifier": [{"use": "official", "system": URI, "value": row.id.urn}],
        "active": True,
        "name": [{"use": "usual", "text": row.name}],
        "gender": _gender(row.sex),
        **({"birthDate": born.isoformat()} if born else {}),
    }
    if known := sorted(str(each) for each in practitioners):
        resource["generalPractitioner"] = [reference("Practitioner", each) for each in known]
    return entry(resource, at=row.created_at, updated=row.created_at)


def practitioner(row: Person) -> Entry:
    """A clinician; one who has left the clinic is no longer active."""
    resource: Resource = {
        "resourceType": "Practitioner",
        "id": str(row.id),
        "identifier": [{"system": URI, "value": row.id.urn}],
        "active": row.left_at is None,
        "name": [{"text": row.name}],
    }
    return entry(resource, at=row.created_at, updated=row.left_at or row.created_at)


def organization(row: Clinic) -> Entry:
    """A clinic."""
    resource: Resource = {
        "resourceType": "Organization",
        "id": str(row.id),
        "identifier": [{"system": URI, "value": row.id.urn}],
        "active": True,
        "name": row.name,
    }
    return entry(resource, at=row.created_at, updated=row.created_at)


def actor(row: Person) -> Resource:
    """A reference to whoever did something: a patient or a clinician has a resource of their own,
    a program has none and is told by its name."""
    match row.role:
        case Role.PATIENT:
            return of_patient(row.id)
        case Role.CLINICIAN:
            return reference("Practitioner", str(row.id), row.name)
        case Role.PROGRAM:
            return {"type": "Device", "display": row.name}
    return {"type": "RelatedPerson", "display": row.name}


def _gender(sex: Sex | None) -> Any:
    return "unknown" if sex is None else sex.value
