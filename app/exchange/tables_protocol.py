"""What is prescribed, as tables: versions, their lines, pauses, and answers before a start."""

import json
from typing import Any

from sqlalchemy import select

from app.accounts.evenings import evenings_from
from app.exchange.cells import plain
from app.exchange.reader import Reader, Table, medicine_of
from app.protocols.models import Hold, Screening, ScreeningOverride, Terms, Version
from app.protocols.recurrences import recurrence_of, schedule_text
from app.protocols.screening import QUESTIONS
from app.protocols.standing import state_of


async def versions(reader: Reader) -> Table:
    """Every version: who wrote it, why, since when it holds, and whether the patient saw it."""
    found = await reader.every(Version, Version.number)
    names = await reader.names(version.author_id for version in found)
    tonight = evenings_from(await reader.preferences()).night_of(reader.now)
    columns = (
        "version", "state", "effective_night", "in_force_from", "based_on", "at_once", "author",
        "written_at", "reason", "because", "prescriber", "pharmacy", "prescribed_on",
        "self_reported", "acknowledged_at", "withdrawn_at", "withdrawn_reason", "warnings_answered",
    )  # fmt: skip
    return Table(columns, [
        (
            row.number, state_of(row, found, tonight), row.effective_night, row.in_force_from,
            row.based_on, row.at_once, names[row.author_id], row.created_at, row.reason,
            _json(row.because), row.prescriber, row.pharmacy, row.prescribed_on, row.self_reported,
            row.acknowledged_at, row.withdrawn_at, row.withdrawn_reason, _json(row.overrides),
        )
        for row in found
    ])  # fmt: skip


async def lines(reader: Reader) -> Table:
    """What each version says of each of its lines."""
    numbers, known = await reader.numbers(), await reader.lines()
    rows = sorted(
        await reader.every(Terms, Terms.position),
        key=lambda row: (numbers[row.version_id], row.position),
    )
    columns = (
        "version", "line_id", "medicine", "code", "form", "route", "amount", "unit", "schedule",
        "recurrence", "steps", "late_window_minutes", "late_window_source", "on_time_minutes",
        "minimum_gap_minutes", "minimum_gap_source", "reminders_at_minutes",
    )  # fmt: skip
    return Table(columns, [
        (
            numbers[row.version_id], row.line_id, medicine_of(known, row.line_id),
            known[row.line_id].medicine, known[row.line_id].form, known[row.line_id].route,
            row.amount_value, row.amount_unit, schedule_text(recurrence_of(row.recurrence)),
            _json(row.recurrence), _json(row.steps), row.window_minutes, row.window_source,
            row.on_time_minutes, row.min_gap_minutes, row.min_gap_source,
            " ".join(str(minutes) for minutes in row.ladder),
        )
        for row in rows
    ])  # fmt: skip


async def holds(reader: Reader) -> Table:
    """Every pause of a line, in nights from `since` up to, not including, `until`."""
    known = await reader.lines()
    rows = await reader.every(Hold, Hold.since, Hold.created_at, Hold.id)
    names = await reader.names(each for row in rows for each in (row.author_id, row.resumed_by))
    columns = (
        "line_id", "medicine", "since", "until", "reason", "author", "written_at", "resumed_at",
        "resumed_by",
    )  # fmt: skip
    return Table(columns, [
        (
            row.line_id, medicine_of(known, row.line_id), row.since, row.until, row.reason,
            names[row.author_id], row.created_at, row.resumed_at, names[row.resumed_by],
        )
        for row in rows
    ])  # fmt: skip


async def screenings(reader: Reader) -> Table:
    """One row for each answer to the questions before a growth-hormone peptide, and decisions."""
    rows = (
        await reader.session.execute(
            select(Screening, ScreeningOverride)
            .outerjoin(
                ScreeningOverride,
                (ScreeningOverride.patient_id == Screening.patient_id)
                & (ScreeningOverride.screening_id == Screening.id),
            )
            .where(Screening.patient_id == reader.patient_id)
            .order_by(Screening.answered_at, Screening.id)
        )
    ).all()
    names = await reader.names(
        each
        for row, override in rows
        for each in (row.author_id, override.author_id if override else None)
    )
    columns = (
        "answered_at", "answered_by", "question", "text", "answer", "note", "decided_at",
        "decided_by", "decision_reason",
    )  # fmt: skip
    return Table(columns, [
        (
            row.answered_at, names[row.author_id], code,
            QUESTIONS[code].text if code in QUESTIONS else "", said, row.note,
            override.at if override else None, names[override.author_id] if override else "",
            override.reason if override else "",
        )
        for row, override in rows
        for code, said in row.answers.items()
    ])  # fmt: skip


def _json(value: Any) -> str:
    """What has no one column, as JSON; nothing where there is nothing."""
    return json.dumps(value, ensure_ascii=False, default=plain) if value else ""
