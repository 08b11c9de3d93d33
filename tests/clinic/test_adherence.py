"""One patient's adherence over HTTP: counts, rates, and reminders beside them."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.clinic.reading import Reminded, readings, reminded
from app.db import Sessions
from app.doses.adherence import summarise
from app.doses.log import Report, amend, find, settle, undo
from app.doses.models import Dose, Held, Kind, SkipReason, Spoken
from app.doses.weeks import Standing
from app.push.models import Delivery, Message, State
from tests.factories import (
    a_care_link,
    a_clinician,
    a_device,
    a_line,
    a_patient,
    a_protocol,
    signed_in,
)
from tests.story_time import MONDAY, Clock


async def doses_of(session: AsyncSession, patient: Person, line: UUID | None = None) -> list[Dose]:
    """The patient's planned doses in order of time."""
    mine = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at)
    return list(await session.scalars(mine.where(Dose.line_id == line) if line else mine))


async def say(session: AsyncSession, dose: Dose, **what: Any) -> None:
    """Log a dose; by default taken at its due time and reported at once."""
    taken_at = what.pop("taken_at", dose.due_at)
    logged_at = what.pop("logged_at", taken_at)
    facts: dict[str, Any] = {
        "id": uuid4(),
        "kind": Kind.TAKEN,
        "author": dose.patient_id,
        "means": Means.APP,
        "taken_at": taken_at,
    }
    await settle(session, dose.patient_id, dose.id, Report(**facts | what), now=logged_at)


