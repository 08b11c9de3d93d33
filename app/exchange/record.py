"""One patient's record as rows that any program can read, and back again.

The rows are those of the tables below, without the patient's own id, which is the same in each.
What Vesper can work out again is left out: doses still to come, reminders, caches. So is what went
to devices: of the reminders it is told only which found no device, because a dose that nobody could
be reminded of is not counted as missed. What clinicians note among themselves, tasks and reviews,
is the clinic's and is left out as well; so is what a patient asked a clinic to refill, which is one
of its tasks. When supplies are looked at again, and what was said of them, is worked out anew.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Integer, String, Table, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Preferences
from app.db import Base
from app.doses.models import Dose, Event, Spoken
from app.monitoring.models import ChosenDay, FlagSeen, LabDraw, LabPlan, LabSettings
from app.observations.models import Observation, Tracking
from app.problems import Invalid
from app.protocols.models import Hold, Line, Screening, ScreeningOverride, Terms, Version
from app.sites.models import Placement, Reaction, SiteSettings
from app.supplies.models import (
    Confirmation,
    Consumable,
    ConsumableCount,
    Drawn,
    LineKit,
    SourceCheck,
    StockEntry,
    SupplySettings,
    Vial,
)

TABLES: tuple[type[Base], ...] = (
    Preferences, Version, Line, Terms, Hold, Screening, ScreeningOverride, Dose, Event, Observation,
    Tracking, LabPlan, LabSettings, LabDraw, ChosenDay, FlagSeen, Spoken,
    Vial, SourceCheck, Confirmation, Drawn, StockEntry, LineKit, SupplySettings, Consumable,
    ConsumableCount, Placement, Reaction, SiteSettings,
)  # fmt: skip
"""What a record is made of, each table after those that it points at."""

SINCE: Mapping[type[Base], int] = dict.fromkeys(TABLES[TABLES.index(Vial) :], 2)
"""From which version of the document on it has a table; the others it has always had."""

BY_NAME = {table.__tablename__: table for table in TABLES}

_BIGGEST = 2**31 - 1

Row = dict[str, Any]


async def rows_of(
    session: AsyncSession, table: type[Base], patient_id: UUID, now: datetime
) -> list[Row]:
    """The patient's rows of one table as JSON would have them, in the order of their keys.

    What a row does not have is left out: most rows have little of what they could, and a record of
    many years has to fit into one request on its way back.
    """
    owner = owner_of(table)
    mine = select(table).where(getattr(table, owner) == patient_id)
    if table is Dose:
        said = exists().where(Event.patient_id == Dose.patient_id, Event.dose_id == Dose.id)
        mine = mine.where(or_(Dose.due_at <= now, said))
    if table is Spoken:
        # What went to devices is told by deliveries, which stay behind with the devices.
        mine = mine.where(Spoken.devices == 0)
    keys = [column for column in _table(table).primary_key.columns if column.name != owner]
    rows = await session.scalars(mine.order_by(*keys))
    columns = _columns(table)
    return [
        {
            name: adapter.dump_python(value, mode="json")
            for name, adapter in columns.items()
            if (value := getattr(row, name)) is not None
        }
        for row in rows
    ]


def row_from(table: type[Base], given: Mapping[str, Any], place: str, **owner: UUID) -> Base:
    """A row from what an export says of it. Raises Invalid, naming the place, for anything odd."""
    columns = _columns(table)
    if odd := sorted(set(given) - set(columns)):
        raise _odd(f"{place}.{odd[0]}", "is none of this table's columns")
    values: dict[str, Any] = {}
    for name, adapter in columns.items():
        column = _table(table).c[name]
        try:
            value = adapter.validate_json(_json(given.get(name)), strict=True)
        except (ValidationError, ValueError):
            raise _odd(f"{place}.{name}", "is not what this column holds") from None
        longest = getattr(column.type, "length", None) if isinstance(column.type, String) else None
        if isinstance(value, str) and longest is not None and len(value) > longest:
            raise _odd(f"{place}.{name}", f"is longer than {longest} characters")
        if isinstance(column.type, Integer) and value is not None and abs(value) > _BIGGEST:
            raise _odd(f"{place}.{name}", "is too large")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise _odd(f"{place}.{name}", "has no offset from UTC")
        values[name] = value
    return table(**values, **owner)


def owner_of(table: type[Base]) -> str:
    """The column that says whose a row is."""
    return next(name for name in ("patient_id", "person_id") if name in _table(table).c)


@cache
def people_columns(table: type[Base]) -> tuple[str, ...]:
    """The columns that name who did something: an author, who voided, who looked."""
    return tuple(
        column.name
        for column in _table(table).columns
        if column.name != owner_of(table)
        and any(key.column.table.name == "person" for key in column.foreign_keys)
    )


@cache
def _columns(table: type[Base]) -> dict[str, TypeAdapter[Any]]:
    """Each column but the owner's, and how its values are read and written."""
    hints = get_type_hints(table)
    return {
        column.name: TypeAdapter(get_args(hints[column.name])[0])
        for column in _table(table).columns
        if column.name != owner_of(table)
    }


def key_of(row: Mapping[str, Any]) -> str:
    """What tells a row of a table from the patient's others; empty where there is but one."""
    return str(row.get("id") or row.get("screening_id") or row.get("line_id") or "")


def _table(table: type[Base]) -> Table:
    known = table.__table__
    assert isinstance(known, Table)
    return known


def _json(value: Any) -> bytes:
    return TypeAdapter(Any).dump_json(value)


def _odd(field: str, problem: str) -> Invalid:
    return Invalid(
        f"{field} {problem}.", field=field, cure="Send the file as Vesper wrote it, unchanged."
    )
