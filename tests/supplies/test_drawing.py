"""Whatever is said of doses and vials, in any order: nothing below zero, nothing lost.

A shelf of four vials and six doses, and a random evening of reports: log, undo, correct, leave out,
name a vial, waste, count, void, throw away, keep, correct a label. After every step what the
application says is compared with the rows themselves, read plainly.
"""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.audit import Means
from app.db import connect, sessions_on
from app.doses.log import Report, undo
from app.doses.log import settle as bare_settle
from app.doses.models import Dose, Event, Kind
from app.intake.given import given_of
from app.intake.taking import amend, settle
from app.supplies.drawing import Said, say_vial
from app.supplies.holding import contents_of
from app.supplies.ledger import Contents
from app.supplies.models import Diluent, Drawn, Form, Gone, Stock, StockEntry, Vial
from app.supplies.stock import say, void
from app.supplies.vial_shapes import QuantityShape, StockIn
from app.supplies.vials import Actor, discard, keep
from app.units import Amount
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY

A_MINUTE = timedelta(minutes=1)
EVENING = MONDAY + timedelta(hours=18)
KITS = ("0.05", "0.25", "1", "0.12")
"""How much each vial holds, in mL; a dose is a tenth of one, of the second a twentieth."""

steps = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.integers(0, 5)),
        st.tuples(st.just("undo"), st.integers(0, 5)),
        st.tuples(
            st.just("amend"), st.integers(0, 5),
            st.sampled_from(["50", "250", "600", "skip", "earlier", "yesterday"]),
        ),
        st.tuples(st.just("vial"), st.integers(0, 5), st.integers(0, 4)),
        st.tuples(
            st.sampled_from(["wasted", "counted"]), st.integers(0, 3), st.integers(0, 300),
            st.integers(0, 90),
        ),
        st.tuples(st.just("void"), st.integers(0, 3)),
        st.tuples(st.just("discard"), st.integers(0, 3)),
        st.tuples(st.just("keep"), st.integers(0, 3)),
    ),
    max_size=14,
)  # fmt: skip


