"""Reports that arrive twice, at once, out of order or with nonsense in them: never a 500."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.db import Sessions
from app.doses.models import Dose, Event
from app.sealing import Sealer
from app.verification import verify
from tests.conftest import SECRET
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import Clock

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Diary:
    """A patient's browser, their doses, and what is recorded of them."""

    def __init__(self, http: httpx.AsyncClient, sessions: Sessions) -> None:
        self.http, self.sessions = http, sessions
        self.doses: list[str] = []
        self.line = ""

    async def __call__(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        answer = await self.http.request(method, f"/api/doses/{path}", json=body)
        return answer.status_code, answer.json()

    async def events(self) -> int:
        async with self.sessions.begin() as session:
            return await session.scalar(select(func.count(Event.id))) or 0


@pytest.fixture
async def diary(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> AsyncIterator[Diary]:
    """An evening with several doses; and in the end nothing was tampered with."""
    diary = Diary(http, sessions)
    async with sessions.begin() as session:
        patient = await a_patient(session)
        [line] = await a_protocol(session, patient)
        http.headers.update(await signed_in(session, patient, time.now))
        nights = select(Dose.id).where(Dose.patient_id == patient.id).order_by(Dose.due_at)
        diary.doses = [str(each) for each in (await session.scalars(nights)).all()]
    diary.line = str(line)
    time.advance(hours=24)
    yield diary
    verdict = await verify(sessions, [Sealer(SECRET)], now=time.now)
    # The factory enters a protocol behind the application's back; of doses nothing is found.
    assert [finding for finding in verdict.findings if not finding.startswith("version")] == []
    assert verdict.events == await diary.events()


def said(kind: str = "taken", **facts: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": kind, **facts}


@POSTGRESQL
async def test_one_id_for_two_doses_at_once_is_one_event(diary: Diary) -> None:
    given = said(confirmed=True)
    answers = await asyncio.gather(
        *(diary("PUT", f"{dose}/log", **given) for dose in diary.doses[:4])
    )
    statuses = sorted(status for status, _ in answers)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {422, 503}, statuses  # the one that lost may look again
    assert await diary.events() == 1
    again = [await diary("PUT", f"{dose}/log", **given) for dose in diary.doses[:4]]
    assert sorted(status for status, _ in again) == [200, 422, 422, 422]


@POSTGRESQL
async def test_one_extra_dose_sent_ten_times_at_once_is_one_dose(diary: Diary) -> None:
    given = {"id": str(uuid4()), "line_id": diary.line, "confirmed": True}
    answers = await asyncio.gather(*(diary("POST", "extra", **given) for _ in range(10)))
    assert [status for status, _ in answers] == [201] * 10
    assert len({told["id"] for _, told in answers}) == 1
    assert await diary.events() == 1


@POSTGRESQL
async def test_undo_and_correction_at_once_leave_one_of_two_readable_histories(
    diary: Diary,
) -> None:
    given = said(confirmed=True)
    await diary("PUT", f"{diary.doses[0]}/log", **given)
    (undone, _), (amended, problem) = await asyncio.gather(
        diary("POST", f"{diary.doses[0]}/undo", id=str(uuid4())),
        diary("POST", f"{diary.doses[0]}/amend", **said("skipped"), replaces=given["id"]),
    )
    assert undone == 200
    assert (amended, await diary.events()) in {(200, 3), (409, 2)}, problem


async def test_a_correction_needs_something_that_stands(diary: Diary) -> None:
    dose, first, second = diary.doses[0], said(confirmed=True), said("skipped")
    await diary("PUT", f"{dose}/log", **first)
    assert (await diary("POST", f"{dose}/amend", **second, replaces=first["id"]))[0] == 200
    for stale in (first["id"], str(uuid4())):
        status, problem = await diary("POST", f"{dose}/amend", **said(), replaces=stale)
        assert (status, problem["type"]) == (409, "/problems/no-longer-stands")
        assert problem["recorded"]["id"] == second["id"]
    back = said(confirmed=True)
    assert (await diary("POST", f"{dose}/amend", **back, replaces=second["id"]))[0] == 200
    undo = str(uuid4())
    for _ in range(2):
        assert (await diary("POST", f"{dose}/undo", id=undo))[0] == 200
    for replaced in (first["id"], back["id"], undo):
        status, problem = await diary("POST", f"{dose}/amend", **said(), replaces=replaced)
        assert (status, problem["recorded"]["id"]) == (409, None)
    # Reports of long ago that arrive again bring nothing back.
    for old in (first, back):
        status, told = await diary("PUT", f"{dose}/log", **old)
        assert (status, told["outcome_id"]) == (200, None)
    assert await diary.events() == 4


async def test_an_extra_dose_taken_back_is_gone_and_cannot_be_corrected(diary: Diary) -> None:
    given = {"id": str(uuid4()), "line_id": diary.line, "confirmed": True}
    status, extra = await diary("POST", "extra", **given)
    assert status == 201
    assert (await diary("POST", f"{extra['id']}/undo", id=str(uuid4())))[0] == 200
    status, _ = await diary("POST", f"{extra['id']}/amend", **said(), replaces=given["id"])
    assert status == 409
    status, told = await diary("POST", "extra", **given)
    assert (status, told["state"], told["outcome_id"]) == (201, "rest", None)
    # The same id for a planned dose, or that of a planned dose for an extra one, is another's.
    assert (await diary("PUT", f"{diary.doses[0]}/log", **given | {"kind": "taken"}))[0] == 422
    taken = said(confirmed=True)
    assert (await diary("PUT", f"{diary.doses[0]}/log", **taken))[0] == 200
    status, _ = await diary("POST", "extra", **given | {"id": taken["id"]})
    assert status == 422
    async with diary.sessions.begin() as session:
        extras = select(func.count(Dose.id)).where(Dose.extra.is_(True))
        assert await session.scalar(extras) == 1


@pytest.mark.parametrize(
    ("hours", "status"), [(-24 * 7, 200), (-24 * 7 - 1, 422), (6, 200), (7, 422)]
)
async def test_an_intake_lies_within_a_week_before_it_was_due_and_now(
    diary: Diary, time: Clock, hours: int, status: int
) -> None:
    async with diary.sessions.begin() as session:
        due_at = await session.scalar(select(func.min(Dose.due_at)))
    assert due_at is not None
    time.now = due_at + timedelta(hours=6)
    at = (due_at + timedelta(hours=hours)).isoformat()
    answer, _ = await diary("PUT", f"{diary.doses[0]}/log", **said(taken_at=at, confirmed=True))
    assert answer == status


@pytest.mark.parametrize("at", ["2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"])
async def test_the_ends_of_the_calendar_are_refused_and_not_a_500(diary: Diary, at: str) -> None:
    given = said(taken_at=at, confirmed=True)
    assert (await diary("PUT", f"{diary.doses[0]}/log", **given))[0] == 422
    extra = {"id": str(uuid4()), "line_id": diary.line, "taken_at": at}
    status, _ = await diary("POST", "extra", **extra, confirmed=True)
    assert status == (201 if at < "2026" else 422)


async def test_an_extra_dose_is_like_tonights_and_not_like_the_next_step(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    monday = time.now.date()
    async with sessions.begin() as session:
        patient = await a_patient(session)
        steps = ((monday + timedelta(days=2), "400"), (monday + timedelta(days=5), "500"))
        [line] = await a_protocol(session, patient, a_line(steps=steps))
        http.headers.update(await signed_in(session, patient, time.now))
    for day, amount in ((0, "250"), (3, "400"), (6, "500")):
        at = time.now + timedelta(days=day, hours=1)
        app_sends = {"id": str(uuid4()), "line_id": str(line), "taken_at": at.isoformat()}
        time.now = at
        answer = await http.post("/api/doses/extra", json=app_sends)
        assert (answer.status_code, answer.json()["amount"]["value"]) == (201, amount)
        time.now = at - timedelta(days=day, hours=1)
    # And one of Monday that is remembered on Sunday is Monday's.
    time.advance(days=6)
    late = {"id": str(uuid4()), "line_id": str(line), "confirmed": True}
    at = time.now - timedelta(days=6, hours=-2)
    answer = await http.post("/api/doses/extra", json=late | {"taken_at": at.isoformat()})
    assert (answer.json()["night"], answer.json()["amount"]["value"]) == (str(monday), "250")


async def test_a_file_with_what_no_database_keeps_is_refused(diary: Diary, app: FastAPI) -> None:
    path = "/api/patients/me/doses/import"
    for text in ("medicine,date\\u0000", "\\ud800"):
        body = f'{{"csv": "{text}", "dry_run": false}}'
        answer = await diary.http.post(
            path, content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "csv")
    header = "medicine,date,time,status,note\r"
    for row in (
        "sermorelin,2026-11-20,22:30,taken,a;b;c;d;e;f;g;h\r",
        'sermorelin,2026-11-20,22:30,taken,"two\nlines; ""quoted"""\r',
        "sermorelin,2026-11-20,22:30,taken,\u202e=1+1\u2028\r",
    ):
        answer = await diary.http.post(path, json={"csv": header + row, "dry_run": True})
        assert (answer.status_code, answer.json()["recorded"]) == (200, 1), answer.text
