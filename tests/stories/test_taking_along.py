"""A patient takes their record along, ends it, and brings it back; the audit bears it all out."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from app.accounts import care
from app.accounts.invites import InviteNotUsable
from app.accounts.models import Person
from app.audit import AuditEntry
from app.clinic.watch import watch
from app.config import sealing_key
from app.doses.models import Dose, Event
from app.exchange.ending import erase_due, tables_to_empty
from app.exchange.export import Signer
from app.exchange.handing_out import closed_records, handed_out
from app.monitoring.models import FlagSeen, LabDraw, LabSettings
from app.problems import NotFound
from app.protocols.models import Notice, ScreeningOverride, Version
from app.reminders.reconcile import reconcile
from app.sealing import Sealer, seal
from app.sites.models import Placement, SiteSettings
from app.supplies.models import Confirmation, Drawn, SourceCheck
from app.verification import verify
from tests.exchange.supplied import LOT, MINE, TABLES, allowed, injected, stocked
from tests.factories import a_clinician, signed_in
from tests.stories.cast import PASSWORD, Browser, World, browser, peptide

END = {"password": PASSWORD, "confirm": "end my record"}
NIGHTS = 4


async def a_patient_with_a_past(world: World) -> Browser:
    """Nights of a nightly dose, taken, skipped, taken back and missed; two results, one void."""
    pat = browser(world.app)
    await pat.sign_up(name="A patient")
    await pat.answer_no()
    line = peptide()
    await pat(
        "POST", "/api/patients/me/protocol/versions",
        {"reason": "As my clinic wrote it down", "prescriber": "A doctor", "lines": [line]},
        expect=201,
    )  # fmt: skip
    await stocked(pat, world)
    await world.pass_time(hours=18)  # eleven at night
    for number in range(NIGHTS):
        await world.pass_time(days=1)
        doses = (await pat("GET", "/api/patients/me/doses"))["doses"]
        openly = next((dose for dose in doses if dose["state"] == "open"), None)
        assert openly is not None
        if number == 3:
            continue
        said: dict[str, Any] = {"id": str(uuid4()), "kind": "skipped" if number == 1 else "taken"}
        if said["kind"] == "taken":
            said["taken_at"] = world.time.now.isoformat()
        await pat("PUT", f"/api/doses/{openly['id']}/log", said)
        if number == 0:
            await injected(pat, world, openly["id"])
        if number == 2:
            await pat("POST", f"/api/doses/{openly['id']}/undo", {"id": str(uuid4())})
    panel = {
        "id": str(uuid4()), "collected_at": (world.time.now - timedelta(hours=2)).isoformat(),
        "results": [
            {"code": "hematocrit", "value": "47.0", "unit": "%"},
            {"code": "weight", "value": "81.5", "unit": "kg"},
        ],
        "confirmed": ["hematocrit", "weight"],
    }  # fmt: skip
    entered = await pat("POST", "/api/patients/me/observations", panel, expect=201)
    wrong = entered["observations"][1]["id"]
    await pat("POST", f"/api/patients/me/observations/{wrong}/void", {"reason": "Wrong scale"})
    return pat


async def findings(world: World) -> list[str]:
    """What `vesper audit verify` would find."""
    sealer = Sealer(sealing_key(world.settings))
    return (await verify(world.sessions, [sealer], now=world.time.now)).findings


def vials_of(told: Any) -> list[tuple[str, str, int]]:
    """Lot, millilitres left and doses of each vial."""
    return [(each["lot"], each["left"]["value"], each["drawn_doses"]) for each in told["vials"]]


async def erased(world: World) -> int:
    async with world.sessions.begin() as session:
        return await erase_due(session, world.time.now)


async def rows_left(world: World, patient: UUID) -> dict[str, int]:
    """How many rows of each table are still the patient's."""
    found = {}
    async with world.sessions.begin() as session:
        for table in tables_to_empty():
            owner = table.c["patient_id" if "patient_id" in table.c else "person_id"]
            count = await session.scalar(
                select(func.count()).select_from(table).where(owner == patient)
            )
            found[table.name] = count or 0
    return {name: count for name, count in found.items() if count}


def told_of(document: dict[str, Any]) -> str:
    """What an export says of the record, whoever's it is by now."""
    said = {name: document[name] for name in ("tables", "people")}
    return json.dumps(said, sort_keys=True).replace(document["person"]["id"], "me")


