"""A patient's protocol over HTTP: medicines, templates, versions, holds."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access, OfPatient, SignedIn
from app.accounts.evenings import evenings_of
from app.accounts.models import Person, Role
from app.clock import Day, Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.protocols import holds
from app.protocols.lines import LADDER, RecurrenceIn, recurrence_of, schedule_text
from app.protocols.medicines import MEDICINES, TEMPLATES, Medicine, Template, label_of
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.planning import mark_for_planning, plan_patient
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
from app.units import Amount, plain

router = APIRouter(prefix="/api", tags=["protocol"])

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class FormOut(BaseModel):
    """One form of a medicine; forms are different drugs in practice."""

    code: str
    name: str
    note: str


class PlausibleOut(BaseModel):
    """Bounds that only catch slips of the unit; they are no dose range."""

    min: str
    max: str
    unit: str
    source: str


class StatusOut(BaseModel):
    """What one authority says, as of when, and where that was read."""

    jurisdiction: str
    status: str
    as_of: str
    source: str


class MedicineOut(BaseModel):
    """What can be prescribed, and the defaults of its schedule with their source."""

    code: str
    name: str
    substances: list[str]
    forms: list[FormOut]
    form_required: bool
    routes: list[str]
    units: list[str]
    plausible: PlausibleOut | None
    window_minutes: int | None
    window_source: str
    on_time_minutes: int
    schedule: str | None
    status: list[StatusOut]

    @classmethod
    def of(cls, medicine: Medicine) -> "MedicineOut":
        """The medicine as the API shows it, with the guard of its usual unit."""
        guard = medicine.plausible[0] if medicine.plausible else None
        return cls(
            code=medicine.code,
            name=medicine.name,
            substances=list(medicine.substances),
            forms=[FormOut(code=f.code, name=f.name, note=f.note) for f in medicine.forms],
            form_required=medicine.form_required,
            routes=list(medicine.routes),
            units=list(medicine.units),
            plausible=PlausibleOut(
                min=plain(guard.least.value), max=plain(guard.most.value),
                unit=guard.least.unit, source=guard.source,
            ) if guard else None,
            window_minutes=medicine.window_minutes,
            window_source=medicine.window_source,
            on_time_minutes=medicine.on_time_minutes,
            schedule=medicine.schedule,
            status=[
                StatusOut(
                    jurisdiction=entry.jurisdiction, status=entry.status, as_of=entry.as_of,
                    source=entry.source,
                )
                for entry in medicine.status
            ],
        )  # fmt: skip


class MedicinesOut(BaseModel):
    """Every medicine Vesper knows."""

    medicines: list[MedicineOut]


class TemplateLineOut(BaseModel):
    """One line of a template: everything but how much, and but a form that must be chosen."""

    medicine: str
    form: str | None
    route: str
    recurrence: RecurrenceIn
    window_minutes: int | None
    on_time_minutes: int
    ladder: list[int]


class TemplateOut(BaseModel):
    """A usual combination, to start a prescription from."""

    code: str
    name: str
    description: str
    lines: list[TemplateLineOut]

    @classmethod
    def of(cls, template: Template) -> "TemplateOut":
        """The template as the API shows it, with each medicine's own defaults."""
        return cls(
            code=template.code,
            name=template.name,
            description=template.description,
            lines=[
                TemplateLineOut(
                    medicine=line.medicine.code,
                    form=None,
                    route=line.route,
                    recurrence=RecurrenceIn(weekdays=list(line.weekdays), times=list(line.times)),
                    window_minutes=line.medicine.window_minutes,
                    on_time_minutes=line.medicine.on_time_minutes,
                    ladder=list(LADDER),
                )
                for line in template.lines
            ],
        )


class TemplatesOut(BaseModel):
    """Every template Vesper knows."""

    templates: list[TemplateOut]


class AuthorOut(BaseModel):
    """Who entered a version."""

    id: UUID
    name: str
    role: Role


class AmountOut(BaseModel):
    """An exact amount: `value` is a decimal string without an exponent."""

    value: str
    unit: str

    @classmethod
    def of(cls, amount: Amount) -> "AmountOut":
        """The amount as it is written in an answer."""
        return cls(value=plain(amount.value), unit=amount.unit)


