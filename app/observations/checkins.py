"""Check-ins: how somebody was on one day, in a few scores of 0 to 10 that they may leave out.

A day has one. Changing it voids what was there and writes it anew, so its history stays. A day is
that of the night: what is said at half past midnight belongs to the evening before.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from, take_turn, zone_of
from app.accounts.models import Person, Preferences
from app.audit import Means
from app.observations.catalogue import SCORE
from app.observations.models import Observation
from app.observations.record import DATE_ONLY, people_of
from app.observations.tracking import SCALES, policy_of
from app.observations.witness import note_entered, note_voided
from app.problems import Invalid, Problem
from app.schedule import zone

CHANGED = "The check-in was changed."
"""Why a score is void that a later check-in of the day replaced."""


class CheckInDiffers(Problem):
    """Another check-in was sent with this id."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Stage:
    """How a check-in stood from some instant on, and who brought it there."""

    at: datetime
    author: Person
    scores: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One day: its scores as they stand, by code, and every stage since the first, in order.

    note   what was written beside the last scores
    """

    day: date
    scores: Mapping[str, int]
    note: str
    history: tuple[Stage, ...]


async def keep(
    session: AsyncSession, patient_id: UUID, actor: Person, means: Means, check_in_id: UUID,
    day: date, scores: Mapping[str, int], note: str, now: datetime,
) -> CheckIn:  # fmt: skip
    """Make a day's check-in what is given; a score that is left out was not answered, never zero.

    What stands of a scale that the patient is no longer asked about stays when it is left out.

    check_in_id   made by the client: the same check-in with it again changes nothing, even after
                  a later one, and nor does what stands already
    scores        0 to 10 by the code of a scale, at least one

    The answer has no score where what was sent is void by now. Raises Invalid for a day that has
    not begun, for no score and for what is no scale, and CheckInDiffers for something else under
    the same id.
    """
    preferences = await take_turn(session, patient_id)
    _check(day, scores, evenings_from(preferences).night_of(now))
    sent = await _of_panel(session, patient_id, check_in_id)
    if sent:
        if (_said(sent), sent[0].note, sent[0].day) != (dict(scores), note, day):
            raise CheckInDiffers(
                "Something else was entered with this id.", cure="Send it with an id of its own."
            )
    else:
        asked = (await policy_of(session, patient_id)).items or SCALES
        stands = await _standing(session, patient_id, day, {*scores, *asked})
        same = _said(stands) == dict(scores) and all(row.note == note for row in stands)
        if not stands or not same:
            rows = _rows(patient_id, actor, means, check_in_id, day, scores, note, preferences, now)
            await _replace(session, stands, rows, actor, means, now)
    (kept,) = await _days(session, patient_id, day, day)
    return kept


async def check_ins_of(
    session: AsyncSession, patient_id: UUID, since: date, until: date
) -> list[CheckIn]:
    """The check-ins of these days, both ends included, newest first.

    A day on which nothing stands any more is not among them.
    """
    return [each for each in await _days(session, patient_id, since, until) if each.scores]


async def _days(session: AsyncSession, patient_id: UUID, since: date, until: date) -> list[CheckIn]:
    """Every day on which anything was ever entered, newest first."""
    mine = select(Observation).where(_scores(patient_id, since, until))
    rows = (await session.scalars(mine.order_by(Observation.entered_at, Observation.code))).all()
    people = await people_of(session, rows)
    days: dict[date, list[Observation]] = defaultdict(list)
    for row in rows:
        days[row.day].append(row)
    return [_check_in(day, days[day], people) for day in sorted(days, reverse=True)]


async def is_there(session: AsyncSession, patient_id: UUID, day: date) -> bool:
    """Whether anything stands in this day's check-in."""
    mine = select(Observation.id).where(
        _scores(patient_id, day, day), Observation.voided_at.is_(None)
    )
    return await session.scalar(mine.limit(1)) is not None


def slot_of(code: str, day: date) -> str:
    """What only one row can have: one score of this scale for this day."""
    return f"{code}/{day.isoformat()}"


def _check(day: date, scores: Mapping[str, int], tonight: date) -> None:
    if day > tonight:
        raise Invalid(
            "This day has not begun.", field="day", cure="Choose today or an earlier day."
        )
    if not scores:
        raise Invalid(
            "A check-in has at least one score.", field="scores", cure="Give one of them."
        )
    for code in scores:
        if code not in SCALES:
            raise Invalid(
                "This is not asked in a check-in.", field=f"scores.{code}",
                cure=f"Use {', '.join(SCALES)}.",
            )  # fmt: skip


