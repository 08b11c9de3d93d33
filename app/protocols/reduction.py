"""Whether a version only takes something away, so that it may hold before it is acknowledged. Pure.

Strict on purpose: what cannot be compared, or moves, waits for the patient like any other change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from app.protocols.prescribed import Prescribed
from app.schedule import A_DAY, Recurrence
from app.units import Amount, IncompatibleUnits

NIGHTS = 3653
"""How many nights are compared: ten years, longer than any version stands."""


def why_not_a_reduction(
    before: Sequence[Prescribed], after: Sequence[Prescribed], since: date
) -> str | None:
    """Why `after` is not simply less than `before` from the night `since` on; None where it is.

    Nothing may be new or more, on any night, and at least one thing must be less or gone. The
    very same again is no reduction.
    """
    more = what_is_more(before, after, since)
    if more is not None:
        return more
    remaining = {line.line_id: line for line in after}
    for old in before:
        new = remaining.get(old.line_id)
        if new is None or _less(old, new, since):
            return None
    return "Nothing in it is less than before."


def what_is_more(
    before: Sequence[Prescribed], after: Sequence[Prescribed], since: date
) -> str | None:
    """What in `after` is new, more, or moved beside `before` from `since` on; None for nothing."""
    known = {line.line_id: line for line in before}
    for new in after:
        old = known.get(new.line_id)
        if old is None:
            return f"{new.name} is added."
        found = _more(old, new, since)
        if found is not None:
            return found
    return None


def _more(old: Prescribed, new: Prescribed, since: date) -> str | None:
    return _larger(old, new, since) or _more_often(old, new, since)


def _larger(old: Prescribed, new: Prescribed, since: date) -> str | None:
    for night in _steps_of(old, new, since):
        was, becomes = old.amount_at(night), new.amount_at(night)
        order = _compared(was, becomes)
        if order is None:
            return f"{new.name}: {was} and {becomes} cannot be compared."
        if order > 0:
            return f"{new.name}: {becomes} is more than {was}."
    return None


def _more_often(old: Prescribed, new: Prescribed, since: date) -> str | None:
    if not set(new.rule.times) <= set(old.rule.times):
        return f"{new.name} would be taken at another time of the day."
    if any(new.rule.includes(n) and not old.rule.includes(n) for n in _nights(old, new, since)):
        return f"{new.name} would be taken on nights on which it is not taken now."
    allowed = old.rule.per_week
    if allowed is not None and _most_a_week(new.rule, since) > allowed:
        return f"{new.name} would be taken more often in a week."
    if old.min_gap_minutes and (new.min_gap_minutes or 0) < old.min_gap_minutes:
        return f"{new.name}: two doses could lie closer together."
    return None


def _less(old: Prescribed, new: Prescribed, since: date) -> bool:
    """Whether any amount, night, time or number in a week is less, where nothing is more."""
    if any(
        (_compared(old.amount_at(night), new.amount_at(night)) or 0) < 0
        for night in _steps_of(old, new, since)
    ):
        return True
    if set(new.rule.times) < set(old.rule.times):
        return True
    if old.rule.per_week is not None:
        return _most_a_week(new.rule, since) < old.rule.per_week
    if new.rule.per_week is not None:
        return True
    return any(old.rule.includes(n) and not new.rule.includes(n) for n in _nights(old, new, since))


def _compared(was: Amount, becomes: Amount) -> int | None:
    """Negative when it becomes less, positive when more; None where there is no factor."""
    try:
        now = becomes.to(was.unit).value
    except IncompatibleUnits:
        return None
    return (now > was.value) - (now < was.value)


def _steps_of(old: Prescribed, new: Prescribed, since: date) -> list[date]:
    """The first night and every later one on which one of the two amounts changes."""
    return [since, *sorted({n for line in (old, new) for n, _ in line.steps if n > since})]


def _nights(old: Prescribed, new: Prescribed, since: date) -> Iterator[date]:
    """The nights on which the two schedules could differ; none where they are the same."""
    if old.rule == new.rule:
        return iter(())
    return (since + A_DAY * n for n in range(NIGHTS))


def _most_a_week(rule: Recurrence, since: date) -> int:
    """The most nights of one week, Monday to Sunday, that the line asks for."""
    if rule.per_week is not None:
        return rule.per_week
    nights = (since + A_DAY * n for n in range(NIGHTS))
    weeks = Counter(night.isocalendar()[:2] for night in nights if rule.includes(night))
    return max(weeks.values(), default=0)
