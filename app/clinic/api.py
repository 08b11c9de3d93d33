"""HTTP for the clinic's own people: invites, and who belongs to it."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.accounts import invites, staff
from app.accounts.access import Admin, Clinician
from app.accounts.attempts import allow
from app.accounts.models import InviteKind
from app.accounts.shapes import ColleagueInvite, ColleagueOut, Colleagues, InviteOut
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, TooManyRequests, declared

router = APIRouter(prefix="/api", tags=["clinic"])

INVITES = "200/hour"


@router.post("/clinic/invites", status_code=201, responses=declared(NotFound, TooManyRequests))
async def invite(clinician: Clinician, request: Request, session: Session, now: Now) -> InviteOut:
    """A single-use code with which one patient lets this clinician in. Each call makes another."""
    allow(request, INVITES, f"invites of {clinician.id}")
    issued = invites.invite_patient(session, clinician, now)
    return InviteOut.of(issued, InviteKind.PATIENT, request.app.state.settings.public_url)


@router.get("/clinic/people", responses=declared(NotFound))
async def read_people(admin: Admin, session: Session) -> Colleagues:
    """Everybody who is or was a clinician of the admin's clinic. It opens no patient's record."""
    found = await staff.people_of(session, admin.clinic_id)
    return Colleagues(people=[ColleagueOut.of(person) for person in found])


@router.post(
    "/clinic/people/invites", status_code=201, responses=declared(NotFound, TooManyRequests)
)
async def invite_colleague(
    wanted: ColleagueInvite, admin: Admin, request: Request, session: Session, now: Now
) -> InviteOut:
    """A single-use code with which one clinician joins the clinic. Each call makes another."""
    allow(request, INVITES, f"invites of {admin.id}")
    acting = await staff.acting_admin(session, admin)
    issued = invites.invite_colleague(session, acting, now, admin=wanted.admin)
    return InviteOut.of(issued, InviteKind.CLINICIAN, request.app.state.settings.public_url)


@router.patch(
    "/clinic/people/{person}",
    responses=declared(NotFound, Invalid, staff.LastAdmin, staff.HasLeft),
)
async def change_colleague(
    person: UUID, wanted: staff.StaffChange, admin: Admin, session: Session, now: Now
) -> ColleagueOut:
    """Make or unmake an admin, or note that somebody has left, at once; a repeat is harmless."""
    changed = await staff.change_person(session, admin, person, wanted, now)
    return ColleagueOut.of(changed)
