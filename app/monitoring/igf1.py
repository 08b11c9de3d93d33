"""Where an IGF-1 result stands in the range for its age. Pure.

By the laboratory's Z-score, else by the laboratory's own range, else by a built-in table that
carries its assay's name, else by nothing. The goal is the upper quartile; what lies above the range
asks for a look, and what lies below the goal never does.

Source: clinical.md 3.2, and `data/igf1.toml`.
"""

import enum
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

from app.monitoring.spans import Span

DATA = tomllib.loads((files("app.monitoring") / "data/igf1.toml").read_text("utf-8"))

POSITION = Decimal(DATA["goal"]["position"])
Z_LOW, Z_HIGH = Decimal(DATA["goal"]["z_low"]), Decimal(DATA["goal"]["z_high"])
ADULT: int = DATA["goal"]["adult"]
SOURCE: str = DATA["goal"]["source"]

_TOP = Decimal(1)


class Basis(enum.StrEnum):
    """What a result is judged by, the best first."""

    Z_SCORE = "z_score"
    LABORATORY = "laboratory"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Range:
    """A built-in typical range, in ng/mL, of one assay."""

    low: Decimal
    high: Decimal
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result stands.

    at         on the basis' own scale: a Z-score, or 0 at the low and 1 at the high end of a range;
               a share of the upper end where the laboratory gave no lower one
    low, high  the goal on that scale; `low` is None where no lower end is known
    unit_low, unit_high   the goal in the result's own unit; None where only a Z-score is known
    label      what it was judged by, in plain words
    """

    basis: Basis
    at: Span
    low: Decimal | None
    high: Decimal
    unit_low: Decimal | None
    unit_high: Decimal | None
    label: str
    source: str

    @property
    def above(self) -> bool:
        """Whether it certainly lies above the range."""
        return self.at.above(self.high)

    @property
    def word(self) -> str | None:
        """`below`, `in` or `above` the goal; None where a bound leaves it open."""
        if self.low is None:
            return "above" if self.above else None
        return self.at.place(self.low, self.high)


def typical_range(age: int | None, sex: str | None) -> Range | None:
    """The built-in range for this age; None below 18, and where age or sex is not known.

    sex   `male` or `female`; women have the table of both sexes
    """
    if age is None or age < ADULT:
        return None
    for table in DATA["tables"].values():
        if table["sex"] == sex:
            low, high = next(
                (low, high) for since, low, high in reversed(table["rows"]) if age >= since
            )
            return Range(Decimal(low), Decimal(high), table["label"], table["source"])
    return None


def place(
    value: Span, low: Decimal | None, high: Decimal | None, z: Span | None, typical: Range | None
) -> Place | None:
    """Where a result stands by the first of the three that is there; None without any.

    low, high   the laboratory's own range; an upper end alone still says what lies above it
    z           the laboratory's Z-score of the same draw
    typical     what `typical_range` found for the age at the draw
    """
    if z is not None:
        return _by_z(z)
    if high is not None and high > (low or 0):
        if low is None:
            at = value.mapped(lambda number: number / high)
            label = "By the laboratory's own upper limit"
            return Place(Basis.LABORATORY, at, None, _TOP, None, high, label, SOURCE)
        return _by_range(
            value, low, high, Basis.LABORATORY, "By the laboratory's own range", SOURCE
        )
    if typical is None:
        return None
    source = f"{SOURCE}; {typical.source}"
    return _by_range(value, typical.low, typical.high, Basis.TABLE, typical.label, source)


def _by_z(z: Span) -> Place:
    return Place(Basis.Z_SCORE, z, Z_LOW, Z_HIGH, None, None, "By the laboratory's Z-score", SOURCE)


def _by_range(
    value: Span, low: Decimal, high: Decimal, basis: Basis, label: str, source: str
) -> Place:
    width = high - low
    at = value.mapped(lambda number: (number - low) / width)
    return Place(basis, at, POSITION, _TOP, low + POSITION * width, high, label, source)
