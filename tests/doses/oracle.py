"""Adherence counted by hand: an independent reading of the definition, slow and plain.

It shares no code with `app.doses`: histories are dictionaries, and every figure is worked out anew
by going through all of them again. Where this and the module disagree, one of them is wrong.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

Dose = dict[str, Any]
Line = dict[str, Any]

DAY = timedelta(days=1)


def weeks(line: Line, now: datetime) -> dict[int, str]:
    """What each night of an any-n line comes to, by the dose's number: counts, rest or extra."""
    found: dict[int, str] = {}
    nights: dict[Any, list[Dose]] = defaultdict(list)
    for dose in line["doses"]:
        if dose["quota"] and not dose["extra"]:
            nights[dose["night"].isocalendar()[:2]].append(dose)
    for week in nights.values():
        week.sort(key=lambda dose: dose["night"])
        free = [dose for dose in week if not dose["held"]]
        quota = max((dose["quota"] for dose in free), default=0)
        owed = 0
        sevenths = 0
        for dose in free:
            sevenths += dose["quota"]
        while sevenths >= 7:
            sevenths -= 7
            owed += 1
        done = [dose for dose in free if dose["taken_at"]]
        for dose in week:
            if dose["held"] and dose["taken_at"]:
                found[dose["number"]] = "extra"
        for place, dose in enumerate(done, 1):
            found[dose["number"]] = "counts" if place <= quota else "extra"
        asked = [dose for dose in free if not dose["taken_at"] and len(done) < dose["quota"]]
        shut = [dose for dose in asked if dose["skip"] is not None or now >= dose["closes"]]
        coming = [dose for dose in asked if dose not in shut]
        short = owed - len(done) - len(coming)
        lost = []
        while short > 0 and shut:
            lost.append(shut.pop())  # the latest of them
            short -= 1
        for dose in free:
            if not dose["taken_at"]:
                found[dose["number"]] = "counts" if dose in lost or dose in coming else "rest"
    return found


def begun(line: Line, until: datetime) -> Dose | None:
    """The first dose, in the order of the plan, that was taken."""
    in_order: list[Dose] = sorted(line["doses"], key=lambda each: each["due"])
    for dose in in_order:
        if dose["taken_at"] and dose["due"] <= until:
            return dose
    return None


_known: dict[Any, list[tuple[str, Dose]]] = {}


def words(line: Line, until: datetime, now: datetime) -> list[tuple[str, Dose]]:
    """What each dose counts as, in order of the plan; worked out once for one set of figures."""
    key = (id(line), until, now)
    if key not in _known:
        _known[key] = _words(line, until, now)
    return _known[key]


def _words(line: Line, until: datetime, now: datetime) -> list[tuple[str, Dose]]:
    week = weeks(line, now)
    first = begun(line, until)
    found = []
    for dose in sorted(line["doses"], key=lambda each: each["due"]):
        standing = week.get(dose["number"])
        taken, due = dose["taken_at"], dose["due"]
        if dose["extra"]:
            word = "extra" if taken else "nothing"
        elif taken and (dose["held"] or standing == "extra"):
            word = "extra"
        elif taken:
            off = taken - due if taken > due else due - taken
            word = "late" if off > dose["on_time"] else "on_time"
        elif dose["held"]:
            word = "held"
        elif standing == "rest":
            word = "rest"
        elif dose["skip"] is not None:
            word = "skipped"
        elif now >= dose["closes"]:
            word = "unresolved" if dose["unreached"] else "missed"
        elif now >= due:
            word = "open"
        else:
            word = "nothing"
        if word in ("skipped", "missed", "unresolved") and (first is None or due < first["due"]):
            word = "before_initiation"
        found.append((word, dose))
    return found


TAKEN = ("on_time", "late")
NOT = ("skipped", "missed", "unresolved")


def within(line: Line, since: datetime, until: datetime, now: datetime) -> list[tuple[str, Dose]]:
    """Those due in the period."""
    return [(word, dose) for word, dose in words(line, until, now) if since < dose["due"] <= until]


