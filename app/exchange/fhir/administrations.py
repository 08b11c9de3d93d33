"""MedicationAdministration: a dose that was taken, and one that was not, with the reason. Pure.

What was not logged is never `completed`. A dose whose window is still open, or is yet to come, has
no administration, and neither has a night that the week of a line leaves free; where somebody said
one was taken and then took that back, whoever read it before has to hear that it was a mistake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.doses.models import Dose, Event, Held, SkipReason
from app.doses.state import DoseState, WeekKey, counts_in_week, state_of, week_key
from app.doses.weeks import Week
from app.exchange.fhir.codes import (
    LINE,
    NOT_DONE,
    Resource,
    coding,
    concept,
    id_in_record,
    local,
    of_patient,
    reference,
)
from app.exchange.fhir.courses import Order, Protocol
from app.exchange.fhir.given import medicine_of, site_of
from app.exchange.fhir.requests import request_id
from app.exchange.fhir.timing import quantity, route_of
from app.exchange.fhir.writing import Entry, entry
from app.exchange.given import Given
from app.protocols.models import Line

COMPLETED = "completed"
NOT_GIVEN = "not-done"
MISTAKEN = "entered-in-error"

_WORDS = {
    SkipReason.FORGOT: "Forgot",
    SkipReason.TRAVELLING: "Travelling",
    SkipReason.UNWELL: "Unwell",
    SkipReason.SIDE_EFFECT: "Side effect",
    SkipReason.RAN_OUT: "Ran out",
    SkipReason.CLINIC_SAID_SO: "The clinic said so",
    SkipReason.OTHER: "Another reason",
}
_SETTLED = {DoseState.TAKEN, DoseState.SKIPPED, DoseState.MISSED, DoseState.HELD}


@dataclass(frozen=True, slots=True)
class Log:
    """A patient's doses with what was said of them, oldest first, and the weeks they lie in.

    lines   every line of the patient
    given   by dose what it was given from and into, where anything is known
    """

    doses: Sequence[Dose]
    weeks: Mapping[WeekKey, Week]
    lines: Mapping[UUID, Line]
    given: Mapping[UUID, Given] = field(default_factory=dict)

    def week_changed(self, dose: Dose, now: datetime) -> datetime:
        """When the week of a dose last came to stand otherwise: by a word, or a window closing.

        Which of its nights are missing is known only then, long after their own windows.
        """
        key = week_key(dose)
        moments = [
            moment
            for each in self.doses
            if each.line_id == dose.line_id and week_key(each) == key
            for moment in (each.closes_at, *(event.logged_at for event in each.events))
        ]
        return max((each for each in moments if each <= now), default=dose.closes_at)

    def state(self, dose: Dose, now: datetime) -> DoseState:
        """What happened to a dose, or what may still happen."""
        return state_of(dose, now, self.weeks.get(week_key(dose)))


def administrations(
    protocol: Protocol, orders: Sequence[Order], log: Log, now: datetime
) -> list[Entry]:
    """Every dose of which it is known what became of it."""
    nights = _Nights(orders)
    found = []
    for dose in log.doses:
        state = log.state(dose, now)
        settled = state in _SETTLED and not (state is DoseState.HELD and dose.due_at > now)
        if not settled and not dose.events:
            continue
        order = nights.order_of(dose)
        line, updated = log.lines[dose.line_id], _updated(dose, state, now)
        if state is DoseState.MISSED and counts_in_week(dose):
            updated = max(updated, log.week_changed(dose, now))
        shown = state if settled else None
        given = log.given.get(dose.id)
        if given is not None and given.said_at <= now:
            updated = max(updated, given.said_at)
        found.append(_administration(protocol, dose, shown, line, order, updated, given))
    return found


class _Nights:
    """Which order asked for which dose."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders: dict[tuple[UUID, UUID], list[Order]] = {}
        for order in orders:
            self._orders.setdefault((order.version.id, order.line.id), []).append(order)

    def order_of(self, dose: Dose) -> Order | None:
        """The order of a planned dose; None of one outside the plan, which nobody asked for."""
        if dose.extra:
            return None
        mine = self._orders.get((dose.version_id, dose.line_id), [])
        of_night = [each for each in mine if _holds(each, dose.night)]
        # A dose that was due when its version ended stays as it was planned: the nearest block.
        return of_night[0] if of_night else (mine[-1] if mine else None)


