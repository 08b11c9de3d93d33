"""From a new vial to the mark on the syringe: confirmed in two steps, and hidden until then."""

from asyncio import gather
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.supplies.models import Confirmation
from tests.stories.cast import Browser, World, browser, peptide
from tests.stories.test_evening import a_clinic, a_patient_with

MINE = "/api/patients/me"
FIRST, SECOND, THIRD = "LOT-A", "LOT-B", "LOT-C"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def ug(value: str) -> dict[str, str]:
    return {"value": value, "unit": "ug"}


async def powder(who: Browser, lot: str, milligrams: str, ml: str = "", **facts: Any) -> str:
    """A vial of sermorelin powder, dissolved if `ml` says in how much."""
    body = {
        "id": str(uuid4()), "medicine": "sermorelin", "form": "powder", "pharmacy": "A pharmacy",
        "strengths": [{"substance": "sermorelin", "value": milligrams, "unit": "mg"}],
        "lot": lot, "received_on": "2026-11-20", **facts,
    }  # fmt: skip
    vial = await who("POST", f"{MINE}/vials", body, expect=201)
    if ml:
        await change(who, vial, "/dissolve", method="POST", body={
            "diluent": "bacteriostatic_water", "volume": {"value": ml, "unit": "mL"},
            "at": "2026-11-22T20:00:00Z",
        })  # fmt: skip
    return str(vial["id"])


async def change(
    who: Browser, vial: dict[str, Any], path: str = "", *, method: str = "PATCH", body: Any
) -> Any:
    """A change of a vial as it was seen."""
    answer = await who.client.request(
        method, f"{MINE}/vials/{vial['id']}{path}", json=body,
        headers={"If-Match": f'"{vial["revision"]}"'},
    )  # fmt: skip
    assert answer.is_success, answer.text
    return answer.json()


async def a_line(who: Browser) -> str:
    protocol = await who("GET", f"{MINE}/protocol")
    return str(protocol["current"]["lines"][0]["id"])


