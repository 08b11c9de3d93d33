"""A patient's protocol over HTTP: medicines, templates, versions, holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access, OfPatient, SignedIn
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.clock import Day, Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.protocols import holds
from app.protocols.medicines import MEDICINES, TEMPLATES
from app.protocols.models import Hold, Version
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.shapes import (
    AuthorOut,
    LineOut,
    MedicineOut,
    MedicinesOut,
    ProtocolOut,
    TemplateOut,
    TemplatesOut,
    VersionNote,
    VersionOut,
)
from app.protocols.versions import (
    ClinicDecides,
    Draft,
    PatientAcknowledges,
    VersionConflict,
    acknowledge,
    current_of,
    enter_version,
    terms_of,
    versions_of,
)

router = APIRouter(prefix="/api", tags=["protocol"])

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class HoldIn(BaseModel):
    """Why and in which nights a line pauses; from tonight, and open, unless said otherwise."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = None
    until: Day | None = None
    reason: Reason


class StopIn(BaseModel):
    """Why a line ends."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


@router.get("/medicines")
async def read_medicines(person: SignedIn) -> MedicinesOut:
    """Every medicine that can be prescribed, with its forms, routes, units and sources."""
    return MedicinesOut(medicines=[MedicineOut.of(medicine) for medicine in MEDICINES.values()])


@router.get("/protocol-templates")
async def read_templates(person: SignedIn) -> TemplatesOut:
    """Usual combinations: route, frequency and timing, and never an amount."""
    return TemplatesOut(templates=[TemplateOut.of(template) for template in TEMPLATES.values()])


@router.get("/patients/{patient}/protocol", responses=declared(NotFound))
async def read_protocol(access: OfPatient, session: Session, now: Now) -> ProtocolOut:
    """What is prescribed tonight, and the versions so far, newest first."""
    versions = await versions_of(session, access.patient_id)
    authors = await _authors(session, versions)
    return ProtocolOut(
        current=await _current(session, access.patient_id, now),
        versions=[
            VersionNote(
                number=version.number,
                effective_night=version.effective_night,
                created_at=version.created_at,
                author=authors[version.author_id],
                reason=version.reason,
            )
            for version in reversed(versions)
        ],
    )


@router.post(
    "/patients/{patient}/protocol/versions", status_code=201,
    responses=declared(NotFound, Invalid, ClinicDecides, VersionConflict),
)  # fmt: skip
async def post_version(draft: Draft, access: OfPatient, session: Session, now: Now) -> VersionOut:
    """Enter the next version. The same draft again answers with the version it made."""
    version = await enter_version(session, access.patient_id, access.actor, draft, now)
    await _replan(session, access, now)
    return await _version_out(session, version, now)


@router.post(
    "/patients/{patient}/protocol/versions/{number}/acknowledge",
    responses=declared(NotFound, PatientAcknowledges),
)
async def post_acknowledgement(
    number: Annotated[int, Path(ge=1, le=1_000_000)], access: OfPatient, session: Session,
    now: Now,
) -> VersionOut:  # fmt: skip
    """Say that the change was seen. Safe to repeat; the first instant stays."""
    version = await acknowledge(session, access.patient_id, number, access.actor, now)
    return await _version_out(session, version, now)


@router.post(
    "/patients/{patient}/protocol/lines/{line}/hold",
    responses=declared(NotFound, Invalid, ClinicDecides, holds.AlreadyHeld),
)
async def post_hold(
    line: UUID, given: HoldIn, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Pause a line. The very same hold again changes nothing."""
    await holds.hold(
        session, access.patient_id, line, access.actor,
        since=given.since, until=given.until, reason=given.reason, now=now,
    )  # fmt: skip
    return await _replanned(session, access, now)


@router.post(
    "/patients/{patient}/protocol/lines/{line}/resume",
    responses=declared(NotFound, ClinicDecides),
)
async def post_resume(line: UUID, access: OfPatient, session: Session, now: Now) -> VersionOut:
    """End the pause of a line from tonight on. Safe to repeat."""
    await holds.resume(session, access.patient_id, line, access.actor, now)
    return await _replanned(session, access, now)


@router.post(
    "/patients/{patient}/protocol/lines/{line}/stop",
    responses=declared(NotFound, ClinicDecides, VersionConflict),
)
async def post_stop(
    line: UUID, given: StopIn, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Take a line out of the protocol from tonight on. Safe to repeat."""
    await holds.stop(session, access.patient_id, line, access.actor, given.reason, now)
    return await _replanned(session, access, now)


async def _replan(session: AsyncSession, access: Access, now: datetime) -> None:
    """Plan at once, so that the answer is true, and have the tick arm the reminders."""
    await plan_patient(session, access.patient_id, now)
    await mark_for_planning(session, access.patient_id, now)


async def _replanned(session: AsyncSession, access: Access, now: datetime) -> VersionOut:
    """Plan at once, and answer with what is prescribed now."""
    await _replan(session, access, now)
    current = await _current(session, access.patient_id, now)
    if current is None:
        raise NotFound("There is no protocol yet.")
    return current


async def _current(session: AsyncSession, patient_id: UUID, now: datetime) -> VersionOut | None:
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    version = current_of(await versions_of(session, patient_id), tonight)
    return await _version_out(session, version, now) if version else None


async def _version_out(session: AsyncSession, version: Version, now: datetime) -> VersionOut:
    patient_id = version.patient_id
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    standing: dict[UUID, Hold] = {}
    for hold in await holds.holds_of(session, patient_id, tonight):
        standing.setdefault(hold.line_id, hold)
    authors = await _authors(session, [version])
    terms = await terms_of(session, patient_id, [version.id])
    return VersionOut(
        number=version.number,
        effective_night=version.effective_night,
        created_at=version.created_at,
        author=authors[version.author_id],
        reason=version.reason,
        prescriber=version.prescriber,
        self_reported=version.self_reported,
        acknowledged_at=version.acknowledged_at,
        lines=[LineOut.of(of, line, standing.get(line.id)) for of, line in terms[version.id]],
    )


async def _authors(session: AsyncSession, versions: Sequence[Version]) -> dict[UUID, AuthorOut]:
    people = select(Person).where(Person.id.in_({version.author_id for version in versions}))
    return {
        person.id: AuthorOut(id=person.id, name=person.name, role=person.role)
        for person in await session.scalars(people)
    }
