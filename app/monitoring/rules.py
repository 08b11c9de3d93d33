"""The rules of a lab plan: what is asked for, counted from when, and under which condition. Pure.

A rule is data: `data/plan.toml` is the plan of everybody whose clinic has chosen no other.
"""

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

LONGEST = 3660  # days that an offset may reach


class Anchor(enum.StrEnum):
    """From when a rule counts its days.

    START        the first night of treatment
    DOSE_CHANGE  the night of each change of a medicine of the rule's kinds; a later one replaces
                 what an earlier one still asks for
    LAST_RESULT  the day on which all of its markers were last known, or the start before any was
    """

    START = "start"
    DOSE_CHANGE = "dose_change"
    LAST_RESULT = "last_result"


class Purpose(enum.StrEnum):
    """What a rule asks the patient to do; only what has one purpose is done in one go."""

    BLOOD = "blood"
    SCAN = "scan"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold on the due day: an age, and one of these kinds of medicine being taken."""

    age_at_least: int | None = None
    on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a lab plan.

    rule           its code; with the repetition it names a draw for good
    markers        codes of the catalogue that are asked for; see `SATISFIED_BY`
    of             kinds of medicine whose changes it follows; for DOSE_CHANGE only
    offset_days    from the anchor to the due day; 0 or less from the start is the baseline
    window_before  days before the due day from which a result counts
    window_after   days after it until which it is due; afterwards it is overdue
    repeat_days    from each due day to the next; None happens once for each anchor
    source         where the figures come from, with the evidence tag
    """

    rule: str
    name: str
    purpose: Purpose
    markers: tuple[str, ...]
    anchor: Anchor
    of: frozenset[str]
    offset_days: int
    window_before: int
    window_after: int
    repeat_days: int | None
    only_if: Condition | None
    source: str

    @property
    def is_baseline(self) -> bool:
        """Whether it asks for blood before the treatment begins."""
        begins = self.anchor is Anchor.START and self.offset_days <= 0
        return begins and self.purpose is Purpose.BLOOD


_SUGAR = frozenset({"glucose_fasting", "glucose", "hba1c"})

SATISFIED_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # clinical.md 1.2 has one column "Glucose/HbA1c": either of them answers for both.
        "glucose_fasting": _SUGAR,
        "glucose": _SUGAR,
        "hba1c": _SUGAR,
        # Free testosterone is asked for, but a laboratory that measured the total is not asked for
        # another draw; ES and AUA follow the total.
        "testosterone_free": frozenset(
            {
                "testosterone_free", "testosterone_free_percent", "testosterone_bioavailable",
                "testosterone_total",
            }
        ),
        "igf1": frozenset({"igf1", "igf1_z"}),
        # A calculated LDL is not reported where triglycerides are high.
        "ldl": frozenset({"ldl", "non_hdl"}),
    }
)  # fmt: skip
"""Which results answer for a marker; any other marker is answered for by itself alone. [D]"""


def answers_for(marker: str) -> frozenset[str]:
    """The codes of results of which any one satisfies what asks for this marker."""
    return SATISFIED_BY.get(marker, frozenset({marker}))


class Fault(ValueError):
    """A rule that contradicts itself: the field at fault, what is wrong with it, and the cure."""

    def __init__(self, field: str, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.field, self.problem, self.cure = field, problem, cure


def check(rule: Rule) -> None:
    """Raise Fault for the first thing in which a rule contradicts itself."""
    counts_from_start = rule.anchor is Anchor.START
    if rule.anchor is Anchor.DOSE_CHANGE and not rule.of:
        raise Fault(
            "of", "A re-check follows the changes of some medicine.", "Name at least one kind."
        )
    if rule.anchor is not Anchor.DOSE_CHANGE and rule.of:
        raise Fault("of", "Only a re-check after a dose change names kinds.", "Leave it empty.")
    if not counts_from_start and not 1 <= rule.offset_days <= LONGEST:
        raise Fault("offset_days", "It counts from a day that has passed.", "Choose 1 day or more.")
    if not counts_from_start and rule.window_before >= rule.offset_days:
        raise Fault(
            "window_before", "The window would open before the day it counts from.",
            f"Choose at most {rule.offset_days - 1} days.",
        )  # fmt: skip
    if rule.anchor is Anchor.LAST_RESULT and rule.repeat_days is not None:
        raise Fault(
            "repeat_days", "What counts from the last result repeats by itself.", "Leave it empty."
        )
    if rule.repeat_days is not None and rule.window_before + rule.window_after >= rule.repeat_days:
        raise Fault(
            "repeat_days", "Each window would overlap the next one.",
            f"Choose more than {rule.window_before + rule.window_after} days, or smaller windows.",
        )  # fmt: skip


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a data file, in its order. Raises ValueError for one without a source."""
    rules = tuple(_rule(code, facts) for code, facts in tomllib.loads(text).items())
    for rule in rules:
        check(rule)
        if not rule.source.startswith(("[P]", "[S]", "[D]")):
            raise ValueError(f"{rule.rule} has no source")
    return rules


def _rule(code: str, facts: dict[str, Any]) -> Rule:
    condition = Condition(facts.get("age"), frozenset(facts.get("on", ())))
    return Rule(
        rule=code,
        name=facts["name"],
        purpose=Purpose(facts.get("purpose", "blood")),
        markers=tuple(facts["markers"]),
        anchor=Anchor(facts.get("anchor", "start")),
        of=frozenset(facts.get("of", ())),
        offset_days=facts["offset_days"],
        window_before=facts["window_before"],
        window_after=facts["window_after"],
        repeat_days=facts.get("repeat_days"),
        only_if=None if condition == Condition() else condition,
        source=facts["source"],
    )


DEFAULT_RULES = read_rules((files("app.monitoring") / "data/plan.toml").read_text("utf-8"))
