"""A device says that it showed a message: the only evidence that a reminder appeared."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.problems import Invalid, NotFound
from app.push import text64
from app.push.models import Delivery, Retired, Subscription

BLANK = "A" * 64
"""Stands in a stored payload where each device's own receipt goes."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message on one device of one person. It travels inside the encrypted payload only."""

    person_id: UUID
    message_id: UUID
    subscription_id: UUID

    def __str__(self) -> str:
        """64 characters: the three ids in this order, 16 bytes each."""
        return text64.encode(
            self.person_id.bytes + self.message_id.bytes + self.subscription_id.bytes
        )

    @classmethod
    def read(cls, text: str) -> "Receipt":
        """Read what `str()` wrote. Raises Invalid for anything else."""
        try:
            raw = text64.decode(text)
        except ValueError:
            raw = b""
        if len(raw) != 48:
            raise Invalid(
                "This is not a receipt.",
                field="receipt",
                cure="Send `data.receipt` of the notification unchanged.",
            )
        return cls(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), UUID(bytes=raw[32:]))


async def note_shown(session: AsyncSession, receipt: str, now: datetime) -> None:
    """Note that a device has shown a message. The first time counts; a repeat changes nothing.

    Raises Invalid for a garbled receipt and NotFound for one that names no delivery.
    """
    shown = Receipt.read(receipt)
    here = (
        Delivery.person_id == shown.person_id,
        Delivery.message_id == shown.message_id,
        Delivery.subscription_id == shown.subscription_id,
    )
    first = await session.execute(
        update(Delivery).where(*here, Delivery.shown_at.is_(None)).values(shown_at=now)
    )
    if first.rowcount:  # type: ignore[attr-defined]
        await session.execute(
            update(Subscription)
            .where(
                Subscription.person_id == shown.person_id,
                Subscription.id == shown.subscription_id,
            )
            .values(last_shown_at=now)
        )
    elif await session.scalar(select(Delivery.shown_at).where(*here)) is None:
        raise NotFound("No such delivery.")


async def from_a_kept_device(
    session: AsyncSession, receipt: str, person_id: UUID, message_id: UUID
) -> bool:
    """Whether this receipt is of this message, on a device that its person has not removed since.

    A device whose subscription died by itself still counts: its owner may tap late. Raises Invalid
    for a garbled receipt.
    """
    named = Receipt.read(receipt)
    if (named.person_id, named.message_id) != (person_id, message_id):
        return False
    device = await session.get(Subscription, (person_id, named.subscription_id))
    return device is not None and device.retired is not Retired.REMOVED
