"""Doses that were taken and drawn from no vial on record: a vial is entered in the evening, and
somebody has drawn from it since Monday.

Nothing is made up for them: the vial says how many there are, and whoever holds it counts what is
left, or says of each dose where it came from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.protocols.models import Line
from app.schedule import A_DAY
from app.supplies.dates import opened_on
from app.supplies.ledger import Contents
from app.supplies.models import Drawn


@dataclass(frozen=True, slots=True)
class Undrawn:
    """One dose that stands as taken, of whose vial nothing is known."""

    medicine: str
    form: str
    taken_at: datetime


async def undrawn_of(
    session: AsyncSession, patient_id: UUID, held: Iterable[Contents]
) -> Sequence[Undrawn]:
    """Such doses since the first of these vials came, but for a history that was brought along."""
    last = standing_event()
    came = min(each.vial.received_on for each in held)
    known = exists().where(Drawn.patient_id == last.patient_id, Drawn.event_id == last.id)
    rows = await session.execute(
        select(Line.medicine, Line.form, last.taken_at)
        .select_from(Dose)
        .join(last, stands(last))
        .join(Line, (Line.patient_id == Dose.patient_id) & (Line.id == Dose.line_id))
        .where(
            Dose.patient_id == patient_id, last.kind == Kind.TAKEN, last.means != Means.IMPORT,
            Dose.night >= came - 2 * A_DAY, ~known,
        )
    )  # fmt: skip
    return [Undrawn(*row) for row in rows]


def maybe_from(held: Contents, undrawn: Iterable[Undrawn], zone: ZoneInfo) -> int:
    """How many of these may have come from a vial: taken since it was opened or came, and since
    it was counted."""
    vial = held.vial
    since = opened_on(vial, None, zone) or vial.received_on
    return sum(
        vial.serves(each.medicine, each.form)
        and each.taken_at.astimezone(zone).date() >= since
        and (vial.gone_at is None or each.taken_at < vial.gone_at)
        and (held.counted_at is None or each.taken_at > held.counted_at)
        for each in undrawn
    )
