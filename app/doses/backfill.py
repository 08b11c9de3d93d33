"""Earlier history into the record: each row of a file once, and nothing over what is there.

A row settles the dose that was planned of its line in its night. Where none was planned, an intake
becomes a dose of its own outside the plan.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app import audit
from app.accounts.evenings import clocks_of, take_turn
from app.audit import Means
from app.doses.history import Entry, read
from app.doses.log import CLOCK_SLACK, Report, append, extra_slot, stop_reminding
from app.doses.models import Dose, Event, Kind
from app.doses.plan import PlannedDose
from app.history_file import Brought, Refused
from app.schedule import A_DAY, Evenings
from app.units import Amount

# Parameters of one statement; SQLite takes 32,766 and PostgreSQL one more.
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """A line as an import sees it.

    names        every way to write it in a file, in lower case: code, display name, id
    version_id   the earliest version that has it, under which an intake outside the plan is kept
    amount_at    what that version says is taken in a night
    """

    id: UUID
    names: frozenset[str]
    version_id: UUID
    label: str
    route: str
    on_time_minutes: int
    min_gap_minutes: int | None
    amount_at: Callable[[date], Amount]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row on the calendar: its night, its instant unless it has none, the lines it may mean."""

    entry: Entry
    night: date
    instant: datetime | None
    lines: tuple[KnownLine, ...]


@dataclass(frozen=True, slots=True)
class _Fact:
    """What one row adds to the record; without a dose it is an intake outside the plan."""

    placed: _Placed
    line: KnownLine
    event_id: UUID
    dose: Dose | None


async def bring_in(
    session: AsyncSession, patient_id: UUID, text: str, lines: Sequence[KnownLine],
    medicines: Collection[str], *, author: UUID, now: datetime, dry_run: bool, skip_refused: bool,
) -> Brought:  # fmt: skip
    """Record a file of earlier history, or say what would be recorded.

    lines          the patient's own; `medicines`: every name of anything Vesper knows
    skip_refused   record the other rows although some are refused; else it is all or nothing

    The same row again, in this file's repeat or in another file, is found by its line, date, time
    and status, and records nothing. A row that contradicts what is recorded is refused. Raises
    Invalid for what is no such file.
    """
    entries, refused = read(text)
    result = Brought(rows=len(entries) + len(refused), refused=refused)
    evenings = (await clocks_of(session, patient_id)).home
    await take_turn(session, patient_id)
    placed: list[_Placed] = []
    for entry in entries:
        found = _place(entry, evenings, lines, medicines, now)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            placed.append(found)
    facts = await _facts(session, patient_id, placed, result)
    result.refused.sort(key=lambda one: one.row)
    result.recorded = len(facts)
    if dry_run:
        return result
    if result.refused and not skip_refused:
        result.recorded = 0
        return result
    await _write(session, patient_id, facts, evenings, author, now)
    audit.record(
        session, "doses.imported", at=now, actor=author, patient=patient_id, means=Means.IMPORT,
        recorded=result.recorded, already=result.already, refused=len(result.refused),
    )  # fmt: skip
    return result


def _place(
    entry: Entry, evenings: Evenings, lines: Sequence[KnownLine], medicines: Collection[str],
    now: datetime,
) -> _Placed | Refused:  # fmt: skip
    """Night and instant of a row by the patient's clock, and the lines that its name may mean."""
    name = entry.medicine.lower()
    meant = tuple(line for line in lines if name in line.names)
    if not meant and name in medicines:
        return Refused(
            entry.row, "medicine", "Your protocol has no line of this medicine.",
            "Enter the protocol under which it was taken first.",
        )  # fmt: skip
    if not meant:
        return Refused(
            entry.row, "medicine", f"{entry.medicine[:40]!r} is not a medicine Vesper knows.",
            "Write its name as in your protocol.",
        )  # fmt: skip
    if entry.at is None:
        if entry.day > evenings.night_of(now):
            return _future(entry)
        return _Placed(entry, entry.day, None, meant)
    # By the date on the calendar: half past midnight belongs to the night before.
    night = entry.day - A_DAY if entry.at < evenings.turns else entry.day
    instant = evenings.instant(night, entry.at)
    if instant is None:
        return Refused(
            entry.row, "date", f"{entry.day} did not happen where you live.", "Check the date."
        )
    return _future(entry) if instant > now + CLOCK_SLACK else _Placed(entry, night, instant, meant)


def _future(entry: Entry) -> Refused:
    return Refused(entry.row, "date", "That time has not come yet.", "Check date and time.")


async def _facts(
    session: AsyncSession, patient_id: UUID, placed: Sequence[_Placed], result: Brought
) -> list[_Fact]:
    """What the rows add, in order of the file; what is there already, and refusals, are counted."""
    planned = await _planned(session, patient_id, placed)
    known = await _known(session, patient_id, placed)
    answered = set(known.values())  # doses that a row of a file has spoken of
    first: dict[UUID, int] = {}
    facts: list[_Fact] = []
    for each in placed:
        line = _line(each, planned)
        if isinstance(line, Refused):
            result.refused.append(line)
            continue
        event_id = _event_id(patient_id, line, each.entry)
        if event_id in first:
            result.refused.append(_twice(each.entry, first[event_id]))
            continue
        first[event_id] = each.entry.row
        if event_id in known:
            result.already += 1
            continue
        doses = [d for d in planned.get((line.id, each.night), []) if d.id not in answered]
        dose = min(doses, key=lambda one: _away(one, each.instant), default=None)
        if dose is not None:
            answered.add(dose.id)
        if dose is not None and dose.outcome is not None:
            if dose.outcome.kind is each.entry.kind:
                result.already += 1
            else:
                result.refused.append(_contradicted(each.entry, dose.outcome.kind))
        elif dose is not None or each.entry.kind is Kind.TAKEN:
            facts.append(_Fact(each, line, event_id, dose))
        else:
            result.refused.append(Refused(
                each.entry.row, "status", "Nothing else was planned in this night to be skipped.",
                "Remove the row, or check its date.",
            ))  # fmt: skip
    return facts


