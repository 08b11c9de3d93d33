"""A patient's protocol over HTTP: medicines, templates, versions, holds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access, OfPatient, SignedIn
from app.clock import Day, Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.protocols import holds
from app.protocols.checks import UnansweredWarnings
from app.protocols.difference import difference
from app.protocols.drafts import Draft, Words
from app.protocols.medicines import MEDICINES, TEMPLATES
from app.protocols.models import Version
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.proposals import (
    ClinicianWithdraws,
    NoLongerProposed,
    PatientAcknowledges,
    StepSkipped,
    acknowledge,
    withdraw,
)
from app.protocols.reading import (
    changes_out,
    read_difference,
    read_protocol,
    read_version,
    record_of,
)
from app.protocols.screening import ScreeningNeeded, ScreeningStops
from app.protocols.shapes import MedicineOut, MedicinesOut, TemplateOut, TemplatesOut
from app.protocols.standing import current_of, versions_of
from app.protocols.version_shapes import (
    DifferenceOut,
    PreviewOut,
    ProtocolOut,
    VersionOut,
    WarningOut,
)
from app.protocols.versions import ClinicDecides, VersionConflict, enter_version, prepare

router = APIRouter(prefix="/api", tags=["protocol"])

Number = Annotated[int, Path(ge=1, le=1_000_000)]


class HoldIn(BaseModel):
    """Why and in which nights a line pauses; from tonight, and open, unless said otherwise."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = None
    until: Day | None = None
    reason: Words


class ReasonIn(BaseModel):
    """Why a line ends, or a proposal is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


@router.get("/medicines")
async def read_medicines(person: SignedIn) -> MedicinesOut:
    """Every medicine that can be prescribed, with its forms, routes, units and sources."""
    return MedicinesOut(medicines=[MedicineOut.of(medicine) for medicine in MEDICINES.values()])


@router.get("/protocol-templates")
async def read_templates(person: SignedIn) -> TemplatesOut:
    """Usual combinations: route, frequency and timing, and never an amount."""
    return TemplatesOut(templates=[TemplateOut.of(template) for template in TEMPLATES.values()])


@router.get("/patients/{patient}/protocol", responses=declared(NotFound))
async def get_protocol(
    request: Request, access: OfPatient, session: Session, now: Now
) -> ProtocolOut:
    """What is prescribed tonight, what is proposed, and the versions so far, newest first."""
    drawn = await _baseline_drawn(request, session, access, now)
    return await read_protocol(session, access.patient_id, now, drawn)


@router.get("/patients/{patient}/protocol/versions/{number}", responses=declared(NotFound))
async def get_version(number: Number, access: OfPatient, session: Session, now: Now) -> VersionOut:
    """One version with everything it prescribed."""
    record = await record_of(session, access.patient_id, now)
    return await read_version(session, record, record.numbered(number))


@router.get(
    "/patients/{patient}/protocol/versions/{number}/difference", responses=declared(NotFound)
)
async def get_difference(
    number: Number, access: OfPatient, session: Session, now: Now,
    since: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
) -> DifferenceOut:  # fmt: skip
    """What a version changes in plain words; without `from`, seen from what stands before it."""
    record = await record_of(session, access.patient_id, now)
    return await read_difference(session, record, number, since)


@router.post(
    "/patients/{patient}/protocol/versions", status_code=201,
    responses=declared(
        NotFound, Invalid, UnansweredWarnings, ClinicDecides, VersionConflict, ScreeningNeeded,
        ScreeningStops,
    ),
)  # fmt: skip
async def post_version(
    request: Request, draft: Draft, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Enter the next version: a clinician's is proposed, a patient's own holds at once.

    The same draft again answers with the version it made.
    """
    version = await enter_version(
        session, access.patient_id, access.actor, draft, now,
        baseline_drawn=await _baseline_drawn(request, session, access, now),
    )  # fmt: skip
    await _replan(session, access, now)
    return await _shown(session, version, now)


@router.post(
    "/patients/{patient}/protocol/versions/preview",
    responses=declared(NotFound, Invalid, ClinicDecides, VersionConflict),
)
async def post_preview(
    request: Request, draft: Draft, access: OfPatient, session: Session, now: Now
) -> PreviewOut:
    """What a draft would change and be warned of. Saves nothing."""
    drawn = await _baseline_drawn(request, session, access, now)
    versions = await versions_of(session, access.patient_id)
    made = await prepare(session, access.patient_id, access.actor, draft, versions, now, drawn)
    changes = difference(
        made.before, made.ready.prescribed, made.ready.version.effective_night, made.tonight
    )
    return PreviewOut(
        changes=changes_out(changes),
        warnings=[WarningOut.of(warned, made.known) for warned in made.warnings],
    )


@router.post(
    "/patients/{patient}/protocol/versions/{number}/acknowledge",
    responses=declared(
        NotFound, PatientAcknowledges, NoLongerProposed, StepSkipped, ScreeningNeeded,
        ScreeningStops,
    ),
)  # fmt: skip
async def post_acknowledgement(
    number: Number, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Say that a change was seen: a proposal then takes effect. A repeat changes nothing."""
    version = await acknowledge(session, access.patient_id, number, access.actor, now)
    await _replan(session, access, now)
    return await _shown(session, version, now)


@router.post(
    "/patients/{patient}/protocol/versions/{number}/withdraw",
    responses=declared(NotFound, ClinicianWithdraws, NoLongerProposed),
)
async def post_withdrawal(
    number: Number, given: ReasonIn, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Take a proposal back. A repeat keeps the first instant and reason."""
    version = await withdraw(session, access.patient_id, number, access.actor, given.reason, now)
    return await _shown(session, version, now)


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
    line: UUID, given: ReasonIn, access: OfPatient, session: Session, now: Now
) -> VersionOut:
    """Take a line out of the protocol from tonight on, at once. Safe to repeat."""
    await holds.stop(session, access.patient_id, line, access.actor, given.reason, now)
    return await _replanned(session, access, now)


async def _baseline_drawn(
    request: Request, session: AsyncSession, access: Access, now: datetime
) -> bool | None:
    """Whether a baseline blood draw is recorded, which the package above this one knows."""
    drawn: bool | None = await request.app.state.baseline_drawn(session, access.patient_id, now)
    return drawn


async def _replan(session: AsyncSession, access: Access, now: datetime) -> None:
    """Plan at once, so that the answer is true, and have the tick arm the reminders."""
    await plan_patient(session, access.patient_id, now)
    await mark_for_planning(session, access.patient_id, now)


async def _replanned(session: AsyncSession, access: Access, now: datetime) -> VersionOut:
    """Plan at once, and answer with what is prescribed now."""
    await _replan(session, access, now)
    record = await record_of(session, access.patient_id, now)
    current = current_of(record.versions, record.tonight)
    if current is None:
        raise NotFound("There is no protocol yet.")
    return await read_version(session, record, current)


async def _shown(session: AsyncSession, version: Version, now: datetime) -> VersionOut:
    return await read_version(session, await record_of(session, version.patient_id, now), version)