def _scores(patient_id: UUID, since: date, until: date) -> ColumnElement[bool]:
    """The scores of these days, void or not; the instants let an index find the rows."""
    return and_(
        Observation.patient_id == patient_id,
        Observation.code.in_(SCALES),
        Observation.collected_at >= datetime.combine(since, time(), UTC) - timedelta(days=1),
        Observation.collected_at < datetime.combine(until, time(), UTC) + timedelta(days=3),
        Observation.day >= since,
        Observation.day <= until,
    )


async def _of_panel(
    session: AsyncSession, patient_id: UUID, panel_id: UUID
) -> Sequence[Observation]:
    ids = [uuid5(panel_id, code) for code in SCALES]
    mine = select(Observation).where(Observation.patient_id == patient_id, Observation.id.in_(ids))
    return (await session.scalars(mine)).all()


async def _standing(
    session: AsyncSession, patient_id: UUID, day: date, codes: Collection[str]
) -> Sequence[Observation]:
    """What stands of these scales; locked, because a void of a single row takes no turn."""
    mine = select(Observation).where(
        _scores(patient_id, day, day), Observation.code.in_(codes), Observation.voided_at.is_(None)
    )
    locked = mine.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def _replace(
    session: AsyncSession, gone: Sequence[Observation], rows: Sequence[Observation],
    actor: Person, means: Means, now: datetime,
) -> None:  # fmt: skip
    for row in gone:
        row.voided_at, row.voided_by, row.void_reason, row.slot = now, actor.id, CHANGED, None
        note_voided(session, row, means, now)
    before = {row.code: row.id for row in gone}
    for row in rows:
        row.replaces = before.get(row.code)
    await session.flush()  # what is void gives up its slot before another takes it
    session.add_all(rows)
    await session.flush()
    note_entered(session, rows, now, "check_in.entered")


def _rows(
    patient_id: UUID, actor: Person, means: Means, panel_id: UUID, day: date,
    scores: Mapping[str, int], note: str, preferences: Preferences, now: datetime,
) -> list[Observation]:  # fmt: skip
    place = zone_of(preferences)
    at_once = day == evenings_from(preferences).night_of(now)
    past = datetime.combine(day, DATE_ONLY, tzinfo=zone(place)).astimezone(UTC)
    return [
        Observation(
            patient_id=patient_id, id=uuid5(panel_id, code), panel_id=panel_id, code=code,
            value=Decimal(score), unit=SCORE, collected_at=now if at_once else past,
            time_known=at_once, zone=place, day=day, author_id=actor.id, means=means,
            entered_at=now, note=note, slot=slot_of(code, day),
        )
        for code, score in scores.items()
    ]  # fmt: skip


def _said(rows: Sequence[Observation]) -> dict[str, int]:
    return {row.code: int(row.value) for row in rows}


def _check_in(day: date, rows: Sequence[Observation], people: Mapping[UUID, Person]) -> CheckIn:
    """A day from all its rows, in order of entry."""
    stages: dict[tuple[datetime, bool], UUID] = {}
    for row in rows:
        if row.voided_at is not None and row.voided_by is not None:
            stages.setdefault((row.voided_at, True), row.voided_by)
    # Who entered something speaks for the moment, also where it voided something else.
    stages |= {(row.entered_at, not _at_once(row)): row.author_id for row in rows}
    history = tuple(
        Stage(at, people[who], _said([row for row in rows if _stood(row, at, last=last)]))
        for (at, last), who in sorted(stages.items())
    )
    stands = [row for row in rows if row.voided_at is None]
    return CheckIn(day, _said(stands), stands[-1].note if stands else "", history)


def _stood(row: Observation, at: datetime, *, last: bool) -> bool:
    """Whether a row stood when this instant was over, or else while it lasted."""
    if not last:
        return row.entered_at == at and _at_once(row)
    return row.entered_at <= at and (row.voided_at is None or row.voided_at > at)


def _at_once(row: Observation) -> bool:
    """Whether the row was voided at the very instant at which it was entered."""
    return row.voided_at == row.entered_at
