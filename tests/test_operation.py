"""What a supervisor and a monitor see."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from app.db import Sessions
from app.doses.models import Reminder
from app.pulse import beat
from tests.factories import a_patient, a_protocol
from tests.story_time import Clock


async def pulse(sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        for tick in ("deliver", "remind", "plan", "notices"):
            await beat(session, tick, time.now)


async def test_without_a_worker_nothing_is_ready(http: httpx.AsyncClient) -> None:
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["no worker has ever ticked"]
    assert (await http.get("/healthz")).status_code == 200


async def test_running_ticks_and_nothing_late_is_ready(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    await pulse(sessions, time)
    time.advance(seconds=5)
    answer = await http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["tick_age"]["remind"] == 5.0
    assert answer.json()["tzdata"]


async def test_a_tick_that_fell_silent_is_named(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    await pulse(sessions, time)
    time.advance(minutes=3)
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    for tick in ("remind", "notices"):
        assert any(tick in reason for reason in answer.json()["reasons"])


async def test_a_late_reminder_is_seen_though_every_tick_runs(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
    time.advance(hours=17, minutes=32)  # two minutes after bedtime, and nobody has spoken
    await pulse(sessions, time)
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["oldest_due"] == timedelta(minutes=2).total_seconds()
    metrics = await http.get("/metrics")
    assert "vesper_oldest_due_seconds 120.0" in metrics.text
    assert "vesper_push_dwell_seconds" in metrics.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_probes_name_nobody(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        mine = select(Reminder.id).where(Reminder.patient_id == patient.id).limit(1)
        dose = await session.scalar(mine)
    for path in ("/readyz", "/metrics"):
        text = (await http.get(path)).text
        for secret in (str(patient.id), str(dose), "sermorelin", patient.email):
            assert secret not in text
