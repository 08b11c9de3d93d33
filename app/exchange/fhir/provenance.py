"""Provenance: who entered what, when, and by which way. Pure.

A dose has two times: when it was taken stands in its administration, when the server heard of it
here; so what was logged from memory is seen as such.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from app.accounts.models import Person
from app.audit import Means
from app.doses.state import DoseState
from app.exchange.fhir.administrations import Log
from app.exchange.fhir.care_plans import plan_id
from app.exchange.fhir.codes import (
    AGENT,
    MEANS,
    OPERATION,
    Resource,
    coding,
    concept,
    id_in_record,
    instant,
    of_patient,
    reference,
)
from app.exchange.fhir.courses import Order, Protocol
from app.exchange.fhir.observations import observation_ref, pressure_pairs
from app.exchange.fhir.people import actor
from app.exchange.fhir.requests import request_id
from app.exchange.fhir.writing import Entry, entry
from app.observations.models import Observation

CREATED = coding(OPERATION, "CREATE", "create")
UPDATED = coding(OPERATION, "UPDATE", "revise")
NULLIFIED = coding(OPERATION, "NULLIFY", "nullify")


def of_versions(protocol: Protocol, orders: Sequence[Order]) -> list[Entry]:
    """Who wrote each version, and when the patient acknowledged it."""
    found = []
    for version in protocol.versions:
        mine = [each for each in orders if each.version.id == version.id]
        targets = [
            reference("CarePlan", plan_id(protocol, version)),
            *(reference("MedicationRequest", request_id(protocol, each)) for each in mine),
        ]
        author = protocol.people[version.author_id]
        found.append(
            _provenance(
                protocol.patient_id, uuid5(version.id, "written"), targets, version.created_at,
                actor(author), "author", CREATED,
            )
        )  # fmt: skip
        if version.acknowledged_at is not None and author.id != protocol.patient_id:
            found.append(
                _provenance(
                    protocol.patient_id, uuid5(version.id, "acknowledged"), targets[:1],
                    version.acknowledged_at, of_patient(protocol.patient_id), "attester", UPDATED,
                )
            )  # fmt: skip
    return found


def of_doses(
    patient_id: UUID, log: Log, people: Mapping[UUID, Person], now: datetime
) -> list[Entry]:
    """Who logged each dose that was taken or left out."""
    found = []
    for dose in log.doses:
        event = dose.outcome
        if event is None or log.state(dose, now) not in {DoseState.TAKEN, DoseState.SKIPPED}:
            continue
        target = reference("MedicationAdministration", id_in_record(patient_id, dose.id))
        done = CREATED if event.amends is None else UPDATED
        found.append(
            _provenance(
                patient_id, uuid5(event.id, "logged"), [target], event.logged_at,
                actor(people[event.author_id]), "enterer", done, means=event.means,
            )
        )  # fmt: skip
    return found


def of_observations(
    patient_id: UUID, rows: Sequence[Observation], people: Mapping[UUID, Person]
) -> list[Entry]:
    """Who entered what together, who corrected it, and who took it back."""
    second = {each.id for each in pressure_pairs(rows).values()}
    shown = [row for row in rows if row.id not in second]
    together: dict[tuple[UUID, UUID, datetime, Means, UUID | None], list[Observation]] = {}
    for row in shown:
        key = (row.panel_id, row.author_id, row.entered_at, row.means, row.replaces)
        together.setdefault(key, []).append(row)
    found = [
        _provenance(
            patient_id, uuid5(mine[0].id, "entered"),
            [reference("Observation", observation_ref(patient_id, each.id)) for each in mine],
            entered_at, actor(people[author_id]), "enterer",
            CREATED if replaces is None else UPDATED, means=means,
            replaced=observation_ref(patient_id, replaces) if replaces else None,
        )
        for (_, author_id, entered_at, means, replaces), mine in together.items()
    ]  # fmt: skip
    return found + [
        _provenance(
            patient_id, uuid5(row.id, "voided"),
            [reference("Observation", observation_ref(patient_id, row.id))], row.voided_at,
            actor(people[row.voided_by]), "enterer", NULLIFIED, why=row.void_reason,
        )
        for row in shown
        if row.voided_at is not None and row.voided_by is not None
    ]  # fmt: skip


def _provenance(
    patient_id: UUID, key: UUID, targets: Sequence[Resource], recorded: datetime, who: Resource,
    role: str, activity: Resource, *, means: Means | None = None, replaced: str | None = None,
    why: str = "",
) -> Entry:  # fmt: skip
    agent: Resource = {"type": concept(coding(AGENT, role)), "who": who}
    if means is not None:
        agent["role"] = [concept(coding(MEANS, means.value.replace("_", "-")))]
    resource: Resource = {
        "resourceType": "Provenance",
        "id": id_in_record(patient_id, key),
        "target": list(targets),
        "recorded": instant(recorded),
        **({"reason": [{"text": why}]} if why else {}),
        "activity": concept(activity),
        "agent": [agent],
    }
    if replaced:
        resource["entity"] = [{"role": "revision", "what": reference("Observation", replaced)}]
    return entry(resource, at=recorded, updated=recorded)
