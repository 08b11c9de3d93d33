"""Before a growth-hormone peptide starts: asked, stopped, decided by people, and never silenced."""

from typing import Any
from uuid import uuid4

from app.accounts.invites import create_clinic, invite_clinician
from tests.stories.cast import Browser, World, browser, peptide
from tests.story_time import MONDAY


async def answer(who: Browser, patient: str = "me", *, expect: int = 201, **given: str) -> Any:
    """Answer every question: no, unless said otherwise."""
    asked = (await who("GET", "/api/screening/questions"))["questions"]
    answers = {each["code"]: given.get(each["code"], "no") for each in asked}
    body = {"id": str(uuid4()), "answers": answers, "note": ""}
    return await who("POST", f"/api/patients/{patient}/screenings", body, expect=expect)


async def in_care(world: World, scope: str = "change") -> tuple[Browser, str, Browser]:
    """A patient with a phone, their id, and the clinician they let in."""
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name="A clinician")
    patient = browser(world.app)
    me = await patient.sign_up(name="A patient")
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    body = {"code": invite["code"], "scope": scope}
    await patient("POST", "/api/care-links", body, expect=201)
    return patient, str(me["id"]), clinician


async def propose(world: World, clinician: Browser, patient_id: str, **facts: Any) -> Any:
    path = f"/api/patients/{patient_id}/protocol"
    newest = (await clinician("GET", path))["versions"]
    body = {
        "reason": "as agreed", "lines": [peptide()],
        "based_on": newest[0]["number"] if newest else None,
        "overrides": [{"code": "baseline_labs_missing", "reason": "drawn elsewhere"}],
    }  # fmt: skip
    return await clinician("POST", f"{path}/versions", body | facts, expect=201)


async def test_an_unsure_answer_stops_the_start_until_a_clinician_has_decided(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world)
    await propose(world, clinician, patient_id)
    confirm = "/api/patients/me/protocol/versions/1/acknowledge"

    stands = await patient("GET", "/api/patients/me/screenings")
    assert (stands["state"], stands["due_on"]) == ("due", "2026-11-23")
    refused = await patient("POST", confirm, expect=409)
    assert refused["type"] == "/problems/screening-needed"

    stands = await answer(patient, severe_diabetic_retinopathy="unsure")
    assert stands["state"] == "stopped"
    refused = await patient("POST", confirm, expect=409)
    assert refused["type"] == "/problems/screening-stops"
    assert "clinic" in refused["cure"].lower()
    assert (await patient("GET", "/api/patients/me/protocol"))["current"] is None

    # The clinician sees it before anything else, and decides; the patient cannot.
    (flag,) = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert (flag["code"], flag["severity"]) == ("screening_unsure", "red")
    (row,) = (await clinician("GET", "/api/clinic/patients"))["patients"]
    assert row["flags"] == 1
    (given,) = stands["screenings"]
    decide = f"/api/patients/{patient_id}/screenings/{given['id']}/override"
    await patient("POST", decide, {"reason": "I feel fine"}, expect=403)
    for reason in ("eyes checked last week", "said again"):
        stands = await clinician("POST", decide, {"reason": reason})
    assert stands["state"] == "overridden"
    assert stands["due_on"] == "2027-11-23"
    decided = stands["screenings"][0]["override"]
    assert (decided["reason"], decided["author"]["name"]) == (
        "eyes checked last week", "A clinician",
    )  # fmt: skip

    version = await patient("POST", confirm)
    assert version["state"] == "in_force"
    (flag,) = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert (flag["severity"], flag["overridden"]) == ("amber", True)
    (row,) = (await clinician("GET", "/api/clinic/patients"))["patients"]
    assert row["flags"] == 0