async def looked(who: Browser, line: str, **query: str) -> Any:
    """What the page says of how much to draw."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return await who("GET", f"{MINE}/draw?line={line}{more}")


async def read_label(
    who: Browser, line: str, vial: str, value: str = "", *, expect: int = 200, **facts: Any
) -> Any:
    """The first step: what the label says of one millilitre; or that it is the same."""
    said = {"strength": {"value": value, "unit": "mg"}} if value else {"same": True}
    body = {"id": str(uuid4()), "line": line, "vial": vial, **said, **facts}
    return await who("POST", f"{MINE}/draw/confirmations", body, expect=expect)


async def compared(
    who: Browser, shown: Any, mark: str = "", *, syringe: str = "u100_0_5", expect: int = 200
) -> Any:
    """The second step: the mark that was shown beside the old one."""
    confirm = shown["confirm"]
    body = {"mark": mark or confirm["now"]["mark"], "syringe": syringe}
    path = f"{MINE}/draw/confirmations/{confirm['id']}/confirm"
    return await who("POST", path, body, expect=expect)


def nothing_shown(seen: Any) -> None:
    """No mark, no strength and no volume stands anywhere in the answer."""
    assert (seen["draw"], seen["changed"], seen["words"]) == (None, None, None)
    assert seen["vial"]["left"] is None
    assert (seen["vial"]["strength"], seen["vial"]["per_ml"]) == (None, None)
    assert seen["confirm"] is None or seen["confirm"]["now"] is None
    codes = {each["code"] for each in seen["warnings"]}
    assert not codes & {"small_volume", "below_two_units", "over_syringe", "rounding", "over_left"}


async def ready_with(who: Browser, line: str, vial: str, strength: str) -> Any:
    """Both steps at once, as somebody goes through them who has the vial in hand."""
    return await compared(who, await read_label(who, line, vial, strength))


async def somebody_with_tablets(world: World) -> tuple[Browser, str, dict[str, Any], Any]:
    """A patient who takes half a tablet, their line, the pack as entered, and its label as read."""
    who, _ = await a_patient_with(world, peptide(
        medicine="anastrozole", route="oral", amount={"value": "0.5", "unit": "mg"},
    ))  # fmt: skip
    line = await a_line(who)
    pack: dict[str, Any] = {
        "id": str(uuid4()), "medicine": "anastrozole", "form": "tablets", "tablets": 30,
        "strengths": [{"substance": "anastrozole", "value": "1", "unit": "mg"}],
        "lot": "P1", "pharmacy": "A pharmacy", "received_on": "2026-11-20",
    }  # fmt: skip
    await who("POST", f"{MINE}/vials", pack, expect=201)
    return who, line, pack, await read_label(who, line, pack["id"], "1")


async def test_from_the_first_vial_to_one_of_another_strength(world: World) -> None:
    patient, _ = await a_patient_with(world)
    line = await a_line(patient)
    assert (await looked(patient, line))["state"] == "no_vial"

    first = await powder(patient, FIRST, "5")
    seen = await looked(patient, line)
    assert (seen["state"], seen["vial"]["id"]) == ("not_dissolved", first)
    nothing_shown(seen)
    vial = await patient("GET", f"{MINE}/vials/{first}")
    await change(patient, vial, "/dissolve", method="POST", body={
        "diluent": "bacteriostatic_water", "volume": {"value": "2", "unit": "mL"},
        "at": world.time.now.isoformat(),
    })  # fmt: skip
    assert (await looked(patient, line))["state"] == "no_syringe"
    kept = await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})
    assert kept == {"syringe": "u100_0_5", "dead_space": {"value": "2", "unit": "uL"}}

    # The first vial takes both steps, and until the second nothing says how far to draw.
    seen = await looked(patient, line)
    assert (seen["state"], seen["confirm"]["kind"], seen["confirm"]["step"]) == (
        "confirm", "two_steps", 1,
    )  # fmt: skip
    assert seen["confirm"]["before"] is None
    nothing_shown(seen)
    for wrong in ("25", "0.25", "2.51", "2500"):
        refused = await read_label(patient, line, first, wrong, expect=409)
        assert refused["type"] == "/problems/strength-differs"
        assert refused["errors"][0]["field"] == "strength.value"
        assert "label again" in refused["errors"][0]["cure"]
        assert "2.5 " not in refused["detail"]
    assert (
        "10 times as much" in (await read_label(patient, line, first, "25", expect=409))["detail"]
    )
    begun = await read_label(patient, line, first, "2.5")
    assert (begun["state"], begun["confirm"]["step"], begun["draw"]) == ("confirm", 2, None)
    assert begun["confirm"]["now"] == {
        "strength": {"value": "2.5", "unit": "mg"}, "mark": "10", "mark_unit": "units",
        "amount": ug("250"),
    }  # fmt: skip
    assert await looked(patient, line) == begun  # a reload goes on where it was
    refused = await compared(patient, begun, "12", expect=409)
    assert refused["type"] == "/problems/not-what-is-shown"
    assert refused["errors"][0]["field"] == "mark"
    shown = await compared(patient, begun)
    assert (shown["state"], shown["confirm"], shown["changed"]) == ("ready", None, None)
    assert shown["draw"] == {
        "exact": {"value": "0.1", "unit": "mL"}, "volume": {"value": "0.1", "unit": "mL"},
        "mark": "10", "mark_unit": "units", "drawn": ug("250"), "error_percent": "0",
        "substances": [{"substance": "sermorelin", **ug("250")}],
        "words": "Pull the plunger to the 10 mark (0.1 mL): that is the tenth small line. "
        "On this syringe one small line is 1 unit. That is 250 mcg, as prescribed.",
    }  # fmt: skip
    assert shown["label"] == "Arithmetic on the amount you were prescribed."
    assert shown["vial"]["lot"] == FIRST
    assert await compared(patient, begun) == shown  # a repeat changes nothing


async def test_the_next_vial_takes_one_look_and_one_of_another_strength_takes_two(
    world: World,
) -> None:
    patient, _ = await a_patient_with(world)
    line = await a_line(patient)
    first = await powder(patient, FIRST, "5", "2")
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})
    await ready_with(patient, line, first, "2.5")

    # Tonight's dose comes from it; the next vial says the same, and takes one look.
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
    log = {"id": str(uuid4()), "kind": "taken"}
    await patient("PUT", f"/api/doses/{dose['id']}/log", log)
    assert (await looked(patient, line))["vial"]["left"] == {"value": "1.898", "unit": "mL"}
    second = await powder(patient, SECOND, "10", "4")
    seen = await looked(patient, line, vial=second)
    assert (seen["state"], seen["confirm"]["kind"], seen["draw"]) == ("confirm", "one_step", None)
    assert seen["confirm"]["before"]["lot"] == FIRST
    assert seen["vial"]["strength"] == {"value": "2.5", "unit": "mg"}
    same = await read_label(patient, line, second)
    assert (same["state"], same["draw"]["mark"], same["vial"]["lot"]) == ("ready", "10", SECOND)

    # The third is twice as strong: old and new side by side, and nothing before that.
    third = await powder(patient, THIRD, "15", "3")
    seen = await looked(patient, line, vial=third)
    assert (seen["confirm"]["kind"], seen["confirm"]["step"]) == ("two_steps", 1)
    nothing_shown(seen)
    refused = await read_label(patient, line, third, expect=409)  # it is not the same
    assert refused["type"] == "/problems/strength-differs"
    begun = await read_label(patient, line, third, "5")
    assert begun["confirm"]["before"] == {
        "strength": {"value": "2.5", "unit": "mg"}, "mark": "10", "mark_unit": "units",
        "amount": ug("250"), "lot": SECOND,
    }  # fmt: skip
    assert begun["confirm"]["now"]["mark"] == "5"
    assert begun["draw"] is None
    shown = await compared(patient, begun)
    assert (shown["state"], shown["draw"]["mark"]) == ("ready", "5")
    assert shown["changed"] == {
        "mark_before": "10", "mark_unit": "units", "amount_before": ug("250"),
    }  # fmt: skip
    # The first one is still what it was.
    assert (await looked(patient, line, vial=first))["draw"]["mark"] == "10"


async def test_what_changes_meanwhile_is_looked_at_again(world: World) -> None:
    patient, _ = await a_patient_with(world)
    line = await a_line(patient)
    vial = await powder(patient, FIRST, "5", "2")
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})

    # Another phone corrects the water between the two steps; the nearest mark would be the same.
    begun = await read_label(patient, line, vial, "2.5")
    seen = await patient("GET", f"{MINE}/vials/{vial}")
    seen = await change(patient, seen, body={"diluent_volume": {"value": "2.04", "unit": "mL"}})
    refused = await compared(patient, begun, expect=409)
    assert refused["type"] == "/problems/not-what-is-shown"
    assert "has changed" in refused["detail"]
    nothing_shown(await looked(patient, line))
    await change(patient, seen, body={"diluent_volume": {"value": "2.5", "unit": "mL"}})
    assert (await ready_with(patient, line, vial, "2"))["draw"]["mark"] == "12"
    off = (await looked(patient, line))["draw"]
    assert (off["exact"]["value"], off["error_percent"]) == ("0.125", "-4")
    assert off["drawn"] == ug("240")

    # A corrected strength hides the marks again, and the very same one shows them again.
    seen = await patient("GET", f"{MINE}/vials/{vial}")
    back = await change(patient, seen, body={"diluent_volume": {"value": "1", "unit": "mL"}})
    hidden = await looked(patient, line)
    assert (hidden["state"], hidden["confirm"]["kind"]) == ("confirm", "two_steps")
    nothing_shown(hidden)
    await change(patient, back, body={"diluent_volume": {"value": "2.5", "unit": "mL"}})
    assert (await looked(patient, line))["state"] == "ready"

    # A strength without end is typed with as many digits as one likes.
    third = await powder(patient, SECOND, "5", "3")
    for wrong in ("1.7", "1.66", "1.6"):
        await read_label(patient, line, third, wrong, expect=409)
    assert (await read_label(patient, line, third, "1.67"))["confirm"]["now"]["mark"] == "15"

    # Two phones with one id leave one confirmation; with another strength the id is refused.
    sent: dict[str, Any] = {
        "id": str(uuid4()), "line": line, "vial": third,
        "strength": {"value": "1.6667", "unit": "mg"},
    }  # fmt: skip
    path = f"{MINE}/draw/confirmations"
    await gather(*(patient("POST", path, sent) for _ in range(3)))
    other = {**sent, "vial": vial, "strength": {"value": "2", "unit": "mg"}}
    assert (await patient("POST", path, other, expect=409))["type"] == (
        "/problems/another-confirmation"
    )
    async with world.sessions.begin() as session:
        of_id = select(func.count()).where(Confirmation.id == UUID(sent["id"]))
        assert await session.scalar(of_id) == 1


async def test_who_may_see_a_draw_and_what_is_refused(world: World) -> None:
    patient, patient_id = await a_patient_with(world)
    line = await a_line(patient)
    vial = await powder(patient, FIRST, "5", "2")
    await patient("PUT", f"{MINE}/lines/{line}/kit", {
        "syringe": "u100_0_5", "dead_space": {"value": "0.01", "unit": "mL"},
    })  # fmt: skip
    mine = await ready_with(patient, line, vial, "2.5")

    theirs = f"/api/patients/{patient_id}/draw?line={line}"
    stranger = browser(world.app)
    await stranger.sign_up()
    await stranger("GET", theirs, expect=404)
    companion = browser(world.app)
    code = (await patient("POST", "/api/me/companion-invites", {}, expect=201))["code"]
    await companion.sign_up(invite=code, name="Sam")
    assert await companion("GET", theirs) == mine
    clinician = await a_clinic(world)
    await clinician("GET", theirs, expect=404)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    assert await clinician("GET", theirs) == mine

    # Somebody else's line and vial do not exist, and odd words name the field.
    others, _ = await a_patient_with(world)
    await others("GET", f"{MINE}/draw?line={line}", expect=404)
    own = await a_line(others)
    await others("GET", f"{MINE}/draw?line={own}&vial={vial}", expect=404)
    body = {"id": str(uuid4()), "line": own, "vial": vial, "strength": {"value": "1", "unit": "mg"}}
    await others("POST", f"{MINE}/draw/confirmations", body, expect=404)
    await others("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_1"}, expect=404)
    for kit, field in (
        ({"syringe": "a bucket"}, "syringe"),
        ({"syringe": "u100_1", "dead_space": {"value": "5", "unit": "mL"}}, "dead_space.value"),
        ({"syringe": "u100_1", "dead_space": {"value": "0.5", "unit": "uL"}}, "dead_space.value"),
    ):
        refused = await patient("PUT", f"{MINE}/lines/{line}/kit", kit, expect=422)
        assert refused["errors"][0]["field"] == field
        assert refused["errors"][0]["cure"]
    refused = await patient("GET", f"{MINE}/draw?line={line}&syringe=none", expect=422)
    assert refused["errors"][0]["field"] == "syringe"
    both = await read_label(patient, line, vial, "2.5", same=True, expect=422)
    assert both["errors"][0]["field"] == "strength"
    unit: Any = {"value": "1", "unit": "spoons"}
    refused = await read_label(patient, line, vial, "1", expect=422, strength=unit)
    assert refused["errors"][0]["field"] == "strength.unit"
    assert (await patient("GET", f"{MINE}/draw?line={line}"))["draw"] == mine["draw"]


async def test_a_syringe_that_is_too_small_or_too_coarse_gets_no_figure(world: World) -> None:
    testosterone = peptide(
        medicine="testosterone_cypionate", route="intramuscular",
        amount={"value": "150", "unit": "mg"},
        recurrence={"weekdays": [1], "times": ["bedtime"]},
    )  # fmt: skip
    patient, _ = await a_patient_with(world, testosterone)
    line = await a_line(patient)
    body: dict[str, Any] = {
        "id": str(uuid4()), "medicine": "testosterone_cypionate", "form": "solution",
        "strengths": [{"substance": "testosterone cypionate", "value": "200", "unit": "mg"}],
        "volume": {"value": "1", "unit": "mL"}, "lot": "T1", "pharmacy": "A pharmacy",
        "received_on": "2026-11-20", "use_by": "2026-11-25",
    }  # fmt: skip
    await patient("POST", f"{MINE}/vials", body, expect=201)
    seen = await looked(patient, line)
    assert [each["kind"] for each in seen["syringes"]][:2] == ["ml", "ml"]
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "ml_1"})
    begun = await read_label(patient, line, body["id"], "200")
    # On too small a syringe there is no new mark to look at, and the answer says why.
    small = await looked(patient, line, syringe="u100_0_5")
    assert (small["state"], small["confirm"]["now"], small["draw"]) == ("no_figure", None, None)
    assert "2 fillings" in small["warnings"][-1]["text"]
    shown = await compared(patient, begun, syringe="ml_1")
    assert (shown["draw"]["mark"], shown["draw"]["mark_unit"]) == ("0.75", "mL")
    assert [each["code"] for each in shown["warnings"]] == ["discard_soon", "last_of_vial"]
    coarse = await looked(patient, line, syringe="ml_3")
    assert (coarse["state"], coarse["draw"]["mark"]) == ("ready", "0.7")
    assert "rounding" in [each["code"] for each in coarse["warnings"]]
    assert coarse["draw"]["error_percent"] == "-6.7"
    # Past its date it still says how much, and says so first.
    await world.pass_time(days=3)
    late = await looked(patient, line)
    assert (late["state"], late["warnings"][0]["code"]) == ("ready", "past_its_date")
    # Its oil may be what somebody is allergic to: that is asked, and heard before drawing.
    asked = (await patient("GET", "/api/source-checklist"))["questions"]
    (allergy,) = [each for each in asked if each["medicines"]]
    assert (allergy["code"], allergy["medicines"]) == ("allergy", ["testosterone_cypionate"])
    assert "cottonseed oil" in allergy["text"]
    check = {"id": str(uuid4()), "answers": {"allergy": "unsure"}}
    told = await patient("POST", f"{MINE}/vials/{body['id']}/source-checks", check)
    assert told["warnings"][0]["code"] == "allergy"
    assert (await looked(patient, line))["warnings"][0]["code"] == "allergy"


async def test_the_amount_is_the_one_prescribed_for_tonight(world: World) -> None:
    rising = peptide(steps=[{"from": "2026-11-25", "amount": ug("500")}])
    patient, _ = await a_patient_with(world, rising)
    line = await a_line(patient)
    vial = await powder(patient, FIRST, "5", "2")
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})
    shown = await ready_with(patient, line, vial, "2.5")
    assert (shown["draw"]["mark"], shown["amount"]) == ("10", ug("250"))
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
    await patient("PUT", f"/api/doses/{dose['id']}/log", {"id": str(uuid4()), "kind": "taken"})

    # Two nights later the step has come: the same vial needs no new look, but the mark is new.
    await world.pass_time(days=2)
    stepped = await looked(patient, line)
    assert (stepped["draw"]["mark"], stepped["amount"]) == ("20", ug("500"))
    assert stepped["changed"] == {
        "mark_before": "10", "mark_unit": "units", "amount_before": ug("250"),
    }  # fmt: skip

    # On hold the figure stays, and says so; a line that was stopped has none.
    hold = {"since": "2026-11-25", "until": "2026-11-30", "reason": "Away"}
    await patient("POST", f"{MINE}/protocol/lines/{line}/hold", hold)
    held = await looked(patient, line)
    assert (held["state"], held["warnings"][0]["code"]) == ("ready", "not_in_force")
    assert "Monday 30 November" in held["warnings"][0]["text"]
    other = await powder(patient, SECOND, "10", "2")
    begun = await read_label(patient, line, other, "5")
    await patient("POST", f"{MINE}/protocol/lines/{line}/stop", {"reason": "Enough"})
    await compared(patient, begun, expect=409)  # nothing is confirmed of what is not prescribed
    stopped = await looked(patient, line)
    assert (stopped["state"], stopped["warnings"][0]["code"]) == ("no_figure", "not_in_force")
    nothing_shown(stopped)


async def test_another_drug_a_thrown_away_vial_tablets_and_a_blend(world: World) -> None:
    blend = peptide(
        medicine="cjc1295_ipamorelin", form="no_dac", amount=ug("200"),
    )  # fmt: skip
    patient, _ = await a_patient_with(world, blend)
    line = await a_line(patient)
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_3_half"})
    other = await powder(patient, "OTHER", "5", "2")
    wrong = await looked(patient, line, vial=other)
    assert (wrong["state"], wrong["vials"]) == ("no_figure", [])
    assert wrong["warnings"][0]["code"] == "wrong_substance"
    assert "Sermorelin" in wrong["warnings"][0]["text"]
    nothing_shown(wrong)
    refused = await read_label(patient, line, other, "2.5", expect=409)
    assert refused["type"] == "/problems/not-ready-to-draw"

    both = [
        {"substance": name, "value": "5", "unit": "mg"} for name in ("CJC-1295", "ipamorelin")
    ]  # fmt: skip
    facts = {"medicine": "cjc1295_ipamorelin", "strengths": both}
    with_dac = await powder(
        patient, "DAC", "5", "2", medicine_form="with_dac", counts="together", **facts
    )
    long = await looked(patient, line, vial=with_dac)
    assert (long["state"], long["warnings"][0]["code"]) == ("no_figure", "other_form")
    together = await powder(
        patient, FIRST, "5", "2", medicine_form="no_dac", counts="together", **facts
    )
    shown = await ready_with(patient, line, together, "5")
    assert (shown["counts"], shown["draw"]["mark"]) == ("together", "4")
    assert [each["value"] for each in shown["draw"]["substances"]] == ["100", "100"]
    one = await powder(
        patient, SECOND, "5", "2", medicine_form="no_dac", counts="ipamorelin", **facts
    )
    shown = await ready_with(patient, line, one, "2.5")
    assert (shown["counts"], shown["draw"]["mark"]) == ("ipamorelin", "8")
    assert shown["draw"]["drawn"] == ug("200")
    assert {each["lot"] for each in shown["vials"]} == {FIRST, SECOND}

    seen = await patient("GET", f"{MINE}/vials/{one}")
    await change(patient, seen, "/discard", method="POST", body={
        "why": "damaged", "at": world.time.now.isoformat(),
    })  # fmt: skip
    gone = await looked(patient, line, vial=one)
    assert (gone["state"], gone["warnings"][0]["code"]) == ("no_figure", "gone")
    nothing_shown(gone)
    assert [each["lot"] for each in gone["vials"]] == [FIRST]

    # Tablets need no syringe, and their strength is looked at all the same.
    pills, line, pack, begun = await somebody_with_tablets(world)
    path = f"{MINE}/draw/confirmations/{begun['confirm']['id']}/confirm"
    shown = await pills("POST", path, {"mark": "0.50"})
    assert (shown["tablets"], shown["syringe"], shown["state"]) == (True, None, "ready")
    assert shown["draw"]["words"] == "Take half a tablet. That is 0.5 mg, as prescribed."
    assert shown["vial"]["left"] == {"value": "30", "unit": "{tablet}"}
    # As much in one mL as was in a tablet is no strength that was looked at before.
    drops = {
        **pack, "id": str(uuid4()), "form": "solution", "volume": {"value": "5", "unit": "mL"},
    }  # fmt: skip
    del drops["tablets"]
    await pills("POST", f"{MINE}/vials", drops, expect=201)
    await pills("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "ml_1"})
    seen = await looked(pills, line, vial=drops["id"])
    assert (seen["confirm"]["kind"], seen["confirm"]["step"]) == ("two_steps", 1)
    await read_label(pills, line, drops["id"], expect=409)  # it is not the same
    nothing_shown(seen)


@on_sqlite
async def test_a_dose_that_is_tapped_first_tells_nobody_how_much_it_was(world: World) -> None:
    """What is left is a count of the vial, and stays; what one dose was is no fact before somebody
    looked at the label, but arithmetic on what may be mistyped, and who looks it up draws by it."""
    patient, _ = await a_patient_with(world)
    line = await a_line(patient)
    vial = await powder(patient, FIRST, "5", "2")
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
    log = {"id": str(uuid4()), "kind": "taken"}
    taken = await patient("PUT", f"/api/doses/{dose['id']}/log", log)

    async def told() -> tuple[Any, Any, Any, Any]:
        (again, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
        history = await patient("GET", f"{MINE}/vials/{vial}/history")
        (drawn,) = [each for each in history["events"] if each["kind"] == "drawn"]
        seen = await looked(patient, line)
        return (
            again["given"]["vials"][0]["quantity"], drawn["quantity"], seen["vial"]["left"],
            seen["vials"][0]["left"],
        )  # fmt: skip

    assert taken["given"]["vials"][0]["lot"] == FIRST
    assert taken["given"]["vials"][0]["quantity"] is None
    assert await told() == (None, None, None, None)
    nothing_shown(await looked(patient, line))
    shelf = (await patient("GET", f"{MINE}/vials/{vial}"))["left"]
    assert shelf == {"value": "1.898", "unit": "mL"}
    begun = await read_label(patient, line, vial, "2.5")
    assert await told() == (None, None, shelf, shelf)  # one step is not two
    await compared(patient, begun)
    volumes = [{"value": value, "unit": "mL"} for value in ("0.1", "0.102", "1.898", "1.898")]
    assert await told() == tuple(volumes)
    # A corrected label is a new strength: it says nothing before it was looked at.
    seen = await patient("GET", f"{MINE}/vials/{vial}")
    await change(patient, seen, body={"diluent_volume": {"value": "4", "unit": "mL"}})
    assert await told() == (None, None, None, None)
    await world.pass_time(minutes=1)
    # Of another vial that was confirmed, the mark is not compared with one that was not.
    other = await powder(patient, SECOND, "10", "2")
    shown = await ready_with(patient, line, other, "5")
    assert (shown["state"], shown["draw"]["mark"], shown["changed"]) == ("ready", "5", None)
    # One that holds what was confirmed last is looked at once: what is left in it is no secret.
    await powder(patient, THIRD, "10", "2")
    vials = (await looked(patient, line, vial=other))["vials"]
    assert {each["lot"]: each["left"] and each["left"]["value"] for each in vials} == {
        FIRST: None, SECOND: "2", THIRD: "2",
    }  # fmt: skip


@on_sqlite
async def test_a_mark_is_compared_with_the_last_one_only_where_that_is_known(world: World) -> None:
    """Not with the rest of a vial, which is no dose; and not with tablets, which have no marks."""
    patient, _ = await a_patient_with(world)
    line = await a_line(patient)
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_5"})
    first = await powder(patient, FIRST, "0.15", "0.06")
    await ready_with(patient, line, first, "2.5")
    pills, other, pack, begun = await somebody_with_tablets(world)
    path = f"{MINE}/draw/confirmations/{begun['confirm']['id']}/confirm"
    await pills("POST", path, {"mark": "0.5"})
    await world.pass_time(hours=17, minutes=30)
    for who, whole in ((patient, False), (pills, True)):
        (dose, *_) = (await who("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
        log = {"id": str(uuid4()), "kind": "taken"}
        taken = await who("PUT", f"/api/doses/{dose['id']}/log", log)
        codes = [each["code"] for each in taken["given"]["warnings"]]
        assert codes == ([] if whole else ["partly_covered"])

    second = await powder(patient, SECOND, "5", "2")
    shown = await read_label(patient, line, second)
    assert (shown["state"], shown["draw"]["mark"], shown["changed"]) == ("ready", "10", None)
    drops = {
        **pack, "id": str(uuid4()), "form": "solution", "volume": {"value": "5", "unit": "mL"},
        "strengths": [{"substance": "anastrozole", "value": "2", "unit": "mg"}],
    }  # fmt: skip
    del drops["tablets"]
    await pills("POST", f"{MINE}/vials", drops, expect=201)
    await pills("PUT", f"{MINE}/lines/{other}/kit", {"syringe": "ml_1"})
    begun = await read_label(pills, other, drops["id"], "2")
    shown = await compared(pills, begun, syringe="ml_1")
    assert (shown["draw"]["mark"], shown["changed"]) == ("0.25", None)


@on_sqlite
async def test_a_pen_measures_the_dose_itself_and_nobody_draws_from_it(world: World) -> None:
    weekly = peptide(
        medicine="semaglutide", amount={"value": "0.25", "unit": "mg"},
        recurrence={"weekdays": [1], "times": ["bedtime"]},
    )  # fmt: skip
    patient, _ = await a_patient_with(world, weekly)
    line = await a_line(patient)
    body: dict[str, Any] = {
        "id": str(uuid4()), "medicine": "semaglutide", "form": "solution", "lot": "PEN",
        "strengths": [{"substance": "semaglutide", "value": "1.34", "unit": "mg"}],
        "volume": {"value": "1.5", "unit": "mL"}, "pharmacy": "A pharmacy",
        "received_on": "2026-11-20",
    }  # fmt: skip
    await patient("POST", f"{MINE}/vials", body, expect=201)
    seen = await looked(patient, line)
    assert (seen["state"], seen["syringes"][-1]["kind"]) == ("no_syringe", "pen")
    kit = {"syringe": "pen", "dead_space": {"value": "0.01", "unit": "mL"}}
    refused = await patient("PUT", f"{MINE}/lines/{line}/kit", kit, expect=422)
    assert refused["errors"][0]["field"] == "dead_space"
    kept = await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "pen"})
    assert kept["dead_space"] == {"value": "0", "unit": "uL"}

    seen = await looked(patient, line)
    assert (seen["state"], seen["draw"], seen["confirm"], seen["changed"]) == (
        "pen", None, None, None,
    )  # fmt: skip
    assert seen["words"].startswith("Set the pen as your prescription says: 0.25 mg.")
    assert seen["vial"]["left"] == {"value": "1.5", "unit": "mL"}
    # With a syringe it is as with any vial: nothing is shown before it was looked at twice.
    asked = await looked(patient, line, syringe="u100_0_5")
    assert (asked["state"], asked["confirm"]["step"]) == ("confirm", 1)
    nothing_shown(asked)

    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
    log = {"id": str(uuid4()), "kind": "taken"}
    taken = await patient("PUT", f"/api/doses/{dose['id']}/log", log)
    assert [each["quantity"] for each in taken["given"]["vials"]] == [None]
    pen = await patient("GET", f"{MINE}/vials/{body['id']}")
    assert (pen["left"]["value"], pen["discard_on"]) == ("1.313", "2026-12-21")
    history = await patient("GET", f"{MINE}/vials/{body['id']}/history")
    assert ("A dose was taken with the pen", None) in [
        (each["text"], each["quantity"]) for each in history["events"]
    ]
    # Who went over to a syringe has no mark to compare with.
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "u100_0_3_half"})
    begun = await read_label(patient, line, body["id"], "1.34")
    shown = await compared(patient, begun, syringe="u100_0_3_half")
    assert (shown["state"], shown["draw"]["mark"], shown["changed"]) == ("ready", "18.5", None)
    (dose, *_) = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-11-24"))["doses"]
    assert [each["quantity"] for each in dose["given"]["vials"]] == [None]
    await patient("PUT", f"{MINE}/lines/{line}/kit", {"syringe": "pen"})

    # What is wrong with it is said all the same.
    await change(patient, pen, body={"use_by": "2026-11-22"})
    wasted = {
        "id": str(uuid4()), "kind": "counted", "at": world.time.now.isoformat(),
        "quantity": {"value": "0.1", "unit": "mL"},
    }  # fmt: skip
    await patient("POST", f"{MINE}/vials/{body['id']}/stock", wasted)
    seen = await looked(patient, line)
    assert seen["state"] == "pen"
    assert [each["code"] for each in seen["warnings"]] == ["past_its_date", "over_left"]
    assert "about 0.134 mg is left in this pen" in seen["warnings"][1]["text"]
    # Nobody can tell how much of it is in a pen that counts something else.
    pen = await patient("GET", f"{MINE}/vials/{body['id']}")
    units = [{"substance": "semaglutide", "value": "5", "unit": "[IU]"}]
    await change(patient, pen, body={"strengths": units})
    seen = await looked(patient, line)
    assert (seen["state"], seen["words"]) == ("no_figure", None)
