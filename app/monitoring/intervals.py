"""The dose log around a blood draw, and where in the testosterone interval the draw lies. Pure."""

import enum
import tomllib
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
    """

    of: Of | None
    line_id: UUID
    label: str
    night: date
    intake: Intake
    planned: bool = True
    quota: int | None = None


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
        interval = _interval(testosterone[0], [one for one in given if one.of is Of.TESTOSTERONE])
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


def _interval(dose: LoggedDose, alike: Sequence[LoggedDose]) -> Decimal | None:
    """Hours from this dose to the next one by the plan, whenever either of them was taken.

    Of one outside the plan, those between the planned doses around it; where only one side is
    planned, the distance on that side. None while the plan has no two doses.
    """
    quota = dose.quota or next((one.quota for one in alike if one.planned and one.quota), None)
    if quota is not None:
        return Decimal(DAYS * 24) / quota
    due = sorted({one.intake.due_at for one in alike if one.planned})
    at = dose.intake.due_at
    begins = max((n for n, one in enumerate(due) if one <= at), default=0)
    ends = begins + 1
    if ends >= len(due):
        begins, ends = begins - 1, begins
    return hours_of(due[ends] - due[begins]) if begins >= 0 else None


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
