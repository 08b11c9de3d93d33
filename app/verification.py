"""Whether anything in the audit log, or in the record it tells of, was changed behind its back.

Readings page by page, so that a log of any length fits in memory: every seal against the one
before it; every entry against its seal and against the record; every event, version, observation,
vial, draw, stock entry, source check, confirmation, syringe of a line, counted supply, count,
placement and reaction against the entries. A forger needs the operator's secret for the first, and
a head that was kept somewhere else shows an end that was cut off.

It cannot find what was forged through the application itself by somebody who holds its secret, an
entry that was removed in the seconds before it was sealed together with what it told of, or a row
of a table that no entry holds a digest of.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry, AuditSeal, AuditWaiting
from app.db import Sessions
from app.doses import witness as doses
from app.doses.models import Dose
from app.observations import witness as observations
from app.observations.models import Observation
from app.protocols import witness as versions
from app.protocols.models import Version
from app.sealing import NOTHING, Head, Sealer, seal
from app.sites import witness as sites
from app.supplies import witness as supplies
from app.supplies.models import Vial

PAGE = 500
SHOWN = 50
"""Findings that are kept; of the others only how many there were."""

# What reading a row raises that holds what Vesper never writes: no instant, no known word, no JSON.
UNREADABLE = (LookupError, ValueError, ArithmeticError, TypeError, AttributeError)

Read = Callable[[AsyncSession, Any, int], Awaitable[tuple[list[str], Any, int]]]
"""One page, from a session, where the page before ended, and at most so many rows.

