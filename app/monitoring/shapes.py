"""What the lab plan's endpoints take and give, as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.clock import Day
from app.monitoring.due import State
from app.monitoring.plan import Drawing, Labs, Visit
from app.monitoring.rules import DEFAULT_RULES, LONGEST, Anchor, Condition, Purpose, Rule
from app.observations.catalogue import CATALOGUE

Marker = Annotated[str, Field(min_length=1, max_length=40)]
Kind = Literal[
    "androgen", "aromatase_inhibitor", "glp1", "growth_hormone_peptide", "gonadotropin_releasing"
]


class DrawOut(BaseModel):
    """One draw and how it stands today, where the patient is.

    opens_on, closes_on   from when a result counts, and until when it is due
    markers               codes of the catalogue; `marker_names` in the same order
    done_on               the day by which all of its results were in
    """

    id: UUID
    name: str
    step: str
    purpose: Purpose
    due_on: date
    opens_on: date
    closes_on: date
    state: State
    snoozed_until: date | None
    drawn_on: date | None
    done_on: date | None
    markers: list[str]
    marker_names: list[str]

    @classmethod
    def of(cls, draw: Drawing) -> Self:
        """What the API says of a draw."""
        instance, standing = draw.instance, draw.standing
        return cls(
            id=draw.id, name=instance.name, step=instance.rule, purpose=instance.purpose,
            due_on=instance.due_on, opens_on=instance.opens_on, closes_on=instance.closes_on,
            state=standing.state, snoozed_until=standing.snoozed_until,
            drawn_on=standing.drawn_on, done_on=standing.done_on,
            markers=list(instance.markers), marker_names=names_of(instance.markers),
        )  # fmt: skip


class ChosenOut(BaseModel):
    """The day and time that a patient chose for a visit."""

    id: UUID
    day: date
    at: str


class VisitOut(BaseModel):
    """Draws that are made in one go; a request about its id is about all of them.

    due_on    a day that suits all of them; `opens_on` and `closes_on` are the days around it
    markers   what is still to be measured
    """

    id: UUID
    name: str
    purpose: Purpose
    due_on: date
    opens_on: date
    closes_on: date
    state: State
    draws: list[UUID]
    markers: list[str]
    marker_names: list[str]
    chosen: ChosenOut | None

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What the API says of a visit."""
        chosen = visit.chosen
        return cls(
            id=visit.id, name=visit.name, purpose=visit.purpose, due_on=visit.due_on,
            opens_on=visit.opens_on, closes_on=visit.closes_on, state=visit.state,
            draws=list(visit.draws), markers=list(visit.markers),
            marker_names=names_of(visit.markers),
            chosen=chosen and ChosenOut(id=chosen.id, day=chosen.day, at=f"{chosen.at:%H:%M}"),
        )  # fmt: skip


class DueOut(BaseModel):
    """Every draw of the plan, soonest first, and the visits they make."""

    draws: list[DrawOut]
    visits: list[VisitOut]

    @classmethod
    def of(cls, labs: Labs) -> Self:
        """What the API says of a lab plan as it stands."""
        return cls(
            draws=[DrawOut.of(draw) for draw in labs.draws],
            visits=[VisitOut.of(visit) for visit in labs.visits],
        )


class DrawnIn(BaseModel):
    """On which day blood was drawn; today when left out."""

    model_config = ConfigDict(extra="forbid")

    on: Day | None = None


class PutOffIn(BaseModel):
    """Until which day, or for how many days, a draw is put off; a week when left out."""

    model_config = ConfigDict(extra="forbid")

    until: Day | None = None
    days: int | None = Field(default=None, ge=1, le=120)


class ConditionShape(BaseModel):
    """What must hold on the due day; see `app.monitoring.rules.Condition`."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    age_at_least: int | None = Field(default=None, ge=0, le=120)
    on: list[Kind] = Field(default_factory=list, max_length=10)


class RuleShape(BaseModel):
    """One rule of a lab plan; see `app.monitoring.rules.Rule`."""

    model_config = ConfigDict(extra="forbid")

    rule: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    name: str = Field(min_length=1, max_length=80)
    purpose: Purpose = Purpose.BLOOD
    markers: list[Marker] = Field(min_length=1, max_length=40)
    anchor: Anchor = Anchor.START
    of: list[Kind] = Field(default_factory=list, max_length=10)
    offset_days: int = Field(ge=-90, le=LONGEST)
    window_before: int = Field(default=7, ge=0, le=90)
    window_after: int = Field(default=7, ge=0, le=180)
    repeat_days: int | None = Field(default=None, ge=7, le=1460)
    only_if: ConditionShape | None = None
    source: str = Field(default="", max_length=300)

    def rule_of(self) -> Rule:
        """The rule that this says; a marker or kind that is named twice is one."""
        given = self.only_if or ConditionShape()
        condition = Condition(given.age_at_least, frozenset(given.on))
        return Rule(
            self.rule, self.name, self.purpose, tuple(dict.fromkeys(self.markers)), self.anchor,
            frozenset(self.of), self.offset_days, self.window_before, self.window_after,
            self.repeat_days, None if condition == Condition() else condition, self.source,
        )  # fmt: skip


class RuleOut(RuleShape):
    """A rule as it stands; one from an older plan may ask for nothing that Vesper knows."""

    markers: list[Marker]

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """What the API says of a rule."""
        condition = rule.only_if and {
            "age_at_least": rule.only_if.age_at_least, "on": sorted(rule.only_if.on)
        }  # fmt: skip
        return cls.model_validate({
            "rule": rule.rule, "name": rule.name, "purpose": rule.purpose,
            "markers": list(rule.markers), "anchor": rule.anchor, "of": sorted(rule.of),
            "offset_days": rule.offset_days, "window_before": rule.window_before,
            "window_after": rule.window_after, "repeat_days": rule.repeat_days,
            "only_if": condition, "source": rule.source,
        })  # fmt: skip


class PlanIn(BaseModel):
    """The rules of a lab plan."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RuleShape] = Field(max_length=40)


class PlanOut(BaseModel):
    """The rules of a lab plan; `default` is whether they are everybody's, which are `defaults`."""

    rules: list[RuleOut]
    default: bool
    defaults: list[RuleOut]

    @classmethod
    def of(cls, rules: tuple[Rule, ...]) -> Self:
        """What the API says of a lab plan's rules."""
        return cls(
            rules=[RuleOut.from_rule(rule) for rule in rules], default=rules == DEFAULT_RULES,
            defaults=[RuleOut.from_rule(rule) for rule in DEFAULT_RULES],
        )  # fmt: skip


def names_of(markers: Iterable[str]) -> list[str]:
    """What people call these markers; a code that the catalogue has lost names itself."""
    return [CATALOGUE[code].name if code in CATALOGUE else code for code in markers]
