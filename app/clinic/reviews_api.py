"""HTTP for reviews: what changed since the last signature, and signing."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access import Clinician, InClinic, InConfidence, OnlyLooking
from app.clinic.changes import ChangeKind
from app.clinic.reviews import AlreadyReviewed, Signed, Unsigned, reviews_of, sign, unsigned
from app.clock import Instant, Now
from app.db import Session
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api", tags=["reviews"])


class Signer(BaseModel):
    """Who signed."""

    id: UUID
    name: str


class ReviewIn(BaseModel):
    """A signature under everything up to `until`. `id` is a random UUID of the sender's."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    until: Instant
    note: str = Field(default="", max_length=2000)


class ReviewOut(BaseModel):
    """A signed period. `figures` are the pooled ones as they were counted then, by `definition`."""

    id: UUID
    since: datetime
    until: datetime
    signed_by: Signer
    signed_at: datetime
    note: str
    definition: str
    figures: dict[str, Any]

    @classmethod
    def of(cls, signed: Signed) -> Self:
        """The review as the API shows it."""
        row = signed.review
        return cls(
            id=row.id, since=row.since, until=row.until,
            signed_by=Signer(id=row.signed_by, name=signed.by), signed_at=row.signed_at,
            note=row.note, definition=row.definition, figures=row.figures,
        )  # fmt: skip


class ChangeOut(BaseModel):
    """One thing that changed, in plain words."""

    at: datetime
    kind: ChangeKind
    text: str


class OpenReview(BaseModel):
    """What nobody has signed yet, and what changed in it, the newest first."""

    since: datetime
    until: datetime
    changes: list[ChangeOut]

    @classmethod
    def of(cls, found: Unsigned) -> Self:
        """The open period as the API shows it."""
        changes = [ChangeOut(at=one.at, kind=one.kind, text=one.text) for one in found.changes]
        return cls(since=found.since, until=found.until, changes=changes)


class ReviewsOut(BaseModel):
    """The clinic's reviews of a patient, the newest first, and what is to be reviewed next."""

    reviews: list[ReviewOut]
    open: OpenReview


@router.get("/patients/{patient}/reviews", responses=declared(NotFound))
async def read_reviews(
    actor: InClinic, access: InConfidence, session: Session, now: Now
) -> ReviewsOut:
    """What changed since the clinic's last review, and the reviews. Patients do not see notes."""
    open_now = await unsigned(session, access.patient_id, actor.clinic_id, now)
    signed = await reviews_of(session, access.patient_id, actor.clinic_id)
    return ReviewsOut(reviews=[ReviewOut.of(each) for each in signed], open=OpenReview.of(open_now))


@router.post(
    "/patients/{patient}/reviews",
    status_code=201,
    responses=declared(NotFound, OnlyLooking, Invalid, AlreadyReviewed),
)
async def sign_review(
    given: ReviewIn, access: InConfidence, clinician: Clinician, session: Session, now: Now
) -> ReviewOut:
    """Sign a period off. The same id again changes nothing; only a person signs."""
    assert clinician.clinic_id is not None
    signed = await sign(
        session, access, clinician.clinic_id, given.id, given.until, given.note.strip(), now
    )
    return ReviewOut.of(signed)