Gives back what was found, where this page ended (None: that was all), and how many rows it had.
"""


@dataclass(slots=True)
class Verdict:
    """What was read, and what was found: places by number and id, never what a row says.

    head       the last seal that was read; worth keeping where the database cannot reach it
    supplies   vials, draws, stock entries, source checks, confirmations, syringes of lines, counted
               supplies, counts, placements and reactions together
    """

    head: Head = NOTHING
    entries: int = 0
    waiting: int = 0
    events: int = 0
    versions: int = 0
    observations: int = 0
    supplies: int = 0
    findings: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def note(self, *findings: str) -> None:
        """Keep what was found, or count it."""
        room = max(SHOWN - len(self.findings), 0)
        self.findings.extend(findings[:room])
        self.more += len(findings[room:])


async def verify(
    sessions: Sessions, keys: Sequence[Sealer], *, now: datetime, kept: Head | None = None
) -> Verdict:
    """Seal what waits, then read everything. It changes nothing else, and a repeat finds the same.

    keys   former ones first, today's last: once a later key has sealed, no earlier one may. With
           the wrong ones nothing is sealed, or the chain would be broken by who came to check it
    kept   a head from somewhere else: the chain has to contain it
    """
    verdict = Verdict()
    try:
        while await _seal_some(sessions, keys, now):
            pass
    except UNREADABLE:
        verdict.note("an entry that waits for its seal cannot be read")
    chain = Chain(keys, kept)
    await _all(sessions, chain.read, "the seal", verdict)
    verdict.head = chain.head
    if not chain.met:
        verdict.note(f"the head {kept} is not in the chain: its end was cut off or made anew")
    entries = Entries()
    verdict.entries = await _all(sessions, entries.read, "the entry", verdict)
    verdict.waiting = entries.waiting
    verdict.events = await _all(sessions, doses.unwitnessed, "the event", verdict)
    verdict.versions = await _all(sessions, versions.unwitnessed, "the version", verdict)
    verdict.observations = await _all(
        sessions, observations.unwitnessed, "the observation", verdict
    )
    for read, what in (*supplies.UNWITNESSED, *sites.UNWITNESSED):
        verdict.supplies += await _all(sessions, read, what, verdict)
    return verdict


async def _seal_some(sessions: Sessions, keys: Sequence[Sealer], now: datetime) -> int:
    newest = select(AuditSeal.key_id).order_by(AuditSeal.number.desc()).limit(1)
    async with sessions.begin() as session:
        key_id = await session.scalar(newest)
        if key_id is not None and key_id not in {key.key_id for key in keys}:
            return 0
        return await seal(session, keys[-1], now)


async def _all(sessions: Sessions, read: Read, what: str, verdict: Verdict) -> int:
    """Read page after page, each in a transaction of its own; say how many rows there were.

    A page that cannot be read is read again row by row, to say where it stops.
    """
    total, after, limit = 0, None, PAGE
    while True:
        try:
            async with sessions.begin() as session:
                found, end, count = await read(session, after, limit)
        except UNREADABLE:
            if limit == 1:
                place = f"after {after}" if after else "first of all"
                verdict.note(f"{what} {place} cannot be read; nothing behind it was checked")
                return total
            limit = 1
            continue
        verdict.note(*found)
        total, after = total + count, end
        if end is None:
            return total


class Chain:
    """Every seal against the one before it, and against what its entry says."""

    def __init__(self, keys: Sequence[Sealer], kept: Head | None) -> None:
        self._keys = keys
        self._kept = kept
        self._rank = 0
        # None after a gap: the next seal cannot be checked then.
        self._previous: bytes | None = NOTHING.hash
        self.head = NOTHING
        self.met = kept is None or kept == NOTHING

    async def read(
        self, session: AsyncSession, after: int | None, limit: int
    ) -> tuple[list[str], int | None, int]:
        """The next seals in the order of their numbers."""
        page = (
            select(AuditSeal, AuditEntry)
            .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
            .order_by(AuditSeal.number)
            .limit(limit)
        )
        # Not above 0 from the start: a seal with a number below 1 would cover an entry unseen.
        if after is not None:
            page = page.where(AuditSeal.number > after)
        rows = (await session.execute(page)).all()
        found = [finding for link, entry in rows for finding in self._follow(link, entry)]
        return found, rows[-1][0].number if len(rows) == limit else None, len(rows)

    def _follow(self, link: AuditSeal, entry: AuditEntry | None) -> list[str]:
        if link.number < 1:
            return [f"seal {link.number}: there is no such place"]
        found = []
        if link.number != self.head.number + 1:
            found.append(f"seals {self.head.number + 1} to {link.number - 1}: removed")
            self._previous = None
        if wrong := self._wrong(link, entry):
            found.append(f"seal {link.number}: {wrong}")
        self._previous = link.hash
        self.head = Head(link.number, link.hash)
        self.met = self.met or self.head == self._kept
        return found

    def _wrong(self, link: AuditSeal, entry: AuditEntry | None) -> str:
        ranks = {key.key_id: rank for rank, key in enumerate(self._keys)}
        rank = ranks.get(link.key_id)
        if rank is None:
            return f"made with another key ({link.key_id})"
        if rank < self._rank:
            return "made with a former key after a newer one was in use"
        self._rank = rank
        if entry is None:
            return f"its entry {link.entry_id} was removed"
        if self._previous is not None and link.hash != self._keys[rank].hash(
            self._previous, link.number, link.sealed_at, entry
        ):
            return f"it does not fit the seal before it and {_named(entry)}"
        return ""


class Entries:
    """Every entry: a seal covers it or it waits for one, and the record still bears it out."""

    def __init__(self) -> None:
        self.waiting = 0

    async def read(
        self, session: AsyncSession, after: Any, limit: int
    ) -> tuple[list[str], Any, int]:
        """The next entries in the order of their ids."""
        page = (
            select(AuditEntry, AuditSeal.number, AuditWaiting.entry_id)
            .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
            .outerjoin(AuditWaiting, AuditWaiting.entry_id == AuditEntry.id)
            .order_by(AuditEntry.id)
            .limit(limit)
        )
        if after is not None:
            page = page.where(AuditEntry.id > after)
        rows = (await session.execute(page)).all()
        entries = [row[0] for row in rows]
        found = [
            f"{_named(entry)}: no seal covers it"
            for entry, number, waiting in rows
            if number is None and waiting is None
        ]
        told = await _not_erased(session, entries)
        found += await doses.contradicted(session, told)
        found += await versions.contradicted(session, told)
        found += await observations.contradicted(session, told)
        found += await supplies.contradicted(session, told)
        found += await sites.contradicted(session, told)
        self.waiting += sum(number is None for _, number, _ in rows)
        return found, entries[-1].id if len(rows) == limit else None, len(rows)


async def _not_erased(session: AsyncSession, entries: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """The entries of records that are still there.

    What was erased at a patient's wish is gone rightly: the wish is an entry, and so is that it was
    carried out. Together they excuse a record that is gone as a whole, never a row of one of which
    anything is left; a row of the table `erasure` alone excuses nothing.
    """
    patients = {entry.patient_id for entry in entries if entry.patient_id is not None}
    if not patients:
        return entries
    rows = await session.execute(
        select(AuditEntry.patient_id, AuditEntry.action).where(
            AuditEntry.patient_id.in_(patients),
            AuditEntry.action.in_(["record.ended", "record.erased"]),
        )
    )
    said: dict[UUID | None, set[str]] = {}
    for patient_id, action in rows:
        said.setdefault(patient_id, set()).add(action)
    gone = {patient for patient, actions in said.items() if len(actions) == 2}
    for table in (Dose, Version, Observation, Vial) if gone else ():
        gone -= set(
            await session.scalars(
                select(table.patient_id).where(table.patient_id.in_(gone)).distinct()
            )
        )
    return [entry for entry in entries if entry.patient_id not in gone]


def _named(entry: AuditEntry) -> str:
    return f"entry {entry.id} of {entry.at:%Y-%m-%d %H:%M:%S} UTC"
