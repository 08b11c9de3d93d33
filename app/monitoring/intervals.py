"""The dose log around a blood draw, and where in the testosterone interval the draw lies. Pure."""

import enum
import tomllib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from uuid import UUID

from app.doses.adherence import Adherence, Intake, summarise
from app.doses.weeks import DAYS, WeekNight, monday_of, week_of
from app.observations.reading import Value

DATA = tomllib.loads((files("app.monitoring") / "data/context.toml").read_text("utf-8"))

ADHERENCE = timedelta(days=DATA["adherence"]["days"])
BACK = timedelta(days=DATA["look"]["back_days"])
AHEAD = timedelta(days=DATA["look"]["ahead_days"])
"""How far around a draw the dose log has to be given."""

OCCASION = timedelta(hours=6)
"""Doses due so close together are one occasion: two lines of an evening are no interval of minutes.
[D] engineering default."""

_ENDS = {name: Decimal(DATA["positions"][name]) for name in ("peak", "mid", "late", "trough")}


class Of(enum.StrEnum):
    """Whose last dose is told beside a result."""

    TESTOSTERONE = "testosterone"
    PEPTIDE = "peptide"
    ANASTROZOLE = "anastrozole"


class Position(enum.StrEnum):
    """Where in the testosterone interval blood was drawn."""

    PEAK = "peak"
    MID = "mid"
    LATE = "late"
    TROUGH = "trough"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDose:
    """One dose of the log as it stands, of any medicine.

    of        None for a medicine that is only counted
    planned   its due time belongs to the schedule; not of an extra one, nor of one that a change
              of zone moved too close to the one before
    quota     of a line taken on any so many nights of the week: how many
    rhythm    words that are the same exactly while the prescription repeats it alike
    written_at  when the version was written that planned it so; None for always
    """

    of: Of | None
    line_id: UUID
    label: str
    night: date
    intake: Intake
    planned: bool = True
    quota: int | None = None
    rhythm: str = ""
    written_at: datetime | None = None


def position_of(fraction: Decimal) -> Position:
    """Which stretch of the interval a share of it lies in. Source: `data/context.toml`."""
    if fraction < _ENDS["peak"]:
        return Position.PEAK
    if fraction < _ENDS["mid"]:
        return Position.MID
    if fraction <= _ENDS["late"]:
        return Position.LATE
    return Position.TROUGH if fraction <= _ENDS["trough"] else Position.OVERDUE


@dataclass(frozen=True, slots=True)
class Around:
    """The dose log around one instant, from which every result of that draw is read.

    doses      in order of their due times
    then       the same as they stood at the instant: what was taken later was not taken yet
    before     the dose of each kind taken last up to the instant, and when
    interval   hours of the testosterone interval
    """

    at: datetime
    doses: tuple[LoggedDose, ...]
    then: tuple[LoggedDose, ...]
    before: Mapping[Of, tuple[LoggedDose, datetime] | None]
    interval: Decimal | None
    adherence: Adherence


def log_around(doses: Iterable[LoggedDose], at: datetime) -> Around:
    """The log around a draw, whatever the order of the doses.

    doses   those due from `BACK` before the draw to `AHEAD` after it, of whole weeks for a line
            taken on any so many nights; only what was taken up to the draw counts as taken
    """
    given = tuple(
        sorted(doses, key=lambda dose: (dose.intake.due_at, dose.line_id, dose.night, dose.label))
    )
    then = _as_of(given, at)
    before = {of: _last_of(of, given, at) for of in Of}
    interval = None
    if (testosterone := before[Of.TESTOSTERONE]) is not None:
        alike = [one for one in given if one.of is Of.TESTOSTERONE]
        interval = _interval(testosterone[0], alike, at)
    counted = [dose.intake for dose in then if at - ADHERENCE < dose.intake.due_at <= at]
    return Around(at, given, then, before, interval, summarise(counted, at))


