"""The life of a consent: let in to look, to change, for a while, and shut out; all of it told."""

from typing import Any

from app.accounts.invites import create_clinic, invite_clinician
from tests.stories.cast import Browser, World, browser, peptide

# Mondays and Thursdays, and today is a Monday; a medicine that starts without any question.
LINE = peptide(
    medicine="gonadorelin", amount={"value": "100", "unit": "ug"},
    recurrence={"weekdays": [1, 4], "times": ["bedtime"]},
)  # fmt: skip
PROTOCOL = {"lines": [LINE], "reason": "Start"}


async def a_clinic_with_admin(world: World) -> Browser:
    """A new clinic, and its admin in their own browser, as `vesper clinician invite --admin`."""
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "Evening clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now, admin=True)
    admin = browser(world.app)
    me = await admin.sign_up(invite=code, name="Dr Admin")
    assert (me["role"], me["admin"], me["clinic"]["name"]) == ("clinician", True, "Evening clinic")
    return admin


async def a_colleague(world: World, admin: Browser, name: str) -> Browser:
    """A second clinician, by the code of an admin."""
    invite = await admin("POST", "/api/clinic/people/invites", {"admin": False}, expect=201)
    assert invite["url"].endswith(f"/invite/clinician#{invite['code']}")
    colleague = browser(world.app)
    me = await colleague.sign_up(invite=invite["code"], name=name)
    assert (me["role"], me["admin"]) == ("clinician", False)
    await browser(world.app)("GET", "/api/clinic/people", expect=401)
    await colleague("GET", "/api/clinic/people", expect=404)
    return colleague


async def a_change(who: Browser, record: str, *, expect: int) -> Any:
    """A change of the record that any clinician with consent may make, and make again."""
    return await who("PUT", f"{record}/labs/plan", {"rules": []}, expect=expect)


async def test_a_patient_lets_a_clinician_look_then_change_then_neither(world: World) -> None:
    admin = await a_clinic_with_admin(world)
    clinician = await a_colleague(world, admin, "Dr Clay")
    patient = browser(world.app)
    me = await patient.sign_up(name="Pat")
    record = f"/api/patients/{me['id']}"
    await patient("POST", "/api/patients/me/protocol/versions", PROTOCOL, expect=201)
    await clinician("GET", f"{record}/protocol", expect=404)

    # Let in, to see only.
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    consent = {"code": invite["code"], "scope": "see"}
    link = await patient("POST", "/api/care-links", consent, expect=201)
    assert (link["kind"], link["scope"]) == ("clinician", "see")
    assert (link["person"]["name"], link["clinic"]["name"]) == ("Dr Clay", "Evening clinic")
    await clinician("GET", f"{record}/protocol")
    refused = await a_change(clinician, record, expect=403)
    assert refused["type"] == "/problems/only-looking"
    # The admin of the same clinic is let in by none of this.
    await admin("GET", f"{record}/protocol", expect=404)
    assert (await admin("GET", "/api/clinic/patients"))["patients"] == []

    # Widened, and the change works.
    path = f"/api/care-links/{link['id']}"
    await patient("PATCH", path, {"scope": "change"})
    await a_change(clinician, record, expect=200)

    # An end date: until tomorrow's evening is over, in Denver.
    changed = await patient("PATCH", path, {"until": "2026-11-24"})
    assert changed["ends_at"] == "2026-11-25T07:00:00Z"
    world.time.advance(hours=42)  # it is eleven in the evening of that day
    await clinician.sign_in()
    await clinician("GET", f"{record}/doses")
    world.time.advance(hours=1)
    await clinician.sign_in()
    await clinician("GET", f"{record}/doses", expect=404)
    await a_change(clinician, record, expect=404)
    assert (await clinician("GET", "/api/clinic/patients"))["patients"] == []
    assert (await clinician("GET", "/api/care/patients"))["patients"] == []

    # A new code, and this time the patient ends it at once.
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    link = await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    await a_change(clinician, record, expect=200)
    await patient("DELETE", f"/api/care-links/{link['id']}", expect=204)
    await clinician("GET", f"{record}/doses", expect=404)
    await a_change(clinician, record, expect=404)

    log = (await patient("GET", "/api/me/access-log"))["entries"]
    assert told_by(log) == [
        ("Pat", "registered"),
        ("Pat", "signed in"),
        ("Pat", "entered a version of the protocol"),
        ("Pat", "let a clinician in"),
        ("Dr Clay", "looked at your protocol"),
        ("Pat", "allowed a clinician to change things"),
        ("Dr Clay", "changed your lab plan"),
        ("Dr Clay", "changed the lab plan"),
        ("Pat", "let somebody in for a shorter time"),
        ("Dr Clay", "looked at your doses"),
        ("Pat", "let a clinician in"),
        ("Dr Clay", "changed your lab plan"),
        ("Pat", "ended the access of somebody they had let in"),
    ]
    written = [entry for entry in log if entry["action"] == "record.changed"]
    assert {entry["means"] for entry in written} == {"clinician"}
    assert {entry["role"] for entry in written} == {"clinician"}


