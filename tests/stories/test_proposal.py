"""How a protocol lives: proposed, read, acknowledged, in force; and what may not wait."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.accounts.invites import create_clinic, invite_clinician
from tests.push_service import Arrival
from tests.stories.cast import Browser, World, browser, peptide

BASELINE = {"code": "baseline_labs_missing", "reason": "Drawn elsewhere last week"}
LAB = {"marker": "Estradiol", "value": "12", "unit": "pg/mL", "collected_on": "2026-11-20"}


def weekly(**facts: Any) -> dict[str, Any]:
    return {
        "medicine": "testosterone_cypionate", "route": "intramuscular",
        "amount": {"value": "100", "unit": "mg"}, "recurrence": {"weekdays": [7]}, **facts,
    }  # fmt: skip


def anastrozole(value: str = "0.5", **facts: Any) -> dict[str, Any]:
    return {
        "medicine": "anastrozole", "route": "oral", "amount": {"value": value, "unit": "mg"},
        "recurrence": {"weekdays": [1, 4], "times": ["bedtime"]}, **facts,
    }  # fmt: skip


class Cared:
    """A patient with a phone, in the care of a clinic, and the paths to their protocol."""

    def __init__(self, world: World, patient: Browser, clinician: Browser, id: str) -> None:
        self.world, self.patient, self.clinician = world, patient, clinician
        self.own, self.theirs = "/api/patients/me/protocol", f"/api/patients/{id}/protocol"
        self.lines: dict[str, str] = {}

    async def propose(self, *lines: dict[str, Any], expect: int = 201, **facts: Any) -> Any:
        """What the clinician sends; each line keeps its id where the medicine has one."""
        named = [
            line | ({"id": self.lines[line["medicine"]]} if line["medicine"] in self.lines else {})
            for line in lines
        ]
        body = {"lines": named, **facts}
        return await self.clinician("POST", f"{self.theirs}/versions", body, expect=expect)

    async def acknowledge(self, number: int, *, expect: int = 200) -> Any:
        return await self.patient(
            "POST", f"{self.own}/versions/{number}/acknowledge", expect=expect
        )

    async def protocol(self) -> Any:
        return await self.patient("GET", self.own)

    async def doses(self, medicine: str = "Anastrozole") -> dict[str, str]:
        """Night to amount, as the patient sees what is planned of one medicine."""
        doses = (await self.patient("GET", "/api/patients/me/doses"))["doses"]
        return {d["night"]: d["amount"]["value"] for d in doses if d["label"] == medicine}


def news(arrivals: list[Arrival]) -> list[Arrival]:
    return [arrival for arrival in arrivals if arrival.data["kind"] == "news"]


async def a_colleague(world: World, cared: Cared) -> Browser:
    """A second clinician whom the patient lets in as well."""
    colleague = await a_clinician(world)
    invite = await colleague("POST", "/api/clinic/invites", {}, expect=201)
    await cared.patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    return colleague


async def a_clinician(world: World) -> Browser:
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name="A clinician")
    return clinician


@pytest.fixture
async def cared(world: World) -> Cared:
    """Five in the morning of a Monday; testosterone and anastrozole are in force."""
    clinician, patient = await a_clinician(world), browser(world.app)
    me = await patient.sign_up(name="A patient")
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    cared = Cared(world, patient, clinician, str(me["id"]))
    first = await cared.propose(weekly(), anastrozole(), overrides=[BASELINE])
    assert first["state"] == "proposed"
    assert await cared.doses() == {}, "nothing is planned before the patient has agreed"
    await cared.acknowledge(1)
    cared.lines = {line["medicine"]: line["id"] for line in first["lines"]}
    await world.tick()
    return cared


async def test_a_proposal_is_told_read_acknowledged_and_holds_from_its_night(
    world: World, cared: Cared
) -> None:
    proposed = await cared.propose(
        weekly(), anastrozole("0.25"), based_on=1, reason="Estradiol is low", because=LAB,
        effective_night="2026-11-26",
    )  # fmt: skip
    assert (proposed["state"], proposed["in_force_from"]) == ("proposed", None)
    assert proposed["because"] == LAB | {"comparator": None, "observation": None}

    # The patient is told, without a word of what it is about, and reads the difference.
    (told,) = news(await world.pass_time(hours=5))
    spoken = str(told.message["notification"]).lower()
    assert not any(word in spoken for word in ("anastrozole", "estradiol", "clinic", "0.25"))
    notices = (await cared.patient("GET", "/api/me/notices"))["notices"]
    assert [(each["kind"], each["version"]) for each in notices] == [("proposed", 2)]
    difference = await cared.patient("GET", f"{cared.own}/versions/2/difference")
    assert (difference["from"], difference["to"]) == (1, 2)
    assert [change["text"] for change in difference["changes"]] == [
        "Anastrozole 0.5 mg → 0.25 mg, Mondays and Thursdays, from Thursday night"
    ]

    # Until they acknowledge, the version before stands: also in what speaks tonight.
    protocol = await cared.protocol()
    assert (protocol["current"]["number"], protocol["proposed"]["number"]) == (1, 2)
    assert set((await cared.doses()).values()) == {"0.5"}
    await cared.patient("PATCH", "/api/me/preferences", {"detail": "detailed"})
    spoken = str([a.message for a in await world.pass_time(hours=12, minutes=30)])
    assert "Anastrozole 0.5 mg" in spoken

    await cared.acknowledge(2)
    again = await cared.acknowledge(2)
    assert again["acknowledged_at"] == "2026-11-24T05:30:00Z"
    assert (again["state"], again["in_force_from"]) == ("coming", "2026-11-26")
    nights = await cared.doses()
    assert nights["2026-11-23"] == "0.5"
    assert {value for night, value in nights.items() if night >= "2026-11-26"} == {"0.25"}
    spoken = str([a.message for a in await world.pass_time(days=3)])
    assert "Anastrozole 0.25 mg" in spoken
    protocol = await cared.protocol()
    assert [(each["number"], each["state"]) for each in protocol["versions"]] == [
        (2, "in_force"), (1, "past"),
    ]  # fmt: skip
    assert protocol["proposed"] is None
    assert (await cared.patient("GET", "/api/me/notices"))["notices"] == []


async def test_a_proposal_acknowledged_late_never_reaches_back(world: World, cared: Cared) -> None:
    await cared.propose(weekly(), anastrozole("1"), based_on=1, effective_night="2026-11-23")
    await world.pass_time(days=3, hours=18)
    late = await cared.acknowledge(2)
    assert (late["effective_night"], late["in_force_from"]) == ("2026-11-23", "2026-11-26")
    doses = (await cared.patient("GET", "/api/patients/me/doses?from=2026-11-23"))["doses"]
    by_night = {d["night"]: d["amount"]["value"] for d in doses if d["label"] == "Anastrozole"}
    assert by_night["2026-11-23"] == "0.5"
    assert by_night["2026-11-30"] == "1"


async def test_of_two_clinicians_at_once_the_second_gets_a_conflict_and_nothing_is_lost(
    world: World, cared: Cared
) -> None:
    colleague = await a_colleague(world, cared)
    drafts: dict[str, dict[str, Any]] = {
        person.email: {
            "lines": [weekly(id=cared.lines["testosterone_cypionate"])],
            "reason": reason, "based_on": 1,
        }
        for person, reason in ((cared.clinician, "One"), (colleague, "Two"))
    }  # fmt: skip

    async def send(person: Browser) -> httpx.Response:
        return await person.client.post(f"{cared.theirs}/versions", json=drafts[person.email])

    people = [cared.clinician, colleague]
    answers = await asyncio.gather(*(send(person) for person in people))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (won,) = [answer.json() for answer in answers if answer.status_code == 201]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert (lost["type"], lost["newest"]) == ("/problems/version-conflict", 2)
    protocol = await cared.protocol()
    assert [each["number"] for each in protocol["versions"]] == [2, 1]
    assert protocol["proposed"] == won

    # Who lost reads the newest and sends theirs again: the one before is overtaken.
    (loser,) = [p for p, answer in zip(people, answers, strict=True) if answer.status_code == 409]
    drafts[loser.email]["based_on"] = 2
    assert (await send(loser)).status_code == 201
    gone = await cared.acknowledge(2, expect=409)
    assert (gone["type"], gone["newest"]) == ("/problems/no-longer-proposed", 3)
    await cared.acknowledge(3)


async def test_a_safety_reduction_holds_at_once_and_the_patient_is_told(
    world: World, cared: Cared
) -> None:
    more = await cared.propose(weekly(), anastrozole("1"), based_on=1, at_once=True, expect=422)
    assert more["errors"][0]["field"] == "at_once"
    assert "1 mg is more than 0.5 mg" in more["errors"][0]["problem"]
    less = await cared.propose(
        weekly(), anastrozole("0.25"), based_on=1, at_once=True, reason="Joint pain"
    )
    assert (less["state"], less["in_force_from"]) == ("in_force", "2026-11-23")
    assert set((await cared.doses()).values()) == {"0.25"}
    (told,) = news(await world.pass_time(minutes=1))
    assert told.notification["title"] == "Vesper"
    notices = (await cared.patient("GET", "/api/me/notices"))["notices"]
    assert [(each["kind"], each["version"]) for each in notices] == [("at_once", 2)]
    seen = await cared.acknowledge(2)
    assert seen["acknowledged_at"] is not None
    assert (await cared.patient("GET", "/api/me/notices"))["notices"] == []


async def test_a_reduction_while_a_dose_is_open_is_told_with_the_dose_and_its_reminder(
    world: World, cared: Cared
) -> None:
    """The due dose is a record; nobody may go on being told its old amount."""
    await cared.patient("PATCH", "/api/me/preferences", {"detail": "detailed"})
    (first,) = await world.pass_time(hours=17, minutes=31)
    assert first.notification["title"] == "Time for Anastrozole 0.5 mg"
    path = "/api/patients/me/doses?from=2026-11-23&to=2026-11-24"
    (before,) = (await cared.patient("GET", path))["doses"]
    assert (before["state"], before["changed_to"], before["withheld"]) == ("open", None, False)
    await cared.clinician.sign_in()
    await cared.propose(weekly(), anastrozole("0.25"), based_on=1, at_once=True, reason="Pain")
    (dose,) = (await cared.patient("GET", path))["doses"]
    assert (dose["state"], dose["amount"]["value"]) == ("open", "0.5")
    assert dose["changed_to"] == {"value": "0.25", "unit": "mg"}
    arrivals = await world.pass_time(minutes=30)
    (again,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    assert again.notification["title"] == "Time for Anastrozole (changed)"

    log = {"id": str(uuid4()), "kind": "taken", "amount": {"value": "0.25", "unit": "mg"}}
    asked = {"amount_reason": "clinic_said_so"}
    told = await cared.patient("PUT", f"/api/doses/{dose['id']}/log", log | asked)
    assert (told["taken_amount"]["value"], told["changed_to"]) == ("0.25", None)
    undone = await cared.patient("POST", f"/api/doses/{dose['id']}/undo", {"id": str(uuid4())})
    assert (undone["state"], undone["changed_to"]["value"]) == ("open", "0.25")
    stop = f"{cared.theirs}/lines/{cared.lines['anastrozole']}/stop"
    await cared.clinician.sign_in()
    await cared.clinician("POST", stop, {"reason": "Enough"})
    (left,) = (await cared.patient("GET", path))["doses"]
    assert (left["state"], left["changed_to"], left["withheld"]) == ("open", None, True)


async def test_a_proposal_is_taken_back_before_anybody_was_told(world: World, cared: Cared) -> None:
    await cared.propose(weekly(), anastrozole("1"), based_on=1)
    path = f"{cared.theirs}/versions/2/withdraw"
    for reason in ("", " ", "x" * 501):
        await cared.clinician("POST", path, {"reason": reason}, expect=422)
    await cared.patient(
        "POST", f"{cared.own}/versions/2/withdraw", {"reason": "I do not want it"}, expect=403
    )
    back = await cared.clinician("POST", path, {"reason": "Wrong patient"})
    assert (back["state"], back["withdrawn_reason"]) == ("withdrawn", "Wrong patient")
    assert await cared.clinician("POST", path, {"reason": "Again"}) == back
    await cared.clinician(
        "POST", f"{cared.theirs}/versions/1/withdraw", {"reason": "x"}, expect=409
    )
    assert news(await world.pass_time(hours=5)) == []
    refused = await cared.acknowledge(2, expect=409)
    assert refused["newest"] == 2
    protocol = await cared.protocol()
    assert (protocol["current"]["number"], protocol["proposed"]) == (1, None)
    assert set((await cared.doses()).values()) == {"0.5"}


async def test_a_patient_without_a_clinic_writes_down_what_was_prescribed(world: World) -> None:
    patient = browser(world.app)
    await patient.sign_up()
    draft = {
        "lines": [anastrozole()], "prescriber": "Dr Clay", "pharmacy": "Corner pharmacy",
        "prescribed_on": "2026-11-20",
    }  # fmt: skip
    own = "/api/patients/me/protocol"
    made = await patient("POST", f"{own}/versions", draft, expect=201)
    assert (made["state"], made["self_reported"]) == ("in_force", True)
    assert (made["prescriber"], made["pharmacy"], made["prescribed_on"]) == (
        "Dr Clay", "Corner pharmacy", "2026-11-20",
    )  # fmt: skip
    # What looks wrong is said, and stops nobody from recording.
    protocol = await patient("GET", own)
    codes = [each["code"] for each in protocol["warnings"]]
    assert codes == ["anastrozole_without_testosterone", "baseline_labs_missing"]
    assert protocol["warnings"][0]["lines"] == [made["lines"][0]["id"]]
    blocked = await patient("POST", f"{own}/versions", {"lines": [peptide()]}, expect=409)
    assert blocked["type"] == "/problems/screening-needed"
    await patient.answer_no()
    await patient("POST", f"{own}/versions", {"lines": [peptide()]}, expect=201)


GONADORELIN = {
    "medicine": "gonadorelin", "route": "subcutaneous", "amount": {"value": "100", "unit": "ug"},
}  # fmt: skip
GLP1 = {
    "route": "subcutaneous",
    "amount": {"value": "1", "unit": "mg"},
    "recurrence": {"weekdays": [7]},
}


LOOKS_WRONG: list[tuple[list[dict[str, Any]], str, str]] = [
    ([anastrozole()], "anastrozole_without_testosterone", "without testosterone"),
    (
        [
            weekly(),
            GONADORELIN | {"recurrence": {"weekdays": [1, 2]}, "min_gap_minutes": None},
        ],
        "gonadorelin_days_adjacent", "Monday and Tuesday",
    ),
    (
        [weekly(), *(GLP1 | {"medicine": name} for name in ("semaglutide", "tirzepatide"))],
        "two_glp1", "Semaglutide and tirzepatide",
    ),
    ([weekly(recurrence={"weekdays": [1, 4]})], "closer_than_minimum_gap", "72 hours apart"),
    (
        [weekly(), GONADORELIN | {"recurrence": {"weekdays": [1, 4]}}],
        "baseline_labs_missing", "No baseline",
    ),
]  # fmt: skip


async def test_a_clinician_is_warned_and_says_why_it_is_meant(cared: Cared) -> None:
    for newest, (lines, code, seen) in enumerate(LOOKS_WRONG, 1):
        other = [] if code == "baseline_labs_missing" else [BASELINE]
        refused = await cared.propose(*lines, based_on=newest, overrides=other, expect=422)
        assert refused["type"] == "/problems/unanswered-warnings"
        (warning,) = refused["warnings"]
        assert warning["code"] == code
        assert seen in warning["seen"]
        assert warning["source"]
        preview = await cared.clinician(
            "POST", f"{cared.theirs}/versions/preview", {"lines": lines, "based_on": newest}
        )
        assert code in [each["code"] for each in preview["warnings"]]
        assert len((await cared.protocol())["versions"]) == newest, "nothing was saved"
        meant = {"code": code, "reason": "Discussed on Friday"}
        made = await cared.propose(*lines, based_on=newest, overrides=[*other, meant])
        kept = [each for each in made["overrides"] if each["code"] == code]
        assert kept == [meant | {"seen": warning["seen"]}]


async def test_a_line_is_held_resumed_and_stopped_by_the_clinic(world: World, cared: Cared) -> None:
    line = f"{cared.theirs}/lines/{cared.lines['testosterone_cypionate']}"
    held = await cared.clinician(
        "POST", f"{line}/hold", {"since": "2026-11-24", "reason": "Hematocrit 55 %"}
    )
    (hold,) = held["lines"][0]["holds"]
    assert (hold["since"], hold["until"], hold["reason"]) == (
        "2026-11-24", None, "Hematocrit 55 %",
    )  # fmt: skip
    assert hold["author"]["name"] == "A clinician"
    # A hold is never stopped by a warning; it is shown with what was seen, to both.
    for person, path in ((cared.patient, cared.own), (cared.clinician, cared.theirs)):
        (warning, *_) = (await person("GET", path))["warnings"]
        assert warning["code"] == "anastrozole_without_testosterone"
        assert "while testosterone cypionate is on hold, from Tuesday" in warning["seen"]
    resumed = await cared.clinician("POST", f"{line}/resume", {})
    assert resumed["lines"][0]["hold"] is None
    assert resumed["lines"][0]["holds"][0]["resumed_by"]["name"] == "A clinician"

    stop = f"{cared.theirs}/lines/{cared.lines['anastrozole']}/stop"
    stopped = await cared.clinician("POST", stop, {"reason": "No longer needed"})
    assert (stopped["number"], stopped["at_once"], stopped["state"]) == (2, True, "in_force")
    assert await cared.clinician("POST", stop, {"reason": "Again"}) == stopped
    assert await cared.doses() == {}
    assert len(news(await world.pass_time(minutes=1))) == 1
    (change,) = (await cared.patient("GET", f"{cared.own}/versions/2/difference"))["changes"]
    assert change["text"] == "Anastrozole 0.5 mg stops, no dose from Monday night on"


async def test_a_tap_and_an_acknowledgement_at_the_same_moment(world: World, cared: Cared) -> None:
    """The tap is never lost, and the dose that had fallen due keeps its version and amount."""
    await cared.propose(weekly(), anastrozole("0.25"), based_on=1, effective_night="2026-11-23")
    arrivals = await world.pass_time(hours=17, minutes=30)
    (reminder,) = [a for a in arrivals if a.data["kind"] == "dose-due"]
    tap = {
        "token": reminder.data["doses"][0]["token"], "receipt": reminder.data["receipt"],
        "id": str(uuid4()), "kind": "taken",
    }  # fmt: skip
    world.time.now += timedelta(minutes=1)
    tapped, _ = await asyncio.gather(
        browser(world.app)("POST", "/api/tap", tap), cared.acknowledge(2)
    )
    assert tapped["recorded"] == "taken"
    doses = (await cared.patient("GET", "/api/patients/me/doses"))["doses"]
    by_night = {d["night"]: d for d in doses if d["label"] == "Anastrozole"}
    tonight = by_night["2026-11-23"]
    assert (tonight["state"], tonight["amount"]["value"]) == ("taken", "0.5")
    assert by_night["2026-11-26"]["amount"]["value"] == "0.25"


async def test_a_dose_taken_early_survives_the_version_that_replaces_it(
    world: World, cared: Cared
) -> None:
    await cared.propose(weekly(), anastrozole("0.25"), based_on=1, effective_night="2026-11-23")
    world.time.advance(hours=17)
    doses = (await cared.patient("GET", "/api/patients/me/doses"))["doses"]
    (tonight,) = [d for d in doses if (d["label"], d["night"]) == ("Anastrozole", "2026-11-23")]
    log = {"id": str(uuid4()), "kind": "taken", "taken_at": world.time.now.isoformat()}
    await asyncio.gather(
        cared.patient("PUT", f"/api/doses/{tonight['id']}/log", log), cared.acknowledge(2)
    )
    doses = (await cared.patient("GET", "/api/patients/me/doses"))["doses"]
    (after,) = [d for d in doses if (d["label"], d["night"]) == ("Anastrozole", "2026-11-23")]
    assert (after["id"], after["state"]) == (tonight["id"], "taken")
