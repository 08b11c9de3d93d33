"""The only place that reads the clock."""

import time
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, AwareDatetime


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that nobody can set; only differences mean anything."""
    return time.monotonic()


Now = Annotated[datetime, Depends(now)]


def _in_our_lifetime(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("must lie between the years 2000 and 2100")
    return moment


def _date_in_our_lifetime(day: date) -> date:
    if not EARLIEST.date() <= day <= LATEST.date():
        raise ValueError("must lie between the years 2000 and 2100")
    return day


EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

# What a request may carry. At the ends of the calendar every conversion between zones overflows.
Instant = Annotated[AwareDatetime, AfterValidator(_in_our_lifetime)]
Day = Annotated[date, AfterValidator(_date_in_our_lifetime)]
