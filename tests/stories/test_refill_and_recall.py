"""From the label of a vial to the clinic: what is recalled, what runs out, and what adds up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.accounts.invites import create_clinic, invite_clinician
from app.clinic.models import Look
from app.clinic.watch import watch
from app.config import sealing_key
from app.sealing import Sealer, seal
from tests.stories.cast import Browser, World, browser, peptide

LOT = "VW-771 b"


@dataclass
class Care:
    """A clinic with one clinician, and a patient who let that person in."""

    world: World
    clinician: Browser
    patient: Browser
    id: str
    line: str

    @property
    def record(self) -> str:
        return f"/api/patients/{self.id}"

    async def back(self) -> None:
        """Both sign in again, as after some days."""
        await self.clinician.sign_in()
        await self.patient.sign_in()

    async def vial(self, **facts: Any) -> Any:
        """The patient enters 5 mg of sermorelin and dissolves it in 2 mL: 20 doses."""
        now = self.world.time.now
        given = {
            "id": str(uuid4()), "medicine": "sermorelin", "form": "powder",
            "strengths": [{"substance": "sermorelin", "value": "5", "unit": "mg"}],
            "pharmacy": "A pharmacy", "lot": LOT, "received_on": f"{now.date()}",
            "reconstituted_at": now.isoformat(), "diluent": "bacteriostatic_water",
            "diluent_volume": {"value": "2", "unit": "mL"}, **facts,
        }  # fmt: skip
        return await self.patient("POST", "/api/patients/me/vials", given, expect=201)

    async def evening(self) -> str:
        """Eighteen hours pass, and the patient takes the dose that was due; its id."""
        self.world.time.advance(hours=18)
        await self.patient.sign_in()
        doses = (await self.patient("GET", "/api/patients/me/doses"))["doses"]
        [dose] = [each for each in doses if each["state"] == "open"]
        body = {"id": str(uuid4()), "kind": "taken", "confirmed": True}
        await self.patient("PUT", f"/api/doses/{dose['id']}/log", body)
        self.world.time.advance(hours=6)
        await self.back()
        return str(dose["id"])

    async def flags(self) -> dict[str, Any]:
        """What the watch has put on the list since, by code."""
        now = self.world.time.now
        async with self.world.sessions.begin() as session:
            while await seal(session, Sealer(sealing_key(self.world.settings)), now):
                pass
        for _ in range(20):
            async with self.world.sessions.begin() as session:
                if not await watch(session, now):
                    break
        async with self.world.sessions() as session:
            look = await session.get_one(Look, UUID(self.id))
        assert look.looked_at == now, "the watch has looked because of what was written"
        found = await self.clinician("GET", f"{self.record}/flags")
        return {flag["code"]: flag for flag in found["flags"] if flag["opened_at"]}


async def in_care(world: World, name: str) -> Care:
    async with world.sessions.begin() as session:
        made = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, made.id, world.time.now)
    clinician, patient = browser(world.app), browser(world.app)
    await clinician.sign_up(name="Dr Clay", invite=code)
    me = await patient.sign_up(name=name)
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    await patient.answer_no()
    invited = (await clinician("POST", "/api/clinic/invites", {}, expect=201))["code"]
    await patient("POST", "/api/care-links", {"code": invited}, expect=201)
    overrides = [{"code": "baseline_labs_missing", "reason": "Known"}]
    world.time.advance(minutes=1)
    version = await clinician(
        "POST", f"/api/patients/{me['id']}/protocol/versions",
        {"lines": [peptide()], "overrides": overrides}, expect=201,
    )  # fmt: skip
    await patient("POST", "/api/patients/me/protocol/versions/1/acknowledge")
    return Care(world, clinician, patient, me["id"], version["lines"][0]["id"])


@pytest.fixture
async def care(world: World) -> Care:
    return await in_care(world, "Ann")


async def test_two_clinics_have_one_lot_and_each_hears_of_its_own_patients(
    world: World, care: Care
) -> None:
    other = await in_care(world, "Ben")
    mine, theirs = await care.vial(), await other.vial(lot=LOT.upper())
    dose = await care.evening()
    await other.back()
    asked = {"lot": "vw- 771B"}
    [ann] = (await care.clinician("POST", "/api/clinic/recall", asked))["patients"]
    [ben] = (await other.clinician("POST", "/api/clinic/recall", asked))["patients"]
    assert (ann["id"], ann["name"], ben["id"]) == (care.id, "Ann", other.id)
    [vial] = ann["vials"]
    assert (vial["id"], vial["lot"], vial["status"]) == (mine["id"], LOT, "in_use")
    assert [(each["dose"], each["assumed"]) for each in vial["drawn"]] == [(dose, True)]
    [has] = ben["vials"]
    assert (has["id"], has["drawn"]) == (theirs["id"], [])
    await care.patient("POST", "/api/clinic/recall", asked, expect=404)
    log = (await care.patient("GET", "/api/me/access-log"))["entries"]
    [look] = [each for each in log if each["action"] == "recall.read"]
    assert LOT not in str(log)
    assert look["what"] == "looked for a lot and saw that you have it"
    # What was taken back is no dose of the lot any more.
    await care.patient("POST", f"/api/doses/{dose}/undo", {"id": str(uuid4())})
    [again] = (await care.clinician("POST", "/api/clinic/recall", asked))["patients"]
    assert again["vials"][0]["drawn"] == []


async def test_a_refill_goes_to_the_clinic_and_comes_back_as_a_word(care: Care) -> None:
    await care.vial()
    own = "/api/patients/me/refill-requests"
    wanted = {"id": str(uuid4()), "line": care.line, "note": "Two weeks before I travel"}
    asked = await care.patient("POST", own, wanted, expect=201)
    assert await care.patient("POST", own, wanted, expect=201) == asked
    assert (asked["state"], asked["outcome"], asked["runs_out_on"]) == (
        "asked", None, "2026-12-13",
    )  # fmt: skip
    await care.patient("POST", own, {**wanted, "id": str(uuid4())}, expect=409)
    [task] = (await care.clinician("GET", "/api/clinic/tasks"))["tasks"]
    assert (task["rule"], task["title"]) == ("refill", "Refill asked for: Sermorelin")
    seen = (await care.clinician("GET", f"{care.record}/refill-requests"))["requests"]
    assert seen == [asked], "the clinician reads the patient's note"
    closed = await care.clinician.client.post(
        f"{care.record}/tasks/{task['id']}/close", headers={"If-Match": '"1"'},
        json={"outcome": "visit_booked", "note": "Only after the labs"},
    )  # fmt: skip
    assert closed.status_code == 200
    [told] = (await care.patient("GET", own))["requests"]
    assert (told["state"], told["outcome"]) == ("closed", "visit_booked")
    assert "labs" not in str(told)
    back = f"{own}/{asked['id']}/withdraw"
    await care.patient("POST", back, expect=409)
    events = await care.clinician("GET", "/api/clinic/events?after=0")
    assert LOT not in str(events)
    assert "Sermorelin" not in str(events)


async def test_who_looks_after_themselves_hears_that_there_is_no_clinic(world: World) -> None:
    alone = browser(world.app)
    await alone.sign_up()
    await alone.answer_no()
    draft = {"lines": [peptide()]}
    version = await alone("POST", "/api/patients/me/protocol/versions", draft, expect=201)
    wanted = {"id": str(uuid4()), "line": version["lines"][0]["id"]}
    refused = await alone("POST", "/api/patients/me/refill-requests", wanted, expect=409)
    assert refused["type"] == "/problems/no-clinic"
    assert "Let a clinic in" in refused["cure"]
    found = await alone("GET", "/api/patients/me/refill-requests")
    assert found == {"requests": [], "can_be_asked": False}, "it need not be tried first"


async def test_who_left_the_clinic_hears_that_nobody_will_see_to_it_and_asks_the_next(
    world: World, care: Care
) -> None:
    own = "/api/patients/me/refill-requests"
    await care.patient("POST", own, {"id": str(uuid4()), "line": care.line}, expect=201)
    assert (await care.patient("GET", own))["can_be_asked"]
    [link] = (await care.patient("GET", "/api/care-links"))["links"]
    await care.patient("DELETE", f"/api/care-links/{link['id']}", expect=204)
    left = await care.patient("GET", own)
    assert ([each["state"] for each in left["requests"]], left["can_be_asked"]) == (
        ["lapsed"], False,
    )  # fmt: skip
    other = await in_care(world, "Ben")
    invited = (await other.clinician("POST", "/api/clinic/invites", {}, expect=201))["code"]
    await care.patient("POST", "/api/care-links", {"code": invited}, expect=201)
    await care.patient("POST", own, {"id": str(uuid4()), "line": care.line}, expect=201)
    found = await care.patient("GET", own)
    assert [each["state"] for each in found["requests"]] == ["asked", "lapsed"]
    [task] = (await other.clinician("GET", "/api/clinic/tasks"))["tasks"]
    assert task["patient"]["id"] == care.id


async def test_the_list_hears_of_vials_and_the_figures_of_what_they_held(care: Care) -> None:
    """A vial on its last day: one dose from it, one from nothing; which was from it after all."""
    vial = await care.vial(use_by=f"{care.world.time.now.date()}")
    assert "run_out" in await care.flags(), "its last day is today"
    first = await care.evening()
    second = await care.evening()
    assert "drawn_after_discard" not in await care.flags(), "Vesper assumed no outdated vial"
    care.world.time.advance(minutes=1)
    said = {"id": str(uuid4()), "vial": vial["id"]}
    await care.patient("PUT", f"/api/patients/me/doses/{second}/vial", said)
    flag = (await care.flags())["drawn_after_discard"]
    assert flag["severity"] == "amber"
    assert "1 dose drawn after the vial's discard date" in flag["text"]
    late = (await care.patient("GET", "/api/patients/me/doses/after-discard"))["doses"]
    assert [(each["dose"], each["lot"]) for each in late] == [(second, LOT)]
    assert first != second
    figures = await care.clinician("GET", f"{care.record}/adherence?days=30")
    [line] = figures["lines"]
    assert line["supply"]["pdc"] == {"covered": 1, "of": 2, "value": 0.5}
    assert line["supply"]["logged"] == {"taken": 2, "of": 2, "value": 1.0}
    assert (line["supply"]["beyond_stock"], line["supply"]["gap"]) == (0, None)
    assert {"supply", "pdc", "beyond_stock"} <= set(figures["definition"]["text"])
    assert figures["definition"]["id"] == "vesper-1"
    # A count finds the vial as full as it came.
    found = {
        "id": str(uuid4()), "kind": "counted", "quantity": {"value": "2", "unit": "mL"},
        "at": care.world.time.now.astimezone(UTC).isoformat(),
    }  # fmt: skip
    await care.patient("POST", f"/api/patients/me/vials/{vial['id']}/stock", found)
    care.world.time.advance(minutes=1)
    await care.flags()
    later = care.world.time.now + timedelta(minutes=1)
    care.world.time.now = later
    [line] = (await care.clinician("GET", f"{care.record}/adherence?days=30"))["lines"]
    assert line["supply"]["left_over_doses"] == 2
    assert datetime.fromisoformat(line["supply"]["counted_at"]) < later
