"""HTTP for what vials add up to: a clinic's reconciliation, and doses after a discard date."""

from fastapi import APIRouter

from app.accounts.access import InClinic, InConfidence
from app.clinic.after_discard import late_draws
from app.clinic.holdings import nights_of
from app.clinic.reconciliation import reconciled
from app.clinic.reconciliation_shapes import (
    AfterDiscardDoses,
    AfterDiscardOut,
    ReconciliationOut,
)
from app.clock import Now
from app.db import Session
from app.problems import NotFound, declared
from app.supplies.holding import contents_of, standing_draws, zones_of

router = APIRouter(prefix="/api/patients/{patient}", tags=["supplies"])


@router.get("/supplies/reconciliation", responses=declared(NotFound))
async def read_reconciliation(
    access: InConfidence, actor: InClinic, session: Session, now: Now
) -> ReconciliationOut:
    """What came, was logged, wasted and counted of controlled medicines; for clinics alone."""
    return ReconciliationOut(lines=await reconciled(session, access.patient_id, now))


@router.get("/doses/after-discard", responses=declared(NotFound))
async def read_after_discard(access: InConfidence, session: Session, now: Now) -> AfterDiscardDoses:
    """The doses drawn from a vial after its discard date, the newest first."""
    patient = access.patient_id
    contents = await contents_of(session, patient, now)
    draws = (await standing_draws(session, [patient]))[patient]
    zone = (await zones_of(session, [patient]))[patient]
    late = late_draws(contents, draws, zone)
    nights = await nights_of(session, {patient: [one.draw for one in late]})
    return AfterDiscardDoses(
        doses=[
            AfterDiscardOut(
                dose=one.draw.dose_id, night=nights[patient, one.draw.dose_id],
                taken_at=one.draw.taken_at, vial=one.vial.id, lot=one.vial.lot,
                discard_on=one.discard_on,
                assumed=one.draw.assumed,
            )
            for one in reversed(late)
        ]
    )  # fmt: skip
