"""What one result asks for, by the rules of `data/signals.toml`. Pure.

A rule fires on what is certain: `<5` is above nothing and `>4` is above 4. Nothing here proposes a
dose, and no rule looks at IGF-1 below its goal.
"""

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from app.monitoring.igf1 import Basis, Place
from app.monitoring.levels import Level
from app.monitoring.spans import Span
from app.observations.catalogue import CATALOGUE, Item, spoken_unit
from app.observations.conversions import shown
from app.observations.reading import Value

Band = tuple[Decimal, Decimal]


class Test(enum.StrEnum):
    """How a rule looks at a result; the data file says what each means."""

    __test__ = False  # no test class, whatever its name

    AT_LEAST = "at_least"
    ABOVE = "above"
    BELOW = "below"
    OUTSIDE = "outside"
    OUTSIDE_RANGE = "outside_range"
    RISE = "rise"
    FALL = "fall"
    IGF1 = "igf1"


class When(enum.StrEnum):
    """What else has to be so for a rule to look at all."""

    BEFORE_START = "before_start"
    MID_INTERVAL = "mid_interval"
    TENDER = "tender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: the figure it turns on, what it says to whom, and where it comes from.

    at        the figure, unless it is `setting`, which a clinic may change for one patient
    z         of the IGF-1 rules: the figure for a Z-score
    unless    rules that say the same more gravely, or better
    patient   "" where the clinic alone is told
    """

    code: str
    markers: tuple[str, ...]
    test: Test
    level: Level
    clinician: str
    patient: str
    source: str
    at: Decimal | None = None
    setting: str = ""
    z: Decimal | None = None
    when: tuple[When, ...] = ()
    unless: tuple[str, ...] = ()
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a clinic set for one patient: limits and goals by the names that rules have for them."""

    limits: Mapping[str, Decimal]
    goals: Mapping[str, Band]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What else is known about one result.

    facts      which of the conditions hold
    baseline   of the same marker, before the start of treatment or the first on record
    place      of IGF-1: where it stands in its range
    """

    figures: Figures
    facts: frozenset[When] = frozenset()
    baseline: Value | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One rule that a result fulfils, in the words of the clinic and of the patient."""

    rule: Rule
    clinician: str
    patient: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A line on a chart: from there on, or up to there, a rule speaks; `text` is for the reader."""

    at: Decimal
    level: Level
    text: str


def read_rules(text: str) -> dict[str, Rule]:
    """The rules of a data file by code.

    Raises ValueError for a rule without a source or a figure, or about what nobody knows.
    """
    rules = {code: _rule(code, dict(table)) for code, table in tomllib.loads(text).items()}
    for rule in rules.values():
        figures = {
            Test.OUTSIDE: bool(rule.setting),
            Test.OUTSIDE_RANGE: True,
            Test.IGF1: rule.at is not None and rule.z is not None,
        }
        if not figures.get(rule.test, rule.at is not None or bool(rule.setting)):
            raise ValueError(f"{rule.code} has no figure")
        if not rule.source or not rule.clinician or not set(rule.unless) <= rules.keys():
            raise ValueError(f"{rule.code} has no source or words, or names an unknown rule")
        if not rule.markers or not set(rule.markers) <= CATALOGUE.keys():
            raise ValueError(f"{rule.code} is about a marker that the catalogue does not have")
    return rules


def _rule(code: str, table: dict[str, Any]) -> Rule:
    days = table.pop("within_days", None)
    return Rule(
        code=code,
        markers=tuple(table.pop("markers")),
        test=Test(table.pop("test")),
        level=Level(table.pop("level")),
        at=Decimal(table.pop("at")) if "at" in table else None,
        z=Decimal(table.pop("z")) if "z" in table else None,
        when=tuple(When(word) for word in table.pop("when", ())),
        unless=tuple(table.pop("unless", ())),
        within=None if days is None else timedelta(days=days),
        **table,
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    read_rules((files("app.monitoring") / "data/signals.toml").read_text("utf-8"))
)
MARKERS = frozenset(code for rule in RULES.values() for code in rule.markers)
"""The markers that any rule looks at."""

_BY_MARKER = {
    code: tuple(rule for rule in RULES.values() if code in rule.markers) for code in MARKERS
}


def signals_in(value: Value, known: Known) -> list[Said]:
    """Every rule that a result fulfils, in the order of the data file."""
    fired = [rule for rule in _BY_MARKER.get(value.code, ()) if fires(rule, value, known)]
    codes = {rule.code for rule in fired}
    return [_said(rule, value, known) for rule in fired if not codes.intersection(rule.unless)]


def fires(rule: Rule, value: Value, known: Known) -> bool:
    """Whether a result fulfils a rule, whatever other rules say."""
    if not known.facts.issuperset(rule.when):
        return False
    span = Span.of(value)
    if rule.test is Test.IGF1:
        return _igf1(rule, known.place)
    if rule.test in (Test.RISE, Test.FALL):
        return _moved(rule, value, span, known.baseline)
    if rule.test in (Test.OUTSIDE, Test.OUTSIDE_RANGE):
        low, high = _band(rule, value, known.figures)
        return (low is not None and span.below(low)) or (high is not None and span.above(high))
    limit = limit_of(rule, known.figures)
    if rule.test is Test.BELOW:
        return span.below(limit)
    return span.at_least(limit) if rule.test is Test.AT_LEAST else span.above(limit)


def limit_of(rule: Rule, figures: Figures) -> Decimal:
    """The figure a rule turns on for this patient."""
    if rule.at is not None:
        return rule.at
    return figures.limits[rule.setting]


def least_of(code: str) -> Decimal | None:
    """The least value of which any rule speaks, whoever's it is; None where that is not certain."""
    rules = _BY_MARKER[code]
    if any(rule.test not in (Test.AT_LEAST, Test.ABOVE) for rule in rules):
        return None
    figures = [rule.at for rule in rules if rule.at is not None]
    return min(figures) if len(figures) == len(rules) else None


