"""Earlier results into the record: each row of a file once, and nothing over what is there.

Rows of one instant, and of one laboratory, become one panel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import take_turn
from app.accounts.models import Person
from app.audit import Means
from app.history_file import Brought, Refused
from app.observations.guards import CLOCK_SLACK, pressure_mistaken
from app.observations.history import Entry, read
from app.observations.models import Observation
from app.observations.record import DATE_ONLY
from app.observations.witness import note_entered
from app.schedule import zone

# Parameters of one statement; SQLite takes 32,766 and PostgreSQL one more.
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row on the calendar, and the id that the same row always has."""

    entry: Entry
    collected_at: datetime
    id: UUID

    @property
    def thing(self) -> tuple[str, datetime]:
        """What a file says once."""
        return self.entry.item.code, self.collected_at


async def bring_in(
    session: AsyncSession, patient_id: UUID, text: str, *, author: UUID, now: datetime,
    dry_run: bool, skip_refused: bool,
) -> Brought:  # fmt: skip
    """Record a file of earlier results, or say what would be recorded.

    skip_refused   record the other rows although some are refused; else it is all or nothing

    The same row again, in this file's repeat or in another file, is found by its marker, time,
    value and unit, and records nothing, also when it was voided meanwhile. A row that contradicts
    what stands at its time is refused. Raises Invalid for what is no such file.
    """
    entries, refused = read(text)
    result = Brought(rows=len(entries) + len(refused), refused=refused)
    preferences = await take_turn(session, patient_id)
    home = preferences.timezone
    born_on = await session.scalar(select(Person.born_on).where(Person.id == patient_id))
    placed: list[_Placed] = []
    for entry in entries:
        found = _place(entry, patient_id, home, born_on, now)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            placed.append(found)
    new = await _new(session, patient_id, _coherent(placed, refused), result)
    refused.sort(key=lambda one: one.row)
    result.recorded = len(new)
    if dry_run:
        return result
    if refused and not skip_refused:
        result.recorded = 0
        return result
    rows = [_row(patient_id, each, home, author, now) for each in new]
    session.add_all(rows)
    await session.flush()
    note_entered(session, rows, now)
    audit.record(
        session, "observations.imported", at=now, actor=author, patient=patient_id,
        means=Means.IMPORT, recorded=result.recorded, already=result.already,
        refused=len(refused),
    )  # fmt: skip
    return result


def _place(
    entry: Entry, patient_id: UUID, home: str, born_on: date | None, now: datetime
) -> _Placed | Refused:
    """The instant of a row by the clock at home; 08:00 of a date without a time."""
    there = zone(home)
    instant = datetime.combine(entry.day, entry.at or DATE_ONLY, there).astimezone(UTC)
    if instant.astimezone(there).date() != entry.day:
        return Refused(
            entry.row, "date", f"{entry.day} did not happen where you live.", "Check the date."
        )
    today = now.astimezone(there).date()
    if entry.day > today or (entry.at is not None and instant > now + CLOCK_SLACK):
        return Refused(entry.row, "date", "That time has not come yet.", "Check date and time.")
    if born_on is not None and entry.day < born_on:
        return Refused(entry.row, "date", "That is before the patient was born.", "Check the year.")
    said = f"{entry.item.code}/{entry.day}/{entry.at or ''}/{entry.comparator or ''}{entry.value:f}"
    return _Placed(entry, instant, uuid5(patient_id, f"observation/{said}/{entry.unit}"))


def _coherent(placed: Sequence[_Placed], refused: list[Refused]) -> list[_Placed]:
    """The rows that no other row of the file repeats or contradicts; the others are refused."""
    first: dict[tuple[str, datetime], _Placed] = {}
    for each in placed:
        if before := first.get(each.thing):
            same = before.id == each.id
            refused.append(Refused(
                each.entry.row, "row",
                f"This {'says the same as' if same else 'contradicts'} row {before.entry.row}.",
                "Remove one of the two rows.",
            ))  # fmt: skip
        first.setdefault(each.thing, each)
    kept = []
    for each in first.values():
        lower = first.get(("diastolic", each.collected_at))
        upper = each.entry.item.code == "systolic"
        if upper and lower and pressure_mistaken(each.entry.value, lower.entry.value):
            refused.append(Refused(
                each.entry.row, "value",
                "The upper blood pressure has to be above the lower one.",
                "Check whether the two were exchanged.",
            ))  # fmt: skip
        else:
            kept.append(each)
    return kept


async def _new(
    session: AsyncSession, patient_id: UUID, placed: Sequence[_Placed], result: Brought
) -> list[_Placed]:
    """The rows that add something; what is there already, and what contradicts it, is counted."""
    known = await _known(session, patient_id, [each.id for each in placed])
    there = await _standing(session, patient_id, placed)
    new = []
    for each in placed:
        rows = there.get(each.thing, [])
        entry = each.entry
        same = any(
            (row.value, row.unit, row.comparator) == (entry.value, entry.unit, entry.comparator)
            for row in rows
        )
        if same or each.id in known:
            result.already += 1
        elif rows:
            result.refused.append(Refused(
                entry.row, "value",
                f"Another value of {entry.item.name} is recorded at this time.",
                "Remove the row, or correct what is recorded where that is wrong.",
            ))  # fmt: skip
        else:
            new.append(each)
    return new


async def _known(session: AsyncSession, patient_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these rows were recorded before, void or not."""
    found: set[UUID] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = select(Observation.id).where(
            Observation.patient_id == patient_id, Observation.id.in_(ids[start : start + _AT_ONCE])
        )
        found |= set(await session.scalars(some))
    return found


async def _standing(
    session: AsyncSession, patient_id: UUID, placed: Sequence[_Placed]
) -> dict[tuple[str, datetime], list[Observation]]:
    """What stands in the stretch that these rows span, by item and instant."""
    if not placed:
        return {}
    moments = [each.collected_at for each in placed]
    mine = select(Observation).where(
        Observation.patient_id == patient_id, Observation.voided_at.is_(None),
        Observation.collected_at >= min(moments),
        Observation.collected_at < max(moments) + timedelta(seconds=1),
        Observation.code.in_(sorted({each.entry.item.code for each in placed})),
    )  # fmt: skip
    found: dict[tuple[str, datetime], list[Observation]] = {}
    for row in await session.scalars(mine):
        found.setdefault((row.code, row.collected_at), []).append(row)
    return found


def _row(patient_id: UUID, placed: _Placed, home: str, author: UUID, now: datetime) -> Observation:
    entry = placed.entry
    panel = f"panel/{placed.collected_at.isoformat()}/{entry.laboratory}"
    return Observation(
        patient_id=patient_id,
        id=placed.id,
        panel_id=uuid5(patient_id, panel),
        code=entry.item.code,
        value=entry.value,
        unit=entry.unit,
        collected_at=placed.collected_at,
        zone=home,
        day=entry.day,
        author_id=author,
        means=Means.IMPORT,
        entered_at=now,
        comparator=entry.comparator,
        low=entry.low,
        high=entry.high,
        time_known=entry.at is not None,
        fasting=entry.fasting,
        laboratory=entry.laboratory,
        loinc=entry.loinc,
        note=entry.note,
    )
