"""At which hour supplies are spoken of: the patient's own, or the usual one of the morning.

Nothing of this is urgent: it is said by day where the person is, and outside their quiet hours.
"""

from datetime import UTC, date, datetime, time, timedelta

from app.accounts.evenings import quiet_of, zone_of
from app.accounts.models import Preferences
from app.accounts.waking import EVENING, WAKING, after_quiet
from app.schedule import A_DAY, zone

LATE = timedelta(hours=2)
"""An hour of the evening that somebody chose is still good for so long. [D]"""


def next_moment(preferences: Preferences, speak_at: time | None, now: datetime) -> datetime:
    """The first instant after `now` at which a day's word may be said."""
    return min(moment for moment in _moments(preferences, speak_at, now) if moment > now)


def may_speak(preferences: Preferences, speak_at: time | None, now: datetime) -> bool:
    """Whether `now` belongs to the hours in which a day's word may be said.

    That is from the hour on until the evening; a later hour of one's own, or one that quiet hours
    put off, stays good for two hours.
    """
    begun = max(moment for moment in _moments(preferences, speak_at, now) if moment <= now)
    here = zone(zone_of(preferences))
    evening = datetime.combine(begun.astimezone(here).date(), EVENING, tzinfo=here)
    quiet = quiet_of(preferences)
    silent = quiet is not None and quiet.covers(now)
    return not silent and now < max(evening.astimezone(UTC), begun + LATE)


def _moments(preferences: Preferences, speak_at: time | None, now: datetime) -> list[datetime]:
    """Each day's instant, from two days before to two days after; quiet hours put it off."""
    here = zone(zone_of(preferences))
    today = now.astimezone(here).date()
    days: list[date] = [today + A_DAY * n for n in range(-2, 3)]
    each = (datetime.combine(day, speak_at or WAKING, tzinfo=here) for day in days)
    return [after_quiet(preferences, moment.astimezone(UTC)) for moment in each]
