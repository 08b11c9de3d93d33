"""What is asked before a panel is written: of each value, against the record, and of the time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.observations.candidates import Entered
from app.observations.guards import JUMPING, OLD, Before, Question, jump
from app.observations.models import Observation
from app.observations.reading import value_of
from app.problems import Problem

WHEN = "collected_at"
"""What stands for a code where a question is about the time of the whole panel."""


class AskAboutValues(Problem):
    """Some of these values look like slips. Are they right?"""

    status: ClassVar[int] = 409


def ask(questions: Sequence[Question]) -> AskAboutValues:
    """Every question at once."""
    return AskAboutValues(
        "One value looks like a slip." if len(questions) == 1 else "Some values look like slips.",
        cure="Correct them, or send the panel again with their codes in `confirmed`.",
        questions=[
            {
                "code": each.code, "field": each.field, "kind": each.kind, "text": each.text,
                "unit": each.unit,
            }
            for each in questions
        ],
    )  # fmt: skip


async def questions_about(
    session: AsyncSession, patient_id: UUID, results: Sequence[Entered],
    collected_at: datetime, replaced: Collection[UUID], now: datetime,
) -> list[Question]:  # fmt: skip
    """Everything to be asked of a panel, whether it was confirmed or not; nothing of a red flag.

    replaced   what the panel corrects, and is therefore not held against it
    """
    # A warning sign is recorded and answered at once, whatever else may be unclear about it.
    results = [each for each in results if each.item.group != "red_flag"]
    if not results:
        return []
    found: list[Question] = []
    if now - collected_at > OLD:
        found.append(Question(WHEN, WHEN, "old", "This is over five years ago. Is it right?"))
    at_once = await session.scalars(
        select(Observation).where(
            Observation.patient_id == patient_id, Observation.collected_at == collected_at,
            Observation.voided_at.is_(None),
            Observation.code.in_([each.item.code for each in results]),
        )
    )  # fmt: skip
    there = {(row.code, row.line_id, row.site) for row in at_once if row.id not in replaced}
    for each in results:
        found += each.questions()
        if each.item.code in JUMPING:
            before = await _before(session, patient_id, each.item.code, collected_at, replaced)
            field = f"{each.field}.value"
            asked = before and jump(each.item, each.value, each.unit, collected_at, before, field)
            found += [asked] if asked else []
        if each.thing in there:
            text = f"{each.item.name} of this very time is in the record already. Is this another?"
            found.append(Question(each.item.code, f"{each.field}.code", "twice", text))
    return found


async def _before(
    session: AsyncSession, patient_id: UUID, code: str, collected_at: datetime,
    replaced: Collection[UUID],
) -> Before | None:  # fmt: skip
    """The last value of this item before this instant that stands and is not being corrected."""
    mine = (
        select(Observation)
        .where(
            Observation.patient_id == patient_id, Observation.code == code,
            Observation.collected_at < collected_at, Observation.voided_at.is_(None),
            Observation.id.not_in(replaced),
        )
        .order_by(Observation.collected_at.desc(), Observation.entered_at.desc())
        .limit(1)
    )  # fmt: skip
    row = await session.scalar(mine)
    if row is None:
        return None
    return Before(value_of(row).canonical, row.collected_at, row.day)
