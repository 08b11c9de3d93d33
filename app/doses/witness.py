"""What the audit entries say of doses and events, so that an altered record contradicts them.

The entry of each event holds two digests: of the event, which never changes, and of the planned
dose as it stood then, which no longer changes while something is recorded of it. The entry is
sealed, so whoever alters a row would have to break the chain as well.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import audit
from app.audit import AuditEntry, digest
from app.doses.models import Dose, Event, Kind
from app.witnessing import Page, end_of, rows_by_key

# A row's columns in the order in which a digest takes them; a new column goes to the end of a new
# tuple, and the old one stays for what was written with it.
OF_EVENT = (
    "patient_id", "id", "dose_id", "seq", "kind", "taken_at", "logged_at", "author_id", "means",
    "reason", "amount_value", "amount_unit", "note", "amount_reason", "amends",
)  # fmt: skip
OF_DOSE = (
    "patient_id", "id", "line_id", "version_id", "night", "slot", "label", "amount_value",
    "amount_unit", "route", "due_at", "closes_at", "on_time_minutes", "zone", "held", "extra",
    "ladder", "held_for", "min_gap_minutes", "quota",
)  # fmt: skip


def digest_of_event(event: Event) -> str:
    """What somebody said of a dose, all of it."""
    return digest([getattr(event, name) for name in OF_EVENT])


def digest_of_dose(dose: Dose) -> str:
    """What was planned: amount, night, due time, window, version, and whether it was held."""
    return digest([getattr(dose, name) for name in OF_DOSE])


def note(session: AsyncSession, dose: Dose, event: Event, now: datetime) -> None:
    """Write the audit entry of an event of this dose, in the same transaction."""
    audit.record(
        session, f"dose.{event.kind}", at=now, actor=event.author_id, patient=event.patient_id,
        means=event.means, dose=str(event.dose_id), event=str(event.id),
        digest=digest_of_event(event), planned=digest_of_dose(dose),
    )  # fmt: skip


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of an event that is gone or says something else today."""
    telling = [entry for entry in entries if "event" in entry.facts]
    keys = [(entry.patient_id, UUID(entry.facts["event"])) for entry in telling]
    rows = await rows_by_key(session, Event, set(keys))
    found = []
    for entry, key in zip(telling, keys, strict=True):
        event = rows.get(key)
        if event is None:
            found.append(f"event {key[1]} of dose {entry.facts['dose']}: it was removed")
        elif digest_of_event(event) != entry.facts["digest"]:
            found.append(f"event {event.id} of dose {event.dose_id}: it was altered")
    return found


async def unwitnessed(session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int) -> Page:
    """Which of the next events no entry tells of, and whose dose is not what it was.

    after   patient and id of the last event of the page before

    Gives back what was found, where the page ended (None: that was all), and how many it had.
    """
    later = aliased(Event)
    # What was said last, and stands, is what the planned dose was fixed by.
    stands = and_(
        Event.kind != Kind.UNDONE,
        ~exists().where(
            later.patient_id == Event.patient_id, later.dose_id == Event.dose_id,
            later.seq > Event.seq,
        ),
    ).label("stands")  # fmt: skip
    page = (
        select(Event, Dose, stands)
        .outerjoin(Dose, and_(Dose.patient_id == Event.patient_id, Dose.id == Event.dose_id))
        .order_by(Event.patient_id, Event.id)
        .limit(limit)
    )
    if after is not None:
        patient, event_id = after
        page = page.where(
            or_(
                Event.patient_id > patient,
                and_(Event.patient_id == patient, Event.id > event_id),
            )
        )
    rows = (await session.execute(page)).all()
    told = await _told(session, {(row[0].patient_id, row[0].logged_at) for row in rows})
    found = []
    for event, dose, last in rows:
        mine = event.patient_id
        entry = told.get((mine, str(event.id))) or told.get((mine, f"before {event.dose_id}"))
        if dose is None:
            found.append(f"dose {event.dose_id}: it was removed")
        elif entry is None:
            found.append(f"event {event.id} of dose {event.dose_id}: nothing tells of it")
        elif last and entry.facts.get("planned", digest_of_dose(dose)) != digest_of_dose(dose):
            found.append(f"dose {dose.id}: what was planned was altered")
    return found, end_of([event for event, _, _ in rows], limit), len(rows)


async def _told(
    session: AsyncSession, moments: set[tuple[UUID, datetime]]
) -> dict[tuple[UUID | None, str], AuditEntry]:
    """The entries written at these moments, by patient and event; those of before the digests by
    dose. A record that was taken along and restored has the ids of the one it came from."""
    entries = select(AuditEntry).where(
        tuple_(AuditEntry.patient_id, AuditEntry.at).in_(list(moments)),
        AuditEntry.action.in_([f"dose.{kind}" for kind in Kind]),
    )
    return {
        (
            entry.patient_id,
            str(entry.facts.get("event") or f"before {entry.facts.get('dose')}"),
        ): entry
        for entry in (await session.scalars(entries) if moments else ())
    }
