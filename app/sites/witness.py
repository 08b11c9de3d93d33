"""What the audit entries say of placements and reactions, so that an altered row contradicts them.

A placement never changes. A reaction is noticed, may be marked as a mistake once, and may end, on a
date that can be corrected: of its ends the newest entry says what the row says.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import AuditEntry, Means, digest
from app.sites.models import Placement, Reaction
from app.witnessing import Page, Witness, end_of, page_of

PLACED = Witness(
    Placement, "placement", "placements",
    ("patient_id", "id", "dose_id", "seq", "said_at", "author_id", "site"), "said_at",
)  # fmt: skip
NOTICED = Witness(
    Reaction, "reaction", "reactions",
    ("patient_id", "id", "site", "kind", "noticed_on", "said_at", "author_id", "dose_id", "note"),
    "said_at",
)  # fmt: skip
VOIDED = Witness(
    Reaction, "mistaken reaction", "mistaken_reactions", ("patient_id", "id", "voided_at"),
    "voided_at",
)  # fmt: skip

WITNESSES = (PLACED, NOTICED, VOIDED)


def note_said(session: AsyncSession, row: Placement, means: Means) -> None:
    """Write the audit entry of a placement, in the same transaction."""
    audit.record(
        session, "site.said", at=row.said_at, actor=row.author_id, patient=row.patient_id,
        means=means, dose=str(row.dose_id), **PLACED.facts([row]),
    )  # fmt: skip


def note_reaction(session: AsyncSession, row: Reaction, means: Means) -> None:
    """Write the audit entry of a reaction that was noticed, in the same transaction."""
    audit.record(
        session, "reaction.noticed", at=row.said_at, actor=row.author_id, patient=row.patient_id,
        means=means, **NOTICED.facts([row]),
    )  # fmt: skip


def note_ended(
    session: AsyncSession, row: Reaction, author: UUID, means: Means, now: datetime
) -> None:
    """Write the audit entry of a reaction's end, in the same transaction."""
    audit.record(
        session, "reaction.ended", at=now, actor=author, patient=row.patient_id, means=means,
        reaction=str(row.id), digest=digest_of_end(row, row.ended_on),
    )  # fmt: skip


def note_voided(
    session: AsyncSession, row: Reaction, author: UUID, means: Means, now: datetime
) -> None:
    """Write the audit entry of a reaction that was a mistake, in the same transaction."""
    audit.record(
        session, "reaction.voided", at=now, actor=author, patient=row.patient_id, means=means,
        **VOIDED.facts([row]),
    )  # fmt: skip


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of a row that is gone or says something else today."""
    return [each for witness in WITNESSES for each in await witness.contradicted(session, entries)]


def digest_of_end(row: Reaction, ended_on: date | None) -> str:
    """On which date a reaction was gone; None: it is there."""
    return digest([row.patient_id, row.id, ended_on])


async def unwitnessed_ends(
    session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int
) -> Page:
    """Which of the next reactions ended in another way than the newest entry tells.

    Pages as in `app.witnessing`.
    """
    rows = await page_of(session, Reaction, after, limit)
    told = await _ends(session, {row.patient_id for row in rows})
    found = [
        f"reaction {row.id}: nothing tells how it ended"
        for row in rows
        if digest_of_end(row, row.ended_on)
        not in told.get((row.patient_id, str(row.id)), {digest_of_end(row, None)})
    ]
    return found, end_of(rows, limit), len(rows)


async def _ends(
    session: AsyncSession, patients: set[UUID]
) -> dict[tuple[UUID | None, str], set[str]]:
    """What the newest entry of each reaction's end holds; of one instant there may be several."""
    mine = select(AuditEntry).where(
        AuditEntry.patient_id.in_(patients), AuditEntry.action == "reaction.ended"
    )
    found: dict[tuple[UUID | None, str], set[str]] = {}
    newest: dict[tuple[UUID | None, str], datetime] = {}
    for entry in await session.scalars(mine.order_by(AuditEntry.at)):
        key = (entry.patient_id, entry.facts["reaction"])
        if newest.get(key) != entry.at:
            newest[key], found[key] = entry.at, set()
        found[key].add(entry.facts["digest"])
    return found


UNWITNESSED = (
    (PLACED.unwitnessed, "the placement"),
    (NOTICED.unwitnessed, "the reaction"),
    (VOIDED.unwitnessed, "the mistaken reaction"),
    (unwitnessed_ends, "the end of the reaction"),
)
"""Every way of reading these tables for rows that no entry tells of, and what a row is called."""
