"""The warnings of one patient's protocol: rows into rules, and a clinician's answers to them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.problems import Problem
from app.protocols.coherence import A_WEEK, Course, Pause, Warned, warnings_of
from app.protocols.drafts import WarningAnswerIn, as_prescribed
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY, Evenings


class UnansweredWarnings(Problem):
    """Vesper noticed something; say why it is meant, or change it."""

    status: ClassVar[int] = 422


async def pauses_of(session: AsyncSession, patient_id: UUID, since: date) -> list[Pause]:
    """The holds of a patient's lines that reach into the week before `since` or later nights."""
    ahead = (Hold.until > since - A_DAY * A_WEEK) & (Hold.until > Hold.since)
    reach = or_(Hold.until.is_(None), ahead)
    mine = select(Hold).where(Hold.patient_id == patient_id, reach).order_by(Hold.since, Hold.id)
    return [Pause(hold.line_id, hold.since, hold.until) for hold in await session.scalars(mine)]


async def warnings_of_draft(
    session: AsyncSession, patient_id: UUID, lines: Sequence[Prescribed],
    before: Sequence[Prescribed], since: date, evenings: Evenings, baseline_drawn: bool | None,
) -> list[Warned]:  # fmt: skip
    """What looks wrong about lines that would hold from `since`, in the place of `before`."""
    pauses = await pauses_of(session, patient_id, since)
    return warnings_of(Course(lines, since, evenings, before, pauses, baseline_drawn))


async def standing_warnings(
    session: AsyncSession, patient_id: UUID, terms: Sequence[tuple[Terms, Line]], tonight: date,
    evenings: Evenings, baseline_drawn: bool | None,
) -> list[Warned]:  # fmt: skip
    """What looks wrong tonight or later about what is in force, by whomever it was entered.

    No blood draw being recorded is told for as long as it is so, not only at the start.
    """
    lines = [as_prescribed(of, line) for of, line in terms]
    pauses = await pauses_of(session, patient_id, tonight)
    return warnings_of(Course(lines, tonight, evenings, (), pauses, baseline_drawn))


def answered(
    found: Sequence[Warned], given: Sequence[WarningAnswerIn], before: Version | None,
    known: Sequence[UUID],
) -> list[dict[str, str]]:  # fmt: skip
    """The answers to these warnings, as a version keeps them.

    before   the newest version: what was answered there and still looks the same is not asked again
    known    ids of lines that exist, which are all that an answer names

    Raises UnansweredWarnings with every one that nobody has answered.
    """
    reasons = {each.code: each.reason for each in given}
    stood = (
        {(each["code"], each["seen"]): each["reason"] for each in before.overrides}
        if before
        else {}
    )
    kept, unanswered = [], []
    for warned in found:
        reason = reasons.get(warned.code) or stood.get((warned.code, warned.seen))
        if reason is None:
            unanswered.append(as_fact(warned, known))
        else:
            kept.append({"code": warned.code, "seen": warned.seen, "reason": reason})
    if unanswered:
        raise UnansweredWarnings(
            " ".join(each["seen"] for each in unanswered),
            cure="Change the prescription, or say why it is meant in `overrides`.",
            warnings=unanswered,
        )
    return kept


def as_fact(warned: Warned, known: Sequence[UUID]) -> dict[str, Any]:
    """A warning as a problem document carries it."""
    return {
        "code": warned.code, "seen": warned.seen, "source": warned.source,
        "lines": [str(line) for line in warned.lines if line in known],
    }  # fmt: skip
