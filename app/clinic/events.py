"""What happened to a clinic's patients, in the order in which it was committed, as ids only.

An event is a sealed entry of the audit under a word that programs know. Its number is the seal's:
numbers only grow, so whoever has read up to one reads on after it and misses nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.care import live
from app.accounts.models import CareLink, Person
from app.audit import AuditEntry, AuditSeal
from app.clinic.models import Review, Task

EventType = Literal[
    "flag.opened", "flag.closed", "task.created", "task.closed", "dose.logged", "result.entered",
    "result.voided", "version.proposed", "version.acknowledged", "care.granted", "care.ended",
    "review.signed",
]  # fmt: skip
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)

PING = "ping"
"""The word of an event that says nothing but that a webhook works."""

TESTED = "webhook.tested"

TYPE_OF: dict[str, EventType] = {
    "flag.opened": "flag.opened",
    "flag.closed": "flag.closed",
    "task.created": "task.created",
    "task.closed": "task.closed",
    "dose.taken": "dose.logged",
    "dose.skipped": "dose.logged",
    "dose.undone": "dose.logged",
    "doses.imported": "dose.logged",
    "observation.entered": "result.entered",
    "observations.imported": "result.entered",
    "observation.voided": "result.voided",
    "version.entered": "version.proposed",
    "version.acknowledged": "version.acknowledged",
    "care.granted": "care.granted",
    "care.ended": "care.ended",
    "care.clinician_left": "care.ended",
    "review.signed": "review.signed",
}
"""The event that an action of the audit is to a program; all other actions are none."""

ABOUT = {
    "dose": "dose", "flag": "flag", "task": "task", "review": "review", "version": "version",
    "voided": "observation", "person": "person",
}  # fmt: skip
"""Which facts of an entry name a thing, and what kind of thing."""

LEAVING = ("care.ended", "care.clinician_left")

LARGEST_NUMBER = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

SCANNED = 5000
"""Seals that one look at the stream reads, so that no look is long however old the stream is."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    number   of the seal: grows, and is never given twice; numbers in between are others' events
    id       the same however often it is told
    patient  whose record; None of a ping
    about    what it is about, as pairs of kind and id; empty says: read the record anew
    """

    number: int
    id: UUID
    type: str
    at: datetime
    patient: UUID | None
    about: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, number: int, entry: AuditEntry) -> "Event":
        """The event that this entry of the audit is."""
        return cls(
            number, entry.id, TYPE_OF.get(entry.action, PING), entry.at, entry.patient_id,
            _about(entry.facts),
        )  # fmt: skip

    def out(self) -> dict[str, Any]:
        """The event as JSON: what webhooks are sent and what the stream answers."""
        return {
            "id": str(self.id),
            "number": self.number,
            "type": self.type,
            # As the API writes every instant, so that what is told and what is read are the same.
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "patient": None if self.patient is None else str(self.patient),
            "about": [{"type": kind, "id": id} for kind, id in self.about],
        }


def _about(facts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    named = [(ABOUT[name], str(facts[name])) for name in ABOUT if facts.get(name)]
    told = facts.get("observations")
    if isinstance(told, str):  # each with a digest behind it, which is nobody's business
        named += [("observation", part.partition("=")[0]) for part in told.split()]
    return tuple(named)


async def head_of(session: AsyncSession) -> int:
    """The number of the newest seal; 0 before the first."""
    return await session.scalar(select(func.max(AuditSeal.number))) or 0


async def events_of_clinic(
    session: AsyncSession, clinic_id: UUID, after: int, limit: int
) -> tuple[list[Event], int]:
    """The next events of patients who were in the clinic's care when they happened.

    Gives back at most `limit`, and the number to go on after: when that is `after` itself, there
    is nothing newer. Reads at most SCANNED seals.
    """
    upto = min(after + SCANNED, await head_of(session))
    found = await happened(session, after, upto, clinic_id)
    return _page([event for _, event in found], limit, max(after, upto))


async def events_of_clinician(
    session: AsyncSession, clinician: Person, after: int, limit: int, now: datetime
) -> tuple[list[Event], int]:
    """The same for a clinician: of the patients alone who let this very person in, and still do."""
    assert clinician.clinic_id is not None
    upto = min(after + SCANNED, await head_of(session))
    found = await happened(session, after, upto, clinician.clinic_id)
    mine = set(
        await session.scalars(
            select(CareLink.patient_id).where(
                CareLink.person_id == clinician.id, CareLink.clinic_id.is_not(None), live(now)
            )
        )
    )
    return _page([event for _, event in found if event.patient in mine], limit, max(after, upto))


def _page(events: list[Event], limit: int, upto: int) -> tuple[list[Event], int]:
    if len(events) <= limit:
        return events, upto
    return events[:limit], events[limit - 1].number


async def happened(
    session: AsyncSession, after: int, upto: int, clinic_id: UUID | None = None
) -> list[tuple[UUID, Event]]:
    """Every event after one number and up to another, with each clinic that may hear of it.

    A clinic hears of what happened while the patient had let one of its clinicians in, also of the
    end of that; of another clinic's care, tasks and reviews it hears nothing.
    """
    rows = (await session.execute(_heard(after, upto, clinic_id))).all()
    owners = await _owners(session, [row[1] for row in rows])
    found: dict[tuple[int, UUID], Event] = {}
    for number, entry, clinic, person in rows:
        key = number, clinic
        if key not in found and _concerns(entry, clinic, person, owners):
            found[key] = Event.of(number, entry)
    return [(clinic, event) for (_, clinic), event in found.items()]


def _heard(after: int, upto: int, clinic_id: UUID | None) -> Select[*tuple[Any, ...]]:
    """Seal, entry, clinic and clinician of everything that happened while a link was live."""
    leaver = aliased(Person)
    link = and_(
        CareLink.patient_id == AuditEntry.patient_id,
        CareLink.clinic_id.is_not(None),
        CareLink.granted_at <= AuditEntry.at,
        or_(CareLink.ends_at.is_(None), CareLink.ends_at > AuditEntry.at),
        _not_over(CareLink.ended_at),
    )
    query = (
        select(AuditSeal.number, AuditEntry, CareLink.clinic_id, CareLink.person_id)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .join(CareLink, link)
        .join(leaver, and_(leaver.id == CareLink.person_id, _not_over(leaver.left_at)))
        .where(AuditSeal.number > after, AuditSeal.number <= upto, AuditEntry.action.in_(TYPE_OF))
        .order_by(AuditSeal.number, CareLink.clinic_id)
    )
    return query if clinic_id is None else query.where(CareLink.clinic_id == clinic_id)


def _not_over(ended_at: Any) -> ColumnElement[bool]:
    """Not ended yet when the entry was written; an end itself is still heard of."""
    leaving = and_(AuditEntry.action.in_(LEAVING), ended_at >= AuditEntry.at)
    return or_(ended_at.is_(None), ended_at > AuditEntry.at, leaving)


def _concerns(
    entry: AuditEntry, clinic: UUID, person: UUID, owners: dict[tuple[UUID | None, UUID], UUID]
) -> bool:
    """Whether this is for the clinic of a live link to hear, and not of another clinic."""
    if entry.action == "version.entered":
        return bool(entry.facts.get("proposed"))
    if entry.action.startswith("care."):
        return bool(entry.facts.get("person") == str(person))
    for name in ("task", "review"):
        if entry.action.startswith(f"{name}."):
            return owners.get((entry.patient_id, UUID(entry.facts[name]))) == clinic
    return True


async def _owners(
    session: AsyncSession, entries: Sequence[AuditEntry]
) -> dict[tuple[UUID | None, UUID], UUID]:
    """Whose the tasks and reviews are that these entries tell of."""
    owners: dict[tuple[UUID | None, UUID], UUID] = {}
    for name, table in (("task", Task), ("review", Review)):
        keys = {
            (entry.patient_id, UUID(entry.facts[name]))
            for entry in entries
            if entry.action.startswith(f"{name}.")
        }
        owners |= await _owned(session, table, keys)
    return owners


async def _owned(
    session: AsyncSession, table: type[Task] | type[Review],
    keys: Iterable[tuple[UUID | None, UUID]],
) -> dict[tuple[UUID | None, UUID], UUID]:  # fmt: skip
    wanted = list(keys)
    if not wanted:
        return {}
    rows = await session.execute(
        select(table.patient_id, table.id, table.clinic_id).where(
            tuple_(table.patient_id, table.id).in_(wanted)
        )
    )
    return {(patient, id): clinic for patient, id, clinic in rows}


async def pings(session: AsyncSession, after: int, upto: int) -> list[tuple[UUID, int]]:
    """Which webhooks were to be tried out, and the number of each wish."""
    rows = (
        await session.execute(
            select(AuditSeal.number, AuditEntry)
            .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .where(AuditSeal.number > after, AuditSeal.number <= upto, AuditEntry.action == TESTED)
            .order_by(AuditSeal.number)
        )
    ).all()
    return [(UUID(entry.facts["webhook"]), number) for number, entry in rows]
