"""What a row of the record means: its value in the canonical unit, ready for rules. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.observations.catalogue import CATALOGUE, Item
from app.observations.conversions import canonical


class Row(Protocol):
    """What is read of an observation; the table's own class has it."""

    @property
    def id(self) -> UUID: ...  # noqa: D102
    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> Decimal: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def low(self) -> Decimal | None: ...  # noqa: D102
    @property
    def high(self) -> Decimal | None: ...  # noqa: D102
    @property
    def comparator(self) -> str | None: ...  # noqa: D102
    @property
    def collected_at(self) -> datetime: ...  # noqa: D102
    @property
    def zone(self) -> str: ...  # noqa: D102
    @property
    def day(self) -> date: ...  # noqa: D102
    @property
    def time_known(self) -> bool: ...  # noqa: D102
    @property
    def fasting(self) -> str | None: ...  # noqa: D102
    @property
    def assay(self) -> str | None: ...  # noqa: D102
    @property
    def laboratory(self) -> str: ...  # noqa: D102
    @property
    def line_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def site(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One observation as rules read it.

    canonical    in the item's canonical unit, unrounded
    comparator   `<`, `<=`, `>=` or `>` where the laboratory gave no exact number; else None
    low, high    the laboratory's own range, in the canonical unit; either may be None
    day          the calendar date where the patient was
    fasting      `yes`, `no`, `unknown`, or None where nobody was asked
    assay        `standard`, `sensitive`, `unknown`, or None where nobody was asked
    """

    observation_id: UUID
    code: str
    canonical: Decimal
    comparator: str | None
    collected_at: datetime
    zone: str
    day: date
    time_known: bool
    fasting: str | None
    assay: str | None
    low: Decimal | None
    high: Decimal | None
    laboratory: str = ""
    line_id: UUID | None = None
    site: str | None = None

    @property
    def item(self) -> Item:
        """The catalogue's entry."""
        return CATALOGUE[self.code]


def value_of(row: Row) -> Value:
    """What a row means. Its code is the catalogue's and its unit one of the item's, by entry."""
    item = CATALOGUE[row.code]

    def convert(value: Decimal) -> Decimal:
        return canonical(item, value, row.unit)

    return Value(
        observation_id=row.id,
        code=row.code,
        canonical=convert(row.value),
        comparator=row.comparator,
        collected_at=row.collected_at,
        zone=row.zone,
        day=row.day,
        time_known=row.time_known,
        fasting=row.fasting,
        assay=row.assay,
        low=None if row.low is None else convert(row.low),
        high=None if row.high is None else convert(row.high),
        laboratory=row.laboratory,
        line_id=row.line_id,
        site=row.site,
    )
