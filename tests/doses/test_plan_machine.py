"""A patient in care, through everything at once: after every step the plan is what follows from it.

A clinician proposes, reduces, pauses and stops; the patient acknowledges late or never, travels,
moves, sleeps badly, taps online, late or twice, takes back and corrects; the clock runs. Beside the
application a `Ledger` keeps what was said and done, and works the plan out by itself, plainly.
After every step the two have the same doses: none is missing, none is double, nothing past moved.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.evenings import PreferencesChange, change_preferences, come_home, go_away
from app.accounts.models import AwayNights
from app.audit import Means
from app.db import connect, sessions_on
from app.doses.log import Report, amend, settle, undo
from app.doses.models import Dose, Kind, Reminder
from app.doses.plan import dose_id
from app.problems import Problem
from app.protocols.checks import UnansweredWarnings
from app.protocols.holds import hold, resume, stop
from app.protocols.models import Terms, Version
from app.protocols.planning import plan_patient
from app.protocols.proposals import NoLongerProposed, StepSkipped, acknowledge, withdraw
from app.protocols.screening import QUESTIONS, answer
from app.protocols.versions import Draft, VersionConflict, enter_version
from app.reminders.arm import arm
from tests.doses.ledger import NIGHT, Key, Ledger, Pause, Row, Says, Word
from tests.factories import a_care_link, a_clinician, a_patient
from tests.story_time import MONDAY

Answer = TypeVar("Answer")

# The hard places of `reliability`: clocks that change near midnight, and the two ends of the date.
PLACES = st.sampled_from([
    "America/Denver", "Africa/Cairo", "America/Nuuk", "Pacific/Easter", "Australia/Lord_Howe",
    "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo", "Pacific/Honolulu",
])  # fmt: skip
BEDTIMES = st.sampled_from(["20:00", "22:30", "23:30", "23:59", "00:15", "02:00", "03:59"])

SOON = st.sampled_from([30, 0, None])
FIRST = MONDAY.date()
MEDICINES: dict[str, dict[str, Any]] = {
    "nightly": {"medicine": "sermorelin", "unit": "ug"},
    "any five": {"medicine": "cjc1295_ipamorelin", "form": "no_dac", "unit": "ug"},
    "weekly": {"medicine": "testosterone_cypionate", "unit": "mg"},
    "cycle": {"medicine": "gonadorelin", "unit": "ug"},
    "twice a day": {"medicine": "anastrozole", "unit": "mg"},
}
BEGINS = {
    "nightly": Says("250", FIRST, gap=16 * 60),
    "any five": Says("200", FIRST, per_week=5, gap=18 * 60),
    "weekly": Says("100", FIRST, weekdays=(1,), gap=120 * 60, window=24 * 60),
    "cycle": Says(
        "100", FIRST, weekdays=(1, 3, 4, 5), weeks_on=1, weeks_off=1, window=1430,
        steps=((FIRST + NIGHT * 3, "150"), (FIRST + NIGHT * 16, "200")),
    ),
    "twice a day": Says("0.5", FIRST, times=("09:00", "bedtime"), gap=8 * 60),
}  # fmt: skip
CHANGES = st.sampled_from([
    ("nightly", {"amount": "200"}), ("nightly", {"amount": "300"}),
    ("nightly", {"times": ("21:15",)}), ("nightly", {"gap": None}), ("nightly", {"every": 2}),
    ("nightly", {"last": FIRST + NIGHT * 9}), ("any five", {"per_week": 3}),
    ("any five", {"per_week": 4}), ("any five", {"per_week": 6}), ("weekly", {"weekdays": (4,)}),
    ("weekly", {"amount": "80"}), ("cycle", {"weeks_off": 2}), ("cycle", {"window": None}),
    ("twice a day", {"amount": "0.25"}), ("twice a day", {"times": ("bedtime",)}),
])  # fmt: skip


def asked(name: str, says: Says, line: UUID | None) -> dict[str, Any]:
    """A line of a draft as a clinician sends it."""
    facts = MEDICINES[name]
    return {
        "medicine": facts["medicine"], "form": facts.get("form"),
        "route": "oral" if name == "twice a day" else "subcutaneous",
        "amount": {"value": says.amount, "unit": facts["unit"]},
        "recurrence": {
            "weekdays": list(says.weekdays), "every": says.every, "weeks_on": says.weeks_on,
            "weeks_off": says.weeks_off, "first": says.first.isoformat(),
            "last": says.last.isoformat() if says.last else None, "times": list(says.times),
            "per_week": says.per_week,
        },
        "window_minutes": says.window, "min_gap_minutes": says.gap,
        "steps": [
            {"from": since.isoformat(), "amount": {"value": value, "unit": facts["unit"]}}
            for since, value in says.steps
        ],
        "override_reason": "It is meant so.",
        **({"id": str(line)} if line else {}),
    }  # fmt: skip


class Care(RuleBasedStateMachine):
    """One patient, one clinician, five lines, and everything that may happen to them."""

    template: ClassVar[Path]
    database: ClassVar[Path]
    engine: ClassVar[AsyncEngine]

    # --- The stage ------------------------------------------------------------------------------

    @initialize(hours=st.sampled_from([0, 0, 20]))
    def begins(self, hours: int) -> None:
        """A patient whose first proposal was acknowledged, on a database of their own."""
        self.loop = asyncio.new_event_loop()
        for old in self.database.parent.glob(f"{self.database.name}*"):
            old.unlink()
        shutil.copy(self.template, self.database)
        self.sessions = sessions_on(self.engine)
        self.now = MONDAY
        self.ledger = Ledger(home="America/Denver")
        self.lines: dict[str, UUID] = {}
        self.events: dict[Key, UUID] = {}
        self.past: dict[Key, Row] = {}
        self.withdrawn: set[int] = set()
        self.report: tuple[UUID, Report] | None = None

        async def meet(session: AsyncSession) -> None:
            self.patient = await a_patient(session)
            self.clinician = await a_clinician(session)
            await a_care_link(session, self.patient, self.clinician)
            no = dict.fromkeys(QUESTIONS, "no")
            await answer(session, self.patient.id, self.patient, uuid4(), no, "", self.now)

        self.do(meet)
        self._enter(BEGINS)
        self._looks_at_it(hours)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.run_until_complete(self.engine.dispose())
            self.loop.close()

    def do(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        async def run() -> Answer:
            async with self.sessions.begin() as session:
                return await work(session)

        return self.loop.run_until_complete(run())

    def attempt(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer | None:
        """Do it, unless there is a reason not to; then nothing of it was done."""
        try:
            return self.do(work)
        except UnansweredWarnings:
            raise
        except Problem:
            return None

    def plans(self) -> None:
        """What every request and the plan tick do after a change, on both sides."""

        async def work(session: AsyncSession) -> None:
            await plan_patient(session, self.patient.id, self.now)
            await arm(session, self.patient.id, self.now)

        self.do(work)
        self.ledger.plan(self.now)

    # --- What clinic and patient agree on -------------------------------------------------------

    def _enter(self, lines: dict[str, Says], *, offset: int | None = None, **facts: Any) -> bool:
        """Have the clinician write a version; say whether it was accepted."""
        tonight = self.ledger.night(self.now)
        effective = tonight if offset is None else tonight + NIGHT * offset
        body: dict[str, Any] = {
            "lines": [asked(name, says, self.lines.get(name)) for name, says in lines.items()],
            "based_on": len(self.ledger.words) or None,
            **({} if offset is None else {"effective_night": effective.isoformat()}), **facts,
        }  # fmt: skip

        async def work(session: AsyncSession) -> tuple[int, list[UUID]]:
            draft = Draft.model_validate(body)
            who = self.patient.id
            version = await enter_version(session, who, self.clinician, draft, self.now)
            mine = select(Terms.line_id).where(Terms.version_id == version.id)
            named = (await session.scalars(mine.order_by(Terms.position))).all()
            return version.number, list(named)

        try:
            done = self.attempt(work)
        except UnansweredWarnings as unanswered:
            codes = {each["code"] for each in unanswered.facts["warnings"]}
            body["overrides"] = [{"code": code, "reason": "Meant."} for code in sorted(codes)]
            done = self.attempt(work)
        if done is None:
            return False
        number, named = done
        assert number == len(self.ledger.words) + 1
        self.lines |= dict(zip(lines, named, strict=True))
        self.ledger.words.append(Word(
            number, self.now, effective, effective if facts.get("at_once") else None, self.now,
            {self.lines[name]: says for name, says in lines.items()},
        ))  # fmt: skip
        self.plans()
        return True

    def _names(self, word: Word) -> dict[str, Says]:
        """The lines of a version by our own names for them."""
        named = {line: name for name, line in self.lines.items()}
        return {named[line]: says for line, says in word.lines.items()}

    def _looks_at_it(self, after: int | None) -> None:
        if after is not None:
            self.now += timedelta(hours=after)
            self.is_acknowledged(0)

    @rule(change=CHANGES, offset=st.sampled_from([None, 0, 1, 4]), agrees=SOON)
    def is_proposed_a_change(
        self, change: tuple[str, dict[str, Any]], offset: int | None, agrees: int | None
    ) -> None:
        """`agrees`: after so many hours the patient has looked at it; None: later, or never."""
        name, changes = change
        lines = self._names(self.ledger.words[-1])
        lines[name] = replace(lines.get(name, BEGINS[name]), **changes)
        if self._enter(lines, offset=offset):
            self._looks_at_it(agrees)

    @rule(ahead=st.integers(0, 6), offset=st.integers(0, 2), agrees=SOON)
    def is_proposed_steps(self, ahead: int, offset: int, agrees: int | None) -> None:
        since = self.ledger.night(self.now) + NIGHT * (offset + 1 + ahead)
        lines = self._names(self.ledger.words[-1])
        steps = ((since, "150"), (since + NIGHT * 3, "200"))
        lines["cycle"] = replace(lines.get("cycle", BEGINS["cycle"]), steps=steps)
        lines["nightly"] = replace(lines.get("nightly", BEGINS["nightly"]), steps=steps[:1])
        if self._enter(lines, offset=offset):
            self._looks_at_it(agrees)

    @rule(name=st.sampled_from(sorted(BEGINS)), offset=st.integers(0, 3))
    def is_proposed_one_line_less(self, name: str, offset: int) -> None:
        lines = self._names(self.ledger.words[-1])
        lines.pop(name, None)
        if lines:
            self._enter(lines, offset=offset)

    @rule(name=st.sampled_from(["nightly", "any five", "weekly"]))
    def is_reduced_at_once(self, name: str) -> None:
        word = self.ledger.in_force(self.ledger.night(self.now))
        lines = self._names(word) if word else {}
        if name in lines:
            lines[name] = replace(lines[name], amount="50", steps=())
            self._enter(lines, at_once=True)

    @rule(back=st.sampled_from([0, 0, 0, 1, 2]))
    def is_acknowledged(self, back: int) -> None:
        """The newest proposal, or one that something newer has overtaken, or what holds already."""
        if back >= len(self.ledger.words):
            return
        word = self.ledger.words[-1 - back]
        waits = word.since is None and back == 0 and word.number not in self.withdrawn

        async def work(session: AsyncSession) -> None:
            await acknowledge(session, self.patient.id, word.number, self.patient, self.now)

        if word.since is None and not waits:
            with pytest.raises(NoLongerProposed):
                self.do(work)
            return
        if waits and self._leaps(word):
            with pytest.raises(StepSkipped):
                self.do(work)
            self.plans()
            return
        self.do(work)
        if waits:
            since = max(word.effective, self.ledger.night(self.now))
            self.ledger.words[-1] = replace(word, since=since, known=self.now)
        self.plans()

    def _leaps(self, word: Word) -> bool:
        """Whether agreeing tonight would raise a line past a step nobody has been on."""
        tonight = self.ledger.night(self.now)
        holds = self.ledger.in_force(tonight)
        for line, says in word.lines.items():
            passed = [night for night, _ in says.steps if word.effective < night <= tonight]
            if not passed:
                continue
            lower = float(says.amount_in(passed[-1] - NIGHT))
            known = holds.lines.get(line) if holds else None
            taking = float(known.amount_in(tonight)) if known else 0
            if taking < lower < float(says.amount_in(tonight)):
                return True
        return False

    @rule()
    def is_taken_back(self) -> None:
        word = self.ledger.words[-1]
        if word.since is None:
            who = self.patient.id
            self.do(lambda s: withdraw(s, who, word.number, self.clinician, "No", self.now))
            self.withdrawn.add(word.number)
            self.plans()

    @rule()
    def another_clinician_writes_from_what_is_no_longer_the_newest(self) -> None:
        if len(self.ledger.words) < 2:
            return
        body = {
            "lines": [asked("nightly", BEGINS["nightly"], self.lines["nightly"])],
            "based_on": len(self.ledger.words) - 1, "reason": "Too late",
        }  # fmt: skip
        draft = Draft.model_validate(body)
        with pytest.raises(VersionConflict):
            self.do(lambda s: enter_version(s, self.patient.id, self.clinician, draft, self.now))
        self.plans()

    @rule(
        name=st.sampled_from(sorted(BEGINS)), ahead=st.integers(0, 3),
        long=st.none() | st.integers(1, 5),
    )  # fmt: skip
    def is_put_on_hold(self, name: str, ahead: int, long: int | None) -> None:
        line, since = self.lines[name], self.ledger.night(self.now) + NIGHT * ahead
        until = None if long is None else since + NIGHT * long
        done = self.attempt(
            lambda s: hold(
                s, self.patient.id, line, self.clinician, since=since, until=until,
                reason="A pause", now=self.now,
            )
        )  # fmt: skip
        if done is not None:
            self.ledger.pauses.append(Pause(line, since, until))
        self.plans()

    @rule(name=st.sampled_from(sorted(BEGINS)))
    def goes_on(self, name: str) -> None:
        line, tonight = self.lines[name], self.ledger.night(self.now)
        self.do(lambda s: resume(s, self.patient.id, line, self.clinician, self.now))
        self.ledger.pauses = [
            replace(pause, until=max(pause.since, tonight))
            if pause.line == line and (pause.until is None or pause.until > tonight)
            else pause
            for pause in self.ledger.pauses
        ]
        self.plans()

    @rule(name=st.sampled_from(["weekly", "cycle"]))
    def is_stopped(self, name: str) -> None:
        line, tonight = self.lines[name], self.ledger.night(self.now)
        done = self.attempt(
            lambda s: _done(stop(s, self.patient.id, line, self.clinician, "Done", self.now))
        )
        begun = {tonight: self.ledger.in_force(tonight)} | {
            word.since: self.ledger.in_force(word.since)
            for word in self.ledger.words
            if word.since is not None and word.since > tonight
        }
        coming = {
            night: word for night, word in begun.items()
            if word is not None and night in (tonight, word.since)
        }  # fmt: skip
        if done and any(line in word.lines for word in coming.values()):
            for night in sorted(coming):
                kept = {key: says for key, says in coming[night].lines.items() if key != line}
                number = len(self.ledger.words) + 1
                self.ledger.words.append(Word(number, self.now, night, night, self.now, kept))
        self.plans()

    # --- Where and when the patient sleeps ------------------------------------------------------

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.plans()

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.plans()

    @rule(place=PLACES)
    def moves(self, place: str) -> None:
        self._change(timezone=place)
        self.ledger.home, self.ledger.away = place, None
        self.plans()

    @rule(bedtime=BEDTIMES)
    def goes_to_bed_at(self, bedtime: str) -> None:
        self._change(bedtimes=[bedtime] * 7)
        self.ledger.bedtimes = bedtime
        self.plans()

    def _change(self, **what: object) -> None:
        change = PreferencesChange.model_validate(what)
        self.do(lambda s: change_preferences(s, self.patient.id, change, self.now))

    @rule(place=PLACES, nights=st.sampled_from(AwayNights))
    def travels(self, place: str, nights: AwayNights) -> None:
        self.do(lambda s: go_away(s, self.patient.id, place, nights, self.now))
        self.ledger.away = None if place == self.ledger.home else place
        self.ledger.local = nights is AwayNights.LOCAL
        self.plans()

    @rule(place=PLACES, hours=st.sampled_from([0, 1, 6, 7]))
    def flies_at_bedtime(self, place: str, hours: int) -> None:
        """The next bedtime there may be too close to the dose that is open, or was just missed."""
        line = self.lines["nightly"]
        coming = [row.due for key, row in self.ledger.rows.items() if key[0] == line]
        if not (ahead := [due for due in coming if due > self.now]):
            return
        self.now = min(ahead)
        self.plans()
        self.travels(place, AwayNights.LOCAL)
        self.hours_pass(hours)

    @rule()
    def comes_home(self) -> None:
        self.do(lambda s: come_home(s, self.patient.id, self.now))
        self.ledger.away = None
        self.plans()

    # --- What the patient does with a dose ------------------------------------------------------

    def _near(self, which: int, *, settled: bool) -> Key | None:
        """One of the doses of these days."""
        near = sorted(
            (abs(row.due - self.now), row.due, str(key), key)
            for key, row in self.ledger.rows.items()
            if abs(row.due - self.now) < timedelta(days=4)
            and (self.ledger.outcome(key) is not None) == settled
        )
        return near[which % len(near)][3] if near else None

    def _report(self, key: Key, ago: int, **facts: Any) -> Report:
        taken = facts.get("kind") is Kind.TAKEN
        return Report(
            id=uuid4(), author=self.patient.id, means=Means.APP,
            taken_at=self.now - timedelta(minutes=ago) if taken else None, **facts,
        )  # fmt: skip

    def _settle(self, dose: UUID, report: Report) -> None:
        self.do(lambda s: settle(s, self.patient.id, dose, report, now=self.now))

    def _write_down(self, key: Key, report: Report) -> None:
        self.ledger.said[key].append((report.kind.value, report.taken_at))
        self.events[key] = report.id

    @rule(
        which=st.integers(0, 9), ago=st.integers(0, 2 * 24 * 60),
        kind=st.sampled_from([Kind.TAKEN, Kind.TAKEN, Kind.TAKEN, Kind.SKIPPED]),
    )  # fmt: skip
    def settles_a_dose(self, which: int, ago: int, kind: Kind) -> None:
        if (key := self._near(which, settled=False)) is None:
            return
        report = self._report(key, ago, kind=kind)
        self._settle(dose_id(*key), report)
        self.report = (dose_id(*key), report)
        self._write_down(key, report)
        self.plans()

    @rule()
    def takes_every_open_dose(self) -> None:
        for key, row in sorted(self.ledger.rows.items(), key=str):
            if row.due <= self.now < row.closes and not self.ledger.outcome(key):
                report = self._report(key, 0, kind=Kind.TAKEN)
                self._settle(dose_id(*key), report)
                self._write_down(key, report)
        self.plans()

    @rule(short_of=st.integers(0, 1))
    def takes_the_last_nights_of_the_week_before_their_time(self, short_of: int) -> None:
        """So that tonight and the others are free, or one short of it."""
        line, tonight = self.lines["any five"], self.ledger.night(self.now)
        week = [tonight + NIGHT * (day - tonight.isoweekday()) for day in range(7, 0, -1)]
        mine = [key for night in week if (key := (line, night, 0)) in self.ledger.rows]
        for key in mine:
            row = self.ledger.rows[key]
            wanted = (row.quota or 0) - short_of - self.ledger.taken_in_week(line, key[1])
            if wanted > 0 and not self.ledger.outcome(key) and not row.held:
                report = self._report(key, 0, kind=Kind.TAKEN)
                self._settle(dose_id(*key), report)
                self._write_down(key, report)
        self.plans()

    @precondition(lambda self: getattr(self, "report", None) is not None)
    @rule()
    def the_phone_sends_a_tap_again(self) -> None:
        assert self.report is not None
        dose, report = self.report
        self._settle(dose, report)
        self.plans()

    @rule(which=st.integers(0, 5))
    def takes_it_back(self, which: int) -> None:
        if (key := self._near(which, settled=True)) is None:
            return
        event, who = uuid4(), self.patient.id
        self.do(
            lambda s: undo(
                s, who, dose_id(*key), event_id=event, author=who, means=Means.APP, now=self.now
            )
        )
        self.ledger.said[key].append(("undone", None))
        self.plans()

    @rule(
        which=st.integers(0, 5), ago=st.integers(0, 600),
        kind=st.sampled_from(["taken", "skipped"]),
    )  # fmt: skip
    def corrects_it(self, which: int, ago: int, kind: str) -> None:
        if (key := self._near(which, settled=True)) is None:
            return
        report = self._report(key, ago, kind=Kind(kind), amends=self.events[key])
        self.do(lambda s: amend(s, self.patient.id, dose_id(*key), report, now=self.now))
        self._write_down(key, report)
        self.plans()

    # --- What has to be true after every step ---------------------------------------------------

    def rows(self) -> dict[Key, Row]:
        """The doses as the database has them."""

        async def read(session: AsyncSession) -> dict[Key, Row]:
            numbers = {row.id: row.number for row in await session.scalars(select(Version))}
            return {
                (dose.line_id, dose.night, dose.slot): Row(
                    numbers[dose.version_id], dose.due_at, dose.closes_at,
                    f"{dose.amount_value.normalize():f}", dose.zone, dose.held, dose.held_for,
                    dose.min_gap_minutes, dose.quota,
                )
                for dose in await session.scalars(select(Dose).where(Dose.extra.is_(False)))
            }  # fmt: skip

        return self.do(read)

    @invariant()
    def the_plan_is_what_follows_from_what_was_said_and_done(self) -> None:
        there, follows = self.rows(), self.ledger.rows
        lost = {key: follows[key] for key in follows.keys() - there.keys()}
        surplus = {key: there[key] for key in there.keys() - follows.keys()}
        other = {key: (row, there[key]) for key, row in follows.items()
                 if key in there and row != there[key]}  # fmt: skip
        assert not lost, f"lost at {self.now}: {lost}"
        assert not surplus, f"nobody asked for, at {self.now}: {surplus}"
        assert not other, f"should be, but is, at {self.now}: {other}"
        for key, row in self.past.items():
            assert there[key] == row, "the past has moved"
        self.past = {key: row for key, row in there.items() if row.due <= self.now}

    @invariant()
    def a_version_holds_from_the_night_on_which_it_was_agreed_to(self) -> None:
        async def read(session: AsyncSession) -> dict[int, date | None]:
            return {one.number: one.in_force_from for one in await session.scalars(select(Version))}

        assert self.do(read) == {word.number: word.since for word in self.ledger.words}

    @invariant()
    def what_is_expected_and_nothing_else_reminds(self) -> None:
        async def read(session: AsyncSession) -> set[UUID]:
            armed = (await session.scalars(select(Reminder))).all()
            assert all(one.remind_at < one.closes_at for one in armed)
            return {one.id for one in armed}

        assert self.do(read) == {dose_id(*key) for key in self.ledger.reminds(self.now)}


async def _done(work: Awaitable[None]) -> bool:
    await work
    return True


@pytest.mark.timeout(int(os.environ.get("VESPER_SOAK_TIMEOUT", "240")))
def test_the_plan_is_what_follows_whatever_clinic_and_patient_do(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """`VESPER_MACHINE_RUNS` and `VESPER_MACHINE_STEPS` make it look longer, as `make soak` does."""
    Care.template, Care.database = sqlite_template, tmp_path / "plan.sqlite3"
    # One for all lives, because it keeps the statements that it has compiled.
    Care.engine = connect(f"sqlite+aiosqlite:///{Care.database}")
    machine: Any = Care.TestCase
    machine.settings = settings(
        max_examples=int(os.environ.get("VESPER_MACHINE_RUNS", "10")),
        stateful_step_count=int(os.environ.get("VESPER_MACHINE_STEPS", "18")),
        deadline=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    machine("runTest").runTest()
