"""The watch tick: whose record changed is looked at anew, and so is everybody once an hour.

It keeps the list's cache and the flags' history. It reads the audit's seals, which are numbered in
the order of commits, so that no change is ever passed over; and it claims due rows, so that any
number of workers may watch.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.care import live
from app.accounts.models import CareLink, Person, Role
from app.audit import AuditEntry, AuditSeal
from app.clinic.courses import first_dues
from app.clinic.dose_flags import run_of
from app.clinic.episodes import FIRST_LOOK, gravest, reconcile, undecided
from app.clinic.flag_facts import doses_read, last_taken_of, reach_of
from app.clinic.models import Look, Watermark
from app.clinic.reading import by_line
from app.db import insert_new
from app.doses.adherence import summarise
from app.doses.models import Dose
from app.monitoring.plan import overdue_among

log = structlog.get_logger()

FAILED = Counter("vesper_looks_failed_total", "Patients whom the watch could not look at")

READER = "watch"
SEALS = 500
"""Seals that are read in one transaction."""

BATCH = 50
"""Patients who are looked at in one transaction."""

HOURLY = timedelta(hours=1)
"""Whatever turns on the time of day is seen no later than this. [D] engineering default."""

UNCARED = timedelta(days=1)
"""Nobody looks after this patient: who lets somebody in is looked at then."""

MONTH = timedelta(days=30)
AGAIN = timedelta(minutes=15)
WINDOW = timedelta(days=8)
"""No window is longer than a week, so a dose that may close now was due no longer ago."""


async def watch(session: AsyncSession, now: datetime) -> int:
    """Read what was sealed, look at who is due, and tell how many entries and patients that was.

    A repeat at the same instant finds nothing to do. Workers share the patients, and one of them
    reads the seals. A patient who cannot be looked at is tried again in a quarter of an hour.
    """
    return await _read_seals(session, now) + await _look_at_due(session, now)


async def _read_seals(session: AsyncSession, now: datetime) -> int:
    """Make those due whose record changed since the watermark; how many entries were read."""
    mark = await session.scalar(
        select(Watermark)
        .where(Watermark.reader == READER)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if mark is None:
        known = select(Watermark.number).where(Watermark.reader == READER)
        if await session.scalar(known) is not None:
            return 0  # a colleague reads at this moment; an insert would wait for them
        return await _begin(session, now)
    rows = (
        await session.execute(
            select(AuditSeal.number, AuditEntry.patient_id, AuditEntry.action)
            .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .where(AuditSeal.number > mark.number, AuditSeal.number <= mark.number + SEALS)
        )
    ).all()
    if not rows:
        return 0
    changed = {
        patient for _, patient, action in rows if patient is not None and not _only_a_look(action)
    }
    mark.number = max(number for number, _, _ in rows)
    await _make_due(session, changed, now)
    return len(rows)


async def _begin(session: AsyncSession, now: datetime) -> int:
    """The first time: every patient is due, and only what is sealed from now on is read."""
    newest = await session.scalar(select(func.max(AuditSeal.number))) or 0
    if not await insert_new(session, Watermark, [{"reader": READER, "number": newest}]):
        return 0  # somebody else reads at this moment, or has just begun
    patients = await session.scalars(
        select(Person.id).where(Person.role == Role.PATIENT).order_by(Person.id)
    )
    await _make_due(session, set(patients), now)
    return 1


def _only_a_look(action: str) -> bool:
    """Whether nothing on the list can have changed by it; the watch's own words are among them."""
    return action.endswith(".read") or action in {"flag.opened", "flag.closed"}


