"""HTTP for a recall: who of the asker's patients has a lot, and what they drew from it."""

from fastapi import APIRouter

from app.accounts.access import InClinic
from app.clinic.recall import recall
from app.clinic.recall_shapes import RecallIn, RecallOut
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, declared

router = APIRouter(prefix="/api", tags=["clinic"])


@router.post("/clinic/recall", responses=declared(NotFound, Invalid))
async def recall_lot(wanted: RecallIn, actor: InClinic, session: Session, now: Now) -> RecallOut:
    """Find a lot among the asker's patients. It changes nothing; each patient sees the look."""
    return RecallOut(patients=await recall(session, actor, wanted, now))
