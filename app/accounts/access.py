"""Who asks, and whose record they may open: what stands in an endpoint's signature.

Every endpoint names one of `SignedIn`, `Me`, `Clinician`, `Admin`, `OfPatient` and `InConfidence`,
or is on the short list of public ones that a test keeps. What is not yours does not exist: the
answer is 404.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Depends, Request

from app import audit
from app.accounts import care
from app.accounts.models import Person, Role, Scope
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
    in_clinic   whether the actor was let in as a clinician; a clinician may be a mere companion
    """

    patient_id: UUID
    actor: Person
    own: bool
    scope: Scope
    in_clinic: bool = False

    @property
    def means(self) -> Means:
        """By which way the actor acts on this record; a companion never does."""
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


async def of_patient(
    request: Request, patient: str, person: SignedIn, session: Session, now: Now
) -> Access:
    """Leave to work with the record that `{patient}` names: `me`, or a person's id.

    Another person's look or change is noted in the patient's access log, in the same transaction.
    Raises NotFound for anybody else's record, and for what is no id at all; and OnlyLooking for a
    change by somebody whom the patient lets look only.
    """
    own_id = person.id if person.role is Role.PATIENT else None
    wanted = own_id if patient == "me" else _id(patient)
    if wanted is not None and wanted == own_id:
        return Access(wanted, person, own=True, scope=Scope.CHANGE)
    looking = request.method in LOOKING
    link = None
    if wanted is not None:
        link = await care.looks_after(session, person.id, wanted, now, change=not looking)
    if wanted is None or link is None:
        raise NotFound("There is no such patient.")
    if not looking and link.scope is not Scope.CHANGE:
        raise OnlyLooking(
            "You can see this record. To change anything in it needs the patient's consent.",
            cure="Ask the patient to allow it, under the people they have let in.",
        )
    audit.record(
        session, "record.read" if looking else "record.changed", at=now, actor=person.id,
        patient=wanted, means=Means.APP if looking else Means.CLINICIAN,
        route=f"{request.method} {request.scope['route'].path}",
    )  # fmt: skip
    return Access(wanted, person, own=False, scope=link.scope, in_clinic=link.clinic_id is not None)


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
