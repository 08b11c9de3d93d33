"""How a patient wants to hear of supplies: how early, at which hour, or not at all."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.accounts.evenings import take_turn
from app.supplies.looks import look_again
from app.supplies.models import SupplySettings

LEAD_DAYS = 7
"""[D] A compounding pharmacy's week. product.md row 49: how many days before is the patient's."""

LONGEST_LEAD = 60
"""[D] Two months: more is not running out."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The settings as values; see `SupplySettings`."""

    lead_days: int = LEAD_DAYS
    speak_at: time | None = None
    notices: bool = True


async def wishes_of(session: AsyncSession, patient_id: UUID) -> Wishes:
    """What a patient chose; the usual for one who never did."""
    row = await session.get(SupplySettings, patient_id)
    return Wishes(row.lead_days, row.speak_at, row.notices) if row else Wishes()


async def wish(session: AsyncSession, access: Access, wishes: Wishes, now: datetime) -> None:
    """Keep how a patient wants to hear of supplies; the same again changes nothing."""
    await take_turn(session, access.patient_id)
    row = await session.get(SupplySettings, access.patient_id, populate_existing=True)
    if row is not None and Wishes(row.lead_days, row.speak_at, row.notices) == wishes:
        return
    if row is None:
        row = SupplySettings(patient_id=access.patient_id, lead_days=wishes.lead_days)
        session.add(row)
    row.lead_days, row.speak_at, row.notices = wishes.lead_days, wishes.speak_at, wishes.notices
    audit.record(
        session, "supplies.settings_changed", at=now, actor=access.actor.id,
        patient=access.patient_id, means=access.means,
    )  # fmt: skip
    await session.flush()
    await look_again(session, access.patient_id, now)
