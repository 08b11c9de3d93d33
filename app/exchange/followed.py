"""How the protocol was followed, for the printed page and for the tables: the app's own figures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.figure_shapes import AdherenceOut, Figures
from app.clinic.figures import Period, adherence_of
from app.doses import definition
from app.exchange.reader import Row
from app.exchange.words import DASH, day_of, number, percent
from app.problems import Invalid

PERIODS = (7, 30, 90)
"""Days up to now of which the tables tell, beside the time since the current version."""

COLUMNS = (
    "period", "from", "to", "since", "until", "line_id", "medicine", "versions", "expected",
    "taken", "on_time", "late", "skipped", "missed", "unresolved", "held", "extra", "open", "rest",
    "before_initiation", "taking", "taking_low_95", "taking_high_95", "taking_upper_bound",
    "uncapped_taking", "timing", "timing_given_taken", "report_completeness", "correct_days",
    "correct_days_of", "amounts_accurate", "amounts_of", "delay_median_minutes",
    "delay_q1_minutes", "delay_q3_minutes", "interval_ratio_median", "interval_ratio_max",
    "intervals_over_1_5", "longest_gap_hours", "longest_gap_from", "longest_gap_to",
    "drug_holidays", "longest_holiday_doses", "initiated_at", "not_initiated",
    "implementation_taken", "implementation_expected", "persistence_state", "persistence_days",
    "skip_reasons", "evidence", "backfilled_over_24h", "log_lag_median_minutes",
    "previous_taken", "previous_expected", "trend_delta", "definition_id", "definition_version",
)  # fmt: skip

PRINTED = (
    "counted", "expected", "taking", "on_time", "late", "skips", "missed", "unresolved", "holds",
    "extra", "phase", "pooled",
)  # fmt: skip
"""Of the definition, what stands under the printed figures; the app has all of it."""


async def counted(session: AsyncSession, patient: UUID, now: datetime) -> list[Row]:
    """A row for all lines together and one for each line, of every period. `COLUMNS` names them."""
    rows: list[Row] = []
    periods = [(f"last {days} days", Period.last_days(days, now)) for days in PERIODS]
    try:
        current = await Period.since_current_version(session, patient, now)
        periods.append(("since the current version", current))
    except Invalid:
        pass  # nothing is in force, so no time has passed since
    for name, period in periods:
        found = (await adherence_of(session, patient, period, now)).out()
        rows += [_row(name, found, each) for each in (found.pooled, *found.lines)]
    return rows


def definition_rows() -> list[Row]:
    """What each word counts, after the name of the definition."""
    return [
        ("id", definition.ID), ("version", definition.VERSION), *definition.DEFINITION.items(),
    ]  # fmt: skip


def _row(name: str, found: AdherenceOut, each: Figures) -> Row:
    line, ci95, gap = each.line, each.taking.ci95, each.longest_gap
    return (
        name, found.period.first, found.period.last, found.period.since, found.period.until,
        line.id if line else None, line.name if line else "all lines together",
        " ".join(str(version) for version in line.versions) if line else "",
        each.expected, each.taken, each.on_time, each.late, each.skipped, each.missed,
        each.unresolved, each.held, each.extra, each.open, each.rest, each.before_initiation,
        each.taking.value, ci95[0] if ci95 else None, ci95[1] if ci95 else None,
        each.taking_bounds.upper, each.uncapped_taking, each.timing, each.timing_given_taken,
        each.report_completeness, each.correct_days.right, each.correct_days.expected,
        each.amount_accuracy.accurate, each.amount_accuracy.of, each.delay_minutes.median,
        each.delay_minutes.q1, each.delay_minutes.q3, each.intervals.median_ratio,
        each.intervals.max_ratio, each.intervals.over_1_5_share, gap.hours if gap else None,
        gap.since if gap else None, gap.until if gap else None, each.drug_holidays.count,
        each.drug_holidays.longest, each.initiated_at, each.not_initiated,
        each.implementation.taken, each.implementation.expected, each.persistence.state,
        each.persistence.days, _counts(each.skip_reasons), _counts(each.evidence), each.backfilled,
        each.log_lag_minutes.median, each.trend.previous.taken, each.trend.previous.expected,
        each.trend.delta, found.definition.id, found.definition.version,
    )  # fmt: skip


def _counts(counted: dict[str, int]) -> str:
    return "; ".join(f"{name} {count}" for name, count in counted.items())


async def printed(session: AsyncSession, patient: UUID, days: int, now: datetime) -> dict[str, Any]:
    """The figures of the last days as they are printed, and what they mean."""
    found = (await adherence_of(session, patient, Period.last_days(days, now), now)).out()
    return {
        "rows": [_printed(each) for each in found.lines],
        "pooled": _printed(found.pooled) if found.lines else None,
        "said": _said(found),
        "definition": f"{found.definition.id}, version {found.definition.version}",
        "means": [
            {"word": _read(word), "text": _read(found.definition.text[word])}
            for word in PRINTED
            if word in found.definition.text
        ],
    }


def _printed(each: Figures) -> dict[str, str]:
    ci95, held = each.taking.ci95, each.held + each.rest
    missed = f"{each.missed} + {each.unresolved}" if each.unresolved else str(each.missed)
    return {
        "line": each.line.name if each.line else "All lines together",
        "expected": str(each.expected), "on_time": str(each.on_time), "late": str(each.late),
        "skipped": str(each.skipped), "missed": missed, "held": str(held),
        "extra": str(each.extra),
        "taking": percent(each.taking.value),
        "ci95": f"{ci95[0] * 100:.0f}{DASH}{ci95[1] * 100:.0f} %" if ci95 else "",
        "delay": number(each.delay_minutes.median),
    }  # fmt: skip


def _said(found: AdherenceOut) -> Sequence[str]:
    """What else the figures tell, a sentence each; nothing of what did not happen."""
    pooled, told = found.pooled, []
    if found.worst is not None and len(found.lines) > 1:
        worst = found.worst
        told.append(f"Least taken: {worst.name}, {worst.taken} of {worst.expected}.")
    if pooled.correct_days.expected:
        right, of = pooled.correct_days.right, pooled.correct_days.expected
        told.append(f"Nights with exactly the expected doses: {right} of {of}.")
    previous = pooled.trend.previous
    if previous.expected and pooled.expected:
        told.append(
            f"The {found.period.days} days before: {previous.taken} of {previous.expected} taken "
            f"({percent(previous.share)})."
        )
    told += [_gap(each) for each in found.lines if each.line and each.longest_gap
             and each.longest_gap.intervals > 2]  # fmt: skip
    if pooled.skip_reasons:
        told.append(f"Why doses were skipped: {_counts(pooled.skip_reasons).replace('_', ' ')}.")
    if found.reminders.due:
        told.append(
            f"Reminders: of {found.reminders.due} doses spoken of, {found.reminders.shown} were "
            f"shown on a device and {found.reminders.undeliverable} reached no device."
        )
    if pooled.backfilled:
        told.append(f"Logged more than a day later: {pooled.backfilled}.")
    return told


def _gap(each: Figures) -> str:
    assert each.line is not None
    assert each.longest_gap is not None
    gap = each.longest_gap
    until = f"until {day_of(gap.until.date())}" if gap.until else "and it lasts"
    return (
        f"{each.line.name}: {number(gap.hours / 24)} days without an intake from "
        f"{day_of(gap.since.date())}, {until}."
    )


def _read(text: str) -> str:
    """The definition's words for somebody who reads no JSON."""
    text = text.replace("`since`", "the start").replace("`until`", "the end")
    return text.replace("_", " ").replace("`", "")