def _holds(order: Order, night: date) -> bool:
    return order.since <= night and (order.until is None or night <= order.until)


def _administration(
    protocol: Protocol, dose: Dose, state: DoseState | None, line: Line, order: Order | None,
    updated: datetime, given: Given | None,
) -> Entry:  # fmt: skip
    """state   None: what was said of it was taken back, and nothing has come of it yet"""
    event = dose.outcome
    taken = event if state is DoseState.TAKEN else None
    happened = taken.taken_at if taken and taken.taken_at else dose.due_at
    vials = given.vials if given and taken else ()
    resource: Resource = {
        "resourceType": "MedicationAdministration",
        "id": id_in_record(dose.patient_id, dose.id),
        "identifier": [{"system": LINE, "value": str(dose.line_id)}],
        **_status(dose, state, event),
        **medicine_of(line, vials),
        "subject": of_patient(dose.patient_id),
        "effectiveDateTime": local(happened, dose.zone),
        "performer": [{"actor": of_patient(dose.patient_id)}],
    }
    if order is not None:
        resource["request"] = reference("MedicationRequest", request_id(protocol, order))
    notes = ["Taken outside the plan."] if dose.extra else []
    if vials and given and given.assumed:
        notes.append("The lot is that of the vial in use; nobody named it.")
    if notes:
        resource["note"] = [{"text": each} for each in notes]
    if taken is not None:
        resource["dosage"] = _dosage(dose, taken, given.site if given else None)
    return entry(resource, at=dose.due_at, updated=updated)


def _status(dose: Dose, state: DoseState | None, event: Event | None) -> Resource:
    """Whether it was given, and if not, why."""
    if state is None:
        return {"status": MISTAKEN}
    if state is DoseState.TAKEN:
        return {"status": COMPLETED}
    return {"status": NOT_GIVEN, "statusReason": _why(dose, state, event)}


def _dosage(dose: Dose, event: Event, site: str | None) -> Resource:
    """What was taken: the amount that was logged, or the one that was planned; and into where."""
    amount = event.amount or dose.amount
    text = f"{amount}" if amount == dose.amount else f"{amount}; planned {dose.amount}"
    where = {"site": site_of(site)} if site else {}
    return {"text": text, **where, **route_of(dose.route), "dose": quantity(amount)}


def _why(dose: Dose, state: DoseState, event: Event | None) -> list[Resource]:
    """Why it was not taken: missed by itself, left out by somebody's word, or not expected."""
    if state is DoseState.MISSED:
        text = "Not logged when its window closed"
        return [concept(coding(NOT_DONE, "missed", "Missed"), text=text)]
    if state is DoseState.HELD:
        moved = dose.held_for is Held.GAP
        text = "Too close to the dose before, after a change of zone" if moved else "Paused"
        return [concept(coding(NOT_DONE, "held", "Held: not expected"), text=text)]
    reasons = [concept(coding(NOT_DONE, "skipped", "Skipped"), text="Left out")]
    if event is not None and event.reason is not None:
        code = event.reason.value.replace("_", "-")
        reasons.append(
            concept(coding(NOT_DONE, code, _WORDS[event.reason]), text=_WORDS[event.reason])
        )
    return reasons


def _updated(dose: Dose, state: DoseState, now: datetime) -> datetime:
    """When it came to be known: as it was logged, or as its window closed."""
    said = [event.logged_at for event in dose.events]
    if state is DoseState.MISSED:
        said.append(dose.closes_at)
    if state is DoseState.HELD:
        said.append(dose.due_at)
    return max((each for each in said if each <= now), default=now)
