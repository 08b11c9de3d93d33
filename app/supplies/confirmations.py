"""Confirming what a vial's strength means for a line, before any mark is shown.

The first vial, and one of another strength than the last, take two steps: typing what the label
says, then looking at the old mark and the new one side by side. The same strength takes one. What
was confirmed holds while the vial says that strength: whoever corrects the vial is asked again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.accounts.evenings import take_turn
from app.problems import NotFound, Problem
from app.supplies import witness
from app.supplies.draw import Worked, work_out
from app.supplies.fitting import misfit
from app.supplies.kit import known_syringe
from app.supplies.ledger import Contents
from app.supplies.models import Confirmation, Vial
from app.supplies.scene import Scene, scene_of
from app.supplies.strength import TABLETS, counted, decimal_of, rounded, strength_of
from app.units import Amount, IncompatibleUnits, spoken

FEWEST_DIGITS, MOST_DIGITS = 3, 6
"""A strength that no short decimal can say, such as 5 mg in 3 mL, is typed with at least three."""

_SLIPS = ((10, "a tenth"), (100, "a hundredth"), (1000, "a thousandth"))


class StrengthDiffers(Problem):
    """The vial's record says another strength."""

    status: ClassVar[int] = 409


class NotWhatIsShown(Problem):
    """The mark is another one by now."""

    status: ClassVar[int] = 409


class NotReadyToDraw(Problem):
    """Nothing can be drawn from this vial yet."""

    status: ClassVar[int] = 409


class AnotherConfirmation(Problem):
    """This id already stands for another confirmation."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be confirmed before a mark is shown.

    last   the confirmation that was done last for the line; None: there was none
    open   the one of this vial whose first step is done; None: it has not begun
    """

    kind: Literal["one_step", "two_steps"]
    last: Confirmation | None
    open: Confirmation | None


def asked_of(confirmations: Sequence[Confirmation], vial: Vial, strength: Amount) -> Asked | None:
    """What is to be confirmed for a vial of this strength; None: it was, and nothing changed since.

    confirmations   of the line, the last begun first

    As much in a tablet as was in one mL is another strength: its marks are no marks of a tablet.
    """
    of_vial = [row for row in confirmations if row.vial_id == vial.id and _equal(row, strength)]
    if any(row.confirmed_at is not None for row in of_vial):
        return None
    done = [row for row in confirmations if row.confirmed_at is not None]
    last = max(done, key=lambda row: (row.confirmed_at, row.id), default=None)
    if last is not None and _equal(last, strength) and (not last.syringe) == (vial.form == TABLETS):
        return Asked("one_step", last, None)
    return Asked("two_steps", last, of_vial[0] if of_vial else None)


def is_confirmed(confirmations: Sequence[Confirmation], vial: Vial) -> bool:
    """Whether the vial's strength, as its record says it now, was confirmed for the line of these.

    Until it was, no answer says how much of it a dose was or would be.
    """
    strength = counted(vial)
    return strength is not None and asked_of(confirmations, vial, strength) is None


async def confirmed_of(
    session: AsyncSession, patient_id: UUID, vials: Iterable[Vial]
) -> set[tuple[UUID, UUID]]:
    """For which lines which of these vials were confirmed as their records say them now.

    As pairs of line and vial; one statement.
    """
    known = {vial.id: counted(vial) for vial in vials}
    rows = select(Confirmation).where(
        Confirmation.patient_id == patient_id, Confirmation.vial_id.in_(known),
        Confirmation.confirmed_at.is_not(None),
    )  # fmt: skip
    found = set()
    for row in await session.scalars(rows):
        strength = known[row.vial_id]
        if strength is not None and _equal(row, strength):
            found.add((row.line_id, row.vial_id))
    return found


def stated(row: Confirmation) -> Amount:
    """The strength that a confirmation is of."""
    return Amount(row.strength_value, row.strength_unit)


def worked(scene: Scene, held: Contents) -> Worked:
    """The mark of tonight's amount from this vial, on the scene's syringe."""
    strength = strength_of(held.vial)
    if strength is None:
        return Worked(None)
    return work_out(
        scene.prescription.amount, strength, scene.syringe, held.left,
        dead_space_ul=scene.kit.dead_space_ul,
    )  # fmt: skip


async def begin(
    session: AsyncSession, access: Access, now: datetime, *, confirmation: UUID, line: UUID,
    vial: UUID, typed: Amount | None,
) -> None:  # fmt: skip
    """The first look: what the label says; or, with None, that it says the same as the last vial.

    The second is the whole confirmation, and only of the strength confirmed last. The same again
    changes nothing. Raises NotFound, Invalid, StrengthDiffers naming the field, NotReadyToDraw,
    and AnotherConfirmation for an id that stands for something else.
    """
    await take_turn(session, access.patient_id)
    scene = await scene_of(session, access.patient_id, now, line, vial_id=vial)
    row = await session.get(Confirmation, (access.patient_id, confirmation))
    if row is not None:
        if _repeats(row, line, vial, typed):
            return
        raise AnotherConfirmation("It is of another vial or strength.", cure="Use a new id.")
    held = scene.held[vial]
    strength = counted(held.vial)
    if strength is None or misfit(held.vial, scene.line.medicine, scene.line.form):
        raise NotReadyToDraw(
            "This vial is not dissolved yet, or is not what is prescribed.",
            cure="Say how it was dissolved, or choose another vial.",
        )
    asked = asked_of(scene.confirmations, held.vial, strength)
    row = Confirmation(
        patient_id=access.patient_id, id=confirmation, vial_id=vial, line_id=line,
        strength_value=strength.value, strength_unit=strength.unit, author_id=access.actor.id,
        started_at=now,
    )  # fmt: skip
    if typed is None:
        if asked is not None and asked.kind != "one_step":
            raise StrengthDiffers(
                "It is not the strength that was confirmed last.", field="same",
                cure="Type what the label says.",
            )  # fmt: skip
        _settle(row, scene, worked(scene, held), now)
    elif not reads_as(typed, held, strength):
        raise StrengthDiffers(
            _difference(typed, strength), field="strength.value",
            cure="Read the label again. If it says so, correct the entry first.",
        )  # fmt: skip
    session.add(row)
    facts = witness.LABELS.facts([row])
    if typed is None:
        facts |= witness.CONFIRMED.facts([row])
    action = "draw.same_strength" if typed is None else "draw.label_read"
    _note(session, access, row, now, action, facts)
    await session.flush()


