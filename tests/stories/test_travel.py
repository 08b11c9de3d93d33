"""Travel: asked once, both times shown, bedtime doses by the clock that the patient chose."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.push_service import Arrival
from tests.stories.cast import Browser, World, browser, peptide

WEEKLY: dict[str, Any] = {
    "medicine": "testosterone_cypionate", "route": "subcutaneous",
    "amount": {"value": "100", "unit": "mg"},
    "recurrence": {"weekdays": [1], "times": ["bedtime"]},
}  # fmt: skip


async def somebody_from(world: World, home: str, *lines: dict[str, Any]) -> Browser:
    """A patient who lives there, with a phone and a protocol."""
    patient = browser(world.app)
    await patient.sign_up(name="A traveller", timezone=home)
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await patient.answer_no()
    entered = {"lines": list(lines) or [peptide()]}
    await patient("POST", "/api/patients/me/protocol/versions", entered, expect=201)
    await world.tick()
    return patient


async def doses_of(patient: Browser, label: str) -> list[Any]:
    found = (await patient("GET", "/api/patients/me/doses"))["doses"]
    return [dose for dose in found if dose["label"] == label]


async def take(patient: Browser, dose: Any, kind: str = "taken") -> Any:
    report = {"id": str(uuid4()), "kind": kind, "confirmed": True}
    return await patient("PUT", f"/api/doses/{dose['id']}/log", report)


async def until(world: World, moment: str, *, hours: float = 6) -> list[Arrival]:
    """What reminded of a dose up to this moment, while the worker ticked every so many hours."""
    at = datetime.fromisoformat(moment)
    arrived: list[Arrival] = []
    while world.time.now < at:
        step = min(timedelta(hours=hours), at - world.time.now)
        arrived += await world.pass_time(seconds=step.total_seconds())
    return [arrival for arrival in arrived if arrival.data["kind"] == "dose-due"]


def spoken_of(arrivals: list[Arrival]) -> set[str]:
    return {dose["dose"] for arrival in arrivals for dose in arrival.data["doses"]}


async def test_in_tokyo_bedtime_doses_move_and_the_weekly_one_keeps_its_interval(
    world: World,
) -> None:
    patient = await somebody_from(world, "America/Denver", peptide(), WEEKLY)
    await until(world, "2026-11-23T22:30-07:00")
    nightly, weekly = [
        await doses_of(patient, label) for label in ("Sermorelin", "Testosterone cypionate")
    ]
    await take(patient, nightly[0])
    await take(patient, weekly[0])
    await until(world, "2026-11-25T10:30+09:00")  # landed: still Tuesday evening at home

    # The app notices the zone and shows what either answer means, on both clocks.
    asked = await patient("GET", "/api/me/travel?zone=Asia/Tokyo")
    assert (asked["home_zone"], asked["zone"], asked["away"]) == (
        "America/Denver", "Asia/Tokyo", None,
    )  # fmt: skip
    shown = {
        choice["nights"]: [
            (dose["label"], dose["due_there"], dose["due_home"], dose["hours_since_last"],
             dose["held_for"])
            for dose in choice["doses"]
        ]
        for choice in asked["choices"]
    }  # fmt: skip
    tonight = ("Sermorelin", "Wed 25 Nov, 14:30", "Tue 24 Nov, 22:30", 24.0, None)
    injection = (
        "Testosterone cypionate", "Tue 1 Dec, 14:30", "Mon 30 Nov, 22:30", 168.0, None
    )  # fmt: skip
    assert shown["home"] == [
        tonight, ("Sermorelin", "Thu 26 Nov, 14:30", "Wed 25 Nov, 22:30", 24.0, None), injection,
    ]  # fmt: skip
    assert shown["local"] == [
        tonight, ("Sermorelin", "Wed 25 Nov, 22:30", "Wed 25 Nov, 06:30", 8.0, "gap"), injection,
    ]  # fmt: skip

    # The answer stands, so nobody asks again; the same answer again changes nothing.
    for _ in range(2):
        chosen = await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "local"})
        assert chosen["away"] == {"zone": "Asia/Tokyo", "nights": "local"}
    me = await patient("GET", "/api/me")
    assert me["preferences"]["away"] == chosen["away"]
    assert me["preferences"]["timezone"] == "America/Denver"

    # Tonight's dose was on its way already; that of the night there follows too soon, and waits.
    tuesday, wednesday, thursday = (await doses_of(patient, "Sermorelin"))[:3]
    assert [each["zone"] for each in (tuesday, wednesday, thursday)] == [
        "America/Denver", "Asia/Tokyo", "Asia/Tokyo",
    ]  # fmt: skip
    assert (wednesday["state"], wednesday["held_for"]) == ("held", "gap")
    assert (wednesday["due_local"], wednesday["min_gap_minutes"]) == ("22:30", 18 * 60)
    assert spoken_of(await until(world, "2026-11-24T22:30-07:00")) == {tuesday["id"]}
    await take(patient, tuesday)
    assert await until(world, "2026-11-26T22:29+09:00") == []
    assert spoken_of(await until(world, "2026-11-26T22:30+09:00")) == {thursday["id"]}
    await take(patient, thursday)

    # The injection stays at its hour at home: 168 hours after the one before.
    spoken = await until(world, "2026-11-30T22:29-07:00")
    assert weekly[1]["id"] not in spoken_of(spoken)
    (spoken_last,) = await until(world, "2026-11-30T22:30-07:00")
    assert [dose["dose"] for dose in spoken_last.data["doses"]] == [weekly[1]["id"]]
    again = next(
        dose
        for dose in await doses_of(patient, "Testosterone cypionate")
        if dose["id"] == weekly[1]["id"]
    )
    apart = datetime.fromisoformat(again["due_at"]) - datetime.fromisoformat(weekly[0]["due_at"])
    assert apart == timedelta(hours=168)

    # Home again: every dose to come is on the home clock, and what was stays where it was.
    home = await patient("DELETE", "/api/me/travel")
    assert home["away"] is None
    rows = await doses_of(patient, "Sermorelin")
    to_come = [dose for dose in rows if dose["state"] == "upcoming"]
    assert {(dose["zone"], dose["due_local"]) for dose in to_come} == {("America/Denver", "22:30")}
    log = (await patient("GET", "/api/me/access-log"))["entries"]
    told = [entry["action"] for entry in log if entry["action"].startswith("travel")]
    assert sorted(told) == ["travel.began", "travel.ended"]


async def test_on_home_time_nothing_moves_and_quiet_hours_are_those_of_the_place(
    world: World,
) -> None:
    patient = await somebody_from(world, "America/Denver")
    await until(world, "2026-11-24T05:00-07:00")
    before = [(dose["id"], dose["due_at"], dose["zone"])
              for dose in await doses_of(patient, "Sermorelin")]  # fmt: skip
    quiet = {"quiet": {"from": "14:00", "until": "15:00"}}
    await patient("PATCH", "/api/me/preferences", quiet)
    await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "home"})
    after = [(dose["id"], dose["due_at"], dose["zone"])
             for dose in await doses_of(patient, "Sermorelin")]  # fmt: skip
    assert after == before
    # Half past ten at home is half past two there. It says so at that hour, as ever, and what it
    # would repeat at ten to three waits for the end of the silence that the patient wants there.
    assert await until(world, "2026-11-25T14:29+09:00") == []
    assert spoken_of(await until(world, "2026-11-25T14:30+09:00")) == {before[1][0]}
    assert await until(world, "2026-11-25T14:59+09:00") == []
    assert spoken_of(await until(world, "2026-11-25T15:00+09:00")) == {before[1][0]}


async def test_from_honolulu_to_tokyo_the_next_bedtime_is_five_hours_away_and_waits(
    world: World,
) -> None:
    patient = await somebody_from(world, "Pacific/Honolulu")
    await until(world, "2026-11-23T22:30-10:00")
    first = (await doses_of(patient, "Sermorelin"))[0]
    await take(patient, first)
    await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "local"})
    waits = (await doses_of(patient, "Sermorelin"))[1]
    apart = datetime.fromisoformat(waits["due_at"]) - datetime.fromisoformat(first["due_at"])
    assert apart == timedelta(hours=5)
    assert (waits["state"], waits["held_for"]) == ("held", "gap")
    assert await until(world, "2026-11-25T22:29+09:00") == []
    # It is visible, and whoever takes it all the same can say so.
    taken = await take(patient, waits)
    assert taken["state"] == "taken"
    assert len(await until(world, "2026-11-25T22:30+09:00")) == 1


async def test_what_waited_for_a_dose_that_was_left_out_waits_no_longer(world: World) -> None:
    patient = await somebody_from(world, "Pacific/Honolulu")
    await until(world, "2026-11-23T22:30-10:00")
    first = (await doses_of(patient, "Sermorelin"))[0]
    await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "local"})
    assert (await doses_of(patient, "Sermorelin"))[1]["held_for"] == "gap"
    await take(patient, first, kind="skipped")
    next_one = (await doses_of(patient, "Sermorelin"))[1]
    spoken = await until(world, "2026-11-24T22:30+09:00", hours=1)
    assert spoken_of(spoken) == {next_one["id"]}


async def test_living_there_for_good_ends_being_away(world: World) -> None:
    patient = await somebody_from(world, "America/Denver")
    await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "home"})
    moved = await patient("PATCH", "/api/me/preferences", {"timezone": "Asia/Tokyo"})
    assert (moved["timezone"], moved["away"]) == ("Asia/Tokyo", None)
    rows = await doses_of(patient, "Sermorelin")
    assert {dose["zone"] for dose in rows if dose["state"] == "upcoming"} == {"Asia/Tokyo"}
    # In their own zone nobody is away.
    same = await patient("PUT", "/api/me/travel", {"zone": "Asia/Tokyo", "nights": "local"})
    assert same["away"] is None


async def test_a_place_that_does_not_exist_is_refused_and_changes_nothing(world: World) -> None:
    patient = await somebody_from(world, "America/Denver")
    there = {"zone": "Asia/Tokio", "nights": "local"}
    problem = await patient("PUT", "/api/me/travel", there, expect=422)
    assert problem["errors"][0]["field"] == "zone"
    assert "Asia/Tokyo" in problem["errors"][0]["cure"]
    await patient("GET", "/api/me/travel?zone=Asia/Tokio", expect=422)
    await patient("GET", "/api/me/travel", expect=422)
    wrong = {"zone": "Asia/Tokyo", "nights": "sometimes"}
    await patient("PUT", "/api/me/travel", wrong, expect=422)
    assert (await patient("GET", "/api/me"))["preferences"]["away"] is None
