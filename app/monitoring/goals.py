"""The goal of a marker, and where one result stands in it. Pure.

A goal is drawn beside a result and asks for nothing: what asks for a look are the rules of
`limits`, none of which looks below an IGF-1 goal.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.monitoring.igf1 import SOURCE, Z_HIGH, Z_LOW, Basis, Place
from app.monitoring.intervals import Position
from app.monitoring.limits import RULES, Figures, Rule, Test, measured
from app.monitoring.spans import Span
from app.observations.catalogue import CATALOGUE
from app.observations.conversions import shown
from app.observations.reading import Value

_TIMED = "testosterone_total"
"""The one marker whose goal counts for a draw in the middle of the interval alone."""

_WORDS = {"below": "Below the goal", "in": "In the goal", "above": "Above the goal"}
_QUARTILE = {
    "below": "Below the upper quartile",
    "in": "In the upper quartile",
    "above": "Above the range",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A band in the marker's canonical unit; both ends None where it has none in that unit."""

    low: Decimal | None
    high: Decimal | None
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a result stands: `below`, `in` or `above`, or None where that cannot be said."""

    position: str | None
    text: str


def goal_of(code: str, figures: Figures, place: Place | None) -> Goal | None:
    """The goal of a marker for this patient; None without one.

    place   of IGF-1: where the newest result stands, from whose range the goal follows
    """
    if code == "igf1_z":
        return Goal(Z_LOW, Z_HIGH, f"Z-score of {Z_LOW} to {Z_HIGH}: the upper quartile", SOURCE)
    if code == "igf1":
        return None if place is None else _of_place(place)
    rule = _goal_rule(code)
    if rule is None:
        return None
    low, high = figures.goals[rule.setting]
    text = f"{shown(CATALOGUE[code], low)} to {measured(CATALOGUE[code], high)}"
    return Goal(low, high, f"{text} at mid-interval" if code == _TIMED else text, rule.source)


def standing_in_goal(
    value: Value, figures: Figures, place: Place | None, position: Position | None
) -> Standing | None:
    """Where a result stands in the goal of its marker; None for a marker without one."""
    if value.code in ("igf1", "igf1_z"):
        return None if place is None else _placed(place)
    rule = _goal_rule(value.code)
    if rule is None:
        return None
    if value.code == _TIMED and position is not Position.MID:
        return Standing(None, "The goal is meant for a draw at mid-interval.")
    word = Span.of(value).place(*figures.goals[rule.setting])
    if word is None:
        return Standing(None, "The laboratory gave a bound, which leaves it open.")
    return Standing(word, f"{_WORDS[word]}.")


def _goal_rule(code: str) -> Rule | None:
    return next(
        (rule for rule in RULES.values() if rule.test is Test.OUTSIDE and code in rule.markers),
        None,
    )


def _of_place(place: Place) -> Goal:
    if place.unit_low is None or place.unit_high is None:
        text = f"Upper quartile: a Z-score of {Z_LOW} to {Z_HIGH}"
        if place.basis is not Basis.Z_SCORE:
            text = "No goal without both ends of the range"
        return Goal(None, place.unit_high, f"{text}. {place.label}.", place.source)
    item = CATALOGUE["igf1"]
    band = f"{shown(item, place.unit_low)} to {measured(item, place.unit_high)}"
    return Goal(
        place.unit_low, place.unit_high, f"Upper quartile: {band}. {place.label}.", place.source
    )  # fmt: skip


def _placed(place: Place) -> Standing:
    at = place.at.low if place.at.low is not None else place.at.high
    words = [_QUARTILE[place.word] if place.word else "Where it stands is left open"]
    if place.basis is not Basis.Z_SCORE and place.low is not None and at is not None:
        words.append(f"position in the range: {round(at * 100)} %")
    return Standing(place.word, f"{'; '.join(words)}. {place.label}.")
