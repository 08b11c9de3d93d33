"""HTTP for people: registering, signing in and out, who I am, whom I let in, who has looked."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import care, passwords, sign_in
from app.accounts.access import Me, SignedIn
from app.accounts.attempts import address_of, allow
from app.accounts.evenings import (
    PreferencesOut,
    known_zone,
    preferences_of,
    preferences_out,
)
from app.accounts.models import Clinic, Person, Role
from app.audit import AuditEntry, Means
from app.clock import Now
from app.config import Settings
from app.db import Session, Sessions
from app.problems import Busy, Invalid, NotFound, NotSignedIn, TooManyRequests, declared

router = APIRouter(prefix="/api", tags=["accounts"])

# Generous enough for a waiting room behind one address; each registration costs one argon2 hash.
REGISTRATIONS = "100/hour"
SIGN_INS_OF_ADDRESS = "300/hour"
SIGN_INS_OF_ACCOUNT = "100/hour"
CODES = "10/minute"


class Registration(BaseModel):
    """What somebody new sends; `invite` is a clinician's code."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=400)
    password: str = Field(max_length=1000)
    name: str = Field(max_length=400)
    timezone: str = Field(max_length=100)
    invite: str | None = Field(default=None, max_length=40)


class Credentials(BaseModel):
    """What somebody known sends."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=400)
    password: str = Field(max_length=1000)


class Leaving(BaseModel):
    """Signing out; `endpoint` is this browser's push address, which then is reached no more."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str | None = Field(default=None, max_length=1000)


class Named(BaseModel):
    """Somebody or something with a name."""

    id: UUID
    name: str


class MeOut(BaseModel):
    """The person who asks."""

    id: UUID
    email: str
    name: str
    role: Role
    clinic: Named | None
    preferences: PreferencesOut


class Code(BaseModel):
    """A code that a clinician gave."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=40)


class CareLinkOut(BaseModel):
    """A clinician whom the patient lets in, until `ended_at`."""

    id: UUID
    clinician: Named
    clinic: Named
    granted_at: datetime
    ended_at: datetime | None


class CareLinks(BaseModel):
    """Everybody the patient has let in, newest first."""

    links: list[CareLinkOut]


class AccessEntry(BaseModel):
    """One act or look: who, by which way, and for a clinician's the route that was called."""

    at: datetime
    who: str
    role: Role | None
    action: str
    means: Means
    route: str | None


class AccessLog(BaseModel):
    """What happened to the patient's record, newest first."""

    entries: list[AccessEntry]


@router.post(
    "/auth/register",
    status_code=201,
    responses=declared(Invalid, sign_in.EmailTaken, care.InviteNotUsable, TooManyRequests, Busy),
)
async def register(
    wanted: Registration, request: Request, response: Response, session: Session, now: Now
) -> MeOut:
    """Register and sign in. A repeat is 409: the account is there."""
    address = address_of(request)
    allow(request, REGISTRATIONS, f"register {address}")
    if wanted.invite:
        allow(request, CODES, f"code {address}")
    email = sign_in.known_email(wanted.email)
    known_zone(wanted.timezone)
    passwords.check_new_password(wanted.password, email)
    # Hashed before the first statement, while no database connection is held.
    password_hash = await passwords.hash_password(wanted.password)
    person = await sign_in.register(
        session,
        email=email,
        password_hash=password_hash,
        name=wanted.name,
        timezone=wanted.timezone,
        invite=wanted.invite,
        now=now,
    )
    await _start(session, person, request, response, now)
    return await _me(session, person)


@router.post("/auth/login", responses=declared(sign_in.WrongCredentials, TooManyRequests, Busy))
async def login(given: Credentials, request: Request, response: Response, now: Now) -> MeOut:
    """Sign in on this browser; each call makes a new sign-in."""
    settings: Settings = request.app.state.settings
    sessions: Sessions = request.app.state.sessions
    address, account = address_of(request), given.email.strip().lower()
    allow(request, settings.sign_in_attempts, f"sign-in {account} {address}")
    allow(request, SIGN_INS_OF_ADDRESS, f"sign-in from {address}")
    allow(request, SIGN_INS_OF_ACCOUNT, f"sign-in of {account}")
    # Two transactions with the hashing between them: SQLite's only connection must not wait for it.
    async with sessions.begin() as session:
        person = await sign_in.person_with(session, account)
    right, newer = await passwords.verify_and_renew(
        given.password, person.password_hash if person else None
    )
    if person is None or not right:
        raise sign_in.WrongCredentials(
            "No account has this e-mail address and this password.", cure="Check both."
        )
    async with sessions.begin() as session:
        person = await session.get_one(Person, person.id)
        if newer:
            person.password_hash = newer
        await _start(session, person, request, response, now)
        return await _me(session, person)


