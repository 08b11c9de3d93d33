"""What to heed on a draw day: fasting, biotin, and that the doses of that day come after. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.schedule import A_DAY

FASTING_HOURS = 8
"""Source: clinical.md 1.3."""

_TURN, _NOON = time(4), time(12)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to heed on a draw day."""

    code: str
    text: str


def notes_for(
    moment: datetime, day: date, here: ZoneInfo, *, fasting: bool, biotin_hours: int,
    due: Sequence[datetime],
) -> tuple[Note, ...]:  # fmt: skip
    """What to heed for a draw at this moment of this day.

    fasting        whether a marker wants an empty stomach
    biotin_hours   for how long biotin is paused; 0 where no marker minds it
    due            when doses fall due, on any days
    """
    return tuple(_notes(moment, day, here, fasting, biotin_hours, due))


def _notes(
    moment: datetime, day: date, here: ZoneInfo, fasting: bool, biotin_hours: int,
    due: Sequence[datetime],
) -> Iterator[Note]:  # fmt: skip
    if fasting:
        from_hour = (moment - timedelta(hours=FASTING_HOURS)).astimezone(here)
        yield Note(
            "fasting",
            f"Fasting for at least {FASTING_HOURS} hours: nothing but water from "
            f"{from_hour:%H:%M} on.",
        )
    if biotin_hours > 0:
        stop = (moment - timedelta(hours=biotin_hours)).astimezone(here)
        yield Note(
            "biotin",
            f"No biotin supplement in the {biotin_hours} hours before: none from "
            f"{spoken(stop.date())}, {stop:%H:%M} on. It disturbs the measurement.",
        )
    turn, noon = moment_of(day, _TURN, here), moment_of(day, _NOON, here)
    ends = moment_of(day + A_DAY, _TURN, here) or moment + A_DAY
    then = [one for one in due if turn is not None and turn <= one < ends]
    if any(noon is not None and one < noon for one in then):
        yield Note(
            "before_doses",
            "Before that day's doses, if your clinic says so: reminders of the morning's wait "
            "until you say that blood was drawn, or until 12:00. You can log them at any time.",
        )
    elif then:
        yield Note("before_doses", "Before the doses of that day.")


def moment_of(day: date, at: time, here: ZoneInfo) -> datetime | None:
    """The instant of a wall-clock time; None on a date that the place never had.

    A time that a clock change skips is read with the offset before it; of one that happens twice,
    the first is meant.
    """
    noon = datetime.combine(day, _NOON, tzinfo=here)
    if noon.astimezone(UTC).astimezone(here).date() != day:
        return None
    return datetime.combine(day, at, tzinfo=here).astimezone(UTC)


def spoken(day: date) -> str:
    """A day as people say it, such as `Thu 26 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"
