"""Vials on a patient's shelf, for tests of what becomes of them: every fact optional."""

from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.supplies.models import Form, Vial
from tests.story_time import MONDAY

_lots = count(1)


async def a_vial(
    session: AsyncSession, patient: Person, *, doses: int = 20, use_by: date | None = None,
    now: datetime = MONDAY, **facts: Any,
) -> UUID:  # fmt: skip
    """A vial of sermorelin with so many doses of 250 mcg, as a solution of 2500 mcg in each mL."""
    said: dict[str, Any] = {
        "medicine": "sermorelin", "form": Form.SOLUTION, "volume_ul": doses * 100,
        "strengths": [{"substance": "sermorelin", "value": "2.5", "unit": "mg"}],
        "pharmacy": "A pharmacy", "lot": f"lot {next(_lots)}", "received_on": now.date(),
    }  # fmt: skip
    vial = Vial(
        patient_id=patient.id, id=uuid4(), created_at=now, author_id=patient.id, use_by=use_by,
        **said | facts,
    )  # fmt: skip
    session.add(vial)
    await session.flush()
    return vial.id