def middle(figures: list[Any], share: Fraction) -> float | None:
    """The figure so far along the sorted ones, between two of them by proportion."""
    if not figures:
        return None
    ordered = sorted(figures)
    place = share * (len(ordered) - 1)
    below = int(place)
    if below + 1 == len(ordered):
        return float(ordered[below])
    return float(ordered[below] + (place - below) * (ordered[below + 1] - ordered[below]))


def unit(line: Line, dose: Dose, number: int, planned: list[Dose]) -> timedelta:
    """The prescribed interval that ends at a planned dose."""
    if dose["quota"]:
        of_week: timedelta = 7 * DAY / dose["quota"]
        return of_week
    earlier = planned[number - 1]["due"] if number else None
    if earlier is None or earlier == dose["due"]:
        every: timedelta = line["every"]
        return every
    apart: timedelta = dose["due"] - earlier
    return apart


def happenings(line: Line, until: datetime, now: datetime) -> list[dict[str, Any]]:
    """Intakes and held doses in the order in which they happened, with their prescribed units."""
    counted = [each for each in words(line, until, now) if each[1]["due"] <= until]
    planned = [dose for _, dose in counted if not dose["extra"]]
    units = {dose["number"]: unit(line, dose, n, planned) for n, dose in enumerate(planned)}
    found = []
    for word, dose in counted:
        if dose["taken_at"]:
            found.append({
                "at": dose["taken_at"], "intake": True, "due": dose["due"],
                "unit": units[dose["number"]] if word in TAKEN else None,
            })  # fmt: skip
        elif word == "held":
            found.append({"at": dose["due"], "intake": False, "due": dose["due"], "unit": None})
    found.sort(key=lambda one: (one["at"], one["intake"]))
    return found


def unit_after(line: Line, at: datetime, until: datetime, now: datetime) -> timedelta:
    """The prescribed interval in force at an instant."""
    planned = [
        dose for _, dose in words(line, until, now) if not dose["extra"] and dose["due"] <= until
    ]
    units = [unit(line, dose, number, planned) for number, dose in enumerate(planned)]
    for dose, length in zip(planned, units, strict=True):
        if dose["due"] > at:
            return length
    if units:
        return units[-1]
    every: timedelta = line["every"]
    return every


def ratios(line: Line, since: datetime, until: datetime, now: datetime) -> list[Fraction]:
    """Intervals between intakes over the prescribed ones."""
    marks = happenings(line, until, now)
    found = []
    for number in range(1, len(marks)):
        one, other = marks[number - 1], marks[number]
        if not (one["intake"] and other["intake"]) or other["unit"] is None:
            continue
        if since < other["due"] <= until:
            found.append(exactly(other["at"] - one["at"]) / exactly(other["unit"]))
    return found


def exactly(length: timedelta) -> Fraction:
    """Microseconds."""
    return Fraction((length.days * 86400 + length.seconds) * 10**6 + length.microseconds)


def gap(line: Line, since: datetime, until: datetime, now: datetime) -> Any:
    """The longest gap: (intervals, length, from, to), or None."""
    marks = happenings(line, until, now)
    found = []
    for number in range(1, len(marks)):
        one, other = marks[number - 1], marks[number]
        if not one["intake"] and not other["intake"]:
            continue
        if since < other["due"] <= until:
            length = other["unit"] or unit_after(line, other["at"], until, now)
            apart = other["at"] - one["at"]
            found.append((exactly(apart) / exactly(length), apart, one["at"], other["at"]))
    before = [mark for mark in marks if mark["at"] <= until]
    if before:
        last = before[-1]
        if any(
            word in NOT and dose["due"] > last["at"]
            for word, dose in within(line, since, until, now)
        ):
            apart = until - last["at"]
            length = unit_after(line, last["at"], until, now)
            found.append((exactly(apart) / exactly(length), apart, last["at"], None))
    return best(found)


