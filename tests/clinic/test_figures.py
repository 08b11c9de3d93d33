"""The one reading function: what it reads from rows is what the oracle counts, for any period."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.clinic.changes import ChangeKind, changes_of
from app.clinic.figures import Period, adherence_of, reports_of
from app.db import Sessions
from app.doses.log import undo
from app.doses.models import Dose, Event, Kind, SkipReason, Spoken
from app.doses.nights import NightWord, nights_of, stretch
from app.problems import Invalid
from app.protocols.models import Line, Terms, Version
from tests.clinic.test_adherence import doses_of, fresh, say, speak
from tests.clinic.test_panel import statements
from tests.doses import oracle
from tests.doses.histories import a_history
from tests.doses.test_adherence_oracle import agree, as_facts
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY, Clock

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def write(session: AsyncSession, history: dict[str, Any]) -> tuple[UUID, dict[int, UUID]]:
    """A patient with this history in the tables; and the ids of the lines by their numbers."""
    patient = await a_patient(session, timezone=history["zone"])
    lines = {line["number"]: uuid4() for line in history["lines"]}
    versions = await _versions(session, patient, history, lines)
    for line in history["lines"]:
        for given in line["doses"]:
            dose = Dose(
                patient_id=patient.id, id=uuid4(), line_id=lines[line["number"]],
                version_id=versions[0], night=given["night"], slot=given["slot"], label="A line",
                amount_value=Decimal(given["planned"]), amount_unit="ug", route="subcutaneous",
                due_at=given["due"], closes_at=given["closes"], ladder=[0], zone=history["zone"],
                on_time_minutes=given["on_time"] // timedelta(minutes=1), held=given["held"],
                extra=given["extra"], quota=None if given["extra"] else given["quota"],
            )  # fmt: skip
            session.add(dose)
            if given["taken_at"] or given["skip"] is not None:
                session.add(_event(dose, given))
            if given["unreached"]:
                session.add(Spoken(
                    patient_id=patient.id, dose_id=dose.id, message_id=uuid4(), at=given["due"],
                    devices=0,
                ))  # fmt: skip
    await session.flush()
    return patient.id, lines


def _event(dose: Dose, given: dict[str, Any]) -> Event:
    number, unit = given["amount"] or (None, None)
    return Event(
        patient_id=dose.patient_id, id=uuid4(), dose_id=dose.id, seq=1,
        kind=Kind.TAKEN if given["taken_at"] else Kind.SKIPPED, taken_at=given["taken_at"],
        logged_at=given["logged"], author_id=dose.patient_id, means=Means(given["means"]),
        reason=SkipReason(given["skip"]) if given["skip"] else None,
        amount_value=None if number is None else Decimal(number), amount_unit=unit,
    )  # fmt: skip


async def _versions(
    session: AsyncSession, patient: Person, history: dict[str, Any], lines: dict[int, UUID]
) -> list[UUID]:
    """The first version with every line, and a new one from each night on which some stop."""
    given = history["lines"]
    nights = [dose["night"] for line in given for dose in line["doses"]]
    begins = min(nights, default=date(2026, 1, 1)) - 30 * DAY
    stops = sorted({line["stopped"] for line in given if line["stopped"]})
    for line in given:
        session.add(Line(
            patient_id=patient.id, id=lines[line["number"]], medicine="sermorelin", form="",
            route="subcutaneous",
        ))  # fmt: skip
    await session.flush()
    ids = []
    for number, stop in enumerate([None, *stops], 1):
        since = begins if stop is None else stop.astimezone(ZoneInfo(history["zone"])).date()
        version = Version(
            patient_id=patient.id, id=uuid4(), number=number, author_id=patient.id,
            created_at=MONDAY, effective_night=since, reason="", prescriber="",
            self_reported=True, in_force_from=since,
        )  # fmt: skip
        session.add(version)
        await session.flush()
        ids.append(version.id)
        for line in given:
            if stop is not None and line["stopped"] and line["stopped"] <= stop:
                continue
            rhythm = line["rhythm"]
            session.add(Terms(
                patient_id=patient.id, version_id=version.id, line_id=lines[line["number"]],
                position=line["number"], amount_value=Decimal(250), amount_unit="ug",
                recurrence={
                    "weekdays": rhythm["weekdays"], "every": rhythm["every"],
                    "weeks_off": rhythm["weeks_off"], "per_week": line["quota"], "last": None,
                    "times": ["bedtime"] * rhythm["times"],
                },
                window_minutes=None, on_time_minutes=120, ladder=[0],
            ))  # fmt: skip
    await session.flush()
    return ids


async def test_what_is_read_from_rows_is_what_the_oracle_counts(session: AsyncSession) -> None:
    random = Random(4)
    for number in range(12):
        history = a_history(random, most_nights=20 if number % 4 else 110)
        patient, ids = await write(session, history)
        since, until, now = history["since"], history["until"], history["now"]
        report = await adherence_of(session, patient, Period(since, until, 1), now)
        shown = [
            line for line in history["lines"]
            if any(since < dose["due"] <= until for dose in line["doses"])
        ]  # fmt: skip
        found = {one.line.id: one.figures for one in report.lines}
        assert found.keys() == {ids[line["number"]] for line in shown}
        for line in shown:
            agree(
                as_facts(found[ids[line["number"]]], 1), oracle.figures([line], since, until, now)
            )
        ended = [
            line for line in history["lines"]
            if line not in shown
            and any(since - (until - since) < dose["due"] <= since for dose in line["doses"])
        ]  # fmt: skip
        agree(
            as_facts(report.pooled, len(shown)),
            oracle.figures(shown, since, until, now, ended),
        )
        report.out().model_dump_json()


async def test_many_patients_cost_as_many_statements_as_one(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    random = Random(2)
    histories = [a_history(random, most_nights=20) for _ in range(4)]
    patients = [(await write(session, each))[0] for each in histories]
    period, now = Period.last_days(90, histories[0]["now"]), histories[0]["now"]
    costs = []
    for count in (1, 4):
        with statements(engine) as sent:
            found = await reports_of(session, patients[:count], period, now)
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 7  # one of them asks whether anybody has a vial on record
    for patient in patients:
        alone = await adherence_of(session, patient, period, now)
        assert alone.out() == found[patient].out()


async def test_a_dose_nobody_could_be_reminded_of_is_unresolved_and_never_taken(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    nights = await doses_of(session, patient)
    await say(session, nights[0])
    await speak(session, nights[1])  # no device was there
    await speak(session, nights[2], devices=1)
    await speak(session, nights[3])
    await say(session, nights[3])
    await undo(  # who took it back knew of it, whatever became of the reminder
        session, patient.id, nights[3].id, event_id=uuid4(), author=patient.id, means=Means.APP,
        now=nights[3].due_at + timedelta(minutes=1),
    )  # fmt: skip
    now = nights[3].closes_at
    report = await adherence_of(session, patient.id, Period.last_days(30, now), now)
    figures = report.out().pooled
    counts = (figures.expected, figures.taken, figures.missed, figures.unresolved)
    assert counts == (4, 1, 2, 1)
    assert figures.taking.value == 0.25
    assert (figures.taking_bounds.lower, figures.taking_bounds.upper) == (0.25, 0.5)
    assert figures.report_completeness == 0.25
    assert figures.left_out_in_row == 3
    assert figures.longest_gap is not None
    assert figures.longest_gap.until is None
    assert figures.drug_holidays.count == 1
    assert figures.drug_holidays.definition == "3 or more expected doses in a row not taken"
    assert [*report.days.values()] == [NightWord.TAKEN] + [NightWord.MISSED] * 3


async def test_a_period_is_days_or_dates_or_a_version_and_never_two(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient, a_line())
        nights = await doses_of(session, patient)
        for night in nights[:3]:
            await say(session, night)
        time.now = nights[5].closes_at
    mine = await fresh(sessions, patient, time)
    path = "/api/patients/me/adherence"
    # Mountain time: the night of Monday 23 November, and no more.
    one = (await http.get(f"{path}?from=2026-11-23&to=2026-11-23", headers=mine)).json()
    assert one["period"] == {
        "from": "2026-11-23", "to": "2026-11-23", "days": 1,
        "since": "2026-11-23T07:00:00Z", "until": "2026-11-24T07:00:00Z",
    }  # fmt: skip
    assert (one["pooled"]["taken"], one["pooled"]["expected"]) == (1, 1)
    assert one["lines"][0]["line"]["permissible_gap_days"] == 30
    two = (await http.get(f"{path}?from=2026-11-25&to=2026-11-26", headers=mine)).json()
    assert (two["pooled"]["taken"], two["pooled"]["expected"]) == (1, 2)
    trend = two["pooled"]["trend"]
    assert trend["previous"] == {
        "from": "2026-11-23", "to": "2026-11-24", "taken": 2, "expected": 2, "share": 1.0,
    }  # fmt: skip
    assert trend["delta"] == -0.5
    assert two["worst"] == {
        "line": two["lines"][0]["line"]["id"], "name": "Sermorelin", "taken": 1, "expected": 2,
    }  # fmt: skip
    version = (await http.get(f"{path}?since=current_version", headers=mine)).json()
    assert version["period"]["from"] == "2026-11-23"
    assert version["pooled"]["expected"] == 6
    assert version["pooled"]["trend"]["delta"] is None
    for wrong, field in (
        ("days=7&since=current_version", "days"), ("from=2026-11-23", "to"),
        ("to=2026-11-23", "from"), ("from=2026-11-24&to=2026-11-23", "to"),
        ("from=2025-01-01&to=2026-11-23", "to"), ("from=2026-12-24&to=2026-12-24", "from"),
        ("since=birth", "since"), ("from=2026-11-23&to=2026-11-23&days=3", "days"),
    ):  # fmt: skip
        answer = await http.get(f"{path}?{wrong}", headers=mine)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), wrong


async def test_no_version_in_force_is_no_period(session: AsyncSession) -> None:
    patient = await a_patient(session)
    with pytest.raises(Invalid):
        await Period.since_current_version(session, patient.id, MONDAY)


async def test_dates_are_the_patients_own_when_the_clocks_change() -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    autumn = Period.between(date(2026, 11, 1), date(2026, 11, 1), "America/Denver", now)
    assert autumn.until - autumn.since == timedelta(hours=25)
    spring = Period.between(date(2026, 3, 8), date(2026, 3, 8), "America/Denver", now)
    assert spring.until - spring.since == timedelta(hours=23)
    ahead = Period.between(date(2026, 11, 30), date(2026, 12, 5), "America/Denver", now)
    assert ahead.until == now


async def test_raw_doses_come_page_by_page_with_both_times_and_without_notes(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        nightly, any_two = await a_protocol(
            session, patient, a_line(), a_line(medicine="gonadorelin", per_week=2)
        )
        nights = await doses_of(session, patient, nightly)
        await say(session, nights[1], note="private", logged_at=nights[1].due_at + DAY)
        await say(session, nights[2], kind=Kind.SKIPPED, reason=SkipReason.UNWELL)
        await speak(session, nights[3])
        free = await doses_of(session, patient, any_two)
        await say(session, free[0], taken_at=free[0].due_at + timedelta(hours=3))
        time.now = nights[4].due_at + timedelta(minutes=1)
    mine = await fresh(sessions, patient, time)
    whole: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(9):
        path = f"/api/patients/me/doses/record?limit=3{cursor}"
        body = (await http.get(path, headers=mine)).json()
        assert "doses" in body, body
        assert body["definition_id"] == "vesper-1"
        whole += body["doses"]
        cursor = f"&cursor={body['next']}"
        if body["next"] is None:
            break
    assert len(whole) == len({one["id"] for one in whole}) == 10
    assert [one["due_at"] for one in whole] == sorted(one["due_at"] for one in whole)
    told = [one for one in whole if one["line"]["id"] == str(nightly)]
    assert [(one["state"], one["counts_as"]) for one in told] == [
        ("missed", "before_initiation"), ("taken", "on_time"), ("skipped", "skipped"),
        ("missed", "unresolved"), ("open", "open"),
    ]  # fmt: skip
    taken = told[1]
    assert taken["logged_at"] > taken["taken_at"]
    assert (taken["planned"], taken["taken"]) == ({"value": "250", "unit": "ug"},) * 2
    assert (taken["source"], taken["on_time"], taken["version"]) == ("app", True, 1)
    assert told[2]["reason"] == "unwell"
    assert told[3]["reminder"] == "undeliverable"
    assert "private" not in str(whole)
    others = [one for one in whole if one["line"]["id"] == str(any_two)]
    assert [one["state"] for one in others] == ["taken", "rest", "rest", "rest", "open"]
    assert others[0]["on_time"] is False
    figures = (await http.get("/api/patients/me/adherence", headers=mine)).json()["pooled"]
    for word in ("on_time", "late", "skipped", "unresolved", "before_initiation", "rest", "open"):
        assert figures[word] == sum(one["counts_as"] == word for one in whole), word
    ends = [
        urlsafe_b64encode(f"{at} {uuid4()}".encode()).decode()
        for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    ]
    for wrong in ("x", "e30", "MjAyNi0xMS0yNA", "ä", *ends):
        answer = await http.get(
            "/api/patients/me/doses/record", params={"cursor": wrong}, headers=mine
        )
        assert answer.status_code == 422


async def test_the_trend_says_of_the_period_before_what_was_said_of_it_then(
    session: AsyncSession,
) -> None:
    """Also of a line that has ended since, or stopping one would look like a rise or a fall."""
    patient = await a_patient(session)
    kept, ended = await a_protocol(session, patient, a_line(), a_line(medicine="ipamorelin"))
    for line, taken in ((kept, range(10)), (ended, range(2))):
        nights = await doses_of(session, patient, line)
        for number in taken:
            await say(session, nights[number])
    until = nights[9].due_at + HOUR
    since = until - 5 * DAY
    await session.execute(delete(Dose).where(Dose.line_id == ended, Dose.due_at > since))
    now = until + DAY
    after = (await adherence_of(session, patient.id, Period(since, until, 5), now)).out()
    then = Period(since - 5 * DAY, since, 5)
    before = (await adherence_of(session, patient.id, then, now)).out().pooled
    previous = after.pooled.trend.previous
    assert (previous.taken, previous.expected) == (before.taken, before.expected) == (7, 10)
    assert [one.line.id for one in after.lines if one.line] == [kept]
    assert (after.pooled.taken, after.pooled.expected, after.pooled.trend.delta) == (5, 5, 0.3)


async def test_what_changed_is_counted_like_the_figures_that_are_signed_under_it(
    session: AsyncSession,
) -> None:
    """A line that nobody ever took has nothing expected, so nothing of it was missed."""
    patient = await a_patient(session)
    begun, never = await a_protocol(session, patient, a_line(), a_line(medicine="ipamorelin"))
    nights = await doses_of(session, patient, begun)
    await say(session, nights[0])
    now = nights[2].closes_at
    changes = await changes_of(session, patient.id, uuid4(), nights[0].due_at - HOUR, now)
    assert [one.text for one in changes if one.kind is ChangeKind.DOSES] == [
        "Sermorelin: 2 missed, 0 skipped, of 3 expected"
    ]
    figures = (await adherence_of(session, patient.id, Period.last_days(30, now), now)).out()
    assert (figures.pooled.missed, figures.pooled.expected) == (2, 3)
    assert [one.line.id for one in figures.lines if one.line and one.not_initiated] == [never]


def test_the_worst_of_a_night_is_its_word_and_missing_nights_are_none() -> None:
    nights = nights_of([
        (date(2026, 11, 1), "on_time"), (date(2026, 11, 1), "missed"),
        (date(2026, 11, 2), "on_time"), (date(2026, 11, 2), "rest"),
        (date(2026, 11, 3), "late"), (date(2026, 11, 3), "on_time"),
        (date(2026, 11, 4), "held"), (date(2026, 11, 5), "void"),
    ])  # fmt: skip
    words = stretch(nights, date(2026, 11, 6), 6)
    assert [word.value for word in words] == ["missed", "taken", "late", "held", "none", "none"]
