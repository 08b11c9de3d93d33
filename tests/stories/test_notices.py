"""A patient is told in time: of a proposal, a safety change, a pause to come, a step."""

from datetime import datetime
from typing import Any

from tests.push_service import Arrival
from tests.stories.cast import Browser, World, peptide
from tests.stories.test_screening import answer, in_care, propose

CYCLE = {"times": ["bedtime"], "weeks_on": 2, "weeks_off": 1}


def news(arrivals: list[Arrival]) -> list[Arrival]:
    return [arrival for arrival in arrivals if arrival.data["kind"] == "news"]


async def told(patient: Browser) -> list[Any]:
    found: list[Any] = (await patient("GET", "/api/me/notices"))["notices"]
    return found


async def test_a_proposal_is_told_neutrally_and_read_in_the_app_until_it_is_confirmed(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    await propose(world, clinician, patient_id)
    (arrival,) = news(await world.pass_time(seconds=5))
    assert arrival.notification["title"] == "Vesper"
    assert arrival.notification["body"] == "There is something to read. Open Vesper."
    assert arrival.notification["navigate"].endswith("/protocol")
    assert "sermorelin" not in str(arrival.notification).lower()
    (notice,) = await told(patient)
    assert (notice["kind"], notice["version"], notice["night"]) == ("proposed", 1, "2026-11-23")

    assert news(await world.pass_time(seconds=5)) == [], "a repeat says nothing twice"
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    assert await told(patient) == []
    await clinician("GET", "/api/me/notices", expect=404)


async def test_a_change_at_once_speaks_in_the_middle_of_the_night_and_stays_until_seen(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    await propose(world, clinician, patient_id)
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    await patient("PATCH", "/api/me/preferences", {"quiet": {"from": "00:00", "until": "06:00"}})
    line = (await patient("GET", "/api/patients/me/protocol"))["current"]["lines"][0]["id"]
    world.time.now = datetime.fromisoformat("2026-11-24T10:00Z")  # three at night in Denver
    await world.tick()
    await clinician.sign_in()
    less = peptide(id=line, amount={"value": "100", "unit": "ug"})
    await propose(world, clinician, patient_id, lines=[less], at_once=True, reason="side effect")
    (arrival,) = news(await world.pass_time(seconds=5))
    assert arrival.notification["body"] == "There is something to read. Open Vesper."
    (notice,) = await told(patient)
    assert (notice["kind"], notice["version"]) == ("at_once", 2)

    await world.pass_time(hours=48)
    await clinician.sign_in()
    flags = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert "at_once_unseen" in [flag["code"] for flag in flags]
    await patient("POST", "/api/patients/me/protocol/versions/2/acknowledge")
    assert await told(patient) == []
    flags = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert "at_once_unseen" not in [flag["code"] for flag in flags]


async def test_a_pause_is_told_seven_and_three_days_before_and_a_step_the_day_before(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    step = {"from": "2026-12-05", "amount": {"value": "300", "unit": "ug"}}
    await propose(world, clinician, patient_id, lines=[peptide(recurrence=CYCLE, steps=[step])])
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    await world.pass_time(hours=4, minutes=59)
    heard = {}
    for _ in range(15):  # every morning at ten
        if arrived := news(await world.pass_time(minutes=1)):
            assert len(arrived) == 1, "one push, however much there is to read"
            heard[world.time.now.date().isoformat()] = [
                notice["text"] for notice in await told_on(patient)
            ]
        assert news(await world.pass_time(hours=23, minutes=59)) == [], "nothing before ten"
    begins = "Sermorelin: the pause begins on Monday 7 December."
    steps = "Sermorelin: from Saturday 5 December the amount is 300 mcg."
    ends = "Sermorelin: the pause ends on Monday 14 December."
    assert heard == {
        "2026-11-30": [begins],
        "2026-12-04": [steps, begins],
        "2026-12-07": [begins, ends],
    }

    # The line is held: nothing turns any more, and what was told is gone.
    line = (await patient("GET", "/api/patients/me/protocol"))["current"]["lines"][0]["id"]
    assert [notice["kind"] for notice in await told_on(patient)] == ["pause_ends"]
    await clinician.sign_in()
    await clinician(
        "POST", f"/api/patients/{patient_id}/protocol/lines/{line}/hold", {"reason": "surgery"}
    )
    assert await told(patient) == []


async def told_on(patient: Browser) -> list[Any]:
    """What there is to read, by somebody whose sign-in may have run out."""
    await patient.sign_in()
    return await told(patient)


async def test_the_month_shows_it_all_and_says_it_in_words(world: World) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    await propose(world, clinician, patient_id, lines=[peptide(recurrence=CYCLE)])
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    month = await patient("GET", "/api/patients/me/calendar?month=2026-12")
    nights = {each["night"]: each for each in month["nights"]}
    assert len(nights) == 31
    assert nights["2026-12-06"]["text"] == (
        "Sunday 6 December: Sermorelin 250 mcg at 22:30, to come."
    )
    assert nights["2026-12-07"]["events"] == ["Sermorelin: the pause begins."]
    assert nights["2026-12-08"]["pauses"][0]["why"] == "weeks_off"
    assert nights["2026-12-31"]["text"] == "Thursday 31 December: Sermorelin is in a week off."
    seen = await clinician("GET", f"/api/patients/{patient_id}/calendar?month=2026-12")
    assert seen == month
    refused = await patient("GET", "/api/patients/me/calendar?month=December", expect=422)
    assert refused["errors"][0]["field"] == "month"
