"""Vials and packs over HTTP: enter, correct, dissolve, open, discard, count, and their source.

Changes name the revision they mean by `If-Match`, because patient and clinic write in one record.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access import Access, InConfidence, OnlyLooking, SignedIn
from app.clock import Now
from app.db import Session
from app.problems import Invalid, NotFound, declared
from app.revisions import IfMatch, PreconditionRequired, Stale, tag
from app.supplies import source_checks, stock, vials
from app.supplies.source_checks import QUESTIONS, SourceCheckDiffers
from app.supplies.stock import StockEntryDiffers
from app.supplies.vial_answers import vial_of, vials_of
from app.supplies.vial_history import history_of
from app.supplies.vial_shapes import (
    ChecklistOut,
    DiscardIn,
    DissolveIn,
    KeepIn,
    OpenIn,
    SourceCheckIn,
    SourceQuestionOut,
    StockIn,
    VialChange,
    VialHistoryOut,
    VialIn,
    VialOut,
    VialsOut,
)
from app.supplies.vials import Actor, VialDiffers

router = APIRouter(prefix="/api", tags=["supplies"])

_VIAL = "/patients/{patient}/vials/{vial}"
_CHANGING = declared(NotFound, OnlyLooking, PreconditionRequired, Stale, Invalid)


def _actor(access: Access) -> Actor:
    return Actor(access.actor.id, access.means)


async def _told(
    session: Session, access: Access, vial: UUID, now: Now, response: Response
) -> VialOut:
    """The vial as it stands now, with its revision as the answer's tag."""
    told = await vial_of(session, access.patient_id, vial, now)
    response.headers["ETag"] = tag(told.revision)
    return told


@router.get("/source-checklist")
async def read_source_checklist(_: SignedIn) -> ChecklistOut:
    """The questions about where a vial comes from, in the order of asking."""
    return ChecklistOut(
        questions=[
            SourceQuestionOut(
                code=each.code, text=each.text, help=each.help, source=each.source,
                medicines=list(each.medicines),
            )
            for each in QUESTIONS.values()
        ]
    )  # fmt: skip


@router.get("/patients/{patient}/vials", responses=declared(NotFound, Invalid))
async def read_vials(
    access: InConfidence, session: Session, now: Now,
    gone: Annotated[bool, Query(description="Also those that are no longer used.")] = False,
) -> VialsOut:  # fmt: skip
    """What the patient has, what is in it, and by when it is used; in the order of coming."""
    return await vials_of(session, access.patient_id, now, gone=gone)


@router.post(
    "/patients/{patient}/vials",
    status_code=201,
    responses=declared(NotFound, OnlyLooking, VialDiffers, Invalid),
)
async def enter_vial(
    given: VialIn, access: InConfidence, session: Session, now: Now, response: Response
) -> VialOut:
    """Record a vial or pack as its label says. Safe to repeat with the same `id`."""
    row = await vials.enter(session, access.patient_id, given, _actor(access), now)
    return await _told(session, access, row.id, now, response)


@router.get(_VIAL, responses=declared(NotFound))
async def read_vial(vial: UUID, access: InConfidence, session: Session, now: Now) -> VialOut:
    """One vial or pack; a change names its `revision`."""
    # Its own tag is over the whole answer: what is left changes without a new revision.
    await vials.find(session, access.patient_id, vial)
    return await vial_of(session, access.patient_id, vial, now)


@router.patch(_VIAL, responses=_CHANGING)
async def change_vial(
    vial: UUID, given: VialChange, access: InConfidence, meant: IfMatch, session: Session,
    now: Now, response: Response,
) -> VialOut:  # fmt: skip
    """Correct what the label or the preparation says; what is left out stays, null takes away."""
    row = await vials.locked(session, access.patient_id, vial, meant)
    await vials.change(session, row, given, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.post(f"{_VIAL}/dissolve", responses=_CHANGING)
async def dissolve_vial(
    vial: UUID, given: DissolveIn, access: InConfidence, meant: IfMatch, session: Session,
    now: Now, response: Response,
) -> VialOut:  # fmt: skip
    """Say what a powder was dissolved in; a changed strength is among the answer's warnings."""
    row = await vials.locked(session, access.patient_id, vial, meant)
    await vials.dissolve(
        session, row, given.diluent, given.volume, given.at, actor=_actor(access), now=now
    )
    return await _told(session, access, vial, now, response)


@router.post(f"{_VIAL}/open", responses=_CHANGING)
async def open_vial(
    vial: UUID, given: OpenIn, access: InConfidence, meant: IfMatch, session: Session,
    now: Now, response: Response,
) -> VialOut:  # fmt: skip
    """Say when a vial was first punctured."""
    row = await vials.locked(session, access.patient_id, vial, meant)
    await vials.open_(session, row, given.at, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.post(f"{_VIAL}/discard", responses=_CHANGING)
async def discard_vial(
    vial: UUID, given: DiscardIn, access: InConfidence, meant: IfMatch, session: Session,
    now: Now, response: Response,
) -> VialOut:  # fmt: skip
    """Say that a vial is no longer used; what was in it counts as discarded."""
    row = await vials.locked(session, access.patient_id, vial, meant)
    await vials.discard(session, row, given.why, given.at, actor=_actor(access), now=now)
    return await _told(session, access, vial, now, response)


@router.post(f"{_VIAL}/keep", responses=_CHANGING)
async def keep_vial(
    vial: UUID, _: KeepIn, access: InConfidence, meant: IfMatch, session: Session, now: Now,
    response: Response,
) -> VialOut:  # fmt: skip
    """Take back that a vial is no longer used."""
    row = await vials.locked(session, access.patient_id, vial, meant)
    await vials.keep(session, row, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.post(
    f"{_VIAL}/source-checks",
    responses=declared(NotFound, OnlyLooking, SourceCheckDiffers, Invalid),
)
async def check_source(
    vial: UUID, given: SourceCheckIn, access: InConfidence, session: Session, now: Now,
    response: Response,
) -> VialOut:  # fmt: skip
    """Answer the checklist about where a vial comes from; the last answers stand. Safe to repeat.

    Nothing is ever blocked by them.
    """
    row = await vials.locked(session, access.patient_id, vial)
    await source_checks.attest(session, row, given, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.post(
    f"{_VIAL}/stock", responses=declared(NotFound, OnlyLooking, StockEntryDiffers, Invalid)
)
async def add_stock_entry(
    vial: UUID, given: StockIn, access: InConfidence, session: Session, now: Now,
    response: Response,
) -> VialOut:  # fmt: skip
    """Say what was wasted from a vial, or how much was found in it. Safe to repeat."""
    row = await vials.locked(session, access.patient_id, vial)
    await stock.say(session, row, given, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.post(f"{_VIAL}/stock/{{entry}}/void", responses=declared(NotFound, OnlyLooking, Invalid))
async def void_stock_entry(
    vial: UUID, entry: UUID, access: InConfidence, session: Session, now: Now, response: Response
) -> VialOut:
    """Say that an entry was a mistake; it stays in the history. Safe to repeat."""
    row = await vials.locked(session, access.patient_id, vial)
    await stock.void(session, row, entry, _actor(access), now)
    return await _told(session, access, vial, now, response)


@router.get(f"{_VIAL}/history", responses=declared(NotFound))
async def read_vial_history(vial: UUID, access: InConfidence, session: Session) -> VialHistoryOut:
    """Everything that happened to a vial, newest first."""
    return await history_of(session, await vials.find(session, access.patient_id, vial))
