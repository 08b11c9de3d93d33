"""A patient who travels, sleeps badly and changes protocols: the plan's laws after every step."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts.evenings import PreferencesChange, change_preferences
from app.accounts.models import Person
from app.audit import Means
from app.db import connect, sessions_on
from app.doses.log import Report, settle, undo
from app.doses.models import Dose, Kind, Reminder
from app.protocols.models import Terms
from app.protocols.planning import plan_patient
from app.protocols.versions import Draft, enter_version
from app.reminders.arm import arm
from tests.factories import a_patient
from tests.story_time import MONDAY

Answer = TypeVar("Answer")

# The hard places of `reliability`: clocks that change near midnight, and the two ends of the date.
PLACES = st.sampled_from([
    "America/Denver", "Africa/Cairo", "America/Nuuk", "Pacific/Easter", "Australia/Lord_Howe",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo", "Pacific/Honolulu",
])  # fmt: skip
BEDTIMES = st.sampled_from(["20:00", "22:30", "23:30", "23:59", "00:15", "02:00", "03:59"])


class Plan(RuleBasedStateMachine):
    """One nightly line through everything that may happen to it."""

    template: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        """A patient with a nightly line, on a database of their own."""
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="vesper-plan-"))
        shutil.copy(self.template, self.folder / "plan.sqlite3")
        self.engine = connect(f"sqlite+aiosqlite:///{self.folder}/plan.sqlite3")
        self.sessions = sessions_on(self.engine)
        self.now = MONDAY
        self.past: dict[UUID, tuple[Any, ...]] = {}

        async def start(session: AsyncSession) -> Person:
            patient = await a_patient(session)
            await self._prescribe(session, patient, "250")
            return patient

        self.patient = self.do(start)

    def teardown(self) -> None:
        self.loop.run_until_complete(self.engine.dispose())
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        async def run() -> Answer:
            async with self.sessions.begin() as session:
                return await work(session)

        return self.loop.run_until_complete(run())

    async def _prescribe(self, session: AsyncSession, patient: Person, amount: str) -> None:
        line = {
            "medicine": "sermorelin", "route": "subcutaneous",
            "amount": {"value": amount, "unit": "ug"},
        }  # fmt: skip
        kept = await session.scalar(
            select(Terms.line_id).where(Terms.patient_id == patient.id).limit(1)
        )
        if kept is not None:
            line["id"] = str(kept)
        draft = Draft.model_validate({"lines": [line]})
        await enter_version(session, patient.id, patient, draft, self.now)
        await self._plan(session, patient)

    async def _plan(self, session: AsyncSession, patient: Person) -> None:
        await plan_patient(session, patient.id, self.now)
        await arm(session, patient.id, self.now)

    def doses(self) -> list[Dose]:
        async def read(session: AsyncSession) -> list[Dose]:
            mine = select(Dose).where(Dose.patient_id == self.patient.id).order_by(Dose.night)
            return list((await session.scalars(mine)).all())

        return self.do(read)

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.do(lambda session: self._plan(session, self.patient))

    @rule(place=PLACES)
    def travels(self, place: str) -> None:
        self._change(timezone=place)

    @rule(bedtime=BEDTIMES)
    def goes_to_bed_at(self, bedtime: str) -> None:
        self._change(bedtimes=[bedtime] * 7)

    def _change(self, **what: object) -> None:
        async def work(session: AsyncSession) -> None:
            asked = PreferencesChange.model_validate(what)
            await change_preferences(session, self.patient.id, asked, self.now)
            await self._plan(session, self.patient)

        self.do(work)

    @rule(amount=st.sampled_from(["200", "250", "300"]))
    def is_prescribed_another_amount(self, amount: str) -> None:
        self.do(lambda session: self._prescribe(session, self.patient, amount))

    @rule(which=st.integers(0, 3))
    def takes_a_dose(self, which: int) -> None:
        coming = [dose for dose in self.doses() if dose.closes_at > self.now - timedelta(days=2)]
        if which >= len(coming):
            return
        dose = coming[which]

        async def work(session: AsyncSession) -> None:
            person = self.patient.id
            found = await session.get(Dose, (person, dose.id))
            assert found is not None
            await session.refresh(found, ["events"])
            if found.outcome is not None:
                await undo(session, person, dose.id, event_id=uuid4(), author=person,
                           means=Means.APP, now=self.now)  # fmt: skip
            elif self.now >= dose.due_at - timedelta(days=6):
                report = Report(id=uuid4(), kind=Kind.TAKEN, author=person, means=Means.APP)
                await settle(session, person, dose.id, report, now=self.now)

        self.do(work)

    @invariant()
    def no_night_has_two_doses_and_none_is_lost(self) -> None:
        nights = [dose.night for dose in self.doses()]
        assert len(nights) == len(set(nights))
        assert nights == days_from(nights[0], len(nights))
        assert nights[-1] >= (self.now + timedelta(days=11)).date()

    @invariant()
    def the_past_stays_what_it_was(self) -> None:
        for dose in self.doses():
            facts = (dose.due_at, dose.closes_at, dose.amount, dose.version_id, dose.zone)
            if dose.id in self.past:
                assert facts == self.past[dose.id]
            elif dose.due_at <= self.now:
                self.past[dose.id] = facts

    @invariant()
    def what_reminds_is_open_or_coming_and_settled_by_nobody(self) -> None:
        async def read(session: AsyncSession) -> list[tuple[Reminder, Dose]]:
            both = (
                select(Reminder, Dose)
                .join(Dose, (Dose.patient_id == Reminder.patient_id) & (Dose.id == Reminder.id))
                .options(selectinload(Dose.events))
            )
            return [(row[0], row[1]) for row in await session.execute(both)]

        for reminder, dose in self.do(read):
            assert reminder.due_at == dose.due_at
            assert reminder.remind_at < dose.closes_at
            assert dose.outcome is None


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def test_the_plan_keeps_its_laws_whatever_a_patient_does(sqlite_template: Path) -> None:
    Plan.template = sqlite_template
    machine: Any = Plan.TestCase
    machine.settings = settings(
        max_examples=20, stateful_step_count=15, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    machine("runTest").runTest()
