"""How dispensed and accounted-for amounts stand side by side, and doses after a discard date."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel


class EarlyOut(BaseModel):
    """A delivery that came while the one before would still have lasted.

    days_early   from the day it came to the day on which what was there would have run out, had
                 it been used as prescribed
    """

    vial: UUID
    received_on: date
    days_early: int


class ReconciledOut(BaseModel):
    """One controlled medicine. All amounts are decimal strings in `unit`.

    since             the day the first vial on record came; what was taken before is not counted
    dispensed         in every vial on record as it came
    logged            doses logged as taken since then, but for those said to be from none of these
    dead_space        what stays in syringes and needles, by what is known of them; an estimate
    wasted            as somebody noted it
    discarded         what was still in vials when they were discarded
    on_record         dispensed - logged - dead_space - wasted - discarded: what should be there
    counted           what somebody counted, less what has left since; vials nobody counted stand as
                      on record. Null where nothing was counted
    uncounted         how many vials on hand nobody has counted
    difference        on_record - counted; below zero: more is there than should be
    doses_difference  the same in doses as prescribed now
    """

    medicine: str
    name: str
    schedule: str
    since: date
    unit: str
    dispensed: str
    logged: str
    dead_space: str
    wasted: str
    discarded: str
    on_record: str
    counted: str | None
    counted_at: datetime | None
    uncounted: int
    difference: str | None
    doses_difference: str | None
    early: list[EarlyOut]


class ReconciliationOut(BaseModel):
    """Every controlled medicine with a vial on record. It says what adds up and never why."""

    lines: list[ReconciledOut]


class AfterDiscardOut(BaseModel):
    """A dose drawn from a vial later than the day by which it was to be discarded."""

    dose: UUID
    night: date
    taken_at: datetime
    vial: UUID
    lot: str
    discard_on: date
    assumed: bool


class AfterDiscardDoses(BaseModel):
    """Every such dose that stands as taken, the newest first."""

    doses: list[AfterDiscardOut]
