"""What the audit entries say of vials and of what left them, so that an altered row contradicts.

Draws, stock entries, confirmations and answers of the checklist never change, but that an entry is
voided once and a confirmation is done once. A vial does change: each entry of it holds a digest of
what it said from then on, and its revision.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import AuditEntry, Means, digest
from app.supplies.models import Confirmation, Drawn, SourceCheck, StockEntry, Vial
from app.witnessing import Page, Witness, end_of, page_of, rows_by_key

# Columns in the order in which a digest takes them; a new column goes to the end of a new tuple,
# and the old one stays for what was written with it.
OF_VIAL = (
    "patient_id", "id", "medicine", "form", "strengths", "pharmacy", "lot", "received_on",
    "created_at", "author_id", "medicine_form", "salt", "counts", "label_strengths", "volume_ul",
    "tablets", "single_use", "pharmacy_licence", "prescriber", "expires_on", "use_by", "storage",
    "opened_at", "reconstituted_at", "diluent", "diluent_ul", "note", "gone_at", "gone_why",
    "revision",
)  # fmt: skip

DRAWS = Witness(
    Drawn, "draw", "dose_vials",
    ("patient_id", "id", "dose_id", "seq", "event_id", "author_id", "said_at", "assumed", "part",
     "vial_id", "quantity", "dead_space_ul", "syringe"),
    "said_at",
)  # fmt: skip
STOCK = Witness(
    StockEntry, "stock entry", "stock_entries",
    ("patient_id", "id", "vial_id", "kind", "quantity", "at", "author_id", "said_at", "note"),
    "said_at",
)  # fmt: skip
VOIDS = Witness(
    StockEntry, "void of stock entry", "stock_voids",
    ("patient_id", "id", "voided_at", "voided_by"), "voided_at",
)  # fmt: skip
CHECKS = Witness(
    SourceCheck, "source check", "source_checks",
    ("patient_id", "id", "vial_id", "answers", "author_id", "at", "note"), "at",
)  # fmt: skip
LABELS = Witness(
    Confirmation, "label reading", "label_readings",
    ("patient_id", "id", "vial_id", "line_id", "strength_value", "strength_unit", "author_id",
     "started_at"),
    "started_at",
)  # fmt: skip
CONFIRMED = Witness(
    Confirmation, "confirmation", "confirmations",
    ("patient_id", "id", "amount_value", "amount_unit", "syringe", "mark", "confirmed_at"),
    "confirmed_at",
)  # fmt: skip
_ALL = (DRAWS, STOCK, VOIDS, CHECKS, LABELS, CONFIRMED)


def digest_of_vial(vial: Vial) -> str:
    """What a vial's row says today, all of it."""
    return digest([getattr(vial, name) for name in OF_VIAL])


def note_vial(
    session: AsyncSession, action: str, vial: Vial, *, actor: UUID, means: Means, now: datetime
) -> None:
    """Write the entry of a vial that was entered or changed, in the same transaction."""
    audit.record(
        session, action, at=now, actor=actor, patient=vial.patient_id, means=means,
        vial=str(vial.id), vial_revision=vial.revision, vial_digest=digest_of_vial(vial),
    )  # fmt: skip


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of something that is gone or says something else today."""
    found = await _vials_contradicted(session, entries)
    for witness in _ALL:
        found += await witness.contradicted(session, entries)
    return found


async def _vials_contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    telling = [entry for entry in entries if "vial_digest" in entry.facts]
    keys = {(entry.patient_id, UUID(entry.facts["vial"])) for entry in telling}
    rows = await rows_by_key(session, Vial, keys)
    found = []
    for entry in telling:
        vial_id = UUID(entry.facts["vial"])
        vial = rows.get((entry.patient_id, vial_id))
        if vial is None:
            found.append(f"vial {vial_id}: it was removed")
        # An entry of an earlier revision was overtaken by a later one, which is checked as well.
        elif vial.revision < entry.facts["vial_revision"] or (
            vial.revision == entry.facts["vial_revision"]
            and digest_of_vial(vial) != entry.facts["vial_digest"]
        ):
            found.append(f"vial {vial_id}: it was altered")
    return found


async def unwitnessed_vials(
    session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int
) -> Page:
    """Which of the next vials no entry tells of as they are today; see `Witness.unwitnessed`."""
    rows = await page_of(session, Vial, after, limit)
    patients = {row.patient_id for row in rows}
    about = select(AuditEntry).where(
        AuditEntry.patient_id.in_(patients), AuditEntry.action.like("vial.%")
    )
    told = {
        (entry.patient_id, entry.facts.get("vial"), entry.facts.get("vial_revision"))
        for entry in (await session.scalars(about) if patients else ())
    }
    found = [
        f"vial {row.id}: nothing tells of it as it is"
        for row in rows
        if (row.patient_id, str(row.id), row.revision) not in told
    ]
    return found, end_of(rows, limit), len(rows)


UNWITNESSED = (
    (unwitnessed_vials, "the vial"),
    (DRAWS.unwitnessed, "the draw"),
    (STOCK.unwitnessed, "the stock entry"),
    (VOIDS.unwitnessed, "the void"),
    (CHECKS.unwitnessed, "the source check"),
    (LABELS.unwitnessed, "the label reading"),
    (CONFIRMED.unwitnessed, "the confirmation"),
)
"""Every way of reading these tables for rows that no entry tells of, and what a row is called."""
