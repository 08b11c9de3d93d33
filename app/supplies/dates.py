"""When a vial was opened and until when it is used: plain rules on its dates. Pure.

A vial may be used on its discard date, and is past it from the next day on. The days are those of
the calendar where the patient is.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.supplies.catalogue import opened_days_of
from app.supplies.strength import POWDER, TABLETS

if TYPE_CHECKING:
    from app.supplies.models import Vial


@dataclass(frozen=True, slots=True)
class Discard:
    """The last day a vial is used, and why: `use_by`, `expires`, `single_use` or `opened`."""

    day: date | None
    why: str | None

    def passed(self, on: date) -> bool:
        """Whether the date lies behind that day."""
        return self.day is not None and on > self.day


def opened_on(vial: "Vial", first_drawn_at: datetime | None, zone: ZoneInfo) -> date | None:
    """The day of the first puncture: said, drawn from, or dissolved, whichever came first.

    None for tablets, which are not punctured, unless somebody said when the pack was opened.
    """
    known = [vial.opened_at, first_drawn_at]
    if vial.form == POWDER:
        known.append(vial.reconstituted_at)
    instants = [at for at in known if at is not None]
    return min(instants).astimezone(zone).date() if instants else None


def discard_of(vial: "Vial", first_drawn_at: datetime | None, zone: ZoneInfo) -> Discard:
    """The earliest of the label's dates and of so many days after opening, with its reason.

    Where two fall on one day, the label's own words are named. Source: clinical.md 5.2.
    """
    days: list[tuple[date, str]] = []
    if vial.use_by:
        days.append((vial.use_by, "use_by"))
    if vial.expires_on:
        days.append((vial.expires_on, "expires"))
    opened = opened_on(vial, first_drawn_at, zone)
    if opened and vial.form != TABLETS:
        if vial.single_use:
            days.append((opened, "single_use"))
        days.append((opened + timedelta(days=opened_days_of(vial.medicine)), "opened"))
    if not days:
        return Discard(None, None)
    return Discard(*min(days, key=lambda known: known[0]))
