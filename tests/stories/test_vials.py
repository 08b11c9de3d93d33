"""From a new vial to its last drop: entered, dissolved, drawn from, counted, thrown away."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.stories.cast import Browser, World, browser, peptide
from tests.stories.test_evening import a_clinic, a_patient_with, a_tap

MINE = "/api/patients/me"
WATER = {"diluent": "bacteriostatic_water"}


def powder(**facts: Any) -> dict[str, Any]:
    """A vial of 5 mg as its label says; in 2 mL, 250 mcg are a tenth of a millilitre."""
    return {
        "id": str(uuid4()), "medicine": "sermorelin", "form": "powder", "lot": "A1",
        "strengths": [{"substance": "Sermorelin", "value": "5", "unit": "mg"}],
        "pharmacy": "A pharmacy", "received_on": "2026-11-23", **facts,
    }  # fmt: skip


async def change(
    who: Browser, vial: dict[str, Any], path: str, body: Any, *, method: str = "POST",
    expect: int = 200, of: str = "me",
) -> Any:  # fmt: skip
    """Change a vial, meaning the revision that was seen."""
    answer = await who.client.request(
        method, f"/api/patients/{of}/vials/{vial['id']}{path}", json=body,
        headers={"If-Match": f'"{vial["revision"]}"'},
    )  # fmt: skip
    assert answer.status_code == expect, answer.text
    return answer.json()


async def on_shelf(who: Browser, *, of: str = "me", gone: bool = True) -> dict[str, Any]:
    told = await who("GET", f"/api/patients/{of}/vials?gone={str(gone).lower()}")
    return {vial["lot"]: vial for vial in told["vials"]}


async def doses(who: Browser, first: str, until: str) -> list[dict[str, Any]]:
    told = await who("GET", f"{MINE}/doses?from={first}&to={until}")
    return [each for each in told["doses"] if not each["extra"]]


async def take(who: Browser, dose: dict[str, Any], **facts: Any) -> Any:
    body = {"id": str(uuid4()), "kind": "taken", **facts}
    return await who("PUT", f"/api/doses/{dose['id']}/log", body)


async def test_one_tap_takes_the_dose_from_the_vial_in_use(world: World) -> None:
    patient, _ = await a_patient_with(world, peptide())
    new = powder()
    vial = await patient("POST", f"{MINE}/vials", new, expect=201)
    assert (vial["status"], vial["left"], vial["per_ml"]) == ("not_dissolved", None, None)
    assert vial["medicine_name"] == "Sermorelin"
    assert (vial["counts"], vial["revision"]) == ("Sermorelin", 1)
    assert len(vial["lines"]) == 1
    same = await patient("POST", f"{MINE}/vials", new, expect=201)
    assert same == vial
    # Dissolved in 2 mL: 2.5 mg in each, twenty doses, and 28 days from now on.
    at = world.time.now.isoformat()
    body = {**WATER, "volume": {"value": "2", "unit": "mL"}, "at": at}
    vial = await change(patient, vial, "/dissolve", body)
    assert vial["per_ml"] == [{"substance": "Sermorelin", "value": "2.5", "unit": "mg"}]
    assert (vial["status"], vial["left"]["value"], vial["doses_left"]) == ("in_use", "2", 20)
    assert (vial["discard_on"], vial["discard_why"]) == ("2026-12-21", "opened")
    assert vial["left_amount"] == {"value": "5", "unit": "mg"}
    await change(patient, {**vial, "revision": 1}, "/open", {"at": at}, expect=412)

    await world.pass_time(hours=17, minutes=30)
    tonight, *_ = await doses(patient, "2026-11-23", "2026-11-24")
    taken = await take(patient, tonight)
    assert taken["given"] == {
        "vials": [{
            "id": vial["id"], "lot": "A1", "medicine_name": "Sermorelin",
            "quantity": None,  # until its strength was confirmed, nobody is told how much it was
        }],
        "assumed": True, "site": None, "asks": {"vial": False, "site": True}, "warnings": [],
    }  # fmt: skip
    assert (await on_shelf(patient))["A1"]["left"]["value"] == "1.9"
    # What was really taken was more: the vial follows the correction, and gives it back.
    more = {
        "id": str(uuid4()), "kind": "taken", "replaces": taken["outcome_id"],
        "amount": {"value": "500", "unit": "ug"}, "confirmed": True,
    }  # fmt: skip
    await patient("POST", f"/api/doses/{tonight['id']}/amend", more)
    assert (await on_shelf(patient))["A1"]["left"]["value"] == "1.8"
    await patient("POST", f"/api/doses/{tonight['id']}/undo", {"id": str(uuid4())})
    assert (await on_shelf(patient))["A1"]["left"]["value"] == "2"
    again = await take(patient, tonight)
    assert again["given"]["vials"][0]["lot"] == "A1"
    # A dose that was left out, and one outside the plan.
    extra = {"id": str(uuid4()), "line_id": tonight["line_id"], "confirmed": True}
    added = await patient("POST", "/api/doses/extra", extra, expect=201)
    assert added["given"]["vials"][0]["lot"] == "A1"
    assert (await on_shelf(patient))["A1"]["left"]["value"] == "1.8"


async def test_a_tap_on_the_notification_draws_from_the_vial_as_well(world: World) -> None:
    patient, _ = await a_patient_with(world, peptide())
    vial = powder(
        reconstituted_at=world.time.now.isoformat(), diluent_volume={"value": "2", "unit": "mL"},
        **WATER,
    )  # fmt: skip
    await patient("POST", f"{MINE}/vials", vial, expect=201)
    (reminder,) = await world.pass_time(hours=17, minutes=30)
    tap = a_tap(reminder, reminder.data["doses"][0])
    for _ in range(2):
        await browser(world.app)("POST", "/api/tap", tap)
    shelf = await on_shelf(patient)
    assert (shelf["A1"]["left"]["value"], shelf["A1"]["drawn_doses"]) == ("1.9", 1)


async def test_what_is_said_of_the_vial_stands_and_nothing_is_refused(world: World) -> None:
    patient, _ = await a_patient_with(world, peptide())
    ready = {
        "reconstituted_at": world.time.now.isoformat(),
        "diluent_volume": {"value": "2", "unit": "mL"}, **WATER,
    }  # fmt: skip
    old = powder(lot="OLD", use_by="2026-11-20", **ready)
    old = await patient("POST", f"{MINE}/vials", old, expect=201)
    assert old["status"] == "past_its_date"
    assert {each["code"] for each in old["warnings"]} == {"expired_when_received", "past_its_date"}
    await world.pass_time(hours=17, minutes=30)
    tonight, *_ = await doses(patient, "2026-11-23", "2026-11-24")
    # Only a vial past its date is left: none is assumed, and the answer asks.
    taken = await take(patient, tonight)
    assert taken["given"]["asks"]["vial"]
    assert (taken["given"]["vials"], taken["given"]["assumed"]) == ([], None)
    path = f"{MINE}/doses/{tonight['id']}/vial"
    said = {"id": str(uuid4()), "vial": old["id"]}
    for _ in range(2):
        told = await patient("PUT", path, said)
    assert (told["given"]["assumed"], told["given"]["asks"]["vial"]) == (False, False)
    assert [each["code"] for each in told["given"]["warnings"]] == ["past_its_date"]
    assert (await on_shelf(patient))["OLD"]["left"]["value"] == "1.9"
    # From none of those on record; then the correction keeps what was said.
    told = await patient("PUT", path, {"id": str(uuid4()), "vial": None})
    assert (told["given"]["vials"], told["given"]["assumed"]) == ([], False)
    assert not told["given"]["asks"]["vial"]
    later = {"id": str(uuid4()), "kind": "taken", "replaces": told["outcome_id"], "note": "Late"}
    told = await patient("POST", f"/api/doses/{tonight['id']}/amend", later)
    assert told["given"]["assumed"] is False
    # The same id for another vial, a vial of somebody else, and a dose that was not taken.
    await patient("PUT", path, {**said, "vial": None}, expect=422)
    await patient("PUT", path, {"id": str(uuid4()), "vial": str(uuid4())}, expect=404)
    await patient("POST", f"/api/doses/{tonight['id']}/undo", {"id": str(uuid4())})
    await patient("PUT", path, {"id": str(uuid4()), "vial": old["id"]}, expect=409)


async def test_the_rest_of_one_vial_some_of_the_next_and_what_was_counted(world: World) -> None:
    patient, _ = await a_patient_with(world, peptide())
    ready = {
        "reconstituted_at": world.time.now.isoformat(),
        "diluent_volume": {"value": "2", "unit": "mL"}, **WATER,
    }  # fmt: skip
    first = await patient("POST", f"{MINE}/vials", powder(**ready), expect=201)
    world.time.advance(seconds=1)  # of two with one date, the one that came first is used first
    double = [{"substance": "Sermorelin", "value": "10", "unit": "mg"}]
    second = powder(lot="A2", strengths=double, expires_on="2027-11-01", **ready)
    second = await patient("POST", f"{MINE}/vials", second, expect=201)
    entry = {
        "id": str(uuid4()), "kind": "counted", "quantity": {"value": "0.06", "unit": "mL"},
        "at": world.time.now.isoformat(),
    }  # fmt: skip
    counted = await patient("POST", f"{MINE}/vials/{first['id']}/stock", entry)
    assert (counted["left"]["value"], counted["doses_left"]) == ("0.06", 0)
    await world.pass_time(hours=17, minutes=30)
    tonight, *_ = await doses(patient, "2026-11-23", "2026-11-24")
    taken = await take(patient, tonight)
    assert [each["lot"] for each in taken["given"]["vials"]] == ["A1", "A2"]
    shelf = await on_shelf(patient)  # of the one 150 mcg, of the other 100
    assert (shelf["A1"]["status"], shelf["A2"]["left"]["value"]) == ("empty", "1.98")
    codes = [each["code"] for each in shelf["A2"]["warnings"]]
    assert "strength_changed" not in codes  # both were first drawn from in the same moment
    # The count was a mistake: taken back, it stands in the history as such.
    path = f"{MINE}/vials/{first['id']}"
    for _ in range(2):
        told = await patient("POST", f"{path}/stock/{entry['id']}/void", {})
    assert told["left"]["value"] == "1.94"
    history = await patient("GET", f"{path}/history")
    kinds = [(each["kind"], each["voided"]) for each in history["events"]]
    assert kinds[0] == ("drawn", False)
    assert sorted(kinds[1:]) == [("counted", True), ("entered", False)]
    drawn = history["events"][0]
    assert (drawn["dose"], drawn["assumed"], drawn["quantity"]) == (tonight["id"], True, None)
    # Thrown away, what was in it is gone; kept after all, it is there again.
    gone = await change(
        patient, told, "/discard", {"why": "damaged", "at": world.time.now.isoformat()}
    )
    assert (gone["status"], gone["left"]["value"]) == ("gone", "0")
    assert set(await on_shelf(patient, gone=False)) == {"A2"}
    kept = await change(patient, gone, "/keep", {})
    assert kept["left"]["value"] == "1.94"


async def test_a_dose_of_which_only_some_was_left_is_told_so_until_somebody_says_more(
    world: World,
) -> None:
    """The last drops, and no other vial: less was taken, or there was more in it, or elsewhere."""
    patient, _ = await a_patient_with(world, peptide())
    ready = {
        "reconstituted_at": world.time.now.isoformat(),
        "diluent_volume": {"value": "0.16", "unit": "mL"}, **WATER,
        "strengths": [{"substance": "Sermorelin", "value": "400", "unit": "ug"}],
    }  # fmt: skip
    vial = await patient("POST", f"{MINE}/vials", powder(**ready), expect=201)
    await world.pass_time(hours=17, minutes=30)
    tonight, *_ = await doses(patient, "2026-11-23", "2026-11-24")
    assert (await take(patient, tonight))["given"]["warnings"] == []
    await world.pass_time(days=1)
    tonight, *_ = await doses(patient, "2026-11-24", "2026-11-25")
    taken = await take(patient, tonight)
    for given in (taken["given"], (await doses(patient, "2026-11-24", "2026-11-25"))[0]["given"]):
        assert [each["id"] for each in given["vials"]] == [vial["id"]]
        assert (given["assumed"], given["asks"]["vial"]) == (True, True)
        assert [each["code"] for each in given["warnings"]] == ["partly_covered"]
        assert "vial" in given["warnings"][0]["text"]
    assert (await on_shelf(patient))["A1"]["left"]["value"] == "0"
    less = {
        "id": str(uuid4()), "kind": "taken", "replaces": taken["outcome_id"],
        "amount": {"value": "150", "unit": "ug"},
    }  # fmt: skip
    told = await patient("POST", f"/api/doses/{tonight['id']}/amend", less)
    assert (told["given"]["warnings"], told["given"]["asks"]["vial"]) == ([], False)
    whole = {"id": str(uuid4()), "kind": "taken", "replaces": less["id"]}
    told = await patient("POST", f"/api/doses/{tonight['id']}/amend", whole)
    assert told["given"]["asks"]["vial"]
    said = {"id": str(uuid4()), "vial": vial["id"]}
    told = await patient("PUT", f"{MINE}/doses/{tonight['id']}/vial", said)
    assert (told["given"]["assumed"], told["given"]["asks"]["vial"]) == (False, False)
    assert [each["code"] for each in told["given"]["warnings"]] == ["overdrawn"]


async def test_patient_and_clinic_write_in_one_record_and_say_where_a_vial_is_from(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world, peptide())
    clinician = await a_clinic(world)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    person = (await patient("GET", "/api/me"))["id"]
    vial = await patient("POST", f"{MINE}/vials", powder(), expect=201)
    assert vial["source"] == {"state": "unverified", "at": None, "by": None, "answers": None}
    asked = (await clinician("GET", "/api/source-checklist"))["questions"]
    assert all(each["source"].startswith("[") for each in asked)
    path = f"/api/patients/{person}/vials/{vial['id']}/source-checks"
    yes = {"id": str(uuid4()), "answers": {each["code"]: "yes" for each in asked}}
    for _ in range(2):
        told = await clinician("POST", path, yes)
    assert told["source"]["state"] == "verified"
    assert told["source"]["by"]["role"] == "clinician"
    await clinician("POST", path, {**yes, "note": "Another"}, expect=409)
    world.time.advance(minutes=5)
    doubt = {"id": str(uuid4()), "answers": {"seal": "no", "label": "unsure"}}
    told = await patient("POST", f"{MINE}/vials/{vial['id']}/source-checks", doubt)
    assert told["source"]["state"] == "doubtful"
    # A doubtful vial is as usable as any other.
    body = {
        **WATER, "volume": {"value": "2.5", "unit": "mL"},
        "at": (world.time.now - timedelta(minutes=1)).isoformat(),
    }  # fmt: skip
    told = await change(clinician, told, "/dissolve", body, of=person)
    assert told["status"] == "in_use"
    await change(patient, {**told, "revision": 1}, "", {"note": "x"}, method="PATCH", expect=412)
    told = await change(patient, told, "", {"lot": "B7", "storage": "refrigerator"}, method="PATCH")
    assert (told["lot"], told["storage"], told["per_ml"][0]["value"]) == ("B7", "refrigerator", "2")
    history = await clinician("GET", f"/api/patients/{person}/vials/{vial['id']}/history")
    assert {each["kind"] for each in history["events"]} == {
        "entered", "source_checked", "dissolved", "changed",
    }  # fmt: skip
    log = await patient("GET", "/api/me/access-log")
    assert "dissolved" in str(log)
    assert "B7" not in str(log)
