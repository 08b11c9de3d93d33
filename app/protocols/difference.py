"""The difference between two versions in plain words, as the patient reads it. Pure.

"Anastrozole 0.5 mg → 0.25 mg, Mondays and Thursdays, from Monday night".
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.protocols.prescribed import Prescribed
from app.protocols.recurrences import nights_text, schedule_text
from app.schedule import A_DAY, Recurrence
from app.units import Amount, IncompatibleUnits

_ROUTES = {
    "subcutaneous": "under the skin", "intramuscular": "into the muscle", "oral": "by mouth",
}  # fmt: skip


class Kind(enum.StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    CHANGED = "changed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about a line that is new, different or gone, and how that reads."""

    kind: Kind
    line_id: UUID
    name: str
    text: str


def difference(
    before: Sequence[Prescribed], after: Sequence[Prescribed], since: date, tonight: date
) -> list[Change]:
    """What is different in `after`, seen from `before`: line by line, in the order of entry.

    since     first night on which it holds
    tonight   by which the night is named: nearer ones by their weekday alone

    A line of which several things change is told in as many short sentences, what is taken first;
    only its first one says from which night, for it is the same for all.
    A medicine that goes by another route or in another form is a new line; where exactly one took
    the place of another it is told as one change. Empty when nothing a patient would notice
    differs: a first night that has passed, say.
    """
    known = {line.line_id: line for line in before}
    kept = {line.line_id for line in after}
    gone = [line for line in before if line.line_id not in kept]
    new = [line for line in after if line.line_id not in known]
    instead = _instead(gone, new)
    begins = f"from {night_text(since, tonight)}"
    changes = []
    for line in after:
        old = known.get(line.line_id) or instead.get(line.line_id)
        if old is None:
            text = f"{line.name} {_course(line, since)}, {_route(line.route)}"
            starts = night_text(_first(line, since), tonight)
            text = f"New: {text}{_steps(line, since, tonight)}, from {starts}"
            changes.append(Change(Kind.ADDED, line.line_id, line.name, text))
        elif told := _told(old, line, since, tonight):
            texts = [f"{told[0]}, {begins}", *told[1:]]
            changes += [Change(Kind.CHANGED, line.line_id, line.name, text) for text in texts]
    replaced = {line.line_id for line in instead.values()}
    for line in gone:
        if line.line_id not in replaced:
            text = f"{line.name} {line.amount_at(since)} stops, no dose {begins} on"
            changes.append(Change(Kind.STOPPED, line.line_id, line.name, text))
    return changes


def night_text(night: date, tonight: date) -> str:
    """How a night is named: by its weekday within a week ahead, else by its date as well."""
    if tonight <= night < tonight + A_DAY * 7:
        return f"{night:%A} night"
    year = f" {night.year}" if night.year != tonight.year else ""
    return f"the night of {night:%A} {night.day} {night:%B}{year}"


def _instead(gone: Sequence[Prescribed], new: Sequence[Prescribed]) -> dict[UUID, Prescribed]:
    """For each new line the one it took the place of: the only two of their medicine."""
    found = {}
    for line in new:
        same_new = [other for other in new if other.medicine == line.medicine]
        same_gone = [other for other in gone if other.medicine == line.medicine]
        if len(same_new) == len(same_gone) == 1:
            found[line.line_id] = same_gone[0]
    return found


def _told(old: Prescribed, new: Prescribed, since: date, tonight: date) -> list[str]:
    """What is different about one line, a sentence for each thing; empty when nothing is."""
    amounts = _amounts(old, new, since)
    nights = _schedule(old, new, since)
    others = [part for part in (nights, *_others(old, new, since, tonight)) if part]
    if not (amounts or others or old.name != new.name):
        return []
    name = new.name if old.name == new.name else f"{old.name} → {new.name}"
    amount = amounts or f"{new.amount_at(_first(new, since))}"
    # The first sentence says how much and when as well, so that nothing has to be looked up.
    unsaid = _lower(nights_text(new.rule))
    if amounts or not others:
        first = [unsaid]
    else:
        first = [others.pop(0)] if nights else [unsaid, others.pop(0)]
    return [", ".join([f"{name} {amount}", *first]), *(f"{new.name}: {part}" for part in others)]


def _first(line: Prescribed, since: date) -> date:
    return max(line.rule.first, since)


def _amounts(old: Prescribed, new: Prescribed, since: date) -> str:
    night = _first(new, since)
    was, becomes = old.amount_at(night), new.amount_at(night)
    if _same(was, becomes):
        return ""
    return f"{was} → {_beside(was, becomes)}"


