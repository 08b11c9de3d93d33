"""A patient's own calendar over HTTP: secret addresses, and what calendar programs read there."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import Me
from app.accounts.attempts import address_of, allow
from app.clock import Now
from app.db import Session
from app.exchange import feeds
from app.exchange.calendar_facts import facts_of
from app.exchange.calendar_feed import calendar_file
from app.exchange.feeds import EnoughCalendars
from app.exchange.models import CalendarFeed
from app.problems import NotFound, TooManyRequests, declared

router = APIRouter(tags=["exchange"])

MAKING = "20/hour"
READING = "60/hour"
"""Of one address. Programs read every quarter of an hour at most, and one feed has few of them."""
GUESSING = "120/hour"
"""Wrong addresses from one network. 256 bits are not guessed; the database is not asked for it."""


class FeedIn(BaseModel):
    """What the patient calls the calendar it is for, such as "My phone"."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)


class FeedOut(BaseModel):
    """One open address, without its secret; `last_read_at` is at most an hour stale."""

    id: UUID
    name: str
    created_at: datetime
    last_read_at: datetime | None

    @classmethod
    def of(cls, feed: CalendarFeed) -> "FeedOut":
        """The feed as the API shows it."""
        return cls(
            id=feed.id, name=feed.name, created_at=feed.created_at, last_read_at=feed.last_read_at
        )


class NewFeedOut(FeedOut):
    """A new address; `url` is shown this once, because Vesper keeps only its digest."""

    url: str


class FeedsOut(BaseModel):
    """The patient's open addresses, oldest first."""

    feeds: list[FeedOut]


@router.post(
    "/api/me/calendar-feeds",
    status_code=201,
    responses=declared(NotFound, EnoughCalendars, TooManyRequests),
)
async def make_feed(
    given: FeedIn, patient: Me, request: Request, session: Session, now: Now
) -> NewFeedOut:
    """Make a secret address for a calendar program. Each call makes another."""
    allow(request, MAKING, f"calendar addresses of {patient.id}")
    made = await feeds.issue(session, patient, given.name.strip() or "Calendar", now)
    here = request.app.state.settings.public_url.rstrip("/")
    return NewFeedOut(**FeedOut.of(made.feed).model_dump(), url=f"{here}/calendar/{made.token}.ics")


@router.get("/api/me/calendar-feeds", responses=declared(NotFound))
async def read_feeds(patient: Me, session: Session) -> FeedsOut:
    """The patient's open addresses; their secrets are nowhere any more."""
    found = await feeds.feeds_of(session, patient.id)
    return FeedsOut(feeds=[FeedOut.of(each) for each in found])


@router.delete("/api/me/calendar-feeds/{feed}", status_code=204, responses=declared(NotFound))
async def end_feed(feed: UUID, patient: Me, session: Session, now: Now) -> None:
    """End an address: from now on nothing is there. Safe to repeat."""
    await feeds.revoke(session, patient, feed, now)


@router.get(
    "/calendar/{token}.ics",
    response_class=Response,
    responses={
        200: {
            "description": "The calendar (RFC 5545), with neutral titles.",
            "content": {"text/calendar": {"schema": {"type": "string"}}},
            "headers": {"ETag": {"schema": {"type": "string"}}},
        },
        304: {"description": "Nothing has changed since the copy that `If-None-Match` names."},
        **declared(NotFound, TooManyRequests),
    },
)
async def read_feed(
    token: str,
    request: Request,
    session: Session,
    now: Now,
    if_none_match: Annotated[str | None, Header(max_length=4000)] = None,
) -> Response:
    """The calendar behind a secret address. One that is wrong or was ended is not there: 404."""
    feed = await feeds.opened(session, token, now)
    if feed is None:
        allow(request, GUESSING, f"wrong calendars from {address_of(request)}")
        raise NotFound("There is nothing at this address.")
    allow(request, READING, f"calendar {feed.id}")
    moments, days, changes = await facts_of(session, feed.patient_id, now)
    address = f"{request.app.state.settings.public_url.rstrip('/')}/tonight"
    body = calendar_file(feed.id, moments, days, changes, address)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        # Private to the one who knows the address; kept, but asked about each time.
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    if _has(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="vesper.ics"'
    return Response(body, media_type="text/calendar", headers=headers)


def _has(if_none_match: str | None, tag: str) -> bool:
    """Whether a copy is still good (RFC 9110 section 13.1.2, weak comparison)."""
    known = [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]
    return tag in known or known == ["*"]
