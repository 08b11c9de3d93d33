"""How a route is taken out of the API: announced in every answer, months before, with what follows.

A route that is marked with `deprecated` says so in the API's document and in `Deprecation` and
`Sunset`, so that a program's log shows it before anything breaks. Nothing is taken out earlier.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Response

NOTICE = timedelta(days=180)
"""The least time between the announcement and the end. [D] two release trains of a hospital."""


@dataclass(frozen=True, slots=True)
class Retiring:
    """A route that will be gone.

    since       the day from which its use is discouraged
    until       the day on which it may be gone, at least NOTICE later
    successor   the path of what does the same
    """

    since: date
    until: date
    successor: str

    def __post_init__(self) -> None:
        if self.until - self.since < NOTICE:
            raise ValueError(f"a route is announced {NOTICE.days} days before it goes")

    def headers(self) -> dict[str, str]:
        """What each answer says. Sources: RFC 9745 (Deprecation), RFC 8594 (Sunset)."""
        since, until = (datetime.combine(day, time(), UTC) for day in (self.since, self.until))
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(until, usegmt=True),
            "Link": f'<{self.successor}>; rel="successor-version", '
            '</problems>; rel="deprecation"; type="text/html"',
        }


def deprecated(retiring: Retiring) -> dict[str, Any]:
    """Arguments for a route's decorator: `@router.get("/old", **deprecated(Retiring(…)))`."""
    return {"deprecated": True, "dependencies": [Depends(announced(retiring))]}


def announced(retiring: Retiring) -> Callable[[Response], Awaitable[None]]:
    """A dependency that puts the announcement into the answer."""

    async def announce(response: Response) -> None:
        for name, value in retiring.headers().items():
            response.headers[name] = value

    return announce
