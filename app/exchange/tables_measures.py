"""What was measured and felt, as tables: as it was entered, in one unit, and when it was drawn."""

from collections.abc import Sequence

from app.exchange.cells import there
from app.exchange.reader import Reader, Table, medicine_of
from app.monitoring.contexts import contexts_of
from app.monitoring.models import ChosenDay, LabDraw
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.observations.reading import value_of

MEASURED = frozenset({"lab", "vital", "body", "scan"})


async def observations(reader: Reader) -> Table:
    """Laboratory results, vital signs, body and scans; of a void one the reason stands beside it.

    `draw_context` says where in the dosing week blood was drawn, by the dose log as it stands.
    """
    rows = await _of(reader, MEASURED)
    values = [value_of(row) for row in rows]
    contexts = await contexts_of(reader.session, {reader.patient_id: values}, reader.now)
    names = await reader.names(each for row in rows for each in (row.author_id, row.voided_by))
    columns = (
        "id", "panel_id", "collected_at", "zone", "day", "time_known", "group", "code", "name",
        "loinc", "comparator", "value", "unit", "value_converted", "unit_converted", "range_low",
        "range_high", "fasting", "assay", "laboratory", "scanner", "note", "draw_context",
        "read_with_care", "entered_at", "entered_by", "source", "replaces", "voided_at",
        "voided_by", "void_reason",
    )  # fmt: skip
    found = []
    for row, value in zip(rows, values, strict=True):
        item, context = CATALOGUE[row.code], contexts.get(row.id)
        found.append((
            row.id, row.panel_id, there(row.collected_at, row.zone), row.zone, row.day,
            row.time_known, item.group, row.code, item.name, row.loinc, row.comparator, row.value,
            row.unit, value.canonical, item.unit, row.low, row.high, row.fasting, row.assay,
            row.laboratory, f"{row.scanner_make} {row.scanner_model}".strip(), row.note,
            context.text if context else "",
            " ".join(each.text for each in context.care) if context else "",
            row.entered_at, names[row.author_id], row.means, row.replaces, row.voided_at,
            names[row.voided_by], row.void_reason,
        ))  # fmt: skip
    return Table(columns, found)


async def check_ins(reader: Reader) -> Table:
    """Every score of every check-in, those too that were changed since."""
    rows = await _of(reader, {"scale"})
    names = await reader.names(row.author_id for row in rows)
    columns = (
        "day", "code", "name", "score", "lowest_means", "highest_means", "note", "entered_at",
        "zone", "entered_by", "source", "changed_at",
    )  # fmt: skip
    return Table(columns, [
        (
            row.day, row.code, item.name, row.value, *(item.anchors or ("", "")), row.note,
            there(row.entered_at, row.zone), row.zone, names[row.author_id], row.means,
            row.voided_at,
        )
        for row in rows
        for item in [CATALOGUE[row.code]]
    ])  # fmt: skip


async def side_effects(reader: Reader) -> Table:
    """Side effects by their severity of 0 to 10, and warning signs."""
    rows = await _of(reader, {"side_effect", "red_flag"})
    known = await reader.lines()
    names = await reader.names(each for row in rows for each in (row.author_id, row.voided_by))
    columns = (
        "id", "felt_at", "zone", "day", "code", "name", "warning_sign", "severity", "medicine",
        "site", "note", "entered_at", "entered_by", "source", "replaces", "voided_at", "voided_by",
        "void_reason",
    )  # fmt: skip
    return Table(columns, [
        (
            row.id, there(row.collected_at, row.zone), row.zone, row.day, row.code, item.name,
            item.group == "red_flag", None if item.group == "red_flag" else row.value,
            medicine_of(known, row.line_id), row.site, row.note, row.entered_at,
            names[row.author_id], row.means, row.replaces, row.voided_at, names[row.voided_by],
            row.void_reason,
        )
        for row in rows
        for item in [CATALOGUE[row.code]]
    ])  # fmt: skip


async def draws(reader: Reader) -> Table:
    """Every blood draw, scan or measurement that was asked for, and the day that was chosen."""
    rows = await reader.every(LabDraw, LabDraw.due_on, LabDraw.id)
    chosen: dict[object, ChosenDay] = {
        row.draw_id: row
        for row in await reader.every(ChosenDay, ChosenDay.chosen_at, ChosenDay.id)
        if row.ended_at is None
    }
    names = await reader.names(row.settled_by for row in rows)
    columns = (
        "id", "rule", "name", "due_on", "days_early", "days_late", "markers", "prompts",
        "put_off_until", "drawn_on", "said_at", "said_by", "chosen_day", "chosen_time", "zone",
    )  # fmt: skip
    return Table(columns, [
        (
            row.id, row.step, row.name, row.due_on, row.window_before, row.window_after,
            " ".join(row.markers), row.prompts, row.snoozed_until, row.drawn_on, row.settled_at,
            names[row.settled_by], day.day if day else None, day.at if day else None,
            day.zone if day else "",
        )
        for row in rows
        for day in [chosen.get(row.id)]
    ])  # fmt: skip


async def _of(reader: Reader, groups: set[str] | frozenset[str]) -> Sequence[Observation]:
    """The observations of these groups, void or not, oldest first."""
    rows = await reader.every(
        Observation,
        Observation.collected_at,
        Observation.entered_at,
        Observation.code,
        Observation.id,
    )
    return [row for row in rows if CATALOGUE[row.code].group in groups]
