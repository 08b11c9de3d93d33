"""Results in a database, as somebody entered them; voiding and correcting is a row of its own."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.schedule import zone

DENVER = "America/Denver"

TESTOSTERONE: dict[str, Any] = {
    "medicine": "testosterone_cypionate", "route": "intramuscular", "amount": "100", "unit": "mg",
    "weekdays": (1,), "times": ("09:00",),
}  # fmt: skip
"""A weekly injection on Monday mornings, for `a_line`."""


async def a_result(
    session: AsyncSession, patient: Person, code: str, number: str, at: datetime, **facts: Any
) -> Observation:
    """One standing observation, in the canonical unit unless said otherwise."""
    known: dict[str, Any] = {
        "panel_id": uuid4(), "unit": CATALOGUE[code].unit, "zone": DENVER,
        "day": at.astimezone(zone(DENVER)).date(), "author_id": patient.id, "means": Means.APP,
        "entered_at": at,
    }  # fmt: skip
    row = Observation(
        patient_id=patient.id, id=uuid4(), code=code, value=Decimal(number), collected_at=at,
        **known | facts,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row
