"""Everything that happened to a vial, newest first: what was done with it and what left it.

What a vial's row says today is told with its time; who said it is in the audit's entries. How much
was drawn for a dose is told once the vial's strength was confirmed for that line; until then, and
of a pen, only that it was: nobody is to draw by it tonight.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import AuditEntry
from app.doses.models import Dose
from app.doses.shapes import AuthorOut
from app.supplies.catalogue import is_pen
from app.supplies.confirmations import confirmed_of
from app.supplies.holding import standing_draws
from app.supplies.ledger import StandingDraw
from app.supplies.models import SourceCheck, Stock, StockEntry, Vial
from app.supplies.source_checks import state_of
from app.supplies.vial_answers import quantity_out
from app.supplies.vial_shapes import SourceState, VialEventOut, VialHistoryOut

_DONE = {
    "vial.entered": ("entered", "Entered"),
    "vial.changed": ("changed", "Label or preparation corrected"),
    "vial.dissolved": ("dissolved", "Dissolved"),
    "vial.opened": ("opened", "Opened"),
    "vial.discarded": ("discarded", "No longer used"),
    "vial.kept": ("kept", "Kept after all"),
}
_SOURCES = {
    SourceState.VERIFIED: "Source checked: nothing to doubt",
    SourceState.DOUBTFUL: "Source checked: something to doubt",
    SourceState.UNVERIFIED: "Source checked: not everything is known",
}


async def history_of(session: AsyncSession, vial: Vial) -> VialHistoryOut:
    """A vial's history; draws only as they stand, stock entries also where they were voided."""
    done = await _done(session, vial)
    draws = (await standing_draws(session, [vial.patient_id], vials=[vial.id]))[vial.patient_id]
    entries = await _entries(session, vial)
    checks = await _checks(session, vial)
    lines = await _lines(session, vial, {draw.dose_id for draw in draws})
    confirmed = await confirmed_of(session, vial.patient_id, [vial])
    people = await _people(
        session,
        {
            *(entry.actor_id for entry in done if entry.actor_id is not None),
            *(draw.author_id for draw in draws),
            *(entry.author_id for entry in entries),
            *(check.author_id for check in checks),
        },
    )
    events = [
        *(_act(vial, entry, people) for entry in done),
        *(
            _drawn(vial, draw, people, told=(lines[draw.dose_id], vial.id) in confirmed)
            for draw in draws
        ),
        *(
            VialEventOut(
                at=entry.at, kind="wasted" if entry.kind is Stock.WASTED else "counted",
                text=entry.note or ("Wasted" if entry.kind is Stock.WASTED else "Counted"),
                quantity=quantity_out(vial, entry.quantity), by=people.get(entry.author_id),
                dose=None, assumed=None, id=entry.id, voided=entry.voided_at is not None,
            )
            for entry in entries
        ),
        *(
            VialEventOut(
                at=check.at, kind="source_checked",
                text=_SOURCES[state_of(check, vial.medicine)], quantity=None,
                by=people.get(check.author_id), dose=None, assumed=None, id=check.id,
                voided=False,
            )
            for check in checks
        ),
    ]  # fmt: skip
    return VialHistoryOut(events=sorted(events, key=lambda event: event.at, reverse=True))


def _drawn(
    vial: Vial, draw: StandingDraw, people: dict[UUID, AuthorOut], *, told: bool
) -> VialEventOut:
    quantity = None
    text = "Drawn for a dose"
    if is_pen(draw.syringe):
        text = "A dose was taken with the pen"
    elif not told:
        text = "Drawn for a dose; how much is shown once its strength is confirmed"
    elif draw.quantity is None:
        text = "Drawn for a dose; how much cannot be worked out"
    else:
        quantity = quantity_out(vial, draw.quantity + draw.dead_space)
    return VialEventOut(
        at=draw.taken_at, kind="drawn", text=text, quantity=quantity,
        by=people.get(draw.author_id), dose=draw.dose_id, assumed=draw.assumed, id=draw.id,
        voided=False,
    )  # fmt: skip


async def _lines(session: AsyncSession, vial: Vial, doses: set[UUID]) -> dict[UUID, UUID]:
    """The line of each of these doses."""
    mine = select(Dose.id, Dose.line_id).where(
        Dose.patient_id == vial.patient_id, Dose.id.in_(doses)
    )
    return {row.id: row.line_id for row in await session.execute(mine)}


async def _done(session: AsyncSession, vial: Vial) -> Sequence[AuditEntry]:
    """The entries that tell of the vial itself; they are found by its patient."""
    mine = (
        select(AuditEntry)
        .where(AuditEntry.patient_id == vial.patient_id, AuditEntry.action.in_(_DONE))
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    entries = (await session.scalars(mine)).all()
    return [entry for entry in entries if entry.facts.get("vial") == str(vial.id)]


def _act(vial: Vial, entry: AuditEntry, people: dict[UUID, AuthorOut]) -> VialEventOut:
    """What was done, at the time that the vial says, where it still says so."""
    kind, text = _DONE[entry.action]
    stated: dict[str, datetime | None] = {
        "vial.dissolved": vial.reconstituted_at, "vial.opened": vial.opened_at,
        "vial.discarded": vial.gone_at,
    }  # fmt: skip
    current = entry.facts["vial_revision"] == vial.revision
    at = stated.get(entry.action) if current else None
    return VialEventOut(
        at=at or entry.at, kind=kind, text=text, quantity=None,
        by=people.get(entry.actor_id) if entry.actor_id else None, dose=None, assumed=None,
        id=None, voided=False,
    )  # fmt: skip


async def _entries(session: AsyncSession, vial: Vial) -> Sequence[StockEntry]:
    mine = select(StockEntry).where(
        StockEntry.patient_id == vial.patient_id, StockEntry.vial_id == vial.id
    )
    return (await session.scalars(mine)).all()


async def _checks(session: AsyncSession, vial: Vial) -> Sequence[SourceCheck]:
    mine = select(SourceCheck).where(
        SourceCheck.patient_id == vial.patient_id, SourceCheck.vial_id == vial.id
    )
    return (await session.scalars(mine)).all()


async def _people(session: AsyncSession, ids: set[UUID]) -> dict[UUID, AuthorOut]:
    rows = await session.scalars(select(Person).where(Person.id.in_(ids)))
    return {row.id: AuthorOut.of(row) for row in rows}
