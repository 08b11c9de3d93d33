"""How what vials say is written beside what was logged: counts first, and a gap in plain words."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from app.clinic.supply import Supplied


class SupplyShareOut(BaseModel):
    """Expected doses that what was dispensed covered; `value` is null where none was expected."""

    covered: int
    of: int
    value: float | None


class LoggedShareOut(BaseModel):
    """The same doses, by how many of them were logged as taken."""

    taken: int
    of: int
    value: float | None


class SupplyGapOut(BaseModel):
    """What about supply and record does not fit together, in words that judge nobody.

    lines   of which it is said, together: all that share these vials
    """

    code: Literal["beyond_stock", "left_over"]
    text: str
    lines: list[UUID]


class SupplyOut(BaseModel):
    """What the vials on record say, beside what was logged of the same doses: those expected in
    the period since the first vial came.

    pdc              null where an amount cannot be worked out
    beyond_stock     doses logged as taken that the vials on record cannot have held
    left_over_doses  how many doses more a count found than should be left; null without a count
    gap              null while both fit together; where lines share their vials it stands at the
                     first of them; of all lines together always null
    """

    pdc: SupplyShareOut | None
    logged: LoggedShareOut
    beyond_stock: int
    left_over_doses: int | None
    counted_at: datetime | None
    gap: SupplyGapOut | None


def supply_out(
    found: Supplied | None, here: tzinfo, sharing: Mapping[UUID, str] | None = None
) -> SupplyOut | None:
    """The figures as they are written, shares with four decimals.

    here      where days are told
    sharing   the names of the lines a gap is said of, by line, in order; None: it is said elsewhere
    """
    if found is None:
        return None
    at = None if found.counted_at is None else found.counted_at.astimezone(here)
    pdc = None
    if found.covered is not None:
        pdc = SupplyShareOut(
            covered=found.covered, of=found.of, value=_share(found.covered, found.of)
        )
    return SupplyOut(
        pdc=pdc,
        logged=LoggedShareOut(
            taken=found.logged, of=found.of, value=_share(found.logged, found.of)
        ),
        beyond_stock=found.beyond,
        left_over_doses=found.left_over,
        counted_at=at,
        gap=None if sharing is None else _gap(found, at, sharing),
    )  # fmt: skip


def _gap(
    found: Supplied, counted_at: datetime | None, sharing: Mapping[UUID, str]
) -> SupplyGapOut | None:
    if found.gap is None:
        return None
    some = "1 dose" if found.gap.doses == 1 else f"{found.gap.doses} doses"
    if found.gap.code == "beyond_stock":
        text = f"{some} more logged as taken than the vials on record can have held"
    else:
        day = "" if counted_at is None else f" on {counted_at:%-d %B}"
        text = f"{some} more counted{day} than is left by the doses logged as taken"
    if len(sharing) > 1:
        # They are of one medicine and form, so one name says which they are.
        text += f": the {len(sharing)} lines of {next(iter(sharing.values()))} together"
    return SupplyGapOut(code=found.gap.code, text=f"{text}.", lines=list(sharing))


def _share(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None
