"""HTTP for webhooks: addresses of a clinic's programs that are told what happens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import AdminOrProgram
from app.accounts.attempts import allow
from app.clinic import webhooks
from app.clinic.events import EVENT_TYPES, LARGEST_NUMBER, EventType
from app.clinic.models import Webhook
from app.clinic.webhook_address import WebhookAddressRefused, check_reachable, check_url
from app.clinic.webhooks import Standing, TooManyWebhooks, WebhookDisabled
from app.clock import Now
from app.config import Settings
from app.db import Session
from app.problems import Invalid, NotFound, TooManyRequests, declared
from app.push.guard import Addresses

router = APIRouter(prefix="/api/clinic/webhooks", tags=["webhooks"])

CHANGES = "60/hour"
"""How often one clinic may make, try out or replay webhooks: each sends requests to others."""


class WebhookIn(BaseModel):
    """Where to tell what."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        min_length=1, max_length=1000, examples=["https://ehr.example.org/hooks/vesper"],
        description="An https address on port 443 with a public host name.",
    )  # fmt: skip
    events: list[EventType] = Field(
        default_factory=list, max_length=len(EVENT_TYPES),
        examples=[["flag.opened", "task.closed"]],
        description="Which events it wants; none named means all.",
    )  # fmt: skip


class WebhookOut(BaseModel):
    """One webhook and how it is doing."""

    id: UUID
    url: str
    events: list[EventType]
    created_at: datetime
    position: int = Field(
        description="The number of the last event that was queued for it.", examples=[1042]
    )
    waiting: int = Field(description="Events that are still to be told, or told again.")
    failing: int = Field(description="How many events in a row were given up; a success ends it.")
    last_status: int | None = Field(description="What it last answered.", examples=[204])
    disabled_at: datetime | None = Field(
        description="Since when it is told nothing, because it asked for that or too much failed."
    )
    why_disabled: str | None = Field(
        description="`gone`: it answered 410. `failing`: too many events in a row were given up.",
        examples=["failing"],
    )

    @classmethod
    def of(cls, standing: Standing) -> "WebhookOut":
        """A webhook as its keepers see it."""
        webhook = standing.webhook
        return cls(
            id=webhook.id, url=webhook.url,
            events=[known for known in EVENT_TYPES if known in webhook.events],
            created_at=webhook.created_at, position=webhook.position, waiting=standing.waiting,
            failing=webhook.failing, last_status=standing.last_status,
            disabled_at=webhook.disabled_at, why_disabled=standing.why_disabled,
        )  # fmt: skip


