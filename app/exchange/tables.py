"""Everything that is on record about one patient, as tables that a spreadsheet opens."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.exchange import (
    tables_clinic,
    tables_doses,
    tables_measures,
    tables_people,
    tables_protocol,
    tables_supplies,
)
from app.exchange.cells import csv_text
from app.exchange.reader import Reader, Table

Source = Callable[[Reader], Awaitable[Table]]

SHARED: Mapping[str, Source] = {
    "patient": tables_people.patient,
    "protocol": tables_protocol.lines,
    "versions": tables_protocol.versions,
    "holds": tables_protocol.holds,
    "doses": tables_doses.doses,
    "dose_events": tables_doses.events,
    "adherence": tables_doses.adherence,
    "adherence_definition": tables_doses.definition,
    "observations": tables_measures.observations,
    "check_ins": tables_measures.check_ins,
    "side_effects": tables_measures.side_effects,
    "blood_draws": tables_measures.draws,
    "screenings": tables_protocol.screenings,
    "vials": tables_supplies.vials,
    "vial_stock": tables_supplies.stock,
    "source_checks": tables_supplies.source_checks,
    "consumables": tables_supplies.consumables,
    "site_reactions": tables_supplies.reactions,
}
"""What a patient and their clinicians read alike, by the name of each table."""

OWN: Mapping[str, Source] = {
    "access_log": tables_people.access_log,
    "people_let_in": tables_people.let_in,
    "devices": tables_people.devices,
}
"""What is the patient's alone."""

CLINIC: Mapping[str, Source] = {
    "flags": tables_clinic.flags,
    "tasks": tables_clinic.tasks,
    "reviews": tables_clinic.reviews,
}
"""What is in the words of clinicians to each other, and stays with them."""

NAMES = (*SHARED, *OWN, *CLINIC)


def sources(clinic: UUID | None) -> dict[str, Source]:
    """The tables of a copy for this clinic, or of the patient's own where none is given."""
    return {**SHARED, **(OWN if clinic is None else CLINIC)}


async def tables_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *,
    clinic: UUID | None = None, only: str | None = None,
) -> dict[str, str]:  # fmt: skip
    """The tables by file name, such as `doses.csv`: RFC 4180, without a byte order mark.

    clinic   whose copy it is: what others of its clinicians wrote, and no other clinic's; None is
             the patient's own copy
    only     one table by its name. Raises KeyError for one that this copy does not have

    Rows are in order of time, so a later export begins like an earlier one. Writes nothing.
    """
    wanted = sources(clinic)
    if only is not None:
        wanted = {only: wanted[only]}
    reader = Reader(session, patient_id, now, clinic)
    found: dict[str, Any] = {}
    for name, read in wanted.items():
        table = await read(reader)
        found[f"{name}.csv"] = csv_text(table.columns, table.rows)
    return found
