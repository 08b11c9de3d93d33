"""MedicationStatement: what a patient is on, and how well they follow it, line by line. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.doses.models import Kind
from app.exchange.fhir.adherence import Followed, followed_text
from app.exchange.fhir.administrations import Log
from app.exchange.fhir.codes import (
    ADHERENCE,
    LINE,
    SNOMED,
    STATEMENT_CATEGORY,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    period,
    reference,
)
from app.exchange.fhir.courses import Order, Protocol
from app.exchange.fhir.medications import medicine_concept
from app.exchange.fhir.requests import dosage_of, request_id, status_of
from app.exchange.fhir.writing import Entry, entry

COMPLIES = coding(SNOMED, "1156699004", "Complies with drug therapy")
"""Said only where every expected dose was taken: no published figure below that is a boundary for
these drugs. Source of the code: product.md 5.1; of "no universal 80 %": doi 10.1007/s40262-017-
0552-2."""


def statements(
    protocol: Protocol, orders: Sequence[Order], log: Log, followed: Mapping[UUID, Followed],
    now: datetime,
) -> list[Entry]:  # fmt: skip
    """One statement for each line that was ever prescribed, as it stands now.

    followed   by line, how it was followed in the last days
    """
    newest: dict[UUID, Order] = {}
    for order in orders:
        begun = order.since <= protocol.tonight or order.line.id not in newest
        if order.version.in_force_from is not None and not order.never and begun:
            newest[order.line.id] = order
    return [
        _statement(protocol, order, log, followed.get(line_id), now)
        for line_id, order in newest.items()
    ]


def statement_id(patient_id: UUID, line_id: UUID) -> str:
    """The logical id of what is said about a line."""
    return id_in_record(patient_id, line_id)


def _statement(
    protocol: Protocol, order: Order, log: Log, followed: Followed | None, now: datetime
) -> Entry:
    line = order.line
    taken = [
        (dose.outcome.taken_at, dose.outcome.logged_at, dose.zone)
        for dose in log.doses
        if dose.line_id == line.id and dose.outcome and dose.outcome.kind is Kind.TAKEN
        and dose.outcome.taken_at
    ]  # fmt: skip
    status = status_of(protocol, order)
    if status == "active" and order.since > protocol.tonight:
        status = "intended"
    said = [event.logged_at for dose in log.doses if dose.line_id == line.id
            for event in dose.events]  # fmt: skip
    asserted = max([order.version.created_at, *said])
    first = min(taken, default=None)
    resource: Resource = {
        "resourceType": "MedicationStatement",
        "id": statement_id(protocol.patient_id, line.id),
        **({"extension": [_adherence(followed, protocol.place)]} if followed else {}),
        "identifier": [{"system": LINE, "value": str(line.id)}],
        "basedOn": [reference("MedicationRequest", request_id(protocol, order))],
        "status": status,
        "category": concept(coding(STATEMENT_CATEGORY, "community", "Community")),
        "medicationCodeableConcept": medicine_concept(line.medicine, line.form),
        "subject": of_patient(protocol.patient_id),
        **_effective(order, first, status),
        "dateAsserted": local(asserted, protocol.place),
        "informationSource": of_patient(protocol.patient_id),
        "dosage": dosage_of(order),
    }
    moments = [asserted, *([followed.until] if followed else []), *protocol.moments(order.version)]
    if order.until is not None:
        moments.append(protocol.evenings.closes(order.until))
    updated = max(each for each in moments if each <= now)
    return entry(resource, at=order.version.created_at, updated=updated)


def _effective(order: Order, first: tuple[datetime, datetime, str] | None, status: str) -> Resource:
    """From the first intake on record; nothing before anything was taken."""
    if first is None:
        return {}
    ended = order.until if status in {"completed", "stopped"} else None
    start = local(first[0], first[2])
    if ended is not None and ended.isoformat() < start[:10]:
        ended = None  # taken after the last night only
    return {"effectivePeriod": period(start, ended)}


def _adherence(followed: Followed, place: str) -> Resource:
    """The extension of US Core: the counts in words, and when they were counted."""
    every = followed.expected > 0 and followed.taken == followed.expected
    said = concept(*([COMPLIES] if every else []), text=followed_text(followed))
    return {
        "url": ADHERENCE,
        "extension": [
            {"url": "medicationAdherence", "valueCodeableConcept": said},
            {"url": "dateAsserted", "valueDateTime": local(followed.until, place)},
            {"url": "informationSource", "valueCodeableConcept": {"text": "Patient"}},
        ],
    }
