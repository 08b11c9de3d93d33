"""The day of a blood draw: proposed, chosen, spoken of, and the morning's dose waits for it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.push_service import Arrival
from tests.stories.cast import Browser, World, browser

PLANNER = "/api/patients/me/labs/draw-days"


def testosterone() -> dict[str, Any]:
    """Every Sunday at bedtime."""
    return {
        "medicine": "testosterone_cypionate", "route": "subcutaneous",
        "amount": {"value": "100", "unit": "mg"},
        "recurrence": {"weekdays": [7], "times": ["bedtime"]},
    }  # fmt: skip


testosterone.__test__ = False  # type: ignore[attr-defined]


def anastrozole(**facts: Any) -> dict[str, Any]:
    """Every morning at eight, which is when blood is drawn."""
    return {
        "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
        "recurrence": {"times": ["08:00"]}, **facts,
    }  # fmt: skip


async def a_patient(world: World, *lines: dict[str, Any]) -> Browser:
    patient = browser(world.app)
    await patient.sign_up()
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await patient(
        "POST", "/api/patients/me/protocol/versions",
        {"lines": list(lines) or [testosterone(), anastrozole()]}, expect=201,
    )  # fmt: skip
    await world.tick()
    return patient


async def the_visit(patient: Browser, marker: str = "testosterone_total") -> dict[str, Any]:
    """The first visit that is open and wants this marker."""
    due = await patient("GET", "/api/patients/me/labs/due")
    settled = {"drawn", "done"}
    return next(
        visit for visit in due["visits"]
        if visit["state"] not in settled and marker in visit["markers"]
    )  # fmt: skip


async def choose(
    patient: Browser, visit: dict[str, Any], day: str, *, expect: int = 200, **facts: Any
) -> Any:
    body = {"id": str(uuid4()), "draw": visit["id"], "day": day, **facts}
    return await patient("PUT", PLANNER, body, expect=expect)


async def doses_of(patient: Browser, night: date) -> list[dict[str, Any]]:
    span = f"from={night}&to={night + timedelta(days=1)}"
    answer = await patient("GET", f"/api/patients/me/doses?{span}")
    doses: list[dict[str, Any]] = answer["doses"]
    return doses


def kinds(arrivals: list[Arrival]) -> list[str]:
    """What arrived, but for prompts about scans and measurements, of which nobody chose a day."""
    return [kind for arrival in arrivals if (kind := arrival.data["kind"]) != "lab-due"]


async def at(world: World, *hours: str) -> list[str]:
    """What arrived at these hours of Denver (UTC-7), with the ticks at each of them."""
    arrived: list[str] = []
    for hour in hours:
        moment = datetime.fromisoformat(f"{hour}-07:00").astimezone(UTC)
        passed = (moment - world.time.now).total_seconds()
        arrived += kinds(await world.pass_time(seconds=passed))
    return arrived


async def test_the_morning_of_a_chosen_day_from_the_evening_before_to_the_drawn_blood(
    world: World,
) -> None:
    patient = await a_patient(world)
    visit = await the_visit(patient)
    found = await patient("GET", f"{PLANNER}?draw={visit['id']}")
    assert (found["timing"], found["none_because"], found["avoided"]) == ("mid_interval", None, [])
    # Before the first dose any weekday morning will do.
    assert [day["day"] for day in found["days"]][:2] == ["2026-11-23", "2026-11-24"]
    assert found["days"][1]["at"] == "08:00"
    codes = [note["code"] for note in found["days"][1]["notes"]]
    assert codes == ["fasting", "biotin", "before_doses"]

    chosen = await choose(patient, visit, "2026-11-24")
    assert (chosen["fits"], chosen["why"], chosen["at"]) == (True, None, "08:00")
    repeat = {"id": chosen["id"], "draw": visit["id"], "day": "2026-11-24"}
    assert await patient("PUT", PLANNER, repeat) == chosen
    stands = {"id": chosen["id"], "day": "2026-11-24", "at": "08:00"}
    assert (await the_visit(patient))["chosen"] == stands

    # Today's dose is reminded of as ever, and of the draw nothing is said before the evening.
    assert await at(world, "2026-11-23T08:00") == ["dose-due"]
    for dose in await doses_of(patient, date(2026, 11, 23)):
        said = {"id": str(uuid4()), "kind": "taken"}
        await patient("PUT", f"/api/doses/{dose['id']}/log", said)
    assert await at(world, "2026-11-23T17:59") == []
    (evening,) = await world.pass_time(minutes=1)
    assert evening.notification["body"] == "Something is planned for tomorrow. Open Vesper."
    assert await at(world, "2026-11-24T06:59") == []
    (morning,) = await world.pass_time(minutes=1)
    assert morning.notification["body"] == "Something is planned for today. Open Vesper."
    assert morning.notification["navigate"].endswith("/health")
    assert morning.notification["tag"] == evening.notification["tag"]

    # The dose is due, open and can be logged; only its reminder waits.
    assert await at(world, "2026-11-24T08:00", "2026-11-24T08:20", "2026-11-24T08:25") == []
    (dose,) = await doses_of(patient, date(2026, 11, 24))
    assert dose["state"] == "open"
    await patient("POST", f"/api/patients/me/labs/{visit['id']}/drawn")
    assert kinds(await world.pass_time(seconds=5)) == ["dose-due"]
    due = await patient("GET", "/api/patients/me/labs/due")
    assert all(each["chosen"] is None for each in due["visits"])
    await patient("POST", f"/api/patients/me/labs/{visit['id']}/drawn")  # twice is once
    assert await at(world, "2026-11-24T08:55") == []
    assert await at(world, "2026-11-24T09:00") == ["dose-due"]  # its ladder goes on

    log = (await patient("GET", "/api/me/access-log"))["entries"]
    assert any(entry["what"] == "chose a day for a blood draw" for entry in log)


async def test_nobody_says_that_blood_was_drawn_and_noon_comes(world: World) -> None:
    patient = await a_patient(world, testosterone(), anastrozole(window_minutes=180),
                              anastrozole(medicine="gonadorelin", route="subcutaneous",
                                          amount={"value": "100", "unit": "ug"},
                                          recurrence={"times": ["08:30"], "every": 2}))  # fmt: skip
    visit = await the_visit(patient)
    await at(world, "2026-11-24T17:59")
    await choose(patient, visit, "2026-11-25")
    assert await at(world, "2026-11-24T18:00") == ["draw-evening"]
    await at(world, "2026-11-25T06:30")
    assert await at(world, "2026-11-25T07:00") == ["draw-morning"]
    assert await at(world, "2026-11-25T08:00", "2026-11-25T09:30", "2026-11-25T11:59") == []
    first, second = await doses_of(patient, date(2026, 11, 25))
    # The short window closed on time and without a word; the long one speaks once, at noon.
    assert [first["state"], second["state"]] == ["missed", "open"]
    (late,) = await world.pass_time(minutes=1)
    assert [each["dose"] for each in late.data["doses"]] == [second["id"]]
    assert await at(world, "2026-11-25T13:00", "2026-11-25T17:00") == []


async def test_another_day_is_chosen_and_given_up_and_what_is_refused_says_why(
    world: World,
) -> None:
    patient = await a_patient(world)
    visit = await the_visit(patient)
    first = await choose(patient, visit, "2026-11-24")
    sunday = await choose(patient, visit, "2026-11-29", at="10:30")
    assert (sunday["fits"], sunday["why"]) == (
        False, "Blood is drawn in the morning, 07:00 to 10:00."
    )  # fmt: skip
    assert (await the_visit(patient))["chosen"]["id"] == sunday["id"]
    # The first choice is over: Tuesday's dose is reminded of at eight.
    assert "draw-evening" not in await at(world, "2026-11-23T18:00")
    await at(world, "2026-11-24T07:00")
    assert await at(world, "2026-11-24T08:00") == ["dose-due"]
    for choice in (first["id"], sunday["id"], sunday["id"]):
        await patient("DELETE", f"{PLANNER}/{choice}", expect=204)
    assert (await the_visit(patient))["chosen"] is None

    async def refused(status: int, **facts: Any) -> Any:
        body = {"id": str(uuid4()), "draw": visit["id"], "day": "2026-11-26", **facts}
        answer = await patient("PUT", PLANNER, body, expect=status)
        return [error["field"] for error in answer.get("errors", [])]

    assert await refused(422, day="2026-11-20") == ["day"]
    assert await refused(422, day="2027-11-20") == ["day"]
    assert await refused(422, at="25:00") == ["at"]
    assert await refused(422, at="03:00") == ["at"]
    assert await refused(409, id=first["id"]) == []
    assert await refused(404, draw=str(uuid4())) == []
    await patient("GET", f"{PLANNER}?draw={uuid4()}", expect=404)
    await patient("GET", f"{PLANNER}?draw=x", expect=422)
    await patient("DELETE", f"{PLANNER}/{uuid4()}", expect=404)
    stranger = await a_patient(world)
    await stranger("GET", f"{PLANNER}?draw={visit['id']}", expect=404)
    await stranger("DELETE", f"{PLANNER}/{first['id']}", expect=404)
    await patient("POST", f"/api/patients/me/labs/{visit['id']}/drawn")
    assert await refused(409) == []
    assert (await the_visit(patient))["chosen"] is None


async def test_a_missed_dose_takes_its_days_out_of_the_proposal_until_it_is_logged(
    world: World,
) -> None:
    """Six weeks on, in the window of the second visit; Sunday's dose is not logged."""
    patient = await a_patient(world, testosterone())
    baseline = await the_visit(patient)
    await patient("POST", f"/api/patients/me/labs/{baseline['id']}/drawn")
    visit = await the_visit(patient)
    found = await patient("GET", f"{PLANNER}?draw={visit['id']}")
    assert {datetime.fromisoformat(day["day"]).isoweekday() for day in found["days"]} == {4, 5}
    assert all(day["hours_since"]["hours"] in {"81.5", "105.5"} for day in found["days"])
    assert all("if that is taken on time" in day["text"] for day in found["days"])
    opens = datetime.fromisoformat(f"{visit['opens_on']}T12:00:00+00:00")
    world.time.now = opens + timedelta(days=(1 - opens.isoweekday()) % 7)  # a Monday morning
    await patient.sign_in()
    await world.tick()
    sunday = (world.time.now - timedelta(days=1)).date()
    thursday = f"{sunday + timedelta(days=4)}"
    late = await patient("GET", f"{PLANNER}?draw={visit['id']}")
    assert thursday in {day["day"] for day in late["avoided"]}
    assert "is not logged yet" in late["avoided"][0]["why"]
    assert thursday not in {day["day"] for day in late["days"]}
    chosen = await choose(patient, visit, thursday)  # theirs to choose all the same
    assert (chosen["fits"], chosen["why"]) == (False, late["avoided"][0]["why"])
    (dose,) = await doses_of(patient, sunday)
    taken = {"id": str(uuid4()), "kind": "taken", "taken_at": dose["due_at"]}
    await patient("PUT", f"/api/doses/{dose['id']}/log", taken)
    again = await patient("GET", f"{PLANNER}?draw={visit['id']}")
    (day,) = (day for day in again["days"] if day["day"] == thursday)
    assert (day["hours_since"]["hours"], day["position"]) == ("81.5", "mid")
    # Chosen before, asked again: what it says follows the log.
    repeat = {"id": chosen["id"], "draw": visit["id"], "day": thursday}
    assert (await patient("PUT", PLANNER, repeat))["fits"] is True
