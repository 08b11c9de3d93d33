"""A clinician says that they have looked at a flag: kept once, and nothing else follows from it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person
from app.audit import Means
from app.clinic.flags import Flag, flags_of
from app.clinic.models import Look
from app.db import insert_new
from app.monitoring.models import FlagSeen
from app.problems import NotFound


async def acknowledge(
    session: AsyncSession, patient_id: UUID, flag_id: UUID, clinician: Person, note: str,
    now: datetime,
) -> Flag:  # fmt: skip
    """Note that this clinician has looked at a flag, and answer with it as it stands then.

    Who comes second, at the same moment or later, changes nothing: the first name, time and note
    stay. Raises NotFound for a flag that is not there, any more or at all: an acknowledged one
    that is no longer shown, one of a result that was voided, and one that goes by itself.
    """
    flag = await _flag(session, patient_id, flag_id, now)
    if flag.seen is not None:
        return flag
    seen = {
        "patient_id": patient_id, "id": flag_id, "observation_id": flag.observation_id,
        "rule": flag.code, "seen_by": clinician.id, "seen_at": now, "note": note,
    }  # fmt: skip
    if await insert_new(session, FlagSeen, [seen]):
        audit.record(
            session, "flag.acknowledged", at=now, actor=clinician.id, patient=patient_id,
            means=Means.CLINICIAN, flag=str(flag_id), observation=str(flag.observation_id),
        )  # fmt: skip
        # The list is not to say until the watch comes round what this clinician has just settled.
        await session.execute(
            update(Look)
            .where(Look.patient_id == patient_id, Look.next_at > now)
            .values(next_at=now)
        )
    return await _flag(session, patient_id, flag_id, now)


async def _flag(session: AsyncSession, patient_id: UUID, flag_id: UUID, now: datetime) -> Flag:
    for flag in (await flags_of(session, [patient_id], now))[patient_id]:
        if flag.id == flag_id:
            return flag
    raise NotFound("There is no such flag.")
