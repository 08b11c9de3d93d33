"""A clinic's own system hears of what happens, within seconds, and can ask for what it missed."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.accounts.invites import create_clinic, invite_clinician
from app.clinic.webhook_delivery import Teller
from app.config import sealing_key
from app.sealing import Sealer, seal
from tests.clinic.receiver import Receiver
from tests.stories.cast import Browser, World, browser, peptide


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


class Clinic:
    """A clinic with an admin, a clinician, and a patient who let the clinician in."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        self.world, self.receiver = world, receiver
        self.admin, self.clinician, self.patient = (browser(world.app) for _ in range(3))
        world.settings.webhook_allowed_origins = [receiver.origin]
        self.teller = Teller(world.settings, world.sessions, world.app.state.seal, patience=20.0)

    async def begin(self) -> UUID:
        world = self.world
        async with world.sessions.begin() as session:
            clinic = create_clinic(session, "A clinic", world.time.now)
            await session.flush()
            code = await invite_clinician(session, clinic.id, world.time.now, admin=True)
        await self.admin.sign_up(invite=code)
        joining = await self.admin("POST", "/api/clinic/people/invites", {}, expect=201)
        await self.clinician.sign_up(invite=joining["code"])
        me = await self.patient.sign_up()
        invite = await self.clinician("POST", "/api/clinic/invites", {}, expect=201)
        await self.patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
        return UUID(me["id"])

    async def a_proposal(self, patient_id: UUID) -> None:
        """The clinician proposes a peptide, and the patient says that they have seen it."""
        await self.patient.answer_no()
        address = f"/api/patients/{patient_id}/protocol/versions"
        known = [{"code": "baseline_labs_missing", "reason": "Drawn elsewhere"}]
        draft = {"lines": [peptide()], "overrides": known}
        await self.clinician("POST", address, draft, expect=201)
        await self.patient("POST", f"{address}/1/acknowledge", {})

    async def a_dose(self) -> str:
        """The patient takes tonight's dose; its id."""
        doses = (await self.patient("GET", "/api/patients/me/doses"))["doses"]
        taken = {"id": str(uuid4()), "kind": "taken", "confirmed": True}
        await self.patient("PUT", f"/api/doses/{doses[0]['id']}/log", taken)
        return str(doses[0]["id"])

    async def few_seconds_later(self) -> None:
        """The worker has sealed what happened, and told it."""
        world = self.world
        world.time.advance(seconds=5)
        async with world.sessions.begin() as session:
            await seal(session, Sealer(sealing_key(world.settings)), world.time.now)
        await self.teller.run_once(world.time.now)


@pytest.fixture
async def clinic(world: World, receiver: Receiver) -> AsyncIterator[Clinic]:
    clinic = Clinic(world, receiver)
    yield clinic
    clinic.teller.close()


async def a_key(admin: Browser) -> dict[str, str]:
    wanted = {"name": "Our system", "scopes": ["webhooks:manage"]}
    made = await admin("POST", "/api/clinic/api-keys", wanted, expect=201)
    return {"Authorization": f"Bearer {made['key']}"}


