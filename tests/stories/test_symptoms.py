"""How somebody feels: asked in the evening, answered in taps, told to the clinic, and the body."""

from asyncio import gather
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.monitoring.models import LabSettings
from tests.stories.cast import Browser, World, browser, peptide
from tests.stories.test_evening import a_clinic, a_patient_with

TODAY = date(2026, 11, 23)
MINE = "/api/patients/me"
DAILY_AT_SEVEN = {"rhythm": "daily", "asked": "own", "at": "19:00"}


def a_check_in(**scores: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "scores": scores}


def a_day(days: int = 0) -> str:
    return f"{TODAY + timedelta(days=days)}"


async def measured(who: Browser, world: World, *results: dict[str, Any], **facts: Any) -> Any:
    """Something entered as measured now, its questions answered."""
    body = {
        "id": str(uuid4()), "collected_at": world.time.now.isoformat(), "results": list(results),
        "confirmed": [result["code"] for result in results], **facts,
    }  # fmt: skip
    return await who("POST", f"{MINE}/observations", body, expect=201)


def result(code: str, value: str, unit: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "unit": unit, **facts}


def felt(code: str, severity: int = 1, **facts: Any) -> dict[str, Any]:
    return result(code, str(severity), "{score}", **facts)


async def let_in(patient: Browser, clinician: Browser) -> None:
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)


