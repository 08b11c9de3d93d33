"""A patient takes their record along, ends it, and brings it back; the audit bears it all out."""

import io
import json
import os
import random
import zipfile
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.exchange.ending import erase_due, tables_to_empty
from app.exchange.export import Signer
from app.protocols.models import Version
from tests.factories import a_clinician, signed_in
from tests.stories.cast import PASSWORD, Browser, World, browser, peptide

END = {"password": PASSWORD, "confirm": "end my record"}
NIGHTS = 4
ODD_FILES = int(os.environ.get("VESPER_ODD_FILES", "16"))
"""How many are tried; `make soak` tries hundreds."""


async def a_patient_with_a_past(world: World) -> Browser:
    """Nights of a nightly dose, taken, skipped, taken back and missed; two results, one void."""
    pat = browser(world.app)
    await pat.sign_up(name="P. Tient")
    await pat.answer_no()
    line = peptide()
    await pat(
        "POST", "/api/patients/me/protocol/versions",
        {"reason": "As my clinic wrote it down", "prescriber": "A doctor", "lines": [line]},
        expect=201,
    )  # fmt: skip
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
    before = await pat("GET", "/api/me/export.json")
    assert {len(before["tables"][name]) for name in ("event", "observation")} == {4, 2}
    figures = await pat("GET", "/api/patients/me/adherence?days=30")
    plan = await pat("GET", "/api/me/deletion")
    assert plan["kept_until"] is None
    email, patient = pat.email, UUID(before["person"]["id"])
    await pat("POST", "/api/me/deletion", END)
    await pat("GET", "/api/me", expect=401)
    await pat("POST", "/api/auth/login", {"email": email, "password": PASSWORD}, expect=401)
    assert await erased(world) == 1
    assert await erased(world) == 0
    assert await rows_left(world, patient) == {}

    again = browser(world.app)
    await again(
        "POST", "/api/auth/register",
        {"email": email, "name": "P. Tient", "timezone": "Asia/Tokyo", "password": PASSWORD},
        expect=201,
    )  # fmt: skip
    sent = {name: value for name, value in before.items() if name != "also"}
    done = await again("POST", "/api/me/restore", sent, expect=201)
    assert done["genuine"] is True
    after = await again("GET", "/api/me/export.json")
    assert told_of(after) == told_of(before)
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
    await in_care(world, pat, clinician)
    me = (await pat("GET", "/api/me"))["id"]
    await clinician("GET", f"/api/patients/{me}/doses")
    plan = await pat("GET", "/api/me/deletion")
    assert plan["kept_until"] is not None
    assert "7 years" in plan["reason"]
    wrong = {**END, "password": "another one altogether"}
    await pat("POST", "/api/me/deletion", wrong, expect=403)
    await pat("POST", "/api/me/deletion", END)
    await clinician("GET", f"/api/patients/{me}/doses", expect=404)
    await world.pass_time(days=2)  # nothing speaks, nothing is planned
    assert await erased(world) == 0
    assert "event" in await rows_left(world, UUID(me))
    world.time.advance(days=7 * 366)
    assert await erased(world) == 1
    assert await rows_left(world, UUID(me)) == {}


async def in_care(world: World, pat: Browser, clinician: Browser) -> None:
    """The patient lets a clinician of some clinic in."""
    async with world.sessions.begin() as session:
        person = await a_clinician(session)
        headers = await signed_in(session, person, world.time.now)
    clinician.client.headers.update(headers)
    code = (await clinician("POST", "/api/clinic/invites", expect=201))["code"]
    await pat("POST", "/api/care-links", {"code": code}, expect=201)


async def test_a_file_that_anybody_could_have_written_is_the_patients_own_account(
    world: World,
) -> None:
    pat, other = await a_patient_with_a_past(world), browser(world.app)
    document = await pat("GET", "/api/me/export.json")
    await other.sign_up()
    doctor = str(uuid4())
    document["people"][doctor] = {"name": "Dr Somebody", "role": "clinician"}
    document["tables"]["protocol_version"][0] |= {"author_id": doctor, "self_reported": False}
    done = await other("POST", "/api/me/restore", document, expect=201)
    assert done["genuine"] is False
    me = UUID((await other("GET", "/api/me"))["id"])
    async with world.sessions.begin() as session:
        version = (await session.scalars(select(Version).where(Version.patient_id == me))).one()
        assert (version.author_id, version.self_reported) == (me, True)
    counted = await other("GET", "/api/patients/me/adherence?days=30")
    assert set(counted["pooled"]["evidence"]) == {"import"}
    # Who was named there is still named when the record is taken along once more.
    again = await other("GET", "/api/me/export.json")
    assert again["tables"]["protocol_version"][0]["author_id"] == doctor
    assert again["people"][doctor] == {"name": "Dr Somebody", "role": "clinician"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_odd_file_breaks_anything_or_leaves_half_a_record(world: World) -> None:
    pat, other = await a_patient_with_a_past(world), browser(world.app)
    document = await pat("GET", "/api/me/export.json")
    document.pop("also")
    await other.sign_up()
    me = (await other("GET", "/api/me"))["id"]
    odd: list[Any] = [None, "", "x" * 5000, -1, 10**17, [], {}, "2026-13-45", "NaN", True, me]
    chance = random.Random(os.environ.get("VESPER_ODD_SEED", "5"))
    refused = 0
    for _ in range(ODD_FILES):
        told = deepcopy(document)
        name = chance.choice([name for name, rows in told["tables"].items() if rows])
        row = chance.choice(told["tables"][name])
        column = chance.choice(sorted(row))
        row[column] = chance.choice([each for each in odd if each != row[column]])
        world.app.state.attempts = None  # the patience of the server is not what is tried here
        answer = await other.client.request("POST", "/api/me/restore", json=told)
        assert answer.status_code in {201, 422}, (name, column, row[column], answer.text)
        if answer.status_code == 201:  # that was no harm: and it can be read and taken along
            taken = await other("GET", "/api/me/export.json")
            assert taken["tables"].keys() == document["tables"].keys()
            await other("POST", "/api/me/deletion", END)
            await erased(world)
            other = browser(world.app)
            await other.sign_up()
            continue
        refused += 1
        assert answer.json()["errors"][0]["field"], answer.text
        empty = await other("GET", "/api/me/export.json")
        assert not empty["tables"]["dose"]
    assert refused > ODD_FILES / 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_archive_holds_the_record_as_json_tables_and_fhir(world: World) -> None:
    pat = await a_patient_with_a_past(world)
    answer = await pat.client.get("/api/me/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"README.txt", "record.json", "fhir.ndjson", "tables/doses.csv"} <= names
        record = json.loads(archive.read("record.json"))
        kinds = {json.loads(line)["resourceType"] for line in archive.open("fhir.ndjson")}
    assert Signer(world.settings.secret_key.get_secret_value()).signed(record)
    assert {"Patient", "MedicationRequest", "MedicationAdministration", "Observation"} <= kinds
