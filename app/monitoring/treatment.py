"""What a lab plan is worked out from, read from the record: for one patient or for many.

The number of statements is the same for any number of patients.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person, Preferences
from app.accounts.waking import today_of
from app.monitoring.due import Course, Phase, Result, Said
from app.monitoring.models import LabDraw, LabPlan, LabSettings
from app.monitoring.rules import (
    DEFAULT_RULES,
    Anchor,
    Condition,
    Purpose,
    Rule,
    answers_for,
)
from app.monitoring.settings import kept_settings
from app.observations.models import Observation
from app.protocols.medicines import MEDICINES
from app.protocols.models import Line, Terms, Version
from app.protocols.recurrences import recurrence_of
from app.protocols.standing import Segment, open_proposal, segments
from app.schedule import A_DAY


@dataclass(frozen=True, slots=True)
class Treatment:
    """The calendar dates of a treatment; `ended` once a version without any line is in force."""

    start: date
    ended: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a patient's lab plan follows from.

    treatment   None before any protocol; `course` then counts as if it began today
    draws       the rows that somebody said something about
    """

    preferences: Preferences
    today: date
    rules: tuple[Rule, ...]
    treatment: Treatment | None
    course: Course
    draws: Sequence[LabDraw]

    @property
    def ended(self) -> bool:
        """Whether the treatment is over today, so that nothing is asked for."""
        ends = self.treatment.ended if self.treatment else None
        return ends is not None and ends <= self.today


async def known_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime,
    purposes: Collection[Purpose] = tuple(Purpose),
) -> dict[UUID, Known]:  # fmt: skip
    """What stands for each of these patients, in seven statements.

    purposes   results are read only of what rules of these purposes ask for
    """
    if not patients:
        return {}
    people = {
        person: (born_on, preferences)
        for person, born_on, preferences in await session.execute(
            select(Person.id, Person.born_on, Preferences)
            .join(Preferences, Preferences.person_id == Person.id)
            .where(Person.id.in_(patients))
        )
    }
    plans = await session.scalars(select(LabPlan).where(LabPlan.patient_id.in_(patients)))
    own = {plan.patient_id: rules_from(plan.steps) for plan in plans}
    rules = {patient: own.get(patient, DEFAULT_RULES) for patient in people}
    rows = await session.scalars(select(LabSettings).where(LabSettings.patient_id.in_(patients)))
    chosen = {row.patient_id: row.chosen for row in rows}
    versions = _by_patient(
        await session.scalars(
            select(Version).where(Version.patient_id.in_(patients)).order_by(Version.number)
        )
    )
    terms: dict[UUID, dict[UUID, list[tuple[Terms, Line]]]] = {}
    for each, line in await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id.in_(patients))
    ):
        terms.setdefault(each.patient_id, {}).setdefault(each.version_id, []).append((each, line))
    said = _by_patient(
        await session.scalars(
            select(LabDraw)
            .where(
                LabDraw.patient_id.in_(patients),
                or_(LabDraw.drawn_on.is_not(None), LabDraw.snoozed_until.is_not(None)),
            )
            .order_by(LabDraw.due_on, LabDraw.step)
            .execution_options(populate_existing=True)
        )
    )
    codes = {
        code
        for each in rules.values()
        for rule in each
        if rule.purpose in purposes
        for marker in rule.markers
        for code in answers_for(marker)
    }
    results: dict[UUID, list[Result]] = defaultdict(list)
    for patient, code, day in await session.execute(
        select(Observation.patient_id, Observation.code, Observation.day)
        .where(
            Observation.patient_id.in_(patients),
            Observation.code.in_(codes),
            Observation.voided_at.is_(None),
        )
        .distinct()
    ):
        results[patient].append(Result(code, day))
    found = {}
    for patient, (born_on, preferences) in people.items():
        today = today_of(preferences, now)
        stretches = _stretches(versions[patient])
        its_terms = terms.get(patient, {})
        treatment = _treatment(versions[patient], stretches, its_terms)
        settings = kept_settings(chosen.get(patient))
        course = Course(
            start=treatment.start if treatment else today,
            ended=treatment.ended if treatment else None,
            phases=phases_of(stretches, its_terms),
            born_on=born_on,
            psa=settings.psa,
            results=tuple(results[patient]),
            said=tuple(_said(row) for row in said[patient]),
        )
        found[patient] = Known(preferences, today, rules[patient], treatment, course, said[patient])
    return found