def fraction_of(value: Value, log: Around) -> Decimal | None:
    """How much of the testosterone interval had passed; None where the time is not known."""
    testosterone = log.before[Of.TESTOSTERONE]
    if not log.interval or testosterone is None or not value.time_known:
        return None
    return hours_of(log.at - testosterone[1]) / log.interval


def _last_of(
    of: Of, doses: Iterable[LoggedDose], at: datetime
) -> tuple[LoggedDose, datetime] | None:
    """The dose of a kind that was taken last before the draw, or at the same instant."""
    taken = [
        (dose, dose.intake.taken_at)
        for dose in doses
        if dose.of is of and dose.intake.taken_at is not None and dose.intake.taken_at <= at
    ]
    return max(taken, key=lambda one: one[1], default=None)


def occasions(due: Iterable[datetime]) -> list[datetime]:
    """When doses fall due, those within `OCCASION` of an earlier one left out; in order."""
    found: list[datetime] = []
    for at in sorted(due):
        if not found or at - found[-1] >= OCCASION:
            found.append(at)
    return found


def interval_at(due_at: datetime, planned: Sequence[datetime]) -> timedelta | None:
    """From a dose's occasion to the next planned one; where none follows, that before it.

    planned   as `occasions` gives them; None with fewer than two

    Of a dose outside the plan, it is that between the planned ones around it; where only one side
    is planned, the distance on that side.
    """
    ends = min(max(bisect_right(planned, due_at), 1), len(planned) - 1)
    return planned[ends] - planned[ends - 1] if ends > 0 else None


def _interval(dose: LoggedDose, alike: Sequence[LoggedDose], at: datetime) -> Decimal | None:
    """Hours from this dose to the next one by the plan, whenever either of them was taken.

    alike   the doses of its kind, in order of their due times

    By the plan as it was at the draw: another rhythm that was written later began no earlier.
    """
    planned = [one for one in alike if one.planned]
    if not dose.planned:
        # One outside the plan is taken as part of the rhythm it falls into.
        before = [one for one in planned if one.intake.due_at <= dose.intake.due_at]
        dose = replace(dose, quota=next(iter([*before[-1:], *planned]), dose).quota)
    if dose.quota is not None:
        return Decimal(DAYS * 24) / dose.quota
    fixed = [one for one in planned if one.quota is None]
    rhythms = {one.rhythm for one in fixed if one.written_at is None or one.written_at <= at}
    known = [one for one in fixed if one.rhythm in rhythms]
    for given in (known, fixed):
        due = occasions(one.intake.due_at for one in given)
        if (length := interval_at(dose.intake.due_at, due)) is not None:
            return hours_of(length)
    return None


def _as_of(doses: Iterable[LoggedDose], at: datetime) -> tuple[LoggedDose, ...]:
    """The doses as they stood at an instant: what was taken later was not taken yet."""
    then = [
        dose
        if dose.intake.taken_at is None or dose.intake.taken_at <= at
        else replace(dose, intake=replace(dose.intake, taken_at=None))
        for dose in doses
    ]
    weeks: dict[tuple[UUID, date], list[WeekNight]] = defaultdict(list)
    for dose in then:
        if dose.quota is not None and not dose.intake.extra:
            weeks[dose.line_id, monday_of(dose.night)].append(WeekNight(
                night=dose.night, quota=dose.quota, held=dose.intake.held,
                taken=dose.intake.taken_at is not None,
                closed=dose.intake.skip_reason is not None or at >= dose.intake.closes_at,
            ))  # fmt: skip
    standings = {
        (line, night): standing
        for (line, _), nights in weeks.items()
        for night, standing in week_of(nights).standings.items()
    }
    return tuple(
        dose
        if dose.quota is None or dose.intake.extra
        else replace(
            dose,
            intake=replace(dose.intake, standing=standings.get((dose.line_id, dose.night))),
        )
        for dose in then
    )


def hours_of(length: timedelta) -> Decimal:
    """Hours exactly, for a share must fall on the right side of its limit."""
    return Decimal(length // timedelta(microseconds=1)) / Decimal(3_600_000_000)
