"""Where doses went: what somebody said of one, and every injection that rests a spot by it.

A placement only counts while its dose stands as taken: an intake that is taken back rests nothing,
and rests its spot again once it is said anew. Its time is that of the intake, not of the saying.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.evenings import evenings_of
from app.audit import Means
from app.doses.log import find
from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.problems import Invalid, Problem
from app.protocols.medicines import INJECTED
from app.protocols.models import Line
from app.sites import witness
from app.sites.body import SITES
from app.sites.models import Placement
from app.sites.reactions import open_reactions
from app.sites.rotation import Look, Use, Wanted, look, warnings
from app.sites.settings import deltoid_allowed

SAME_EVENING = timedelta(hours=12)
"""What was injected so soon after a dose counts for it too. [D] engineering default.

Of two that were logged together, the one with the later time may have got its spot first.
"""


class NoInjection(Problem):
    """This dose does not stand as an injection that was taken."""

    status: ClassVar[int] = 409


class PlacementDiffers(Problem):
    """Another spot was sent with this id."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Said:
    """Where a dose went, as it stands now; and what is to be known of that, as code and text."""

    site: str | None
    warnings: list[tuple[str, str]]


async def say_site(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, placement_id: UUID, site: str | None,
    *, author: UUID, means: Means, now: datetime,
) -> Said:  # fmt: skip
    """Write down where a dose went, or take back what was said of it with None.

    No spot is refused: one that rests, that reacted or that is unusual is written down, and the
    answer says so. The same again changes nothing, also when another was said since. Raises
    NotFound, NoInjection, Invalid for a spot that is not on the map, and PlacementDiffers.
    """
    dose = await find(session, patient_id, dose_id, lock=True)
    before = await session.get(Placement, (patient_id, placement_id))
    if before is not None:
        if (before.dose_id, before.site) != (dose_id, site):
            raise PlacementDiffers(
                "Something else was said with this id.", cure="Send it with an id of its own."
            )
    else:
        if site is not None and site not in SITES:
            raise no_such_spot("site")
        outcome = dose.outcome
        if outcome is None or outcome.kind is not Kind.TAKEN or dose.route not in INJECTED:
            raise NoInjection(
                "Where it went can only be said of an injection that is recorded as taken.",
                cure="Log the dose first.",
            )
        row = Placement(
            patient_id=patient_id, id=placement_id, dose_id=dose_id,
            seq=await _next(session, patient_id, dose_id), said_at=now, author_id=author,
            site=site,
        )  # fmt: skip
        session.add(row)
        witness.note_said(session, row, means)
        await session.flush()
    standing = (await placements_of(session, patient_id, [dose_id])).get(dose_id)
    if standing is None or standing not in SITES:  # an earlier release had other spots
        return Said(standing, [])
    wanted, uses = await _around(session, dose, now)
    sores = await open_reactions(session, patient_id, wanted.today)
    return Said(standing, warnings(SITES[standing], wanted, uses, sores))


async def look_for_dose(
    session: AsyncSession, patient_id: UUID, dose_id: UUID, now: datetime
) -> Look:
    """The map for one dose, without what is said of the dose itself.

    For a dose that stands as taken it is the map as it was then. Raises NotFound, and NoInjection
    for a dose that is not injected.
    """
    dose = await find(session, patient_id, dose_id)
    if dose.route not in INJECTED:
        raise NoInjection("This dose is not injected.")
    wanted, uses = await _around(session, dose, now)
    return look(wanted, uses, await open_reactions(session, patient_id, wanted.today))


async def look_for_route(
    session: AsyncSession, patient_id: UUID, route: str, now: datetime
) -> Look:
    """The map for an injection of any medicine by this route, as things stand now."""
    evenings = await evenings_of(session, patient_id)
    today = now.astimezone(evenings.zone).date()
    wanted = Wanted(route, today, deltoid=await deltoid_allowed(session, patient_id))
    uses = await uses_of(session, patient_id, until=now)
    return look(wanted, uses, await open_reactions(session, patient_id, today))


async def placements_of(
    session: AsyncSession, patient_id: UUID, doses: Collection[UUID]
) -> dict[UUID, str]:
    """The spot that stands for each of these doses, by their ids, in one statement.

    A dose of which nothing was said, or what was said was taken back, is not in the answer. It
    does not ask whether the dose stands as taken: what is said of one counts only while it does.
    """
    if not doses:
        return {}
    rows = await session.execute(
        select(Placement.dose_id, Placement.site).where(
            Placement.patient_id == patient_id, Placement.dose_id.in_(list(doses)),
            Placement.site.is_not(None), is_last(Placement),
        )
    )  # fmt: skip
    return {dose: site for dose, site in rows if site is not None}


async def uses_of(
    session: AsyncSession, patient_id: UUID, *, until: datetime, but: UUID | None = None
) -> list[Use]:
    """Every injection that stands as taken up to an instant and of which the spot is known.

    but   a dose to leave out, since it is the one that is asked about
    """
    here = (await evenings_of(session, patient_id)).zone
    event = standing_event()
    mine = (
        select(Placement.site, Dose.route, Line.medicine, Dose.label, event.taken_at)
        .select_from(Dose)
        .join(event, stands(event))
        .join(
            Placement,
            and_(Placement.patient_id == Dose.patient_id, Placement.dose_id == Dose.id),
        )
        .join(Line, and_(Line.patient_id == Dose.patient_id, Line.id == Dose.line_id))
        .where(
            Dose.patient_id == patient_id, event.kind == Kind.TAKEN, event.taken_at <= until,
            Placement.site.is_not(None), is_last(Placement),
        )
    )  # fmt: skip
    if but is not None:
        mine = mine.where(Dose.id != but)
    return [
        Use(row.site, row.route, row.medicine, row.label, row.taken_at,
            row.taken_at.astimezone(here).date())
        for row in await session.execute(mine)
    ]  # fmt: skip


@cache
def is_last(row: type[Placement]) -> ColumnElement[bool]:
    """Whether nothing was said of the dose after this placement."""
    later = aliased(Placement)
    return (
        ~select(later.id)
        .where(
            later.patient_id == row.patient_id, later.dose_id == row.dose_id, later.seq > row.seq
        )
        .exists()
    )


def no_such_spot(field: str) -> Invalid:
    """What to raise for a spot that is not on the map."""
    return Invalid(
        "This spot is not on the map.", field=field,
        cure="Name one of the spots of `GET /api/patients/{patient}/sites`.",
    )  # fmt: skip


async def _next(session: AsyncSession, patient_id: UUID, dose_id: UUID) -> int:
    """The number of the next thing said of a dose, which is locked."""
    mine = select(Placement.seq).where(
        Placement.patient_id == patient_id, Placement.dose_id == dose_id
    )
    return (await session.scalar(mine.order_by(Placement.seq.desc()).limit(1)) or 0) + 1


async def _around(session: AsyncSession, dose: Dose, now: datetime) -> tuple[Wanted, list[Use]]:
    """What a dose looks for, and the other injections that count for it."""
    outcome = dose.outcome
    taken_at = outcome.taken_at if outcome is not None else None
    at = min(taken_at or now, now)
    here = (await evenings_of(session, dose.patient_id)).zone
    line = await session.get_one(Line, (dose.patient_id, dose.line_id))
    wanted = Wanted(
        dose.route, at.astimezone(here).date(), line.medicine,
        await deltoid_allowed(session, dose.patient_id),
    )  # fmt: skip
    until = min(at + SAME_EVENING, now + SAME_EVENING)
    return wanted, await uses_of(session, dose.patient_id, until=until, but=dose.id)
