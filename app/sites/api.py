"""The map of the body over HTTP: where an injection may go, where it went, and what spots did."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import InConfidence, OfPatient, OnlyLooking
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.clock import Now
from app.db import Session
from app.doses.shapes import AuthorOut, WentIntoOut
from app.problems import Invalid, NotFound, declared
from app.sites import placements, reactions, rotation, settings
from app.sites.body import SITES
from app.sites.models import Reacted, Reaction
from app.sites.rotation import Spot
from app.sites.shapes import (
    OpenReactionOut,
    PlacementIn,
    PlacementOut,
    ReactionEndIn,
    ReactionIn,
    ReactionOut,
    ReactionsOut,
    RestingOut,
    SiteSettingsShape,
    SitesOut,
    SiteWarningOut,
    SpotOut,
)

router = APIRouter(prefix="/api/patients/{patient}", tags=["sites"])


@router.get("/sites", responses=declared(NotFound, Invalid, placements.NoInjection))
async def read_sites(
    access: OfPatient, session: Session, now: Now,
    dose: Annotated[UUID | None, Query()] = None,
    route: Annotated[Literal["intramuscular", "subcutaneous"] | None, Query()] = None,
) -> SitesOut:  # fmt: skip
    """Every spot, which one has rested longest, and why; for one dose, or for one route.

    Without either it is the map for an injection under the skin.
    For a dose that is recorded as taken it is the map as it was then, without the dose itself.
    """
    if dose is not None and route is not None:
        raise Invalid(
            "A dose says by which route it goes.", field="route",
            cure="Ask with `?dose=` or with `?route=`, not with both.",
        )  # fmt: skip
    if dose is not None:
        found = await placements.look_for_dose(session, access.patient_id, dose, now)
    else:
        found = await placements.look_for_route(
            session, access.patient_id, route or rotation.SKIN, now
        )
    # What a spot does is between the patient and their clinicians, as every side effect is.
    in_confidence = access.own or access.in_clinic
    return SitesOut(
        spots=[_spot(each, in_confidence) for each in found.spots],
        suggestion=found.suggestion.code if found.suggestion else None,
        why=found.why,
        settings=SiteSettingsShape(
            deltoid=await settings.deltoid_allowed(session, access.patient_id)
        ),
    )


@router.put(
    "/doses/{dose_id}/site",
    responses=declared(
        NotFound, OnlyLooking, Invalid, placements.NoInjection, placements.PlacementDiffers
    ),
)
async def say_site_of_dose(
    dose_id: UUID, given: PlacementIn, access: OfPatient, session: Session, now: Now
) -> PlacementOut:
    """Say where a dose went. No spot is refused; the answer says what to know. Safe to repeat."""
    said = await placements.say_site(
        session, access.patient_id, dose_id, given.id, given.site, author=access.actor.id,
        means=access.means, now=now,
    )  # fmt: skip
    return PlacementOut(
        dose=dose_id,
        site=_named(said.site) if said.site else None,
        warnings=[SiteWarningOut(code=code, text=text) for code, text in said.warnings],
    )


@router.put(
    "/sites/settings", responses=declared(NotFound, OnlyLooking, Invalid, settings.ClinicAllows)
)
async def change_site_settings(
    wanted: SiteSettingsShape, access: InConfidence, session: Session, now: Now
) -> SiteSettingsShape:
    """Allow the shoulder, or no longer; for the patient's clinicians alone. Safe to repeat."""
    await settings.allow_deltoid(session, access, wanted.deltoid, now)
    return wanted


@router.get("/reactions", responses=declared(NotFound))
async def read_reactions(access: InConfidence, session: Session, now: Now) -> ReactionsOut:
    """What spots did after injections, newest first."""
    rows = await reactions.reactions_of(session, access.patient_id)
    here = (await evenings_of(session, access.patient_id)).zone
    return ReactionsOut(reactions=await _told(session, rows), today=now.astimezone(here).date())


@router.post(
    "/reactions", status_code=201,
    responses=declared(NotFound, OnlyLooking, Invalid, reactions.ReactionDiffers),
)  # fmt: skip
async def add_reaction(
    given: ReactionIn, access: InConfidence, session: Session, now: Now
) -> ReactionOut:
    """Note that a spot reacted: it is not suggested until that has ended. Safe to repeat."""
    row = await reactions.note(
        session, access.patient_id, given.id, site=given.site, kind=given.kind,
        noticed_on=given.noticed_on, text=given.note, dose_id=given.dose,
        author=access.actor.id, means=access.means, now=now,
    )  # fmt: skip
    return (await _told(session, [row]))[0]


@router.post(
    "/reactions/{reaction}/end",
    responses=declared(NotFound, OnlyLooking, Invalid, reactions.ReactionVoided),
)
async def end_reaction(
    reaction: UUID, given: ReactionEndIn, access: InConfidence, session: Session, now: Now
) -> ReactionOut:
    """Say on which day it was gone; another day corrects the first. Safe to repeat."""
    row = await reactions.end(
        session, access.patient_id, reaction, given.on, author=access.actor.id,
        means=access.means, now=now,
    )  # fmt: skip
    return (await _told(session, [row]))[0]


@router.post("/reactions/{reaction}/void", responses=declared(NotFound, OnlyLooking))
async def void_reaction(
    reaction: UUID, access: InConfidence, session: Session, now: Now
) -> ReactionOut:
    """Say that it was noted by mistake; it stays in the log. Safe to repeat."""
    row = await reactions.void(
        session, access.patient_id, reaction, author=access.actor.id, means=access.means, now=now
    )
    return (await _told(session, [row]))[0]


def _spot(spot: Spot, in_confidence: bool) -> SpotOut:
    site, last, rest, sore = spot.site, spot.last, spot.resting, spot.reaction
    return SpotOut(
        code=site.code, name=site.name, side=site.side, view=site.view, area=site.area,
        legal=spot.legal, allowed=spot.allowed, suggestable=spot.suggestable,
        not_suggested=site.not_suggested, last_at=last.at if last else None,
        last_name=last.name if last else None, rested_days=spot.rested_days,
        resting=RestingOut(until=rest.until, text=rest.text) if rest else None,
        reaction=OpenReactionOut(id=sore.id, kind=Reacted(sore.kind), noticed_on=sore.noticed_on)
        if sore and in_confidence else None,
    )  # fmt: skip


def _named(code: str) -> WentIntoOut:
    """A spot by its code; one that this release no longer has is told by the code."""
    site = SITES.get(code)
    return WentIntoOut(code=code, name=site.name if site else code)


async def _told(session: AsyncSession, rows: Sequence[Reaction]) -> list[ReactionOut]:
    authors = {row.author_id for row in rows}
    people = {
        person.id: AuthorOut.of(person)
        for person in await session.scalars(select(Person).where(Person.id.in_(authors)))
    }
    return [
        ReactionOut(
            id=row.id, site=_named(row.site), kind=row.kind, noticed_on=row.noticed_on,
            ended_on=row.ended_on, note=row.note, dose=row.dose_id, by=people[row.author_id],
            said_at=row.said_at, voided_at=row.voided_at,
        )
        for row in rows
    ]  # fmt: skip
