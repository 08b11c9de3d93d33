"""What became of the prescription after a dose fell due: paused, stopped, or another amount.

Such a dose is a record and stays as it was planned; what is told of it follows the prescription.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.evenings import evenings_of
from app.doses.answers import SinceDue
from app.doses.models import Dose
from app.protocols.derivation import covers
from app.protocols.models import Hold, Terms, Version
from app.protocols.recurrences import recurrence_of
from app.protocols.standing import current_of, segments, terms_of, versions_of
from app.units import Amount, IncompatibleUnits

log = structlog.get_logger()


async def since_due(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime
) -> SinceDue:
    """What the prescription says today of those of these doses that are due and can be taken.

    Withheld: the line was paused or stopped, or the version that holds in the dose's night does
    not ask for one in it. Changed: that version asks for another amount, or the one that holds
    tonight for less; a larger amount of a later night is none of an earlier dose's. What lies
    ahead is not asked for: the plan itself follows. Changes nothing.
    """
    due = [dose for dose in doses if not dose.extra and dose.due_at <= now < dose.closes_at]
    if not due:
        return SinceDue()
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    versions = await versions_of(session, patient_id)
    current = current_of(versions, tonight)
    of_night = {dose.night: _in_force(versions, dose.night) for dose in due}
    wanted = {each.id for each in (current, *of_night.values()) if each is not None}
    found = await terms_of(session, patient_id, list(wanted))
    terms = {key: {line.id: of for of, line in entries} for key, entries in found.items()}
    mine = select(Hold).where(Hold.patient_id == patient_id)
    holds = (await session.scalars(mine)).all()
    withheld: set[UUID] = set()
    changed: dict[UUID, Amount] = {}
    for dose in due:
        tonights = terms[current.id] if current else {}
        then = of_night[dose.night]
        thens = terms[then.id] if then else tonights
        paused = any(hold.line_id == dose.line_id and covers(hold, dose.night) for hold in holds)
        if paused or dose.line_id not in tonights or not _asked_for(dose, then, thens):
            withheld.add(dose.id)
            continue
        amount = _amount_now(dose, thens, tonights)
        if amount != dose.amount:
            changed[dose.id] = amount
    return SinceDue(frozenset(withheld), changed)


async def outdated(session: AsyncSession, doses: Sequence[Dose], now: datetime) -> set[UUID]:
    """Those of these doses, of any patients, whose amount is not to be named any more.

    One statement, and more only for patients with a version newer than their dose's.
    """
    if not doses:
        return set()
    planned, newer = aliased(Version), aliased(Version)
    overtaken = (
        select(newer.patient_id)
        .join(planned, planned.patient_id == newer.patient_id)
        .where(
            planned.patient_id.in_({dose.patient_id for dose in doses}),
            planned.id.in_({dose.version_id for dose in doses}),
            newer.number > planned.number,
            newer.in_force_from.is_not(None),
        )
    )
    patients = set((await session.scalars(overtaken)).all())
    found: set[UUID] = set()
    for patient_id in patients:
        theirs = [dose for dose in doses if dose.patient_id == patient_id]
        try:
            since = await since_due(session, patient_id, theirs, now)
        except Exception as error:
            # One broken protocol must not silence everybody else; its amounts are not vouched for.
            # Without a traceback: a console that prints its variables would trip over the doses.
            log.error("overtaken.failed", patient=str(patient_id), error=type(error).__name__)
            found |= {dose.id for dose in theirs}
        else:
            found |= since.withheld | set(since.changed_to)
    return found


def _in_force(versions: Sequence[Version], night: date) -> Version | None:
    first = next(iter(segments(versions, night)), None)
    return first.version if first is not None and first.since <= night else None


def _asked_for(dose: Dose, version: Version | None, terms: Mapping[UUID, Terms]) -> bool:
    """Whether the version that holds in the dose's night asks for one; its own version did."""
    if version is None or version.id == dose.version_id:
        return True
    of = terms.get(dose.line_id)
    return of is not None and recurrence_of(of.recurrence).includes(dose.night)


def _amount_now(dose: Dose, then: Mapping[UUID, Terms], tonight: Mapping[UUID, Terms]) -> Amount:
    amount = dose.amount
    of = then.get(dose.line_id)
    if of is not None and of.version_id != dose.version_id:
        amount = _unless_same(amount, of.amount_at(dose.night))
    later = tonight[dose.line_id]
    if later.version_id != dose.version_id:
        less = later.amount_at(dose.night)
        if _compared(less, amount) < 0:
            amount = less
    return amount


def _unless_same(amount: Amount, other: Amount) -> Amount:
    """The other amount; the first one where 500 mcg and 0.5 mg only differ in how they are put."""
    return amount if _compared(other, amount) == 0 else other


def _compared(one: Amount, other: Amount) -> int:
    """Negative when the first is less, positive when it is more or nobody can compare them."""
    try:
        value = one.to(other.unit).value
    except IncompatibleUnits:
        return 1
    return (value > other.value) - (value < other.value)
