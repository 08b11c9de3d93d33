"""The record of doses: what a patient lives, word for word as a reader may trust it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from app.accounts.invites import create_clinic, invite_clinician
from app.doses.models import Event
from tests.push_service import Arrival
from tests.stories.cast import Browser, World, browser

TONIGHT = "2026-11-23"


def evening(**facts: Any) -> dict[str, Any]:
    """A line every night at bedtime, 22:30, open until 04:00, with no rule about spacing."""
    return {
        "medicine": "gonadorelin", "route": "subcutaneous",
        "amount": {"value": "100", "unit": "ug"}, "recurrence": {"times": ["bedtime"]},
        "min_gap_minutes": None, **facts,
    }  # fmt: skip


async def a_patient(world: World, *lines: dict[str, Any], phone: bool = True) -> Browser:
    """A patient at five in the morning, with a protocol and perhaps a phone."""
    patient = browser(world.app)
    await patient.sign_up(name="Pat")
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    if phone:
        await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    await patient(
        "POST", "/api/patients/me/protocol/versions", {"lines": list(lines) or [evening()]},
        expect=201,
    )  # fmt: skip
    await world.tick()
    return patient


async def a_clinician(world: World, patient: Browser) -> tuple[Browser, str]:
    """A clinician whom the patient lets change their record, and the patient's id."""
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name="The clinician")
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    return clinician, str((await patient("GET", "/api/me"))["id"])


async def doses(who: Browser, patient: str = "me", since: str = TONIGHT) -> list[Any]:
    """The doses of the nights from `since` on, in order of time."""
    until = datetime.fromisoformat(since).date() + timedelta(days=14)
    path = f"/api/patients/{patient}/doses?from={since}&to={until}"
    return list((await who("GET", path))["doses"])


def said(kind: str = "taken", **facts: Any) -> dict[str, Any]:
    """A report with an id of its own."""
    return {"id": str(uuid4()), "kind": kind, **facts}


def bedtime_reminders(arrivals: list[Arrival]) -> list[Arrival]:
    return [arrival for arrival in arrivals if arrival.data["kind"] == "dose-due"]


async def test_every_dose_is_in_a_state_that_a_reader_can_trust(world: World) -> None:
    patient = await a_patient(world)
    ids = [dose["id"] for dose in await doses(patient)]
    assert (await doses(patient))[0]["state"] == "upcoming"
    await world.pass_time(hours=17, minutes=30)  # 22:30
    assert (await doses(patient))[0]["state"] == "open"
    taken = await patient("PUT", f"/api/doses/{ids[0]}/log", said())
    assert (taken["state"], taken["late"], taken["means"]) == ("taken", False, "app")
    await world.pass_time(hours=27)  # 01:30 of the second night
    late = await patient("PUT", f"/api/doses/{ids[1]}/log", said())
    assert (late["state"], late["late"]) == ("taken", True)
    await world.pass_time(hours=21)
    skipped = await patient("PUT", f"/api/doses/{ids[2]}/log", said("skipped", reason="unwell"))
    assert (skipped["state"], skipped["reason"]) == ("skipped", "unwell")
    await world.pass_time(hours=24)
    assert (await doses(patient))[3]["state"] == "open"
    await world.pass_time(hours=5, minutes=30)  # 04:00: nobody logged anything
    fourth = (await doses(patient))[3]
    assert (fourth["state"], fourth["events"]) == ("missed", [])
    line = fourth["line_id"]
    await patient(
        "POST", f"/api/patients/me/protocol/lines/{line}/hold",
        {"reason": "surgery", "since": "2026-11-28"},
    )  # fmt: skip
    assert [(d["state"], d["held_for"]) for d in (await doses(patient))[4:6]] == [
        ("upcoming", None), ("held", "hold"),
    ]  # fmt: skip