async def asked(browser: Browser, path: str, key: dict[str, str]) -> Any:
    answer = await browser.client.get(path, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_clinics_system_hears_of_a_dose_even_when_it_was_down_and_reads_no_name(
    world: World, clinic: Clinic, receiver: Receiver
) -> None:
    patient_id = await clinic.begin()
    url = receiver.url
    made = await clinic.admin("POST", "/api/clinic/webhooks", {"url": url}, expect=201)
    assert (made["events"], made["waiting"], made["disabled_at"]) == ([], 0, None)
    await clinic.admin("POST", f"/api/clinic/webhooks/{made['id']}/test", {}, expect=202)
    await clinic.few_seconds_later()
    assert "ping" in receiver.types  # beside what was sealed with it, in any order
    await clinic.a_proposal(patient_id)
    await clinic.few_seconds_later()
    receiver.always = 500  # their system is down
    dose = await clinic.a_dose()
    await clinic.few_seconds_later()
    assert receiver.types[-1] == "dose.logged"
    receiver.always = 204
    world.time.advance(minutes=2)
    await clinic.teller.run_once(world.time.now)
    first, again = [one for one in receiver.heard if one.event["type"] == "dose.logged"]
    assert first.id == again.id
    told = again.verified(made["secret"], world.time.now)
    assert told["patient"] == str(patient_id)
    assert {"type": "dose", "id": dose} in told["about"]
    assert {"version.proposed", "version.acknowledged"} <= set(receiver.types)
    everything = b" ".join(one.body.lower() for one in receiver.heard)
    for word in (b"sermorelin", b"a clinic", b"a person", b"taken", b"ug"):
        assert word not in everything


async def test_who_would_rather_ask_reads_the_same_events_and_a_replay_tells_them_again(
    world: World, clinic: Clinic, receiver: Receiver
) -> None:
    wanted = {"url": receiver.url}
    patient_id = await clinic.begin()
    made = await clinic.admin("POST", "/api/clinic/webhooks", wanted, expect=201)
    address = f"/api/clinic/webhooks/{made['id']}"
    await clinic.a_proposal(patient_id)
    await clinic.a_dose()
    await clinic.few_seconds_later()
    key = await a_key(clinic.admin)
    seen, after = [], 0
    while True:
        page = await asked(clinic.admin, f"/api/clinic/events?after={after}&limit=2", key)
        seen += page["events"]
        if page["next"] == after:
            break
        after = page["next"]
    numbers = [each["number"] for each in seen]
    assert numbers == sorted(numbers)
    told = [one.event for one in receiver.heard]
    assert len(told) >= 3
    assert [each for each in seen if each in told] == sorted(told, key=lambda each: each["number"])
    # The clinician whom the patient let in reads the same; the admin, whom nobody did, nothing.
    assert (await clinic.clinician("GET", "/api/clinic/events"))["events"] == seen
    assert (await clinic.admin("GET", "/api/clinic/events"))["events"] == []
    receiver.heard = []  # they lost their database
    await clinic.admin("POST", f"{address}/replay", {"after": 0}, expect=202)
    await clinic.few_seconds_later()
    again = sorted((one.event for one in receiver.heard), key=lambda each: each["number"])
    assert again[: len(seen)] == seen
    page = await clinic.admin("GET", f"{address}/deliveries?limit=2")
    assert [each["status"] for each in page["deliveries"]] == [204, 204]
    assert page["next"] == page["deliveries"][-1]["number"]
    assert "patient" not in page["deliveries"][0]


async def test_an_admin_sees_that_a_webhook_was_given_up_and_takes_it_up_again(
    world: World, clinic: Clinic, receiver: Receiver
) -> None:
    await clinic.begin()
    wanted = {"url": receiver.url, "events": ["care.ended"]}
    made = await clinic.admin("POST", "/api/clinic/webhooks", wanted, expect=201)
    address = f"/api/clinic/webhooks/{made['id']}"
    receiver.always = 410
    link = (await clinic.patient("GET", "/api/care-links"))["links"][0]
    await clinic.patient("DELETE", f"/api/care-links/{link['id']}", expect=204)
    await clinic.few_seconds_later()
    assert receiver.types == ["care.ended"]
    [shown] = (await clinic.admin("GET", "/api/clinic/webhooks"))["webhooks"]
    assert (shown["why_disabled"], shown["last_status"]) == ("gone", 410)
    assert "secret" not in shown
    await clinic.admin("POST", f"{address}/test", {}, expect=409)
    receiver.always = 204
    taken_up = await clinic.admin("POST", f"{address}/enable", {})
    assert taken_up["disabled_at"] is None
    await clinic.admin("POST", f"{address}/test", {}, expect=202)
    await clinic.few_seconds_later()
    assert receiver.types == ["care.ended", "ping"]
    await clinic.clinician("GET", "/api/clinic/webhooks", expect=404)
    await clinic.admin("DELETE", address, expect=204)
    await clinic.admin("DELETE", address, expect=404)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_webhook_leads_into_our_own_network_and_a_clinic_has_ten_at_most(
    world: World, clinic: Clinic, receiver: Receiver
) -> None:
    await clinic.begin()
    for url in ("http://localhost/", "https://127.0.0.1/", "https://localhost/hook", "nonsense"):
        await clinic.admin("POST", "/api/clinic/webhooks", {"url": url}, expect=422)
    for _ in range(10):
        await clinic.admin("POST", "/api/clinic/webhooks", {"url": receiver.url}, expect=201)
    await clinic.admin("POST", "/api/clinic/webhooks", {"url": receiver.url}, expect=409)
