"""Who asks, and whose record they may open: what stands in an endpoint's signature.

Every endpoint names one of `SignedIn`, `Me`, `Clinician`, `Admin`, `OfPatient`, `InConfidence`,
`Asking`, `InClinic` and `AdminOrProgram`, or is on the short list of public ones that a test keeps.
What is not yours does not exist: the answer is 404.

A program, which sends `Authorization: Bearer`, gets past the last five only, and only where
`app.accounts.scopes` says that one of its scopes opens the route.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts import care, scopes
from app.accounts.models import CareLink, Person, Role, Scope
from app.accounts.programs import Program, bearer_of, program_of
from app.accounts.sign_in import cookie_name, person_signed_in
from app.audit import Means
from app.clock import Now
from app.db import Session
from app.problems import NotFound, NotSignedIn, Problem

LOOKING = frozenset({"GET", "HEAD"})


class OnlyLooking(Problem):
    """The patient lets you look at this record, and change nothing in it."""

    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to work with one patient's record: their own, or by a live care link.

    scope       what the patient consented to; of one's own record, everything
    in_clinic   whether the actor was let in as a clinician, or as a program of the clinic; a
                clinician may be a mere companion
    program     the program that acts, with what it may read; None for a person
    """

    patient_id: UUID
    actor: Person
    own: bool
    scope: Scope
    in_clinic: bool = False
    program: Program | None = None

    @property
    def means(self) -> Means:
        """By which way the actor acts on this record; a companion never does."""
        if self.program is not None:
            return Means.API_KEY
        return Means.APP if self.own else Means.CLINICIAN


async def signed_in(request: Request, session: Session, now: Now) -> Person:
    """Whoever holds this browser's cookie. Raises NotSignedIn when nobody does."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    person = await person_signed_in(session, token, now) if token else None
    if person is None:
        raise NotSignedIn("You are signed out, or your sign-in has expired.", cure="Sign in.")
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


async def me(person: SignedIn) -> Person:
    """A signed-in patient. Clinicians and companions have no record of their own: NotFound."""
    if person.role is not Role.PATIENT:
        raise NotFound("Only patients have this.")
    return person


Me = Annotated[Person, Depends(me)]


async def clinician(person: SignedIn) -> Person:
    """A signed-in clinician. For anybody else the clinic's side does not exist: NotFound."""
    if person.role is not Role.CLINICIAN:
        raise NotFound("There is no such page.")
    return person


Clinician = Annotated[Person, Depends(clinician)]


async def admin(person: Clinician) -> Person:
    """A clinician who looks after the clinic's people. It opens no patient's record."""
    if not person.admin:
        raise NotFound("There is no such page.")
    return person


Admin = Annotated[Person, Depends(admin)]


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks: a person who is signed in, or a program."""

    person: Person
    program: Program | None = None


async def asking(request: Request, session: Session, now: Now) -> Asker:
    """A program by its bearer, whose scopes must open this route; else whoever is signed in.

    Raises KeyNotAccepted, TooManyRequests, InsufficientScope, NotForPrograms and NotSignedIn.
    """
    credential = bearer_of(request)
    if credential is None:
        return Asker(await signed_in(request, session, now))
    program = await program_of(request, session, credential, now)
    scopes.check_route(program.scopes, request.method, request.scope["route"].path)
    return Asker(program.person, program)


Asking = Annotated[Asker, Depends(asking)]


@dataclass(frozen=True, slots=True)
class ClinicActor:
    """Who works on a clinic's side: one of its clinicians, or one of its programs."""

    person: Person
    clinic_id: UUID
    program: Program | None = None

    @property
    def means(self) -> Means:
        """By which way it acts on a patient's record."""
        return Means.CLINICIAN if self.program is None else Means.API_KEY


async def in_clinic(asker: Asking) -> ClinicActor:
    """A clinician, or a program of a clinic. For anybody else there is no such page: NotFound."""
    if asker.program is not None:
        return ClinicActor(asker.person, asker.program.clinic_id, asker.program)
    if asker.person.role is not Role.CLINICIAN or asker.person.clinic_id is None:
        raise NotFound("There is no such page.")
    return ClinicActor(asker.person, asker.person.clinic_id)


InClinic = Annotated[ClinicActor, Depends(in_clinic)]


