"""Where injections go: one map for every medicine, what rests, what reacted, and who may allow."""

from asyncio import gather
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.sites.body import SITES
from app.sites.models import Placement
from app.sites.placements import placements_of
from tests.stories.cast import Browser, World, browser, peptide
from tests.stories.test_evening import a_clinic, a_patient_with

MINE = "/api/patients/me"


def injection(**facts: Any) -> dict[str, Any]:
    """Testosterone into the muscle, once a week."""
    return {
        "medicine": "testosterone_cypionate", "route": "intramuscular",
        "amount": {"value": "100", "unit": "mg"},
        "recurrence": {"weekdays": [1], "times": ["bedtime"]}, **facts,
    }  # fmt: skip


async def let_in(patient: Browser, clinician: Browser) -> None:
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)


async def tonights(patient: Browser) -> dict[str, str]:
    """The ids of tonight's doses by their route."""
    told = await patient("GET", f"{MINE}/doses")
    return {each["route"]: each["id"] for each in told["doses"] if each["night"] == told["tonight"]}


async def take(patient: Browser, dose: str) -> Any:
    return await patient("PUT", f"/api/doses/{dose}/log", {"id": str(uuid4()), "kind": "taken"})


async def into(
    who: Browser, dose: str, site: str | None, *, expect: int = 200, **facts: Any
) -> Any:
    body = {"id": str(uuid4()), "site": site, **facts}
    return await who("PUT", f"{MINE}/doses/{dose}/site", body, expect=expect)


