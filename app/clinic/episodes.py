"""When each flag was first seen and when it held no longer: live flags beside what is kept of them.

A flag is computed; its episode is a row that opens when the flag first holds, follows its words,
and closes when it holds no longer. Closed episodes are the history, and never change.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person
from app.audit import Means
from app.clinic.flag_rules import Flag, Seen, Severity
from app.clinic.flags import flags_of
from app.clinic.models import FlagEpisode, Look
from app.clinic.reading import Reading
from app.db import insert_new
from app.monitoring.models import FlagSeen

HISTORY = 100
"""How many closed episodes of a patient are told."""

FIRST_LOOK = {
    "severity": 9, "flags": 0, "unreachable": False, "labs_overdue": 0, "taken": 0, "expected": 0,
    "missed_in_row": 0,
}  # fmt: skip
"""What a patient's row of the list says before the watch has looked."""

Key = tuple[str, str]
"""A rule, and what it is about: one open episode of a patient each."""


async def reconcile(
    session: AsyncSession,
    patients: Collection[UUID],
    now: datetime,
    doses: Mapping[UUID, Sequence[Reading]] | None = None,
    begun: Mapping[UUID, datetime] | None = None,
) -> dict[UUID, list[Flag]]:
    """Make the open episodes of these patients what their flags are now; and give back the flags.

    Each has its episode's id and begin then, and the earliest `since` that it was ever told with,
    because a period that moves on must not make an old flag young. A repeat at the same instant
    changes nothing. Of two who do this at once the second waits and then sees what the first did;
    were it otherwise, a unique index would still let no second episode of the same be opened.
    """
    await _one_at_a_time(session, patients, now)
    found = await flags_of(session, patients, now, doses, begun)
    rows = await _open(session, patients)
    for patient in sorted(found):
        live = {_key(flag): flag for flag in found[patient]}
        mine = rows.get(patient, {})
        for key in sorted(mine.keys() - live.keys()):
            await _close(session, mine[key], now)
        for key in sorted(live):
            if key not in mine:
                await _begin(session, patient, live[key], now)
            elif _differs(mine[key], live[key]):
                _follow(mine[key], live[key])
    await session.flush()
    kept = await _open(session, patients)
    return {
        patient: [_kept(flag, kept.get(patient, {}).get(_key(flag))) for flag in flags]
        for patient, flags in found.items()
    }


async def flag_history(session: AsyncSession, patient_id: UUID) -> list[Flag]:
    """The patient's flags that hold no longer, the newest first, at most HISTORY."""
    rows = await session.execute(
        select(FlagEpisode, FlagSeen, Person.name)
        .outerjoin(
            FlagSeen,
            (FlagSeen.patient_id == FlagEpisode.patient_id) & (FlagSeen.id == FlagEpisode.id),
        )
        .outerjoin(Person, Person.id == FlagSeen.seen_by)
        .where(FlagEpisode.patient_id == patient_id, FlagEpisode.closed_at.is_not(None))
        .order_by(FlagEpisode.closed_at.desc(), FlagEpisode.id)
        .limit(HISTORY)
    )
    return [
        _told(row, None if seen is None else Seen(name, seen.seen_at, seen.note))
        for row, seen, name in rows
    ]


async def _one_at_a_time(session: AsyncSession, patients: Collection[UUID], now: datetime) -> None:
    """Keep these patients' rows of the list until the commit; who has none gets one."""
    for _ in range(2):
        rows = await session.scalars(
            select(Look.patient_id)
            .where(Look.patient_id.in_(patients))
            .order_by(Look.patient_id)
            .with_for_update()
        )
        missing = sorted(set(patients) - set(rows))
        if not missing:
            return
        await insert_new(
            session, Look, [{"patient_id": each, "next_at": now, **FIRST_LOOK} for each in missing]
        )


async def _open(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[UUID, dict[Key, FlagEpisode]]:
    """The open episodes, locked so that nobody else closes them meanwhile."""
    rows = await session.scalars(
        select(FlagEpisode)
        .where(FlagEpisode.patient_id.in_(patients), FlagEpisode.closed_at.is_(None))
        .order_by(FlagEpisode.patient_id, FlagEpisode.rule, FlagEpisode.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, dict[Key, FlagEpisode]] = defaultdict(dict)
    for row in rows:
        found[row.patient_id][row.rule, row.subject] = row
    return {**found}


async def _close(session: AsyncSession, row: FlagEpisode, now: datetime) -> None:
    row.closed_at = now
    _note(session, "flag.closed", row.patient_id, row.id, row.rule, now)


async def _begin(session: AsyncSession, patient: UUID, flag: Flag, now: datetime) -> None:
    """Open an episode, unless somebody else just has.

    A signal keeps its id, which follows from its result: one that holds again is the same episode,
    opened again.
    """
    key, id = _key(flag), flag.id or uuid4()
    known = {
        "patient_id": patient, "id": id, "rule": key[0], "subject": key[1],
        "severity": flag.severity.value, "since": flag.since, "text": _short(flag.text, 1000),
        "opened_at": now, "observation_id": flag.observation_id,
        "source": _short(flag.source or "", 500),
    }  # fmt: skip
    fresh = await insert_new(session, FlagEpisode, [known]) > 0
    if not fresh and flag.id is not None:
        again = await session.execute(
            update(FlagEpisode)
            .where(
                FlagEpisode.patient_id == patient, FlagEpisode.id == id,
                FlagEpisode.closed_at.is_not(None),
            )
            .values(closed_at=None, text=known["text"], severity=known["severity"])
        )  # fmt: skip
        fresh = again.rowcount > 0  # type: ignore[attr-defined]
    if fresh:
        _note(session, "flag.opened", patient, id, flag.code, now)


def _note(
    session: AsyncSession, action: str, patient: UUID, id: UUID, rule: str, now: datetime
) -> None:
    audit.record(
        session, action, at=now, actor=None, patient=patient, means=Means.SYSTEM, flag=str(id),
        rule=rule,
    )  # fmt: skip


def _key(flag: Flag) -> Key:
    return flag.code, flag.subject


def _differs(row: FlagEpisode, flag: Flag) -> bool:
    return (row.text, row.severity) != (_short(flag.text, 1000), flag.severity.value) or (
        flag.since < row.since
    )


def _follow(row: FlagEpisode, flag: Flag) -> None:
    row.text, row.severity = _short(flag.text, 1000), flag.severity.value
    row.since = min(row.since, flag.since)


def _kept(flag: Flag, row: FlagEpisode | None) -> Flag:
    if row is None:  # somebody else closed it a moment ago, knowing more
        return flag
    return replace(flag, id=row.id, since=min(row.since, flag.since), opened_at=row.opened_at)


def _told(row: FlagEpisode, seen: Seen | None) -> Flag:
    return Flag(
        code=row.rule, severity=Severity(row.severity), since=row.since, text=row.text,
        overridden=seen is not None, id=row.id, observation_id=row.observation_id, seen=seen,
        source=row.source, subject=row.subject, opened_at=row.opened_at, closed_at=row.closed_at,
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def undecided(flags: Iterable[Flag]) -> list[Flag]:
    """Those that nobody has acknowledged or decided about."""
    return [flag for flag in flags if not flag.overridden]


def gravest(flags: Sequence[Flag]) -> Severity | None:
    """Of those that nobody has decided about; None where there are none."""
    return min((flag.severity for flag in undecided(flags)), key=lambda one: one.order,
               default=None)  # fmt: skip
