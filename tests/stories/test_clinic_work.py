"""A missed week on the clinic's list: flag, task, outcome, the flag that goes by itself, the next
one that knows what came of it; and a review that begins with what changed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.accounts.invites import create_clinic, invite_clinician
from app.clinic.digest import digests
from app.clinic.watch import watch
from app.config import sealing_key
from app.sealing import Sealer, seal
from tests.stories.cast import Browser, World, browser, peptide
from tests.story_time import MONDAY


@dataclass
class Clinic:
    """A patient with a nightly line, and two clinicians of whom she let one in."""

    world: World
    patient: Browser
    clinician: Browser
    colleague: Browser
    id: str
    clinician_id: str

    @property
    def record(self) -> str:
        """The address of the patient's record."""
        return f"/api/patients/{self.id}"

    async def work(self) -> None:
        """What the worker does beside reminding: seals, and the watch until nothing is due."""
        now, sealer = self.world.time.now, Sealer(sealing_key(self.world.settings))
        async with self.world.sessions.begin() as session:
            while await seal(session, sealer, now):
                pass
        for _ in range(20):
            async with self.world.sessions.begin() as session:
                if not await watch(session, now):
                    return
        raise AssertionError("the watch never comes to an end")

    async def night(self, *, taken: bool) -> None:
        """A day passes; of the dose that was due in it, the patient says what she did."""
        await self.world.pass_time(hours=18)
        if taken:
            await self.patient.sign_in()
            doses = (await self.patient("GET", "/api/patients/me/doses"))["doses"]
            (dose,) = [each for each in doses if each["state"] == "open"]
            body = {"id": str(uuid4()), "kind": "taken", "confirmed": True}
            await self.patient("PUT", f"/api/doses/{dose['id']}/log", body)
        await self.days(0.25)

    async def days(self, days: float) -> None:
        """Days pass, and the patient says nothing."""
        await self.world.pass_time(days=days)
        await self.work()
        for somebody in (self.patient, self.clinician, self.colleague):
            await somebody.sign_in()

    async def flags(self, *, history: bool = False) -> dict[str, Any]:
        """The flags by code; of history, the newest of each."""
        found = await self.clinician("GET", f"{self.record}/flags?history={str(history).lower()}")
        return {flag["code"]: flag for flag in reversed(found["flags"])}


