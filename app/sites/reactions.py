"""What spots did after injections: noted, ended, or taken back as a mistake."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of, take_turn
from app.audit import Means
from app.doses.log import find
from app.problems import Invalid, NotFound, Problem
from app.sites import witness
from app.sites.body import SITES
from app.sites.models import Reacted, Reaction
from app.sites.rotation import Sore


class ReactionDiffers(Problem):
    """Another reaction was sent with this id."""

    status: ClassVar[int] = 409


class ReactionVoided(Problem):
    """This reaction was marked as a mistake."""

    status: ClassVar[int] = 409


async def note(
    session: AsyncSession, patient_id: UUID, reaction_id: UUID, *, site: str, kind: Reacted,
    noticed_on: date, text: str, dose_id: UUID | None, author: UUID, means: Means, now: datetime,
) -> Reaction:  # fmt: skip
    """Write down that a spot reacted. The same again changes nothing.

    Raises Invalid for a spot that is not on the map or a day that has not come, NotFound for
    another's dose, and ReactionDiffers for something else under the same id.
    """
    if site not in SITES:
        raise Invalid(
            "This spot is not on the map.", field="site",
            cure="Name one of the spots of `GET /api/patients/{patient}/sites`.",
        )  # fmt: skip
    await take_turn(session, patient_id)
    row = await session.get(Reaction, (patient_id, reaction_id))
    if row is not None:
        said = (row.site, row.kind, row.noticed_on, row.note, row.dose_id)
        if said != (site, kind, noticed_on, text, dose_id):
            raise ReactionDiffers(
                "Something else was noted with this id.", cure="Send it with an id of its own."
            )
        return row
    if noticed_on > await _today(session, patient_id, now):
        raise Invalid(
            "That day has not come yet.", field="noticed_on",
            cure="Give the day on which it was first noticed.",
        )  # fmt: skip
    if dose_id is not None:
        await find(session, patient_id, dose_id)
    row = Reaction(
        patient_id=patient_id, id=reaction_id, site=site, kind=kind, noticed_on=noticed_on,
        said_at=now, author_id=author, dose_id=dose_id, note=text,
    )  # fmt: skip
    session.add(row)
    witness.note_reaction(session, row, means)
    await session.flush()
    return row


async def end(
    session: AsyncSession, patient_id: UUID, reaction_id: UUID, on: date, *, author: UUID,
    means: Means, now: datetime,
) -> Reaction:  # fmt: skip
    """Say on which date a reaction was gone; another date corrects the first.

    Raises NotFound, ReactionVoided, and Invalid for a date before it was noticed or still to come.
    """
    row = await _one(session, patient_id, reaction_id)
    if row.voided_at is not None:
        raise ReactionVoided(
            "It was marked as a mistake, so there is nothing to end.",
            cure="Note it anew if it is there.",
        )
    if not row.noticed_on <= on <= await _today(session, patient_id, now):
        raise Invalid(
            "It cannot have ended on that day.", field="on",
            cure="Give a day from the one on which it was noticed to today.",
        )  # fmt: skip
    if row.ended_on != on:
        row.ended_on = on
        witness.note_ended(session, row, author, means, now)
        await session.flush()
    return row


async def void(
    session: AsyncSession, patient_id: UUID, reaction_id: UUID, *, author: UUID, means: Means,
    now: datetime,
) -> Reaction:  # fmt: skip
    """Say that a reaction was noted by mistake; it stays in the log. A repeat changes nothing.

    Raises NotFound.
    """
    row = await _one(session, patient_id, reaction_id)
    if row.voided_at is None:
        row.voided_at = now
        witness.note_voided(session, row, author, means, now)
        await session.flush()
    return row


async def reactions_of(session: AsyncSession, patient_id: UUID) -> Sequence[Reaction]:
    """Every reaction of a patient, newest first, voided ones as well."""
    mine = select(Reaction).where(Reaction.patient_id == patient_id)
    ordered = mine.order_by(Reaction.noticed_on.desc(), Reaction.said_at.desc(), Reaction.id)
    return (await session.scalars(ordered)).all()


async def open_reactions(session: AsyncSession, patient_id: UUID, on: date) -> list[Sore]:
    """The reactions that were noticed by this date and had not ended before it."""
    mine = select(Reaction).where(
        Reaction.patient_id == patient_id, Reaction.voided_at.is_(None),
        Reaction.noticed_on <= on,
        or_(Reaction.ended_on.is_(None), Reaction.ended_on > on),
    )  # fmt: skip
    return [
        Sore(row.id, row.site, row.kind.value, row.noticed_on)
        for row in await session.scalars(mine)
    ]


async def _one(session: AsyncSession, patient_id: UUID, reaction_id: UUID) -> Reaction:
    row = await session.get(
        Reaction, (patient_id, reaction_id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFound("There is no such reaction.")
    return row


async def _today(session: AsyncSession, patient_id: UUID, now: datetime) -> date:
    """The calendar date where the patient is."""
    return now.astimezone((await evenings_of(session, patient_id)).zone).date()
