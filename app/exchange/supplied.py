"""Vials, supplies and spots of a restored record: what they may say, and who tells of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.audit import Means
from app.db import Base
from app.doses.models import Event
from app.problems import Invalid
from app.sites import witness as site_witness
from app.sites.body import SITES
from app.sites.models import Placement, Reaction
from app.supplies import witness as supply_witness
from app.supplies.label import check_label
from app.supplies.models import (
    Confirmation,
    Consumable,
    ConsumableCount,
    Drawn,
    LineKit,
    SourceCheck,
    StockEntry,
    SupplySettings,
    Vial,
)
from app.supplies.source_checks import QUESTIONS
from app.supplies.vial_shapes import SourceAnswer
from app.witnessing import Witness

TOGETHER = 200
"""Rows that one entry tells of."""

A_DAY = timedelta(days=1)
"""How far another server's clock may be ahead."""

_OF: tuple[tuple[type[Base], Witness], ...] = (
    (Drawn, supply_witness.DRAWS), (StockEntry, supply_witness.STOCK),
    (StockEntry, supply_witness.VOIDS), (SourceCheck, supply_witness.CHECKS),
    (Confirmation, supply_witness.LABELS), (Confirmation, supply_witness.CONFIRMED),
    (Placement, site_witness.PLACED), (Reaction, site_witness.NOTICED),
    (Reaction, site_witness.VOIDED), (ConsumableCount, supply_witness.COUNTS),
    (ConsumableCount, supply_witness.COUNT_VOIDS),
)  # fmt: skip

Made = Mapping[type[Base], Sequence[Base]]


def must_be_supplies(made: Made, now: datetime) -> None:
    """Raise Invalid or ValueError for a vial, a supply or a spot that Vesper would have refused."""
    for row in made[Vial]:
        assert isinstance(row, Vial)
        _must_be_a_label(row, now)
    for number, check in enumerate(made[SourceCheck]):
        assert isinstance(check, SourceCheck)
        if unasked := sorted(set(check.answers) - set(QUESTIONS)):
            raise _unknown("question of the checklist", unasked[0], check, number, "answers")
        for said in check.answers.values():
            SourceAnswer(said)
    _must_follow_reports(made)
    for supply in made[Consumable]:
        assert isinstance(supply, Consumable)
        for line in supply.lines:
            UUID(line)
    for settings in made[SupplySettings]:
        assert isinstance(settings, SupplySettings)
        if not 1 <= settings.lead_days <= 60:
            raise ValueError("no such lead time")
    for table in (Placement, Reaction):
        for number, spot in enumerate(made[table]):
            assert isinstance(spot, Placement | Reaction)
            if spot.site is not None and spot.site not in SITES:
                raise _unknown("spot of the body", spot.site, spot, number, "site")


def _must_follow_reports(made: Made) -> None:
    """Each draw is of the dose of its report: Vesper looks the report up among that dose's own."""
    doses = {event.id: event.dose_id for event in made[Event] if isinstance(event, Event)}
    for drawn in made[Drawn]:
        assert isinstance(drawn, Drawn)
        if doses.get(drawn.event_id) != drawn.dose_id:
            raise ValueError("drawn for a report of another dose")


def _unknown(what: str, code: str, row: Base, number: int, column: str) -> Invalid:
    """What to raise for a code that this release does not have, or no longer has."""
    return Invalid(
        f"This Vesper knows no {what} called {code[:40]!r}.",
        field=f"tables.{row.__tablename__}.{number}.{column}",
        cure="Bring the file back with the release of Vesper that saved it, and ask its operator.",
    )


def _must_be_a_label(vial: Vial, now: datetime) -> None:
    """The same as for a vial that is entered; its day may be ahead, as another place's can be."""
    for strengths in (vial.strengths, vial.label_strengths or ()):
        for each in strengths:
            if set(each) != {"substance", "value", "unit"} or not all(
                isinstance(part, str) for part in each.values()
            ):
                raise ValueError("a strength that is none")
            if not Decimal(each["value"]) > 0:
                raise ValueError("a strength of nothing")
    if not vial.strengths or vial.revision < 1:
        raise ValueError("a vial of nothing")
    said = {column.name: getattr(vial, column.name) for column in Vial.__table__.columns}
    later = now + A_DAY
    check_label(said, later.date(), later)


def witness_supplies(session: AsyncSession, made: Made) -> None:
    """Tell the audit of every row, at the row's own time, as those of doses are told of."""
    for vial in made[Vial]:
        assert isinstance(vial, Vial)
        supply_witness.note_vial(
            session, "vial.entered", vial, actor=vial.author_id, means=Means.IMPORT,
            now=vial.created_at,
        )  # fmt: skip
    for kit in made[LineKit]:
        assert isinstance(kit, LineKit)
        supply_witness.note_kit(session, kit, means=Means.IMPORT)
    for supply in made[Consumable]:
        assert isinstance(supply, Consumable)
        audit.record(
            session, "consumable.entered", at=supply.created_at, actor=supply.patient_id,
            patient=supply.patient_id, means=Means.IMPORT,
            **supply_witness.CONSUMABLES.facts(supply),
        )  # fmt: skip
    for table, witness in _OF:
        _tell(session, witness, made[table])
    for row in made[Reaction]:
        assert isinstance(row, Reaction)
        if row.ended_on is not None:
            site_witness.note_ended(session, row, row.patient_id, Means.IMPORT, row.said_at)


def _tell(session: AsyncSession, witness: Witness, rows: Iterable[Any]) -> None:
    """Entries for rows of one table, those of one moment together."""
    moments: defaultdict[datetime, list[Any]] = defaultdict(list)
    for row in rows:
        if (at := getattr(row, witness.moment)) is not None:
            moments[at].append(row)
    for at, together in moments.items():
        for start in range(0, len(together), TOGETHER):
            some = together[start : start + TOGETHER]
            audit.record(
                session, "supplies.restored", at=at, actor=some[0].author_id,
                patient=some[0].patient_id, means=Means.IMPORT, **witness.facts(some),
            )  # fmt: skip
