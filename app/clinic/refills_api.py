"""HTTP for refill requests: asked by a patient, answered by closing the clinic's task."""

from uuid import UUID

from fastapi import APIRouter

from app.accounts.access import InConfidence, OnlyLooking
from app.accounts.care import is_looked_after
from app.clinic.refill_shapes import RefillIn, RefillOut, RefillsOut
from app.clinic.refills import AlreadyAsked, NoClinic, RefillClosed, ask, asked_by, withdraw
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api/patients/{patient}/refill-requests", tags=["supplies"])


@router.post(
    "",
    status_code=201,
    responses=declared(NotFound, OnlyLooking, Invalid, NoClinic, AlreadyAsked),
)
async def ask_for_refill(
    given: RefillIn, access: InConfidence, session: Session, now: Now
) -> RefillOut:
    """Ask the clinic for more of a line; it has a task of it. The same id again asks once."""
    return (await ask(session, access, given, now)).out()


@router.get("", responses=declared(NotFound))
async def read_refill_requests(access: InConfidence, session: Session, now: Now) -> RefillsOut:
    """What was asked for and what came of it, the newest first; and whether one can be made."""
    found = await asked_by(session, access.patient_id, now)
    return RefillsOut(
        requests=[each.out() for each in found],
        can_be_asked=await is_looked_after(session, access.patient_id, now),
    )


@router.post("/{refill}/withdraw", responses=declared(NotFound, OnlyLooking, RefillClosed))
async def withdraw_refill_request(
    refill: UUID, access: InConfidence, session: Session, now: Now
) -> RefillOut:
    """Take a request back before the clinic has closed it. A repeat is harmless."""
    return (await withdraw(session, access, refill, now)).out()