async def test_a_check_in_is_asked_answered_changed_and_read_by_the_clinic(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    await let_in(patient, clinician)
    before = await patient("GET", f"{MINE}/check-ins")
    assert (before["asked_today"], before["policy"]["rhythm"]) == (False, "off")
    assert before["items"] == ["energy", "sleep_quality", "recovery", "libido"]
    chosen = await patient("PUT", f"{MINE}/tracking", DAILY_AT_SEVEN)
    assert await patient("GET", f"{MINE}/tracking") == chosen

    kinds = [a.data["kind"] for a in await world.pass_time(hours=13, minutes=59)]
    assert "check-in" not in kinds
    (question,) = await world.pass_time(minutes=1)
    assert question.notification["body"] == "How are you today? Open Vesper."
    assert (await patient("GET", f"{MINE}/check-ins"))["asked_today"] is True
    kept = await patient("PUT", f"{MINE}/check-ins/{a_day()}", a_check_in(energy=0, libido=7))
    assert (kept["scores"], kept["edited"]) == ({"energy": 0, "libido": 7}, False)
    assert (await patient("GET", f"{MINE}/check-ins"))["asked_today"] is False

    # Half past midnight: still the same day, and now it is changed, twice because of a bad line.
    await world.pass_time(hours=5, minutes=30)
    later = a_check_in(energy=4)
    for _ in range(2):
        kept = await patient("PUT", f"{MINE}/check-ins/{a_day()}", later)
    assert [stage["scores"] for stage in kept["history"]] == [
        {"energy": 0, "libido": 7}, {"energy": 4},
    ]  # fmt: skip
    await patient("PUT", f"{MINE}/check-ins/{a_day(1)}", a_check_in(energy=4), expect=422)
    await patient(
        "PUT", f"{MINE}/check-ins/{a_day()}", {**later, "scores": {"energy": 5}}, expect=409
    )

    await clinician.sign_in()
    seen = await clinician("GET", f"/api/patients/{patient_id}/check-ins")
    assert [(each["day"], each["scores"]) for each in seen["check_ins"]] == [
        (a_day(), {"energy": 4})
    ]
    log = await patient("GET", "/api/me/access-log")
    assert any("looked at your check-ins" in entry["what"] for entry in log["entries"])


async def test_two_devices_at_the_same_moment_leave_one_check_in(world: World) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    sent = [a_check_in(energy=3), a_check_in(energy=8)]
    await gather(*(patient("PUT", f"{MINE}/check-ins/{a_day(-1)}", each) for each in sent))
    found = await patient("GET", f"{MINE}/check-ins")
    (day,) = found["check_ins"]
    assert len(day["history"]) == 2
    assert day["scores"] == day["history"][-1]["scores"]


async def test_with_the_doses_there_is_one_push_a_night_and_a_missed_day_can_be_told_later(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world, peptide(recurrence={
        "weekdays": [1, 3], "times": ["bedtime"],
    }))  # fmt: skip
    await patient("PUT", f"{MINE}/tracking", {"rhythm": "daily"})
    await world.pass_time(hours=17, minutes=29)
    monday = [a.data["kind"] for a in await world.pass_time(minutes=1)]
    assert monday == ["dose-due"]
    # A new bedtime on Tuesday, a night without a dose: the question moves with it.
    await world.pass_time(hours=12)
    await patient("PATCH", "/api/me/preferences", {"bedtimes": ["21:00"] * 7})
    await world.pass_time(hours=10, minutes=29)
    tuesday = [a.data["kind"] for a in await world.pass_time(minutes=1)]
    assert tuesday == ["check-in"]
    await patient("PUT", f"{MINE}/check-ins/{a_day(-3)}", a_check_in(recovery=3))
    days = await patient("GET", f"{MINE}/check-ins?from={a_day(-3)}&to={a_day(-3)}")
    assert len(days["check_ins"]) == 1
    assert days["asked_today"] is True


BODIES: dict[str, list[dict[str, Any]]] = {
    f"check-ins/{a_day()}": [
        {"scores": {}},
        {"scores": {"energy": 11}},
        {"scores": {"energy": -1}},
        {"scores": {"energy": "7"}},
        {"scores": {"energy": 7.5}},
        {"scores": {"energy": None}},
        {"scores": {"energy": True}},
        {"scores": {"headache": 3}},
        {"scores": {"energy": 3}, "note": "x" * 501},
        {"scores": {"energy": 3}, "note": "\0"},
    ],
    f"check-ins/{a_day(1)}": [{"scores": {"energy": 3}}],
    "tracking": [
        {"rhythm": "weekly"},
        {"rhythm": "weekly", "weekday": 8},
        {"rhythm": "hourly"},
        {"rhythm": "daily", "asked": "own"},
        {"rhythm": "daily", "asked": "own", "at": "7 pm"},
        {"rhythm": "daily", "asked": "own", "at": "03:00"},
        {"rhythm": "daily", "items": []},
        {"rhythm": "daily", "items": ["weight"]},
        {"rhythm": "daily", "training_days": [0]},
    ],
}

REFUSED = [
    (path, {"id": str(uuid4()), **body} if "scores" in body else body)
    for path, bodies in BODIES.items()
    for body in bodies
]


async def test_what_cannot_be_is_refused_by_its_field_and_changes_nothing(world: World) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    for path, body in REFUSED:
        answer = await patient("PUT", f"{MINE}/{path}", body, expect=422)
        assert all(each["field"] and each["problem"] for each in answer["errors"]), body
    after = await patient("GET", f"{MINE}/check-ins?from={a_day(-3)}&to={a_day(1)}")
    assert (after["check_ins"], after["policy"]["rhythm"]) == ([], "off")
    for query in ("from=2026-11-24&to=2026-11-23", "from=2020-01-01&to=2026-11-23"):
        await patient("GET", f"{MINE}/check-ins?{query}", expect=422)


async def test_a_companion_sees_nothing_of_it(world: World) -> None:
    patient, patient_id = await a_patient_with(world)
    friend = browser(world.app)
    await friend.sign_up()
    code = (await patient("POST", "/api/me/companion-invites", {}, expect=201))["code"]
    await friend("POST", "/api/companions", {"code": code}, expect=201)
    for path in ("check-ins", "tracking", "side-effects", "trends", "body"):
        await friend("GET", f"/api/patients/{patient_id}/{path}", expect=404)


async def test_a_warning_sign_is_answered_with_emergency_words_before_anything_else(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world)
    answer = await measured(patient, world, felt("flushing", 3), felt("chest_pain"))
    assert "emergency" in answer["emergency"]["text"].lower()
    answer = await measured(patient, world, felt("flushing", 3))
    assert answer["emergency"] is None


async def test_what_is_common_early_is_said_to_the_patient_and_a_flag_for_the_clinic_later(
    world: World,
) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    await let_in(patient, clinician)
    lines = await patient("GET", f"{MINE}/protocol")
    line = next(iter(lines["current"]["lines"]))["id"]

    async def reported(code: str, severity: int) -> dict[str, Any]:
        world.time.advance(minutes=1)
        await measured(patient, world, felt(code, severity, line_id=line))
        newest = (await patient("GET", f"{MINE}/side-effects"))["reports"][0]
        assert newest["observation"]["code"] == code
        assert isinstance(newest["says"], dict)
        return newest["says"]

    async def flags() -> list[tuple[str, str]]:
        await clinician.sign_in()
        found = await clinician("GET", f"/api/patients/{patient_id}/flags")
        return [
            (each["code"], each["severity"]) for each in found["flags"] if each["observation_id"]
        ]

    await world.pass_time(
        days=6, hours=22, minutes=58
    )  # the night of the seventh dose, before the day turns
    said = await reported("headache", 4)
    assert said["text"].startswith("This is commonly reported in the first week")
    assert (said["level"], await flags()) == ("info", [])
    await patient.sign_in()
    said = await reported("headache", 4)  # four in the morning: the day has turned
    assert (said["level"], said["rule"]) == ("amber", "after_first_week")
    assert await flags() == [("after_first_week", "amber")]

    # A hematocrit alert makes a warning sign speak of a clot, whatever came first.
    await patient.sign_in()
    assert (await reported("leg_swelling", 1))["rule"] == "warning_sign"
    await measured(patient, world, result("hematocrit", "53", "%"))
    newest = (await patient("GET", f"{MINE}/side-effects"))["reports"][0]
    assert newest["says"]["level"] == "emergency"
    assert "blood clot" in newest["says"]["text"]
    assert ("blood_clot", "emergency") in await flags()


async def test_trends_stand_beside_the_versions_and_claim_no_cause(world: World) -> None:
    patient, _ = await a_patient_with(world)
    for day in range(10):
        await patient("PUT", f"{MINE}/check-ins/{a_day(day)}", a_check_in(energy=day))
        world.time.advance(days=1)
    changed = peptide(amount={"value": "300", "unit": "ug"})
    await patient("POST", f"{MINE}/protocol/versions", {"lines": [changed]}, expect=201)
    for day in range(10, 13):
        await patient("PUT", f"{MINE}/check-ins/{a_day(day)}", a_check_in(energy=9, libido=2))
        world.time.advance(days=1)
    world.time.advance(days=-1)
    trends = await patient("GET", f"{MINE}/trends")
    energy, _, _, libido = trends["items"]
    assert [point["value"] for point in energy["points"]][:3] == ["0", "1", "2"]
    assert [(each["value"], each["n"]) for each in energy["median"]][:4] == [
        (None, 1), (None, 2), ("1", 3), ("1.5", 4),
    ]  # fmt: skip
    assert (energy["too_few"], libido["too_few"]) == (False, False)
    assert trends["items"][1]["too_few"] is True
    assert [(each["day"], each["version"]) for each in trends["changes"]] == [
        (a_day(), 1), (a_day(10), 2),
    ]  # fmt: skip
    assert "300" in trends["changes"][1]["text"]
    (second,) = trends["versions"]
    assert (second["before"]["from"], second["before"]["to"]) == (a_day(), a_day(9))
    assert (second["after"]["from"], second["after"]["to"]) == (a_day(10), a_day(12))
    assert (second["before"]["median"]["energy"], second["before"]["n"]) == ("4.5", 10)
    assert (second["after"]["median"]["energy"], second["after"]["counts"]["libido"]) == ("9", 3)
    assert second["before"]["median"]["libido"] is None
    assert second["text"].startswith("In the 10 days before version 2 began")


async def test_who_is_asked_once_a_week_has_a_trend_of_28_days_that_says_so(world: World) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    await patient("PUT", f"{MINE}/tracking", {"rhythm": "weekly", "weekday": 1})
    for days, energy in ((-21, 4), (-14, 6), (-7, 8), (0, 5)):
        await patient("PUT", f"{MINE}/check-ins/{a_day(days)}", a_check_in(energy=energy))
    trends = await patient("GET", f"{MINE}/trends")
    energy = trends["items"][0]
    assert (energy["window_days"], energy["too_few"]) == (28, False)
    assert [each["value"] for each in energy["median"]] == [None, None, "6", "5.5"]
    assert trends["text"].startswith("Medians of 28 days")
    await patient("PUT", f"{MINE}/tracking", {"rhythm": "daily"})
    energy = (await patient("GET", f"{MINE}/trends"))["items"][0]
    assert (energy["window_days"], energy["too_few"]) == (7, True)


async def test_a_corrected_number_stays_with_the_rest_of_its_scan_and_its_blood_pressure(
    world: World,
) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    at = world.time.now.isoformat()

    async def sent(*results: dict[str, Any], **facts: Any) -> list[dict[str, Any]]:
        told = await measured(patient, world, *results, collected_at=at, **facts)
        assert isinstance(told["observations"], list)
        return told["observations"]

    horizon = {"make": "Hologic", "model": "Horizon A"}
    lean, _ = await sent(
        result("dexa_lean", "6.12", "kg"), result("dexa_fat", "20", "kg"), scanner=horizon
    )
    upper, _ = await sent(result("systolic", "182", "mm[Hg]"), result("diastolic", "79", "mm[Hg]"))
    world.time.advance(hours=1)
    correction = str(uuid4())
    for _ in range(2):  # the answer was lost, and it is sent again
        [right] = await sent(result("dexa_lean", "61.2", "kg", replaces=lean["id"]), id=correction)
        assert (right["panel_id"], right["scanner"]) == (lean["panel_id"], horizon)
    [upper] = await sent(result("systolic", "128", "mm[Hg]", replaces=upper["id"]))
    body = await patient("GET", f"{MINE}/body")
    [scan] = body["scans"]
    assert scan["values"] == {"dexa_lean": "61.20", "dexa_fat": "20.00"}
    assert scan["scanner"] == horizon
    assert body["blood_pressure"]["latest"]["systolic"] == "128"
    # One that was measured at another time than thought is a measurement of its own.
    world.time.advance(hours=1)
    moved = await measured(
        patient, world, result("systolic", "128", "mm[Hg]", replaces=upper["id"])
    )
    assert moved["observations"][0]["panel_id"] != upper["panel_id"]


async def test_the_body_page_compares_only_what_one_scanner_can_tell_apart(world: World) -> None:
    patient, patient_id = await a_patient_with(world)
    empty = await patient("GET", f"{MINE}/body")
    assert (empty["weight"]["latest"], empty["scans"], empty["companion"]) == (None, [], None)
    assert empty["started_on"] == a_day()
    horizon = {"make": "Hologic", "model": "Horizon A"}

    async def scanned(lean: str, fat: str, scanner: dict[str, str]) -> None:
        await measured(
            patient, world, result("dexa_lean", lean, "kg"), result("dexa_fat", fat, "kg"),
            result("dexa_lean_left_arm", "3.1", "kg"), scanner=scanner,
        )  # fmt: skip

    await scanned("60", "20", horizon)
    for day, kilograms in enumerate(("80", "81", "82")):
        if day:
            world.time.advance(days=1)
        await measured(patient, world, result("weight", kilograms, "kg"))
    await measured(
        patient, world, result("systolic", "128", "mm[Hg]"), result("diastolic", "79", "mm[Hg]")
    )
    world.time.advance(days=56)
    await patient.sign_in()
    await scanned("61.2", "19.5", {"make": "HOLOGIC", "model": "horizon a"})
    world.time.advance(days=1)
    await scanned("64", "16", {"make": "GE", "model": "Lunar"})

    body = await patient("GET", f"{MINE}/body")
    assert body["weight"]["latest"] == {"day": a_day(2), "value": "82.0"}
    assert [(each["value"], each["n"]) for each in body["weight"]["trend"]] == [
        (None, 1), (None, 2), ("81.0", 3),
    ]  # fmt: skip
    assert body["blood_pressure"]["latest"] == {
        "day": a_day(2), "systolic": "128", "diastolic": "79",
    }  # fmt: skip
    other, second, first = body["scans"]
    assert (other["compared"], other["why_not"][:15]) == (None, "Another scanner")
    assert (first["compared"], first["why_not"]) == (None, "This is the first scan.")
    assert second["compared"]["with_day"] == a_day()
    lean, fat = second["compared"]["lean"], second["compared"]["fat"]
    assert (lean["change"], lean["beyond"], lean["least"]) == ("1.20", True, "0.83")
    assert (fat["change"], fat["beyond"], fat["least"]) == (None, False, "0.76")
    assert "ESPE 2015" in fat["source"]
    assert second["values"]["dexa_lean_left_arm"] == "3.10"
    assert [(each["code"], each["done_on"]) for each in body["milestones"]] == [
        ("baseline", a_day()), ("weeks_8_12", a_day(58)),
    ]  # fmt: skip
    assert [each["from_day"] for each in body["timeline"]] == [7, 28, 56]
    assert body["companion"] is None

    # The clinic switches the companion card on.
    async with world.sessions.begin() as session:
        session.add(LabSettings(
            patient_id=UUID(patient_id), chosen={"protein": {"low": "1.6", "high": "2.2"}},
            edited_by=UUID(patient_id), edited_at=world.time.now,
        ))  # fmt: skip
    await patient("PUT", f"{MINE}/tracking", {"rhythm": "off", "training_days": [1, 4]})
    card = (await patient("GET", f"{MINE}/body"))["companion"]
    assert (card["protein"]["low"], card["protein"]["high"]) == ("131", "180")
    assert card["protein"]["per_kg"] == {"low": "1.6", "high": "2.2"}
    assert (card["training_days"], card["attention"]) == ([1, 4], None)
    assert "2.5 to 3 g" in card["leucine"]
