"""CarePlan: a whole version of the protocol, with what it asks for. Pure."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from app.accounts.models import Role
from app.exchange.fhir.codes import (
    CARE_PLAN_CATEGORY,
    OWN,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    period,
    reference,
)
from app.exchange.fhir.courses import PROPOSALS, Order, Protocol
from app.exchange.fhir.people import actor
from app.exchange.fhir.requests import dosage_of, request_id
from app.exchange.fhir.writing import Entry, entry
from app.protocols.medicines import label_of
from app.protocols.models import Version
from app.protocols.standing import VersionState
from app.schedule import A_DAY


def care_plans(
    protocol: Protocol, orders: Sequence[Order], lab_requests: Sequence[str], now: datetime
) -> list[Entry]:
    """Every version as a CarePlan.

    lab_requests   logical ids of the ServiceRequests of the lab plan, which the plan in force has
    """
    return [
        _plan(
            protocol, version, [each for each in orders if each.version.id == version.id],
            lab_requests, now,
        )
        for version in protocol.versions
    ]  # fmt: skip


def plan_id(protocol: Protocol, version: Version) -> str:
    """The logical id of a version as a CarePlan."""
    return id_in_record(protocol.patient_id, version.id)


def _plan(
    protocol: Protocol, version: Version, orders: Sequence[Order], lab_requests: Sequence[str],
    now: datetime,
) -> Entry:  # fmt: skip
    state, stretch = protocol.state(version), protocol.stretch(version)
    begins = stretch.since if stretch else version.effective_night
    ends = stretch.until - A_DAY if stretch and stretch.until else None
    before, author = protocol.before(version), protocol.people[version.author_id]
    asked = [reference("MedicationRequest", request_id(protocol, each)) for each in orders]
    if state is VersionState.IN_FORCE:
        asked += [reference("ServiceRequest", each) for each in lab_requests]
    resource: Resource = {
        "resourceType": "CarePlan",
        "id": plan_id(protocol, version),
        "text": {"status": "generated", "div": _narrative(version, orders)},
        "identifier": [{"system": f"{OWN}:version", "value": str(version.number)}],
        **({"replaces": [reference("CarePlan", plan_id(protocol, before))]} if before else {}),
        "status": _status(state, never=stretch is None),
        "intent": "proposal" if state in PROPOSALS else "plan",
        "category": [concept(coding(CARE_PLAN_CATEGORY, "assess-plan"))],
        "title": f"Protocol, version {version.number}",
        **({"description": version.reason} if version.reason else {}),
        "subject": of_patient(protocol.patient_id),
        "period": period(begins, ends),
        "created": local(version.created_at, protocol.place),
        **({"author": actor(author)} if author.role is not Role.PROGRAM else {}),
        **({"activity": [{"reference": each} for each in asked]} if asked else {}),
    }
    return entry(
        resource, at=protocol.evenings.closes(begins - A_DAY),
        updated=_updated(protocol, version, now),
    )  # fmt: skip


def _status(state: VersionState, *, never: bool) -> str:
    """As FHIR's request-status says it."""
    if state is VersionState.PROPOSED:
        return "draft"
    if state in PROPOSALS or never:
        return "revoked"
    return "completed" if state is VersionState.PAST else "active"


def _narrative(version: Version, orders: Sequence[Order]) -> str:
    """The plan for people, as the little HTML that FHIR allows."""
    lines = {
        f"{label_of(order.line.medicine)}: {part['text']}"
        for order in orders
        for part in dosage_of(order)
    }
    items = "".join(f"<li>{escape(each)}</li>" for each in sorted(lines))
    return (
        '<div xmlns="http://www.w3.org/1999/xhtml">'
        f"<p>Protocol, version {version.number}</p><ul>{items or '<li>No medicine</li>'}</ul></div>"
    )


def _updated(protocol: Protocol, version: Version, now: datetime) -> datetime:
    stretch, moments = protocol.stretch(version), protocol.moments(version)
    if stretch is not None:
        moments.append(protocol.evenings.closes(stretch.since - A_DAY))
        if stretch.until is not None:
            moments.append(protocol.evenings.closes(stretch.until - A_DAY))
    return max((each for each in moments if each <= now), default=version.created_at)
