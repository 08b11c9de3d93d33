"""HTTP for the stream of events: what webhooks are told, for programs that would rather ask."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.accounts.access import InClinic
from app.clinic.events import LARGEST_NUMBER, EventType, events_of_clinic, events_of_clinician
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/clinic", tags=["webhooks"])


class About(BaseModel):
    """One thing that an event is about."""

    type: str = Field(examples=["flag"], description="What kind of thing.")
    id: UUID


class EventOut(BaseModel):
    """One thing that happened to a patient, as ids only: what it was is read from the record.

    number   grows from event to event; the numbers in between are of others
    id       the same however often it is told; of a webhook's delivery the `webhook-id`
    about    what it is about; empty says to read the record anew
    """

    number: int = Field(examples=[1042])
    id: UUID
    type: EventType
    at: datetime
    patient: UUID
    about: list[About]


class Events(BaseModel):
    """The next events, the oldest first."""

    events: list[EventOut]
    next: int = Field(
        description="`after` of the next question; when it is the `after` of this one, there is "
        "nothing newer.",
        examples=[1042],
    )


@router.get("/events", responses=declared(NotFound, Invalid))
async def read_events(
    actor: InClinic,
    session: Session,
    now: Now,
    after: Annotated[
        int, Query(ge=0, le=LARGEST_NUMBER, description="The last number that was read.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Events:
    """What happened after a number, in the order in which it was recorded; a few seconds behind.

    A program reads of the patients who were in its clinic's care when it happened, a clinician of
    those alone who let them in. One answer may hold no event and still lead further.
    """
    if actor.program is None:
        found, further = await events_of_clinician(session, actor.person, after, limit, now)
    else:
        found, further = await events_of_clinic(session, actor.clinic_id, after, limit)
    told: list[dict[str, Any]] = [event.out() for event in found]
    return Events(events=[EventOut.model_validate(each) for each in told], next=further)
