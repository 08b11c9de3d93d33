"""Forget messages that are too old for any figure to ask about."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.push.models import Message

# A long delete would hold locks and make replicas wait; the next round takes the next batch.
BATCH = 1000


async def forget_old_messages(session: AsyncSession, before: datetime) -> int:
    """Delete a batch of messages from before an instant, with their deliveries; say how many."""
    old = select(Message.person_id, Message.id).where(Message.created_at < before).limit(BATCH)
    keys = [(row.person_id, row.id) for row in await session.execute(old)]
    if keys:
        await session.execute(
            delete(Message).where(tuple_(Message.person_id, Message.id).in_(keys))
        )
    return len(keys)
