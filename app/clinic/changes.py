"""What changed in a patient's record in a stretch of time, in a clinician's words, newest first."""

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.courses import first_dues
from app.clinic.models import FlagEpisode, Task
from app.clinic.reading import by_line, readings
from app.doses.adherence import EXPECTED, FILLED, word_of
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.protocols.medicines import label_of
from app.protocols.models import Hold, Line, Version
from app.push.models import Subscription

MOST = 200
"""How many changes are told; the record itself has all of them."""


class ChangeKind(enum.StrEnum):
    """What a change is about."""

    VERSION = "version"
    DOSES = "doses"
    RESULTS = "results"
    FLAG = "flag"
    TASK = "task"
    HOLD = "hold"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different from before."""

    at: datetime
    kind: ChangeKind
    text: str


async def changes_of(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID, since: datetime, until: datetime
) -> list[Change]:
    """What happened in (since, until], the newest first, at most MOST.

    clinic_id   whose tasks are told
    """
    found = [
        *await _versions(session, patient_id),
        *await _doses(session, patient_id, since, until),
        *await _results(session, patient_id, since, until),
        *await _flags(session, patient_id),
        *await _tasks(session, patient_id, clinic_id),
        *await _holds(session, patient_id),
        *await _devices(session, patient_id),
    ]
    inside = [change for change in found if since < change.at <= until]
    return sorted(inside, key=lambda change: (change.at, change.text), reverse=True)[:MOST]


async def _versions(session: AsyncSession, patient_id: UUID) -> Iterable[Change]:
    rows = await session.scalars(select(Version).where(Version.patient_id == patient_id))
    found = []
    for row in rows:
        named = f"Version {row.number} of the protocol"
        written = "written down by the patient" if row.self_reported else "proposed"
        why = f": {row.reason}" if row.reason else ""
        found.append((row.created_at, f"{named} {written}{why}"))
        if row.acknowledged_at is not None and not row.self_reported:
            found.append((row.acknowledged_at, f"{named} acknowledged"))
        if row.withdrawn_at is not None:
            found.append((row.withdrawn_at, f"{named} taken back"))
    return [Change(at, ChangeKind.VERSION, text) for at, text in found]


async def _doses(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> Iterable[Change]:
    """One for each line of which something was not taken, at its newest such dose; counted as
    the figures count that are signed below it."""
    found = []
    begun = await first_dues(session, [patient_id], until)
    for line, doses in by_line(await readings(session, [patient_id], since, until)).items():
        words = [word_of(one.counted(begun.get(line), None), until) for one in doses]
        counts = Counter(words)
        expected = sum(counts[word] for word in EXPECTED)
        left = [one for one, word in zip(doses, words, strict=True) if word in EXPECTED - FILLED]
        if left:
            skipped = counts["skipped"]
            text = (
                f"{doses[-1].label}: {len(left) - skipped} missed, {skipped} skipped, of "
                f"{expected} expected"
            )
            found.append(Change(left[-1].intake.due_at, ChangeKind.DOSES, text))
    return found


async def _results(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime
) -> Iterable[Change]:
    """One for each time that somebody entered something; what it asks for is told by its flags."""
    rows = await session.scalars(
        select(Observation).where(
            Observation.patient_id == patient_id, Observation.entered_at > since,
            Observation.entered_at <= until,
        )
    )  # fmt: skip
    panels: dict[UUID, list[Observation]] = defaultdict(list)
    for row in rows:
        panels[row.panel_id].append(row)
    found = []
    for panel in panels.values():
        names = sorted({_name_of(row.code) for row in panel})
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        day = max(row.day for row in panel)
        text = f"Entered for {day:%-d %B %Y}: {', '.join(names[:4])}{more}"
        found.append(Change(max(row.entered_at for row in panel), ChangeKind.RESULTS, text))
    return found


def _name_of(code: str) -> str:
    item = CATALOGUE.get(code)
    return item.name if item else code


async def _flags(session: AsyncSession, patient_id: UUID) -> Iterable[Change]:
    rows = await session.scalars(select(FlagEpisode).where(FlagEpisode.patient_id == patient_id))
    found = []
    for row in rows:
        found.append(Change(row.opened_at, ChangeKind.FLAG, f"New flag: {row.text}"))
        if row.closed_at is not None:
            found.append(Change(row.closed_at, ChangeKind.FLAG, f"No longer holds: {row.text}"))
    return found


async def _tasks(session: AsyncSession, patient_id: UUID, clinic_id: UUID) -> Iterable[Change]:
    rows = await session.scalars(
        select(Task).where(
            Task.patient_id == patient_id, Task.clinic_id == clinic_id, Task.closed_at.is_not(None)
        )
    )
    return [
        Change(row.closed_at, ChangeKind.TASK, f"Task done: {row.title} ({_outcome(row)})")
        for row in rows
        if row.closed_at is not None
    ]


def _outcome(task: Task) -> str:
    words = task.outcome.value.replace("_", " ") if task.outcome else ""
    return f"{words}: {task.outcome_note}" if task.outcome_note else words


async def _holds(session: AsyncSession, patient_id: UUID) -> Iterable[Change]:
    rows = await session.execute(
        select(Hold, Line.medicine)
        .join(Line, (Line.patient_id == Hold.patient_id) & (Line.id == Hold.line_id))
        .where(Hold.patient_id == patient_id)
    )
    found = []
    for hold, medicine in rows:
        name = label_of(medicine)
        ends = f" until {hold.until:%-d %B}" if hold.until else ""
        text = f"{name} paused from {hold.since:%-d %B}{ends}: {hold.reason}"
        found.append(Change(hold.created_at, ChangeKind.HOLD, text))
        if hold.resumed_at is not None:
            found.append(Change(hold.resumed_at, ChangeKind.HOLD, f"{name}: the pause ended"))
    return found


async def _devices(session: AsyncSession, patient_id: UUID) -> Iterable[Change]:
    rows = await session.scalars(select(Subscription).where(Subscription.person_id == patient_id))
    found = []
    for row in rows:
        found.append(Change(row.created_at, ChangeKind.DEVICE, "Reminders turned on for a device"))
        if row.retired_at is not None:
            text = "Reminders go to one device less"
            found.append(Change(row.retired_at, ChangeKind.DEVICE, text))
    return found