async def _make_due(session: AsyncSession, patients: Collection[UUID], now: datetime) -> None:
    if not patients:
        return
    # Nobody looks at a record that has ended; what tells of its end is read here as well.
    there = select(Person.id).where(Person.id.in_(patients), Person.left_at.is_(None))
    ids = sorted(await session.scalars(there))
    if not ids:
        return
    rows = [{"patient_id": each, "next_at": now, **FIRST_LOOK} for each in ids]
    await insert_new(session, Look, rows)
    # One after the other in one order: a colleague may hold several of them. Those that are due
    # too: whoever looks at one just now may have read before the change, and moves it on after.
    await session.execute(
        select(Look.patient_id)
        .where(Look.patient_id.in_(ids))
        .order_by(Look.patient_id)
        .with_for_update()
    )
    await session.execute(
        update(Look)
        .where(Look.patient_id.in_(ids), Look.next_at > now)
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )


async def _look_at_due(session: AsyncSession, now: datetime) -> int:
    due = (
        await session.scalars(
            select(Look)
            .where(Look.next_at <= now)
            .order_by(Look.next_at, Look.patient_id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    if not due:
        return 0
    by_patient = {row.patient_id: row for row in due}
    cared = await _in_care(session, by_patient, now)
    for row in due:
        if row.patient_id not in cared:
            row.next_at = now + UNCARED
    ids = sorted(cared)  # by name: rows that failed are read anew
    try:
        async with session.begin_nested():
            await look_at(session, [by_patient[patient] for patient in ids], now)
    except Exception:
        log.exception("a batch could not be looked at; its patients are tried one by one")
        for patient in ids:
            await _look_alone(session, patient, now)
    return len(due)


async def _look_alone(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    row = await session.get_one(Look, patient_id, populate_existing=True)
    try:
        async with session.begin_nested():
            await look_at(session, [row], now)
    except Exception:
        FAILED.inc()
        log.exception("patient could not be looked at", patient=str(patient_id))
        later = update(Look).where(Look.patient_id == patient_id).values(next_at=now + AGAIN)
        await session.execute(later)


async def _in_care(session: AsyncSession, patients: Collection[UUID], now: datetime) -> set[UUID]:
    rows = await session.scalars(
        select(CareLink.patient_id)
        .where(CareLink.patient_id.in_(patients), CareLink.clinic_id.is_not(None), live(now))
        .distinct()
    )
    return set(rows)


async def look_at(session: AsyncSession, rows: Sequence[Look], now: datetime) -> None:
    """Reconcile the flags of these patients and refresh their rows of the list."""
    ids = [row.patient_id for row in rows]
    if not ids:
        return
    doses = await doses_read(session, ids, now)
    begun = await first_dues(session, ids, now)
    flags = await reconcile(session, ids, now, doses, begun)
    overdue = await overdue_among(session, ids, now)
    reach = await reach_of(session, ids, now)
    last_taken = await last_taken_of(session, ids)
    closing = await _next_closing(session, ids, now)
    for row in rows:
        mine = doses.get(row.patient_id, [])
        month = [one for one in mine if one.intake.due_at > now - MONTH]
        recent = summarise((one.counted(begun.get(one.line_id), None) for one in month), now)
        worst = gravest(flags[row.patient_id])
        row.severity = FIRST_LOOK["severity"] if worst is None else worst.order
        row.flags = len(undecided(flags[row.patient_id]))
        row.unreachable = reach[row.patient_id].lost(now)
        row.labs_overdue = overdue[row.patient_id]
        row.taken, row.expected = recent.taken, recent.expected
        row.missed_in_row = max(
            (run_of([one.intake for one in line], now).count for line in by_line(month).values()),
            default=0,
        )
        row.last_taken_at = last_taken.get(row.patient_id)
        row.looked_at = now
        row.next_at = min(closing.get(row.patient_id, now + HOURLY), now + HOURLY)


async def _next_closing(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, datetime]:
    """When the next window of each closes: at that instant an unlogged dose is missed."""
    rows = await session.execute(
        select(Dose.patient_id, func.min(Dose.closes_at).label("closes_at"))
        .where(
            Dose.patient_id.in_(patients), Dose.due_at > now - WINDOW, Dose.due_at < now + HOURLY,
            Dose.closes_at > now,
        )
        .group_by(Dose.patient_id)
    )  # fmt: skip
    return {row.patient_id: row.closes_at for row in rows}
