"""The nights of a month: the record where there is one, the prescription beyond it."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.db import Sessions
from app.doses.log import Report, settle
from app.doses.models import Kind
from app.doses.plan import dose_id
from app.doses.state import DoseState
from app.protocols.calendar import Month, Night, Why, month_of
from app.protocols.models import Hold
from app.protocols.planning import plan_patient
from tests.factories import a_clinician, a_line, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY

DAY = timedelta(days=1)
TONIGHT = MONDAY.date()
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
CYCLE = a_line(weeks_on=2, weeks_off=1, steps=((date(2026, 12, 2), "300"),))


def night(month: Month, day: int) -> Night:
    return month.nights[day - 1]


async def take(session: AsyncSession, patient: Person, line: UUID, on: date, at: datetime) -> None:
    report = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP, taken_at=at)
    await settle(session, patient.id, dose_id(line, on, 0), report, now=at)


async def test_every_night_of_a_month_is_there_before_any_protocol(session: AsyncSession) -> None:
    patient = await a_patient(session)
    month = await month_of(session, patient.id, NOVEMBER, MONDAY)
    assert [each.night.day for each in month.nights] == list(range(1, 31))
    assert month.tonight == TONIGHT
    assert night(month, 30).text == "Monday 30 November: nothing is planned."


async def test_what_was_taken_what_is_to_come_and_what_was_missed(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    now = MONDAY + 2 * DAY
    await take(session, patient, line, TONIGHT, datetime.fromisoformat("2026-11-24T09:00Z"))
    month = await month_of(session, patient.id, NOVEMBER, now)
    assert night(month, 22).doses == []
    assert night(month, 23).text == (
        "Monday 23 November: Sermorelin 250 mcg at 22:30, taken late; version 1 begins."
    )
    assert night(month, 24).doses[0].state is DoseState.MISSED
    assert night(month, 25).text == "Wednesday 25 November: Sermorelin 250 mcg at 22:30, to come."
    assert night(month, 25).doses[0].id == dose_id(line, TONIGHT + 2 * DAY, 0)


async def test_nights_beyond_the_plan_are_what_the_plan_will_say(session: AsyncSession) -> None:
    patient = await a_patient(session)
    often = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg", weekdays=(1, 4),
                   times=("09:00", "21:00"))  # fmt: skip
    await a_protocol(session, patient, CYCLE, often)
    worked_out = await month_of(session, patient.id, DECEMBER, MONDAY)
    assert night(worked_out, 31).doses[0].id is None
    for week in range(1, 5):
        await plan_patient(session, patient.id, MONDAY + week * 7 * DAY)
    planned = await month_of(session, patient.id, DECEMBER, MONDAY)
    assert night(planned, 31).doses[0].id is not None
    for before, after in zip(worked_out.nights, planned.nights, strict=True):
        assert [
            (dose.line_id, dose.amount, dose.due_at, dose.due_local) for dose in before.doses
        ] == [(dose.line_id, dose.amount, dose.due_at, dose.due_local) for dose in after.doses]
        assert before.text == after.text


async def test_cycles_and_steps_are_shown_on_their_nights(session: AsyncSession) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient, CYCLE)
    month = await month_of(session, patient.id, DECEMBER, MONDAY)
    assert night(month, 2).events == ["Sermorelin: the amount is 300 mcg from this night on."]
    assert [str(night(month, day).doses[0].amount) for day in (1, 2)] == ["250 mcg", "300 mcg"]
    assert night(month, 7).events == ["Sermorelin: the pause begins."]
    assert night(month, 14).events == ["Sermorelin: the pause ends."]
    resting = [each.night.day for each in month.nights if each.pauses]
    assert resting == [*range(7, 14), *range(28, 32)]
    assert {(p.line_id, p.why) for each in month.nights for p in each.pauses} == {
        (line, Why.WEEKS_OFF)
    }
    assert all(not each.doses for each in month.nights if each.pauses)
    assert night(month, 8).text == "Tuesday 8 December: Sermorelin is in a week off."


async def test_a_hold_is_shown_with_its_reason_on_planned_and_on_later_nights(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    (line,) = await a_protocol(session, patient)
    session.add(
        Hold(
            patient_id=patient.id, id=uuid4(), line_id=line, since=date(2026, 11, 30),
            until=date(2026, 12, 20), reason="surgery", author_id=patient.id, created_at=MONDAY,
        )
    )  # fmt: skip
    await session.flush()
    await plan_patient(session, patient.id, MONDAY)
    month = await month_of(session, patient.id, DECEMBER, MONDAY)
    for day in (1, 19):  # one planned, one beyond the plan
        (pause,) = night(month, day).pauses
        assert (pause.why, pause.reason) == (Why.HOLD, "surgery")
        assert night(month, day).doses[0].state is DoseState.HELD
    assert night(month, 1).text == "Tuesday 1 December: Sermorelin 250 mcg at 22:30, on hold."
    assert night(month, 20).pauses == []


async def test_a_night_that_the_week_leaves_free_is_no_missed_one(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=5))
    month = await month_of(session, patient.id, NOVEMBER, MONDAY + 2 * DAY)
    assert [night(month, day).doses[0].state.value for day in (23, 24, 25)] == [
        "rest", "rest", "upcoming",
    ]  # fmt: skip
    month = await month_of(session, patient.id, NOVEMBER, MONDAY + 3 * DAY)
    assert [night(month, day).doses[0].state.value for day in (23, 24, 25, 26)].count("missed") == 1


async def test_a_week_that_began_in_the_month_before_is_read_whole(session: AsyncSession) -> None:
    """The week of Tuesday 1 December began on Monday: three free nights are one too many."""
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(per_week=5), first=date(2026, 11, 30))
    await plan_patient(session, patient.id, MONDAY + 7 * DAY)
    month = await month_of(session, patient.id, DECEMBER, MONDAY + 10 * DAY)
    assert [night(month, day).doses[0].state.value for day in (1, 2, 3)] == [
        "rest", "missed", "upcoming",
    ]  # fmt: skip


async def test_the_month_over_http_and_what_is_no_month(
    http: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        patient, stranger = await a_patient(session), await a_clinician(session)
        await a_protocol(session, patient)
        mine, other = await signed_in(session, patient), await signed_in(session, stranger)

    async def ask(month: str, headers: dict[str, str]) -> httpx.Response:
        path = f"/api/patients/{patient.id}/calendar"
        return await http.get(path, params={"month": month}, headers=headers)

    answer = (await ask("2026-11", mine)).json()
    assert (answer["month"], answer["tonight"]) == ("2026-11", "2026-11-23")
    assert answer["nights"][22]["doses"][0] | {"id": "", "line_id": ""} == {
        "id": "", "line_id": "", "label": "Sermorelin", "amount": {"value": "250", "unit": "ug"},
        "due_local": "22:30", "state": "upcoming", "late": None,
    }  # fmt: skip
    for month in ("2000-01", "2100-12"):
        assert (await ask(month, mine)).status_code == 200
    assert (await ask("2026-11", other)).status_code == 404


@pytest.mark.parametrize(
    "month", ["2026-13", "1999-12", "2101-01", "2026-1", "November", "2026-11-01"]
)
async def test_what_is_no_month_names_the_field(
    http: httpx.AsyncClient, sessions: Sessions, month: str
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        headers = await signed_in(session, patient)
    answer = await http.get("/api/patients/me/calendar", params={"month": month}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "month"
