"""The weekly digest: once a week a clinician is told, discreetly, that their list is there to read.

The push names nobody and nothing. What the digest says is read in the app, and is live there.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import ClinicActor, patients_open_to
from app.accounts.models import Person, Preferences, Role
from app.accounts.waking import WAKING, today_of, waking_moment
from app.clinic.models import Digest, FlagEpisode, Look, Task
from app.db import insert_new
from app.push.models import Subscription
from app.push.outbox import enqueue
from app.push.seal import Seal
from app.schedule import zone

log = structlog.get_logger()

FAILED = Counter("vesper_digests_failed_total", "Clinicians whose digest could not be made")

A_WEEK = timedelta(days=7)
STALE = timedelta(days=2)
"""A push about Monday's list is not delivered later than this. [D] engineering default."""

MOST = 100
"""Patients whom a digest names; the list itself has all of them, page by page."""


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """A patient with open flags that nobody has decided about."""

    id: UUID
    name: str
    flags: int
    severity: int


@dataclass(frozen=True, slots=True)
class Week:
    """What a clinician's list came to in the last seven days.

    week      the Monday of this week, where they are
    made_at   when they were told of it; None while they have not been
    """

    week: date
    made_at: datetime | None
    counts: dict[str, int]
    patients: list[ToLookAt] = field(default_factory=list)


async def digest_of(session: AsyncSession, actor: ClinicActor, now: datetime) -> Week:
    """The digest as it is at this moment; each patient it names finds the look in their log."""
    preferences = await session.get(Preferences, actor.person.id)
    today = today_of(preferences, now) if preferences else now.date()
    week = _monday(today)
    kept = await session.get(Digest, (actor.person.id, week))
    mine = patients_open_to(actor, now)
    rows = await session.execute(
        select(Person.id, Person.name, Look.flags, Look.severity)
        .join(Look, Look.patient_id == Person.id)
        .where(Person.id.in_(mine), Look.flags > 0)
        .order_by(Look.severity, Look.flags.desc(), func.lower(Person.name), Person.id)
        .limit(MOST)
    )
    patients = [ToLookAt(row.id, row.name, row.flags, row.severity) for row in rows]
    for each in patients:
        audit.record(
            session, "digest.read", at=now, actor=actor.person.id, patient=each.id,
            means=audit.Means.APP if actor.program is None else actor.means,
        )  # fmt: skip
    counts = await counts_of(session, actor.clinic_id, mine, today, now)
    return Week(week, kept.made_at if kept else None, counts, patients)


async def counts_of(
    session: AsyncSession, clinic_id: UUID, mine: Select[UUID], today: date, now: datetime
) -> dict[str, int]:
    """Counts of the last seven days, and of what is open now, over these patients."""
    week = now - A_WEEK
    episodes = (
        await session.execute(
            select(
                func.count().filter(FlagEpisode.opened_at > week),
                func.count().filter(FlagEpisode.closed_at > week),
            ).where(
                FlagEpisode.patient_id.in_(mine),
                or_(FlagEpisode.opened_at > week, FlagEpisode.closed_at > week),
            )
        )
    ).one()
    looks = (
        await session.execute(
            select(
                func.count().filter(Look.unreachable),
                func.count().filter(Look.labs_overdue > 0),
            ).where(Look.patient_id.in_(mine))
        )
    ).one()
    patients = await session.scalar(select(func.count()).select_from(mine.subquery()))
    overdue = await session.scalar(
        select(func.count()).where(
            Task.clinic_id == clinic_id, Task.closed_at.is_(None), Task.due_on < today,
            Task.patient_id.in_(mine),
        )
    )  # fmt: skip
    return {
        "patients": patients or 0, "flags_opened": episodes[0], "flags_closed": episodes[1],
        "tasks_overdue": overdue or 0, "unreachable": looks[0], "labs_overdue": looks[1],
    }  # fmt: skip


async def digests(session: AsyncSession, seal: Seal, now: datetime, public_url: str) -> int:
    """Tell each clinician of this week's list, at Monday's waking hour; how many were told.

    A repeat finds the row and does nothing, and of two workers one makes it. After a pause of the
    worker it is told late, in the same week. One failure keeps nobody else from being told.
    """
    told = 0
    for person, preferences, newest in await _candidates(session, now):
        week = _monday(today_of(preferences, now))
        first = datetime.combine(week, WAKING, tzinfo=zone(preferences.timezone)).astimezone(UTC)
        # Who joined since then has next Monday.
        if newest == week or person.created_at > first:
            continue
        if now < first or waking_moment(preferences, week, now) > now:
            continue
        try:
            async with session.begin_nested():
                told += await _tell(session, seal, person, week, first, now, public_url)
        except Exception:
            FAILED.inc()
            log.exception("digest could not be made", person=str(person.id))
    return told


async def _candidates(
    session: AsyncSession, now: datetime
) -> Collection[tuple[Person, Preferences, date | None]]:
    """Clinicians who may not have been told this week, with the week of which they were told last.

    In UTC it may be the day before or after theirs, so on the last day of a week they all come.
    """
    newest = (
        select(func.max(Digest.week))
        .where(Digest.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Person, Preferences, newest.label("newest"))
        .join(Preferences, Preferences.person_id == Person.id)
        .where(
            Person.role == Role.CLINICIAN, Person.left_at.is_(None),
            or_(newest.is_(None), newest <= now.date() - timedelta(days=6)),
        )
        .order_by(Person.id)
    )  # fmt: skip
    return [(person, preferences, newest) for person, preferences, newest in rows]


async def _tell(
    session: AsyncSession, seal: Seal, person: Person, week: date, first: datetime, now: datetime,
    public_url: str,
) -> int:  # fmt: skip
    """Make the row, and say so on the devices of who has patients; 1 unless somebody else did."""
    assert person.clinic_id is not None
    mine = patients_open_to(ClinicActor(person, person.clinic_id), now)
    counts = await counts_of(session, person.clinic_id, mine, week, now)
    row = {"person_id": person.id, "week": week, "made_at": now, "counts": counts}
    if not await insert_new(session, Digest, [row]):
        return 0
    device = select(Subscription.id).where(
        Subscription.person_id == person.id, Subscription.retired_at.is_(None)
    )
    if counts["patients"] and await session.scalar(device.limit(1)) is not None:
        await _push(session, seal, person.id, week, first, now, public_url)
    return 1


async def _push(
    session: AsyncSession, seal: Seal, person_id: UUID, week: date, first: datetime, now: datetime,
    public_url: str,
) -> None:  # fmt: skip
    topic = uuid5(person_id, "digest").hex
    message_id = uuid5(person_id, f"digest/{week.isoformat()}")
    await enqueue(
        session, seal, person_id=person_id, message_id=message_id, kind="digest", topic=topic,
        due_at=max(first, now - STALE / 2), expires_at=now + STALE, now=now, urgent=False,
        payload={
            "web_push": 8030,
            "notification": {
                "title": "Vesper",
                "body": "The week at a glance is ready. Open Vesper.",
                "navigate": f"{public_url.rstrip('/')}/clinic/digest",
                "lang": "en",
                "dir": "ltr",
                "tag": topic,
                "data": {"kind": "digest", "message": str(message_id)},
            },
        },
    )  # fmt: skip


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
