"""The lab plan of one patient as rows: made, extended, edited; and draws done or put off.

What is due is worked out from the record each time it is read or spoken of. A row keeps what
cannot be: what somebody said about a draw, and how often it spoke.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person
from app.db import insert_new
from app.monitoring.chosen import end_for
from app.monitoring.due import Instance, Standing, State, due_list, standing_of, state_of
from app.monitoring.models import ChosenDay, LabDraw
from app.monitoring.prompts import speak_when
from app.monitoring.rules import Purpose
from app.monitoring.treatment import Known, Treatment, known_of, treatment_of
from app.monitoring.visits import Merged, merged
from app.problems import Invalid, NotFound, Problem
from app.push.outbox import withdraw

__all__ = ["Treatment", "draw_id", "draws_of", "materialise", "treatment_of", "visits_of"]

HORIZON = timedelta(days=400)  # about thirteen months
EARLY = timedelta(days=90)
"""So long before its window a draw may have been made; a day before that is mistyped. [D]"""


class AlreadyDrawn(Problem):
    """This draw is done already."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Visit:
    """Draws that are made in one go; see `app.monitoring.visits.Merged`.

    id       that of its first draw
    draws    the ids of all of its draws, in the order of `merged.members`
    chosen   the day the patient chose for it, until it is drawn or given up
    """

    id: UUID
    draws: tuple[UUID, ...]
    merged: Merged
    chosen: ChosenDay | None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.merged.name

    @property
    def purpose(self) -> Purpose:
        """Blood, a scan, or something to measure."""
        return self.merged.purpose

    @property
    def due_on(self) -> date:
        """The day it is due; while it is open, one that suits each of its draws."""
        return self.merged.due_on

    @property
    def opens_on(self) -> date:
        """First day that suits each of its draws."""
        return self.merged.opens_on

    @property
    def closes_on(self) -> date:
        """Last day that does; today where it is overdue."""
        return self.merged.closes_on

    @property
    def state(self) -> State:
        """How it stands: as the most pressing of its draws."""
        return self.merged.state

    @property
    def open(self) -> bool:
        """Whether anything of it is still asked for."""
        return self.merged.open

    @property
    def markers(self) -> tuple[str, ...]:
        """Codes of what is still to be measured."""
        return self.merged.markers


@dataclass(frozen=True, slots=True)
class Drawing:
    """One draw as it stands, with its id; `instance` and `standing` as `due_list` gave them."""

    id: UUID
    standing: Standing

    @property
    def instance(self) -> Instance:
        """The due time it is about."""
        return self.standing.instance


@dataclass(frozen=True, slots=True)
class Labs:
    """A patient's lab plan as it stands today: each draw, and the visits they make; soonest first.

    A draw that the plan asks for no more is among them when somebody said that it was drawn.
    """

    today: date
    draws: list[Drawing]
    visits: list[Visit]


def draw_id(patient_id: UUID, step: str, repetition: int) -> UUID:
    """The id of a draw: it follows from patient, rule and repetition, so a rebuild keeps it."""
    return uuid5(patient_id, f"lab/{step}/{repetition}")


async def labs_of(session: AsyncSession, patient_id: UUID, now: datetime) -> Labs:
    """What the patient's plan asks for in the coming 13 months, and what was; writes nothing."""
    known = (await known_of(session, [patient_id], now))[patient_id]
    return _labs(patient_id, known, await _chosen(session, patient_id))


async def drawing_of(session: AsyncSession, row: LabDraw, now: datetime) -> Drawing:
    """How a draw stands, after somebody said something about it.

    One that the plan asks for no more, and that was taken back, is told as it last was.
    """
    labs = await labs_of(session, row.patient_id, now)
    known = next((each for each in labs.draws if each.id == row.id), None)
    if known is not None:
        return known
    instance = _instance(row, Purpose.BLOOD)
    state = state_of(
        row.due_on, labs.today, opens_on=instance.opens_on, closes_on=instance.closes_on
    )
    return Drawing(row.id, Standing(instance, state))


async def visits_of(session: AsyncSession, patient_id: UUID, now: datetime) -> list[Visit]:
    """The visits that the patient's draws make, those that were drawn or are done too."""
    return (await labs_of(session, patient_id, now)).visits


async def draws_of(session: AsyncSession, patient_id: UUID) -> Sequence[LabDraw]:
    """The rows of the patient's draws, soonest first, as `materialise` left them."""
    mine = select(LabDraw).where(LabDraw.patient_id == patient_id)
    return (await session.scalars(mine.order_by(LabDraw.due_on, LabDraw.step))).all()


async def overdue_among(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, int]:
    """How many blood visits of each patient are overdue; none once the treatment has ended.

    The number of statements is the same for any number of patients.
    """
    found = await overdue_visits_among(session, patients, now)
    return {patient_id: len(visits) for patient_id, visits in found.items()}


