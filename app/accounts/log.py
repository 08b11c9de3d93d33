"""A patient's own access log: who did or saw what in their record, page by page."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import AuditEntry
from app.problems import no_such_page


async def log_of(
    session: AsyncSession, patient_id: UUID, *, cursor: UUID | None, limit: int
) -> tuple[Sequence[tuple[AuditEntry, Person | None]], UUID | None]:
    """At most `limit` entries after the one that `cursor` names, newest first, with who acted.

    Also the cursor of the page after it, None where there is none. Raises Invalid for a cursor
    that is no entry of this patient.
    """
    mine = (
        select(AuditEntry, Person)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.patient_id == patient_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        last = await session.get(AuditEntry, cursor)
        if last is None or last.patient_id != patient_id:
            raise no_such_page()
        mine = mine.where(
            or_(
                AuditEntry.at < last.at,
                and_(AuditEntry.at == last.at, AuditEntry.id < last.id),
            )
        )
    found = [(entry, actor) for entry, actor in await session.execute(mine)]
    page = found[:limit]
    return page, page[-1][0].id if len(found) > limit else None
