"""What clinicians say to each other about a patient, as tables: flags, tasks, reviews."""

import json

from app.clinic.models import FlagEpisode, Review, Task
from app.exchange.reader import Reader, Table


async def flags(reader: Reader) -> Table:
    """Every flag that was ever seen, open ones without `closed_at`."""
    rows = await reader.every(FlagEpisode, FlagEpisode.opened_at, FlagEpisode.id)
    columns = (
        "id", "rule", "severity", "text", "since", "opened_at", "closed_at", "source",
    )  # fmt: skip
    return Table(columns, [
        (
            row.id, row.rule, row.severity, row.text, row.since, row.opened_at, row.closed_at,
            row.source,
        )
        for row in rows
    ])  # fmt: skip


async def tasks(reader: Reader) -> Table:
    """Every task of this clinic about the patient, with what came of it."""
    every = await reader.every(Task, Task.created_at, Task.id)
    rows = [row for row in every if row.clinic_id == reader.clinic]
    names = await reader.names(
        each for row in rows for each in (row.owner_id, row.created_by, row.closed_by)
    )
    columns = (
        "id", "title", "rule", "flag_id", "owner", "due_on", "created_at", "created_by",
        "closed_at", "closed_by", "outcome", "outcome_note",
    )  # fmt: skip
    return Table(columns, [
        (
            row.id, row.title, row.rule, row.flag_id, names[row.owner_id], row.due_on,
            row.created_at, names[row.created_by], row.closed_at, names[row.closed_by],
            row.outcome, row.outcome_note,
        )
        for row in rows
    ])  # fmt: skip


async def reviews(reader: Reader) -> Table:
    """Every review that this clinic signed, with the figures as they were signed."""
    every = await reader.every(Review, Review.until, Review.id)
    rows = [row for row in every if row.clinic_id == reader.clinic]
    names = await reader.names(row.signed_by for row in rows)
    columns = ("id", "since", "until", "signed_by", "signed_at", "note", "definition", "figures")
    return Table(columns, [
        (
            row.id, row.since, row.until, names[row.signed_by], row.signed_at, row.note,
            row.definition, json.dumps(row.figures, ensure_ascii=False),
        )
        for row in rows
    ])  # fmt: skip
