"""What results say: in the dosing week of their draw, to whom, and until somebody has looked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app.accounts.models import Person
from app.db import Sessions
from app.sealing import Sealer
from app.verification import verify
from tests.clinic.test_panel import statements
from tests.conftest import SECRET
from tests.factories import a_care_link, a_clinician, a_companion, signed_in
from tests.stories.cast import Browser, browser
from tests.story_time import Clock

pytestmark = pytest.mark.usefixtures("quick_passwords")

DAY = timedelta(days=1)
WEEKLY = {
    "medicine": "testosterone_cypionate", "route": "intramuscular",
    "amount": {"value": "100", "unit": "mg"},
    "recurrence": {"weekdays": [1], "times": ["09:00"]},
}  # fmt: skip


class Patient:
    """Somebody who injects on Mondays at nine, and their clinician."""

    def __init__(self, page: Browser, clinic: Browser, id: str, time: Clock) -> None:
        self.page, self.clinic, self.id, self.time = page, clinic, id, time
        self.record = f"/api/patients/{id}"

    async def enter(self, at: datetime, *results: dict[str, Any], **facts: Any) -> list[Any]:
        body = {
            "id": str(uuid4()), "collected_at": at.isoformat(), "fasting": "yes",
            "results": list(results), **facts,
        }  # fmt: skip
        path = "/api/patients/me/observations"
        found: list[Any] = (await self.page("POST", path, body, expect=201))["observations"]
        return found

    async def results(self, *, by: Browser | None = None) -> dict[str, Any]:
        answer = await (by or self.page)("GET", f"{self.record}/results")
        self.changes = answer["changes"]
        return {marker["code"]: marker for marker in answer["markers"]}

    async def flags(self) -> list[Any]:
        found: list[Any] = (await self.clinic("GET", f"{self.record}/flags"))["flags"]
        return [flag for flag in found if flag["id"] is not None]

    async def doses(self) -> list[Any]:
        since, until = self.time.now - 9 * DAY, self.time.now + 9 * DAY
        path = f"{self.record}/doses?from={since.date()}&to={until.date()}"
        found: list[Any] = (await self.page("GET", path))["doses"]
        return found


async def signed(app: FastAPI, sessions: Sessions, person: Person, time: Clock) -> Browser:
    page = browser(app)
    async with sessions.begin() as session:
        page.client.headers.update(await signed_in(session, person, time.now))
    return page


@pytest.fixture
async def patient(app: FastAPI, time: Clock, sessions: Sessions) -> AsyncIterator[Patient]:
    page = browser(app)
    me = await page.sign_up()
    async with sessions.begin() as session:
        clinician = await a_clinician(session, name="Dr Clay")
        person = await session.get(Person, UUID(me["id"]))
        assert person is not None
        await a_care_link(session, person, clinician)
    versions = "/api/patients/me/protocol/versions"
    await page("POST", versions, {"lines": [WEEKLY], "reason": "Mine"}, expect=201)
    yield Patient(page, await signed(app, sessions, clinician, time), me["id"], time)
    verdict = await verify(sessions, [Sealer(SECRET)], now=time.now)
    assert verdict.findings == []


async def test_a_result_is_told_in_its_dosing_week_and_follows_the_log(patient: Patient) -> None:
    drawn = patient.time.now + timedelta(hours=4 + 84)
    patient.time.now = drawn + timedelta(hours=1)
    await patient.enter(
        drawn, {"code": "testosterone_total", "value": "24.3", "unit": "nmol/L"},
        {"code": "hematocrit", "value": "0.47", "unit": "L/L"},
    )  # fmt: skip
    [result] = (await patient.results())["testosterone_total"]["results"]
    assert result["context"]["position"] is None
    assert {each["code"] for each in result["context"]["care"]} == {
        "no_dose_logged",
        "low_adherence",
    }
    assert result["says"] == [], "without its place in the week it is compared with no goal"
    dose = (await patient.doses())[0]
    taken = {"id": str(uuid4()), "kind": "taken", "taken_at": dose["due_at"], "confirmed": True}
    await patient.page("PUT", f"/api/doses/{dose['id']}/log", taken)
    marker = (await patient.results())["testosterone_total"]
    context = marker["results"][0]["context"]
    assert (context["position"], context["interval_hours"], context["fraction"]) == (
        "mid", "168.0", "0.500",
    )  # fmt: skip
    assert context["last"][0] | {"taken_at": None} == {
        "of": "testosterone", "label": "Testosterone cypionate", "hours": "84.0", "taken_at": None,
    }  # fmt: skip
    assert (context["taking28"], context["version"], context["care"]) == (
        {"taken": 1, "expected": 1}, 1, [],
    )  # fmt: skip
    assert marker["goal"]["text"] == "350 to 600 ng/dL at mid-interval"
    assert marker["results"][0]["goal"]["position"] == "above"
    [said] = marker["results"][0]["says"]
    assert (said["level"], "Your clinician will review" in said["text"]) == ("info", True)
    assert patient.changes == [{"day": "2026-11-23", "version": 1, "text": "The protocol begins."}]
    await patient.page("POST", f"/api/doses/{dose['id']}/undo", {"id": str(uuid4())})
    [result] = (await patient.results())["testosterone_total"]["results"]
    assert result["context"]["last"] == []
    assert result["says"] == []


async def test_from_a_high_result_to_the_clinicians_acknowledgement(
    patient: Patient, app: FastAPI, sessions: Sessions
) -> None:
    now = patient.time.now
    [wrong] = await patient.enter(now - DAY, {"code": "hematocrit", "value": "55", "unit": "%"})
    [flag, _] = await patient.flags()
    assert (flag["code"], flag["severity"], flag["observation_id"]) == (
        "hematocrit_red", "red", wrong["id"],
    )  # fmt: skip
    own = (await patient.results())["hematocrit"]
    assert [(each["at"], each["level"]) for each in own["limits"]] == [
        ("52", "amber"),
        ("54", "red"),
    ]
    [said] = own["results"][0]["says"]
    assert said["text"].startswith("Your hematocrit is 55.0 %, at or above the safety limit")
    theirs = (await patient.results(by=patient.clinic))["hematocrit"]["results"][0]["says"]
    assert [each["text"] for each in theirs] == [
        "Hematocrit 55.0 %: at or above 54.0 %.",
        "Hematocrit 55.0 % before the start of treatment: above 50.0 %.",
    ]
    path = f"{patient.record}/flags/{flag['id']}/acknowledge"
    await patient.page("POST", path, {}, expect=404)
    seen = await patient.clinic("POST", path, {"note": "Repeat next week"})
    assert seen["seen"] | {"at": None} == {"by": "Dr Clay", "at": None, "note": "Repeat next week"}
    assert await patient.clinic("POST", path, {"note": "again"}) == seen
    # It was a slip of the pen: what is right has a flag of its own, and the old one is gone.
    await patient.enter(
        now - DAY,
        {"code": "hematocrit", "value": "52", "unit": "%", "replaces": wrong["id"]},
    )  # fmt: skip
    codes = {each["code"]: each["seen"] for each in await patient.flags()}
    assert codes == {"hematocrit_amber": None, "hematocrit_baseline": None}
    async with sessions.begin() as session:
        partner = await a_companion(session)
        person = await session.get(Person, UUID(patient.id))
        assert person is not None
        await a_care_link(session, person, partner)
    friend = await signed(app, sessions, partner, patient.time)
    await friend("GET", f"{patient.record}/results", expect=404)


async def test_igf1_below_its_goal_is_shown_and_asks_for_nothing(patient: Patient) -> None:
    at = patient.time.now - DAY
    igf1 = {"code": "igf1", "value": "120", "unit": "ng/mL", "low": "100", "high": "300"}
    await patient.enter(at, igf1)
    marker = (await patient.results())["igf1"]
    assert (marker["goal"]["low"], marker["goal"]["high"]) == ("250.00", "300")
    assert marker["results"][0]["goal"] == {
        "position": "below",
        "text": "Below the upper quartile; position in the range: 10 %. "
        "By the laboratory's own range.",
    }
    assert marker["results"][0]["says"] == []
    assert await patient.flags() == []
    await patient.enter(at + timedelta(hours=2), {**igf1, "value": "301"})
    [flag] = await patient.flags()
    assert (flag["code"], flag["severity"]) == ("igf1_amber", "amber")


async def test_a_proposal_names_the_result_behind_it(patient: Patient) -> None:
    at = patient.time.now - DAY
    [row] = await patient.enter(at, {"code": "estradiol", "value": "121", "unit": "pmol/L"})
    because: dict[str, Any] = {"observation": row["id"], "value": "9", "marker": "Invented"}
    draft = {
        "lines": [WEEKLY], "based_on": 1, "because": because, "reason": "Less",
        "overrides": [
            {"code": "baseline_labs_missing", "reason": "Known"},
            {"code": "closer_than_minimum_gap", "reason": "Known"},
        ],
    }  # fmt: skip
    path = f"{patient.record}/protocol/versions"
    made = await patient.clinic("POST", path, draft, expect=201)
    assert made["because"] == {
        "observation": row["id"], "marker": "Estradiol", "value": "121", "unit": "pmol/L",
        "collected_on": row["day"], "comparator": None,
    }  # fmt: skip
    again = await patient.clinic("POST", path, draft, expect=201)
    assert again["number"] == made["number"] == 2, "the same draft is the same version"
    for wrong in (str(uuid4()), patient.id):
        body = {**draft, "based_on": 2, "because": {"observation": wrong}}
        answer = await patient.clinic("POST", path, body, expect=422)
        assert answer["errors"][0]["field"] == "because.observation"
    await patient.clinic("POST", path, {**draft, "based_on": 2, "because": {}}, expect=422)
    void = f"/api/patients/me/observations/{row['id']}/void"
    await patient.page("POST", void, {"reason": "Not mine"})
    body = {**draft, "based_on": 2, "reason": "Once more"}
    answer = await patient.clinic("POST", path, body, expect=422)
    assert answer["errors"][0]["field"] == "because.observation"


async def test_a_year_of_results_costs_as_many_statements_as_one(
    patient: Patient, engine: AsyncEngine
) -> None:
    prices = []
    for panels in (1, 6):
        for n in range(panels):
            at = patient.time.now - timedelta(days=30 * n, hours=panels)
            await patient.enter(
                at, {"code": "estradiol", "value": "25", "unit": "pg/mL"},
                {"code": "psa", "value": "1", "unit": "ng/mL"},
            )  # fmt: skip
        with statements(engine) as sent:
            found = await patient.results()
        prices.append(len(sent))
    assert len(found["psa"]["results"]) == 7
    assert prices[0] == prices[1]
