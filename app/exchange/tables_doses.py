"""Doses as tables: what was planned beside what happened, every report there was, and the rates."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.doses.delivery import Reminded, reminders_of
from app.doses.models import Dose
from app.doses.state import counts_in_week, is_late, state_of, week_key, weeks_among
from app.exchange.cells import there
from app.exchange.followed import COLUMNS, counted, definition_rows
from app.exchange.given import Given, given_of
from app.exchange.reader import Reader, Table, medicine_of


async def doses(reader: Reader) -> Table:
    """One row for each dose of the plan, and for each outside it: planned and happened.

    `due_at` and `taken_at` are as the clock on the wall showed them in `zone`; `state` is the one
    word that a reader may trust, as of the export. Of a dose from two vials both are there, the
    first one first.
    """
    rows = await _doses(reader)
    known, numbers = await reader.lines(), await reader.numbers()
    names = await reader.names(row.outcome.author_id for row in rows if row.outcome)
    fates = await reminders_of(
        reader.session, reader.patient_id, select(Dose.id).where(
            Dose.patient_id == reader.patient_id
        )
    )  # fmt: skip
    weeks = weeks_among(rows, reader.now)
    columns = (
        "dose_id", "night", "line_id", "medicine", "version", "slot", "due_at", "closes_at", "zone",
        "planned_amount", "planned_unit", "route", "extra", "held_for", "state", "taken_at",
        "logged_at", "taken_amount", "taken_unit", "on_time", "on_time_minutes", "skip_reason",
        "amount_reason", "note", "source", "logged_by", "reminder", "reminded_devices",
        "vial_id", "lot", "vial_assumed", "site",
    )  # fmt: skip
    given = await given_of(reader.session, reader.patient_id)
    found = []
    for row in rows:
        said, fate = row.outcome, fates.get(row.id, Reminded())
        late = is_late(row)
        taken = said is not None and said.taken_at is not None
        found.append((
            row.id, row.night, row.line_id, row.label or medicine_of(known, row.line_id),
            numbers[row.version_id], row.slot, there(row.due_at, row.zone),
            there(row.closes_at, row.zone), row.zone, row.amount_value, row.amount_unit, row.route,
            row.extra, row.held_for,
            state_of(row, reader.now, weeks.get(week_key(row)) if counts_in_week(row) else None),
            there(said.taken_at, row.zone) if said else "",
            there(said.logged_at, row.zone) if said else "",
            (said.amount_value or row.amount_value) if said and taken else None,
            (said.amount_unit or row.amount_unit) if said and taken else None,
            None if late is None or row.extra else not late, row.on_time_minutes,
            said.reason if said else None, said.amount_reason if said else None,
            said.note if said else None, said.means if said else None,
            names[said.author_id] if said else "", fate.fate, fate.devices,
            *_given(given.get(row.id) if taken else None),
        ))  # fmt: skip
    return Table(columns, found)


async def events(reader: Reader) -> Table:
    """Every report of every dose, those too that were corrected or taken back since."""
    rows = await _doses(reader)
    names = await reader.names(event.author_id for row in rows for event in row.events)
    columns = (
        "event_id", "dose_id", "number", "kind", "taken_at", "logged_at", "zone", "skip_reason",
        "amount", "unit", "amount_reason", "note", "source", "logged_by", "corrects",
    )  # fmt: skip
    return Table(columns, [
        (
            event.id, row.id, event.seq, event.kind, there(event.taken_at, row.zone),
            there(event.logged_at, row.zone), row.zone, event.reason, event.amount_value,
            event.amount_unit, event.amount_reason, event.note, event.means,
            names[event.author_id], event.amends,
        )
        for row in rows
        for event in row.events
    ])  # fmt: skip


async def adherence(reader: Reader) -> Table:
    """Counts and rates of each line and of all together, for several periods up to now."""
    return Table(COLUMNS, await counted(reader.session, reader.patient_id, reader.now))


async def definition(reader: Reader) -> Table:
    """What exactly the figures mean."""
    return Table(("word", "means"), definition_rows())


def _given(given: Given | None) -> tuple[str, str, bool | None, str]:
    """The vials of a dose and their lots, whether Vesper assumed them, and the spot."""
    if given is None:
        return "", "", None, ""
    vials = given.vials
    return (
        " ".join(str(each.id) for each in vials), "; ".join(each.lot for each in vials),
        given.assumed if vials else None, given.site or "",
    )  # fmt: skip


async def _doses(reader: Reader) -> Sequence[Dose]:
    """Every dose with its reports, in order of time."""
    mine = (
        select(Dose)
        .where(Dose.patient_id == reader.patient_id)
        .order_by(Dose.due_at, Dose.label, Dose.id)
        .options(selectinload(Dose.events))
        .execution_options(populate_existing=True)
    )
    return (await reader.session.scalars(mine)).all()
