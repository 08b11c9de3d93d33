"""A clinic's webhooks: made, tried out, replayed, taken up again, removed; and what they were told.

Every change is audited. The secret is shown once, when a webhook is made, and kept sealed.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import ClinicActor
from app.accounts.models import Clinic
from app.audit import AuditEntry, AuditSeal
from app.clinic.events import TESTED, Event, head_of
from app.clinic.models import Webhook, WebhookDelivery
from app.clinic.webhook_delivery import secret_of
from app.clinic.webhook_policy import GONE, SECRET_BYTES, shown
from app.clinic.webhook_queue import give_up_all
from app.problems import NotFound, Problem
from app.push.seal import Seal

MOST = 10
"""Webhooks that one clinic may have."""


class TooManyWebhooks(Problem):
    """The clinic has as many webhooks as it may have."""

    status: ClassVar[int] = 409


class WebhookDisabled(Problem):
    """This webhook is disabled and is told nothing."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Standing:
    """A webhook and how it is doing.

    waiting      events that are still to be told, or told again
    last_status  what it last answered; None before the first answer
    """

    webhook: Webhook
    waiting: int
    last_status: int | None

    @property
    def why_disabled(self) -> str | None:
        """`gone` when it asked for no more, `failing` when too much failed; None of a live one."""
        if self.webhook.disabled_at is None:
            return None
        return "gone" if self.last_status == GONE else "failing"


async def create(
    session: AsyncSession, actor: ClinicActor, seal: Seal, url: str, events: Sequence[str],
    now: datetime,
) -> tuple[Webhook, str]:  # fmt: skip
    """A webhook that is told of what happens from now on, and its secret. Each call makes another.

    Raises TooManyWebhooks. The address was checked before.
    """
    # Two at once count one after the other, or both would be the tenth.
    await session.execute(
        select(Clinic.id).where(Clinic.id == actor.clinic_id).with_for_update(key_share=True)
    )
    of_clinic = select(func.count()).where(
        Webhook.clinic_id == actor.clinic_id, Webhook.removed_at.is_(None)
    )
    if (await session.scalar(of_clinic) or 0) >= MOST:
        raise TooManyWebhooks(f"There may be {MOST}.", cure="Remove one that is not needed.")
    secret, id = os.urandom(SECRET_BYTES), uuid4()
    webhook = Webhook(
        id=id, clinic_id=actor.clinic_id, url=url, secret=seal.seal(secret, secret_of(id)),
        events=sorted(set(events)), position=await head_of(session), created_at=now,
        created_by=actor.person.id,
    )  # fmt: skip
    session.add(webhook)
    _note(session, "webhook.created", webhook, actor, now)
    return webhook, shown(secret)


async def webhooks_of(session: AsyncSession, clinic_id: UUID) -> list[Standing]:
    """The clinic's webhooks that were not removed, the oldest first."""
    rows = await session.scalars(
        select(Webhook)
        .where(Webhook.clinic_id == clinic_id, Webhook.removed_at.is_(None))
        .order_by(Webhook.created_at, Webhook.id)
    )
    return [await standing_of(session, webhook) for webhook in rows.all()]


async def standing_of(session: AsyncSession, webhook: Webhook) -> Standing:
    """How a webhook is doing."""
    mine = WebhookDelivery.webhook_id == webhook.id
    waiting = select(func.count()).where(mine, WebhookDelivery.ready_at.is_not(None))
    answered = select(WebhookDelivery.status).where(mine, WebhookDelivery.status.is_not(None))
    newest = answered.order_by(WebhookDelivery.number.desc()).limit(1)
    refused = answered.where(
        WebhookDelivery.status == GONE, WebhookDelivery.given_up_at.is_not(None)
    )
    last = await session.scalar(newest)
    if webhook.disabled_at is not None:
        last = await session.scalar(refused.limit(1)) or last
    return Standing(webhook, await session.scalar(waiting) or 0, last)


async def remove(
    session: AsyncSession, actor: ClinicActor, webhook_id: UUID, now: datetime
) -> None:
    """Tell it nothing more, from now on. A repeat is NotFound, as is another clinic's."""
    webhook = await _held(session, actor, webhook_id)
    webhook.removed_at = now
    await give_up_all(session, webhook.id, now)
    _note(session, "webhook.removed", webhook, actor, now)


async def test(
    session: AsyncSession, actor: ClinicActor, webhook_id: UUID, now: datetime
) -> Webhook:
    """Have it told a `ping`, by the very way that events take. Each call sends another.

    Raises NotFound and WebhookDisabled.
    """
    webhook = await _held(session, actor, webhook_id)
    _refuse_disabled(webhook)
    _note(session, TESTED, webhook, actor, now)
    return webhook


async def replay(
    session: AsyncSession, actor: ClinicActor, webhook_id: UUID, after: int, now: datetime
) -> Webhook:
    """Tell it again, under the same ids, of everything that happened after a number.

    A number that it has not come to yet changes nothing. Raises NotFound and WebhookDisabled.
    """
    webhook = await _held(session, actor, webhook_id)
    _refuse_disabled(webhook)
    webhook.position = min(webhook.position, after)
    _note(session, "webhook.replayed", webhook, actor, now, after=after)
    return webhook


async def enable(
    session: AsyncSession, actor: ClinicActor, webhook_id: UUID, now: datetime
) -> Webhook:
    """Take up a disabled webhook again, with what happens from now on; a repeat changes nothing.

    What it missed meanwhile is told by a replay, when its keeper wishes. Raises NotFound.
    """
    webhook = await _held(session, actor, webhook_id)
    if webhook.disabled_at is not None:
        webhook.disabled_at, webhook.failing = None, 0
        webhook.position = await head_of(session)
        _note(session, "webhook.enabled", webhook, actor, now)
    return webhook


async def deliveries_of(
    session: AsyncSession, actor: ClinicActor, webhook_id: UUID, before: int | None, limit: int
) -> list[tuple[WebhookDelivery, Event]]:
    """What a webhook was told or is to be told, the newest first, before a number.

    Raises NotFound for another clinic's.
    """
    await _mine(session, actor, webhook_id)
    query = (
        select(WebhookDelivery, AuditSeal.number, AuditEntry)
        .join(AuditSeal, AuditSeal.number == WebhookDelivery.number)
        .join(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.number.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(WebhookDelivery.number < before)
    rows = (await session.execute(query)).all()
    return [(delivery, Event.of(number, entry)) for delivery, number, entry in rows]


def _refuse_disabled(webhook: Webhook) -> None:
    if webhook.disabled_at is not None:
        raise WebhookDisabled(
            "It asked for no more, or too much failed.", cure="Enable it first."
        )  # fmt: skip


async def _mine(session: AsyncSession, actor: ClinicActor, webhook_id: UUID) -> Webhook:
    webhook = await session.get(Webhook, webhook_id)
    return _known(webhook, actor)


async def _held(session: AsyncSession, actor: ClinicActor, webhook_id: UUID) -> Webhook:
    """The clinic's webhook, locked and as it is now."""
    webhook = await session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    return _known(webhook, actor)


def _known(webhook: Webhook | None, actor: ClinicActor) -> Webhook:
    if webhook is None or webhook.clinic_id != actor.clinic_id or webhook.removed_at is not None:
        raise NotFound("There is no such webhook.")
    return webhook


def _note(
    session: AsyncSession, action: str, webhook: Webhook, actor: ClinicActor, now: datetime,
    **facts: int,
) -> None:  # fmt: skip
    audit.record(
        session, action, at=now, actor=actor.person.id, patient=None, means=actor.means,
        webhook=str(webhook.id), **facts,
    )  # fmt: skip
