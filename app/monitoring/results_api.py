"""Results over HTTP: what was measured, when in the dosing week, and what it says."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from app.accounts.access import InConfidence
from app.accounts.models import Person
from app.clock import Now
from app.db import Session
from app.monitoring.changes import DoseChange, dose_changes
from app.monitoring.context import DrawContext
from app.monitoring.contexts import contexts_of
from app.monitoring.goals import goal_of, standing_in_goal
from app.monitoring.intervals import Of, Position
from app.monitoring.levels import Level
from app.monitoring.limits import Limit, Said, limits_on
from app.monitoring.results import Results, results_of
from app.monitoring.signals import said_of
from app.observations.catalogue import CATALOGUE, Group, spoken_unit
from app.observations.models import Fasting, Observation
from app.observations.reading import Value
from app.observations.record import people_of
from app.observations.shapes import ObservationOut, digits
from app.problems import NotFound, declared

router = APIRouter(prefix="/api", tags=["observations"])

GROUPS = frozenset({"lab", "vital", "body"})
CODES = frozenset(item.code for item in CATALOGUE.values() if item.group in GROUPS)
RECENT = timedelta(days=1100)
"""How far back blood pressure and weight go, which may be measured daily. [D] three years."""


class LastOut(BaseModel):
    """The last dose of one kind before a draw, and how many hours before."""

    of: Of
    label: str
    taken_at: datetime
    hours: str


class TakingOut(BaseModel):
    """Planned doses of every medicine in the 28 days before a draw."""

    taken: int
    expected: int


class CareOut(BaseModel):
    """One reason to read a result with care."""

    code: str
    text: str


class DrawContextOut(BaseModel):
    """When in the dosing week blood was drawn, by the dose log as it stands now.

    interval_hours   of testosterone; `fraction` of it had passed, null where the time is not known
    version          number of the protocol in force that night
    """

    last: list[LastOut]
    interval_hours: str | None
    fraction: str | None
    position: Position | None
    fasting: Fasting | None
    taking28: TakingOut
    version: int | None
    care: list[CareOut]
    text: str

    @classmethod
    def of(cls, context: DrawContext) -> "DrawContextOut":
        """The context as the API shows it."""
        interval, fraction = context.interval_hours, context.fraction
        return cls(
            last=[
                LastOut(
                    of=each.of, label=each.label, taken_at=each.taken_at, hours=digits(each.hours)
                )
                for each in context.last
            ],
            interval_hours=None if interval is None else digits(interval),
            fraction=None if fraction is None else digits(fraction),
            position=context.position,
            fasting=None if context.fasting is None else Fasting(context.fasting),
            taking28=TakingOut(taken=context.taken, expected=context.expected),
            version=context.version,
            care=[CareOut(code=each.code, text=each.text) for each in context.care],
            text=context.text,
        )  # fmt: skip


class SaysOut(BaseModel):
    """What one rule says of a result, in the words for whoever reads it."""

    level: Level
    text: str
    source: str


class InGoalOut(BaseModel):
    """Where a result stands in its goal; `position` is null where that cannot be said."""

    position: Literal["below", "in", "above"] | None
    text: str


class ResultOut(BaseModel):
    """One result, and what it means by everything that stands now."""

    observation: ObservationOut
    context: DrawContextOut | None
    says: list[SaysOut]
    goal: InGoalOut | None


class GoalOut(BaseModel):
    """A band in the canonical unit, for the chart; either end may be missing."""

    low: str | None
    high: str | None
    text: str
    source: str


class LimitOut(BaseModel):
    """A line on the chart from which a rule speaks, in the canonical unit."""

    at: str
    level: Level
    text: str

    @classmethod
    def of(cls, limit: Limit) -> "LimitOut":
        """The line as the API shows it."""
        return cls(at=digits(limit.at), level=limit.level, text=limit.text)


class MarkerOut(BaseModel):
    """One marker with its results, oldest first."""

    code: str
    name: str
    short: str
    group: Group
    panel: str | None
    unit: str
    unit_spoken: str
    decimals: int
    goal: GoalOut | None
    limits: list[LimitOut]
    results: list[ResultOut]


class DoseChangeOut(BaseModel):
    """From which night another version of the protocol held."""

    day: date
    version: int
    text: str

    @classmethod
    def of(cls, change: DoseChange) -> "DoseChangeOut":
        """The change as the API shows it."""
        return cls(day=change.day, version=change.version, text=change.text)


class ResultsOut(BaseModel):
    """Every marker that has a result, in the order of the catalogue, and the dose changes."""

    markers: list[MarkerOut]
    changes: list[DoseChangeOut]


@router.get("/patients/{patient}/results", responses=declared(NotFound))
async def read_results(access: InConfidence, session: Session, now: Now) -> ResultsOut:
    """All results with their draw context, and what they say; worked out anew at each read.

    A patient reads their own words, a clinician the clinic's.
    """
    patient = access.patient_id
    results = (await results_of(session, [patient], now - RECENT, CODES))[patient]
    settings = {patient: results.about.settings}
    contexts = await contexts_of(session, {patient: results.values}, now, settings)
    people = await people_of(session, results.rows)
    rows = dict(zip(results.values, results.rows, strict=True))
    shown = _Shown(results, contexts, people, own=access.own)
    return ResultsOut(
        markers=[
            shown.marker(code, mine)
            for code in CATALOGUE
            if (mine := [(value, row) for value, row in rows.items() if value.code == code])
        ],
        changes=[DoseChangeOut.of(each) for each in await dose_changes(session, patient, now)],
    )


class _Shown:
    """How the results of one patient are shown to whoever reads them."""

    def __init__(
        self, results: Results, contexts: Mapping[UUID, DrawContext],
        people: Mapping[UUID, Person], *, own: bool,
    ) -> None:  # fmt: skip
        self.results, self.contexts, self.people, self.own = results, contexts, people, own

    def marker(self, code: str, mine: list[tuple[Value, Observation]]) -> MarkerOut:
        """One marker with these results, oldest first."""
        item = CATALOGUE[code]
        place = self.results.place(mine[-1][0])
        goal = goal_of(code, self.results.figures, place)
        return MarkerOut(
            code=code, name=item.name, short=item.short, group=item.group, panel=item.panel,
            unit=item.unit, unit_spoken=spoken_unit(item.unit), decimals=item.decimals,
            goal=None if goal is None else GoalOut(
                low=None if goal.low is None else digits(goal.low),
                high=None if goal.high is None else digits(goal.high),
                text=goal.text, source=goal.source,
            ),
            limits=[
                LimitOut.of(limit)
                for limit in limits_on(code, self.results.figures, own=self.own)
            ],
            results=[self.result(value, row) for value, row in mine],
        )  # fmt: skip

    def result(self, value: Value, row: Observation) -> ResultOut:
        """One result with its context, its place in the goal, and what it says."""
        context = self.contexts.get(value.observation_id)
        position = None if context is None else context.position
        place = self.results.place(value)
        standing = standing_in_goal(value, self.results.figures, place, position)
        return ResultOut(
            observation=ObservationOut.of(row, self.people),
            context=None if context is None else DrawContextOut.of(context),
            says=[
                SaysOut(level=said.rule.level, text=text, source=said.rule.source)
                for said in said_of(self.results, value, position)
                if (text := self._words(said))
            ],
            goal=None if standing is None else InGoalOut.model_validate(
                {"position": standing.position, "text": standing.text}
            ),
        )  # fmt: skip

    def _words(self, said: Said) -> str:
        return said.patient if self.own else said.clinician