async def test_dismissing_a_reminder_changes_nothing_and_unlogged_is_never_taken(
    world: World,
) -> None:
    patient = await a_patient(world)
    (reminder,) = bedtime_reminders(await world.pass_time(hours=17, minutes=30))
    await patient("POST", "/api/push/receipts", {"receipt": reminder.data["receipt"]}, expect=204)
    (again,) = bedtime_reminders(await world.pass_time(minutes=20))  # swiped away: it asks again
    assert again.data["doses"][0]["dose"] == reminder.data["doses"][0]["dose"]
    first = (await doses(patient))[0]
    assert (first["state"], first["events"], first["reminder"]["state"]) == ("open", [], "shown")
    await world.pass_time(hours=6)
    assert (await doses(patient))[0]["state"] == "missed"
    adherence = await patient("GET", "/api/patients/me/adherence?days=30")
    pooled = adherence["pooled"]  # of a line that was never taken yet, counted apart
    assert (pooled["taken"], pooled["before_initiation"]) == (0, 1)


async def test_an_intake_keeps_when_it_was_and_when_it_was_logged(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=26)  # 07:00 of the morning after
    (dose, *_) = await doses(patient)
    told = await patient(
        "PUT", f"/api/doses/{dose['id']}/log", said(taken_at="2026-11-23T22:40:00-07:00")
    )
    assert (told["state"], told["late"]) == ("taken", False)
    assert told["taken_at"] == "2026-11-24T05:40:00Z"
    assert told["logged_at"] == "2026-11-24T14:00:00Z"


async def test_another_amount_is_recorded_with_its_reason_beside_the_planned_one(
    world: World,
) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = await doses(patient)
    half = {"value": "50", "unit": "ug"}
    told = await patient(
        "PUT", f"/api/doses/{dose['id']}/log", said(amount=half, amount_reason="ran_out")
    )
    assert (told["amount"]["value"], told["taken_amount"]) == ("100", half)
    assert told["amount_reason"] == told["events"][0]["amount_reason"] == "ran_out"
    assert told["events"][0]["amount"] == half


