"""When Vesper asks once more before it writes an intake down; it never refuses a confirmed one.

Source: clinical.md 5.1 (a slip of the unit needs a second look that spells the unit out) and
product.md, pain point 12 (a real second dose must be recordable).
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.problems import Problem
from app.schedule import A_DAY
from app.units import Amount, IncompatibleUnits, plain

FAR_OFF = 10
"""So many times as much, or as little, as planned is a slip more often than the truth."""


class AskAgain(Problem):
    """Please look once more: is this what happened?"""

    status: ClassVar[int] = 409


def far_off(amount: Amount, planned: Amount) -> bool:
    """Whether an amount differs from the planned one ten times or more, either way: one zero too
    many is the commonest slip.

    What cannot be compared with it, such as a volume with a mass, is far off as well.
    """
    try:
        taken = amount.to(planned.unit)
    except IncompatibleUnits:
        return True
    return taken.value >= planned.value * FAR_OFF or taken.value * FAR_OFF <= planned.value


async def ask_again(
    session: AsyncSession, dose: Dose, *, amount: Amount | None, prescribed: Amount,
    taken_at: datetime,
) -> None:  # fmt: skip
    """Raise AskAgain where an intake looks like a mistake; the same with `confirmed` is recorded.

    dose         the intake's dose; for one outside the plan, the row it would become
    amount       what was taken, None for the planned amount
    prescribed   what it is held against

    Asked about: an amount that is far off, and a second intake of the line in one night. Several
    slots that one version planned for a night are no second intake.
    """
    first = await _first_tonight(session, dose, taken_at)
    odd = amount is not None and far_off(amount, prescribed)
    facts: dict[str, Any] = {}
    if first is not None:
        facts["first_taken_at"] = first.isoformat()
    if odd:
        facts["planned"] = {"value": plain(prescribed.value), "unit": prescribed.unit}
        raise AskAgain(
            "This amount is ten times the planned one or more, or a tenth of it or less.",
            cure="Look at the number and at the unit. Confirm if this is what was taken.",
            code="amount_far_off", **facts,
        )  # fmt: skip
    if first is not None:
        raise AskAgain(
            "Another intake of this is recorded for the same night.",
            cure="Look at its time. Confirm if this was a second one.",
            code="taken_tonight", **facts,
        )  # fmt: skip


async def _first_tonight(session: AsyncSession, dose: Dose, taken_at: datetime) -> datetime | None:
    """When the line was first taken in the dose's night, or in the night it was really taken in."""
    evenings = await evenings_of(session, dose.patient_id)
    taken_in = evenings.night_of(taken_at)
    last = standing_event()
    near = last.taken_at.between(taken_at - A_DAY, taken_at + A_DAY)
    rows = await session.execute(
        select(last.taken_at, Dose.night, Dose.version_id, Dose.extra)
        .join(last, stands(last))
        .where(
            Dose.patient_id == dose.patient_id, Dose.line_id == dose.line_id, Dose.id != dose.id,
            last.kind == Kind.TAKEN, or_(Dose.night == dose.night, near),
        )
    )  # fmt: skip
    second = [
        moment
        for moment, night, version, extra in rows
        if (night == dose.night or evenings.night_of(moment) == taken_in)
        and not _one_plan(dose, night, version, extra)
    ]
    return min(second, default=None)


def _one_plan(dose: Dose, night: date, version: UUID, extra: bool) -> bool:
    """Whether the other intake is another slot of the same night, planned together with this."""
    return (night, version) == (dose.night, dose.version_id) and not extra and not dose.extra