async def overdue_visits_among(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, list[Merged]]:
    """The blood visits of each patient that are overdue, soonest first."""
    found = {}
    for patient_id, known in (await known_of(session, patients, now, [Purpose.BLOOD])).items():
        rules = [rule for rule in known.rules if rule.purpose is Purpose.BLOOD]
        standings = due_list(rules, known.course, known.today, known.today)
        visits = merged(standings, known.today) if known.treatment else []
        found[patient_id] = [visit for visit in visits if visit.state is State.OVERDUE]
    return found


async def materialise(
    session: AsyncSession, patient_id: UUID, now: datetime, *, spoken: bool = False
) -> Labs:
    """Make the rows of the patient's draws what the plan asks for now, 13 months ahead.

    A repeat changes nothing. A row about which somebody said something stays for good.

    spoken   whether they were spoken of, or somebody answered, today: then not again before
             tomorrow
    """
    # In one order for everybody, or two who plan at the same moment could wait for each other.
    mine = (
        select(LabDraw)
        .where(LabDraw.patient_id == patient_id)
        .order_by(LabDraw.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in await session.scalars(mine)}
    known = (await known_of(session, [patient_id], now))[patient_id]
    labs = _labs(patient_id, known, await _chosen(session, patient_id))
    wanted = {each.id: each.instance for each in labs.draws}
    missing = [key for key in wanted if key not in rows]
    if missing:
        fresh = [_row(patient_id, key, wanted[key]) for key in missing]
        await insert_new(session, LabDraw, fresh)
        rows |= {row.id: row for row in await session.scalars(mine.where(LabDraw.id.in_(missing)))}
    for key, row in list(rows.items()):
        if key in wanted:
            _follow(row, wanted[key])
        else:
            await session.delete(rows.pop(key))
    for visit in labs.visits:
        members = [rows[key] for key in visit.draws]
        chosen_day = visit.chosen.day if visit.chosen else None
        speak_when(visit.merged, members, chosen_day, known.preferences, now, spoken=spoken)
    await session.flush()
    return labs


def _labs(patient_id: UUID, known: Known, chosen: Sequence[ChosenDay]) -> Labs:
    if known.treatment is None:
        standings = []
    else:
        standings = due_list(known.rules, known.course, known.today, known.today + HORIZON)
    named = {
        (each.instance.rule, each.instance.repetition):
            draw_id(patient_id, each.instance.rule, each.instance.repetition)
        for each in standings
    }  # fmt: skip
    # What the plan asks for no more, because it was changed, but somebody said was drawn.
    past = [
        (row.id, _of_the_past(row, known))
        for row in known.draws
        if row.drawn_on is not None and (row.step, row.repetition) not in named
    ]
    for key, each in past:
        named[(each.instance.rule, each.instance.repetition)] = key
    everything = sorted([*standings, *(each for _, each in past)], key=lambda each: each.order)
    visits = []
    for visit in merged(everything, known.today):
        ids = tuple(named[(m.instance.rule, m.instance.repetition)] for m in visit.members)
        day = next((one for one in chosen if one.draw_id in ids), None)
        visits.append(Visit(ids[0], ids, visit, day if visit.open else None))
    draws = [Drawing(named[(e.instance.rule, e.instance.repetition)], e) for e in everything]
    return Labs(known.today, draws, visits)


def _of_the_past(row: LabDraw, known: Known) -> Standing:
    purpose = next((r.purpose for r in known.rules if r.rule == row.step), Purpose.BLOOD)
    return standing_of(_instance(row, purpose), known.course, known.today)


def _instance(row: LabDraw, purpose: Purpose) -> Instance:
    return Instance(
        row.step, row.repetition, row.name, purpose, row.due_on,
        row.due_on - timedelta(days=row.window_before),
        row.due_on + timedelta(days=row.window_after), date.max, tuple(row.markers),
    )  # fmt: skip


async def _chosen(session: AsyncSession, patient_id: UUID) -> Sequence[ChosenDay]:
    """The days that were chosen and neither drawn nor given up, the latest choice first."""
    mine = select(ChosenDay).where(ChosenDay.patient_id == patient_id, ChosenDay.ended_at.is_(None))
    return (await session.scalars(mine.order_by(ChosenDay.chosen_at.desc()))).all()


def _row(patient_id: UUID, key: UUID, instance: Instance) -> dict[str, Any]:
    return {
        "patient_id": patient_id, "id": key, "step": instance.rule,
        "repetition": instance.repetition, "name": instance.name, "due_on": instance.due_on,
        "window_before": (instance.due_on - instance.opens_on).days,
        "window_after": (instance.closes_on - instance.due_on).days,
        "markers": list(instance.markers), "prompt_at": None, "prompts": 0,
    }  # fmt: skip


def _follow(row: LabDraw, instance: Instance) -> None:
    """Make a row what the plan says now; one that was drawn keeps the day it was drawn for."""
    if row.drawn_on is not None:
        return
    if row.due_on != instance.due_on:
        row.due_on, row.prompts, row.prompt_at = instance.due_on, 0, None
    row.name = instance.name
    row.window_before = (instance.due_on - instance.opens_on).days
    row.window_after = (instance.closes_on - instance.due_on).days
    if row.markers != list(instance.markers):
        row.markers = list(instance.markers)


async def mark_drawn(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, on: date | None,
    now: datetime,
) -> LabDraw:  # fmt: skip
    """Note that blood was drawn, today unless said otherwise; it speaks no more.

    The id of a visit stands for all of its draws whose window had opened by then. A repeat changes
    nothing; another date corrects the first. Raises NotFound, and Invalid for a date that has not
    come yet, or that lies long before the draw was asked for.
    """
    claimed = await _claimed(session, patient_id, draw, now)
    if on is not None and on > claimed.today:
        raise Invalid(
            "The draw cannot lie in the future.", field="on", cure="Choose today or an earlier day."
        )
    asked_from = claimed.row.due_on - timedelta(days=claimed.row.window_before)
    if on is not None and on < asked_from - EARLY:
        raise Invalid(
            "That is long before this draw was asked for.", field="on", cure="Check the year."
        )
    for row in claimed.rows:
        if row.drawn_on is not None and on in (None, row.drawn_on):
            continue
        early = on is not None and on < row.due_on - timedelta(days=row.window_before)
        if early and row is not claimed.row:
            continue
        row.drawn_on = on or claimed.today
        row.settled_at, row.settled_by, row.prompt_at = now, actor.id, None
        _note(session, "lab.drawn", row, actor, now)
        await withdraw(session, patient_id, row.id.hex, now)
    await end_for(session, patient_id, claimed.together, now)
    await session.flush()
    await materialise(session, patient_id, now)
    return claimed.row


async def snooze(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, *,
    until: date | None, days: int | None, now: datetime,
) -> LabDraw:  # fmt: skip
    """Put a draw off to a day, at most four months ahead; without one, by a week.

    The id of a visit stands for all of its draws. The same day again changes nothing. Raises
    NotFound, Invalid and AlreadyDrawn.
    """
    claimed = await _claimed(session, patient_id, draw, now)
    today = claimed.today
    if until is not None and days is not None:
        raise Invalid("A day or a number of days, not both.", field="days", cure="Leave one out.")
    until = until or today + timedelta(days=7 if days is None else days)
    if not today < until <= today + timedelta(days=120):
        raise Invalid(
            "A draw is put off by 1 to 120 days.", field="until", cure="Choose a nearer day."
        )
    if claimed.settled:
        raise AlreadyDrawn("The blood was drawn.", cure="Undo that first if it was a mistake.")
    for row in claimed.rows:
        if row.snoozed_until == until:
            continue
        row.snoozed_until, row.prompts, row.prompt_at = until, 0, None
        _note(session, "lab.snoozed", row, actor, now)
        await withdraw(session, patient_id, row.id.hex, now)
    await end_for(session, patient_id, claimed.together, now, before=until)
    await session.flush()
    await materialise(session, patient_id, now)
    return claimed.row


async def undo(
    session: AsyncSession, patient_id: UUID, draw: UUID, actor: Person, now: datetime
) -> LabDraw:
    """Take back that it was drawn, or else that it was put off; it speaks again from tomorrow.

    The id of a visit stands for all of its draws. With nothing to take back, nothing changes.
    Raises NotFound.
    """
    claimed = await _claimed(session, patient_id, draw, now)
    changed = False
    for row in claimed.rows:
        if row.drawn_on is not None:
            row.drawn_on = row.settled_at = row.settled_by = None
        elif row.snoozed_until is not None:
            row.snoozed_until = None
        else:
            continue
        row.prompts, row.prompt_at, changed = 0, None, True
        _note(session, "lab.undone", row, actor, now)
    if changed:
        await session.flush()
        await materialise(session, patient_id, now, spoken=True)
    return claimed.row


@dataclass(frozen=True, slots=True)
class _Claimed:
    """The rows that an id stands for, locked; the row of the id itself is `row`.

    together   the ids of all draws of its visit, for any of which a day may have been chosen
    """

    row: LabDraw
    rows: list[LabDraw]
    together: frozenset[UUID]
    today: date
    settled: bool


async def _claimed(session: AsyncSession, patient_id: UUID, draw: UUID, now: datetime) -> _Claimed:
    labs = await materialise(session, patient_id, now)
    row = await session.get(LabDraw, (patient_id, draw))
    if row is None:
        raise NotFound("There is no such draw.")
    known = next(each for each in labs.draws if each.id == draw)
    visit = next((each for each in labs.visits if each.id == draw), None)
    others = visit.draws[1:] if visit else ()
    rows = [await session.get_one(LabDraw, (patient_id, key)) for key in others]
    together = {key for each in labs.visits if draw in each.draws for key in each.draws}
    return _Claimed(
        row, [row, *rows], frozenset({draw, *together}), labs.today, not known.standing.open
    )


def _note(session: AsyncSession, action: str, row: LabDraw, actor: Person, now: datetime) -> None:
    audit.record(session, action, at=now, actor=actor.id, patient=row.patient_id, draw=str(row.id))
