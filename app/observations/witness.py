"""What the audit entries say of observations, so that an altered record contradicts them.

What was entered together has one entry, with a digest of every row; what of a row can change
later, that it was voided, has an entry of its own. Entries are sealed, so whoever alters a row
would have to break the chain as well.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import AuditEntry, Means, digest
from app.observations.models import Observation
from app.witnessing import Page, end_of, entries_at, page_of, rows_by_key

# A row's columns in the order in which a digest takes them; a new column goes to the end of a new
# tuple, and the old one stays for what was written with it. `slot` is derived, and given up.
OF_ENTRY = (
    "patient_id", "id", "panel_id", "code", "value", "unit", "collected_at", "zone", "day",
    "author_id", "means", "entered_at", "comparator", "low", "high", "time_known", "fasting",
    "assay", "laboratory", "loinc", "line_id", "site", "scanner_make", "scanner_model", "note",
    "replaces",
)  # fmt: skip
OF_VOID = ("patient_id", "id", "voided_at", "voided_by", "void_reason")

TOGETHER = 200
"""Rows that one entry tells of; a file may bring thousands."""


def digest_of_entry(row: Observation) -> str:
    """What was entered, all of it; the canonical value is no part of it."""
    return digest([getattr(row, name) for name in OF_ENTRY])


def digest_of_void(row: Observation) -> str:
    """That a row was voided, when, by whom and why."""
    return digest([getattr(row, name) for name in OF_VOID])


def note_entered(
    session: AsyncSession, rows: Sequence[Observation], now: datetime,
    action: str = "observation.entered",
) -> None:  # fmt: skip
    """Write the audit entry of rows that one person entered together, in the same transaction.

    now   `entered_at` of the rows, by which their entry is found again

    Every row of the table needs one, whichever module writes it: without, `vesper audit verify`
    says that nothing tells of the row.
    """
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        audit.record(
            session, action, at=now, actor=some[0].author_id, patient=some[0].patient_id,
            means=Means(some[0].means), panels=len({row.panel_id for row in some}),
            observations=" ".join(f"{row.id}={digest_of_entry(row)}" for row in some),
        )  # fmt: skip


def note_voided(
    session: AsyncSession, row: Observation, means: Means, now: datetime,
    action: str = "observation.voided",
) -> None:  # fmt: skip
    """Write the audit entry of a row that was voided, in the same transaction."""
    audit.record(
        session, action, at=now, actor=row.voided_by, patient=row.patient_id, means=means,
        voided=str(row.id), digest=digest_of_void(row),
    )  # fmt: skip


def told_in(entry: AuditEntry) -> Mapping[str, str]:
    """The digests of the rows that an entry tells of, by id; empty for another kind of entry."""
    told = entry.facts.get("observations", "")
    return dict(part.split("=", 1) for part in told.split()) if isinstance(told, str) else {}


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of an observation that is gone or says something else today."""
    telling = [
        *((entry, each, said) for entry in entries for each, said in told_in(entry).items()),
        *((entry, entry.facts["voided"], "") for entry in entries if "voided" in entry.facts),
    ]
    keys = {(entry.patient_id, UUID(each)) for entry, each, _ in telling}
    rows = await rows_by_key(session, Observation, keys)
    found = []
    for entry, each, said in telling:
        row = rows.get((entry.patient_id, UUID(each)))
        if row is None:
            found.append(f"observation {each}: it was removed")
        elif said and digest_of_entry(row) != said:
            found.append(f"observation {each}: it was altered")
        elif not said and digest_of_void(row) != entry.facts["digest"]:
            found.append(f"observation {each}: how it was voided was altered")
    return found


async def unwitnessed(session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int) -> Page:
    """Which of the next observations no entry tells of: entered, or voided.

    after   patient and id of the last one of the page before

    Gives back what was found, where the page ended (None: that was all), and how many it had.
    """
    rows = await page_of(session, Observation, after, limit)
    moments = {(row.patient_id, row.entered_at) for row in rows} | {
        (row.patient_id, row.voided_at) for row in rows if row.voided_at is not None
    }
    entered, voided = await _told(session, moments)
    found = []
    for row in rows:
        if (row.patient_id, str(row.id)) not in entered:
            found.append(f"observation {row.id}: nothing tells of it")
        void = row.voided_at is not None or row.voided_by is not None or row.void_reason
        if void and (row.patient_id, str(row.id)) not in voided:
            found.append(f"observation {row.id}: nothing tells that it was voided")
    return found, end_of(rows, limit), len(rows)


async def _told(
    session: AsyncSession, moments: set[tuple[UUID, datetime]]
) -> tuple[set[tuple[UUID | None, str]], set[tuple[UUID | None, str]]]:
    """Patients and ids of which an entry of these moments tells: entered; and voided."""
    entered: set[tuple[UUID | None, str]] = set()
    voided: set[tuple[UUID | None, str]] = set()
    for entry in await entries_at(session, moments):
        entered |= {(entry.patient_id, told) for told in told_in(entry)}
        if "voided" in entry.facts:
            voided.add((entry.patient_id, str(entry.facts["voided"])))
    return entered, voided
