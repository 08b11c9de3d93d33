"""Secret addresses of a patient's calendar: made, found, shown without their secret, and ended."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import take_turn
from app.accounts.models import Person
from app.exchange.models import CalendarFeed
from app.problems import NotFound, Problem

MOST = 10
"""Addresses of one patient that can be open at once; a person has fewer calendar programs."""

SEEN_EVERY = timedelta(hours=1)
"""How stale `last_read_at` may be, so that reading a calendar is seldom a write."""

_TOKEN_LENGTH = 43
"""Letters that 256 bits have in base64, without padding."""


class EnoughCalendars(Problem):
    """There are as many calendar addresses as one patient can have."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Issued:
    """A new feed, and the token that is shown this once: only its SHA-256 is kept."""

    feed: CalendarFeed
    token: str


async def issue(session: AsyncSession, patient: Person, name: str, now: datetime) -> Issued:
    """Make an address; each call makes another. Raises EnoughCalendars."""
    await take_turn(session, patient.id)
    mine = select(func.count()).where(
        CalendarFeed.patient_id == patient.id, CalendarFeed.revoked_at.is_(None)
    )
    if (await session.scalar(mine) or 0) >= MOST:
        raise EnoughCalendars(f"There are {MOST} of them.", cure="End one that is not used.")
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(
        patient_id=patient.id, id=uuid4(), token_hash=_hashed(token), name=name, created_at=now
    )
    session.add(feed)
    audit.record(
        session, "calendar.shared", at=now, actor=patient.id, patient=patient.id, feed=str(feed.id)
    )
    await session.flush()
    return Issued(feed, token)


async def feeds_of(session: AsyncSession, patient_id: UUID) -> Sequence[CalendarFeed]:
    """The patient's open addresses, oldest first."""
    mine = select(CalendarFeed).where(
        CalendarFeed.patient_id == patient_id, CalendarFeed.revoked_at.is_(None)
    )
    return (await session.scalars(mine.order_by(CalendarFeed.created_at, CalendarFeed.id))).all()


async def revoke(session: AsyncSession, patient: Person, feed_id: UUID, now: datetime) -> None:
    """End an address at once; a repeat changes nothing. Raises NotFound for one that never was."""
    feed = await session.get(CalendarFeed, (patient.id, feed_id), with_for_update=True)
    if feed is None:
        raise NotFound("There is no such calendar address.")
    if feed.revoked_at is None:
        feed.revoked_at = now
        audit.record(
            session, "calendar.unshared", at=now, actor=patient.id, patient=patient.id,
            feed=str(feed_id),
        )  # fmt: skip


async def opened(session: AsyncSession, token: str, now: datetime) -> CalendarFeed | None:
    """The feed that a token opens; None for one that is wrong and for one that was ended."""
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        return None
    feed = await session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.token_hash == _hashed(token), CalendarFeed.revoked_at.is_(None)
        )
    )
    if feed is not None and (feed.last_read_at is None or now - feed.last_read_at >= SEEN_EVERY):
        feed.last_read_at = now
    return feed


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
