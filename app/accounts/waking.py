"""When something that is not urgent may speak: by day, where the person is, outside quiet hours."""

from datetime import UTC, date, datetime, time

from app.accounts.evenings import quiet_of, zone_of
from app.accounts.models import Preferences
from app.schedule import A_DAY, Quiet, zone

# For the middle of the day; after this hour it waits for the next morning.
WAKING, EVENING = time(10), time(20)


def today_of(preferences: Preferences, now: datetime) -> date:
    """The calendar date where the person is; a laboratory knows nothing of nights."""
    return now.astimezone(zone(zone_of(preferences))).date()


def waking_moment(preferences: Preferences, day: date, now: datetime) -> datetime:
    """When what belongs to this day may speak: at 10:00 there, or at once while it is still day.

    In the evening it waits for the next morning, and in quiet hours for their end. Somebody who
    wants quiet all day long hears it when the quiet ends.
    """
    here = zone(zone_of(preferences))
    quiet = quiet_of(preferences)
    local = now.astimezone(here)
    if local.date() < day:
        local = datetime.combine(day, WAKING, tzinfo=here)
    if not (quiet and _covers_the_day(quiet, local)):
        if local.time() < WAKING:
            local = datetime.combine(local.date(), WAKING, tzinfo=here)
        elif local.time() >= EVENING:
            local = datetime.combine(local.date() + A_DAY, WAKING, tzinfo=here)
    moment = local.astimezone(UTC)
    return quiet.ends_after(moment) if quiet and quiet.covers(moment) else moment


def after_quiet(preferences: Preferences, now: datetime) -> datetime:
    """This instant, or the end of the quiet hours it falls into."""
    quiet = quiet_of(preferences)
    return quiet.ends_after(now) if quiet and quiet.covers(now) else now


def _covers_the_day(quiet: Quiet, local: datetime) -> bool:
    return all(
        quiet.covers(datetime.combine(local.date(), hour, tzinfo=local.tzinfo))
        for hour in (WAKING, time(15), time(19, 59))
    )
