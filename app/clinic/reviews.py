"""Reviews: a clinician's signature under a period of a patient's record, with what they noted.

What changed since the last signature comes first; the next review starts where it ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.accounts.models import CareLink, Person
from app.clinic.changes import Change, changes_of
from app.clinic.figures import LONGEST_DAYS, Period, reports_of
from app.clinic.models import Review
from app.db import insert_new
from app.doses import definition
from app.problems import Invalid, Problem

MOST = 100
"""How many reviews are told."""

AHEAD = timedelta(minutes=5)
"""A clock that is wrong by no more than this still says "now"."""


class AlreadyReviewed(Problem):
    """Somebody has signed this period, or part of it, already."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Signed:
    """A review with the name under it."""

    review: Review
    by: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What nobody of the clinic has signed yet: since the last review, or since care began."""

    since: datetime
    until: datetime
    changes: Sequence[Change]


async def reviews_of(session: AsyncSession, patient_id: UUID, clinic_id: UUID) -> list[Signed]:
    """The clinic's reviews of a patient, the newest first, at most MOST."""
    rows = await session.execute(
        select(Review, Person.name)
        .join(Person, Person.id == Review.signed_by)
        .where(Review.patient_id == patient_id, Review.clinic_id == clinic_id)
        .order_by(Review.until.desc(), Review.id)
        .limit(MOST)
    )
    return [Signed(review, name) for review, name in rows]


async def unsigned(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID, now: datetime
) -> Unsigned:
    """The period that is open for a signature, and what changed in it."""
    since = await _since(session, patient_id, clinic_id, now)
    changes = await changes_of(session, patient_id, clinic_id, since, now)
    return Unsigned(since, now, changes)


async def sign(
    session: AsyncSession, access: Access, clinic_id: UUID, review_id: UUID, until: datetime,
    note: str, now: datetime,
) -> Signed:  # fmt: skip
    """Sign the record up to `until`; a repeat with the same id finds it signed.

    The figures are counted as they stand at this moment and kept with the signature. Raises
    Invalid for an instant to come, and AlreadyReviewed where the period is signed by now or the
    id names another review.
    """
    patient_id = access.patient_id
    # Of two who sign at the same moment the second finds the first's signature.
    await session.execute(
        select(Person.id).where(Person.id == patient_id).with_for_update(key_share=True)
    )
    known = await session.get(Review, (patient_id, review_id), populate_existing=True)
    if known is not None:
        if (known.clinic_id, known.signed_by) != (clinic_id, access.actor.id):
            raise AlreadyReviewed("This id is taken.", cure="Send a new random id.")
        return Signed(known, access.actor.name)
    if until > now + AHEAD:
        raise Invalid("It has not happened yet.", field="until", cure="Sign up to now.")
    until, since = min(until, now), await _since(session, patient_id, clinic_id, now)
    if until <= since:
        raise AlreadyReviewed(
            "Somebody has signed it already.", cure="Read the reviews again.",
            since=since.isoformat(),
        )  # fmt: skip
    row = {
        "patient_id": patient_id, "id": review_id, "clinic_id": clinic_id, "since": since,
        "until": until, "signed_by": access.actor.id, "signed_at": now, "note": note,
        "definition": definition.ID,
        "figures": await _figures(session, patient_id, since, until, now),
    }  # fmt: skip
    await insert_new(session, Review, [row])
    audit.record(
        session, "review.signed", at=now, actor=access.actor.id, patient=patient_id,
        means=access.means, review=str(review_id),
    )  # fmt: skip
    return Signed(await session.get_one(Review, (patient_id, review_id)), access.actor.name)


async def _since(
    session: AsyncSession, patient_id: UUID, clinic_id: UUID, now: datetime
) -> datetime:
    """Where the next review starts: at the end of the last, else when the clinic was let in."""
    last: datetime | None = await session.scalar(
        select(func.max(Review.until)).where(
            Review.patient_id == patient_id, Review.clinic_id == clinic_id
        )
    )
    if last is not None:
        return last
    first: datetime | None = await session.scalar(
        select(func.min(CareLink.granted_at)).where(
            CareLink.patient_id == patient_id, CareLink.clinic_id == clinic_id
        )
    )
    return first or now


async def _figures(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime, now: datetime
) -> dict[str, object]:
    """The pooled figures of the period; of a longer one than evidence is kept for, its end."""
    begins = max(since, until - timedelta(days=LONGEST_DAYS))
    days = max(1, -(-(until - begins) // timedelta(days=1)))
    period = Period(begins, until, days)
    report = (await reports_of(session, [patient_id], period, now))[patient_id]
    return report.out().pooled.model_dump(mode="json")
