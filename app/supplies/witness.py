"""What the audit entries say of supplies and of what left them, so that an altered row contradicts.

Draws, stock entries, confirmations, answers of the checklist and counts never change, but that an
entry or a count is voided once and a confirmation is done once. A vial, the syringe of a line and a
supply that is counted do change: each entry of one holds a digest of what it said from then on, and
its revision. Of a line's syringe that is the instant at which it was set, each later than the last.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import AuditEntry, Means
from app.supplies.models import (
    Confirmation,
    Consumable,
    ConsumableCount,
    Drawn,
    LineKit,
    SourceCheck,
    StockEntry,
    Vial,
)
from app.witnessing import Latest, Witness

VIALS = Latest(
    Vial, "vial",
    (
        "patient_id", "id", "medicine", "form", "strengths", "pharmacy", "lot", "received_on",
        "created_at", "author_id", "medicine_form", "salt", "counts", "label_strengths",
        "volume_ul", "tablets", "single_use", "pharmacy_licence", "prescriber", "expires_on",
        "use_by", "storage", "opened_at", "reconstituted_at", "diluent", "diluent_ul", "note",
        "gone_at", "gone_why", "revision",
    ),
    fact="vial",
)  # fmt: skip
KITS = Latest(
    LineKit, "kit",
    ("patient_id", "line_id", "syringe", "set_at", "set_by", "dead_space_ul"),
    fact="line", key="line_id", revision="set_at",
)  # fmt: skip
CONSUMABLES = Latest(
    Consumable, "consumable",
    ("patient_id", "id", "item", "name", "per_injection", "created_at", "lines", "low_at",
     "gone_at", "revision"),
    fact="consumable",
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
COUNTS = Witness(
    ConsumableCount, "count", "counts",
    ("patient_id", "id", "consumable_id", "kind", "number", "at", "author_id", "said_at"),
    "said_at",
)  # fmt: skip
COUNT_VOIDS = Witness(
    ConsumableCount, "void of count", "count_voids", ("patient_id", "id", "voided_at"), "voided_at"
)
_ALL = (
    VIALS, KITS, CONSUMABLES, DRAWS, STOCK, VOIDS, CHECKS, LABELS, CONFIRMED, COUNTS, COUNT_VOIDS,
)  # fmt: skip


def note_vial(
    session: AsyncSession, action: str, vial: Vial, *, actor: UUID, means: Means, now: datetime
) -> None:
    """Write the entry of a vial that was entered or changed, in the same transaction."""
    audit.record(
        session, action, at=now, actor=actor, patient=vial.patient_id, means=means,
        **VIALS.facts(vial),
    )  # fmt: skip


def note_kit(session: AsyncSession, kit: LineKit, *, means: Means) -> None:
    """Write the entry of a line's syringe that was set, in the same transaction."""
    audit.record(
        session, "kit.kept", at=kit.set_at, actor=kit.set_by, patient=kit.patient_id, means=means,
        syringe=kit.syringe, **KITS.facts(kit),
    )  # fmt: skip


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of something that is gone or says something else today."""
    return [each for witness in _ALL for each in await witness.contradicted(session, entries)]


UNWITNESSED = (
    (VIALS.unwitnessed, "the vial"),
    (KITS.unwitnessed, "the syringe of the line"),
    (CONSUMABLES.unwitnessed, "the counted supply"),
    (DRAWS.unwitnessed, "the draw"),
    (STOCK.unwitnessed, "the stock entry"),
    (VOIDS.unwitnessed, "the void"),
    (CHECKS.unwitnessed, "the source check"),
    (LABELS.unwitnessed, "the label reading"),
    (CONFIRMED.unwitnessed, "the confirmation"),
    (COUNTS.unwitnessed, "the count"),
    (COUNT_VOIDS.unwitnessed, "the void of the count"),
)
"""Every way of reading these tables for rows that no entry tells of, and what a row is called."""