async def confirm(
    session: AsyncSession, access: Access, now: datetime, confirmation: UUID, *, mark: Decimal,
    syringe: str | None,
) -> Confirmation:  # fmt: skip
    """The second look: the new mark, as it was shown beside the old one.

    The same again changes nothing. Raises NotFound, Invalid for an unknown syringe, and
    NotWhatIsShown where vial, prescription or syringe have another mark by now.
    """
    await take_turn(session, access.patient_id)
    row = await session.get(Confirmation, (access.patient_id, confirmation))
    if row is None:
        raise NotFound("There is no such confirmation.")
    code = known_syringe(syringe).code if syringe else None
    scene = await scene_of(
        session, access.patient_id, now, row.line_id, vial_id=row.vial_id, syringe=code
    )
    held = scene.held[row.vial_id]
    strength = counted(held.vial)
    draw = worked(scene, held).draw
    if strength is None or not _equal(row, strength):
        raise NotWhatIsShown("The entry has changed.", cure="Begin again with its label.")
    if row.confirmed_at is not None and row.mark == mark and row.syringe == _code(scene, held):
        return row
    if row.confirmed_at is not None:
        raise AnotherConfirmation("It was confirmed already, at another mark.", cure="Look again.")
    if draw is None or draw.mark != mark or not scene.prescription.stands:
        raise NotWhatIsShown(
            "The amount, the vial or the syringe has changed.", field="mark",
            cure="Look at the marks again.",
        )  # fmt: skip
    _settle(row, scene, worked(scene, held), now)
    _note(session, access, row, now, "draw.confirmed", witness.CONFIRMED.facts([row]))
    await session.flush()
    return row


def reads_as(typed: Amount, held: Contents, strength: Amount) -> bool:
    """Whether what was typed is the strength on record.

    Exactly, unless no short decimal can say it: then with as many digits as were typed.
    """
    try:
        meant = typed.to(strength.unit)
    except IncompatibleUnits:
        return False
    of_vial = strength_of(held.vial)
    part = of_vial.counted if of_vial else None
    if part is None:
        return False
    if Fraction(meant.value) == part.value:
        return True
    exact = part.value * Fraction(typed.value) / Fraction(meant.value)
    if len(decimal_of(exact).normalize().as_tuple().digits) <= MOST_DIGITS:
        return False
    places = max(-int(typed.value.as_tuple().exponent), 0)
    digits = typed.value.adjusted() + 1 + places
    return digits >= FEWEST_DIGITS and rounded(exact, places) == typed.value


def _difference(typed: Amount, strength: Amount) -> str:
    """What is wrong with what was typed, without giving away what should have been."""
    try:
        times = Fraction(typed.to(strength.unit).value) / Fraction(strength.value)
    except IncompatibleUnits:
        return f"The entry is in {spoken(strength.unit)}, not in {spoken(typed.unit)}."
    for factor, part in _SLIPS:
        if times in (factor, Fraction(1, factor)):
            size = f"{factor} times as much" if times > 1 else f"{part} of it"
            return f"{typed} is not what the entry says, but {size}."
    return f"{typed} is not what the entry says."


def _settle(row: Confirmation, scene: Scene, found: Worked, now: datetime) -> None:
    row.amount_value = scene.prescription.amount.value
    row.amount_unit = scene.prescription.amount.unit
    row.syringe = _code(scene, scene.held[row.vial_id])
    row.mark = found.draw.mark if found.draw else None
    row.confirmed_at = now


def _code(scene: Scene, held: Contents) -> str:
    return "" if held.vial.form == TABLETS or scene.syringe is None else scene.syringe.code


def _equal(row: Confirmation, strength: Amount) -> bool:
    try:
        return stated(row).to(strength.unit).value == strength.value
    except IncompatibleUnits:
        return False


def _repeats(row: Confirmation, line: UUID, vial: UUID, typed: Amount | None) -> bool:
    """Whether a confirmation was begun with the same words."""
    if (row.line_id, row.vial_id) != (line, vial):
        return False
    if typed is None:
        return row.confirmed_at is not None
    try:
        held = stated(row).to(typed.unit).value
    except IncompatibleUnits:
        return False
    places = max(-int(typed.value.as_tuple().exponent), 0)
    return typed.value in (held, rounded(Fraction(held), places))


def _note(
    session: AsyncSession, access: Access, row: Confirmation, now: datetime, action: str,
    facts: dict[str, str],
) -> None:  # fmt: skip
    audit.record(
        session, action, at=now, actor=access.actor.id, patient=access.patient_id,
        means=access.means, confirmation=str(row.id), vial=str(row.vial_id),
        line=str(row.line_id), **facts,
    )  # fmt: skip