@pytest.fixture
async def clinic(world: World) -> Clinic:
    async with world.sessions.begin() as session:
        made = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        codes = [await invite_clinician(session, made.id, world.time.now) for _ in range(2)]
    clinician, colleague, patient = (browser(world.app) for _ in range(3))
    signed = await clinician.sign_up(name="Dr Clay", invite=codes[0])
    await colleague.sign_up(name="Dr Reed", invite=codes[1])
    me = await patient.sign_up(name="Ann")
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await clinician("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await patient.answer_no()
    code = (await clinician("POST", "/api/clinic/invites", {}, expect=201))["code"]
    await patient("POST", "/api/care-links", {"code": code}, expect=201)
    lines = {
        "lines": [peptide()], "overrides": [
            {"code": code, "reason": "Known"}
            for code in ("baseline_labs_missing",)
        ],
    }  # fmt: skip
    world.time.advance(minutes=1)
    path = f"/api/patients/{me['id']}/protocol/versions"
    await clinician("POST", path, lines, expect=201)
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    return Clinic(world, patient, clinician, colleague, me["id"], signed["id"])


async def ask(who: Browser, method: str, path: str, body: Any, revision: int | None) -> Any:
    """A request with the revision that was seen; status, answer and ETag."""
    headers = {} if revision is None else {"If-Match": f'"{revision}"'}
    answer = await who.client.request(method, path, json=body, headers=headers)
    return answer.status_code, answer.json(), answer.headers.get("ETag")


async def test_a_missed_week_becomes_a_task_and_its_outcome_shows_beside_the_next_one(
    clinic: Clinic,
) -> None:
    await clinic.night(taken=True)
    assert "misses_in_row" not in await clinic.flags()
    await clinic.days(7)
    flag = (await clinic.flags())["misses_in_row"]
    assert "7 doses in a row not taken" in flag["text"]
    assert (flag["rule"], flag["severity"], flag["task"], flag["before"]) == (
        "misses_in_row", "amber", None, [],
    )  # fmt: skip
    assert flag["since"] < flag["opened_at"]

    wanted = {
        "id": str(uuid4()), "title": "Call about the missed week", "flag": flag["id"],
        "owner": clinic.clinician_id, "due_on": "2026-12-01",
    }  # fmt: skip
    task = await clinic.clinician("POST", f"{clinic.record}/tasks", wanted, expect=201)
    assert await clinic.clinician("POST", f"{clinic.record}/tasks", wanted, expect=201) == task
    second = {**wanted, "id": str(uuid4())}
    await clinic.clinician("POST", f"{clinic.record}/tasks", second, expect=409)
    assert (task["rule"], task["revision"], task["overdue"]) == ("misses_in_row", 1, False)
    assert task["owner"] == {"id": clinic.clinician_id, "name": "Dr Clay"}
    mine = await clinic.clinician("GET", "/api/clinic/tasks?owner=me")
    assert mine == {"tasks": [task], "next": None}
    assert (await clinic.flags())["misses_in_row"]["task"]["id"] == task["id"]
    assert (await clinic.colleague("GET", "/api/clinic/tasks"))["tasks"] == [], "not let in"

    done = {"outcome": "spoke", "note": "Called, travelling, resumes Thursday"}
    address = f"{clinic.record}/tasks/{task['id']}/close"
    closed = await ask(clinic.clinician, "POST", address, done, 1)
    assert (closed[0], closed[1]["outcome"], closed[2]) == (200, "spoke", '"2"')
    assert (await clinic.clinician("GET", "/api/clinic/tasks"))["tasks"] == []

    await clinic.night(taken=True)
    history = await clinic.flags(history=True)
    assert history["misses_in_row"]["closed_at"] is not None
    assert "misses_in_row" not in await clinic.flags(), "it went by itself"
    assert history["misses_in_row"]["task"]["closed_at"] is not None

    await clinic.days(2)
    again = (await clinic.flags())["misses_in_row"]
    assert again["id"] != flag["id"]
    assert again["task"] is None
    (before,) = again["before"]
    assert (before["outcome"], before["note"], before["by"]) == (
        "spoke", "Called, travelling, resumes Thursday", "Dr Clay",
    )  # fmt: skip
    log = await clinic.patient("GET", "/api/me/access-log")
    told = {entry["what"] for entry in log["entries"]}
    assert "noticed something in the record that needs attention" in told
    assert "noted what came of a task about you" in told


async def test_two_who_change_one_task_do_not_undo_each_other(clinic: Clinic) -> None:
    code = (await clinic.colleague("POST", "/api/clinic/invites", {}, expect=201))["code"]
    wanted = {"id": str(uuid4()), "title": " Ask  for labs "}
    stranger = {**wanted, "owner": (await clinic.colleague("GET", "/api/me"))["id"]}
    await clinic.clinician("POST", f"{clinic.record}/tasks", stranger, expect=422)
    await clinic.patient("POST", "/api/care-links", {"code": code}, expect=201)
    task = await clinic.clinician("POST", f"{clinic.record}/tasks", wanted, expect=201)
    assert (task["title"], task["owner"], task["rule"]) == ("Ask for labs", None, "")
    path = f"{clinic.record}/tasks/{task['id']}"
    assert (await ask(clinic.clinician, "PATCH", path, {"due_on": "2026-11-22"}, None))[0] == 428
    due = await ask(clinic.clinician, "PATCH", path, {"due_on": "2026-11-22"}, 1)
    assert (due[0], due[1]["overdue"], due[1]["revision"]) == (200, True, 2)
    stale = await ask(clinic.colleague, "POST", f"{path}/close", {"outcome": "other"}, 1)
    assert (stale[0], stale[1]["type"], stale[1]["revision"]) == (412, "/problems/stale", 2)
    again = await ask(clinic.clinician, "PATCH", path, {"due_on": "2026-11-22"}, 1)
    assert (again[0], again[1]) == (200, due[1]), "a lost answer may be asked for again"
    closed = await ask(clinic.colleague, "POST", f"{path}/close", {"outcome": "other"}, 2)
    assert (closed[0], closed[1]["closed_by"]["name"]) == (200, "Dr Reed")
    repeat = await ask(clinic.colleague, "POST", f"{path}/close", {"outcome": "other"}, 2)
    assert repeat == closed
    assert (await ask(clinic.clinician, "PATCH", path, {"title": "x"}, 3))[0] == 409
    opened = await ask(clinic.clinician, "POST", f"{path}/reopen", None, 3)
    assert (opened[0], opened[1]["closed_at"], opened[1]["outcome"]) == (200, None, None)
    for other, answer in ((clinic.patient, 404), (browser(clinic.world.app), 401)):
        assert (await ask(other, "PATCH", path, {"title": "x"}, 4))[0] == answer


async def test_another_clinic_of_the_same_patient_finds_no_task_and_no_review(
    clinic: Clinic,
) -> None:
    async with clinic.world.sessions.begin() as session:
        made = create_clinic(session, "Another clinic", clinic.world.time.now)
        await session.flush()
        code = await invite_clinician(session, made.id, clinic.world.time.now)
    other = browser(clinic.world.app)
    await other.sign_up(name="Dr Else", invite=code)
    code = (await other("POST", "/api/clinic/invites", {}, expect=201))["code"]
    await clinic.patient("POST", "/api/care-links", {"code": code}, expect=201)
    task = {"id": str(uuid4()), "title": "Ours"}
    await clinic.clinician("POST", f"{clinic.record}/tasks", task, expect=201)
    clinic.world.time.advance(minutes=1)
    until = clinic.world.time.now.isoformat()
    review = {"id": str(uuid4()), "until": until, "note": "Ours"}
    await clinic.clinician("POST", f"{clinic.record}/reviews", review, expect=201)
    path = f"{clinic.record}/tasks/{task['id']}"
    assert (await ask(other, "PATCH", path, {"title": "Theirs"}, 1))[0] == 404
    assert (await other("GET", "/api/clinic/tasks"))["tasks"] == []
    assert (await other("GET", f"{clinic.record}/reviews"))["reviews"] == []
    assert (await other("POST", f"{clinic.record}/tasks", task, expect=409))["status"] == 409


async def test_the_list_of_tasks_is_paged_by_day_and_closed_ones_by_when(clinic: Clinic) -> None:
    days = ("2026-12-03", None, "2026-12-01", "2026-12-02", None)
    for place, day in enumerate(days):
        task = {"id": str(uuid4()), "title": f"T{place}", "due_on": day}
        await clinic.clinician("POST", f"{clinic.record}/tasks", task, expect=201)
        clinic.world.time.advance(seconds=1)
    titles, cursor = [], ""
    for _ in range(3):
        page = await clinic.clinician("GET", f"/api/clinic/tasks?limit=2{cursor}")
        titles += [task["title"] for task in page["tasks"]]
        cursor = f"&cursor={page['next']}"
    assert (titles, page["next"]) == (["T2", "T3", "T0", "T1", "T4"], None)
    await clinic.clinician("GET", f"/api/clinic/tasks?cursor={uuid4()}.{uuid4()}", expect=422)
    tasks = (await clinic.clinician("GET", "/api/clinic/tasks"))["tasks"]
    for task in tasks[:3]:
        path = f"{clinic.record}/tasks/{task['id']}/close"
        await ask(clinic.clinician, "POST", path, {"outcome": "other"}, 1)
        clinic.world.time.advance(seconds=1)
    first = await clinic.clinician("GET", "/api/clinic/tasks?state=closed&limit=2")
    rest = f"/api/clinic/tasks?state=closed&cursor={first['next']}"
    last = await clinic.clinician("GET", rest)
    closed = [task["title"] for task in [*first["tasks"], *last["tasks"]]]
    assert closed == ["T0", "T3", "T2"]
    nobodys = await clinic.clinician("GET", f"/api/clinic/tasks?owner=nobody&patient={clinic.id}")
    assert [task["title"] for task in nobodys["tasks"]] == ["T1", "T4"]


async def test_a_review_begins_with_what_changed_and_the_next_one_where_it_ended(
    clinic: Clinic,
) -> None:
    await clinic.night(taken=True)
    await clinic.days(2)
    path = f"{clinic.record}/reviews"
    found = await clinic.clinician("GET", path)
    assert found["reviews"] == []
    told = found["open"]["changes"]
    assert [each["at"] for each in told] == sorted((each["at"] for each in told), reverse=True)
    texts = {(each["kind"], each["text"]) for each in told}
    assert ("doses", "Sermorelin: 2 missed, 0 skipped, of 3 expected") in texts
    assert ("version", "Version 1 of the protocol proposed") in texts
    assert any(kind == "flag" and "2 doses in a row" in text for kind, text in texts)
    signature = {
        "id": str(uuid4()), "until": found["open"]["until"], "note": " Will call on Friday. ",
    }  # fmt: skip
    signed = await clinic.clinician("POST", path, signature, expect=201)
    assert signed["signed_by"]["name"] == "Dr Clay"
    assert (signed["note"], signed["since"]) == ("Will call on Friday.", found["open"]["since"])
    assert (signed["figures"]["expected"], signed["figures"]["taken"]) == (3, 1)
    assert await clinic.clinician("POST", path, signature, expect=201) == signed
    second = {**signature, "id": str(uuid4())}
    await clinic.clinician("POST", path, second, expect=409)
    to_come = clinic.world.time.now + timedelta(days=1)
    ahead = {**second, "until": to_come.isoformat()}
    await clinic.clinician("POST", path, ahead, expect=422)
    await clinic.night(taken=True)
    after = await clinic.clinician("GET", path)
    assert after["reviews"] == [signed]
    assert after["open"]["since"] == signed["until"]
    kinds = [(each["kind"], each["text"]) for each in after["open"]["changes"]]
    assert [kind for kind, _ in kinds] == ["flag"]
    assert kinds[0][1].startswith("No longer holds: Sermorelin: 2 doses in a row")
    await clinic.patient("GET", "/api/patients/me/reviews", expect=404)
    await clinic.colleague("GET", path, expect=404)


async def test_a_digest_comes_on_monday_morning_once_and_says_nothing_on_the_lock_screen(
    clinic: Clinic,
) -> None:
    await clinic.night(taken=True)
    await clinic.days(3)

    async def tell() -> int:
        async with clinic.world.sessions.begin() as session:
            return await digests(
                session, clinic.world.mouth.seal, clinic.world.time.now, "http://localhost:8000"
            )

    clinic.world.time.now = MONDAY + timedelta(days=7, hours=4, minutes=59)  # 09:59 in Denver
    assert await tell() == 0
    await clinic.clinician.sign_in()
    before = await clinic.clinician("GET", "/api/clinic/digest")
    assert (before["week"], before["made_at"]) == ("2026-11-30", None)
    clinic.world.time.advance(minutes=1)
    assert await tell() == 2
    assert await tell() == 0, "once"
    (arrived,) = [one for one in await clinic.world.pass_time() if one.data["kind"] == "digest"]
    assert "Ann" not in str(arrived)
    digest = await clinic.clinician("GET", "/api/clinic/digest")
    assert digest["made_at"] == "2026-11-30T17:00:00Z"
    assert digest["counts"]["patients"] == 1
    assert digest["counts"]["flags_opened"] >= 1
    (row,) = digest["patients"]
    assert (row["name"], row["severity"]) == ("Ann", "amber")
    assert (await clinic.colleague.sign_in()) is not None
    assert (await clinic.colleague("GET", "/api/clinic/digest"))["patients"] == []
    clinic.world.time.now = MONDAY + timedelta(days=13, hours=6)  # the Sunday after
    assert await tell() == 0
