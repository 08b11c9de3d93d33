"""The main path: signed up, prescribed, reminded at bedtime, one tap, read by the clinician."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.accounts.invites import create_clinic, invite_clinician
from app.accounts.models import Preferences
from app.reminders.tick import remind
from tests.push_service import Arrival
from tests.stories.cast import Browser, World, browser, peptide


async def a_clinic(world: World) -> Browser:
    """A clinician in their own browser."""
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name="A clinician")
    return clinician


async def a_patient_with(world: World, *lines: dict[str, object]) -> tuple[Browser, str]:
    """A patient with a phone and a protocol, and their id."""
    patient = browser(world.app)
    me = await patient.sign_up(name="A patient")
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await patient.answer_no()
    await patient(
        "POST", "/api/patients/me/protocol/versions", {"lines": list(lines) or [peptide()]},
        expect=201,
    )  # fmt: skip
    await world.tick()
    return patient, str(me["id"])


def a_tap(reminder: Arrival, dose: dict[str, str], kind: str = "taken") -> dict[str, str]:
    """What the service worker posts for a press on a button."""
    return {
        "token": dose["token"], "receipt": reminder.data["receipt"], "id": str(uuid4()),
        "kind": kind,
    }  # fmt: skip


async def test_a_tap_on_the_bedtime_reminder_reaches_the_clinician(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await clinician("GET", f"/api/patients/{patient_id}/adherence", expect=404)
    link = await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)

    # From five in the morning to bedtime at half past ten: only the neutral lab prompt speaks.
    before = await world.pass_time(hours=17, minutes=29)
    assert all(arrival.data["kind"] == "lab-due" for arrival in before)
    (reminder,) = await world.pass_time(minutes=1)
    assert reminder.notification["title"] == "Evening check-in"
    assert [a["action"] for a in reminder.notification["actions"]] == ["taken", "later"]

    # Nobody answers: it speaks again after twenty minutes, in the same place.
    assert await world.pass_time(minutes=19) == []
    (again,) = await world.pass_time(minutes=1)
    assert again.notification["tag"] == reminder.notification["tag"]
    assert again.data["message"] != reminder.data["message"]

    # The tap on the first notification, from a browser whose session has long expired; twice,
    # because the phone was offline in between.
    (dose,) = reminder.data["doses"]
    tap = {
        "token": dose["token"], "receipt": reminder.data["receipt"], "id": str(uuid4()),
        "kind": "taken", "at": world.time.now.isoformat(),
    }  # fmt: skip
    anybody = browser(world.app)
    for _ in range(2):
        answer = await anybody("POST", "/api/tap", tap)
        assert answer["recorded"] == "taken"
    assert await world.pass_time(hours=6) == []  # no rung speaks any more

    # A clinician's sign-in does not outlive the evening.
    await clinician("GET", f"/api/patients/{patient_id}/adherence?days=30", expect=401)
    await clinician.sign_in()
    answer = await clinician("GET", f"/api/patients/{patient_id}/adherence?days=30")
    (line,) = answer["lines"]
    assert (line["expected"], line["on_time"], line["missed"]) == (1, 1, 0)
    assert answer["reminders"]["due"] == answer["reminders"]["accepted"] == 1
    assert answer["definition"]["skips"]
    panel = await clinician("GET", "/api/clinic/patients")
    assert [row["id"] for row in panel["patients"]] == [patient_id]

    # The patient sees who looked, and ends it.
    log = await patient("GET", "/api/me/access-log")
    assert any(entry["who"] == "A clinician" for entry in log["entries"])
    await patient("DELETE", f"/api/care-links/{link['id']}", expect=204)
    await clinician("GET", f"/api/patients/{patient_id}/adherence", expect=404)


async def test_the_other_outcome_after_a_tap_is_a_conflict_that_shows_what_is_recorded(
    world: World,
) -> None:
    await a_patient_with(world)
    (reminder,) = [
        a for a in await world.pass_time(hours=17, minutes=30) if a.data["kind"] == "dose-due"
    ]
    (dose,) = reminder.data["doses"]
    anybody = browser(world.app)
    tap = a_tap(reminder, dose)
    await anybody("POST", "/api/tap", tap)
    # Another device says the same: nothing changes. It says otherwise: it learns what stands.
    await anybody("POST", "/api/tap", {**tap, "id": str(uuid4())})
    conflict = await anybody(
        "POST", "/api/tap", {**tap, "id": str(uuid4()), "kind": "skipped"}, expect=409
    )
    assert conflict["recorded"]["kind"] == "taken"


async def test_a_tap_long_after_the_window_is_recorded_as_late(world: World) -> None:
    patient, _ = await a_patient_with(world)
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    world.time.advance(days=2)
    tap = a_tap(reminder, reminder.data["doses"][0])
    answer = await browser(world.app)("POST", "/api/tap", tap)
    assert (answer["recorded"], answer["late"]) == ("taken", True)
    adherence = await patient("GET", "/api/patients/me/adherence?days=30")
    assert adherence["pooled"]["late"] == 1


async def test_a_phone_whose_clock_is_wrong_has_tapped_all_the_same(world: World) -> None:
    await a_patient_with(world)
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    fast = (world.time.now + timedelta(hours=1)).isoformat()
    tap = a_tap(reminder, reminder.data["doses"][0])
    answer = await browser(world.app)("POST", "/api/tap", {**tap, "at": fast})
    assert answer["recorded"] == "taken"
    assert datetime.fromisoformat(answer["taken_at"]) == world.time.now


async def test_an_extra_dose_sent_again_the_next_day_is_one(world: World) -> None:
    patient, _ = await a_patient_with(world)
    doses = (await patient("GET", "/api/patients/me/doses"))["doses"]
    extra = {"id": str(uuid4()), "line_id": doses[0]["line_id"]}
    first = await patient("POST", "/api/doses/extra", extra, expect=201)
    world.time.advance(days=1)
    again = await patient("POST", "/api/doses/extra", extra, expect=201)
    assert (again["id"], again["taken_at"]) == (first["id"], first["taken_at"])


async def test_doses_due_together_make_one_notification_that_logs_both(world: World) -> None:
    patient, _ = await a_patient_with(
        world,
        peptide(),
        {
            "medicine": "gonadorelin", "route": "subcutaneous",
            "amount": {"value": "100", "unit": "ug"},
            "recurrence": {"weekdays": [1, 4], "times": ["bedtime"]},
        },
    )  # fmt: skip
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    assert len(reminder.data["doses"]) == 2
    assert reminder.notification["actions"][0]["title"] == "Both taken"
    first, second = reminder.data["doses"]
    anybody = browser(world.app)
    await anybody("POST", "/api/tap", a_tap(reminder, first))
    # One is settled: the next rung speaks of the other alone, in the same place.
    (again,) = await world.pass_time(minutes=20)
    assert [d["dose"] for d in again.data["doses"]] == [second["dose"]]
    assert again.notification["tag"] == reminder.notification["tag"]
    await patient("PUT", f"/api/doses/{second['dose']}/log", {"id": str(uuid4()), "kind": "taken"})
    assert await world.pass_time(hours=5) == []


async def test_a_snooze_moves_the_next_word_and_not_the_dose(world: World) -> None:
    patient, _ = await a_patient_with(world)
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    (dose,) = reminder.data["doses"]
    answer = await browser(world.app)("POST", "/api/tap", a_tap(reminder, dose, kind="snooze"))
    assert answer["recorded"] == "snoozed"
    assert await world.pass_time(minutes=29) == []
    assert len(await world.pass_time(minutes=1)) == 1
    doses = (await patient("GET", "/api/patients/me/doses"))["doses"]
    assert next(d for d in doses if d["id"] == dose["dose"])["due_local"] == "22:30"


async def test_a_tap_from_a_device_that_was_signed_out_is_refused(world: World) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    phone = world.push.a_phone()
    await patient("POST", "/api/push/subscriptions", phone, expect=201)
    await patient.answer_no()
    await patient("POST", "/api/patients/me/protocol/versions", {"lines": [peptide()]}, expect=201)
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    await patient("POST", "/api/auth/logout", {"endpoint": phone["endpoint"]}, expect=204)
    tap = {
        "token": reminder.data["doses"][0]["token"], "receipt": reminder.data["receipt"],
        "id": str(uuid4()), "kind": "taken",
    }  # fmt: skip
    await browser(world.app)("POST", "/api/tap", tap, expect=404)
    assert await world.pass_time(minutes=20) == []  # and nothing is sent there any more


async def test_nothing_that_leaves_the_server_names_a_drug_a_lab_a_clinic_or_a_person(
    world: World,
) -> None:
    await a_patient_with(world)
    await world.pass_time(hours=5)  # ten in the morning
    await world.pass_time(hours=12, minutes=30)
    arrivals = world.push.received
    assert {a.data["kind"] for a in arrivals} == {"dose-due", "lab-due"}
    for arrival in arrivals:
        spoken = str(arrival.message["notification"]).lower()
        for word in ("sermorelin", "peptide", "testosterone", "lab", "blood", "clinic", "patient"):
            words = spoken.replace("lab-due", "")
            assert word not in words, (word, arrival.message)


async def test_detail_is_the_patients_own_choice(world: World) -> None:
    patient, _ = await a_patient_with(world)
    await patient("PATCH", "/api/me/preferences", {"detail": "detailed"})
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    assert "Sermorelin 250 mcg" in reminder.notification["title"]


async def test_a_worker_that_slept_speaks_once_and_not_for_every_rung_it_missed(
    world: World,
) -> None:
    await a_patient_with(world)
    arrivals = await world.pass_time(hours=20, minutes=30)  # three hours after bedtime
    assert len([a for a in arrivals if a.data["kind"] == "dose-due"]) == 1
    # And nothing at all once the window has closed.
    arrivals = await world.pass_time(hours=20)
    assert len([a for a in arrivals if a.data["kind"] == "dose-due"]) == 0


async def test_bad_input_names_the_field_and_changes_nothing(world: World) -> None:
    patient, _ = await a_patient_with(world)
    problem = await patient(
        "POST", "/api/patients/me/protocol/versions",
        {"lines": [peptide(amount={"value": "250", "unit": "mg"})]}, expect=422,
    )  # fmt: skip
    assert problem["errors"][0]["field"].startswith("lines.0.amount")
    assert "250 mcg" in problem["errors"][0]["problem"] + problem["errors"][0]["cure"]
    protocol = await patient("GET", "/api/patients/me/protocol")
    assert protocol["current"]["number"] == 1
    problem = await patient("PATCH", "/api/me/preferences", {"timezone": "Denver"}, expect=422)
    assert "America/Denver" in problem["errors"][0]["cure"]


async def test_one_patients_broken_row_keeps_nobody_elses_reminder(world: World) -> None:
    """A zone that tzdata no longer has, say: the others are reminded all the same."""
    _, broken = await a_patient_with(world)
    await a_patient_with(world)
    world.time.advance(hours=17, minutes=29)
    await world.tick()
    async with world.sessions.begin() as session:
        row = await session.get(Preferences, UUID(broken))
        assert row is not None
        row.timezone = "Mars/Olympus"
    before = len(world.push.received)
    world.time.advance(minutes=1)
    async with world.sessions.begin() as session:
        assert await remind(session, world.mouth, world.time.now) == 2
    await world.courier.run_once(world.time.now)
    assert len(world.push.received) - before == 1


async def test_a_patient_in_care_does_not_pause_their_own_denominator(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    protocol = await patient("GET", "/api/patients/me/protocol")
    (line,) = protocol["current"]["lines"]
    hold = f"/lines/{line['id']}/hold"
    reason = {"reason": "A pause"}
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    await patient("POST", f"/api/patients/me/protocol{hold}", reason, expect=403)
    await clinician("POST", f"/api/patients/{patient_id}/protocol{hold}", reason)


async def test_adding_and_removing_a_device_is_in_the_access_log(world: World) -> None:
    patient, _ = await a_patient_with(world)
    (device,) = (await patient("GET", "/api/push/subscriptions"))["devices"]
    await patient("DELETE", f"/api/push/subscriptions/{device['id']}", expect=204)
    log = await patient("GET", "/api/me/access-log")
    actions = [entry["action"] for entry in log["entries"]]
    assert {"device.added", "device.removed"} <= set(actions)
