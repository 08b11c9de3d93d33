"""Supplies that are counted: entering, changing and counting them, and how many are left."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import tee
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Access
from app.accounts.evenings import take_turn
from app.doses.models import Dose, Kind
from app.doses.standing import standing_event, stands
from app.problems import Invalid, NotFound, Problem
from app.protocols.medicines import INJECTED
from app.protocols.models import Line
from app.revisions import check
from app.supplies.counting import Count, Injection, Used, begins, lasts_until, left
from app.supplies.forecast import Need
from app.supplies.kit import NO_KIT
from app.supplies.looks import look_again
from app.supplies.models import Consumable, ConsumableCount, Counted
from app.supplies.needs import Course, courses_of
from app.supplies.witness import CONSUMABLES, COUNT_VOIDS, COUNTS

MOST = 50
"""Supplies of one patient: a guard against a loop that enters them."""

_AHEAD = timedelta(minutes=5)


class SupplyDiffers(Problem):
    """Something else was entered with this id."""

    status: ClassVar[int] = 409


class EnoughSupplies(Problem):
    """There are as many supplies as Vesper keeps count of."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Kept:
    """One supply as it stands; `last` is what was said last of how many there are."""

    row: Consumable
    left: int | None
    low: bool
    lasts_until: date | None
    last: ConsumableCount | None


async def kept_of(
    session: AsyncSession, patient_id: UUID, now: datetime, course: Course | None = None
) -> list[Kept]:
    """Everything a patient keeps count of, oldest first; nothing is written.

    course   the patient's, where the caller has it; without one it is read if it is needed
    """
    mine = select(Consumable).where(
        Consumable.patient_id == patient_id, Consumable.gone_at.is_(None)
    )
    rows = (await session.scalars(mine.order_by(Consumable.created_at, Consumable.id))).all()
    if not rows:
        return []
    counts = await _counts(session, patient_id)
    starts = [at for at in (begins(_plain(counts[row.id])) for row in rows) if at]
    taken = await _injections(session, patient_id, min(starts)) if starts else []
    if course is None and starts:
        course = (await courses_of(session, [patient_id], now)).get(patient_id)
    # One walk through the plan for all of them, as far as the one that lasts longest.
    needs = tee(_injected(course) if course is not None else (), len(rows))
    return [
        _kept(row, counts[row.id], taken, coming) for row, coming in zip(rows, needs, strict=True)
    ]


def _injected(course: Course) -> Iterator[Need]:
    lines = {key: NO_KIT for key, line in course.lines.items() if line.route in INJECTED}
    return course.needs(lines)


def _kept(
    row: Consumable, counts: Sequence[ConsumableCount], taken: Sequence[Injection],
    coming: Iterable[Need],
) -> Kept:  # fmt: skip
    used = Used(row.per_injection, frozenset(UUID(line) for line in row.lines))
    plain = _plain(counts)
    number = left(plain, taken, used)
    ends = lasts_until(number, coming, used)
    low = row.low_at is not None and number is not None and number <= row.low_at
    last = max(counts, key=lambda count: (count.said_at, count.id), default=None)
    return Kept(row, number, low, ends, last)


def _plain(counts: Sequence[ConsumableCount]) -> list[Count]:
    # Of two counts of one instant, the one that was said later stands.
    ordered = sorted(counts, key=lambda count: (count.at, count.said_at, count.id))
    return [Count(each.number, each.at, each.kind is Counted.COUNTED) for each in ordered]


async def _counts(session: AsyncSession, patient_id: UUID) -> dict[UUID, list[ConsumableCount]]:
    mine = select(ConsumableCount).where(
        ConsumableCount.patient_id == patient_id, ConsumableCount.voided_at.is_(None)
    )
    found: dict[UUID, list[ConsumableCount]] = defaultdict(list)
    for row in await session.scalars(mine):
        found[row.consumable_id].append(row)
    return found


async def _injections(session: AsyncSession, patient_id: UUID, since: datetime) -> list[Injection]:
    """Injected doses that stand as taken after an instant, extra ones as well."""
    last = standing_event()
    rows = await session.execute(
        select(Dose.line_id, last.taken_at)
        .join(last, stands(last))
        .where(
            Dose.patient_id == patient_id, Dose.route.in_(INJECTED), last.kind == Kind.TAKEN,
            last.taken_at > since,
        )
    )  # fmt: skip
    return [Injection(line, taken_at) for line, taken_at in rows]


async def add(
    session: AsyncSession, access: Access, consumable_id: UUID, said: dict[str, Any], now: datetime
) -> None:
    """Begin to keep count of something.

    said   `item`, `name`, `per_injection`, `lines` and `low_at`

    The very same again changes nothing. Raises Invalid for a line that is not the patient's,
    SupplyDiffers, and EnoughSupplies.
    """
    await take_turn(session, access.patient_id)
    _check_name(said)
    said = {**said, "lines": await _lines(session, access.patient_id, said["lines"])}
    row = await session.get(Consumable, (access.patient_id, consumable_id))
    if row is not None:
        # What was changed since then was changed on purpose, and stays.
        first = said if row.revision == 1 else {"item": said["item"]}
        if any(getattr(row, name) != value for name, value in first.items()):
            raise SupplyDiffers(
                "Something else has this id.", cure="Send it with an id of its own."
            )
        return
    mine = select(Consumable.id).where(
        Consumable.patient_id == access.patient_id, Consumable.gone_at.is_(None)
    )
    if len((await session.scalars(mine)).all()) >= MOST:
        raise EnoughSupplies(
            f"There are {MOST} supplies already.", cure="Remove one that you no longer use."
        )
    row = Consumable(patient_id=access.patient_id, id=consumable_id, created_at=now, **said)
    session.add(row)
    await _wrote(session, access, "consumable.entered", now, **CONSUMABLES.facts(row))


