"""How adherence is written: one shape for API, PDF, FHIR and export. Counts before rates."""

from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.clinic.supply_shapes import SupplyOut
from app.doses import definition
from app.doses.adherence import Adherence
from app.doses.following import Followed
from app.doses.phases import State
from app.doses.rhythm import Gap


class DefinitionOut(BaseModel):
    """What the figures count; `id` and `version` change when any rule does.

    text   what each word of the answer counts
    """

    id: str = definition.ID
    version: int = definition.VERSION
    phase: str = "from_initiation"
    skips: str = "count_as_not_taken"
    holds: str = "excluded"
    tolerance: str = str(definition.TOLERANCE)
    backfilled_hours: int = definition.BACKFILLED // timedelta(hours=1)
    text: dict[str, str] = definition.DEFINITION


class PeriodOut(BaseModel):
    """Doses due after `since` and up to `until` are counted; `from` and `to` are those dates
    where the patient lives."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    days: int
    since: datetime
    until: datetime


class Rate(BaseModel):
    """A share, 0 to 1, with its 95 % interval; both null while nothing was expected."""

    value: float | None
    ci95: tuple[float, float] | None


class Bounds(BaseModel):
    """Between which shares the truth lies, when unresolved doses may have been taken."""

    lower: float | None
    upper: float | None


class LineNamed(BaseModel):
    """Which line the figures are of, and the versions of the protocol that planned its doses.

    holiday_doses   so many expected doses in a row left out are a drug holiday
    """

    id: UUID
    medicine: str
    name: str
    versions: list[int]
    on_time_minutes: int
    permissible_gap_days: int
    holiday_doses: int


class CorrectDaysOut(BaseModel):
    """Nights with exactly the expected doses, of those with an expected one and none open."""

    right: int
    expected: int
    share: float | None


class AmountsOut(BaseModel):
    """Planned doses taken in the prescribed amount, within `tolerance` of it."""

    accurate: int
    of: int
    share: float | None
    tolerance: str


class DelayOut(BaseModel):
    """Minutes from due to taken, of `n` planned doses taken; negative is early."""

    median: float | None
    q1: float | None
    q3: float | None
    n: int


class IntervalsOut(BaseModel):
    """Intervals between intakes over the prescribed ones, of `n` of them."""

    median_ratio: float | None
    max_ratio: float | None
    over_1_5_share: float | None
    n: int


class GapOut(BaseModel):
    """The longest time without an intake; `to` is null while it lasts.

    intervals   how many prescribed ones it is long
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    hours: float
    intervals: float
    since: datetime = Field(alias="from")
    until: datetime | None = Field(alias="to")


class HolidaysOut(BaseModel):
    """Runs of expected doses left out; `longest` is the doses of the longest."""

    count: int
    longest: int
    definition: str


class ImplementationOut(BaseModel):
    """Taken of expected between initiation and discontinuation.

    after_discontinuation   expected doses left out after it: in `expected` above, and not here
    """

    taken: int
    expected: int
    share: float | None
    after_discontinuation: int


class PersistenceOut(BaseModel):
    """From the first intake to the discontinuation; `until` is null while on treatment.

    permissible_gap_days   null of several lines together
    """

    days: int | None
    state: State
    until: datetime | None
    permissible_gap_days: int | None


class LogLagOut(BaseModel):
    """Minutes from taken to logged, of every intake."""

    median: float | None
    backfilled_over_24h: int


