"""Any five of seven nights: a missed Tuesday made up for on Saturday, counted once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.push_service import Arrival
from tests.stories.cast import Browser, World, peptide
from tests.stories.test_evening import a_patient_with

ANY_FIVE = peptide(recurrence={"per_week": 5, "times": ["bedtime"]})


async def bedtime(world: World, night: int) -> list[Arrival]:
    """What reminds at half past ten, so many nights after that first Monday."""
    at = datetime.fromisoformat("2026-11-23T22:30-07:00") + timedelta(days=night)
    arrived: list[Arrival] = []
    while world.time.now < at:
        step = min(timedelta(hours=8), at - world.time.now)
        arrived = await world.pass_time(seconds=step.total_seconds())
    return [arrival for arrival in arrived if arrival.data["kind"] == "dose-due"]


async def week_of(patient: Browser) -> list[Any]:
    answer = await patient("GET", "/api/patients/me/doses?from=2026-11-23&to=2026-11-30")
    return list(answer["doses"])


async def test_a_missed_tuesday_is_made_up_for_on_saturday_and_sunday_is_free(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world, ANY_FIVE)
    protocol = await patient("GET", "/api/patients/me/protocol")
    (line,) = protocol["current"]["lines"]
    assert line["schedule_text"] == "Any 5 nights of the week, at bedtime"
    assert line["recurrence"]["per_week"] == 5
    for night in range(6):
        (reminder,) = await bedtime(world, night)
        if night != 1:  # on Tuesday nobody answers
            (dose,) = reminder.data["doses"]
            taken = {"id": str(uuid4()), "kind": "taken"}
            logged = await patient("PUT", f"/api/doses/{dose['dose']}/log", taken)
    assert logged["week"] == {"quota": 5, "taken": 5, "left": 0}

    # The sixth and the seventh night ask for nothing more, and nothing reminds of Sunday.
    assert await bedtime(world, 6) == []
    assert [dose["state"] for dose in await week_of(patient)] == [
        "taken", "rest", "taken", "taken", "taken", "taken", "rest",
    ]  # fmt: skip
    arrived = await world.pass_time(hours=5)
    assert not [one for one in arrived if one.data["kind"] == "dose-due"]
    adherence = await patient("GET", "/api/patients/me/adherence?days=30")
    (counts,) = adherence["lines"]
    assert (counts["expected"], counts["taken"], counts["missed"]) == (5, 5, 0)

    # On Monday a new week begins.
    assert len(await bedtime(world, 7)) == 1


async def test_what_is_taken_back_is_asked_for_again(world: World) -> None:
    patient, _ = await a_patient_with(world, ANY_FIVE)
    for night in range(5):
        (reminder,) = await bedtime(world, night)
        (dose,) = reminder.data["doses"]
        taken = {"id": str(uuid4()), "kind": "taken"}
        await patient("PUT", f"/api/doses/{dose['dose']}/log", taken)
    assert (await week_of(patient))[5]["state"] == "rest"
    await patient("POST", f"/api/doses/{dose['dose']}/undo", {"id": str(uuid4())})
    assert len(await bedtime(world, 5)) == 1


async def test_a_quota_that_makes_no_sense_is_refused_at_its_field(world: World) -> None:
    patient, _ = await a_patient_with(world)
    for wrong in ({"per_week": 7}, {"per_week": 5, "weekdays": [1]}):
        entered = {"lines": [peptide(recurrence=wrong)]}
        problem = await patient("POST", "/api/patients/me/protocol/versions", entered, expect=422)
        assert problem["errors"][0]["field"] == "lines.0.recurrence.per_week"
        assert problem["errors"][0]["cure"]