class WebhookMade(WebhookOut):
    """A new webhook with its secret, which is shown this once."""

    secret: str = Field(
        description="Verifies `webhook-signature` by the Standard Webhooks specification.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )


class Webhooks(BaseModel):
    """A clinic's webhooks, the oldest first, and the events there are."""

    webhooks: list[WebhookOut]
    events: list[EventType]


class ReplayIn(BaseModel):
    """From where on to tell everything again."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(
        ge=0, le=LARGEST_NUMBER, examples=[1000],
        description="The number of the last event that arrived.",
    )  # fmt: skip


class DeliveryOut(BaseModel):
    """One event on its way to a webhook; whose record it is about is not said here.

    id            the event's, and the delivery's `webhook-id`
    next_at       when it is tried next; null when it is done
    """

    number: int
    id: UUID
    type: str = Field(examples=["flag.opened"])
    at: datetime
    queued_at: datetime
    attempts: int
    status: int | None
    next_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None


class Deliveries(BaseModel):
    """One page, the newest first; `next` is `before` of the page after it, null on the last."""

    deliveries: list[DeliveryOut]
    next: int | None


@router.get("", responses=declared(NotFound))
async def read_webhooks(actor: AdminOrProgram, session: Session) -> Webhooks:
    """The clinic's webhooks, with what they answered last and since when they are disabled."""
    found = await webhooks.webhooks_of(session, actor.clinic_id)
    return Webhooks(webhooks=[WebhookOut.of(each) for each in found], events=list(EVENT_TYPES))


@router.post(
    "", status_code=201,
    responses=declared(
        NotFound, Invalid, WebhookAddressRefused, TooManyWebhooks, TooManyRequests
    ),
)  # fmt: skip
async def create_webhook(
    wanted: WebhookIn, actor: AdminOrProgram, request: Request, session: Session, now: Now
) -> WebhookMade:
    """Have an address told what happens from now on. Each call makes another webhook.

    Deliveries follow the Standard Webhooks specification: a POST with the event's ids as JSON,
    signed with the secret of this answer. An event is told at least once, nearly always in order;
    `webhook-id` tells repeats. Whatever is not answered with 2xx within ten seconds is tried again
    for three days.
    """
    _allow(request, actor.clinic_id)
    settings: Settings = request.app.state.settings
    origin = check_url(wanted.url, settings.webhook_allowed_origins)
    await check_reachable(origin, settings.webhook_allowed_origins, Addresses())
    made, secret = await webhooks.create(
        session, actor, request.app.state.seal, wanted.url, wanted.events, now
    )
    out = await _out(session, made)
    return WebhookMade(**out.model_dump(), secret=secret)


@router.delete("/{webhook}", status_code=204, responses=declared(NotFound))
async def remove_webhook(webhook: UUID, actor: AdminOrProgram, session: Session, now: Now) -> None:
    """Tell a webhook nothing more, from now on. A repeat is 404."""
    await webhooks.remove(session, actor, webhook, now)


@router.post(
    "/{webhook}/test", status_code=202,
    responses=declared(NotFound, WebhookDisabled, TooManyRequests),
)  # fmt: skip
async def test_webhook(
    webhook: UUID, actor: AdminOrProgram, request: Request, session: Session, now: Now
) -> WebhookOut:
    """Have a webhook told a `ping` within seconds, whichever events it wants. Each call sends one.

    How it went stands among the deliveries.
    """
    _allow(request, actor.clinic_id)
    return await _out(session, await webhooks.test(session, actor, webhook, now))


@router.post(
    "/{webhook}/replay", status_code=202,
    responses=declared(NotFound, Invalid, WebhookDisabled, TooManyRequests),
)  # fmt: skip
async def replay_webhook(
    webhook: UUID, wanted: ReplayIn, actor: AdminOrProgram, request: Request, session: Session,
    now: Now,
) -> WebhookOut:  # fmt: skip
    """Tell a webhook again of everything that happened after a number, under the same ids."""
    _allow(request, actor.clinic_id)
    return await _out(session, await webhooks.replay(session, actor, webhook, wanted.after, now))


@router.post("/{webhook}/enable", responses=declared(NotFound))
async def enable_webhook(
    webhook: UUID, actor: AdminOrProgram, session: Session, now: Now
) -> WebhookOut:
    """Take up a disabled webhook again, with what happens from now on. A repeat changes nothing.

    What it missed is told by a replay.
    """
    return await _out(session, await webhooks.enable(session, actor, webhook, now))


@router.get("/{webhook}/deliveries", responses=declared(NotFound, Invalid))
async def read_deliveries(
    webhook: UUID,
    actor: AdminOrProgram,
    session: Session,
    before: Annotated[int | None, Query(ge=0, le=LARGEST_NUMBER)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Deliveries:
    """What a webhook was told or is to be told, the newest first: when, how often, what it said."""
    found = await webhooks.deliveries_of(session, actor, webhook, before, limit + 1)
    more, found = len(found) > limit, found[:limit]
    return Deliveries(
        deliveries=[
            DeliveryOut(
                number=row.number, id=event.id, type=event.type, at=event.at,
                queued_at=row.queued_at, attempts=row.attempts, status=row.status,
                next_at=row.ready_at, delivered_at=row.delivered_at, given_up_at=row.given_up_at,
            )
            for row, event in found
        ],
        next=found[-1][0].number if more else None,
    )  # fmt: skip


async def _out(session: Session, webhook: Webhook) -> WebhookOut:
    await session.flush()
    return WebhookOut.of(await webhooks.standing_of(session, webhook))


def _allow(request: Request, clinic_id: UUID) -> None:
    allow(request, CHANGES, f"webhooks of {clinic_id}")
