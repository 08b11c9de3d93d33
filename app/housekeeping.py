"""Tidy up: re-arm what was lost, drop what nobody needs, end records, log the newest seal daily."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app import pulse, sealing
from app.accounts import oauth
from app.accounts.models import SignIn
from app.accounts.passkeys import forget_challenges
from app.clinic.webhook_queue import forget_old_deliveries
from app.exchange.ending import erase_due
from app.push.prune import forget_old_messages
from app.reminders.models import TapToken
from app.reminders.reconcile import reconcile

# Delivery evidence stands beside adherence figures of up to 400 days.
KEEP_MESSAGES = timedelta(days=400)
# An integration that failed is looked into within days; the stream itself has every event.
KEEP_WEBHOOK_DELIVERIES = timedelta(days=30)
# How much of the chain somebody could cut off unseen, if nobody keeps a head more often.
LOG_HEAD = timedelta(days=1)

log = structlog.get_logger()


async def tidy(session: AsyncSession, now: datetime) -> int:
    """Re-arm what was lost and drop what has expired; say how many doses had to be re-armed."""
    await erase_due(session, now)
    await session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    await oauth.forget_ended(session, now)
    await session.execute(delete(TapToken).where(TapToken.expires_at <= now))
    await forget_challenges(session, now)
    await forget_old_messages(session, now - KEEP_MESSAGES)
    await forget_old_deliveries(session, now - KEEP_WEBHOOK_DELIVERIES)
    await log_head(session, now)
    return await reconcile(session, now)


async def log_head(session: AsyncSession, now: datetime) -> None:
    """Say the newest seal once a day where the database cannot reach it: in the log.

    Two workers may say it twice; `vesper audit verify --head` takes any of them.
    """
    said = (await pulse.last_beats(session)).get("audit-head")
    head = await sealing.last(session)
    if head == sealing.NOTHING or (said is not None and now - said < LOG_HEAD):
        return
    log.info("audit head; keep it outside the database", head=str(head))
    await pulse.beat(session, "audit-head", now)
