"""A calendar that shows when something is to be done, and never what: from entries to a file. Pure.

Titles are those of the discreet reminders. Nothing in the file names a medicine, a marker, a
clinic, an amount or a person, whatever the patient allowed their notifications to say: a calendar
is shared with families, employers and the companies that keep it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from app.exchange.calendar_zones import timezone_of
from app.reminders.words import DAYTIME_TITLE, TITLE
from app.schedule import zone

DUE = "Something is due"
LONG = timedelta(minutes=15)
AGAIN = timedelta(hours=4)
"""How often a calendar program may look again. [D] a moved bedtime shows the same day."""

# Before the first change that matters, so that no program has to guess what held then.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at an instant, on the clock of a place: doses due together, or a chosen morning."""

    key: str
    at: datetime
    place: str
    title: str


@dataclass(frozen=True, slots=True)
class Days:
    """Something that suits any of these days, both ends included, wherever the patient is."""

    key: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Changes:
    """How often what is planned was changed, and when for the last time.

    today   the date where the patient is: the end of a window that is overdue moves with it
    """

    count: int
    last: datetime
    today: date


def title_at(moment: datetime, place: str) -> str:
    """What doses due at this instant are called: as their reminder is on a lock screen."""
    hour = moment.astimezone(zone(place)).hour
    return TITLE if hour >= 17 or hour < 4 else DAYTIME_TITLE


def calendar_file(
    feed: UUID, moments: Sequence[Moment], days: Sequence[Days], changes: Changes, address: str
) -> bytes:
    """The file (RFC 5545): the same bytes for the same facts, whenever it is asked for.

    feed      in whose name the UIDs are made: two feeds of one patient share none
    address   where Vesper itself is opened
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//Vesper//Calendar 1//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    for name in ("NAME", "X-WR-CALNAME"):
        calendar.add(name, "Vesper")
    calendar.add("REFRESH-INTERVAL", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT4H")
    for place in sorted({each.place for each in moments}):
        at = [each.at for each in moments if each.place == place]
        component = timezone_of(zone(place), min(at) - _MARGIN, max(at) + LONG + _MARGIN)
        calendar.add_component(component)
    for moment in sorted(moments, key=lambda each: (each.at, each.key)):
        calendar.add_component(_at(feed, moment, changes, address))
    for stretch in sorted(days, key=lambda each: (each.first, each.key)):
        calendar.add_component(_over(feed, stretch, changes, address))
    return bytes(calendar.to_ical())


def _at(feed: UUID, moment: Moment, changes: Changes, address: str) -> Event:
    event = _event(feed, moment.key, moment.title, changes.count, changes.last, address)
    local = moment.at.astimezone(zone(moment.place))
    # Of an hour that happens twice the wall clock means the first (RFC 5545 section 3.3.5).
    event.add("DTSTART", moment.at.astimezone(UTC) if local.fold else local)
    event.add("DURATION", LONG)
    return event


def _over(feed: UUID, days: Days, changes: Changes, address: str) -> Event:
    # The end of what is overdue moves each day, and a later copy has to win.
    sequence = changes.count + (changes.today - date(2000, 1, 1)).days
    midnight = datetime.combine(changes.today, time(), UTC)
    event = _event(feed, days.key, DUE, sequence, max(changes.last, midnight), address)
    event.add("DTSTART", days.first)
    event.add("DTEND", days.last + timedelta(days=1))
    return event


def _event(
    feed: UUID, key: str, title: str, sequence: int, changed: datetime, address: str
) -> Event:
    event = Event()
    event.add("UID", str(uuid5(feed, key)))
    event.add("SUMMARY", title)
    event.add("DESCRIPTION", "Open Vesper.")
    event.add("URL", address)
    event.add("SEQUENCE", sequence)
    # Without a METHOD these say the same: when this was last changed (RFC 5545 section 3.8.7.2).
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        event.add(name, changed.astimezone(UTC).replace(microsecond=0))
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT")
    return event