class RecurrenceOut(BaseModel):
    """The nights and times of a line; see the request's shape."""

    weekdays: list[int]
    every: int
    weeks_on: int
    weeks_off: int
    first: date
    last: date | None
    times: list[str]


class HoldOut(BaseModel):
    """A pause in the nights [since, until); open while `until` is null."""

    since: date
    until: date | None
    reason: str


class LineOut(BaseModel):
    """One medicine of a version, with its schedule in words; `hold` runs now or is to come."""

    id: UUID
    medicine: str
    name: str
    form: str | None
    route: str
    amount: AmountOut
    recurrence: RecurrenceOut
    schedule_text: str
    window_minutes: int | None
    on_time_minutes: int
    ladder: list[int]
    hold: HoldOut | None

    @classmethod
    def of(cls, terms: Terms, line: Line, standing: Hold | None) -> "LineOut":
        """The line under one version's terms."""
        return cls(
            id=line.id,
            medicine=line.medicine,
            name=label_of(line.medicine),
            form=line.form or None,
            route=line.route,
            amount=AmountOut.of(terms.amount),
            recurrence=RecurrenceOut.model_validate(terms.recurrence),
            schedule_text=schedule_text(recurrence_of(terms.recurrence)),
            window_minutes=terms.window_minutes,
            on_time_minutes=terms.on_time_minutes,
            ladder=terms.ladder,
            hold=HoldOut(since=standing.since, until=standing.until, reason=standing.reason)
            if standing
            else None,
        )


class VersionOut(BaseModel):
    """One version of a protocol, with everything it prescribes."""

    number: int
    effective_night: date
    created_at: datetime
    author: AuthorOut
    reason: str
    prescriber: str
    self_reported: bool
    acknowledged_at: datetime | None
    lines: list[LineOut]


class VersionNote(BaseModel):
    """One entry in the list of versions: who changed the protocol, when and why."""

    number: int
    effective_night: date
    created_at: datetime
    author: AuthorOut
    reason: str


class ProtocolOut(BaseModel):
    """What is prescribed tonight, or is to begin; and every version there ever was."""

    current: VersionOut | None
    versions: list[VersionNote]


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
) -> VersionOut | None:
    """Pause a line. The very same hold again changes nothing."""
    await holds.hold(
        session, access.patient_id, line, access.actor,
        since=given.since, until=given.until, reason=given.reason, now=now,
    )  # fmt: skip
    await _replan(session, access, now)
    return await _current(session, access.patient_id, now)


@router.post(
    "/patients/{patient}/protocol/lines/{line}/resume",
    responses=declared(NotFound, ClinicDecides),
)
async def post_resume(
    line: UUID, access: OfPatient, session: Session, now: Now
) -> VersionOut | None:
    """End the pause of a line from tonight on. Safe to repeat."""
    await holds.resume(session, access.patient_id, line, access.actor, now)
    await _replan(session, access, now)
    return await _current(session, access.patient_id, now)


@router.post(
    "/patients/{patient}/protocol/lines/{line}/stop",
    responses=declared(NotFound, ClinicDecides, VersionConflict),
)
async def post_stop(
    line: UUID, given: StopIn, access: OfPatient, session: Session, now: Now
) -> VersionOut | None:
    """Take a line out of the protocol from tonight on. Safe to repeat."""
    await holds.stop(session, access.patient_id, line, access.actor, given.reason, now)
    await _replan(session, access, now)
    return await _current(session, access.patient_id, now)


async def _replan(session: AsyncSession, access: Access, now: datetime) -> None:
    """Plan at once, so that the answer is true, and have the tick arm the reminders."""
    await plan_patient(session, access.patient_id, now)
    await mark_for_planning(session, access.patient_id, now)


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


async def _authors(session: AsyncSession, versions: Any) -> dict[UUID, AuthorOut]:
    people = select(Person).where(Person.id.in_({version.author_id for version in versions}))
    return {
        person.id: AuthorOut(id=person.id, name=person.name, role=person.role)
        for person in await session.scalars(people)
    }
