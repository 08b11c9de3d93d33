"""Doses drawn from a vial after the day by which it was to be discarded. Pure.

They are recorded like any other; this only says which they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clinic.dose_flags import Outdated
from app.protocols.medicines import label_of
from app.supplies.ledger import Contents, StandingDraw
from app.supplies.models import Vial


@dataclass(frozen=True, slots=True)
class Late:
    """One draw, and the discard date of its vial as it is known now."""

    draw: StandingDraw
    vial: Vial
    discard_on: date


def late_draws(
    contents: Mapping[UUID, Contents], draws: Iterable[StandingDraw], zone: ZoneInfo
) -> list[Late]:
    """The draws after a discard date, in the order given; a dose once for each vial.

    zone   where the patient is: by its calendar a vial is used on its last day, and not after
    """
    found: dict[tuple[UUID, UUID], Late] = {}
    for draw in draws:
        known = contents.get(draw.vial_id) if draw.vial_id is not None else None
        if known is None or known.discard.day is None:
            continue
        if known.discard.passed(draw.taken_at.astimezone(zone).date()):
            late = Late(draw, known.vial, known.discard.day)
            found.setdefault((draw.dose_id, known.vial.id), late)
    return list(found.values())


def outdated(late: Iterable[Late]) -> list[Outdated]:
    """The same by vial, as the rule of the list asks for it."""
    by_vial: dict[UUID, list[Late]] = {}
    for one in late:
        by_vial.setdefault(one.vial.id, []).append(one)
    return [
        Outdated(
            vial, label_of(of_vial[0].vial.medicine), of_vial[0].discard_on,
            sorted(one.draw.taken_at for one in of_vial),
        )
        for vial, of_vial in by_vial.items()
    ]  # fmt: skip
