"""When a visit speaks: which of its draws carries the ladder, and at which instant."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.accounts.evenings import zone_of
from app.accounts.models import Preferences
from app.accounts.waking import today_of, waking_moment
from app.monitoring.due import MOST_PROMPTS, State, next_prompt
from app.monitoring.models import LabDraw
from app.monitoring.visits import Merged
from app.schedule import A_DAY, zone


def speak_when(
    visit: Merged, rows: Sequence[LabDraw], chosen: date | None, preferences: Preferences,
    now: datetime, *, spoken: bool,
) -> None:  # fmt: skip
    """Set on the rows of a visit when it speaks next, so that together they keep one ladder.

    One row carries it: the soonest that was not put off and has not said enough. A repeat changes
    nothing, and an instant that has come is left to be spoken.

    rows     of the visit's members, in their order
    chosen   the day chosen for it; until that has passed, its own reminders speak instead
    spoken   whether something was said, or answered, today
    """
    today = today_of(preferences, now)
    carrier = _carrier(visit, rows) if visit.open else None
    for row in rows:
        if row is not carrier:
            row.prompt_at = None
    if carrier is None:
        return
    earliest = today + A_DAY if spoken else today
    silent = chosen is not None and chosen >= today
    if chosen is not None and silent:
        earliest = max(earliest, chosen + A_DAY)
    day = _day(visit, carrier, earliest, spoken=spoken)
    planned = carrier.prompt_at
    if planned is not None and not silent:
        if planned <= now:
            return
        # At night it moves to the next morning, and what was said today comes again in a week.
        ahead = planned.astimezone(zone(zone_of(preferences))).date() - day
        week = timedelta(days=7)
        if timedelta(0) <= ahead <= A_DAY or (day == today and week <= ahead <= week + A_DAY):
            return
    carrier.prompt_at = waking_moment(preferences, day, now)


def _carrier(visit: Merged, rows: Sequence[LabDraw]) -> LabDraw | None:
    able = [
        (each.state is State.SNOOZED, row)
        for each, row in zip(visit.members, rows, strict=True)
        if each.open and row.prompts < MOST_PROMPTS
    ]
    awake = [row for asleep, row in able if not asleep]
    waiting = sorted((row for asleep, row in able if asleep), key=_until)
    return next(iter([*awake, *waiting]), None)


def _until(row: LabDraw) -> date:
    return row.snoozed_until or date.max


def _day(visit: Merged, row: LabDraw, earliest: date, *, spoken: bool) -> date:
    first = visit.members[0].instance
    if first.baseline and row.prompts == 0 and row.snoozed_until is None and not spoken:
        # What is to be known before the treatment begins cannot wait for a week before its day.
        return max(earliest, visit.opens_on)
    day = next_prompt(visit.due_on, earliest, prompts=row.prompts, snoozed_until=row.snoozed_until)
    assert day is not None, "the carrier has not said enough"
    return day