@router.post("/auth/logout", status_code=204)
async def logout(
    request: Request, response: Response, session: Session, now: Now, leaving: Leaving | None = None
) -> None:
    """Sign out on this browser and empty what it keeps; a repeat changes nothing."""
    name = sign_in.cookie_name(request.app.state.settings)
    token = request.cookies.get(name)
    person_id = await sign_in.sign_out(session, token, now) if token else None
    if person_id and leaving and leaving.endpoint:
        await request.app.state.retire_browser(session, person_id, leaving.endpoint, now)
    _forget_cookie(request, response)
    # Not "cookies": that would also end sign-ins on sibling hosts of the operator's domain.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


@router.post("/auth/logout-everywhere", status_code=204, responses=declared(NotSignedIn))
async def logout_everywhere(
    person: SignedIn, request: Request, response: Response, session: Session, now: Now
) -> None:
    """Sign out on every browser, this one too; a repeat finds nobody signed in."""
    await sign_in.sign_out_everywhere(session, person.id, now)
    _forget_cookie(request, response)


@router.get("/me", responses=declared(NotSignedIn))
async def read_me(person: SignedIn, session: Session) -> MeOut:
    """Who is signed in here."""
    return await _me(session, person)


@router.get("/me/access-log", responses=declared(NotSignedIn, NotFound))
async def access_log(
    patient: Me, session: Session, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> AccessLog:
    """Who did or saw what in the patient's own record."""
    rows = await session.execute(
        select(AuditEntry, Person)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.patient_id == patient.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .limit(limit)
    )
    return AccessLog(
        entries=[
            AccessEntry(
                at=entry.at,
                who=actor.name if actor else "Vesper",
                role=actor.role if actor else None,
                action=entry.action,
                means=entry.means,
                route=entry.facts.get("route"),
            )
            for entry, actor in rows
        ]
    )


@router.post(
    "/care-links",
    status_code=201,
    responses=declared(NotSignedIn, care.InviteNotUsable, care.AlreadyInCare, TooManyRequests),
)
async def accept_care(
    given: Code, patient: Me, request: Request, session: Session, now: Now
) -> CareLinkOut:
    """Let a clinician in by their code. A repeat is 409 and names the link that is there."""
    allow(request, CODES, f"code {address_of(request)}", f"code of {patient.id}")
    return _care_out(await care.accept(session, patient, given.code, now))


@router.get("/care-links", responses=declared(NotSignedIn, NotFound))
async def list_care(patient: Me, session: Session) -> CareLinks:
    """Everybody the patient has let in, ended links too."""
    return CareLinks(links=[_care_out(given) for given in await care.care_of(session, patient.id)])


@router.delete("/care-links/{link}", status_code=204, responses=declared(NotSignedIn, NotFound))
async def end_care(link: UUID, patient: Me, session: Session, now: Now) -> None:
    """Shut a clinician out at once; a repeat changes nothing."""
    await care.end(session, patient.id, link, now)


def _care_out(given: care.Care) -> CareLinkOut:
    return CareLinkOut(
        id=given.link.id,
        clinician=Named(id=given.clinician.id, name=given.clinician.name),
        clinic=Named(id=given.clinic.id, name=given.clinic.name),
        granted_at=given.link.granted_at,
        ended_at=given.link.ended_at,
    )


async def _me(session: AsyncSession, person: Person) -> MeOut:
    clinic = await session.get_one(Clinic, person.clinic_id) if person.clinic_id else None
    return MeOut(
        id=person.id,
        email=person.email,
        name=person.name,
        role=person.role,
        clinic=Named(id=clinic.id, name=clinic.name) if clinic else None,
        preferences=preferences_out(await preferences_of(session, person.id)),
    )


async def _start(
    session: AsyncSession, person: Person, request: Request, response: Response, now: datetime
) -> None:
    """Sign this browser in under a new token; the one it had before, whose ever it was, ends."""
    settings: Settings = request.app.state.settings
    name = sign_in.cookie_name(settings)
    if before := request.cookies.get(name):
        await sign_in.sign_out(session, before, now)
    response.set_cookie(
        name,
        await sign_in.new_sign_in(session, person, now),
        max_age=int(sign_in.ABSOLUTE[person.role].total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _forget_cookie(request: Request, response: Response) -> None:
    settings: Settings = request.app.state.settings
    response.delete_cookie(
        sign_in.cookie_name(settings),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