def best(found: list[Any]) -> Any:
    """Of several gaps the one to show."""
    chosen = None
    for one in found:
        if one is None:
            continue
        if chosen is None or (one[0], one[1]) > (chosen[0], chosen[1]) or (
            (one[0], one[1]) == (chosen[0], chosen[1]) and one[2] < chosen[2]
        ):  # fmt: skip
            chosen = one
    return chosen


def left_out(line: Line, since: datetime, until: datetime, now: datetime) -> list[int]:
    """The runs of expected doses not taken; the last one is the run that still goes on."""
    steps = []
    for word, dose in within(line, since, until, now):
        if word == "extra":
            steps.append((dose["taken_at"], 1, word))
        elif word in TAKEN + NOT:
            steps.append((dose["due"], 0, word))
    steps.sort(key=lambda step: step[:2])
    marks = "".join("x" if word in NOT else "." for _, _, word in steps)
    runs = [len(run) for run in marks.split(".")]
    return [run for run in runs[:-1] if run] + [runs[-1]]


def holiday(line: Line) -> int:
    """How many in a row are a holiday: three nights, or two doses of what is taken less often."""
    nightly = line["every"] * line["slots"] <= timedelta(hours=48)
    threshold: int = 3 * line["slots"] if nightly else 2
    return threshold


def permissible(line: Line) -> timedelta:
    """The longest gap that does not end a treatment."""
    usual, own = 30 * DAY, 3 * line["every"] + 7 * DAY * line["weeks_off"]
    return own if own > usual else usual


def persistence(line: Line, until: datetime, now: datetime) -> tuple[str, int | None, Any]:
    """(state, days, until)."""
    first = begun(line, until)
    if first is None:
        return "not_started", None, None
    stopped = line["stopped"] if line["stopped"] and line["stopped"] < until else None
    end = stopped or until
    marks = [mark for mark in happenings(line, until, now) if mark["at"] <= end]
    last = max([mark["at"] for mark in marks] or [first["taken_at"]])
    silent = [
        dose for word, dose in words(line, until, now)
        if word in NOT and last < dose["due"] <= end
    ]  # fmt: skip
    if end - last > permissible(line) and silent:
        intake = max([mark["at"] for mark in marks if mark["intake"]] or [first["taken_at"]])
        return "discontinued", (intake - first["taken_at"]).days, intake
    if stopped:
        return "stopped", max(0, (stopped - first["taken_at"]).days), stopped
    return "on_treatment", max(0, (until - first["taken_at"]).days), None


