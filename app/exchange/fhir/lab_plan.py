"""ServiceRequest and Task: what the lab plan asks for, and how it stands. Pure.

The request says what is wanted and when; the task says that the patient is asked, has put it off,
or has done it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from app.exchange.fhir.codes import (
    DRAW,
    LOINC,
    OBSERVED,
    SNOMED,
    TASK_CODE,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    period,
    reference,
)
from app.exchange.fhir.writing import Entry, entry
from app.monitoring.due import State
from app.monitoring.models import LabDraw
from app.monitoring.plan import Drawing
from app.monitoring.rules import Purpose
from app.observations.catalogue import CATALOGUE
from app.schedule import A_DAY, Evenings

_CATEGORIES = {
    Purpose.BLOOD: coding(SNOMED, "108252007", "Laboratory procedure"),
    Purpose.SCAN: coding(SNOMED, "363679005", "Imaging"),
}
"""Source: US Core ServiceRequest category value set; 108252007 by clinical.md 4.3."""

_TASKS = {
    State.UPCOMING: "draft",
    State.SOON: "draft",
    State.DUE: "requested",
    State.OVERDUE: "requested",
    State.SNOOZED: "on-hold",
    State.DRAWN: "in-progress",
    State.DONE: "completed",
}
"""As FHIR's task-status says it: drawn is under way until its results are on record."""

_STATES = {
    State.UPCOMING: "Upcoming",
    State.SOON: "Soon",
    State.DUE: "Due",
    State.OVERDUE: "Overdue",
    State.SNOOZED: "Put off",
    State.DRAWN: "Drawn, results awaited",
    State.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class LabPlanRows:
    """What the plan asks of a patient, and what was said of it.

    rows    by draw, the row that keeps what somebody said; not every draw has one
    since   when the protocol began, and with it the plan
    today   the date where the patient lives
    """

    patient_id: UUID
    draws: Sequence[Drawing]
    rows: dict[UUID, LabDraw]
    since: datetime
    today: date
    evenings: Evenings

    @property
    def place(self) -> str:
        """The zone by whose calendar days are counted."""
        return self.evenings.zone.key


def request_ids(plan: LabPlanRows) -> list[str]:
    """The logical ids of the requests that are still open, soonest first."""
    return [_request_id(plan, each) for each in plan.draws if each.standing.open]


def service_requests(plan: LabPlanRows, now: datetime) -> list[Entry]:
    """Every draw, scan or measurement of the plan as a ServiceRequest."""
    return [_request(plan, each, now) for each in plan.draws]


def tasks(plan: LabPlanRows, now: datetime) -> list[Entry]:
    """For each of them the Task with which the patient is asked."""
    return [_task(plan, each, now) for each in plan.draws]


def _request_id(plan: LabPlanRows, draw: Drawing) -> str:
    return id_in_record(plan.patient_id, draw.id)


def _request(plan: LabPlanRows, draw: Drawing, now: datetime) -> Entry:
    instance, standing = draw.instance, draw.standing
    category = _CATEGORIES.get(instance.purpose)
    resource: Resource = {
        "resourceType": "ServiceRequest",
        "id": _request_id(plan, draw),
        "status": "active" if standing.open or standing.state is State.DRAWN else "completed",
        "intent": "plan",
        "category": [concept(category) if category else {"text": "Measurement at home"}],
        "code": _code(draw),
        "orderDetail": [_marker(code) for code in instance.markers],
        "subject": of_patient(plan.patient_id),
        "occurrencePeriod": period(instance.opens_on, max(instance.opens_on, instance.closes_on)),
        "authoredOn": local(plan.since, plan.place),
    }
    if not resource["orderDetail"]:
        del resource["orderDetail"]
    return entry(resource, at=_at(plan, instance.due_on), updated=_updated(plan, draw, now))


def _task(plan: LabPlanRows, draw: Drawing, now: datetime) -> Entry:
    instance, standing = draw.instance, draw.standing
    updated = _updated(plan, draw, now)
    due = period(instance.due_on, max(instance.due_on, instance.closes_on))
    resource: Resource = {
        "resourceType": "Task",
        "id": id_in_record(plan.patient_id, uuid5(draw.id, "task")),
        "basedOn": [reference("ServiceRequest", _request_id(plan, draw))],
        "status": _TASKS[standing.state],
        "businessStatus": {"text": _STATES[standing.state]},
        "intent": "plan",
        "code": concept(coding(TASK_CODE, "fulfill"), text=instance.name),
        "focus": reference("ServiceRequest", _request_id(plan, draw)),
        "for": of_patient(plan.patient_id),
        "authoredOn": local(plan.since, plan.place),
        "lastModified": local(updated, plan.place),
        "owner": of_patient(plan.patient_id),
        "restriction": {"period": due},
    }
    done = standing.drawn_on or standing.done_on
    if done is not None:
        resource["executionPeriod"] = period(done, done)
    if standing.snoozed_until is not None and standing.state is State.SNOOZED:
        resource["statusReason"] = {"text": f"Put off until {standing.snoozed_until}"}
    return entry(resource, at=_at(plan, instance.due_on), updated=updated)


def _code(draw: Drawing) -> Resource:
    return concept(
        coding(DRAW, draw.instance.rule.replace("_", "-"), draw.instance.name),
        text=draw.instance.name,
    )


def _marker(code: str) -> Resource:
    """One thing that is asked for, by the code that its result will usually carry."""
    item = CATALOGUE[code]
    public = [coding(LOINC, each.code) for each in item.loinc if each.preferred]
    return concept(*public, coding(OBSERVED, code.replace("_", "-"), item.name), text=item.name)


def _at(plan: LabPlanRows, day: date) -> datetime:
    return plan.evenings.closes(day - A_DAY)


def _updated(plan: LabPlanRows, draw: Drawing, now: datetime) -> datetime:
    """When it last came to stand otherwise: by somebody's word, or because a day came."""
    instance, row = draw.instance, plan.rows.get(draw.id)
    days = [instance.opens_on, instance.due_on, instance.closes_on + A_DAY]
    if draw.standing.done_on is not None:
        days.append(draw.standing.done_on + A_DAY)
    moments = [plan.since, *(_at(plan, day) for day in days if day < date.max)]
    if row is not None and row.settled_at is not None:
        moments.append(row.settled_at)
    return max((each for each in moments if each <= now), default=now)
