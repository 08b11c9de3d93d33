"""What was measured or felt enters the record: whole panels, corrections, and what is void.

A row is never changed. A correction voids it and writes another that names it, in one breath.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import take_turn, zone_of
from app.accounts.models import Person
from app.audit import Means
from app.observations.candidates import Entered, understand
from app.observations.catalogue import CATALOGUE
from app.observations.doubts import WHEN, ask, questions_about
from app.observations.guards import CLOCK_SLACK, Mistake
from app.observations.models import Observation
from app.observations.shapes import MOST_RESULTS, PanelIn
from app.observations.witness import note_entered, note_voided
from app.problems import Invalid, NotFound, Problem
from app.schedule import zone

DATE_ONLY = time(8)
"""The wall-clock time that stands for a date whose time is not known."""

CORRECTED = "Corrected."
"""Why a row is void that another replaces."""

__all__ = ["Entered", "enter", "people_of", "standing", "void"]


class PanelDiffers(Problem):
    """Something else was entered under this id."""

    status: ClassVar[int] = 409


class NoLongerStands(Problem):
    """This observation was corrected or voided meanwhile."""

    status: ClassVar[int] = 409


def observation_id(panel_id: UUID, place: int) -> UUID:
    """The id of the result at this place of a panel, so that a repeat finds what it wrote."""
    return uuid5(panel_id, f"result/{place}")


async def enter(
    session: AsyncSession, patient_id: UUID, panel: PanelIn, author: UUID, means: Means,
    now: datetime,
) -> list[Observation]:  # fmt: skip
    """Write a whole panel, or nothing of it; void what its results replace.

    A correction stays in the panel of what it corrects, so that a draw or a scan remains whole.

    The same panel again writes nothing and gives back the rows it wrote, void or not.

    Raises Invalid with every mistake by its field; AskAboutValues with every question, until
    `confirmed` names them all; PanelDiffers for another content under the same id; NoLongerStands
    for a correction of what is void.
    """
    preferences = await take_turn(session, patient_id)
    before = await _written(session, patient_id, panel.id)
    # A repeat is read where the first was: the patient may have travelled in between.
    here = before[0].zone if before else zone_of(preferences)
    collected_at, day = when(panel.collected_at, panel.time_known, here)
    confirmed = frozenset(panel.confirmed)
    understood = understand(panel.results, confirmed)
    mistakes = [*understood.mistakes]
    mistakes += await _untimely(session, patient_id, panel, day, here, now)
    mistakes += await _foreign_lines(session, patient_id, understood.results)
    replaced = await _replaced(session, patient_id, understood.results, mistakes)
    if mistakes:
        raise invalid(mistakes)
    rows = [
        _row(patient_id, panel, each, place, collected_at, day, here, author, means, now)
        for place, each in enumerate(understood.results)
    ]
    for row in rows:
        if row.replaces is not None:
            _keep_together(row, replaced[row.replaces])
    if before:
        return _same(before, rows)
    if any(row.voided_at is not None for row in replaced.values()):
        raise NoLongerStands("What this corrects is void already.", cure="Load it anew.")
    questions = await questions_about(
        session, patient_id, understood.results, collected_at, set(replaced), now
    )
    if asked := [each for each in questions if each.code not in confirmed]:
        raise ask(asked)
    for row in replaced.values():
        _void(session, row, author, means, CORRECTED, now)
    session.add_all(rows)
    await session.flush()
    note_entered(session, rows, now)
    return rows


async def void(
    session: AsyncSession, patient_id: UUID, observation: UUID, reason: str, author: UUID,
    means: Means, now: datetime,
) -> Observation:  # fmt: skip
    """Say that an observation does not stand, and why; it stays in the history.

    One that is void already stays as it is. Raises NotFound.
    """
    row = await session.get(
        Observation, (patient_id, observation), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound("There is no such observation.")
    if row.voided_at is None:
        _void(session, row, author, means, reason, now)
    return row


async def standing(
    session: AsyncSession, patients: Collection[UUID], *, codes: Collection[str] | None = None,
    groups: Collection[str] | None = None, since: datetime | None = None,
    until: datetime | None = None,
) -> dict[UUID, list[Observation]]:  # fmt: skip
    """What stands in the records of these patients, oldest first, in one statement.

    codes, groups   only these; None is all, and both together are what is in both
    since, until    instants, of which `until` is not included

    Every patient asked for is in the answer, also one of whom nothing stands.
    """
    found: dict[UUID, list[Observation]] = {patient: [] for patient in patients}
    wanted = _codes(codes, groups)
    if not found or (wanted is not None and not wanted):
        return found
    rows = select(Observation).where(
        Observation.patient_id.in_(list(found)), Observation.voided_at.is_(None)
    )
    if wanted is not None:
        rows = rows.where(Observation.code.in_(sorted(wanted)))
    if since is not None:
        rows = rows.where(Observation.collected_at >= since)
    if until is not None:
        rows = rows.where(Observation.collected_at < until)
    ordered = rows.order_by(Observation.collected_at, Observation.entered_at, Observation.id)
    for row in await session.scalars(ordered):
        found[row.patient_id].append(row)
    return found


def _codes(codes: Collection[str] | None, groups: Collection[str] | None) -> set[str] | None:
    if groups is None:
        return None if codes is None else set(codes)
    of_groups = {item.code for item in CATALOGUE.values() if item.group in groups}
    return of_groups if codes is None else of_groups & set(codes)


async def listed(
    session: AsyncSession, patient_id: UUID, since: date, until: date, *, group: str | None = None,
    voided: bool = False,
) -> list[Observation]:  # fmt: skip
    """What was collected from one date to another, both included, newest first.

    voided   also what does not stand
    """
    # A date is at most 14 hours from the same one in UTC; the instants let an index find the rows.
    first = datetime.combine(since, time(), UTC) - timedelta(days=1)
    last = datetime.combine(until, time(), UTC) + timedelta(days=2)
    rows = select(Observation).where(
        Observation.patient_id == patient_id,
        Observation.collected_at >= first, Observation.collected_at < last,
        Observation.day >= since, Observation.day <= until,
    )  # fmt: skip
    if group is not None:
        rows = rows.where(Observation.code.in_(sorted(_codes(None, {group}) or ())))
    if not voided:
        rows = rows.where(Observation.voided_at.is_(None))
    ordered = rows.order_by(
        Observation.collected_at.desc(), Observation.entered_at.desc(), Observation.code,
        Observation.id,
    )  # fmt: skip
    return list(await session.scalars(ordered))


async def people_of(session: AsyncSession, rows: Iterable[Observation]) -> dict[UUID, Person]:
    """Whoever entered or voided these observations, by id."""
    ids = {row.author_id for row in rows} | {row.voided_by for row in rows if row.voided_by}
    if not ids:
        return {}
    people = await session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: person for person in people}


def when(collected_at: datetime, time_known: bool, place: str) -> tuple[datetime, date]:
    """The instant that is kept, and the calendar date where the patient was.

    Of a date alone it is DATE_ONLY there. A clock change at that hour is of no account: one of
    the two instants, always the same, stands for it.
    """
    there = collected_at.astimezone(zone(place))
    if time_known:
        return collected_at.astimezone(UTC), there.date()
    day = there.date()
    return datetime.combine(day, DATE_ONLY, zone(place)).astimezone(UTC), day


def invalid(mistakes: Sequence[Mistake]) -> Invalid:
    """Every mistake at once, in the words of a problem document."""
    problem = Invalid(
        "One field has to be corrected."
        if len(mistakes) == 1
        else "Some fields have to be corrected."
    )
    problem.errors = [
        {"field": each.field, "problem": each.problem, "cure": each.cure} for each in mistakes
    ]
    return problem


async def _untimely(
    session: AsyncSession, patient_id: UUID, panel: PanelIn, day: date, here: str, now: datetime
) -> list[Mistake]:
    """What is wrong with when it was collected."""
    future = (
        panel.collected_at > now + CLOCK_SLACK
        if panel.time_known
        else day > now.astimezone(zone(here)).date()
    )
    if future:
        return [Mistake(WHEN, "That time has not come yet.", "Check date and time.")]
    born_on = await session.scalar(select(Person.born_on).where(Person.id == patient_id))
    if born_on is not None and day < born_on:
        return [Mistake(WHEN, "That is before the patient was born.", "Check the year.")]
    return []


async def _foreign_lines(
    session: AsyncSession, patient_id: UUID, results: Sequence[Entered]
) -> list[Mistake]:
    """Results tied to a medicine that is no line of this patient's."""
    named = {each.line_id for each in results if each.line_id is not None}
    if not named:
        return []
    # The table belongs to a package above this one, which knows it by its foreign key alone.
    [key] = Observation.__table__.c.line_id.foreign_keys
    lines = key.column.table.c
    mine = select(lines.id).where(tuple_(lines.patient_id, lines.id).in_(
        [(patient_id, line) for line in named]
    ))  # fmt: skip
    known = set(await session.scalars(mine))
    return [
        Mistake(f"{each.field}.line_id", "The protocol has no such line.", "Leave it out.")
        for each in results
        if each.line_id is not None and each.line_id not in known
    ]


