"""What the results and reports of patients ask for: every signal, and who has looked at it.

Signals are computed at each read, from results, side effects and warning signs that stand. That
somebody acknowledged one is the only thing that is kept.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.monitoring.contexts import positions_of
from app.monitoring.courses import courses_of
from app.monitoring.intervals import Position
from app.monitoring.levels import Level, Signal, signal_id
from app.monitoring.limits import RULES, Said, When, fires, signals_in
from app.monitoring.models import FlagSeen
from app.monitoring.results import Results, grounds_of
from app.monitoring.side_effects import Course, side_effect_signals
from app.monitoring.spans import Span
from app.observations.reading import Value

__all__ = ["Level", "Signal", "signal_id", "signals_of"]

HISTORY = timedelta(days=400)
"""What was this old when it came on record raises no flag: a file of earlier years would bury
today's. Everything else stays until somebody looks, however long that takes. [D] engineering
default."""

_TIMED = [rule for rule in RULES.values() if When.MID_INTERVAL in rule.when]
"""The rules that turn on when a result was drawn."""

_GRAVER = {"warning_sign": ("blood_clot",)}
"""Of reports, the rules that say the same more gravely; those of results name theirs."""

Seen = Mapping[UUID, Mapping[UUID, tuple[FlagSeen, str]]]
"""What was acknowledged of each patient, by the id of the flag."""


async def signals_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, list[Signal]]:
    """The signals of each of these patients, in order of time, acknowledged or not.

    At most six statements for any number of patients: the dose log is read only where a result
    turns on when it was drawn, and courses only of those who reported something.
    """
    found = await grounds_of(session, patients)
    recent = {patient: _recent(results) for patient, results in found.items()}
    timed = {
        patient: wanted
        for patient, values in recent.items()
        if (wanted := [each for each in values if _needs_log(each, found[patient])])
    }
    positions = await positions_of(session, timed)
    reporting = [patient for patient, results in found.items() if results.reports]
    courses = await courses_of(session, reporting, now)
    seen = await _seen(session, patients)
    signals: dict[UUID, list[Signal]] = {patient: [] for patient in patients}
    for patient, results in found.items():
        mine = [
            *_of_values(results, recent[patient], positions),
            *_of_reports(results, courses.get(patient, [])),
        ]
        looked = [_looked_at(each, seen.get(patient, {})) for each in mine]
        signals[patient] = sorted(looked, key=lambda each: each.since)
    return signals


def said_of(results: Results, value: Value, position: Position | None) -> list[Said]:
    """Every rule that one of these results fulfils, drawn at this place in the interval."""
    return signals_in(value, results.known(value, position))


def hematocrit_alert(results: Results) -> bool:
    """Whether the newest hematocrit is at or above the amber limit of this patient."""
    newest = next((each for each in reversed(results.values) if each.code == "hematocrit"), None)
    if newest is None:
        return False
    limits = results.figures.limits
    return Span.of(newest).at_least(min(limits["hematocrit_amber"], limits["hematocrit_red"]))


def _recent(results: Results) -> list[Value]:
    """What was no history when it came on record, or stands in the place of something."""
    return [
        value
        for value, row in zip(results.values, results.rows, strict=True)
        if value.collected_at >= row.entered_at - HISTORY or row.replaces is not None
    ]


def _needs_log(value: Value, results: Results) -> bool:
    """Whether it depends on the dose log what this result asks for."""
    rules = [rule for rule in _TIMED if value.code in rule.markers]
    if not rules:
        return False
    known = results.known(value, None)
    timed = replace(known, facts=known.facts | {When.MID_INTERVAL})
    return any(fires(rule, value, timed) for rule in rules)


def _of_values(
    results: Results, values: list[Value], positions: Mapping[UUID, Position]
) -> list[Signal]:
    entered = {row.id: row.entered_at for row in results.rows}
    return [
        Signal(
            id=signal_id(value.observation_id, said.rule.code),
            rule=said.rule.code,
            level=said.rule.level,
            since=entered[value.observation_id],
            observation_id=value.observation_id,
            clinician_text=said.clinician,
            patient_text=said.patient,
            source=said.rule.source,
        )
        for value in values
        for said in said_of(results, value, positions.get(value.observation_id))
    ]


def _of_reports(results: Results, courses: list[Course]) -> list[Signal]:
    """What side effects and warning signs ask for; not what only the patient is told."""
    alert = hematocrit_alert(results)
    return [
        Signal(
            id=signal_id(each.observation_id, each.rule),
            rule=each.rule,
            level=each.level,
            since=each.since,
            observation_id=each.observation_id,
            clinician_text=each.clinician_text,
            patient_text=each.patient_text,
            source=each.source,
        )
        for each in side_effect_signals(results.reports, courses, hematocrit_alert=alert)
        if each.level is not None
    ]


async def _seen(session: AsyncSession, patients: Collection[UUID]) -> Seen:
    """Who acknowledged what, with their name."""
    rows = await session.execute(
        select(FlagSeen, Person.name)
        .join(Person, Person.id == FlagSeen.seen_by)
        .where(FlagSeen.patient_id.in_(patients))
    )
    seen: dict[UUID, dict[UUID, tuple[FlagSeen, str]]] = defaultdict(dict)
    for row, name in rows:
        seen[row.patient_id][row.id] = row, name
    return seen


def _looked_at(signal: Signal, seen: Mapping[UUID, tuple[FlagSeen, str]]) -> Signal:
    """The signal with whoever acknowledged it, or what said the same more gravely.

    Whoever has seen a clot beside a high hematocrit need not see it anew once that is normal.
    """
    rule = RULES.get(signal.rule)
    graver = rule.unless if rule else _GRAVER.get(signal.rule, ())
    keys = (signal_id(signal.observation_id, code) for code in (signal.rule, *graver))
    looked = next((seen[key] for key in keys if key in seen), None)
    if looked is None:
        return signal
    row, name = looked
    return replace(
        signal, seen_by=row.seen_by, seen_name=name, seen_at=row.seen_at, seen_note=row.note
    )
