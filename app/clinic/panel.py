"""A clinician's panel: their own patients, page by page, with what needs a look.

The number of statements is the same for any page, and each walks the rows of the page's patients
alone, so neither other clinics nor the rest of the panel cost anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import live
from app.accounts.models import CareLink, Person
from app.clinic.flags import flags_of
from app.clinic.reading import by_patient, readings
from app.doses.adherence import Adherence, summarise
from app.doses.models import Dose, Kind, Spoken
from app.doses.standing import standing_event, stands
from app.monitoring.plan import overdue_among
from app.problems import Invalid
from app.push.models import Subscription

LOOK_BACK = timedelta(days=30)
SILENCE = timedelta(days=7)
"""Reminders went out and no device took one for this long: the patient cannot be reached."""


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of the panel.

    taking         the last 30 days, all lines together
    last_taken_at  when the latest dose that was taken, was taken
    unreachable    reminders do not get through, which is not the same as not taking anything
    labs_overdue   visits for blood whose window has closed, and that are still asked for
    flags          how many things need a look; those a clinician has decided about do not count
    """

    patient: Person
    since: datetime
    taking: Adherence
    last_taken_at: datetime | None
    devices: int
    unreachable: bool
    labs_overdue: int
    flags: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order of name, and the cursor of the next page while there is one."""

    rows: list[Row]
    next: UUID | None


async def panel(
    session: AsyncSession, clinician: Person, *, cursor: UUID | None, limit: int, now: datetime
) -> Page:
    """The clinician's patients with a live care link, after `cursor`, at most `limit`.

    The cursor is a patient's id, because a name may not stand in an address. Each patient on the
    page finds the look in their access log. Raises Invalid for a cursor of somebody else.
    """
    people = await _people(session, clinician.id, cursor, limit + 1, now)
    more, people = len(people) > limit, people[:limit]
    ids = [patient.id for patient, _, _ in people]
    if not ids:
        return Page([], None)
    found = by_patient(await readings(session, ids, now - LOOK_BACK, now))
    devices = await _devices(session, ids)
    spoken_to = await _spoken_to(session, ids, now)
    flags = await flags_of(session, ids, now)
    overdue = await overdue_among(session, ids, now)
    for patient_id in ids:
        audit.record(session, "panel.read", at=now, actor=clinician.id, patient=patient_id)
    rows = []
    for patient, since, last_taken_at in people:
        count, accepted_at = devices.get(patient.id, (0, None))
        silent = accepted_at is None or accepted_at <= now - SILENCE
        rows.append(
            Row(
                patient=patient,
                since=since,
                taking=summarise((one.intake for one in found.get(patient.id, [])), now),
                last_taken_at=last_taken_at,
                devices=count,
                unreachable=count == 0 or (silent and patient.id in spoken_to),
                labs_overdue=overdue[patient.id],
                flags=sum(not flag.overridden for flag in flags[patient.id]),
            )
        )
    return Page(rows, ids[-1] if more else None)


async def _people(
    session: AsyncSession, clinician_id: UUID, cursor: UUID | None, limit: int, now: datetime
) -> list[tuple[Person, datetime, datetime | None]]:
    """Patients by name: person, since when in care, when the latest taken dose was taken."""
    order = func.lower(Person.name)
    standing = standing_event()
    # Along the index of (patient, due time), newest first, until one was taken.
    last_taken = (
        select(standing.taken_at)
        .join(Dose, stands(standing))
        .where(Dose.patient_id == Person.id, standing.kind == Kind.TAKEN)
        .order_by(Dose.due_at.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    query = (
        select(Person, CareLink.granted_at, last_taken)
        .join(CareLink, CareLink.patient_id == Person.id)
        .where(CareLink.person_id == clinician_id, CareLink.clinic_id.is_not(None), live(now))
        .order_by(order, Person.id)
        .limit(limit)
    )
    if cursor is not None:
        # Also one whose care has ended since the page before.
        name = await session.scalar(
            select(order)
            .join(CareLink, CareLink.patient_id == Person.id)
            .where(Person.id == cursor, CareLink.person_id == clinician_id)
            .limit(1)
        )
        if name is None:
            raise Invalid(
                "This page does not exist.", field="cursor", cure="Start from the first page."
            )
        query = query.where(tuple_(order, Person.id) > tuple_(name, cursor))
    return [(*row,) for row in await session.execute(query)]


async def _devices(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[UUID, tuple[int, datetime | None]]:
    """How many live devices each has, and when a push service last took a message for one."""
    rows = await session.execute(
        select(
            Subscription.person_id, func.count(), func.max(Subscription.last_accepted_at)
        )
        .where(Subscription.person_id.in_(patients), Subscription.retired_at.is_(None))
        .group_by(Subscription.person_id)
    )  # fmt: skip
    return {person: (count, accepted_at) for person, count, accepted_at in rows}


async def _spoken_to(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> frozenset[UUID]:
    """Those of whom a dose of the last week was reminded, or should have been."""
    rows = await session.scalars(
        select(Dose.patient_id)
        .join(Spoken, and_(Spoken.patient_id == Dose.patient_id, Spoken.dose_id == Dose.id))
        .where(Dose.patient_id.in_(patients), Dose.due_at > now - SILENCE, Dose.due_at <= now)
        .distinct()
    )
    return frozenset(rows)