async def admin_or_program(actor: InClinic) -> ClinicActor:
    """An admin of the clinic, or a program that its scopes let in; anybody else finds nothing."""
    if actor.program is None and not actor.person.admin:
        raise NotFound("There is no such page.")
    return actor


AdminOrProgram = Annotated[ClinicActor, Depends(admin_or_program)]


def requires(scope: str) -> Callable[..., Awaitable[ClinicActor]]:
    """A dependency for a route that needs this scope beside the one that opens it.

    A clinician has no scopes and passes. Raises InsufficientScope.
    """

    async def holder(actor: InClinic) -> ClinicActor:
        if actor.program is not None:
            actor.program.need(scope)
        return actor

    return holder


def patients_open_to(asker: Asker | ClinicActor, now: datetime) -> Select[UUID]:
    """The ids of the patients whose records this asker may read now, as a subquery.

    A patient's own; a companion's or clinician's by their care links; of a ClinicActor those of the
    clinician's care, not whose companion they are; a program's by any link to its clinic.
    """
    if isinstance(asker, Asker) and asker.person.role is Role.PATIENT:
        linked = select(CareLink.patient_id).where(
            CareLink.person_id == asker.person.id, care.live(now)
        )
        either = or_(Person.id == asker.person.id, Person.id.in_(linked))
        return select(Person.id).where(either).correlate(None)
    # Not correlated: the query around it may well be about care links too.
    mine = select(CareLink.patient_id).where(care.live(now)).distinct().correlate(None)
    if asker.program is not None:
        return mine.where(CareLink.clinic_id == asker.program.clinic_id)
    if isinstance(asker, ClinicActor):
        mine = mine.where(CareLink.clinic_id.is_not(None))
    return mine.where(CareLink.person_id == asker.person.id)


async def of_patient(
    request: Request, patient: str, asker: Asking, session: Session, now: Now
) -> Access:
    """Leave to work with the record that `{patient}` names: `me`, or a person's id.

    Another person's look or change is noted in the patient's access log, in the same transaction,
    and so is a program's. Raises NotFound for anybody else's record, and for what is no id at all;
    and OnlyLooking for a change by somebody whom the patient lets look only.
    """
    own_id = asker.person.id if asker.person.role is Role.PATIENT else None
    wanted = own_id if patient == "me" else _id(patient)
    if wanted is None:
        raise NotFound("There is no such patient.")
    route = f"{request.method} {request.scope['route'].path}"
    return await open_record(
        session, asker, wanted, now, route=route, looking=request.method in LOOKING
    )


async def open_record(
    session: AsyncSession, asker: Asker, patient_id: UUID, now: datetime, *, route: str,
    looking: bool = True,
) -> Access:  # fmt: skip
    """Leave to work with this patient's record, noted in their access log unless it is their own.

    route   method and path template, for the words of the access log

    Raises NotFound and OnlyLooking, like `of_patient`. Scopes are asked for before.
    """
    person, program = asker.person, asker.program
    if patient_id == person.id and person.role is Role.PATIENT:
        return Access(patient_id, person, own=True, scope=Scope.CHANGE)
    by = care.by_person(person.id) if program is None else care.by_clinic(program.clinic_id)
    link = await care.widest(session, patient_id, by, now, change=not looking)
    if link is None:
        raise NotFound("There is no such patient.")
    if not looking and link.scope is not Scope.CHANGE:
        raise OnlyLooking(
            "You can see this record. To change anything in it needs the patient's consent.",
            cure="Ask the patient to allow it, under the people they have let in.",
        )
    means = Means.APP if looking else Means.CLINICIAN
    audit.record(
        session, "record.read" if looking else "record.changed", at=now, actor=person.id,
        patient=patient_id, means=means if program is None else Means.API_KEY, route=route,
    )  # fmt: skip
    in_clinic = link.clinic_id is not None
    return Access(patient_id, person, False, link.scope, in_clinic, program)


OfPatient = Annotated[Access, Depends(of_patient)]


async def in_confidence(access: OfPatient) -> Access:
    """Leave to read what stays between a patient and their clinicians, such as screening answers.

    A companion was let in for doses, protocol, calendar, adherence and blood draws, and for them
    this does not exist: NotFound.
    """
    if not access.own and not access.in_clinic:
        raise NotFound("There is no such page.")
    return access


InConfidence = Annotated[Access, Depends(in_confidence)]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