async def test_a_clinician_reads_what_the_evenings_came_to(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        cookie = await signed_in(session, clinician, time.now)
        [nightly, weekly] = await a_protocol(
            session, patient, a_line(), a_line(medicine="testosterone-cypionate", weekdays=(2,))
        )
        nights = await doses_of(session, patient, nightly)
        await say(session, nights[0])
        await say(session, nights[1], taken_at=nights[1].due_at + timedelta(hours=3))
        await say(session, nights[2], kind=Kind.SKIPPED, reason=SkipReason.TRAVELLING)
        await say(
            session,
            nights[3],
            means=Means.PUSH_TOKEN,
            logged_at=nights[3].due_at + timedelta(hours=30),
        )
        await say(session, nights[4])
        await undo(
            session,
            patient.id,
            nights[4].id,
            event_id=uuid4(),
            author=patient.id,
            means=Means.APP,
            now=nights[4].due_at + timedelta(minutes=1),
        )
        nights[5].held = True
        time.now = nights[6].due_at + timedelta(minutes=5)
    path = f"/api/patients/{patient.id}/adherence"
    cookie = await fresh(sessions, clinician, time)
    answer = await http.get(path, headers=cookie)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    by_line = {line["line"]["id"]: line for line in body["lines"]}
    evenings, injections = by_line[str(nightly)], by_line[str(weekly)]
    counted = ("expected", "taken", "on_time", "late", "skipped", "missed", "held", "open")
    assert [evenings[word] for word in counted] == [5, 3, 2, 1, 1, 1, 1, 1]
    assert evenings["taking"]["value"] == 0.6
    assert evenings["timing"] == 0.4
    assert evenings["taking"]["ci95"] == pytest.approx([0.2307, 0.8824], abs=0.0001)
    assert evenings["skip_reasons"] == {"travelling": 1}
    assert evenings["evidence"] == {"app": 3, "push_token": 1}
    assert evenings["backfilled"] == 1
    assert evenings["delay_minutes_median"] == 0
    assert evenings["line"]["medicine"] == "sermorelin"
    assert evenings["line"]["versions"] == [1]
    # Nobody ever took one: there is nothing to rate, and it is not hidden either.
    assert [injections[word] for word in counted] == [0, 0, 0, 0, 0, 0, 0, 0]
    assert (injections["before_initiation"], injections["not_initiated"]) == (1, True)
    assert injections["persistence"]["state"] == "not_started"
    pooled = body["pooled"]
    assert [pooled[word] for word in counted] == [5, 3, 2, 1, 1, 1, 1, 1]
    assert (pooled["before_initiation"], pooled["not_initiated"]) == (1, True)
    assert pooled["line"] is None
    assert body["definition"]["id"] == "vesper-1"
    assert body["definition"]["text"]["skips"] == "count as expected and not taken"
    assert body["period"]["days"] == 30
    assert body["period"]["to"] == "2026-11-29"
    assert body["timezone"] == "America/Denver"


async def fresh(sessions: Sessions, person: Person, time: Clock) -> dict[str, str]:
    """A browser in which this person has just signed in."""
    async with sessions.begin() as session:
        return await signed_in(session, person, time.now)


async def test_nothing_expected_is_no_rate_at_all(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        cookie = await signed_in(session, patient, time.now)
    body = (await http.get("/api/patients/me/adherence?days=7", headers=cookie)).json()
    assert body["lines"] == []
    assert body["pooled"]["expected"] == 0
    assert body["pooled"]["taking"] == {"value": None, "ci95": None}
    assert body["pooled"]["timing"] is None
    assert body["reminders"]["due"] == 0


@pytest.mark.parametrize("days", ["0", "401", "many", "9" * 40])
async def test_a_period_has_1_to_400_days(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, days: str
) -> None:
    cookie = await fresh_patient(sessions, time)
    answer = await http.get(f"/api/patients/me/adherence?days={days}", headers=cookie)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["days"]


async def fresh_patient(sessions: Sessions, time: Clock) -> dict[str, str]:
    """A browser of a patient without a protocol."""
    async with sessions.begin() as session:
        return await signed_in(session, await a_patient(session), time.now)


async def speak(
    session: AsyncSession, dose: Dose, *states: tuple[State, bool], devices: int | None = None
) -> None:
    """One reminder of a dose, with a delivery for each state; the flag says it was shown."""
    person, message = dose.patient_id, uuid4()
    count = len(states) if devices is None else devices
    session.add(
        Spoken(
            patient_id=person, dose_id=dose.id, message_id=message, at=dose.due_at, devices=count
        )
    )
    session.add(
        Message(
            person_id=person,
            id=message,
            kind="dose-due",
            topic=message.hex,
            urgent=True,
            payload=None,
            created_at=dose.due_at,
            due_at=dose.due_at,
            expires_at=dose.closes_at,
        )
    )
    await session.flush()
    owner = await session.get_one(Person, person)
    for state, shown in states:
        device = await a_device(session, owner)
        session.add(
            Delivery(
                person_id=person,
                message_id=message,
                subscription_id=device.id,
                state=state,
                ready_at=dose.due_at if state is State.WAITING else None,
                shown_at=dose.due_at if shown else None,
            )
        )
    await session.flush()


async def test_reminders_are_counted_by_dose(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    nights = await doses_of(session, patient)
    await speak(session, nights[0], (State.REFUSED, False))
    await speak(session, nights[0], (State.ACCEPTED, True), (State.GONE, False))
    await speak(session, nights[1], (State.ACCEPTED, False))
    await speak(session, nights[2], (State.GONE, False), (State.EXPIRED, False))
    await speak(session, nights[3])
    await speak(session, nights[4], (State.WAITING, False))
    await speak(session, nights[5], devices=1)  # settled before it left
    until = nights[6].due_at
    assert await reminded(session, patient.id, MONDAY, until) == Reminded(
        due=6, accepted=2, shown=1, undeliverable=2, waiting=1, withdrawn=1
    )
    assert await reminded(session, patient.id, until, until + timedelta(days=1)) == Reminded()


async def test_a_patients_figures_are_the_same_wherever_they_are_read(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    """Any five of seven: night by night, in the list, in adherence, and on the panel."""
    async with sessions.begin() as session:
        patient, clinician = await a_patient(session), await a_clinician(session)
        await a_care_link(session, patient, clinician)
        await a_protocol(session, patient, a_line(per_week=5))
        nights = await doses_of(session, patient)
        for night in (0, 2, 3, 4, 8, 9):  # four of the first week, and two of the second so far
            await say(session, nights[night])
        await say(session, nights[1], kind=Kind.SKIPPED, reason=SkipReason.TRAVELLING)
    read: list[list[int]] = []
    for now in (
        nights[2].due_at + timedelta(minutes=1),
        nights[6].due_at + timedelta(hours=1),
        nights[6].closes_at,
        nights[9].due_at + timedelta(hours=9),
        nights[13].closes_at,
    ):
        time.now = now
        mine, theirs = await fresh(sessions, patient, time), await fresh(sessions, clinician, time)
        listed = await http.get(
            "/api/patients/me/doses?from=2026-11-23&to=2026-12-07", headers=mine
        )
        states = Counter(dose["state"] for dose in listed.json()["doses"])
        figures = (await http.get("/api/patients/me/adherence", headers=mine)).json()["pooled"]
        seen = await http.get(f"/api/patients/{patient.id}/adherence", headers=theirs)
        (row,) = (await http.get("/api/clinic/patients", headers=theirs)).json()["patients"]
        assert seen.json()["pooled"] == figures
        same = ("taken", "expected", "before_initiation")
        assert row["taking30"] == {word: figures[word] for word in same}
        assert row["open_now"] == figures["open"] == states["open"]
        assert figures["missed"] == states["missed"]
        # What was taken may lie ahead of `now` here; a skip keeps its word, also where it is free.
        assert figures["rest"] + figures["skipped"] == states["rest"] + states["skipped"]
        counted = ("expected", "taken", "skipped", "missed", "rest")
        read.append([figures[word] for word in counted])
    assert read == [
        [2, 2, 0, 0, 1],  # the skipped Tuesday can be made up for
        [4, 4, 0, 0, 2],  # Sunday is open, and could be the fifth
        [5, 4, 0, 1, 2],  # it was not
        [7, 6, 0, 1, 3],
        [10, 6, 0, 4, 4],
    ]


async def test_a_period_that_cuts_a_week_counts_its_nights_as_the_whole_week_does(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=5))
    nights = await doses_of(session, patient)
    for night in range(5):
        await say(session, nights[night])
    until = nights[6].closes_at
    cut = await readings(session, [patient.id], nights[3].due_at, until)
    assert [one.intake.standing for one in cut] == [Standing.COUNTS, Standing.REST, Standing.REST]
    whole = summarise((one.intake for one in cut), until)
    assert (whole.expected, whole.taken, whole.rest) == (1, 1, 2)


async def test_lateness_and_counts_follow_the_event_that_stands(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    dose = (await doses_of(session, patient))[0]
    await say(session, dose, taken_at=dose.due_at + timedelta(hours=4))
    until = dose.closes_at
    for taken_at, late in ((dose.due_at, 0), (dose.due_at + timedelta(hours=3), 1)):
        standing = (await find(session, patient.id, dose.id)).outcome
        assert standing is not None
        report = Report(
            id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP, taken_at=taken_at,
            amends=standing.id,
        )  # fmt: skip
        await amend(session, patient.id, dose.id, report, now=until)
        (one,) = await readings(session, [patient.id], MONDAY, until)
        found = summarise([one.intake], until)
        assert (found.taken, found.late) == (1, late)


async def test_a_dose_held_for_its_gap_is_not_expected(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    nights = await doses_of(session, patient)
    for night in nights[:2]:
        night.held, night.held_for = True, Held.GAP
    await session.flush()
    await say(session, nights[1])  # and may be taken all the same
    found = await readings(session, [patient.id], MONDAY, nights[2].closes_at)
    counts = summarise((one.intake for one in found), nights[2].closes_at)
    assert (counts.held, counts.extra, counts.expected, counts.missed) == (1, 1, 1, 1)