async def treatment_of(session: AsyncSession, patient_id: UUID, now: datetime) -> Treatment | None:
    """When the treatment began, or is to begin, and since when it is over; None before any
    protocol."""
    known = (await known_of(session, [patient_id], now))[patient_id]
    if known.treatment is None or known.ended:
        return known.treatment
    return Treatment(known.treatment.start, None)


def phases_of(
    stretches: Sequence[Segment], terms: Mapping[UUID, Sequence[tuple[Terms, Line]]]
) -> tuple[Phase, ...]:
    """Which kinds of medicine are prescribed from which night on, and how much of each.

    A phase begins with a version, a step of a titration, and the first night of a line and the
    one after its last. Times of day, names and weeks off are no part of a dose.
    """
    phases: list[Phase] = []
    for stretch in stretches:
        lines = terms.get(stretch.version.id, ())
        nights = {stretch.since}
        for each, _ in lines:
            rule = recurrence_of(each.recurrence)
            nights |= {rule.first, *(date.fromisoformat(step["from"]) for step in each.steps)}
            nights |= {rule.last + A_DAY} if rule.last else set()
        for night in sorted(nights):
            if night < stretch.since or (stretch.until is not None and night >= stretch.until):
                continue
            phases.append(Phase(night, _taken(lines, night)))
    return tuple(phases)


def _taken(lines: Iterable[tuple[Terms, Line]], night: date) -> dict[str, str]:
    doses: dict[str, list[str]] = defaultdict(list)
    for terms, line in lines:
        rule = recurrence_of(terms.recurrence)
        if night < rule.first or (rule.last is not None and night > rule.last):
            continue
        amount = terms.amount_at(night)
        dose = (
            line.medicine, line.form, line.route, f"{Decimal(amount.value).normalize():f}",
            amount.unit, sorted(rule.weekdays), rule.every, rule.weeks_on, rule.weeks_off,
            rule.per_week, len(rule.times),
        )  # fmt: skip
        medicine = MEDICINES.get(line.medicine)
        for kind in medicine.kinds if medicine else ():
            doses[kind].append(repr(dose))
    return {kind: " ".join(sorted(each)) for kind, each in doses.items()}


def rules_from(kept: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules of a plan as it is kept."""
    return tuple(
        Rule(
            rule=row["step"],
            name=row["name"],
            purpose=Purpose(row["purpose"]),
            markers=tuple(row["markers"]),
            anchor=Anchor(row["anchor"]),
            of=frozenset(row["of"]),
            offset_days=row["offset_days"],
            window_before=row["window_before"],
            window_after=row["window_after"],
            repeat_days=row["repeat_days"],
            only_if=_condition(row["only_if"]),
            source=row["source"],
        )
        for row in kept
    )


def kept_from(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """How rules are kept, so that `rules_from` gives them back.

    The code stands under `step`, where the release before this one looks for it.
    """
    return [
        {
            "step": rule.rule, "name": rule.name, "purpose": rule.purpose.value,
            "markers": list(rule.markers), "anchor": rule.anchor.value, "of": sorted(rule.of),
            "offset_days": rule.offset_days, "window_before": rule.window_before,
            "window_after": rule.window_after, "repeat_days": rule.repeat_days,
            "only_if": rule.only_if and {
                "age_at_least": rule.only_if.age_at_least, "on": sorted(rule.only_if.on)
            },
            "source": rule.source,
        }
        for rule in rules
    ]  # fmt: skip


def _condition(kept: Mapping[str, Any] | None) -> Condition | None:
    return Condition(kept["age_at_least"], frozenset(kept["on"])) if kept else None


def _stretches(versions: Sequence[Version]) -> list[Segment]:
    """Which version holds when; a first proposal that nobody answered yet counts as if it held."""
    stretches = segments(versions, date.min)
    proposed = open_proposal(versions)
    if not stretches and proposed is not None:
        return [Segment(proposed, proposed.effective_night, None)]
    return stretches


def _treatment(
    versions: Sequence[Version], stretches: Sequence[Segment], terms: Mapping[UUID, Any]
) -> Treatment | None:
    proposed = open_proposal(versions)
    # What was withdrawn or overtaken before anybody took it began nothing.
    begins = [
        version.in_force_from or version.effective_night
        for version in versions
        if version.in_force_from is not None or version is proposed
    ]
    if not begins:
        return None
    last = stretches[-1] if stretches else None
    ended = last.since if last and not terms.get(last.version.id) else None
    return Treatment(min(begins), ended)


def _said(row: LabDraw) -> Said:
    return Said(
        row.step, row.repetition, row.due_on, tuple(row.markers), row.drawn_on, row.snoozed_until
    )


def _by_patient(rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found