async def test_a_record_that_was_ended_comes_back_as_it_was(world: World) -> None:
    pat = await a_patient_with_a_past(world)
    await allowed(pat, world)
    before = await pat("GET", "/api/me/export.json")
    assert all(before["tables"][name] for name in TABLES)
    assert {len(before["tables"][name]) for name in ("event", "observation")} == {4, 2}
    figures = await pat("GET", "/api/patients/me/adherence?days=30")
    vials = vials_of(await pat("GET", f"{MINE}/vials"))
    assert vials == [(LOT, "1.798", 1)], "2 mL less what was wasted, one dose and its dead space"
    await holds_json_tables_and_fhir(world, pat)
    plan = await pat("GET", "/api/me/deletion")
    assert plan["kept_until"] is None
    email, patient = pat.email, UUID(before["person"]["id"])
    assert await findings(world) == []
    await browser(world.app).sign_up(email=f"{patient}@ended.invalid")  # stands in nobody's way
    await pat("POST", "/api/me/deletion", END)
    await pat("GET", "/api/me", expect=401)
    await pat("POST", "/api/auth/login", {"email": email, "password": PASSWORD}, expect=401)
    assert await erased(world) == 1
    assert await erased(world) == 0
    assert await rows_left(world, patient) == {}
    assert await findings(world) == []

    again = browser(world.app)
    await again(
        "POST", "/api/auth/register",
        {"email": email, "name": "A patient", "timezone": "Asia/Tokyo", "password": PASSWORD},
        expect=201,
    )  # fmt: skip
    sent = {name: value for name, value in before.items() if name != "also"}
    both = await asyncio.gather(
        *(again.client.post("/api/me/restore", json=sent) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]
    (done,) = [answer.json() for answer in both if answer.status_code == 201]
    assert done["genuine"] is True
    after = await again("GET", "/api/me/export.json")
    assert told_of(after) == told_of(before)
    assert await findings(world) == []
    assert vials_of(await again("GET", f"{MINE}/vials")) == vials
    counted = await again("GET", "/api/patients/me/adherence?days=30")
    assert counted["pooled"]["taken"] == figures["pooled"]["taken"] == 1
    assert counted["pooled"] == figures["pooled"]
    # And life goes on: the coming nights are planned again.
    doses = (await again("GET", "/api/patients/me/doses"))["doses"]
    assert any(dose["state"] in {"upcoming", "open"} for dose in doses)
    await again("POST", "/api/me/restore", sent, expect=409)


async def test_what_a_clinic_treated_is_closed_at_once_and_erased_when_its_time_has_come(
    world: World,
) -> None:
    pat, clinician = await a_patient_with_a_past(world), browser(world.app)
    world.time.advance(days=1)
    await in_care(world, pat, clinician)
    # A dose is open while the record ends; nobody is to look for a reminder that it has lost.
    doses = (await pat("GET", "/api/patients/me/doses"))["doses"]
    openly = next(dose["id"] for dose in doses if dose["state"] == "open")
    said = {"id": str(uuid4()), "kind": "skipped"}
    await pat("PUT", f"/api/doses/{openly}/log", said)
    await pat("POST", f"/api/doses/{openly}/undo", {"id": str(uuid4())})
    me = UUID((await pat("GET", "/api/me"))["id"])
    await clinician("GET", f"/api/patients/{me}/doses")
    plan = await pat("GET", "/api/me/deletion")
    assert plan["kept_until"] is not None
    assert "7 years" in plan["reason"]
    wrong = {**END, "password": "another one altogether"}
    await pat("POST", "/api/me/deletion", wrong, expect=403)
    code = (await clinician("POST", "/api/clinic/invites", expect=201))["code"]
    ends, to_come = await waiting(world, me)
    assert ends == 0 < to_come
    await pat("POST", "/api/me/deletion", END)
    await clinician("GET", f"/api/patients/{me}/doses", expect=404)
    with pytest.raises(InviteNotUsable):  # as for a request that was under way at that moment
        async with world.sessions.begin() as session:
            await care.accept(session, await session.get_one(Person, me), code, world.time.now)
    world.time.advance(minutes=2)
    async with world.sessions.begin() as session:
        assert await reconcile(session, world.time.now) == 0
    # Programs of the clinic hear that the care has ended, and no instant is left to wait for.
    assert await waiting(world, me) == (1, 0)
    kept = await rows_left(world, me)
    await night_and_watch(world)  # nothing speaks, nothing is planned, nobody looks
    assert await rows_left(world, me) == kept
    assert kept.keys().isdisjoint(LIVELY)
    assert kept["event"] == 6
    assert await erased(world) == 0
    await is_handed_out(world, me)
    for table in (Event, Placement, Drawn, SourceCheck):
        with pytest.raises(DBAPIError, match="only grows"):
            async with world.sessions.begin() as session:
                await session.execute(delete(table).where(table.patient_id == me))
    world.time.advance(days=7 * 366)
    assert await erased(world) == 1
    await night_and_watch(world)
    assert await rows_left(world, me) == {}
    with pytest.raises(NotFound):
        await is_handed_out(world, me)


LIVELY = {"reminder", "message", "delivery", "subscription", "plan", "look", "sign_in", "tap_token"}
"""Tables by which something is said, planned, shown or opened."""


async def is_handed_out(world: World, me: UUID) -> None:
    """Whoever runs the server can give it to who has a right to it, and that is on the trail."""
    signer = Signer(world.settings.secret_key.get_secret_value())
    async with world.sessions.begin() as session:
        packed = await handed_out(session, me, signer, world.time.now)
        assert [each.id for each in await closed_records(session)] == [me]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        document = json.loads(archive.read("record.json"))
    assert len(document["tables"]["event"]) == 6
    assert document["also"]["access_log"][0]["action"] == "record.exported"


async def waiting(world: World, me: UUID) -> tuple[int, int]:
    """How often an end of care was told, and how many rows wait for an instant to come."""
    now = world.time.now
    async with world.sessions.begin() as session:
        ended = select(func.count()).where(
            AuditEntry.patient_id == me, AuditEntry.action == "care.ended"
        )
        rows = (
            select(Dose.id).where(Dose.patient_id == me, Dose.due_at > now),
            select(LabDraw.id).where(LabDraw.patient_id == me, LabDraw.prompt_at.is_not(None)),
            select(Notice.id).where(Notice.patient_id == me, Notice.say_at.is_not(None)),
        )
        to_come = [len((await session.scalars(each)).all()) for each in rows]
        return await session.scalar(ended) or 0, sum(to_come)


async def night_and_watch(world: World) -> None:
    """A day passes, and the ticks of a clinic and of the house run as well."""
    await world.pass_time(days=1)
    async with world.sessions.begin() as session:
        await seal(session, Sealer(sealing_key(world.settings)), world.time.now)
        await watch(session, world.time.now)
    async with world.sessions.begin() as session:
        await reconcile(session, world.time.now)
    await world.pass_time(minutes=1)


async def in_care(world: World, pat: Browser, clinician: Browser) -> None:
    """The patient lets a clinician of some clinic in."""
    async with world.sessions.begin() as session:
        person = await a_clinician(session)
        headers = await signed_in(session, person, world.time.now)
    clinician.client.headers.update(headers)
    code = (await clinician("POST", "/api/clinic/invites", expect=201))["code"]
    await pat("POST", "/api/care-links", {"code": code}, expect=201)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_that_anybody_could_have_written_is_the_patients_own_account(
    world: World,
) -> None:
    pat, other = await a_patient_with_a_past(world), browser(world.app)
    document = await pat("GET", "/api/me/export.json")
    await other.sign_up()
    async with world.sessions.begin() as session:
        doctor = str((await a_clinician(session)).id)  # a real one, who knows nothing of this
    document["people"][doctor] = {"name": "Dr Somebody", "role": "clinician"}
    tables, at = document["tables"], world.time.now.isoformat()
    tables["protocol_version"][0] |= {"author_id": doctor, "self_reported": False}
    screening, result = tables["screening"][0], tables["observation"][0]
    screening["answers"] |= {next(iter(screening["answers"])): "yes"}
    tables["screening_override"] = [
        {"screening_id": screening["id"], "author_id": doctor, "at": at, "reason": "Never mind"}
    ]
    tables["flag_seen"] = [
        {"id": str(uuid4()), "observation_id": result["id"], "rule": "hematocrit_red",
         "seen_by": doctor, "seen_at": at, "note": ""}
    ]  # fmt: skip
    await allowed(pat, world)
    tables["site_settings"] = (await pat("GET", "/api/me/export.json"))["tables"]["site_settings"]
    assert tables["confirmation"]
    tables["lab_settings"] = [
        {"chosen": {"hematocrit_red": "90"}, "edited_by": doctor, "edited_at": at}
    ]
    done = await other("POST", "/api/me/restore", document, expect=201)
    assert done["genuine"] is False
    me = UUID((await other("GET", "/api/me"))["id"])
    assert await claims_of(world, me) == (me, True, 0)
    counted = await other("GET", "/api/patients/me/adherence?days=30")
    assert set(counted["pooled"]["evidence"]) == {"import"}
    # Who was named there is still named when the record is taken along once more.
    again = await other("GET", "/api/me/export.json")
    assert again["tables"]["protocol_version"][0]["author_id"] == doctor
    assert again["people"][doctor] == {"name": "Dr Somebody", "role": "clinician"}
    # Our own signature under that does not make it true: it says that it is hearsay.
    await other("POST", "/api/me/deletion", END)
    await erased(world)
    same = browser(world.app)
    named = {"email": other.email, "name": "A person", "timezone": "America/Denver"}
    await same("POST", "/api/auth/register", {**named, "password": PASSWORD}, expect=201)
    done = await same("POST", "/api/me/restore", again, expect=201)
    assert done["genuine"] is True
    me = UUID((await same("GET", "/api/me"))["id"])
    assert await claims_of(world, me) == (me, True, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_of_an_earlier_vesper_comes_back_as_well(world: World) -> None:
    """It has no table of what came later; one of them more is a file that nobody saved."""
    pat, other = browser(world.app), browser(world.app)
    await pat.sign_up()
    document = await pat("GET", "/api/me/export.json")
    assert document["version"] == 2
    for name in TABLES:
        del document["tables"][name]
    await other.sign_up()
    await other("POST", "/api/me/restore", document, expect=422)
    too_many = document["tables"] | {"vial": []}
    await other("POST", "/api/me/restore", {**document, "version": 1, "tables": too_many},
                expect=422)  # fmt: skip
    for version in (0, 3, "1", True, None):
        await other("POST", "/api/me/restore", {**document, "version": version}, expect=422)
    await other("POST", "/api/me/restore", {**document, "version": 1}, expect=201)


async def claims_of(world: World, me: UUID) -> tuple[UUID, bool, int]:
    """Who wrote the version, whether as their own word, and how much a clinic decided."""
    async with world.sessions.begin() as session:
        version = (await session.scalars(select(Version).where(Version.patient_id == me))).one()
        decided = 0
        for table in (ScreeningOverride, FlagSeen, LabSettings, SiteSettings, Confirmation):
            mine = select(table).where(table.patient_id == me)
            decided += len((await session.scalars(mine)).all())
        return version.author_id, version.self_reported, decided


def says_what_is_in_the_cupboard(tables: dict[str, list[dict[str, str]]]) -> None:
    """One dose from one vial into one spot; what was taken back is in no table of what was."""
    (vial,) = tables["vials"]
    assert (vial["lot"], vial["left"], vial["left_unit"], vial["doses_drawn"]) == (
        LOT, "1.798", "mL", "1",
    )  # fmt: skip
    assert (vial["strengths"], vial["expires_on"]) == ("sermorelin 5 mg", "2027-06-30")
    given = [row for row in tables["doses"] if row["lot"]]
    assert [(row["vial_id"], row["lot"], row["vial_assumed"], row["site"]) for row in given] == [
        (vial["vial_id"], LOT, "yes", "abdomen_upper_left")
    ]
    assert tables["vial_stock"][-1]["kind"] == "drawn", "in order of time"
    assert sorted(
        (row["kind"], row["quantity"], row["unit"], bool(row["voided_at"]))
        for row in tables["vial_stock"]
    ) == [
        ("drawn", "0.1", "mL", False), ("wasted", "0.1", "mL", False),
        ("wasted", "0.2", "mL", True),
    ]  # fmt: skip
    assert {row["question"]: row["answer"] for row in tables["source_checks"]} == {
        "prescription": "yes", "seal": "unsure",
    }  # fmt: skip
    assert {(row["name"], row["number"]) for row in tables["consumables"]} == {
        ("Swabs", "100"), ("Swabs", "1000"),
    }  # fmt: skip
    reactions = tables["site_reactions"]
    assert {(bool(row["ended_on"]), bool(row["voided_at"])) for row in reactions} == {
        (True, False), (False, True),
    }  # fmt: skip
    assert {row["note"] for row in reactions} == {"'=A lump"}


async def holds_json_tables_and_fhir(world: World, pat: Browser) -> None:
    """What the archive of a record is made of."""
    answer = await pat.client.get("/api/me/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"README.txt", "record.json", "fhir.ndjson", "tables/doses.csv"} <= names
        record = json.loads(archive.read("record.json"))
        kinds = {json.loads(line)["resourceType"] for line in archive.open("fhir.ndjson")}
        tables = {
            name: list(csv.DictReader(io.StringIO(archive.read(f"tables/{name}.csv").decode())))
            for name in ("doses", "vials", "vial_stock", "source_checks", "consumables",
                         "site_reactions")
        }  # fmt: skip
    says_what_is_in_the_cupboard(tables)
    assert Signer(world.settings.secret_key.get_secret_value()).signed(record)
    assert {"Patient", "MedicationRequest", "MedicationAdministration", "Observation"} <= kinds