def figures(
    lines: list[Line], since: datetime, until: datetime, now: datetime, gone: Sequence[Line] = ()
) -> dict[str, Any]:
    """Every figure of a period, of one line or of several together.

    gone   lines with doses in the period before alone
    """
    _known.clear()
    rows = [(line, *each) for line in lines for each in within(line, since, until, now)]
    found: dict[str, Any] = {}
    for word in (
        "on_time", "late", "skipped", "missed", "unresolved", "held", "extra", "open", "rest",
        "before_initiation",
    ):  # fmt: skip
        found[word] = len([1 for _, each, _ in rows if each == word])
    taken = found["on_time"] + found["late"]
    expected = taken + found["skipped"] + found["missed"] + found["unresolved"]
    found |= {"taken": taken, "expected": expected}
    found["taking"] = taken / expected if expected else None
    found["timing"] = found["on_time"] / expected if expected else None
    found["timing_given_taken"] = found["on_time"] / taken if taken else None
    found["upper"] = (taken + found["unresolved"]) / expected if expected else None
    found["uncapped"] = (taken + found["extra"]) / expected if expected else None
    found["spoken_of"] = (taken + found["skipped"]) / expected if expected else None
    found["reasons"] = tally(dose["skip"] for _, word, dose in rows if word == "skipped")
    planned = [dose for _, word, dose in rows if word in TAKEN]
    delays = [round((dose["taken_at"] - dose["due"]) / timedelta(minutes=1)) for dose in planned]
    found["delays"] = [middle(delays, Fraction(part, 4)) for part in (2, 1, 3)] + [len(delays)]
    found["accurate"] = (len([1 for dose in planned if close(dose)]), len(planned))
    found["correct"] = correct(rows)
    intakes = [dose for _, _, dose in rows if dose["taken_at"]]
    lags = [(dose["logged"] - dose["taken_at"]) / timedelta(minutes=1) for dose in intakes]
    found["lag"] = middle(lags, Fraction(1, 2))
    found["backfilled"] = len([1 for lag in lags if lag > 1440])
    found["evidence"] = tally(dose["means"] for _, _, dose in rows)
    every = [ratio for line in lines for ratio in ratios(line, since, until, now)]
    found["ratios"] = (
        middle(every, Fraction(1, 2)), float(max(every)) if every else None,
        len([1 for one in every if one > Fraction(3, 2)]) / len(every) if every else None,
        len(every),
    )  # fmt: skip
    found["gap"] = best([gap(line, since, until, now) for line in lines])
    runs = [(line, left_out(line, since, until, now)) for line in lines]
    holidays = [run for line, mine in runs for run in mine if run >= holiday(line)]
    found["holidays"] = (len(holidays), max(holidays, default=0))
    found["in_row"] = max((mine[-1] for _, mine in runs), default=0)
    states = [persistence(line, until, now) for line in lines]
    found["not_initiated"] = any(state == "not_started" for state, _, _ in states)
    firsts = [first["taken_at"] for line in lines if (first := begun(line, until))]
    found["initiated_at"] = min(firsts, default=None)
    after = 0
    for line, (state, _, ended) in zip(lines, states, strict=True):
        if state == "discontinued":
            after += len([
                1 for word, dose in within(line, since, until, now)
                if word in NOT and dose["due"] > ended
            ])  # fmt: skip
    found["after"] = after
    found["implementation"] = (taken, expected - after)
    if len(lines) == 1:
        found["persistence"] = states[0]
    earlier = since - (until - since)
    then = [each for line in [*lines, *gone] for each in before(line, earlier, since, until, now)]
    took = len([1 for word in then if word in TAKEN])
    due = len([1 for word in then if word in TAKEN + NOT])
    found["previous"] = (took, due)
    found["trend"] = taken / expected - took / due if expected and due else None
    return found


def before(line: Line, since: datetime, until: datetime, end: datetime, now: datetime) -> list[str]:
    """What the doses of the period before count as; a line began when it began."""
    return [word for word, dose in words(line, end, now) if since < dose["due"] <= until]


def close(dose: Dose) -> bool:
    """Whether the amount was within a tenth; grams of one unit, or not comparable at all."""
    if dose["amount"] is None:
        return True
    number, name = dose["amount"]
    scale = {"ug": 1, "mg": 1000}.get(name)
    if scale is None:
        return False
    return bool(9 * dose["planned"] <= 10 * number * scale <= 11 * dose["planned"])


def correct(rows: list[tuple[Line, str, Dose]]) -> tuple[int, int]:
    """(right, of): the nights on which each line was taken exactly as often as expected."""
    right = of = 0
    nights: dict[Any, list[tuple[int, str]]] = defaultdict(list)
    for line, word, dose in rows:
        nights[dose["night"]].append((line["number"], word))
    for mine in nights.values():
        if any(word == "open" for _, word in mine):
            continue
        if not any(word in TAKEN + NOT for _, word in mine):
            continue
        of += 1
        good = True
        for number in {each for each, _ in mine}:
            here = [word for each, word in mine if each == number]
            wanted = len([1 for word in here if word in TAKEN + NOT])
            had = len([1 for word in here if word in (*TAKEN, "extra")])
            good = good and had == wanted and not any(word in NOT for word in here)
        right += good
    return right, of


def tally(given: Any) -> dict[str, int]:
    """How often each word comes; nothing said is no word."""
    found: dict[str, int] = {}
    for one in given:
        if one:
            found[one] = found.get(one, 0) + 1
    return found
