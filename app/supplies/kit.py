"""Which syringe a patient draws a line with, and what stays in it each time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Access
from app.accounts.evenings import take_turn
from app.problems import Invalid, NotFound
from app.protocols.models import Line
from app.supplies import witness
from app.supplies.catalogue import SYRINGES, Syringe
from app.supplies.looks import look_again
from app.supplies.models import LineKit
from app.units import Amount, plain

MOST_DEAD_SPACE_UL = 500
"""More than any needle and hub holds: a guard against a slip of the unit, nothing else."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What a line is drawn with; `dead_space_ul` is the patient's own figure or the data's."""

    syringe: Syringe | None
    dead_space_ul: int

    @property
    def tick_ul(self) -> int:
        """From one mark of the syringe to the next, in microlitres; 0: nobody knows the syringe."""
        return self.syringe.tick_ul if self.syringe else 0


NO_KIT = Kit(None, 0)


async def kits_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Kit]:
    """What each line of these is drawn with, for the lines of which it is known; one statement."""
    kept = select(LineKit).where(LineKit.patient_id.in_(patients))
    return {row.line_id: kit_from(row) for row in await session.scalars(kept)}


async def kit_of(session: AsyncSession, patient_id: UUID, line_id: UUID) -> Kit:
    """What a line is drawn with; without a syringe and dead space where nobody has said."""
    row = await session.get(LineKit, (patient_id, line_id))
    return kit_from(row)


def known_syringe(code: str) -> Syringe:
    """The syringe of this code. Raises Invalid, naming those there are."""
    if code not in SYRINGES:
        raise Invalid(
            f"{code[:32]!r} is not a syringe Vesper knows.", field="syringe",
            cure=f"Choose one of {', '.join(SYRINGES)}.",
        )  # fmt: skip
    return SYRINGES[code]


async def keep(
    session: AsyncSession, access: Access, line_id: UUID, now: datetime, *, syringe: str,
    dead_space_ul: int | None,
) -> Kit:  # fmt: skip
    """Keep the syringe of a line; `dead_space_ul` None: what is known of that syringe.

    The same again changes nothing. Raises NotFound for a line that is not this patient's, and
    Invalid for an unknown syringe or a dead space that no needle has.
    """
    if known_syringe(syringe).is_pen and dead_space_ul:
        raise Invalid(
            "A pen measures the dose itself: nothing stays in a syringe.", field="dead_space",
            cure="Leave it out for a pen.",
        )  # fmt: skip
    if dead_space_ul is not None and not 0 <= dead_space_ul <= MOST_DEAD_SPACE_UL:
        raise Invalid(
            f"{plain(Amount(Decimal(dead_space_ul), 'uL').to('mL').value)} mL stays in no needle.",
            field="dead_space.value", cure=f"Give at most {MOST_DEAD_SPACE_UL} uL.",
        )  # fmt: skip
    await take_turn(session, access.patient_id)
    if await session.get(Line, (access.patient_id, line_id)) is None:
        raise NotFound("There is no such line.")
    row = await session.get(LineKit, (access.patient_id, line_id), populate_existing=True)
    if row is None:
        row = LineKit(
            patient_id=access.patient_id, line_id=line_id, syringe=syringe, set_at=now,
            set_by=access.actor.id, dead_space_ul=dead_space_ul,
        )  # fmt: skip
        session.add(row)
    elif (row.syringe, row.dead_space_ul) == (syringe, dead_space_ul):
        return kit_from(row)
    else:
        row.syringe, row.dead_space_ul = syringe, dead_space_ul
        # Later than the last, even where that request was sent later and heard first: the audit
        # tells by it which entry is the newest.
        row.set_at = max(now, row.set_at + timedelta(microseconds=1))
        row.set_by = access.actor.id
    witness.note_kit(session, row, means=access.means)
    await session.flush()
    await look_again(session, access.patient_id, now)
    return kit_from(row)


def kit_from(row: LineKit | None) -> Kit:
    """What a line is drawn with by what is kept of it; nothing where nobody has said."""
    if row is None:
        return NO_KIT
    syringe = SYRINGES.get(row.syringe)
    usual = syringe.dead_space_ul if syringe else 0
    return Kit(syringe, usual if row.dead_space_ul is None else row.dead_space_ul)
