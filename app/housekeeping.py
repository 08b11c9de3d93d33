"""Tidy up: reminders that should exist but do not, and rows that nobody needs any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import SignIn
from app.push.prune import forget_old_messages
from app.reminders.models import TapToken
from app.reminders.reconcile import reconcile

# Delivery evidence stands beside adherence figures of up to 400 days.
KEEP_MESSAGES = timedelta(days=400)


async def tidy(session: AsyncSession, now: datetime) -> int:
    """Re-arm what was lost and drop what has expired; say how many doses had to be re-armed."""
    await session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    await session.execute(delete(TapToken).where(TapToken.expires_at <= now))
    await forget_old_messages(session, now - KEEP_MESSAGES)
    return await reconcile(session, now)
