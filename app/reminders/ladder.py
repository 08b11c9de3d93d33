"""When a dose speaks: the rungs of its ladder, with the patient's quiet hours kept."""

from datetime import datetime, timedelta

from app.schedule import Quiet

LADDER = (0, 20, 60, -30)
"""Default rungs: at the due time, 20 and 60 minutes after, and half an hour before closing."""

# Two rungs closer than this would sound like one alarm that stutters.
APART = timedelta(minutes=5)


def rungs(
    due_at: datetime, closes_at: datetime, ladder: tuple[int, ...] | list[int], quiet: Quiet | None,
    silent_until: datetime | None = None,
) -> list[datetime]:  # fmt: skip
    """The instants in [due_at, closes_at) at which a dose reminds, soonest first.

    ladder         minutes after `due_at`; a negative rung counts back from `closes_at`
    silent_until   what would speak earlier speaks then, once, or after the quiet hours that this
                   falls into; not at all where the window has closed by then

    The due time itself always speaks: the patient chose that bedtime, whatever the quiet hours
    are. A later rung that falls into quiet hours moves to their end, if the window is still open
    then. A closing rung moves ahead of them instead, to the last moment at which the patient may
    still be awake; a window that closes at four must not wake anybody at half past three. Rungs
    that land on or within five minutes of an earlier one are dropped.
    """
    instants = []
    for rung in ladder:
        base = due_at if rung >= 0 else closes_at
        instant = base + timedelta(minutes=rung)
        if silent_until is None or instant >= silent_until:
            instant = _heed(quiet, instant, closing=rung < 0, due_at=due_at)
        if silent_until is not None and instant < silent_until:
            instant = _heed(quiet, silent_until, closing=False, due_at=due_at)
        if due_at <= instant < closes_at:
            instants.append(instant)
    kept: list[datetime] = []
    for instant in sorted(instants):
        if not kept or instant - kept[-1] >= APART:
            kept.append(instant)
    return kept


def _heed(quiet: Quiet | None, instant: datetime, *, closing: bool, due_at: datetime) -> datetime:
    if quiet is None or instant == due_at or not quiet.covers(instant):
        return instant
    if closing:
        return quiet.began_before(instant) - timedelta(minutes=1)
    return quiet.ends_after(instant)
