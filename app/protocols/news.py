"""What a patient was told of and can still use: the notices in words, without those gone by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.protocols.medicines import label_of
from app.protocols.models import Line, Notice, NoticeKind, Terms, Version
from app.protocols.standing import VersionState, state_of, versions_of
from app.protocols.turns import Turn, Way, spoken_day

_OF_VERSION = (NoticeKind.PROPOSED, NoticeKind.AT_ONCE)


@dataclass(frozen=True, slots=True)
class News:
    """One notice in words; `line_id` and `name` only where it is about one line."""

    id: UUID
    kind: NoticeKind
    line_id: UUID | None
    name: str | None
    version: int | None
    night: date
    days_before: int
    text: str


async def news_of(session: AsyncSession, patient_id: UUID, now: datetime) -> list[News]:
    """What is still of use, the nearest night first. Reading changes nothing.

    A proposal until it was acknowledged, withdrawn or overtaken; a change that held at once until
    the patient has seen it; a turn or a step from when it was told until its night, once.
    """
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    told = select(Notice).where(
        Notice.patient_id == patient_id,
        or_(Notice.said_at.is_not(None), Notice.say_at <= now),
        or_(Notice.kind.in_(_OF_VERSION), Notice.night >= tonight),
    )
    rows = (await session.scalars(told.order_by(Notice.night, Notice.days_before))).all()
    if not rows:
        return []
    versions = await versions_of(session, patient_id)
    by_id = {version.id: version for version in versions}
    lines = await _lines(session, patient_id, rows)
    found: dict[tuple[NoticeKind, UUID | None, date], News] = {}
    for row in rows:
        version = by_id.get(row.version_id) if row.version_id else None
        if version is None or not _of_use(row.kind, version, versions, tonight):
            continue
        terms, line = lines.get((version.id, row.line_id), (None, None))
        name = label_of(line.medicine) if line else None
        if row.kind not in _OF_VERSION and (terms is None or name is None):
            continue
        # Told seven and three nights before, a turn is still one thing to know.
        about = version.id if row.kind in _OF_VERSION else row.line_id
        found.setdefault(
            (row.kind, about, row.night),
            News(
                id=row.id, kind=row.kind, line_id=row.line_id, name=name, version=version.number,
                night=row.night, days_before=row.days_before,
                text=_text(row, name or "", terms, tonight),
            ),
        )  # fmt: skip
    return list(found.values())


def _of_use(kind: NoticeKind, version: Version, versions: Sequence[Version], tonight: date) -> bool:
    state = state_of(version, versions, tonight)
    if kind is NoticeKind.PROPOSED:
        return state is VersionState.PROPOSED
    if kind is NoticeKind.AT_ONCE:
        seen = version.acknowledged_at is not None
        return not seen and state in (VersionState.IN_FORCE, VersionState.COMING)
    return True


async def _lines(
    session: AsyncSession, patient_id: UUID, rows: Sequence[Notice]
) -> dict[tuple[UUID | None, UUID | None], tuple[Terms, Line]]:
    """The terms and lines that these notices are about, by version and line."""
    named = {row.line_id for row in rows if row.line_id}
    if not named:
        return {}
    found = await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(
            Terms.patient_id == patient_id, Terms.line_id.in_(named),
            Terms.version_id.in_({row.version_id for row in rows if row.version_id}),
        )
    )  # fmt: skip
    return {(terms.version_id, line.id): (terms, line) for terms, line in found}


def _text(row: Notice, name: str, terms: Terms | None, tonight: date) -> str:
    if row.kind is NoticeKind.PROPOSED:
        # Its night may have passed while it waited; then it begins when it is confirmed.
        begins = f"on {spoken_day(row.night)}" if row.night > tonight else "tonight"
        return (
            f"A change of your protocol waits for you, to begin {begins}. "
            "Until you confirm it, everything stays as it is."
        )
    if row.kind is NoticeKind.AT_ONCE:
        return f"Your protocol was reduced from {spoken_day(row.night)} on. Please look at it."
    amount = terms.amount_at(row.night) if terms else None
    return Turn(row.night, Way(row.kind), amount).text(name)
