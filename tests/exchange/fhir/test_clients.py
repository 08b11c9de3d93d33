"""Two programs that others wrote read a record: the SMART client and fhirpy, over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fhirclient import client as smart
from fhirclient.models.bundle import Bundle
from fhirclient.models.capabilitystatement import CapabilityStatement
from fhirclient.models.medicationadministration import MedicationAdministration
from fhirclient.models.medicationrequest import MedicationRequest
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from app import clock
from tests.server import Server, free_port

DAYS = 12


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The address of FHIR, a program's key, and the patient whose record it may read."""
    folder = tmp_path_factory.mktemp("fhir")
    port = free_port()
    server = Server(folder, public_url=f"http://localhost:{port}")
    server.port, server.url = port, f"http://localhost:{port}"  # what the links will say
    with server.running():
        clinician = server.a_clinician()
        patient = server.sign_up(email="patient@example.org", name="Ada Lovelace")
        me = patient.get("/api/me").json()
        _past(patient)
        code = clinician.post("/api/clinic/invites", json={}).json()["code"]
        assert patient.post("/api/care-links", json={"code": code}).status_code == 201
        key = clinician.post(
            "/api/clinic/api-keys", json={"name": "A register", "scopes": ["system/*.rs"]}
        ).json()["key"]
        yield f"{server.url}/fhir", key, me["id"]


def _past(patient: Any) -> None:
    """Ten intakes out of a file, a dose of tonight that was skipped, and two results."""
    now = clock.now()
    line = {
        "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
        "recurrence": {"times": ["12:00"]},
    }  # fmt: skip
    warnings = ("anastrozole_without_testosterone", "baseline_labs_missing")
    began = (now - timedelta(days=DAYS)).date()
    answer = patient.post("/api/patients/me/protocol/versions", json={
        "lines": [line], "overrides": [{"code": code, "reason": "Known"} for code in warnings],
    })  # fmt: skip
    assert answer.status_code == 201, answer.text
    rows = ["medicine,date,time,status"]
    for day in range(DAYS - 2):
        rows.append(f"anastrozole,{began + timedelta(days=day)},12:05,taken")
    answer = patient.post(
        "/api/patients/me/doses/import", json={"csv": "\n".join(rows), "dry_run": False}
    )
    assert answer.status_code == 200, answer.text
    planned = patient.get("/api/patients/me/doses").json()["doses"]
    report = {"id": str(uuid4()), "kind": "skipped", "reason": "travelling"}
    logged = patient.put(f"/api/doses/{planned[0]['id']}/log", json=report)
    assert logged.status_code == 200, logged.text
    measured = patient.post("/api/patients/me/observations", json={
        "id": str(uuid4()), "collected_at": (now - timedelta(hours=1)).isoformat(),
        "results": [
            {"code": "testosterone_total", "value": "720.0", "unit": "ng/dL"},
            {"code": "estradiol", "value": "5", "unit": "pg/mL", "comparator": "<"},
        ],
        "confirmed": ["testosterone_total", "estradiol"],
    })  # fmt: skip
    assert measured.status_code == 201, measured.text


def test_the_smart_client_reads_and_pages(served: tuple[str, str, str]) -> None:
    """Its models were made from 4.0.1, and refuse what does not fit them."""
    base, key, patient = served
    client = smart.FHIRClient(settings={"app_id": "a-register", "api_base": base})
    client.server.session.headers["Authorization"] = f"Bearer {key}"
    statement = CapabilityStatement.read_from("metadata", client.server)
    assert statement.fhirVersion == "4.0.1"
    ada = Patient.read(patient, client.server)
    assert ada.name[0].text == "Ada Lovelace"
    search = MedicationAdministration.where({"patient": patient, "_count": "4"})
    first = next(search.perform_iter(client.server))
    assert isinstance(first, Bundle)
    assert len(first.entry) == 4
    every = list(search.perform_resources_iter(client.server))
    assert len(every) == first.total > 8
    assert len({each.id for each in every}) == len(every)
    assert {each.status for each in every} == {"completed", "not-done"}
    whens = [each.effectiveDateTime.datetime.astimezone(UTC) for each in every]
    assert whens == sorted(whens)
    (skipped,) = (each for each in every if each.status == "not-done")
    assert skipped.statusReason[1].text == "Travelling"
    order = MedicationRequest.read(skipped.request.reference.split("/")[1], client.server)
    assert order.dosageInstruction[0].timing.repeat.frequency == 1
    results = Observation.where({"patient": patient, "code": "http://loinc.org|2986-8"})
    (testosterone,) = results.perform_resources_iter(client.server)
    assert testosterone.valueQuantity.value == 720


def test_fhirpy_reads_pages_and_hears_of_mistakes(served: tuple[str, str, str]) -> None:
    base, key, patient = served
    client = SyncFHIRClient(base, authorization=f"Bearer {key}")
    doses = client.resources("MedicationAdministration").search(patient=patient)
    every = doses.limit(5).fetch_all()
    assert len(every) == doses.count() > 8
    done = doses.search(status="completed").fetch_all()
    assert {each["status"] for each in done} == {"completed"}
    year = clock.now().year
    assert doses.search(**{"effective-time__ge": f"{year - 1}"}).count() == len(every)
    one = client.reference("MedicationAdministration", every[0]["id"]).to_resource()
    assert one["meta"]["versionId"] == every[0]["meta"]["versionId"]
    whole = client.execute(f"Patient/{patient}/$everything", method="get")
    kinds = {each["resource"]["resourceType"] for each in whole["entry"]}
    assert {"Patient", "CarePlan", "MedicationRequest"} <= kinds
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", str(uuid4())).to_resource()
    with pytest.raises(OperationOutcome, match="effective-time is no date"):
        doses.search(**{"effective-time": "yesterday"}).fetch()


def test_the_links_they_follow_are_this_servers_own(served: tuple[str, str, str]) -> None:
    """A link to elsewhere would be followed with the key."""
    base, key, patient = served
    client = SyncFHIRClient(base, authorization=f"Bearer {key}")
    page = client.execute("Observation", method="get", params={"patient": patient, "_count": 1})
    assert all(each["url"].startswith(base) for each in page["link"])
