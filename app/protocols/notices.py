"""What a patient is told about their protocol: changes, the turns of cycles, and coming steps.

Which of them lie ahead follows from the prescription, at every plan anew; the rows only remember
when each is said, and that it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.waking import today_of, waking_moment
from app.db import insert_new
from app.protocols.derivation import covers
from app.protocols.models import Hold, Line, Notice, NoticeKind, Terms, Version
from app.protocols.recurrences import recurrence_of
from app.protocols.standing import Segment
from app.protocols.turns import Turn, Way, steps_ahead, turns
from app.schedule import A_DAY

DAYS_BEFORE = {Way.PAUSE_BEGINS: (7, 3), Way.PAUSE_ENDS: (7, 3), Way.STEP: (1,)}
"""How many nights before each kind of turn it is said. Source: issue 3 (cycles); [D] (steps)."""

_FORESEEN = (NoticeKind.PAUSE_BEGINS, NoticeKind.PAUSE_ENDS, NoticeKind.STEP)
_AHEAD = max(max(days) for days in DAYS_BEFORE.values())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One notice that the prescription asks for."""

    line_id: UUID
    version_id: UUID
    turn: Turn
    days_before: int

    def id(self, patient_id: UUID) -> UUID:
        """The same for every plan that foresees it, whichever version it comes from."""
        turn = self.turn
        facts = f"notice/{turn.way}/{self.line_id}/{turn.night}/{self.days_before}"
        return uuid5(patient_id, facts)


def notice_of_version(patient_id: UUID, kind: NoticeKind, number: int) -> UUID:
    """The id of the one notice of this kind about a version."""
    return uuid5(patient_id, f"notice/{kind}/{number}")


async def announce(
    session: AsyncSession, version: Version, kind: NoticeKind, night: date, now: datetime
) -> None:
    """Have the patient told that a version was proposed, or holds at once; a repeat is silent.

    night   the first night it holds, or would hold
    """
    row = {
        "patient_id": version.patient_id,
        "id": notice_of_version(version.patient_id, kind, version.number),
        "kind": kind, "line_id": None, "version_id": version.id, "night": night,
        "days_before": 0, "say_at": now, "said_at": None,
    }  # fmt: skip
    await insert_new(session, Notice, [row])


def foreseen(
    stretches: Sequence[Segment], terms: Mapping[UUID, Sequence[tuple[Terms, Line]]],
    holds: Sequence[Hold], tonight: date,
) -> Iterator[Foreseen]:  # fmt: skip
    """The turns and steps after tonight that are near enough to be told of, with each telling.

    Those of a line that is on hold in that night are left out: nothing begins or ends then.
    """
    since, until = tonight + A_DAY, tonight + A_DAY * (_AHEAD + 1)
    for stretch in stretches:
        begins = max(since, stretch.since)
        ends = min(until, stretch.until or until)
        for of, line in terms[stretch.version.id]:
            pauses = [hold for hold in holds if hold.line_id == line.id]
            for turn in _of_line(of, begins, ends):
                if any(covers(hold, turn.night) for hold in pauses):
                    continue
                for days in DAYS_BEFORE[turn.way]:
                    yield Foreseen(line.id, stretch.version.id, turn, days)


def _of_line(terms: Terms, since: date, until: date) -> Iterator[Turn]:
    yield from turns(recurrence_of(terms.recurrence), since, until)
    for step in steps_ahead(terms.steps, since):
        if step.night < until and step.amount != terms.amount_at(step.night - A_DAY):
            yield step


async def foresee(
    session: AsyncSession, patient_id: UUID, stretches: Sequence[Segment],
    terms: Mapping[UUID, Sequence[tuple[Terms, Line]]], holds: Sequence[Hold], tonight: date,
    now: datetime,
) -> None:  # fmt: skip
    """Make the patient's coming notices what the prescription asks for; a repeat changes nothing.

    stretches   the versions in force from tonight on, at least

    One that the prescription no longer asks for is gone, said or not. One whose day has passed
    when it is first foreseen is never said: "in seven days" would be wrong. What is due already
    stays so wherever the patient has flown, because it can be read in the app.
    """
    # In the order in which the notice tick locks them, which may be telling them right now.
    mine = (
        select(Notice)
        .where(Notice.patient_id == patient_id, Notice.kind.in_(_FORESEEN), Notice.night > tonight)
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    standing = {row.id: row for row in await session.scalars(mine)}
    preferences = await preferences_of(session, patient_id)
    today = today_of(preferences, now)
    new: list[dict[str, Any]] = []
    for each in foreseen(stretches, terms, holds, tonight):
        key = each.id(patient_id)
        day = each.turn.night - A_DAY * each.days_before
        row = standing.pop(key, None)
        if row is None:
            if day >= today:
                new.append(_row(patient_id, key, each, waking_moment(preferences, day, now)))
            continue
        # The same turn of a newer version: what it says, such as the amount, is that one's.
        row.version_id = each.version_id
        waits = row.said_at is None and row.say_at is not None and row.say_at > now
        if waits and day > today:
            row.say_at = waking_moment(preferences, day, now)
    await insert_new(session, Notice, new)
    if standing:
        gone = delete(Notice).where(Notice.patient_id == patient_id, Notice.id.in_(standing))
        await session.execute(gone)


def _row(patient_id: UUID, key: UUID, each: Foreseen, say_at: datetime) -> dict[str, Any]:
    return {
        "patient_id": patient_id, "id": key, "kind": NoticeKind(each.turn.way),
        "line_id": each.line_id, "version_id": each.version_id, "night": each.turn.night,
        "days_before": each.days_before, "say_at": say_at, "said_at": None,
    }  # fmt: skip