async def the_map(patient: Browser, **asked: str) -> tuple[dict[str, Any], Any]:
    """The spots by their codes, and the whole answer."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    told = await patient("GET", f"{MINE}/sites?{query}")
    return {spot["code"]: spot for spot in told["spots"]}, told


async def test_a_week_on_one_map_for_the_muscle_and_for_under_the_skin(world: World) -> None:
    patient, _ = await a_patient_with(world, injection(), peptide())
    dose = await tonights(patient)
    spots, told = await the_map(patient, dose=dose["intramuscular"])
    assert told["suggestion"] == "ventrogluteal_left"
    assert (told["why"], told["settings"]) == ("It has not been used yet.", {"deltoid": False})
    assert spots["deltoid_left"]["legal"]
    assert not spots["deltoid_left"]["allowed"]
    assert "sciatic" in spots["buttock_left"]["not_suggested"]
    assert not spots["thigh_left"]["legal"]

    # Nothing is said of a dose that was not taken; then a spot that Vesper would not have chosen.
    early = await into(patient, dose["intramuscular"], "vastus_lateralis_left", expect=409)
    assert early["type"] == "/problems/no-injection"
    await world.pass_time(hours=17, minutes=30)
    await take(patient, dose["intramuscular"])
    body = {"id": str(uuid4()), "site": "vastus_lateralis_left"}
    address = f"{MINE}/doses/{dose['intramuscular']}/site"
    for _ in range(2):
        kept = await patient("PUT", address, body)
        assert kept["site"] == {
            "code": "vastus_lateralis_left", "name": "Left outer thigh muscle",
        }  # fmt: skip
        assert kept["warnings"] == []
    other = await patient("PUT", address, {**body, "site": "thigh_left"}, expect=409)
    assert other["type"] == "/problems/placement-differs"
    wrong = await into(patient, dose["intramuscular"], "nose", expect=422)
    assert wrong["errors"][0]["field"] == "site"

    # The thigh rests for what goes under the skin as well.
    await take(patient, dose["subcutaneous"])
    spots, told = await the_map(patient, dose=dose["subcutaneous"])
    assert told["suggestion"] == "abdomen_upper_left"
    assert spots["thigh_left"]["resting"]["until"] == "2026-11-30"
    assert "went into this muscle today" in spots["thigh_left"]["resting"]["text"]
    assert spots["vastus_lateralis_left"]["last_name"] == "Testosterone cypionate"
    kept = await into(patient, dose["subcutaneous"], "thigh_left")
    assert [each["code"] for each in kept["warnings"]] == ["resting"]
    kept = await into(patient, dose["subcutaneous"], "abdomen_upper_left")
    assert kept["warnings"] == []

    # A day later another quadrant; and the map of a past dose is the one of that evening.
    await world.pass_time(hours=24)
    dose_now = await tonights(patient)
    spots, told = await the_map(patient, dose=dose_now["subcutaneous"])
    assert told["suggestion"] == "abdomen_upper_right"
    assert "went here yesterday" in spots["abdomen_upper_left"]["resting"]["text"]
    assert spots["abdomen_upper_left"]["rested_days"] == 1
    assert (await the_map(patient, dose=dose["subcutaneous"]))[1]["suggestion"] == (
        "abdomen_upper_left"
    )
    assert (await the_map(patient, route="subcutaneous"))[1]["suggestion"] == "abdomen_upper_right"
    both = await patient(
        "GET", f"{MINE}/sites?route=subcutaneous&dose={dose['subcutaneous']}", expect=422
    )
    assert both["errors"][0]["field"] == "route"


async def test_two_phones_that_say_a_spot_at_once_are_both_written_and_one_stands(
    world: World,
) -> None:
    patient, patient_id = await a_patient_with(world)
    dose = (await tonights(patient))["subcutaneous"]
    await world.pass_time(hours=17, minutes=30)
    await take(patient, dose)
    said = await gather(*(into(patient, dose, site) for site in ("thigh_left", "thigh_right")))
    assert {each["site"]["code"] for each in said} == {"thigh_left", "thigh_right"}
    async with world.sessions.begin() as session:
        rows = list(await session.scalars(select(Placement).order_by(Placement.seq)))
        assert [row.seq for row in rows] == [1, 2]
        standing = await placements_of(session, UUID(patient_id), [UUID(dose)])
        assert standing == {UUID(dose): rows[-1].site}


async def test_what_is_taken_back_rests_nothing_and_what_is_amended_rests_from_its_new_time(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient, _ = await a_patient_with(world, injection(), peptide())
    dose = (await tonights(patient))["intramuscular"]
    await world.pass_time(hours=17, minutes=30)
    await take(patient, dose)
    body = {"id": str(uuid4()), "site": "ventrogluteal_left"}
    address = f"{MINE}/doses/{dose}/site"
    await patient("PUT", address, body)
    with monkeypatch.context() as later:  # a release that has another map, and a phone that repeats
        later.delitem(SITES, "ventrogluteal_left")
        kept = await patient("PUT", address, body)
        assert kept["site"] == {"code": "ventrogluteal_left", "name": "ventrogluteal_left"}
        assert (await the_map(patient, route="intramuscular"))[1]["suggestion"] is not None
    spots, _ = await the_map(patient, route="intramuscular")
    assert spots["ventrogluteal_left"]["resting"]["until"] == "2026-11-30"

    await patient("POST", f"/api/doses/{dose}/undo", {"id": str(uuid4())})
    spots, told = await the_map(patient, route="intramuscular")
    assert spots["ventrogluteal_left"]["last_at"] is None
    assert told["suggestion"] == "ventrogluteal_left"
    again = await take(patient, dose)
    earlier = {
        "id": str(uuid4()), "kind": "taken", "replaces": again["outcome_id"],
        "taken_at": "2026-11-22T12:00:00Z", "confirmed": True,
    }  # fmt: skip
    await patient("POST", f"/api/doses/{dose}/amend", earlier)
    spots, _ = await the_map(patient, route="intramuscular")
    assert spots["ventrogluteal_left"]["resting"]["until"] == "2026-11-29"

    # What was said can be taken back; of what is not injected nothing can be said.
    assert (await into(patient, dose, None))["site"] is None
    spots, _ = await the_map(patient, route="intramuscular")
    assert spots["ventrogluteal_left"]["resting"] is None
    stranger = browser(world.app)
    await stranger.sign_up()
    await into(stranger, dose, "thigh_left", expect=404)


async def test_a_reaction_keeps_its_spot_out_until_it_has_ended(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    await let_in(patient, clinician)
    dose = (await tonights(patient))["subcutaneous"]
    await world.pass_time(hours=17, minutes=30)
    lump = {
        "id": str(uuid4()), "site": "abdomen_upper_left", "kind": "lump",
        "noticed_on": "2026-11-23", "note": "As big as a pea", "dose": dose,
    }  # fmt: skip
    for _ in range(2):
        noted = await patient("POST", f"{MINE}/reactions", lump, expect=201)
    assert noted["site"] == {"code": "abdomen_upper_left", "name": "Left upper belly"}
    await patient("POST", f"{MINE}/reactions", {**lump, "kind": "pain"}, expect=409)
    for wrong, field in (
        ({"site": "nose"}, "site"), ({"noticed_on": "2026-11-24"}, "noticed_on"),
    ):  # fmt: skip
        answer = await patient(
            "POST", f"{MINE}/reactions", {**lump, "id": str(uuid4()), **wrong}, expect=422
        )
        assert answer["errors"][0]["field"] == field
    unknown = {**lump, "id": str(uuid4()), "dose": str(uuid4())}
    await patient("POST", f"{MINE}/reactions", unknown, expect=404)

    spots, told = await the_map(patient, dose=dose)
    assert told["suggestion"] == "abdomen_upper_right"
    assert spots["abdomen_upper_left"]["reaction"]["kind"] == "lump"
    await take(patient, dose)
    kept = await into(patient, dose, "abdomen_upper_left")
    assert [each["code"] for each in kept["warnings"]] == ["reaction"]

    # The clinic reads it; it ends, on a day that can be corrected; a slip is void and stays.
    await clinician.sign_in()
    read = await clinician("GET", f"/api/patients/{patient_id}/reactions")
    assert [each["note"] for each in read["reactions"]] == ["As big as a pea"]
    await world.pass_time(days=4)
    await patient.sign_in()
    address = f"{MINE}/reactions/{lump['id']}"
    early = await patient("POST", f"{address}/end", {"on": "2026-11-22"}, expect=422)
    assert early["errors"][0]["field"] == "on"
    for day in ("2026-11-25", "2026-11-26"):
        ended = await patient("POST", f"{address}/end", {"on": day})
        assert ended["ended_on"] == day
    spots, _ = await the_map(patient, route="subcutaneous")
    assert spots["abdomen_upper_left"]["reaction"] is None
    slip = {**lump, "id": str(uuid4()), "site": "thigh_left"}
    await patient("POST", f"{MINE}/reactions", slip, expect=201)
    for _ in range(2):
        gone = await patient("POST", f"{MINE}/reactions/{slip['id']}/void", {})
    assert gone["voided_at"] is not None
    ended = await patient(
        "POST", f"{MINE}/reactions/{slip['id']}/end", {"on": "2026-11-26"}, expect=409
    )
    assert ended["type"] == "/problems/reaction-voided"
    listed = await patient("GET", f"{MINE}/reactions")
    assert len(listed["reactions"]) == 2
    assert (await the_map(patient, route="subcutaneous"))[0]["thigh_left"]["reaction"] is None


async def test_only_the_clinic_allows_the_shoulder(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world, injection(), peptide())
    await let_in(patient, clinician)
    mine, theirs = f"{MINE}/sites/settings", f"/api/patients/{patient_id}/sites/settings"
    refused = await patient("PUT", mine, {"deltoid": True}, expect=403)
    assert refused["type"] == "/problems/clinic-allows"
    dose = (await tonights(patient))["intramuscular"]
    await world.pass_time(hours=17, minutes=30)
    await take(patient, dose)
    kept = await into(patient, dose, "deltoid_left")
    assert [each["code"] for each in kept["warnings"]] == ["not_allowed"]

    await clinician.sign_in()
    for _ in range(2):
        assert await clinician("PUT", theirs, {"deltoid": True}) == {"deltoid": True}
    spots, told = await the_map(patient, route="intramuscular")
    assert told["settings"] == {"deltoid": True}
    assert spots["deltoid_right"]["suggestable"]
    assert "muscle" in spots["upper_arm_left"]["resting"]["text"]
    await clinician("PUT", theirs, {"deltoid": False})
    spots, _ = await the_map(patient, route="intramuscular")
    assert not spots["deltoid_right"]["suggestable"]
    assert spots["deltoid_left"]["last_at"] is not None, "what was logged stays logged"
    log = await patient("GET", "/api/me/access-log")
    assert any("shoulder" in entry["what"] for entry in log["entries"])


async def test_a_companion_sees_the_map_and_no_reaction(world: World) -> None:
    patient, patient_id = await a_patient_with(world)
    await patient("POST", f"{MINE}/reactions", {
        "id": str(uuid4()), "site": "thigh_left", "kind": "redness", "noticed_on": "2026-11-23",
    }, expect=201)  # fmt: skip
    companion = browser(world.app)
    invite = await patient("POST", "/api/me/companion-invites", {}, expect=201)
    await companion.sign_up(invite=invite["code"], name="Sam")
    told = await companion("GET", f"/api/patients/{patient_id}/sites?route=subcutaneous")
    assert all(spot["reaction"] is None for spot in told["spots"])
    await companion("GET", f"/api/patients/{patient_id}/reactions", expect=404)