def _line(each: _Placed, planned: dict[tuple[UUID, date], list[Dose]]) -> KnownLine | Refused:
    """The one line a row means; of several, the one that was planned in that night."""
    if len(each.lines) == 1:
        return each.lines[0]
    there = [line for line in each.lines if (line.id, each.night) in planned]
    if len(there) == 1:
        return there[0]
    return Refused(
        each.entry.row, "medicine", "Several lines of your protocol are of this medicine.",
        f"Write a line's id instead: {' or '.join(str(line.id) for line in each.lines)}.",
    )  # fmt: skip


def _twice(entry: Entry, row: int) -> Refused:
    return Refused(
        entry.row, "row", f"This says the same as row {row}.", "Remove one of the two rows."
    )


def _contradicted(entry: Entry, kind: Kind) -> Refused:
    return Refused(
        entry.row, "status", f"This dose is recorded as {kind} already.",
        "Remove the row, or correct what is recorded where that is wrong.",
    )  # fmt: skip


def _away(dose: Dose, instant: datetime | None) -> tuple[float, bool, int]:
    """How far a row is from a dose of its night: seconds from when it was due, where the row has a
    time; then one that nothing is recorded of comes first, then the earlier slot."""
    seconds = 0.0 if instant is None else abs((instant - dose.due_at).total_seconds())
    return seconds, dose.outcome is not None, dose.slot


def _event_id(patient_id: UUID, line: KnownLine, entry: Entry) -> UUID:
    """Of what a row is about, not of how it is put: a corrected note is not another intake."""
    said = f"import/{line.id}/{entry.day}/{entry.at or ''}/{entry.kind}"
    return uuid5(patient_id, said)


async def _planned(
    session: AsyncSession, patient_id: UUID, placed: Sequence[_Placed]
) -> dict[tuple[UUID, date], list[Dose]]:
    """The planned doses of these rows' nights, by line and night, locked and with their events."""
    if not placed:
        return {}
    nights = [each.night for each in placed]
    rows = (
        select(Dose)
        .where(
            Dose.patient_id == patient_id, Dose.extra.is_(False),
            Dose.line_id.in_({line.id for each in placed for line in each.lines}),
            Dose.night >= min(nights), Dose.night <= max(nights),
        )
        .order_by(Dose.night, Dose.slot)
        .with_for_update(key_share=True)
        .options(selectinload(Dose.events))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    found: dict[tuple[UUID, date], list[Dose]] = {}
    for dose in await session.scalars(rows):
        found.setdefault((dose.line_id, dose.night), []).append(dose)
    return found


async def _known(
    session: AsyncSession, patient_id: UUID, placed: Sequence[_Placed]
) -> dict[UUID, UUID]:
    """Which of these rows are recorded already, under whichever line: event and its dose."""
    ids = [_event_id(patient_id, line, each.entry) for each in placed for line in each.lines]
    found: dict[UUID, UUID] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = select(Event.id, Event.dose_id).where(
            Event.patient_id == patient_id, Event.id.in_(ids[start : start + _AT_ONCE])
        )
        found |= {event: dose for event, dose in await session.execute(some)}  # noqa: C416 - rows
    return found


async def _write(
    session: AsyncSession, patient_id: UUID, facts: Sequence[_Fact], evenings: Evenings,
    author: UUID, now: datetime,
) -> None:  # fmt: skip
    """One event for each row, and a dose of its own for those that were not planned."""
    settled: list[Dose] = []
    for fact in facts:
        entry = fact.placed.entry
        report = Report(
            id=fact.event_id, kind=entry.kind, author=author, means=Means.IMPORT,
            reason=entry.reason, amount=entry.amount, amount_reason=entry.amount_reason,
            note=entry.note,
        )  # fmt: skip
        dose = fact.dose or _outside_the_plan(patient_id, fact, evenings)
        append(session, dose, report, fact.placed.instant, now)
        session.add(dose)
        if fact.dose is not None and now < dose.closes_at:
            settled.append(dose)
    await session.flush()
    for dose in settled:
        await stop_reminding(session, dose, now)


def _outside_the_plan(patient_id: UUID, fact: _Fact, evenings: Evenings) -> Dose:
    line, placed = fact.line, fact.placed
    assert placed.instant is not None  # an intake without a time was refused when it was read
    planned = PlannedDose(
        line_id=line.id,
        version_id=line.version_id,
        night=placed.night,
        slot=extra_slot(fact.event_id),
        label=line.label,
        amount=placed.entry.amount or line.amount_at(placed.night),
        route=line.route,
        due_at=placed.instant,
        closes_at=placed.instant + A_DAY,
        on_time_minutes=line.on_time_minutes,
        ladder=(),
        zone=evenings.zone.key,
        min_gap_minutes=line.min_gap_minutes,
    )
    return Dose(**planned.columns(patient_id) | {"extra": True})