async def test_a_yes_on_a_running_peptide_raises_a_flag_and_never_stops_a_reminder(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    await propose(world, clinician, patient_id)
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    await world.tick()
    nights = "/api/patients/me/doses?from=2026-11-23&to=2026-11-30"
    planned = (await patient("GET", nights))["doses"]

    stands = await answer(patient, active_malignancy="yes")
    assert stands["state"] == "stopped"
    assert (await patient("GET", nights))["doses"] == planned, "the plan is as it was"
    arrivals = await world.pass_time(hours=17, minutes=30)
    assert "dose-due" in [arrival.data["kind"] for arrival in arrivals]
    await clinician.sign_in()
    (flag,) = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert (flag["code"], flag["severity"]) == ("screening_yes", "red")
    assert "reminders go on" in flag["text"]

    # A later no does not make it go away, and another peptide does not start.
    assert (await answer(patient))["state"] == "stopped"
    await propose(world, clinician, patient_id, lines=[
        peptide(), peptide(medicine="cjc1295_ipamorelin", form="no_dac"),
    ])  # fmt: skip
    refused = await patient("POST", "/api/patients/me/protocol/versions/2/acknowledge", expect=409)
    assert refused["type"] == "/problems/screening-stops"
    # Only a hold by a person pauses it.
    line = (await patient("GET", "/api/patients/me/protocol"))["current"]["lines"][0]["id"]
    await clinician(
        "POST", f"/api/patients/{patient_id}/protocol/lines/{line}/hold", {"reason": "to be seen"}
    )
    arrivals = await world.pass_time(hours=24)
    assert "dose-due" not in [arrival.data["kind"] for arrival in arrivals]


async def test_the_questions_come_again_after_a_year_and_what_runs_goes_on(world: World) -> None:
    patient, patient_id, clinician = await in_care(world)
    await answer(patient)
    await propose(world, clinician, patient_id)
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    await world.pass_time(days=364)
    await patient.sign_in()
    assert (await patient("GET", "/api/patients/me/screenings"))["state"] == "clear"
    await world.pass_time(days=1)
    stands = await patient("GET", "/api/patients/me/screenings")
    assert (stands["state"], stands["due_on"]) == ("due", "2027-11-23")
    await clinician.sign_in()
    flags = [
        flag
        for flag in (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
        if flag["code"].startswith("screening")  # of a year without a dose there is more to say
    ]
    assert [(flag["code"], flag["severity"]) for flag in flags] == [("screening_due", "amber")]
    arrivals = await world.pass_time(hours=17, minutes=30)
    assert "dose-due" in [arrival.data["kind"] for arrival in arrivals]
    # A change of what runs already needs no answers first; the answers end the flag.
    await clinician.sign_in()
    await propose(world, clinician, patient_id, reason="another amount", lines=[
        peptide(amount={"value": "300", "unit": "ug"})
    ])  # fmt: skip
    await patient("POST", "/api/patients/me/protocol/versions/2/acknowledge")
    await answer(patient)
    flags = (await clinician("GET", f"/api/patients/{patient_id}/flags"))["flags"]
    assert not [flag for flag in flags if flag["code"].startswith("screening")]


async def test_answers_come_from_the_patient_or_who_may_change_and_nothing_odd_is_kept(
    world: World,
) -> None:
    patient, patient_id, clinician = await in_care(world, scope="see")
    path = f"/api/patients/{patient_id}/screenings"
    refused = await answer(clinician, patient_id, expect=403)
    assert refused["type"] == "/problems/only-looking"
    assert (await clinician("GET", path))["state"] == "not_needed"
    stranger = browser(world.app)
    await stranger.sign_up(name="Somebody")
    await stranger("GET", path, expect=404)
    await answer(stranger, patient_id, expect=404)

    key = str(uuid4())
    whole = {"active_malignancy": "no", "severe_diabetic_retinopathy": "no"}
    for body in (
        {"id": key, "answers": {"active_malignancy": "no"}},
        {"id": key, "answers": whole | {"star_sign": "yes"}},
        {"id": key, "answers": whole | {"active_malignancy": "maybe"}},
        {"id": key, "answers": whole, "note": "x" * 501},
        {"id": "1", "answers": whole},
        {"id": key, "answers": []},
        {"id": key, "answers": {f"q{n}": "no" for n in range(50)}},
    ):
        refused = await patient("POST", "/api/patients/me/screenings", body, expect=422)
        assert refused["errors"][0]["field"]
        assert refused["errors"][0]["cure"]
    assert (await patient("GET", path))["screenings"] == []

    # The same answers from a phone that was offline arrive twice and count once.
    body = {"id": key, "answers": whole, "note": "asked by phone"}
    for _ in range(2):
        stands = await patient("POST", path, body, expect=201)
    (kept,) = stands["screenings"]
    assert (kept["id"], kept["answered_at"]) == (key, MONDAY.isoformat().replace("+00:00", "Z"))
    other = {**body, "answers": whole | {"active_malignancy": "yes"}}
    await patient("POST", path, other, expect=409)
