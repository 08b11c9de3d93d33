"""How much to draw over HTTP: the figure, its two-step confirmation, and the syringe of a line."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.access import OfPatient
from app.clock import Now
from app.db import Session
from app.doses.shapes import AmountOut, AmountShape
from app.problems import Invalid, NotFound, declared
from app.supplies import confirmations, kit
from app.supplies.confirmations import (
    AnotherConfirmation,
    NotReadyToDraw,
    NotWhatIsShown,
    StrengthDiffers,
)
from app.supplies.draw_reading import answer_of
from app.supplies.draw_shapes import KitIn, KitOut, SecondLookIn, StartIn, SyringeCode, ToDrawOut
from app.supplies.scene import scene_of
from app.units import UNITS, Amount, plain

router = APIRouter(prefix="/api/patients/{patient}", tags=["supplies"])


@router.get("/draw", responses=declared(NotFound, Invalid))
async def read_draw(
    line: Annotated[UUID, Query()], access: OfPatient, session: Session, now: Now,
    vial: Annotated[UUID | None, Query()] = None,
    syringe: Annotated[SyringeCode | None, Query()] = None,
) -> ToDrawOut:  # fmt: skip
    """How much to draw for the amount prescribed tonight, from a vial, with a syringe.

    Without them: the vial that is in use, and the syringe kept for the line. Changes nothing. It
    is arithmetic on what was prescribed; an amount never comes from here.
    """
    scene = await scene_of(session, access.patient_id, now, line, vial_id=vial, syringe=syringe)
    return await answer_of(session, scene)


@router.post(
    "/draw/confirmations",
    responses=declared(NotFound, Invalid, StrengthDiffers, NotReadyToDraw, AnotherConfirmation),
)
async def state_label(given: StartIn, access: OfPatient, session: Session, now: Now) -> ToDrawOut:
    """Look at a vial's label: type what it says, or say that it is the same as the last one.

    What was typed has to be what the vial's record says. The same again changes nothing.
    """
    if given.same == (given.strength is not None):
        raise Invalid(
            "Say what the label says, or that it is the same.", field="strength",
            cure="Send either `strength` or `same`.",
        )  # fmt: skip
    await confirmations.begin(
        session, access, now, confirmation=given.id, line=given.line, vial=given.vial,
        typed=_typed(given.strength) if given.strength else None,
    )  # fmt: skip
    scene = await scene_of(session, access.patient_id, now, given.line, vial_id=given.vial)
    return await answer_of(session, scene)


@router.post(
    "/draw/confirmations/{confirmation}/confirm",
    responses=declared(NotFound, Invalid, NotWhatIsShown, AnotherConfirmation),
)
async def confirm_mark(
    confirmation: UUID, given: SecondLookIn, access: OfPatient, session: Session, now: Now
) -> ToDrawOut:
    """Look at the old mark and the new one, and confirm the new one. Safe to repeat."""
    row = await confirmations.confirm(
        session, access, now, confirmation, mark=given.mark, syringe=given.syringe
    )
    scene = await scene_of(
        session, access.patient_id, now, row.line_id, vial_id=row.vial_id, syringe=given.syringe
    )
    return await answer_of(session, scene)


@router.put("/lines/{line}/kit", responses=declared(NotFound, Invalid))
async def keep_syringe(
    line: UUID, given: KitIn, access: OfPatient, session: Session, now: Now
) -> KitOut:
    """Keep the syringe a line is drawn with, and what stays in it each time. Safe to repeat."""
    dead_space = None
    if given.dead_space is not None:
        exact = Amount(given.dead_space.value, given.dead_space.unit).to("uL").value
        if exact != exact.to_integral():
            raise Invalid(
                "That is finer than a microlitre.", field="dead_space.value",
                cure="Round it to whole microlitres.",
            )  # fmt: skip
        dead_space = int(exact)
    kept = await kit.keep(
        session, access, line, now, syringe=given.syringe, dead_space_ul=dead_space
    )
    return KitOut(
        syringe=given.syringe,
        dead_space=AmountOut(value=plain(Decimal(kept.dead_space_ul)), unit="uL"),
    )


def _typed(strength: AmountShape) -> Amount:
    if strength.unit not in UNITS:
        raise Invalid(
            f"{strength.unit[:16]!r} is not a unit Vesper knows.", field="strength.unit",
            cure=f"Use one of {', '.join(sorted(UNITS))}.",
        )  # fmt: skip
    return Amount(strength.value, strength.unit)