def limits_on(code: str, figures: Figures, *, own: bool) -> list[Limit]:
    """The lines that a marker's chart has for this patient, from low to high.

    own   whether the patient reads them, or somebody who looks after them

    Only those that hold for every result: none that counts from a baseline, or before the start.
    """
    words = {Test.AT_LEAST: "At or above", Test.ABOVE: "Above", Test.BELOW: "Below"}
    looks = _OWN_LOOKS if own else _CLINIC_LOOKS
    found = []
    for rule in _BY_MARKER.get(code, ()):
        if rule.test in words and not rule.when:
            at = limit_of(rule, figures)
            text = f"{words[rule.test]} {measured(CATALOGUE[code], at)}: {looks[rule.level]}"
            found.append(Limit(at, rule.level, text))
    return sorted(found, key=lambda limit: limit.at)


_OWN_LOOKS = {
    Level.INFO: "your clinic looks at it", Level.AMBER: "contact your clinic this week",
    Level.RED: "contact your clinic today", Level.EMERGENCY: "call emergency services now",
}  # fmt: skip
_CLINIC_LOOKS = {
    Level.INFO: "for review", Level.AMBER: "for a look this week",
    Level.RED: "for a look today", Level.EMERGENCY: "emergency",
}  # fmt: skip


def measured(item: Item, value: Decimal) -> str:
    """A canonical value with its unit, as people write it."""
    if item.unit.startswith("{"):
        return shown(item, value)
    return f"{shown(item, value)} {spoken_unit(item.unit)}"


def _igf1(rule: Rule, place: Place | None) -> bool:
    if place is None:
        return False
    limit = rule.z if place.basis is Basis.Z_SCORE else rule.at
    return limit is not None and place.at.above(limit)


def _moved(rule: Rule, value: Value, span: Span, baseline: Value | None) -> bool:
    """Whether a result is certainly further from the baseline than the rule allows."""
    if baseline is None or baseline.collected_at >= value.collected_at or rule.at is None:
        return False
    if rule.within is not None and value.day - baseline.day > rule.within:
        return False
    before = Span.of(baseline)
    if rule.test is Test.RISE:
        return before.high is not None and span.above(before.high + rule.at)
    return before.low is not None and span.below(before.low - rule.at)


def _band(rule: Rule, value: Value, figures: Figures) -> tuple[Decimal | None, Decimal | None]:
    return figures.goals[rule.setting] if rule.test is Test.OUTSIDE else (value.low, value.high)


def _said(rule: Rule, value: Value, known: Known) -> Said:
    item = value.item
    facts = {
        "name": item.name,
        "value": f"{value.comparator or ''}{measured(item, value.canonical)}",
    }
    if rule.test in (Test.OUTSIDE, Test.OUTSIDE_RANGE):
        low, high = _band(rule, value, known.figures)
        facts["low"] = "no lower end" if low is None else shown(item, low)
        facts["high"] = "no upper end" if high is None else measured(item, high)
    elif rule.test in (Test.RISE, Test.FALL):
        assert known.baseline is not None
        assert rule.at is not None
        facts["margin"] = measured(item, rule.at)
        facts["baseline"] = (
            f"{known.baseline.comparator or ''}{measured(item, known.baseline.canonical)}"
        )
    elif rule.test is Test.IGF1:
        assert known.place is not None
        facts["basis"] = known.place.label
    else:
        facts["limit"] = measured(item, limit_of(rule, known.figures))
    return Said(rule, rule.clinician.format_map(facts), rule.patient.format_map(facts))
