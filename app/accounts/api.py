"""HTTP for people: registering, signing in and out, whom I let in, whom I may see, who looked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.accounts import care, invites, passwords, sign_in
from app.accounts.about import About, about, tell_about
from app.accounts.access import InConfidence, Me, OnlyLooking, SignedIn
from app.accounts.attempts import address_of, allow
from app.accounts.entering import start, who
from app.accounts.evenings import known_zone
from app.accounts.log import log_of
from app.accounts.looking import words
from app.accounts.models import InviteKind, Person
from app.accounts.shapes import (
    AccessEntry,
    AccessLog,
    Accompanied,
    CareLinkOut,
    CareLinks,
    Code,
    Consent,
    Credentials,
    InviteOut,
    Leaving,
    MeOut,
    Named,
    PatientSeen,
    PatientsSeen,
    Registration,
)
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
COMPANION_INVITES = "20/hour"

WRONG = "No account has this e-mail address and this password."


@router.post(
    "/auth/register",
    status_code=201,
    responses=declared(Invalid, sign_in.EmailTaken, invites.InviteNotUsable, TooManyRequests, Busy),
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
    await start(session, person, request, response, now)
    return await who(session, person)


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
        raise sign_in.WrongCredentials(WRONG, cure="Check both.")
    async with sessions.begin() as session:
        person = await session.get_one(Person, person.id)
        if person.left_at is not None:  # asked last: it may be while the password was compared
            raise sign_in.WrongCredentials(WRONG, cure="Check both.")
        if newer:
            person.password_hash = newer
        await start(session, person, request, response, now)
        return await who(session, person)


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
    return await who(session, person)


@router.get("/me/access-log", responses=declared(NotSignedIn, NotFound, Invalid))
async def access_log(
    patient: Me,
    session: Session,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AccessLog:
    """Who did or saw what in the patient's own record, newest first, page by page."""
    page, following = await log_of(session, patient.id, cursor=cursor, limit=limit)
    return AccessLog(
        entries=[
            AccessEntry(
                at=entry.at,
                who=actor.name if actor else "Vesper",
                role=actor.role if actor else None,
                action=entry.action,
                means=entry.means,
                route=entry.facts.get("route"),
                what=words(entry.action, entry.facts.get("route")),
            )
            for entry, actor in page
        ],
        next=following,
    )


@router.post(
    "/care-links",
    status_code=201,
    responses=declared(
        NotSignedIn, invites.InviteNotUsable, care.AlreadyInCare, Invalid, TooManyRequests
    ),
)
async def accept_care(
    given: Consent, patient: Me, request: Request, session: Session, now: Now
) -> CareLinkOut:
    """Let a clinician in by their code. A repeat is 409 and names the link that is there."""
    allow(request, CODES, f"code {address_of(request)}", f"code of {patient.id}")
    made = await care.accept(
        session, patient, given.code, now, scope=given.scope, until=given.until
    )
    return CareLinkOut.of(made, now)


@router.get("/care-links", responses=declared(NotSignedIn, NotFound))
async def list_care(patient: Me, session: Session, now: Now) -> CareLinks:
    """Everybody the patient has let in, clinicians and companions, ended links too."""
    found = await care.care_of(session, patient.id)
    return CareLinks(links=[CareLinkOut.of(each, now) for each in found])


@router.patch(
    "/care-links/{link}", responses=declared(NotSignedIn, NotFound, care.CareEnded, Invalid)
)
async def change_care(
    link: UUID, wanted: care.CareChange, patient: Me, session: Session, now: Now
) -> CareLinkOut:
    """Widen or narrow what a link allows, or how long, at once; a repeat changes nothing."""
    return CareLinkOut.of(await care.change(session, patient.id, link, wanted, now), now)


@router.delete("/care-links/{link}", status_code=204, responses=declared(NotSignedIn, NotFound))
async def end_care(link: UUID, patient: Me, session: Session, now: Now) -> None:
    """Shut somebody out at once; a repeat changes nothing."""
    await care.end(session, patient.id, link, now)


@router.post(
    "/me/companion-invites",
    status_code=201,
    responses=declared(NotSignedIn, NotFound, TooManyRequests),
)
async def invite_companion(patient: Me, request: Request, session: Session, now: Now) -> InviteOut:
    """A single-use code with which one person may look at my record. Each call makes another."""
    allow(request, COMPANION_INVITES, f"companion invites of {patient.id}")
    settings: Settings = request.app.state.settings
    issued = invites.invite_companion(session, patient, now)
    return InviteOut.of(issued, InviteKind.COMPANION, settings.public_url)


@router.post(
    "/companions",
    status_code=201,
    responses=declared(
        NotSignedIn, invites.InviteNotUsable, care.AlreadyInCare, Invalid, TooManyRequests
    ),
)
async def accompany(
    given: Code, person: SignedIn, request: Request, session: Session, now: Now
) -> Accompanied:
    """Become a patient's companion by the code they gave me. A repeat finds the code used."""
    allow(request, CODES, f"code {address_of(request)}", f"code of {person.id}")
    used = await invites.claim(session, given.code, InviteKind.COMPANION, now=now)
    link, patient = await care.accompany(session, person, used, now)
    return Accompanied(
        patient=Named(id=patient.id, name=patient.name),
        since=link.granted_at,
        ends_at=link.ends_at,
    )


@router.get("/care/patients", responses=declared(NotSignedIn))
async def patients_seen(person: SignedIn, session: Session, now: Now) -> PatientsSeen:
    """Whose record I may open, other than my own."""
    found = await care.patients_of(session, person.id, now)
    return PatientsSeen(
        patients=[
            PatientSeen(
                id=patient.id,
                name=patient.name,
                scope=link.scope,
                since=link.granted_at,
                ends_at=link.ends_at,
            )
            for link, patient in found
        ]
    )


@router.delete("/care/patients/{who}", status_code=204, responses=declared(NotSignedIn, NotFound))
async def stop_accompanying(who: UUID, person: SignedIn, session: Session, now: Now) -> None:
    """Stop being the companion of the patient with this id, at once; a repeat changes nothing."""
    await care.leave(session, person, who, now)


@router.get("/patients/{patient}/about", responses=declared(NotSignedIn, NotFound))
async def read_about(access: InConfidence, session: Session) -> About:
    """The patient's date of birth and sex; null where they were not told."""
    return await about(session, access.patient_id)


@router.put(
    "/patients/{patient}/about", responses=declared(NotSignedIn, NotFound, OnlyLooking, Invalid)
)
async def put_about(told: About, access: InConfidence, session: Session, now: Now) -> About:
    """Tell or correct the patient's date of birth and sex. A repeat changes nothing."""
    await tell_about(session, access.patient_id, access.actor, told, now)
    return await about(session, access.patient_id)


def _forget_cookie(request: Request, response: Response) -> None:
    settings: Settings = request.app.state.settings
    response.delete_cookie(
        sign_in.cookie_name(settings),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