async def _written(session: AsyncSession, patient_id: UUID, panel_id: UUID) -> list[Observation]:
    """What this panel's id has written already, in the order of its results."""
    ids = [observation_id(panel_id, place) for place in range(MOST_RESULTS)]
    mine = select(Observation).where(Observation.patient_id == patient_id, Observation.id.in_(ids))
    rows = {row.id: row for row in await session.scalars(mine)}
    return [rows[each] for each in ids if each in rows]


SAME = (
    "id", "code", "value", "unit", "collected_at", "comparator", "low", "high", "time_known",
    "fasting", "assay", "laboratory", "loinc", "line_id", "site", "scanner_make",
    "scanner_model", "note", "replaces",
)  # fmt: skip
"""What makes a repeat the same; not who sends it, nor where they are by now."""


def _same(before: list[Observation], rows: list[Observation]) -> list[Observation]:
    def said(row: Observation) -> list[str]:
        # As text: 5.1 and 5.10 are one number, and not the same entry.
        return [str(getattr(row, name)) for name in SAME]

    if [said(row) for row in before] != [said(row) for row in rows]:
        raise PanelDiffers(
            "Another panel has this id.", cure="Correct single results, or use a new id."
        )
    return before


async def _replaced(
    session: AsyncSession, patient_id: UUID, results: Sequence[Entered], mistakes: list[Mistake]
) -> dict[UUID, Observation]:
    """What these results correct, locked; adds a mistake for what they cannot correct."""
    named = [each.replaces for each in results if each.replaces is not None]
    if not named:
        return {}
    mine = (
        select(Observation)
        .where(Observation.patient_id == patient_id, Observation.id.in_(named))
        .order_by(Observation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = {row.id: row for row in await session.scalars(mine)}
    for each in results:
        if each.replaces is None:
            continue
        row = rows.get(each.replaces)
        if row is None:
            problem = "There is no such observation."
        elif row.code != each.item.code:
            problem = f"What this corrects is {CATALOGUE[row.code].name}."
        else:
            continue
        mistakes.append(Mistake(f"{each.field}.replaces", problem, "Load the history anew."))
    return rows


def _row(
    patient_id: UUID, panel: PanelIn, each: Entered, place: int, collected_at: datetime, day: date,
    here: str, author: UUID, means: Means, now: datetime,
) -> Observation:  # fmt: skip
    lab = each.item.group == "lab"
    scanner = panel.scanner if each.item.group == "scan" else None
    return Observation(
        patient_id=patient_id,
        id=observation_id(panel.id, place),
        panel_id=panel.id,
        code=each.item.code,
        value=each.value,
        unit=each.unit,
        collected_at=collected_at,
        zone=here,
        day=day,
        author_id=author,
        means=means,
        entered_at=now,
        comparator=each.comparator,
        low=each.low,
        high=each.high,
        time_known=panel.time_known,
        fasting=panel.fasting if lab else None,
        assay=each.assay if lab else None,
        laboratory=panel.laboratory if lab else "",
        loinc=each.loinc,
        line_id=each.line_id,
        site=each.site,
        scanner_make=scanner.make if scanner else "",
        scanner_model=scanner.model if scanner else "",
        note=panel.note,
        replaces=each.replaces,
    )


def _keep_together(row: Observation, wrong: Observation) -> None:
    """Leave a correction in the draw or scan of what it corrects, unless it moves its time.

    Of a scan whose correction names no scanner the scanner stays.
    """
    if row.collected_at == wrong.collected_at:
        row.panel_id = wrong.panel_id
    if not row.scanner_make:
        row.scanner_make, row.scanner_model = wrong.scanner_make, wrong.scanner_model


def _void(
    session: AsyncSession, row: Observation, author: UUID, means: Means, reason: str, now: datetime
) -> None:
    row.voided_at, row.voided_by, row.void_reason = now, author, reason
    row.slot = None
    note_voided(session, row, means, now)