async def change(
    session: AsyncSession, access: Access, consumable_id: UUID, said: dict[str, Any],
    meant: frozenset[str], now: datetime,
) -> None:  # fmt: skip
    """Change what was said of a supply; what is not named stays. Raises NotFound, Invalid, Stale.

    What stands already is no change.
    """
    row = await _found(session, access, consumable_id)
    check(meant, row.revision)
    _check_name(said)
    if "lines" in said:
        said = {**said, "lines": await _lines(session, access.patient_id, said["lines"])}
    said = {name: value for name, value in said.items() if getattr(row, name) != value}
    if not said:
        return
    for name, value in said.items():
        setattr(row, name, value)
    row.revision += 1
    await _wrote(
        session, access, "consumable.changed", now, fields=" ".join(sorted(said)),
        **CONSUMABLES.facts(row),
    )  # fmt: skip


async def count(
    session: AsyncSession, access: Access, consumable_id: UUID, counted: ConsumableCount,
    now: datetime,
) -> None:  # fmt: skip
    """Say that so many came, or so many are there.

    The same again changes nothing, also after it was voided. Raises NotFound, Invalid for a count
    that lies ahead, and SupplyDiffers for another count with its id.
    """
    await _found(session, access, consumable_id)
    if counted.at > now + _AHEAD:
        raise Invalid("This lies ahead.", field="at", cure="Choose now or an earlier moment.")
    known = await session.get(ConsumableCount, (access.patient_id, counted.id))
    if known is not None:
        told = (known.consumable_id, known.kind, known.number)
        if told != (consumable_id, counted.kind, counted.number):
            raise SupplyDiffers("Another count has this id.", cure="Send it with an id of its own.")
        return
    session.add(counted)
    await _wrote(
        session, access, "consumable.counted", now, consumable=str(consumable_id),
        **COUNTS.facts([counted]),
    )  # fmt: skip


async def void(
    session: AsyncSession, access: Access, consumable_id: UUID, count_id: UUID, now: datetime
) -> None:
    """Take a count back; it stays in the record. A repeat changes nothing. Raises NotFound."""
    await _found(session, access, consumable_id)
    known = await session.get(ConsumableCount, (access.patient_id, count_id))
    if known is None or known.consumable_id != consumable_id:
        raise NotFound("There is no such count.")
    if known.voided_at is not None:
        return
    known.voided_at = now
    await _wrote(
        session, access, "consumable.count_voided", now, consumable=str(consumable_id),
        **COUNT_VOIDS.facts([known]),
    )  # fmt: skip


async def remove(session: AsyncSession, access: Access, consumable_id: UUID, now: datetime) -> None:
    """Keep count of it no longer. A repeat changes nothing. Raises NotFound."""
    row = await _found(session, access, consumable_id, gone=True)
    if row.gone_at is None:
        row.gone_at = now
        row.revision += 1
        await _wrote(session, access, "consumable.removed", now, **CONSUMABLES.facts(row))


async def _found(
    session: AsyncSession, access: Access, consumable_id: UUID, *, gone: bool = False
) -> Consumable:
    """The supply, in the writer's turn; one that was removed is found only where that is meant."""
    await take_turn(session, access.patient_id)
    row = await session.get(Consumable, (access.patient_id, consumable_id), populate_existing=True)
    if row is None or (row.gone_at is not None and not gone):
        raise NotFound("There is no such supply.")
    return row


def _check_name(said: dict[str, Any]) -> None:
    if not said.get("name", "").isprintable():
        raise Invalid("This holds control characters.", field="name", cure="Write plain text.")


async def _lines(session: AsyncSession, patient_id: UUID, lines: Sequence[UUID]) -> list[str]:
    """The lines as they are kept: each once, in the order given. Raises Invalid."""
    mine = select(Line.id).where(Line.patient_id == patient_id, Line.id.in_(lines))
    known = set((await session.scalars(mine)).all()) if lines else set()
    for place, line in enumerate(lines):
        if line not in known:
            raise Invalid(
                "There is no such line.", field=f"lines.{place}",
                cure="Name lines of the protocol, or none for every injection.",
            )  # fmt: skip
    return [str(line) for line in dict.fromkeys(lines)]


async def _wrote(
    session: AsyncSession, access: Access, action: str, now: datetime, **facts: str | int
) -> None:
    audit.record(
        session, action, at=now, actor=access.actor.id, patient=access.patient_id,
        means=access.means, **facts,
    )  # fmt: skip
    await session.flush()
    await look_again(session, access.patient_id, now)