async def test_a_companion_reads_tonights_doses_and_changes_nothing(world: World) -> None:
    patient = browser(world.app)
    me = await patient.sign_up(name="Pat")
    record = f"/api/patients/{me['id']}"
    await patient("POST", "/api/patients/me/protocol/versions", PROTOCOL, expect=201)
    await world.tick()
    invite = await patient("POST", "/api/me/companion-invites", {}, expect=201)
    companion = browser(world.app)
    other = await companion.sign_up(invite=invite["code"], name="Sam")
    assert other["role"] == "companion"
    again = browser(world.app)
    problem = {"email": "late@example.org", "invite": invite["code"], "name": "Too late",
               "password": "a long enough passphrase", "timezone": "America/Denver"}  # fmt: skip
    await again("POST", "/api/auth/register", problem, expect=404)

    (seen,) = (await companion("GET", "/api/care/patients"))["patients"]
    assert (seen["id"], seen["name"], seen["scope"]) == (me["id"], "Pat", "see")
    doses = await companion("GET", f"{record}/doses")
    (tonight,) = [dose for dose in doses["doses"] if dose["night"] == doses["tonight"]]
    assert tonight["due_local"] == "22:30"
    await companion("POST", f"{record}/protocol/versions", PROTOCOL, expect=403)
    await a_change(companion, record, expect=403)
    taken = {"id": "0e9fb3e4-76f8-4f3c-9a4b-2f7a54f1c6aa", "kind": "taken"}
    await companion("PUT", f"/api/doses/{tonight['id']}/log", taken, expect=404)
    await companion("GET", "/api/clinic/patients", expect=404)
    await companion("GET", "/api/me/access-log", expect=404)
    again_doses = await patient("GET", "/api/patients/me/doses")
    assert next(d for d in again_doses["doses"] if d["id"] == tonight["id"])["state"] == "upcoming"

    # A month later the companion is still signed in, and the patient ends it.
    world.time.advance(days=29)
    await companion("GET", f"{record}/doses")
    (link,) = (await patient("GET", "/api/care-links"))["links"]
    assert (link["kind"], link["person"]["name"], link["clinic"]) == ("companion", "Sam", None)
    await patient("DELETE", f"/api/care-links/{link['id']}", expect=204)
    await companion("GET", f"{record}/doses", expect=404)
    assert (await companion("GET", "/api/care/patients"))["patients"] == []
    log = (await patient("GET", "/api/me/access-log"))["entries"]
    assert told_by(log)[3:] == [
        ("Pat", "invited a companion"),
        ("Sam", "became a companion, who can look at your record"),
        ("Sam", "looked at your doses"),
        ("Sam", "looked at your doses"),
        ("Pat", "ended the access of somebody they had let in"),
    ]


async def test_a_clinician_who_left_is_out_at_once_and_what_they_did_stays(world: World) -> None:
    admin = await a_clinic_with_admin(world)
    clinician = await a_colleague(world, admin, "Dr Clay")
    patient = browser(world.app)
    me = await patient.sign_up(name="Pat")
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    await a_change(clinician, f"/api/patients/{me['id']}", expect=200)
    people = (await admin("GET", "/api/clinic/people"))["people"]
    leaver = next(each for each in people if each["name"] == "Dr Clay")
    own = next(each for each in people if each["name"] == "Dr Admin")
    await admin("PATCH", f"/api/clinic/people/{own['id']}", {"admin": False}, expect=409)
    await admin("PATCH", f"/api/clinic/people/{leaver['id']}", {"left": True})

    await clinician("GET", f"/api/patients/{me['id']}/doses", expect=401)
    known = {"email": clinician.email, "password": "a long enough passphrase"}
    await clinician("POST", "/api/auth/login", known, expect=401)
    (link,) = (await patient("GET", "/api/care-links"))["links"]
    assert link["ended_at"] is not None
    told = told_by((await patient("GET", "/api/me/access-log"))["entries"])
    assert ("Dr Clay", "changed your lab plan") in told
    assert told[-1] == ("Dr Admin", "ended the access of a clinician who left the clinic")


def told_by(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Who did what, oldest first; of one instant in the order of the story."""
    order = {
        "person.registered": 0, "signed.in": 1, "version.entered": 2, "companion.invited": 3,
        "companion.joined": 4, "care.granted": 5, "record.read": 6, "care.widened": 7,
        "record.changed": 8, "labs.planned": 9, "care.shortened": 10, "care.ended": 11,
        "care.clinician_left": 12,
    }  # fmt: skip
    told = sorted(entries, key=lambda entry: (entry["at"], order.get(entry["action"], 99)))
    return [(entry["who"], entry["what"]) for entry in told]
