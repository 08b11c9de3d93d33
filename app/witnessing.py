"""What audit entries say of the rows of a table, so that an altered row contradicts them.

An entry holds digests of the rows it tells of, in its facts: `dose_vials="id=digest id=digest"`.
Entries are sealed, so whoever alters a row would have to break the chain as well. For tables whose
rows never change, or change once in a known way; each package names its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry, digest
from app.db import Base

Page = tuple[list[str], tuple[UUID, UUID] | None, int]


@dataclass(frozen=True, slots=True)
class Witness:
    """How the entries tell of the rows of one table, whose key is patient and id.

    word      what a row is called where something is found, such as `draw`
    fact      the name of the fact, which no other witness has
    columns   in the order in which a digest takes them; a new column needs a new witness
    moment    the column with the instant at which the entry was written; where a row has None in
              it, there is nothing to tell of
    """

    table: type[Any]
    word: str
    fact: str
    columns: tuple[str, ...]
    moment: str

    def digest(self, row: Base) -> str:
        """What a row says, all of what never changes."""
        return digest([getattr(row, name) for name in self.columns])

    def facts(self, rows: Iterable[Any]) -> dict[str, str]:
        """What goes into the entry that tells of these rows."""
        return {self.fact: " ".join(f"{row.id}={self.digest(row)}" for row in rows)}

    def told(self, entry: AuditEntry) -> dict[str, str]:
        """The digests that an entry holds, by id; empty for an entry of something else."""
        said = entry.facts.get(self.fact, "")
        return dict(part.split("=", 1) for part in said.split()) if isinstance(said, str) else {}

    async def contradicted(self, session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
        """Which of these entries tell of a row that is gone or says something else today."""
        telling = [
            (entry.patient_id, UUID(each), said)
            for entry in entries
            for each, said in self.told(entry).items()
        ]
        rows = await rows_by_key(session, self.table, {(one, other) for one, other, _ in telling})
        found = []
        for patient, each, said in telling:
            row = rows.get((patient, each))
            if row is None:
                found.append(f"{self.word} {each}: it was removed")
            elif self.digest(row) != said:
                found.append(f"{self.word} {each}: it was altered")
        return found

    async def unwitnessed(
        self, session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int
    ) -> Page:
        """Which of the next rows no entry tells of.

        after   patient and id of the last one of the page before

        Gives back what was found, where the page ended (None: that was all), and how many it had.
        """
        rows = await page_of(session, self.table, after, limit)
        moments = {
            (row.patient_id, at) for row in rows if (at := getattr(row, self.moment)) is not None
        }
        told = {
            (entry.patient_id, each)
            for entry in await entries_at(session, moments)
            for each in self.told(entry)
        }
        found = [
            f"{self.word} {row.id}: nothing tells of it"
            for row in rows
            if getattr(row, self.moment) is not None and (row.patient_id, str(row.id)) not in told
        ]
        return found, end_of(rows, limit), len(rows)


async def rows_by_key(
    session: AsyncSession, table: type[Any], keys: set[tuple[UUID | None, UUID]]
) -> dict[tuple[UUID | None, UUID], Any]:
    """Rows by patient and id, two thousand for each statement."""
    wanted = list(keys)
    found: dict[tuple[UUID | None, UUID], Any] = {}
    for start in range(0, len(wanted), 2000):
        some = wanted[start : start + 2000]
        mine = select(table).where(tuple_(table.patient_id, table.id).in_(some))
        for row in await session.scalars(mine):
            found[row.patient_id, row.id] = row
    return found


async def page_of(
    session: AsyncSession, table: type[Any], after: tuple[UUID, UUID] | None, limit: int
) -> list[Any]:
    """The next rows of a table by patient and id."""
    page = select(table).order_by(table.patient_id, table.id).limit(limit)
    if after is not None:
        patient, last = after
        page = page.where(
            or_(table.patient_id > patient, (table.patient_id == patient) & (table.id > last))
        )
    return list(await session.scalars(page))


def end_of(rows: Sequence[Any], limit: int) -> tuple[UUID, UUID] | None:
    """Where a page ended; None where it was the last one."""
    return (rows[-1].patient_id, rows[-1].id) if len(rows) == limit else None


async def entries_at(
    session: AsyncSession, moments: set[tuple[UUID, datetime]]
) -> Sequence[AuditEntry]:
    """The entries about these patients that were written at these instants."""
    if not moments:
        return []
    mine = select(AuditEntry).where(tuple_(AuditEntry.patient_id, AuditEntry.at).in_(list(moments)))
    return (await session.scalars(mine)).all()