@dataclass
class Night:
    """One evening: who, which doses and vials, and how late it is."""

    session: AsyncSession
    patient: UUID
    doses: list[UUID]
    vials: list[UUID]
    now: datetime = EVENING
    shelf: dict[UUID, Contents] = field(default_factory=dict)
    entries: list[tuple[UUID, UUID]] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return Actor(self.patient, Means.APP)

    async def held(self) -> dict[UUID, Contents]:
        return await contents_of(self.session, self.patient, self.now)

    async def outcome(self, number: int) -> Event | None:
        dose = await self.session.get_one(Dose, (self.patient, self.doses[number]))
        await self.session.refresh(dose, ["events"])
        return dose.outcome

    def report(self, **facts: Any) -> Report:
        known: dict[str, Any] = {"kind": Kind.TAKEN, "author": self.patient, "means": Means.APP}
        return Report(id=uuid4(), **known | facts)

    async def do(self, what: str, number: int, *rest: Any) -> None:
        self.now += A_MINUTE
        before = self.shelf or await self.held()
        assumed = await getattr(self, what)(number, *rest)
        self.shelf = after = await self.held()
        if assumed:
            for vial, contents in after.items():
                assert contents.overdrawn <= before[vial].overdrawn, "below zero by assumption"
        await check(self, after)

    async def log(self, number: int) -> bool:
        if await self.outcome(number):
            return False
        before = await self.held()
        report = self.report(taken_at=self.now - A_MINUTE)
        told = await self.told(number, self.now - A_MINUTE)
        for _ in range(2):
            await settle(self.session, self.patient, self.doses[number], report, now=self.now)
        taken = await self.held()
        # Undone, everything is exactly as it was; then it is logged again.
        self.now += A_MINUTE
        await undo(self.session, self.patient, self.doses[number], event_id=uuid4(),
                   author=self.patient, means=Means.APP, now=self.now)  # fmt: skip
        assert same(await self.held(), before)
        self.now += A_MINUTE
        report = self.report(taken_at=report.taken_at)
        await settle(self.session, self.patient, self.doses[number], report, now=self.now)
        assert same(await self.held(), taken)
        return not await self.kept(number, told)

    async def undo(self, number: int) -> bool:
        if await self.outcome(number):
            await undo(self.session, self.patient, self.doses[number], event_id=uuid4(),
                       author=self.patient, means=Means.APP, now=self.now)  # fmt: skip
        return False

    async def amend(self, number: int, how: str) -> bool:
        outcome = await self.outcome(number)
        if outcome is None:
            return False
        facts: dict[str, Any] = {"amends": outcome.id}
        if how == "skip":
            facts["kind"] = Kind.SKIPPED
        elif how in ("earlier", "yesterday"):
            hours = 2 if how == "earlier" else 20
            facts["taken_at"] = EVENING - timedelta(hours=hours)
        else:
            facts["amount"] = Amount(Decimal(how), "ug")
        mine = [row for row in await standing(self) if row.dose_id == self.doses[number]]
        told = [row.vial_id for row in mine if not row.assumed]
        if not mine:
            told = await self.told(number, facts.get("taken_at") or outcome.taken_at or self.now)
        await amend(
            self.session, self.patient, self.doses[number], self.report(**facts), now=self.now
        )
        return how != "skip" and not await self.kept(number, told)

    async def told(self, number: int, at: datetime) -> list[UUID | None]:
        """The vial that somebody named of a dose the last time, if it was there at an instant."""
        rows = await self.session.scalars(
            select(Drawn)
            .where(Drawn.patient_id == self.patient, Drawn.dose_id == self.doses[number])
            .order_by(Drawn.seq)
        )
        said = [row.vial_id for row in rows if not row.assumed][-1:]
        for vial_id in said:
            vial = await self.session.get(Vial, (self.patient, vial_id)) if vial_id else None
            if vial and vial.gone_at is not None and vial.gone_at <= at:
                return []
        return said

    async def kept(self, number: int, told: list[UUID | None]) -> bool:
        """Whether a dose stands as drawn from the vial that somebody named, as it must."""
        rows = [row for row in await standing(self) if row.dose_id == self.doses[number]]
        if told:
            assert [(row.vial_id, row.assumed) for row in rows] == [(told[0], False)]
        assert told or all(row.assumed for row in rows)
        return bool(told)

    async def vial(self, number: int, which: int) -> bool:
        outcome = await self.outcome(number)
        if outcome is None or outcome.kind is not Kind.TAKEN:
            return False
        chosen = self.vials[which] if which < len(self.vials) else None
        words = Said(self.patient, Means.APP, self.now, uuid4())
        for _ in range(2):
            await say_vial(self.session, self.patient, self.doses[number], chosen, words)
        rows = [row for row in await standing(self) if row.dose_id == self.doses[number]]
        assert [(row.vial_id, row.assumed) for row in rows] == [(chosen, False)]
        return False

    async def wasted(self, number: int, quantity: int, minutes: int) -> bool:
        return await self._say(Stock.WASTED, number, quantity, minutes)

    async def counted(self, number: int, quantity: int, minutes: int) -> bool:
        return await self._say(Stock.COUNTED, number, quantity, minutes)

    async def _say(self, kind: Stock, number: int, quantity: int, minutes: int) -> bool:
        row = await self.session.get_one(Vial, (self.patient, self.vials[number]))
        most = 2 * (row.volume_ul or row.diluent_ul or 0)
        given = StockIn(
            id=uuid4(), kind=kind, at=self.now - A_MINUTE * minutes,
            quantity=QuantityShape(value=Decimal(min(quantity, most)) / 1000, unit="mL"),
        )  # fmt: skip
        await say(self.session, row, given, self.actor, self.now)
        self.entries.append((row.id, given.id))
        return False

    async def void(self, number: int) -> bool:
        if number < len(self.entries):
            vial_id, entry = self.entries[number]
            row = await self.session.get_one(Vial, (self.patient, vial_id))
            await void(self.session, row, entry, self.actor, self.now)
        return False

    async def discard(self, number: int) -> bool:
        row = await self.session.get_one(Vial, (self.patient, self.vials[number]))
        await discard(self.session, row, Gone.OTHER, self.now, actor=self.actor, now=self.now)
        return False

    async def keep(self, number: int) -> bool:
        row = await self.session.get_one(Vial, (self.patient, self.vials[number]))
        await keep(self.session, row, self.actor, self.now)
        return False


def same(one: dict[UUID, Contents], other: dict[UUID, Contents]) -> bool:
    return {key: figures(held) for key, held in one.items()} == {
        key: figures(held) for key, held in other.items()
    }


def figures(held: Contents) -> tuple[Any, ...]:
    return held.left, held.drawn, held.dead, held.overdrawn, held.doses, held.first_drawn_at


