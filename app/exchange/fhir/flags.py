"""Flag: what needed a clinician's look, from when Vesper saw it until it held no longer. Pure."""

from collections.abc import Sequence
from datetime import datetime

from app.clinic.models import FlagEpisode
from app.exchange.fhir.codes import (
    FLAG_CATEGORY,
    RULE,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    period,
)
from app.exchange.fhir.writing import Entry, entry
from app.monitoring.limits import RULES

_LAB = frozenset(RULES) | {"labs_overdue"}


def flags(episodes: Sequence[FlagEpisode], place: str) -> list[Entry]:
    """Every flag of a patient, open ones `active`, and those that closed `inactive`."""
    return [_flag(each, place) for each in episodes]


def _flag(row: FlagEpisode, place: str) -> Entry:
    ends = local(row.closed_at, place) if row.closed_at else None
    resource: Resource = {
        "resourceType": "Flag",
        "id": id_in_record(row.patient_id, row.id),
        "status": "active" if row.closed_at is None else "inactive",
        "category": [concept(_category(row))],
        "code": concept(coding(RULE, row.rule.replace("_", "-")), text=row.text),
        "subject": of_patient(row.patient_id),
        "period": period(local(min(row.since, row.opened_at), place), ends),
    }
    updated: datetime = row.closed_at or row.opened_at
    return entry(resource, at=row.opened_at, updated=updated)


def _category(row: FlagEpisode) -> Resource:
    """As FHIR's flag-category says it: a result is `lab`, a warning sign `safety`."""
    if row.rule in _LAB:
        return coding(FLAG_CATEGORY, "lab", "Lab")
    if row.severity in {"emergency", "red"}:
        return coding(FLAG_CATEGORY, "safety", "Safety")
    return coding(FLAG_CATEGORY, "clinical", "Clinical")
