"""MedicationRequest: what a version prescribes of a line, in one block of its cycle. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.accounts.models import Role
from app.exchange.fhir.codes import (
    LINE,
    OWN,
    REQUEST_CATEGORY,
    STOPPED,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    reference,
)
from app.exchange.fhir.courses import PROPOSALS, Ending, Order, Protocol
from app.exchange.fhir.medications import medicine_concept
from app.exchange.fhir.people import actor
from app.exchange.fhir.timing import dosages, stretches
from app.exchange.fhir.writing import Entry, entry
from app.protocols.models import Hold, Version
from app.protocols.standing import VersionState
from app.schedule import A_DAY
from app.units import Amount

_WHY = {
    Ending.SUPERSEDED: "A newer version of the protocol took its place.",
    Ending.STOPPED: "A newer version of the protocol does not have it.",
}


def medication_requests(protocol: Protocol, orders: Sequence[Order], now: datetime) -> list[Entry]:
    """Every order as a MedicationRequest, each with the one before it of the same line."""
    before: dict[UUID, Order] = {}
    found = []
    for order in orders:
        found.append(_request(protocol, order, before.get(order.line.id), now))
        if order.version.in_force_from is not None and not order.never:
            before[order.line.id] = order
    return found


def status_of(protocol: Protocol, order: Order) -> str:
    """How an order stands tonight, as FHIR's medicationrequest-status says it."""
    state = protocol.state(order.version)
    if state is VersionState.PROPOSED:
        return "draft"
    if state in PROPOSALS or order.never:
        return "cancelled"
    if order.until is not None and order.until < protocol.tonight:
        return "completed" if order.ending is Ending.OVER else "stopped"
    return "on-hold" if hold_tonight(protocol, order.line.id) else "active"


def hold_tonight(protocol: Protocol, line_id: UUID) -> Hold | None:
    """The hold in which a line is tonight."""
    for hold in protocol.holds:
        runs = hold.since <= protocol.tonight and (
            hold.until is None or hold.until > protocol.tonight
        )
        if hold.line_id == line_id and runs:
            return hold
    return None


def request_id(protocol: Protocol, order: Order) -> str:
    """The logical id of an order."""
    return id_in_record(protocol.patient_id, order.key)


def authored(protocol: Protocol, version: Version) -> Resource:
    """Who wrote a version, as fields: a clinician asks for it, a patient tells what was asked."""
    author = protocol.people[version.author_id]
    if author.role is Role.CLINICIAN:
        return {"reportedBoolean": False, "requester": actor(author)}
    told: Resource = {"reportedReference": of_patient(protocol.patient_id)}
    if version.prescriber:
        told["requester"] = {"type": "Practitioner", "display": version.prescriber}
    return told


def dosage_of(order: Order) -> list[Resource]:
    """The instructions of an order, one for each step of its titration."""
    steps = [
        (date.fromisoformat(each["from"]), Amount(Decimal(each["value"]), each["unit"]))
        for each in order.terms.steps
    ]
    parts = stretches(order.since, order.until, order.terms.amount, steps)
    return dosages(order.rule, parts, order.line.route)


def _request(protocol: Protocol, order: Order, before: Order | None, now: datetime) -> Entry:
    version, status = order.version, status_of(protocol, order)
    proposed = protocol.state(version) in PROPOSALS
    resource: Resource = {
        "resourceType": "MedicationRequest",
        "id": request_id(protocol, order),
        "identifier": [{"system": LINE, "value": str(order.line.id)}],
        "status": status,
        **_reason(protocol, order, status),
        "intent": "proposal" if proposed else "order",
        "category": [concept(coding(REQUEST_CATEGORY, "community", "Community"))],
        **authored(protocol, version),
        "medicationCodeableConcept": medicine_concept(order.line.medicine, order.line.form),
        "subject": of_patient(protocol.patient_id),
        "authoredOn": local(version.created_at, protocol.place),
        **_because(protocol, version),
        **_group(order),
        **({"note": [{"text": version.reason}]} if version.reason else {}),
        "dosageInstruction": dosage_of(order),
        **_dispenser(version),
    }
    if before is not None:
        resource["priorPrescription"] = reference("MedicationRequest", request_id(protocol, before))
    begins = protocol.evenings.closes(order.since - A_DAY)
    updated = _updated(protocol, order, now)
    return entry(resource, at=begins, updated=updated)


def _reason(protocol: Protocol, order: Order, status: str) -> Resource:
    """Why it is not active, where there is more to say than the status."""
    if status == "stopped" and order.ending in _WHY:
        why = coding(STOPPED, order.ending.value, _WHY[order.ending])
        newer = protocol.after(order.version)
        return {"statusReason": concept(why, text=newer.reason if newer else "")}
    if status == "on-hold" and (hold := hold_tonight(protocol, order.line.id)):
        return {"statusReason": {"text": hold.reason or "Paused"}}
    if status == "cancelled" and order.version.withdrawn_reason:
        return {"statusReason": {"text": order.version.withdrawn_reason}}
    return {}


def _because(protocol: Protocol, version: Version) -> Resource:
    """The lab result behind a version, as its author read it."""
    because: dict[str, Any] = version.because or {}
    if not because:
        return {}
    sign = because.get("comparator") or ""
    text = f"{because['marker']} {sign}{because['value']} {because['unit']}"
    said: Resource = {"display": f"{text} on {because['collected_on']}"}
    if because.get("observation"):
        named = id_in_record(protocol.patient_id, UUID(str(because["observation"])))
        said = reference("Observation", named, said["display"])
    return {"reasonReference": [said]}


def _group(order: Order) -> Resource:
    """What the blocks of one cycle have in common."""
    if not order.rule.weeks_off:
        return {}
    value = f"{order.line.id}/{order.version.number}"
    return {"groupIdentifier": {"system": f"{OWN}:cycle", "value": value}}


def _dispenser(version: Version) -> Resource:
    if not version.pharmacy:
        return {}
    return {"dispenseRequest": {"performer": {"type": "Organization", "display": version.pharmacy}}}


def _updated(protocol: Protocol, order: Order, now: datetime) -> datetime:
    """When the order last came to say something else, by somebody's word or by itself."""
    moments: list[datetime | None] = [*protocol.moments(order.version)]
    if order.until is not None:
        moments.append(protocol.evenings.closes(order.until))
    for hold in protocol.holds:
        if hold.line_id == order.line.id:
            nights = [hold.since, *([hold.until] if hold.until else [])]
            moments += [hold.created_at, hold.resumed_at]
            moments += [protocol.evenings.closes(night - A_DAY) for night in nights]
    return max((each for each in moments if each and each <= now), default=order.version.created_at)