async def standing(night: Night) -> list[Drawn]:
    """What stands, read row by row in plain Python instead of SQL."""
    mine = Event.patient_id == night.patient
    last: dict[UUID, Event] = {}
    for event in await night.session.scalars(select(Event).where(mine).order_by(Event.seq)):
        last[event.dose_id] = event
    rows = list(await night.session.scalars(select(Drawn).where(Drawn.patient_id == night.patient)))
    newest: dict[UUID, int] = {}
    for row in rows:
        newest[row.dose_id] = max(newest.get(row.dose_id, 0), row.seq)
    return [
        row
        for row in sorted(rows, key=lambda row: row.part)
        if last[row.dose_id].kind is Kind.TAKEN
        and row.event_id == last[row.dose_id].id
        and row.seq == newest[row.dose_id]
    ]


async def check(night: Night, held: dict[UUID, Contents]) -> None:
    """What every vial holds by its rows alone, and that nothing of it is lost."""
    rows = await standing(night)
    events = {
        event.id: event
        for event in await night.session.scalars(
            select(Event).where(Event.patient_id == night.patient)
        )
    }
    told = list(
        await night.session.scalars(
            select(StockEntry).where(
                StockEntry.patient_id == night.patient, StockEntry.voided_at.is_(None)
            )
        )
    )
    for vial_id in night.vials:
        contents = held[vial_id]
        vial = contents.vial
        mine = [row for row in rows if row.vial_id == vial_id]
        said = [entry for entry in told if entry.vial_id == vial_id]
        counts = [entry for entry in said if entry.kind is Stock.COUNTED]
        last = max(counts, key=lambda entry: (entry.at, entry.said_at), default=None)
        holds = last.quantity if last else vial.volume_ul or vial.diluent_ul or 0
        for row in mine:
            at = events[row.event_id].taken_at
            assert at is not None
            if last is None or at > last.at:
                holds -= (row.quantity or 0) + row.dead_space_ul
        for entry in said:
            if entry.kind is Stock.WASTED and (last is None or entry.at > last.at):
                holds -= entry.quantity
        gone = vial.gone_at is not None
        assert contents.left == (0 if gone else max(holds, 0))
        assert contents.overdrawn == max(-holds, 0)
        assert contents.drawn == sum(row.quantity or 0 for row in mine)
        assert contents.full == (
            contents.left + contents.discarded + contents.drawn + contents.dead + contents.wasted
            + contents.missing - contents.overdrawn
        )  # fmt: skip


async def check_answers(night: Night, rows: list[Drawn]) -> None:
    """That each dose is told with the vials that it stands as drawn from."""
    wanted = select(Dose).where(Dose.patient_id == night.patient, Dose.id.in_(night.doses))
    with_events = wanted.options(selectinload(Dose.events))
    again = with_events.execution_options(populate_existing=True)
    doses = list(await night.session.scalars(again))
    answers = await given_of(night.session, night.patient, doses, night.now)
    for dose in doses:
        parts = [row for row in rows if row.dose_id == dose.id]
        given_out = answers.get(dose.id)
        shown = [each.id for each in given_out.vials] if given_out else []
        assert shown == [row.vial_id for row in parts if row.vial_id is not None]
        codes = [each.code for each in given_out.warnings] if given_out else []
        drawn = sum((amount_drawn(night, row) for row in parts), Decimal(0))
        taken = (dose.outcome.amount if dose.outcome else None) or dose.amount
        assert ("partly_covered" in codes) == (0 < drawn < taken.value * Decimal("0.95"))


def amount_drawn(night: Night, row: Drawn) -> Decimal:
    """In micrograms."""
    return (row.quantity or 0) * Decimal("5" if row.vial_id == night.vials[1] else "2.5")


async def a_night(session: AsyncSession) -> Night:
    """Six doses of 250 mcg, and four vials: two solutions, a powder in water, one soon outdated."""
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(times=("18:00", "19:00", "20:00", "21:00")),
                     a_line(times=("20:30", "21:30")))  # fmt: skip
    doses = select(Dose.id).where(Dose.patient_id == patient.id, Dose.night == MONDAY.date())
    ids = list(await session.scalars(doses.order_by(Dose.due_at)))
    vials = []
    for number, millilitres in enumerate(KITS):
        powder = number == 2
        quantity = int(Decimal(millilitres) * 1000)
        vial = Vial(
            patient_id=patient.id, id=uuid4(), medicine="sermorelin",
            form=Form.POWDER if powder else Form.SOLUTION, pharmacy="A pharmacy",
            strengths=[{"substance": "Sermorelin", "value": "5" if number == 1 else "2.5",
                        "unit": "mg"}],
            lot=f"A{number}", received_on=MONDAY.date(), created_at=MONDAY, author_id=patient.id,
            volume_ul=None if powder else quantity, diluent_ul=quantity if powder else None,
            diluent=Diluent.STERILE_WATER if powder else None,
            reconstituted_at=MONDAY if powder else None,
            use_by=MONDAY.date() + timedelta(days=number),
        )  # fmt: skip
        session.add(vial)
        vials.append(vial.id)
    await session.flush()
    return Night(session, patient.id, ids, vials)