def _beside(was: Amount, becomes: Amount) -> str:
    """The new amount in the unit of the old one, so that a glance compares them, and as written."""
    if was.unit == becomes.unit:
        return f"{becomes}"
    try:
        return f"{becomes.to(was.unit)} (written as {becomes})"
    except IncompatibleUnits:
        return f"{becomes}"


def _same(one: Amount, other: Amount) -> bool:
    """Whether the two read the same; 1 mg and 1000 mcg do not, and that is worth telling."""
    return f"{one}" == f"{other}"


def _schedule(old: Prescribed, new: Prescribed, since: date) -> str:
    """The nights and times, before and after; empty while they fall on the same ones."""
    was, becomes = _anchored(old.rule, since), _anchored(new.rule, since)
    if was == becomes:
        return ""
    before, after = schedule_text(old.rule), schedule_text(new.rule)
    if was.last is not None and becomes.last is None:
        after += ", without an end"
    # Where the words are the same, what differs is from which night they count.
    counted = f", counted from {_date(becomes.first)}" if becomes.first != was.first else ""
    if before == after:
        return f"{_lower(after)}{counted}"
    return f"{_lower(before)} → {_lower(after)}{counted if becomes.first > since else ''}"


def _anchored(rule: Recurrence, since: date) -> Recurrence:
    """The rule without what makes no difference from `since` on: from which past night it counts.

    Nights that count in steps or cycles keep their place in them.
    """
    if rule.first > since:
        return rule
    if rule.every == 1 and not rule.weeks_off:
        return replace(rule, first=since, weeks_on=1)
    # In steps of one cycle, the last first night that is not after `since`.
    cycle = 7 * (rule.weeks_on + rule.weeks_off) if rule.weeks_off else 1
    period = _common(rule.every, cycle)
    return replace(rule, first=since - A_DAY * ((since - rule.first).days % period))


def _common(one: int, other: int) -> int:
    """The least number that both divide."""
    product = one * other
    while other:
        one, other = other, one % other
    return product // one


def _others(old: Prescribed, new: Prescribed, since: date, tonight: date) -> list[str]:
    """Everything but how much and when, each in its own words; empty words for what is the same."""
    steps = ""
    if _coming(old, since) != _coming(new, since):
        steps = _steps(new, since, tonight).removeprefix(", ") or "without the steps planned before"
    return [
        "" if old.route == new.route else f"{_route(old.route)} → {_route(new.route)}",
        steps,
        _before(_late(old.window_minutes), _late(new.window_minutes)),
        _before(_around(old.on_time_minutes), _around(new.on_time_minutes)),
        _before(_apart(old.min_gap_minutes), _apart(new.min_gap_minutes)),
        "other reminders" if old.ladder != new.ladder else "",
        _source("late window", old.window_source, new.window_source, old.window_minutes,
                new.window_minutes),
        _source("minimum gap", old.min_gap_source, new.min_gap_source, old.min_gap_minutes,
                new.min_gap_minutes),
    ]  # fmt: skip


def _before(was: str, becomes: str) -> str:
    """A rule as it becomes, with what it was."""
    return "" if was == becomes else f"{becomes} (before: {was})"


def _source(what: str, was: str, becomes: str, before: int | None, after: int | None) -> str:
    """That the same rule has another source; with another rule its source is no news."""
    return f"another source for the {what}" if before == after and was != becomes else ""


def _coming(line: Prescribed, since: date) -> list[tuple[date, str]]:
    return [(night, f"{amount}") for night, amount in line.steps if night > _first(line, since)]


def _steps(line: Prescribed, since: date, tonight: date) -> str:
    """The steps ahead, such as `, then 0.5 mg from Monday night`."""
    return "".join(
        f", then {amount} from {night_text(night, tonight)}"
        for night, amount in _coming(line, since)
    )


def _course(line: Prescribed, since: date) -> str:
    return f"{line.amount_at(_first(line, since))}, {_lower(schedule_text(line.rule))}"


def _lower(text: str) -> str:
    """As it stands inside a sentence; names of weekdays keep their capital."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in ("Every", "Any") else text


def _route(route: str) -> str:
    return _ROUTES.get(route, "by another route")


def _late(minutes: int | None) -> str:
    return "may be late until the day turns" if minutes is None else f"may be {_time(minutes)} late"


def _around(minutes: int) -> str:
    return f"on time within {_time(minutes)}"


def _apart(minutes: int | None) -> str:
    return "no minimum gap" if minutes is None else f"at least {_time(minutes)} between two doses"


def _time(minutes: int) -> str:
    """A stretch of time in the largest unit that divides it; two days are said as 48 hours."""
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def _date(night: date) -> str:
    return f"{night:%A} {night.day} {night:%B %Y}"
