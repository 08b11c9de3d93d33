"""Who asks, and whose record they may open: what stands in an endpoint's signature.

Every endpoint names one of `SignedIn`, `Me`, `Clinician` and `OfPatient`, or is on the short
list of public ones that a test keeps. What is not yours does not exist: the answer is 404.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app import audit
from app.accounts import care
from app.accounts.models import Person, Role
from app.accounts.sign_in import cookie_name, person_signed_in
from app.clock import Now
from app.db import Session
from app.problems import NotFound, NotSignedIn

LOOKING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to work with one patient's record: their own, or by a live care link."""

    patient_id: UUID
    actor: Person
    own: bool


async def signed_in(request: Request, session: Session, now: Now) -> Person:
    """Whoever holds this browser's cookie. Raises NotSignedIn when nobody does."""
    token = request.cookies.get(cookie_name(request.app.state.settings))
    person = await person_signed_in(session, token, now) if token else None
    if person is None:
        raise NotSignedIn("You are signed out, or your sign-in has expired.", cure="Sign in.")
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


async def me(person: SignedIn) -> Person:
    """A signed-in patient. A clinician has no record of their own here: NotFound."""
    if person.role is not Role.PATIENT:
        raise NotFound("Only patients have this.")
    return person


Me = Annotated[Person, Depends(me)]


async def clinician(person: SignedIn) -> Person:
    """A signed-in clinician. For a patient the clinic's side does not exist: NotFound."""
    if person.role is not Role.CLINICIAN:
        raise NotFound("There is no such page.")
    return person


Clinician = Annotated[Person, Depends(clinician)]


async def of_patient(
    request: Request, patient: str, person: SignedIn, session: Session, now: Now
) -> Access:
    """Leave to work with the record that `{patient}` names: `me`, or a person's id.

    A clinician's look or change is noted in the patient's access log, in the same transaction.
    Raises NotFound for anybody else's record, and for what is no id at all.
    """
    own_id = person.id if person.role is Role.PATIENT else None
    wanted = own_id if patient == "me" else _id(patient)
    if wanted is not None and wanted == own_id:
        return Access(wanted, person, own=True)
    if (
        wanted is None
        or person.role is not Role.CLINICIAN
        or not await care.looks_after(session, person.id, wanted)
    ):
        raise NotFound("There is no such patient.")
    looking = request.method in LOOKING
    audit.record(
        session, "record.read" if looking else "record.changed", at=now, actor=person.id,
        patient=wanted, route=f"{request.method} {request.scope['route'].path}",
    )  # fmt: skip
    return Access(wanted, person, own=False)


OfPatient = Annotated[Access, Depends(of_patient)]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