class Stage:
    """One patient in a database of its own; every evening on it is undone when it is over."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.Runner()
        self._engine = connect(f"sqlite+aiosqlite:///{path}")
        self._session = sessions_on(self._engine)()
        self._night = self._loop.run(a_night(self._session))

    def play(self, told: list[tuple[Any, ...]]) -> None:
        """Do one thing after the other, and look after each."""
        self._loop.run(self._play(told))

    async def _play(self, told: list[tuple[Any, ...]]) -> None:
        night = replace(self._night, entries=[], shelf={})
        before = await self._session.begin_nested()
        try:
            for what, number, *rest in told:
                await night.do(what, number, *rest)
            await check_answers(night, await standing(night))
        finally:
            await before.rollback()

    def close(self) -> None:
        """Leave nothing behind."""
        self._loop.run(self._session.rollback())
        self._loop.run(self._session.close())
        self._loop.run(self._engine.dispose())
        self._loop.close()


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    path = tmp_path_factory.mktemp("evenings") / "evening.sqlite3"
    shutil.copy(sqlite_template, path)
    stage = Stage(path)
    yield stage
    stage.close()


@given(steps)
@example([
    ("log", 0), ("counted", 0, 20, 0), ("amend", 0, "600"), ("vial", 1, 0), ("log", 1),
    ("vial", 1, 0), ("amend", 1, "600"), ("discard", 0), ("log", 2), ("keep", 0), ("undo", 1),
])  # fmt: skip
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_said_in_whatever_order_nothing_is_lost_and_nothing_below_zero(
    stage: Stage, told: list[tuple[Any, ...]]
) -> None:
    stage.play(told)


async def test_a_vial_that_came_later_does_not_take_over_a_dose_that_is_corrected(
    session: AsyncSession,
) -> None:
    """The new one would be used first by its date; the dose was drawn before it was there."""
    night = await a_night(session)
    first = await session.get_one(Vial, (night.patient, night.vials[0]))
    first.volume_ul, first.use_by = 1000, MONDAY.date() + timedelta(days=9)
    for vial_id in night.vials[1:]:
        row = await session.get_one(Vial, (night.patient, vial_id))
        row.use_by = MONDAY.date() - timedelta(days=1)
    await session.flush()
    await night.log(0)
    assert [row.vial_id for row in await standing(night)] == [first.id]
    second = await session.get_one(Vial, (night.patient, night.vials[1]))
    second.use_by = MONDAY.date() + timedelta(days=1)
    await session.flush()
    night.now += A_MINUTE
    await night.amend(0, "50")
    assert [(row.vial_id, row.quantity) for row in await standing(night)] == [(first.id, 20)]


async def test_what_was_drawn_stays_when_the_label_is_corrected_and_a_note_is_added(
    session: AsyncSession,
) -> None:
    """Only another amount is worked out anew, by what the label says by now."""
    night = await a_night(session)
    await night.log(0)

    async def parts() -> list[tuple[UUID | None, int | None]]:
        return [(row.vial_id, row.quantity) for row in await standing(night)]

    async def correct(**facts: Any) -> None:
        outcome = await night.outcome(0)
        assert outcome is not None
        night.now += A_MINUTE
        report = night.report(amends=outcome.id, **facts)
        await amend(session, night.patient, night.doses[0], report, now=night.now)

    assert await parts() == [(night.vials[0], 50), (night.vials[1], 25)]
    for vial_id in night.vials:
        row = await session.get_one(Vial, (night.patient, vial_id))
        row.strengths = [{"substance": "Sermorelin", "value": "10", "unit": "mg"}]
    await session.flush()
    await correct(note="In the left thigh")
    assert await parts() == [(night.vials[0], 50), (night.vials[1], 25)]
    await correct(taken_at=EVENING - timedelta(hours=30))
    assert await parts() == [], "none of them had come by then"
    await correct(taken_at=EVENING, amount=Amount(Decimal(600), "ug"))
    assert await parts() == [(night.vials[0], 50), (night.vials[1], 10)]
    await night.vial(0, 2)
    assert await parts() == [(night.vials[2], 60)]
    row = await session.get_one(Vial, (night.patient, night.vials[2]))
    row.diluent_ul = 2000
    await session.flush()
    await correct(amount=Amount(Decimal(600), "ug"), taken_at=EVENING - A_MINUTE)
    assert await parts() == [(night.vials[2], 60)]
    await correct()  # it was the planned amount after all
    assert await parts() == [(night.vials[2], 50)]


async def test_a_vial_that_somebody_named_is_kept_when_the_dose_is_reported_anew(
    session: AsyncSession,
) -> None:
    """Taken back and logged again, or left out and taken after all; while the vial was there."""
    night = await a_night(session)

    async def parts() -> list[tuple[UUID | None, int | None, bool]]:
        return [(row.vial_id, row.quantity, row.assumed) for row in await standing(night)]

    async def again(after: timedelta = timedelta()) -> None:
        await night.undo(0)
        night.now += A_MINUTE
        report = night.report(taken_at=night.now - A_MINUTE - after)
        await settle(session, night.patient, night.doses[0], report, now=night.now)

    await again()
    assumed = [(night.vials[0], 50, True), (night.vials[1], 25, True)]
    assert await parts() == assumed
    await again()
    assert await parts() == assumed, "nobody has said so"
    await night.vial(0, 3)
    named = [(night.vials[3], 100, False)]
    await again()
    assert await parts() == named
    row = await session.get_one(Vial, (night.patient, night.vials[3]))
    row.strengths = [{"substance": "Sermorelin", "value": "5", "unit": "mg"}]
    night.now += A_MINUTE
    await night.amend(0, "skip")
    night.now += A_MINUTE
    await night.amend(0, "earlier")
    assert await parts() == named, "what was drawn stays as it was"
    await night.amend(0, "skip")
    night.now += A_MINUTE
    await night.amend(0, "50")
    assert await parts() == [(night.vials[3], 10, False)]
    night.now += A_MINUTE
    await night.discard(3)
    await again()
    assert await parts() == assumed, "that one was gone by then"
    await again(after=timedelta(minutes=5))
    assert await parts() == [(night.vials[3], 50, False)], "and still there five minutes before"
    row.received_on = MONDAY.date() + timedelta(days=1)
    await again(after=timedelta(minutes=5))
    assert await parts() == assumed, "it had not come"
    await night.vial(0, 4)
    await again()
    assert await parts() == [(None, None, False)], "from none of them, as was said"


@pytest.mark.parametrize(
    ("means", "codes"), [(Means.APP, [[], ["partly_covered"]]), (Means.IMPORT, [[], []])]
)
async def test_nobody_is_asked_for_the_vial_of_a_history_that_was_brought_along(
    session: AsyncSession, means: Means, codes: list[list[str]]
) -> None:
    """Neither of a dose that came from nowhere, nor of one that its vial held only some of."""
    night = await a_night(session)
    for vial in night.vials[1:]:
        await session.delete(await session.get_one(Vial, (night.patient, vial)))
    await session.flush()
    for dose, log in zip(night.doses, (bare_settle, settle), strict=False):
        report = night.report(taken_at=night.now, means=means)
        await log(session, night.patient, dose, report, now=night.now)
    mine = select(Dose).where(Dose.patient_id == night.patient, Dose.id.in_(night.doses[:2]))
    with_events = mine.options(selectinload(Dose.events)).order_by(Dose.due_at)
    doses = list(await session.scalars(with_events))
    given_out = await given_of(session, night.patient, doses, night.now)
    told = [given_out.get(each.id) for each in doses]
    assert [each is not None and each.asks.vial for each in told] == [means is Means.APP] * 2
    assert [[each.code for each in one.warnings] if one else [] for one in told] == codes


async def test_what_was_taken_before_a_count_is_not_taken_from_what_was_counted(
    session: AsyncSession,
) -> None:
    """Somebody counts, and only then logs the dose of two hours ago."""
    night = await a_night(session)
    night.now += timedelta(hours=3)
    for vial_id in night.vials:
        row = await session.get_one(Vial, (night.patient, vial_id))
        late = timedelta(days=0 if vial_id == night.vials[3] else 1)
        row.use_by = MONDAY.date() - late
    await session.flush()
    await night.counted(3, 20, 0)
    await settle(
        session, night.patient, night.doses[0], night.report(taken_at=EVENING), now=night.now
    )
    held = (await night.held())[night.vials[3]]
    assert (held.left, held.drawn, held.missing, held.overdrawn) == (20, 100, 0, 0)
