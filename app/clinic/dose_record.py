"""The raw doses behind the figures: each one as planned, and what stands of it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.courses import first_dues
from app.clinic.reading import Reading, readings
from app.doses.adherence import word_of
from app.doses.delivery import Fate, Reminded, reminders_of
from app.doses.models import Dose
from app.doses.state import DoseState
from app.problems import no_such_page
from app.protocols.models import Line, Version


@dataclass(frozen=True, slots=True)
class Raw:
    """One dose of the record.

    version    number of the version that planned it
    state      what it is now
    counts_as  what adherence counts it as
    reminder   None where nothing spoke of it
    """

    reading: Reading
    medicine: str
    version: int
    state: DoseState
    counts_as: str
    reminder: Fate | None


async def doses_read(
    session: AsyncSession, patient_id: UUID, since: datetime, until: datetime,
    cursor: str | None, limit: int, *, now: datetime,
) -> tuple[list[Raw], str | None]:  # fmt: skip
    """The doses due in (since, until] after `cursor`, oldest first; and the cursor of the next.

    The cursor says where the page before ended, so a dose that is added meanwhile moves nothing.
    Raises Invalid for a cursor that is none.
    """
    at, after = _read(cursor) if cursor else (since, UUID(int=0))
    page = (
        select(Dose.id, Dose.due_at)
        .where(
            Dose.patient_id == patient_id, Dose.due_at > since, Dose.due_at <= until,
            Dose.due_at >= at, tuple_(Dose.due_at, Dose.id) > tuple_(at, after),
        )
        .order_by(Dose.due_at, Dose.id)
        .limit(limit + 1)
    )  # fmt: skip
    rows = (await session.execute(page)).all()
    more, rows = len(rows) > limit, rows[:limit]
    if not rows:
        return [], None
    wanted = {row.id for row in rows}
    last = rows[-1]
    # The weeks of lines taken on any so many nights reach beyond the page; `readings` sees to it.
    found = await readings(session, [patient_id], max(since, _before(rows[0].due_at)), last.due_at,
                           now)  # fmt: skip
    told = await _told(session, patient_id, [one for one in found if one.id in wanted], until, now)
    return told, _cursor(last.due_at, last.id) if more else None


async def _told(
    session: AsyncSession, patient_id: UUID, found: Sequence[Reading], until: datetime,
    now: datetime,
) -> list[Raw]:  # fmt: skip
    begun = await first_dues(session, [patient_id], until)
    fates = await reminders_of(session, patient_id, [one.id for one in found])
    lines = select(Line.id, Line.medicine).where(Line.patient_id == patient_id)
    medicines = {row.id: row.medicine for row in await session.execute(lines)}
    versions = select(Version.id, Version.number).where(Version.patient_id == patient_id)
    numbers = {row.id: row.number for row in await session.execute(versions)}
    in_order = sorted(found, key=lambda one: (one.intake.due_at, one.id))
    return [
        Raw(
            one, medicines[one.line_id], numbers[one.version_id], _state(one, now),
            _counts_as(one, begun.get(one.line_id), fates.get(one.id), now),
            fates[one.id].fate if one.id in fates else None,
        )
        for one in in_order
    ]  # fmt: skip


def _counts_as(one: Reading, begun: datetime | None, fate: Reminded | None, now: datetime) -> str:
    return word_of(one.counted(begun, fate), now)


def _state(one: Reading, now: datetime) -> DoseState:
    """As `app.doses.state.state_of` says it of a row of the plan."""
    intake = one.intake
    if intake.taken_at is not None:
        return DoseState.TAKEN
    if intake.skip_reason is not None:
        return DoseState.SKIPPED
    word = word_of(intake, now)
    return DoseState.REST if word == "void" else DoseState(word)


def _before(at: datetime) -> datetime:
    return at - datetime.resolution


def _cursor(at: datetime, dose: UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {dose}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, dose = text.partition(" ")
        moment = datetime.fromisoformat(at)
        if moment.utcoffset() is None:
            raise ValueError
        return moment.astimezone(UTC), UUID(dose)
    except (ValueError, OverflowError):
        raise no_such_page() from None
