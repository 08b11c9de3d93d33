"""What audit entries say of the rows of a table, so that an altered row contradicts them.

An entry holds digests of the rows it tells of, in its facts: `dose_vials="id=digest id=digest"`.
Entries are sealed, so whoever alters a row would have to break the chain as well. `Witness` is for
tables whose rows never change, or change once in a known way; `Latest` for those that change in
place. Each package names its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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


@dataclass(frozen=True, slots=True)
class Latest:
    """How the entries tell of the rows of one table that change in place: of each as it became.

    word      what a row is called where something is found; entries that tell of it are actions
              that begin with it, and hold `<word>_revision` and `<word>_digest`
    columns   all there are, in the order in which a digest takes them; a new column needs a new
              fact
    key       the column that, with the patient, is the row's key
    fact      the name of the fact that holds it
    revision  the column that grows with every change
    """

    table: type[Any]
    word: str
    columns: tuple[str, ...]
    fact: str
    key: str = "id"
    revision: str = "revision"

    def digest(self, row: Base) -> str:
        """What a row says today, all of it."""
        return digest([getattr(row, name) for name in self.columns])

    def facts(self, row: Base) -> dict[str, str | int]:
        """What goes into the entry of a row that was entered or changed."""
        return {
            self.fact: str(getattr(row, self.key)), f"{self.word}_revision": self._revision(row),
            f"{self.word}_digest": self.digest(row),
        }  # fmt: skip

    async def contradicted(self, session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
        """Which of these entries tell of a row that is gone, or is not what it became."""
        telling = [entry for entry in entries if f"{self.word}_digest" in entry.facts]
        keys = {(entry.patient_id, UUID(entry.facts[self.fact])) for entry in telling}
        rows = await rows_by_key(session, self.table, keys, self.key)
        found = []
        for entry in telling:
            key = UUID(entry.facts[self.fact])
            row, told = rows.get((entry.patient_id, key)), entry.facts[f"{self.word}_revision"]
            if row is None:
                found.append(f"{self.word} {key}: it was removed")
            # An entry of an earlier revision was overtaken by a later one, which is read as well.
            elif self._revision(row) < told or (
                self._revision(row) == told
                and self.digest(row) != entry.facts[f"{self.word}_digest"]
            ):
                found.append(f"{self.word} {key}: it was altered")
        return found

    async def unwitnessed(
        self, session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int
    ) -> Page:
        """Which of the next rows no entry tells of as they are today; see `Witness.unwitnessed`."""
        rows = await page_of(session, self.table, after, limit, self.key)
        patients = {row.patient_id for row in rows}
        about = select(AuditEntry).where(
            AuditEntry.patient_id.in_(patients), AuditEntry.action.like(f"{self.word}.%")
        )
        told = {
            (entry.patient_id, entry.facts.get(self.fact), entry.facts.get(f"{self.word}_revision"))
            for entry in (await session.scalars(about) if patients else ())
        }
        found = [
            f"{self.word} {getattr(row, self.key)}: nothing tells of it as it is"
            for row in rows
            if (row.patient_id, str(getattr(row, self.key)), self._revision(row)) not in told
        ]
        return found, end_of(rows, limit, self.key), len(rows)

    def _revision(self, row: Base) -> Any:
        """The revision as a fact holds it; instants of one zone stay in order when spelled out."""
        revision = getattr(row, self.revision)
        at = isinstance(revision, datetime)
        return revision.astimezone(UTC).isoformat(timespec="microseconds") if at else revision


async def rows_by_key(
    session: AsyncSession, table: type[Any], keys: set[tuple[UUID | None, UUID]], key: str = "id"
) -> dict[tuple[UUID | None, UUID], Any]:
    """Rows by patient and key, two thousand for each statement."""
    wanted, column = list(keys), getattr(table, key)
    found: dict[tuple[UUID | None, UUID], Any] = {}
    for start in range(0, len(wanted), 2000):
        some = wanted[start : start + 2000]
        mine = select(table).where(tuple_(table.patient_id, column).in_(some))
        for row in await session.scalars(mine):
            found[row.patient_id, getattr(row, key)] = row
    return found


async def page_of(
    session: AsyncSession, table: type[Any], after: tuple[UUID, UUID] | None, limit: int,
    key: str = "id",
) -> list[Any]:  # fmt: skip
    """The next rows of a table by patient and key."""
    column = getattr(table, key)
    page = select(table).order_by(table.patient_id, column).limit(limit)
    if after is not None:
        patient, last = after
        page = page.where(
            or_(table.patient_id > patient, (table.patient_id == patient) & (column > last))
        )
    return list(await session.scalars(page))


def end_of(rows: Sequence[Any], limit: int, key: str = "id") -> tuple[UUID, UUID] | None:
    """Where a page ended; None where it was the last one."""
    return (rows[-1].patient_id, getattr(rows[-1], key)) if len(rows) == limit else None


async def entries_at(
    session: AsyncSession, moments: set[tuple[UUID, datetime]]
) -> Sequence[AuditEntry]:
    """The entries about these patients that were written at these instants."""
    if not moments:
        return []
    mine = select(AuditEntry).where(tuple_(AuditEntry.patient_id, AuditEntry.at).in_(list(moments)))
    return (await session.scalars(mine)).all()
