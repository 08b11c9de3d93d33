"""What is there runs out when the plan says, and the patient hears of it in time, once, by day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.doses.plan import dose_id
from app.supplies.tick import look
from tests.push_service import Arrival
from tests.stories.cast import Browser, World, peptide
from tests.stories.test_evening import a_patient_with

TONIGHT = date(2026, 11, 23)
DAY = timedelta(days=1)
TEN = "17:00Z"
"""Ten in the morning in Denver."""


def of_supplies(arrivals: list[Arrival]) -> list[Arrival]:
    return [arrival for arrival in arrivals if arrival.data["kind"] == "supplies"]


async def until(world: World, day: date, clock: str) -> list[Arrival]:
    """Sleep until an hour in Denver, given in UTC; what arrived of supplies at that minute.

    Only this tick and the courier are awake; what else speaks by day is told elsewhere.
    """
    before = len(world.push.received)
    world.time.now = datetime.fromisoformat(f"{day}T{clock}")
    async with world.sessions.begin() as session:
        await look(session, world.mouth.seal, world.time.now, world.mouth.public_url)
    await world.courier.run_once(world.time.now)
    return of_supplies(world.push.received[before:])


async def a_vial(patient: Browser, doses: int, **facts: Any) -> Any:
    """A vial of sermorelin with so many doses of 250 mcg, as its label says."""
    body = {
        "id": str(uuid4()), "medicine": "sermorelin", "form": "solution", "pharmacy": "A pharmacy",
        "strengths": [{"substance": "sermorelin", "value": "2500", "unit": "ug"}],
        "volume": {"value": f"{doses / 10:.1f}", "unit": "mL"}, "lot": f"A{doses}",
        "received_on": "2026-11-20", **facts,
    }  # fmt: skip
    return await patient("POST", "/api/patients/me/vials", body, expect=201)


async def the_line(patient: Browser) -> Any:
    (line,) = (await patient("GET", "/api/patients/me/supplies"))["lines"]
    return line


async def takes(patient: Browser, line: str, night: date) -> None:
    dose = dose_id(UUID(line), night, 0)
    said = {"id": str(uuid4()), "kind": "taken"}
    await patient("PUT", f"/api/patients/me/doses/{dose}/log", said)


async def test_a_discard_date_is_told_three_days_before_and_on_the_day(world: World) -> None:
    patient, _ = await a_patient_with(world)
    await patient(
        "PUT", "/api/patients/me/supplies/settings",
        {"lead_days": 1, "speak_at": None, "notices": True},
    )  # fmt: skip
    await a_vial(patient, 200, use_by="2026-11-28")
    heard = []
    for day in (TONIGHT + DAY * n for n in range(8)):
        if day.day in (25, 28):
            assert await until(world, day, "16:59Z") == [], "nothing before ten"
        for arrival in await until(world, day, TEN):
            heard.append(day.isoformat())
            assert arrival.notification["body"] == "Something needs a look. Open Vesper."
            assert arrival.notification["navigate"].endswith("/supplies")
            assert "sermorelin" not in str(arrival.message).lower()
        if heard[-1:] == [day.isoformat()]:
            assert await until(world, day, "21:00Z") == [], "once a day"
    # On the day it is also what ends the supply: one push for both.
    assert heard == ["2026-11-25", "2026-11-28"]


async def test_a_run_out_is_told_in_time_and_a_new_vial_silences_it(world: World) -> None:
    patient, _ = await a_patient_with(world)
    await a_vial(patient, 12)
    line = await the_line(patient)
    assert (line["name"], line["state"], line["doses_left"]) == ("Sermorelin", "enough", 12)
    assert (line["short_on"], line["days_left"]) == ("2026-12-05", 12)
    assert (line["enough_until"], line["ask_by"]) == ("2026-12-04", "2026-11-28")
    assert line["text"] == "Enough until Friday 4 December: 12 doses."
    for day in (TONIGHT + DAY * n for n in range(5)):
        assert await until(world, day, TEN) == []
        world.time.now = datetime.fromisoformat(f"{day + DAY}T05:30Z")
        await takes(patient, line["id"], day)
        assert (await the_line(patient))["short_on"] == "2026-12-05", "taken as planned"
    told = await until(world, date(2026, 11, 28), TEN)
    assert len(told) == 1
    line = await the_line(patient)
    assert (line["state"], line["doses_left"]) == ("soon", 7)
    assert await until(world, date(2026, 11, 29), TEN) == [], "said once"

    await a_vial(patient, 30)
    assert (await the_line(patient))["state"] == "enough"
    for day in (date(2026, 11, 29) + DAY * n for n in range(1, 4)):
        assert await until(world, day, TEN) == []


async def test_what_was_about_to_be_said_is_not_when_a_new_vial_came_first(world: World) -> None:
    patient, _ = await a_patient_with(world)
    await a_vial(patient, 3)
    assert (await the_line(patient))["state"] == "soon"
    await world.tick()
    await a_vial(patient, 60)
    assert await until(world, TONIGHT, TEN) == []


async def test_a_step_shortens_it_and_a_hold_lengthens_it(world: World) -> None:
    patient, _ = await a_patient_with(world)
    await a_vial(patient, 40, expires_on="2027-06-01")
    line = await the_line(patient)
    opened = "2026-12-22"  # the vial is opened tonight, and good for 28 days more
    assert (line["short_on"], line["doses_left"]) == (opened, 29)
    step = {"from": "2026-11-30", "amount": {"value": "500", "unit": "ug"}}
    await patient(
        "POST", "/api/patients/me/protocol/versions",
        {"lines": [peptide(id=line["id"], steps=[step])], "based_on": 1, "reason": "as agreed"},
        expect=201,
    )  # fmt: skip
    line = await the_line(patient)
    # Seven nights of 250 and then 500 each: 33 of the 40 are left, for sixteen nights and a half.
    assert (line["short_on"], line["doses_left"]) == ("2026-12-16", 23)
    await patient(
        "POST", f"/api/patients/me/protocol/lines/{line['id']}/hold",
        {"since": "2026-12-01", "until": "2026-12-05", "reason": "a journey"},
    )  # fmt: skip
    line = await the_line(patient)
    assert (line["short_on"], line["doses_left"]) == ("2026-12-20", 23)


async def test_weeks_off_make_it_last_longer(world: World) -> None:
    weeks = peptide(recurrence={"times": ["bedtime"], "weeks_on": 1, "weeks_off": 1})
    patient, _ = await a_patient_with(world, weeks)
    vial = await a_vial(patient, 10)
    # Seven nights, a week without, and three of the third week.
    assert (await the_line(patient))["short_on"] == "2026-12-10"
    for left, text in (("0", "Nothing is left"), ("0.05", "Not enough is left")):
        world.time.advance(minutes=1)  # two counts of one instant have no order
        count = {"id": str(uuid4()), "kind": "counted", "at": world.time.now.isoformat(),
                 "quantity": {"value": left, "unit": "mL"}}  # fmt: skip
        await patient("POST", f"/api/patients/me/vials/{vial['id']}/stock", count)
        line = await the_line(patient)
        assert line["text"] == f"{text} for the next dose, on Monday 23 November."
        assert (line["state"], line["enough_until"], line["short_on"]) == (
            "out", None, "2026-11-23",
        )  # fmt: skip
    hold = {"since": "2026-11-23", "until": None, "reason": "until the next visit"}
    await patient("POST", f"/api/patients/me/protocol/lines/{line['id']}/hold", hold)
    line = await the_line(patient)
    assert (line["short_on"], line["doses_left"]) == (None, 0)
    assert line["text"] == "As things stand, no dose is to be taken in the next year."


async def test_an_hour_of_ones_own_waits_for_the_end_of_quiet_hours_and_all_is_one_push(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world)
    await patient("PATCH", "/api/me/preferences", {"quiet": {"from": "22:00", "until": "07:00"}})
    await patient(
        "PUT", "/api/patients/me/supplies/settings",
        {"lead_days": 14, "speak_at": "06:30", "notices": True},
    )  # fmt: skip
    await a_vial(patient, 5, use_by="2026-11-25")
    swabs = {"id": str(uuid4()), "item": "swab", "name": "Swabs", "low_at": 5}
    await patient("POST", "/api/patients/me/consumables", swabs, expect=201)
    counted = {"id": str(uuid4()), "kind": "counted", "number": 3}
    address = f"/api/patients/me/consumables/{swabs['id']}/counts"
    assert (await patient("POST", address, counted, expect=201))["low"] is True
    assert await until(world, TONIGHT, "13:30Z") == [], "half past six, and quiet until seven"
    assert len(await until(world, TONIGHT, "14:00Z")) == 1
    for clock in ("14:01Z", "17:00Z", "23:00Z"):
        assert await until(world, TONIGHT, clock) == []
    await patient(
        "PUT", "/api/patients/me/supplies/settings",
        {"lead_days": 14, "speak_at": "06:30", "notices": False},
    )  # fmt: skip
    assert await until(world, date(2026, 11, 25), TEN) == [], "wished for none"
