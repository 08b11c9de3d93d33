"""What `app.db` promises of rows and columns, on both databases."""

from datetime import time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import insert_new
from app.observations.models import Asked, Rhythm, Tracking
from tests.factories import a_patient
from tests.story_time import MONDAY


async def test_a_column_may_have_the_name_of_a_method_of_a_mapping(session: AsyncSession) -> None:
    """On PostgreSQL a table's columns are a mapping, whose `items` is no column."""
    patient = await a_patient(session)
    row = {
        "patient_id": patient.id, "rhythm": Rhythm.DAILY, "asked": Asked.OWN,
        "items": ["energy", "libido"], "chosen_at": MONDAY, "at": time(19), "training_days": [],
    }  # fmt: skip
    assert await insert_new(session, Tracking, [row]) == 1
    assert await insert_new(session, Tracking, [row | {"items": []}]) == 0
    assert await session.scalar(select(Tracking.items)) == ["energy", "libido"]
    assert await session.scalar(select(func.count(Tracking.patient_id))) == 1
