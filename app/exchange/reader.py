"""One patient's rows as exports read them: each kind at most once, with the names that go along."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Preferences
from app.db import Base
from app.protocols.medicines import label_of
from app.protocols.models import Line, Version

Row = Sequence[Any]
T = TypeVar("T", bound=Base)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, and rows of values that `app.exchange.cells.plain` can write."""

    columns: tuple[str, ...]
    rows: Iterable[Row]


@dataclass
class Reader:
    """What several tables ask for, read when it is first asked for.

    clinic   whose copy it is for; None for the patient's own
    """

    session: AsyncSession
    patient_id: UUID
    now: datetime
    clinic: UUID | None = None
    _kept: dict[type[Base], Sequence[Any]] = field(default_factory=dict)
    _people: dict[UUID, Person] = field(default_factory=dict)

    async def every(self, kind: type[T], *order: Any) -> Sequence[T]:
        """All rows of this kind that are the patient's; the first order that is asked for stays."""
        if kind not in self._kept:
            mine = select(kind).where(kind.__table__.c.patient_id == self.patient_id)
            self._kept[kind] = (await self.session.scalars(mine.order_by(*order))).all()
        return self._kept[kind]

    async def preferences(self) -> Preferences:
        """How the patient's evenings run."""
        return await self.session.get_one(Preferences, self.patient_id)

    async def lines(self) -> Mapping[UUID, Line]:
        """The patient's lines by id."""
        return {line.id: line for line in await self.every(Line, Line.id)}

    async def numbers(self) -> Mapping[UUID, int]:
        """The numbers of the versions by their id."""
        return {each.id: each.number for each in await self.every(Version, Version.number)}

    async def names(self, ids: Iterable[UUID | None]) -> Mapping[UUID | None, str]:
        """What these people are called; nobody, where no id is given."""
        missing = {each for each in ids if each is not None} - set(self._people)
        if missing:
            people = select(Person).where(Person.id.in_(missing))
            self._people |= {each.id: each for each in await self.session.scalars(people)}
        return {None: "", **{key: each.name for key, each in self._people.items()}}


def medicine_of(lines: Mapping[UUID, Line], line_id: UUID | None) -> str:
    """What the medicine of a line is called; empty for a line that is not named or not there."""
    line = lines.get(line_id) if line_id is not None else None
    return label_of(line.medicine) if line is not None else ""