class PreviousOut(BaseModel):
    """The period of the same length right before."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    taken: int
    expected: int
    share: float | None


class TrendOut(BaseModel):
    """Taking against the period before; `delta` is null unless both had something expected."""

    previous: PreviousOut
    delta: float | None


class Figures(BaseModel):
    """Counts first, then the rates they give. `line` is null for all lines together.

    prescribed_from     when the first dose was due; with `initiated_at`, how long the start took
    not_initiated       the line, or one of the lines, had doses due, and nobody ever took one
    supply              what the vials on record say; null where none is
    left_out_in_row     expected doses of one line up to now, none of them taken
    """

    line: LineNamed | None
    expected: int
    taken: int
    on_time: int
    late: int
    skipped: int
    missed: int
    unresolved: int
    held: int
    extra: int
    open: int
    rest: int
    before_initiation: int
    taking: Rate
    taking_bounds: Bounds
    uncapped_taking: float | None
    timing: float | None
    timing_given_taken: float | None
    report_completeness: float | None
    correct_days: CorrectDaysOut
    amount_accuracy: AmountsOut
    delay_minutes_median: float | None
    delay_minutes: DelayOut
    intervals: IntervalsOut
    longest_gap: GapOut | None
    drug_holidays: HolidaysOut
    left_out_in_row: int
    prescribed_from: datetime | None
    initiated_at: datetime | None
    not_initiated: bool
    implementation: ImplementationOut
    persistence: PersistenceOut
    skip_reasons: dict[str, int]
    evidence: dict[str, int]
    backfilled: int
    log_lag_minutes: LogLagOut
    trend: TrendOut
    supply: SupplyOut | None = None


class RemindersOut(BaseModel):
    """How the reminders of these doses fared, by dose; beside the figures, in none of them."""

    due: int
    accepted: int
    shown: int
    undeliverable: int
    waiting: int
    withdrawn: int


class WorstOut(BaseModel):
    """The line with the least taken of what was expected."""

    line: UUID
    name: str
    taken: int
    expected: int


class AdherenceOut(BaseModel):
    """How the protocol was followed in a period, and what exactly that means."""

    patient_id: UUID
    as_of: datetime
    timezone: str
    period: PeriodOut
    definition: DefinitionOut
    pooled: Figures
    lines: list[Figures]
    worst: WorstOut | None
    reminders: RemindersOut


def figures_out(
    line: LineNamed | None, found: Followed, since: datetime, until: datetime, here: tzinfo,
    *, supply: SupplyOut | None = None,
) -> Figures:  # fmt: skip
    """The figures as they are written, shares with four decimals."""
    counts, persistence = found.counts, found.persistence
    return Figures(
        line=line,
        expected=counts.expected, taken=counts.taken, on_time=counts.on_time, late=counts.late,
        skipped=counts.skipped, missed=counts.missed, unresolved=counts.unresolved,
        held=counts.held, extra=counts.extra, open=counts.open, rest=counts.rest,
        before_initiation=counts.before_initiation,
        taking=_rate(counts),
        taking_bounds=Bounds(lower=share(counts.taking), upper=share(counts.upper)),
        uncapped_taking=share(counts.uncapped),
        timing=share(counts.timing),
        timing_given_taken=share(counts.timing_given_taken),
        report_completeness=share(counts.spoken_of),
        correct_days=CorrectDaysOut(
            right=found.correct.count, expected=found.correct.of, share=share(found.correct.value)
        ),
        amount_accuracy=AmountsOut(
            accurate=found.accurate.count, of=found.accurate.of, share=share(found.accurate.value),
            tolerance=str(definition.TOLERANCE),
        ),
        delay_minutes_median=counts.median_delay,
        delay_minutes=DelayOut(
            median=found.delays.median, q1=found.delays.q1, q3=found.delays.q3,
            n=found.delays.count,
        ),
        intervals=IntervalsOut(
            median_ratio=share(found.ratios.median), max_ratio=share(found.ratios.longest),
            over_1_5_share=share(found.ratios.overshot), n=found.ratios.count,
        ),
        longest_gap=None if found.gap is None else _gap(found.gap),
        drug_holidays=HolidaysOut(
            count=found.holidays.count, longest=found.holidays.longest,
            definition=_holiday(found.holidays.threshold),
        ),
        left_out_in_row=found.left_out_in_row,
        prescribed_from=found.prescribed_from,
        initiated_at=found.initiated_at,
        not_initiated=found.not_initiated,
        implementation=ImplementationOut(
            taken=found.implementation.count, expected=found.implementation.of,
            share=share(found.implementation.value),
            after_discontinuation=found.after_discontinuation,
        ),
        persistence=PersistenceOut(
            days=persistence.days, state=persistence.state, until=persistence.until,
            permissible_gap_days=persistence.permissible.days if persistence.permissible else None,
        ),
        skip_reasons=dict(sorted(counts.skip_reasons.items())),
        evidence=dict(sorted(found.evidence.items())),
        backfilled=found.backfilled,
        log_lag_minutes=LogLagOut(
            median=None if found.lag is None else round(found.lag, 1),
            backfilled_over_24h=found.backfilled,
        ),
        trend=TrendOut(previous=_previous(found, since, until, here), delta=share(found.trend)),
        supply=supply,
    )  # fmt: skip


def share(value: float | None) -> float | None:
    """A share as it is written; None of nothing."""
    return None if value is None else round(value, 4)


def _rate(counts: Adherence) -> Rate:
    interval = counts.interval
    return Rate(
        value=share(counts.taking),
        ci95=interval and (round(interval[0], 4), round(interval[1], 4)),
    )


def _gap(gap: Gap) -> GapOut:
    return GapOut(
        hours=round(gap.length / timedelta(hours=1), 1), intervals=round(float(gap.intervals), 2),
        since=gap.since, until=gap.until,
    )  # fmt: skip


def _holiday(threshold: int | None) -> str:
    if threshold is None:
        return definition.DEFINITION["drug_holidays"]
    return f"{threshold} or more expected doses in a row not taken"


def _previous(found: Followed, since: datetime, until: datetime, here: tzinfo) -> PreviousOut:
    began = since - (until - since)
    last = since - timedelta(microseconds=1)
    return PreviousOut(
        first=began.astimezone(here).date(), last=last.astimezone(here).date(),
        taken=found.previous.taken, expected=found.previous.expected,
        share=share(found.previous.taking),
    )  # fmt: skip
