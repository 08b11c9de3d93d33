"""Which doses are still to be taken, as far ahead as anybody asks: by the plan that is in force.

Of the nights that are planned already the rows are read: an open dose is needed, one that was
taken, left out, missed or is held is not. Later nights are derived from the prescription by the
functions that will plan them, with cycles, holds, steps and versions to come. What is only
proposed does not count. Of a line taken on any so many nights of the week, so many count, from
the front.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import Clocks, clocks_from, zone_of
from app.accounts.models import Preferences
from app.doses.models import Dose, Kind
from app.doses.plan import LONGEST_WINDOW
from app.doses.standing import standing_event, stands
from app.doses.weeks import filled, monday_of
from app.protocols.derivation import planned_doses
from app.protocols.models import Hold, Line, Plan, Terms, Version
from app.protocols.standing import Segment, segments
from app.schedule import A_DAY, zone
from app.supplies.forecast import Need
from app.supplies.kit import Kit
from app.units import Amount

NIGHTS = 400
"""How far anything is looked ahead: more than a year, so that a yearly cycle is seen whole. [D]"""

# Nights are derived in stretches of so many, because most stock ends within one or two.
_STRETCH = A_DAY * 56


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's doses from tonight on.

    lines   those prescribed tonight or by a version to come, in the order of entry
    rows    planned doses from a week before tonight on, with the `kind` of what stands of each
    """

    now: datetime
    tonight: date
    here: ZoneInfo
    lines: Mapping[UUID, Line]
    rows: Sequence[Any]
    planned_until: date
    clocks: Clocks
    stretches: Sequence[Segment]
    terms: Mapping[UUID, list[tuple[Terms, Line]]]
    holds: Sequence[Hold] = field(default=())

    def needs(self, lines: Mapping[UUID, Kit], nights: int = NIGHTS) -> Iterator[Need]:
        """The doses of these lines that are still to be taken, in order of time; nothing is read.

        lines    with what each is drawn with
        nights   how many nights from tonight on; later ones are derived only when asked for
        """
        used: Counter[tuple[UUID, date]] = Counter()
        for row in self.rows:
            if row.kind is Kind.TAKEN and row.quota is not None and not row.held:
                used[row.line_id, monday_of(row.night)] += 1
        until = self.tonight + A_DAY * nights
        for dose in self._open(lines, until):
            if dose.quota is not None:
                week = dose.line_id, monday_of(dose.night)
                if filled(used[week], dose.quota):
                    continue
                used[week] += 1
            kit = lines[dose.line_id]
            yield Need(
                dose.id, dose.line_id, dose.night, dose.due_at, _amount(dose), kit.dead_space_ul,
                kit.tick_ul,
            )  # fmt: skip

    def _open(self, lines: Collection[UUID], until: date) -> Iterator[Any]:
        """What is neither settled, nor closed, nor held: rows first, then what is derived."""
        for row in self.rows:
            waits = row.kind is None and not row.held and row.closes_at > self.now
            if waits and row.line_id in lines and row.night < until:
                yield row
        mine = {
            version: [entry for entry in entries if entry[1].id in lines]
            for version, entries in self.terms.items()
        }
        since = self.planned_until
        while since < until:
            ends = min(since + _STRETCH, until)
            doses = planned_doses(self.stretches, mine, self.holds, self.clocks, since, ends)
            for dose in sorted(doses, key=lambda dose: (dose.due_at, dose.line_id, dose.slot)):
                if not dose.held and dose.closes_at > self.now:
                    yield dose
            since = ends


def _amount(dose: Any) -> Amount:
    """Of a row, or of a planned dose."""
    return dose.amount if hasattr(dose, "amount") else Amount(dose.amount_value, dose.amount_unit)


async def courses_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, Course]:
    """The course of each of these patients, in six statements however many they are."""
    mine = select(Preferences).where(Preferences.person_id.in_(patients))
    clocks = {row.person_id: row for row in await session.scalars(mine)}
    tonights = {key: clocks_from(row).here.night_of(now) for key, row in clocks.items()}
    plans = {
        row.patient_id: row.planned_until
        for row in await session.execute(
            select(Plan.patient_id, Plan.planned_until).where(Plan.patient_id.in_(patients))
        )
    }
    stretches = await _stretches(session, tonights)
    terms = await _terms(session, stretches)
    holds: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in await session.scalars(select(Hold).where(Hold.patient_id.in_(patients))):
        holds[hold.patient_id].append(hold)
    rows = await _rows(session, tonights)
    found: dict[UUID, Course] = {}
    for key, preferences in clocks.items():
        of_mine = {each.version.id: terms.get(each.version.id, []) for each in stretches[key]}
        found[key] = Course(
            now=now,
            tonight=tonights[key],
            here=zone(zone_of(preferences)),
            lines={line.id: line for entries in of_mine.values() for _, line in entries},
            rows=rows.get(key, []),
            # A worker that stood still may have planned nothing for a while.
            planned_until=max(plans.get(key, tonights[key] - A_DAY), tonights[key] - A_DAY),
            clocks=clocks_from(preferences),
            stretches=stretches[key],
            terms=of_mine,
            holds=holds.get(key, []),
        )
    return found


async def _stretches(
    session: AsyncSession, tonights: Mapping[UUID, date]
) -> dict[UUID, list[Segment]]:
    versions: dict[UUID, list[Version]] = {key: [] for key in tonights}
    mine = select(Version).where(Version.patient_id.in_(tonights)).order_by(Version.number)
    for version in await session.scalars(mine):
        versions[version.patient_id].append(version)
    # From last night on: a patient who flew east may still have its dose before them.
    return {key: segments(of_mine, tonights[key] - A_DAY) for key, of_mine in versions.items()}


async def _terms(
    session: AsyncSession, stretches: Mapping[UUID, Sequence[Segment]]
) -> dict[UUID, list[tuple[Terms, Line]]]:
    wanted = [each.version.id for of_mine in stretches.values() for each in of_mine]
    rows = await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id.in_(stretches), Terms.version_id.in_(wanted))
        .order_by(Terms.position)
    )
    found: dict[UUID, list[tuple[Terms, Line]]] = defaultdict(list)
    for terms, line in rows:
        found[terms.version_id].append((terms, line))
    return found


async def _rows(session: AsyncSession, tonights: Mapping[UUID, date]) -> dict[UUID, list[Any]]:
    """The planned doses that can still be open, and those of this week, in order of time."""
    if not tonights:
        return {}
    last = standing_event()
    since = min(tonights.values()) - LONGEST_WINDOW - A_DAY
    rows = await session.execute(
        select(
            Dose.patient_id, Dose.id, Dose.line_id, Dose.night, Dose.due_at, Dose.closes_at,
            Dose.amount_value, Dose.amount_unit, Dose.held, Dose.quota, last.kind,
        )
        .outerjoin(last, stands(last))
        .where(Dose.patient_id.in_(tonights), Dose.night >= since, Dose.extra.is_(False))
        .order_by(Dose.due_at, Dose.line_id, Dose.slot)
    )  # fmt: skip
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found
