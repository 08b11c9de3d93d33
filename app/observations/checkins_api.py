"""Check-ins over HTTP, and how a patient wishes to be asked."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import InConfidence
from app.accounts.evenings import clock_time, evenings_of
from app.clock import Day, Now
from app.db import Session
from app.observations import checkins, tracking
from app.observations.checkins import CheckIn
from app.observations.models import Asked, Rhythm
from app.observations.shapes import WriterOut
from app.observations.tracking import Policy
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}", tags=["observations"])

Code = Annotated[str, Field(max_length=40)]
Score = Annotated[int, Field(strict=True, ge=0, le=10)]
Weekday = Annotated[int, Field(strict=True, ge=1, le=7)]

USUAL, MOST = timedelta(days=29), timedelta(days=400)
"""How many days before the last one are shown, and how many at most."""


class CheckInIn(BaseModel):
    """A whole check-in: what is asked and left out was not answered. The client makes the id."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    scores: dict[Code, Score] = Field(min_length=1, max_length=len(tracking.SCALES))
    note: str = Field(default="", max_length=500)


class StageOut(BaseModel):
    """How a check-in stood from an instant on, and who brought it there."""

    at: datetime
    author: WriterOut
    scores: dict[str, int]


class CheckInOut(BaseModel):
    """One day's check-in; `history` has every stage, the first one first."""

    day: date
    scores: dict[str, int]
    note: str
    edited: bool
    history: list[StageOut]

    @classmethod
    def of(cls, kept: CheckIn) -> "CheckInOut":
        """A check-in as the API shows it."""
        return cls(
            day=kept.day, scores=dict(kept.scores), note=kept.note, edited=len(kept.history) > 1,
            history=[
                StageOut(
                    at=each.at, scores=dict(each.scores),
                    author=WriterOut(
                        id=each.author.id, name=each.author.name, role=each.author.role
                    ),
                )
                for each in kept.history
            ],
        )  # fmt: skip


class TrackingShape(BaseModel):
    """How a patient wishes to be asked; what does not apply is null.

    `weekday` and `training_days` count from 1, Monday. `at` is a wall-clock time, as `HH:MM`.
    """

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    rhythm: Rhythm
    weekday: Weekday | None = None
    asked: Asked = Asked.EVENING
    at: str | None = Field(default=None, max_length=5)
    items: list[Code] = Field(default=[*tracking.SCALES], max_length=len(tracking.SCALES))
    training_days: list[Weekday] = Field(default=[], max_length=7)

    @classmethod
    def of(cls, policy: Policy) -> "TrackingShape":
        """A policy as the API shows it."""
        return cls(
            rhythm=policy.rhythm, weekday=policy.weekday, asked=policy.asked,
            at=f"{policy.at:%H:%M}" if policy.at else None, items=list(policy.items),
            training_days=list(policy.training_days),
        )  # fmt: skip

    def policy(self) -> Policy:
        """As a value; raises Invalid for what is no time of day."""
        return Policy(
            rhythm=self.rhythm, weekday=self.weekday, asked=self.asked,
            at=None if self.at is None else clock_time(self.at, "at"),
            items=tuple(self.items), training_days=tuple(self.training_days),
        )  # fmt: skip


class CheckInsOut(BaseModel):
    """Check-ins, newest first.

    `today` is the day a check-in belongs to now; `asked_today` says that the patient wished to be
    asked on it and has not answered. `items` are the codes that are asked.
    """

    check_ins: list[CheckInOut]
    today: date
    asked_today: bool
    items: list[str]
    policy: TrackingShape


@router.put("/check-ins/{day}", responses=declared(NotFound, Invalid, checkins.CheckInDiffers))
async def put_check_in(
    day: Day, given: CheckInIn, access: InConfidence, session: Session, now: Now
) -> CheckInOut:
    """Say how a day was, or change what was said. Safe to repeat."""
    kept = await checkins.keep(
        session, access.patient_id, access.actor, access.means, given.id, day, given.scores,
        given.note, now,
    )  # fmt: skip
    return CheckInOut.of(kept)


@router.get("/check-ins", responses=declared(NotFound, Invalid))
async def read_check_ins(
    access: InConfidence, session: Session, now: Now,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
) -> CheckInsOut:  # fmt: skip
    """The check-ins of some days, both ends included; of the last 30 when none are named."""
    today = (await evenings_of(session, access.patient_id)).night_of(now)
    last = until or max(today, since or today)
    first = since or last - USUAL
    if not timedelta(0) <= last - first <= MOST:
        raise Invalid(
            "These are no days, or too many at once.", field="from",
            cure="Ask for at most 400 days.",
        )  # fmt: skip
    found = await checkins.check_ins_of(session, access.patient_id, first, last)
    policy = await tracking.policy_of(session, access.patient_id)
    answered = await checkins.is_there(session, access.patient_id, today)
    return CheckInsOut(
        check_ins=[CheckInOut.of(each) for each in found],
        today=today,
        asked_today=policy.asks_on(today) and not answered,
        items=list(policy.items),
        policy=TrackingShape.of(policy),
    )


@router.get("/tracking", responses=declared(NotFound))
async def read_tracking(access: InConfidence, session: Session) -> TrackingShape:
    """How the patient wishes to be asked; `off` for one who never chose."""
    return TrackingShape.of(await tracking.policy_of(session, access.patient_id))


@router.put("/tracking", responses=declared(NotFound, Invalid))
async def put_tracking(
    wanted: TrackingShape, access: InConfidence, session: Session, now: Now
) -> TrackingShape:
    """Choose how to be asked. Safe to repeat."""
    chosen = await tracking.choose(
        session, access.patient_id, access.actor, access.means, wanted.policy(), now
    )
    return TrackingShape.of(chosen)
