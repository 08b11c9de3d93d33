"""A clinic's panel: the actor's patients, page by page, with what needs a look.

The number of statements is the same for any page, and each walks the rows of the page's patients
alone, so neither other clinics nor the rest of the panel cost anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import ClinicActor
from app.accounts.evenings import evenings_from
from app.accounts.models import Person, Preferences
from app.audit import Means
from app.clinic.courses import first_dues
from app.clinic.episodes import gravest, undecided
from app.clinic.flag_facts import last_taken_of, reach_of
from app.clinic.flag_rules import Severity
from app.clinic.flags import flags_of
from app.clinic.listing import Wanted, listed
from app.clinic.models import Look, Task
from app.clinic.reading import Reading, by_line, by_patient, readings
from app.doses.adherence import Adherence, pooled, summarise, word_of
from app.doses.following import worst
from app.doses.nights import NightWord, nights_of, stretch
from app.monitoring.plan import overdue_among
from app.push.models import Subscription

LOOK_BACK = timedelta(days=30)
BY_ORDER = {severity.order: severity for severity in Severity}
"""The severity that the cache keeps as a number."""

NIGHTS = 14
"""So many nights are drawn beside each name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One line's counts of the last 30 days."""

    name: str
    counts: Adherence


@dataclass(frozen=True, slots=True)
class Seen:
    """What needs a look at one patient.

    flags         how many things; those a clinician has decided about do not count
    severity      of the gravest of them
    unreachable   reminders do not get through, which is not the same as not taking anything
    labs_overdue  visits for blood whose window has closed, and that are still asked for
    """

    flags: int
    severity: Severity | None
    unreachable: bool
    labs_overdue: int


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of the panel.

    taking         the last 30 days, all lines together
    worst          the line with the least taken of what was expected; None when nothing was
    last_taken_at  when the latest dose that was taken, was taken
    nights         one word for each of the last 14 nights, oldest first; the last one is tonight
    tasks_open     of this clinic, whoever's they are
    looked_at      when the cache that the order comes from was made
    """

    patient: Person
    since: datetime
    taking: Adherence
    worst: Taken | None
    last_taken_at: datetime | None
    devices: int
    seen: Seen
    nights: list[NightWord]
    tasks_open: int
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order, the cursor of the next page while there is one, and how many there are
    on all pages."""

    rows: list[Row]
    next: str | None
    total: int


async def panel(session: AsyncSession, actor: ClinicActor, wanted: Wanted, now: datetime) -> Page:
    """A page of the patients in this actor's care.

    What was taken is counted as it stands. Flags, reach and labs come from the cache by which the
    list is sorted, while nothing has changed since it was made; else they are worked out here, so
    that nobody is shown what is known to be outdated. Each patient on the page finds the look in
    their access log. Raises Invalid for a cursor of another list.
    """
    people, then, total = await listed(session, actor, wanted, now)
    ids = [one.patient.id for one in people]
    if not ids:
        return Page([], None, total)
    seen = {one.patient.id: _seen(one.look) for one in people if fresh(one.look, now)}
    begun = await first_dues(session, ids, now)
    seen |= await _looked_at_now(session, [each for each in ids if each not in seen], begun, now)
    found = by_patient(await readings(session, ids, now - LOOK_BACK, now))
    last = await last_taken_of(session, ids)
    devices = await _devices(session, ids)
    tasks = await _tasks(session, actor.clinic_id, ids)
    tonights = await _tonights(session, ids, now)
    means = Means.APP if actor.program is None else Means.API_KEY
    for patient in ids:
        audit.record(
            session, "panel.read", at=now, actor=actor.person.id, patient=patient, means=means
        )
    rows = []
    for one in people:
        patient = one.patient.id
        lines, nights = _counted(found.get(patient, []), begun, now)
        least = worst([each.counts for each in lines])
        rows.append(
            Row(
                patient=one.patient,
                since=one.since,
                taking=pooled([each.counts for each in lines]),
                worst=None if least is None else lines[least],
                last_taken_at=last.get(patient),
                devices=devices.get(patient, 0),
                seen=seen[patient],
                nights=stretch(nights, tonights[patient], NIGHTS),
                tasks_open=tasks.get(patient, 0),
                looked_at=None if one.look is None else one.look.looked_at,
            )
        )
    return Page(rows, then, total)


def fresh(look: Look | None, now: datetime) -> bool:
    """Whether the cache has looked at this patient, and nothing has changed since.

    A change of the record makes the patient due to be looked at within seconds.
    """
    return look is not None and look.looked_at is not None and look.next_at > now


def _seen(look: Look | None) -> Seen:
    assert look is not None
    return Seen(
        look.flags, BY_ORDER.get(look.severity) if look.flags else None, look.unreachable,
        look.labs_overdue,
    )  # fmt: skip


async def _looked_at_now(
    session: AsyncSession, patients: Collection[UUID], begun: Mapping[UUID, datetime], now: datetime
) -> dict[UUID, Seen]:
    """The same for those of whom the cache says nothing that holds; it is not written here."""
    if not patients:
        return {}
    flags = await flags_of(session, patients, now, begun=begun)
    overdue = await overdue_among(session, patients, now)
    reach = await reach_of(session, patients, now)
    return {
        each: Seen(
            len(undecided(flags[each])), gravest(flags[each]), reach[each].lost(now), overdue[each]
        )
        for each in patients
    }


def _counted(
    doses: Sequence[Reading], begun: Mapping[UUID, datetime], now: datetime
) -> tuple[list[Taken], dict[date, NightWord]]:
    """The counts of each line in the last 30 days, and a word for every night."""
    lines: list[Taken] = []
    words: list[tuple[date, str]] = []
    recent = [one for one in doses if one.intake.due_at > now - LOOK_BACK]
    for line, of_line in by_line(recent).items():
        counted = [one.counted(begun.get(line), None) for one in of_line]
        lines.append(Taken(of_line[-1].label, summarise(counted, now)))
        words += [
            (one.night, word_of(intake, now)) for one, intake in zip(of_line, counted, strict=True)
        ]
    return lines, nights_of(words)


async def _tonights(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, date]:
    """Which night it is where each of them is."""
    rows = await session.scalars(select(Preferences).where(Preferences.person_id.in_(patients)))
    return {each.person_id: evenings_from(each).night_of(now) for each in rows}


async def _tasks(
    session: AsyncSession, clinic_id: UUID, patients: Collection[UUID]
) -> dict[UUID, int]:
    """How many open tasks the clinic has about each of them."""
    rows = await session.execute(
        select(Task.patient_id, func.count().label("open_tasks"))
        .where(Task.patient_id.in_(patients), Task.clinic_id == clinic_id, Task.closed_at.is_(None))
        .group_by(Task.patient_id)
    )
    return {row.patient_id: row.open_tasks for row in rows}


async def _devices(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, int]:
    """How many live devices each has."""
    rows = await session.execute(
        select(Subscription.person_id, func.count().label("devices"))
        .where(Subscription.person_id.in_(patients), Subscription.retired_at.is_(None))
        .group_by(Subscription.person_id)
    )
    return {row.person_id: row.devices for row in rows}