async def test_the_planned_amount_in_another_unit_is_no_other_amount(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = await doses(patient)
    same = {"value": "0.1", "unit": "mg"}
    told = await patient("PUT", f"/api/doses/{dose['id']}/log", said(amount=same))
    assert told["taken_amount"] is None


async def test_a_slip_of_the_unit_is_asked_about_and_then_recorded(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = await doses(patient)
    path, slip = f"/api/doses/{dose['id']}/log", said(amount={"value": "100", "unit": "mg"})
    asked = await patient("PUT", path, slip, expect=409)
    assert (asked["type"], asked["code"]) == ("/problems/ask-again", "amount_far_off")
    assert asked["planned"] == {"value": "100", "unit": "ug"}
    assert (await doses(patient))[0]["events"] == []
    told = await patient("PUT", path, slip | {"confirmed": True})
    assert told["taken_amount"] == {"value": "100", "unit": "mg"}
    clinician, record = await a_clinician(world, patient)
    await world.pass_time(minutes=1)
    [flag] = (await clinician("GET", f"/api/patients/{record}/flags"))["flags"]
    assert (flag["code"], flag["severity"]) == ("amount_far_off", "red")
    assert flag["text"].startswith(f"{dose['label']}: 1 dose recorded with ten times")
    right = said(replaces=told["outcome_id"])
    await patient("POST", f"/api/doses/{dose['id']}/amend", right)
    assert (await clinician("GET", f"/api/patients/{record}/flags"))["flags"] == []


async def test_a_dose_outside_the_plan_is_a_dose_of_its_own_in_no_rate(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=9)  # 14:00
    line = (await doses(patient))[0]["line_id"]
    given = {"id": str(uuid4()), "line_id": line, "note": "took one at noon"}
    first = await patient("POST", "/api/doses/extra", given, expect=201)
    assert (first["extra"], first["state"], first["night"]) == (True, "taken", TONIGHT)
    again = await patient("POST", "/api/doses/extra", given, expect=201)
    assert again == first
    adherence = await patient("GET", "/api/patients/me/adherence?days=30")
    assert (adherence["pooled"]["extra"], adherence["pooled"]["expected"]) == (1, 0)
    undone = await patient("POST", f"/api/doses/{first['id']}/undo", {"id": str(uuid4())})
    await world.pass_time(hours=26)
    extra = next(dose for dose in await doses(patient) if dose["extra"])
    assert (undone["state"], extra["state"]) == ("rest", "rest")  # never expected, never missed


async def test_undoing_and_correcting_append_and_overwrite_nothing(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = await doses(patient)
    path = f"/api/doses/{dose['id']}"
    wrong = await patient("PUT", f"{path}/log", said("skipped", reason="forgot"))
    right = said(replaces=wrong["outcome_id"], taken_at="2026-11-23T19:00:00-07:00")
    for _ in range(2):  # a repeat changes nothing
        told = await patient("POST", f"{path}/amend", right)
    assert (told["state"], told["late"], told["outcome_id"]) == ("taken", True, right["id"])
    assert [(e["kind"], e["amends"]) for e in told["events"]] == [
        ("skipped", None), ("taken", wrong["outcome_id"]),
    ]  # fmt: skip
    stale = said(replaces=wrong["outcome_id"])
    conflict = await patient("POST", f"{path}/amend", stale, expect=409)
    assert conflict["type"] == "/problems/no-longer-stands"
    assert conflict["recorded"]["id"] == right["id"]
    noted = await patient("POST", f"{path}/amend", said(replaces=right["id"], note="left thigh"))
    assert noted["taken_at"] == "2026-11-24T02:00:00Z"  # a note moves no time
    undone = await patient("POST", f"{path}/undo", {"id": str(uuid4())})
    assert (undone["state"], len(undone["events"])) == ("open", 4)
    await patient("POST", f"{path}/amend", said(replaces=noted["outcome_id"]), expect=409)
    on_time = await patient("PUT", f"{path}/log", said())
    assert (on_time["late"], len(on_time["events"])) == (False, 5)


async def test_a_second_dose_in_one_night_is_asked_about_and_never_refused(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    tonight, tomorrow, *_ = await doses(patient)
    await patient("PUT", f"/api/doses/{tonight['id']}/log", said())
    await world.pass_time(minutes=40)
    given = {"id": str(uuid4()), "line_id": tonight["line_id"]}
    asked = await patient("POST", "/api/doses/extra", given, expect=409)
    assert asked["code"] == "taken_tonight"
    assert asked["first_taken_at"] == "2026-11-24T05:30:00+00:00"
    assert len(await doses(patient)) == 14  # nothing was written
    second = await patient("POST", "/api/doses/extra", given | {"confirmed": True}, expect=201)
    assert second["state"] == "taken"
    # Tomorrow's dose taken tonight is a second one as well; a skip is none.
    report = said()
    await patient("PUT", f"/api/doses/{tomorrow['id']}/log", report, expect=409)
    told = await patient("PUT", f"/api/doses/{tomorrow['id']}/log", report | {"confirmed": True})
    assert told["state"] == "taken"


async def test_two_slots_that_were_planned_for_one_night_are_not_asked_about(world: World) -> None:
    twice = evening(recurrence={"times": ["08:00", "bedtime"]}, window_minutes=120)
    patient = await a_patient(world, twice)
    await world.pass_time(hours=17, minutes=30)
    morning, night, *_ = await doses(patient)
    await patient(
        "PUT", f"/api/doses/{morning['id']}/log", said(taken_at="2026-11-23T08:00:00-07:00")
    )
    told = await patient("PUT", f"/api/doses/{night['id']}/log", said())
    assert told["state"] == "taken"


async def test_a_tap_on_the_notification_is_always_recorded(world: World) -> None:
    patient = await a_patient(world)
    line = (await doses(patient))[0]["line_id"]
    await world.pass_time(hours=12)
    await patient("POST", "/api/doses/extra", {"id": str(uuid4()), "line_id": line}, expect=201)
    (reminder,) = bedtime_reminders(await world.pass_time(hours=5, minutes=30))
    tap = {
        "token": reminder.data["doses"][0]["token"], "receipt": reminder.data["receipt"],
        "id": str(uuid4()), "kind": "taken",
    }  # fmt: skip
    assert (await patient("POST", "/api/tap", tap))["recorded"] == "taken"
    planned = next(dose for dose in await doses(patient) if not dose["extra"])
    assert (planned["means"], planned["author"]["name"]) == ("push_token", "Pat")


async def test_each_dose_says_whether_its_reminder_could_be_delivered(world: World) -> None:
    patient = await a_patient(world)
    assert (await doses(patient))[0]["reminder"] == {"state": "none", "devices": 0}
    (reminder,) = bedtime_reminders(await world.pass_time(hours=17, minutes=30))
    assert (await doses(patient))[0]["reminder"] == {"state": "accepted", "devices": 1}
    await patient("POST", "/api/push/receipts", {"receipt": reminder.data["receipt"]}, expect=204)
    assert (await doses(patient))[0]["reminder"] == {"state": "shown", "devices": 1}
    unreachable = await a_patient(world, phone=False)
    await world.pass_time(hours=24)
    dose = (await doses(unreachable, since="2026-11-24"))[0]
    assert (dose["state"], dose["reminder"]["state"]) == ("open", "undeliverable")
    figures = await unreachable("GET", "/api/patients/me/adherence?days=30")
    assert figures["reminders"]["undeliverable"] == 1  # the same judgement beside the rates


async def test_windows_and_gaps_speak_where_a_rule_has_a_source_and_are_silent_elsewhere(
    world: World,
) -> None:
    spaced = evening(min_gap_minutes=1080, min_gap_source="the clinic: 18 h")
    silent = evening(medicine="anastrozole", route="oral", amount={"value": "0.5", "unit": "mg"})
    patient = await a_patient(world, spaced, silent)
    await world.pass_time(hours=12)  # 17:00
    for line in {dose["line_id"] for dose in await doses(patient)}:
        given = {"id": str(uuid4()), "line_id": line}
        await patient("POST", "/api/doses/extra", given, expect=201)
    await world.pass_time(hours=5, minutes=30)  # 22:30
    open_now = {d["label"]: d for d in await doses(patient) if d["state"] == "open"}
    gonadorelin, anastrozole = open_now["Gonadorelin"], open_now["Anastrozole"]
    assert (gonadorelin["closes_local"], gonadorelin["min_gap_minutes"]) == ("04:00", 1080)
    assert gonadorelin["too_close"] == {
        "last_taken_at": "2026-11-24T00:00:00Z", "minutes_since": 330, "min_gap_minutes": 1080,
        "until": "2026-11-24T18:00:00Z",
    }  # fmt: skip
    assert (anastrozole["min_gap_minutes"], anastrozole["too_close"]) == (None, None)
    path = f"/api/doses/{gonadorelin['id']}/log"
    told = await patient("PUT", path, said(confirmed=True))  # too close, and recorded
    assert (told["state"], told["too_close"]["minutes_since"]) == ("taken", 330)
    tomorrow = next(d for d in await doses(patient) if d["night"] == "2026-11-24")
    assert tomorrow["too_close"] is None  # 24 hours after, when it falls due


async def test_a_clinician_logs_for_a_patient_and_is_named(world: World) -> None:
    patient = await a_patient(world)
    clinician, of = await a_clinician(world, patient)
    await world.pass_time(hours=17, minutes=30)
    await clinician.sign_in()
    (dose, *_) = await doses(clinician, of)
    path = f"/api/patients/{of}/doses/{dose['id']}"
    told = await clinician("PUT", f"{path}/log", said())
    assert (told["means"], told["author"]["name"]) == ("clinician", "The clinician")
    assert told["author"]["role"] == "clinician"
    amended = await clinician(
        "POST", f"{path}/amend", said("skipped", replaces=told["outcome_id"], reason="unwell")
    )
    assert amended["state"] == "skipped"
    await clinician("POST", f"{path}/undo", {"id": str(uuid4())})
    extra = {"id": str(uuid4()), "line_id": dose["line_id"]}
    await clinician("POST", f"/api/patients/{of}/doses/extra", extra, expect=201)
    (mine, *_) = await doses(patient)
    assert [event["author"]["name"] for event in mine["events"]] == ["The clinician"] * 3
    routes = {e["route"] for e in (await patient("GET", "/api/me/access-log"))["entries"]}
    assert "PUT /api/patients/{patient}/doses/{dose_id}/log" in routes


async def test_nobody_else_writes_in_a_record(world: World) -> None:
    patient, stranger = await a_patient(world), await a_patient(world)
    me = (await patient("GET", "/api/me"))["id"]
    (dose, *_) = await doses(patient)
    path = f"/api/patients/{me}/doses"
    await stranger("PUT", f"{path}/{dose['id']}/log", said(), expect=404)
    await stranger("PUT", f"/api/doses/{dose['id']}/log", said(), expect=404)
    await stranger("POST", f"{path}/import", {"csv": "medicine,date,status\n"}, expect=404)
    clinician, of = await a_clinician(world, patient)
    (link,) = (await patient("GET", "/api/care-links"))["links"]
    await patient("PATCH", f"/api/care-links/{link['id']}", {"scope": "see"})
    assert (await doses(clinician, of))[0]["events"] == []
    await clinician("PUT", f"{path}/{dose['id']}/log", said(), expect=403)


async def test_changing_a_schedule_never_re_rates_the_past(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=19)  # midnight, 90 minutes after it was due: on time
    (dose, *_) = await doses(patient)
    before = await patient("PUT", f"/api/doses/{dose['id']}/log", said())
    await world.pass_time(hours=6)
    changed = evening(
        id=dose["line_id"], amount={"value": "200", "unit": "ug"}, window_minutes=60,
        on_time_minutes=10, min_gap_minutes=2160,
    )  # fmt: skip
    await patient(
        "POST", "/api/patients/me/protocol/versions", {"lines": [changed], "based_on": 1},
        expect=201,
    )  # fmt: skip
    await patient("PATCH", "/api/me/preferences", {"bedtimes": ["20:00"] * 7})
    await world.tick()
    past, coming, *_ = await doses(patient)
    assert past == before
    assert (past["late"], past["amount"]["value"], past["closes_local"]) == (False, "100", "04:00")
    assert coming["version_id"] != past["version_id"]
    assert (coming["amount"]["value"], coming["due_local"]) == ("200", "20:00")
    assert coming["closes_local"] == "21:00"


A_FILE = """\ufeffmedicine;date;time;status;amount;unit;reason;note
Gonadorelin;2026-11-20;22:15;taken;;;;before Vesper
gonadorelin;2026-11-21;;skipped;;;side effect;
gonadorelin;2026-11-22;00:10;taken;50;mcg;ran_out;"=HYPERLINK(""http://x"";""y"")"
gonadorelin;2026-11-23;22:40;taken;;;;
"""
"""Four rows that are history once the first night is over; the third is a night of the 21st."""

A_BAD_FILE = """medicine,date,time,status,amount,unit,reason,note
gonadorelin,2026-11-20,22:15,taken,,,,
snake oil,2026-11-20,22:15,taken,,,,
anastrozole,2026-11-20,22:15,taken,,,,
gonadorelin,11/20/2026,22:15,taken,,,,
gonadorelin,2026-11-20,10pm,taken,,,,
gonadorelin,2026-12-20,22:15,taken,,,,
gonadorelin,2026-11-20,22:15,maybe,,,,
gonadorelin,2026-11-20,22:15,taken,"0,5",mg,,
gonadorelin,2026-11-20,22:15,taken,5,drops,,
gonadorelin,2026-11-20,22:15,taken,,,,
gonadorelin,2026-11-20,,taken,,,,
gonadorelin,2026-11-19,,skipped,,,bored,
"""


async def test_earlier_history_is_tried_out_then_recorded_once(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=26)
    path = "/api/patients/me/doses/import"
    dry = await patient("POST", path, {"csv": A_FILE}, expect=200)
    refused = [(row["row"], row["field"]) for row in dry["refused"]]
    assert (dry["dry_run"], dry["rows"], refused) == (True, 4, [(3, "status")])
    assert all(dose["events"] == [] for dose in await doses(patient, since="2026-11-19"))
    # All or nothing, unless the patient says to leave the refused row out.
    nothing = await patient("POST", path, {"csv": A_FILE, "dry_run": False})
    assert nothing["recorded"] == 0
    body = {"csv": A_FILE, "dry_run": False, "skip_refused": True}
    first = await patient("POST", path, body)
    assert (first["recorded"], first["already"], len(first["refused"])) == (3, 0, 1)
    again = await patient("POST", path, body)
    assert (again["recorded"], again["already"]) == (0, 3)
    before, third, planned = [d for d in await doses(patient, since="2026-11-19") if d["events"]]
    assert [d["extra"] for d in (before, third, planned)] == [True, True, False]
    assert (before["night"], before["means"]) == ("2026-11-20", "import")
    assert before["events"][0]["note"] == "before Vesper"
    assert (third["night"], third["amount"]) == ("2026-11-21", {"value": "50", "unit": "ug"})
    assert third["events"][0]["note"] == '=HYPERLINK("http://x";"y")'  # text stays text
    assert (planned["state"], planned["late"], planned["night"]) == ("taken", False, TONIGHT)
    assert planned["taken_at"] == "2026-11-24T05:40:00Z"


async def test_every_refused_row_says_what_to_do(world: World) -> None:
    patient = await a_patient(world)
    answer = await patient("POST", "/api/patients/me/doses/import", {"csv": A_BAD_FILE})
    assert (answer["rows"], answer["recorded"]) == (12, 1)
    assert [(row["row"], row["field"]) for row in answer["refused"]] == [
        (3, "medicine"), (4, "medicine"), (5, "date"), (6, "time"), (7, "date"), (8, "status"),
        (9, "amount"), (10, "unit"), (11, "row"), (12, "time"), (13, "reason"),
    ]  # fmt: skip
    assert all(row["problem"] and row["cure"] for row in answer["refused"])


async def test_an_import_never_overwrites_what_is_recorded(world: World) -> None:
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=30)
    (dose, *_) = await doses(patient)
    recorded = await patient("PUT", f"/api/doses/{dose['id']}/log", said("skipped"))
    await world.pass_time(hours=12)
    csv = "medicine,date,time,status\ngonadorelin,2026-11-23,{}\n"
    told = {"csv": csv.format(",skipped"), "dry_run": False}
    answer = await patient("POST", "/api/patients/me/doses/import", told)
    assert (answer["recorded"], answer["already"], answer["refused"]) == (0, 1, [])
    # What says the contrary is not passed over in silence.
    body = {"csv": csv.format("22:35,taken"), "dry_run": False, "skip_refused": True}
    answer = await patient("POST", "/api/patients/me/doses/import", body)
    assert (answer["recorded"], answer["already"]) == (0, 0)
    assert [(row["row"], row["field"]) for row in answer["refused"]] == [(2, "status")]
    assert answer["refused"][0]["problem"] == "This dose is recorded as skipped already."
    assert (await doses(patient))[0] == recorded
    async with world.sessions() as session:
        assert len((await session.scalars(select(Event))).all()) == 1
