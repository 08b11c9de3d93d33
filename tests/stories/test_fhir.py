"""A record leaves by FHIR: everything in it, for a clinic's program, its clinicians and oneself."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.accounts.invites import create_clinic, invite_clinician
from tests.exchange.fhir.official import frame, mistakes, walk
from tests.stories.cast import Browser, World, browser

WARNINGS = (
    "anastrozole_without_testosterone", "gonadorelin_days_adjacent", "baseline_labs_missing",
    "closer_than_minimum_gap",
)  # fmt: skip
MINE = "/api/patients/me"


def line(medicine: str, value: str, unit: str = "mg", **facts: Any) -> dict[str, Any]:
    route = {"testosterone_cypionate": "intramuscular", "anastrozole": "oral"}
    return {
        "medicine": medicine, "route": route.get(medicine, "subcutaneous"),
        "amount": {"value": value, "unit": unit}, **facts,
    }  # fmt: skip


FIRST = [
    line("testosterone_cypionate", "100", recurrence={"weekdays": [1], "times": ["09:00"]}),
    line("anastrozole", "0.50", recurrence={"weekdays": [1, 4], "times": ["bedtime"]}),
    line(
        "cjc1295_ipamorelin", "300", "ug", form="no_dac",
        recurrence={"weekdays": [1, 2, 3, 4, 5], "weeks_on": 1, "weeks_off": 1},
    ),
    line("sermorelin", "250", "ug", recurrence={"per_week": 5}),
    line("gonadorelin", "100", "ug", recurrence={"weekdays": [2, 5], "times": ["20:00"]}),
    line(
        "semaglutide", "0.25", recurrence={"weekdays": [3], "times": ["08:00"]},
        steps=[{"from": "2026-12-30", "amount": {"value": "0.5", "unit": "mg"}}],
    ),
]  # fmt: skip


@dataclass
class Cast:
    """A patient with a past of eight days, their clinic, and its program."""

    world: World
    patient: Browser
    clinician: Browser
    id: str
    program: httpx.AsyncClient
    doses: dict[str, Any]

    async def fhir(self, path: str, *, expect: int = 200, **headers: str) -> Any:
        """What the program reads."""
        answer = await self.program.get(f"/fhir/{path}", headers=headers)
        assert answer.status_code == expect, f"{path}: {answer.text}"
        assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    async def found(self, path: str) -> list[Any]:
        """The resources that a search finds on its first page."""
        bundle = await self.fhir(path)
        return [each["resource"] for each in bundle.get("entry", [])]


async def a_program(world: World, clinician: Browser, *scopes: str) -> httpx.AsyncClient:
    """Software of the clinic, with a key of its own."""
    wanted = {"name": "A register", "scopes": list(scopes), "expires_in_days": 30}
    made = await clinician("POST", "/api/clinic/api-keys", wanted, expect=201)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=world.app), base_url="http://localhost:8000",
        headers={"Authorization": f"Bearer {made['key']}"},
    )  # fmt: skip


async def an_admin(world: World) -> Browser:
    """A clinician of a new clinic who may make keys."""
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now, admin=True)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name="Dr Clay")
    return clinician


class Past:
    """Eight days of a patient with six lines, as they lived them."""

    def __init__(self, world: World, patient: Browser, clinician: Browser) -> None:
        self.world, self.patient, self.clinician = world, patient, clinician
        self.id = ""
        self.lines: dict[str, str] = {}
        self.results: dict[str, Any] = {}

    async def version(self, lines: list[dict[str, Any]], **facts: Any) -> Any:
        """What the clinician proposes."""
        named = [
            each | ({"id": self.lines[each["medicine"]]} if self.lines else {}) for each in lines
        ]
        overrides = [{"code": code, "reason": "Known"} for code in WARNINGS]
        body = {"lines": named, "overrides": overrides, **facts}
        path = f"/api/patients/{self.id}/protocol/versions"
        return await self.clinician("POST", path, body, expect=201)

    async def acknowledge(self, number: int) -> None:
        await self.patient("POST", f"{MINE}/protocol/versions/{number}/acknowledge")
        await self.world.tick()

    async def enter(self, *results: dict[str, Any], **facts: Any) -> Any:
        """Results of this moment, every question about them answered."""
        body = {
            "id": str(uuid4()), "collected_at": self.world.time.now.isoformat(),
            "results": list(results), "confirmed": [each["code"] for each in results], **facts,
        }  # fmt: skip
        return await self.patient("POST", f"{MINE}/observations", body, expect=201)

    async def dose(self, medicine: str, night: str) -> Any:
        found = await self.patient("GET", f"{MINE}/doses?from={night}&to=2026-12-02")
        mine = [each for each in found["doses"] if each["line_id"] == self.lines[medicine]]
        return next(each for each in mine if each["night"] == night)

    async def log(self, medicine: str, night: str, kind: str, **facts: Any) -> str:
        """What the patient says of a dose; its id."""
        dose = await self.dose(medicine, night)
        body = {"id": str(uuid4()), "kind": kind, "confirmed": True, **facts}
        await self.patient("PUT", f"/api/doses/{dose['id']}/log", body)
        return str(dose["id"])

    async def begins(self) -> None:
        """Signed up, let the clinic in, and acknowledged six lines."""
        me = await self.patient.sign_up(name="Ada Lovelace")
        self.id = str(me["id"])
        await self.patient("PATCH", "/api/me/preferences", {"quiet": None})
        await self.patient("PUT", f"{MINE}/about", {"born_on": "1985-04-01", "sex": "male"})
        invite = await self.clinician("POST", "/api/clinic/invites", {}, expect=201)
        await self.patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
        await self.patient.answer_no()
        first = await self.version(FIRST, reason="To begin <with>", pharmacy="Apothecary")
        self.lines = {each["medicine"]: each["id"] for each in first["lines"]}
        await self.acknowledge(1)

    async def is_measured(self) -> None:
        """A draw, one of its results misread; pressure and weight; a check-in; a side effect."""
        labs = await self.enter(
            of("testosterone_total", "720.0", "ng/dL", low="264", high="916"),
            of("estradiol", "5", "pg/mL", comparator="<", low="8.0", high="35.0"),
            of("psa", "9.9", "ng/mL"), laboratory="The laboratory", fasting="yes",
        )  # fmt: skip
        self.results = {each["code"]: each for each in labs["observations"]}
        await self.enter(
            of("systolic", "128", "mm[Hg]"), of("diastolic", "82", "mm[Hg]"),
            of("weight", "180.5", "[lb_av]"),
        )  # fmt: skip
        wrong = self.results["psa"]["id"]
        await self.enter(of("psa", "0.99", "ng/mL", replaces=wrong), note="Misread")
        scores = {"id": str(uuid4()), "scores": {"energy": 4, "libido": 7}}
        await self.patient("PUT", f"{MINE}/check-ins/2026-11-23", scores)
        sermorelin = self.lines["sermorelin"]
        await self.enter(of("injection_site_reaction", "3", "{score}", line_id=sermorelin))

    async def is_lived(self) -> None:
        """Taken early, less, left out, extra, taken back, held; and then nobody says anything."""
        monday, tuesday = "2026-11-23", "2026-11-24"
        at = "2026-11-23T04:30-07:00"
        await self.has_vials()
        injected = await self.log("testosterone_cypionate", monday, "taken", taken_at=at)
        spot = {"id": str(uuid4()), "site": "vastus_lateralis_left"}
        await self.patient("PUT", f"{MINE}/doses/{injected}/site", spot)
        self.world.time.advance(hours=17, minutes=40)  # a quarter to eleven, Monday night
        less = {"value": "0.25", "unit": "mg"}
        await self.log("anastrozole", monday, "taken", amount=less, amount_reason="ran_out")
        await self.log("cjc1295_ipamorelin", monday, "skipped", reason="travelling")
        await self.log("sermorelin", monday, "taken")
        extra = {"id": str(uuid4()), "line_id": self.lines["sermorelin"], "confirmed": True}
        await self.patient("POST", "/api/doses/extra", extra, expect=201)
        self.world.time.advance(days=1)
        undone = await self.log("cjc1295_ipamorelin", tuesday, "taken")
        await self.patient("POST", f"/api/doses/{undone}/undo", {"id": str(uuid4())})
        await self.clinician.sign_in()
        hold = {"since": "2026-11-26", "until": "2026-11-27", "reason": "Away & well"}
        line = f"/api/patients/{self.id}/protocol/lines/{self.lines['anastrozole']}"
        await self.clinician("POST", f"{line}/hold", hold)
        self.world.time.advance(days=2)
        await self.world.tick()
        self.world.time.advance(days=4)  # Monday night a week later: what is untouched has closed
        await self.world.tick()

    async def has_vials(self) -> None:
        """The rest of one vial, and a new one: a dose needs some of both."""
        for lot, volume, date in (("T-1", "0.3", "2027-01-31"), ("T-2", "1", None)):
            await self.patient("POST", f"{MINE}/vials", {
                "id": str(uuid4()), "medicine": "testosterone_cypionate", "form": "solution",
                "strengths": [
                    {"substance": "testosterone cypionate", "value": "200", "unit": "mg"}
                ],
                "volume": {"value": volume, "unit": "mL"}, "lot": lot, "pharmacy": "Apothecary",
                "received_on": "2026-11-23", "expires_on": date,
            }, expect=201)  # fmt: skip

    async def is_changed(self) -> None:
        """Less of one line, another one stopped; and a proposal that nobody has answered."""
        await self.clinician.sign_in()
        await self.patient.sign_in()
        second = [each for each in FIRST if each["medicine"] != "gonadorelin"]
        second[1] = {**second[1], "amount": {"value": "0.25", "unit": "mg"}}
        because = {
            "observation": self.results["estradiol"]["id"], "marker": "Estradiol", "value": "5",
            "unit": "pg/mL", "comparator": "<", "collected_on": "2026-11-23",
        }  # fmt: skip
        await self.version(
            second, reason="Estradiol is low", based_on=1, because=because,
            effective_night="2026-11-30",
        )  # fmt: skip
        await self.acknowledge(2)
        third = [{**second[0], "amount": {"value": "90", "unit": "mg"}}, *second[1:]]
        await self.version(third, reason="Perhaps less", based_on=2, effective_night="2026-12-20")


def of(code: str, value: str, unit: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "unit": unit, **facts}


@pytest.fixture
async def cast(world: World) -> AsyncIterator[Cast]:
    past = Past(world, browser(world.app), await an_admin(world))
    await past.begins()
    await past.is_measured()
    await past.is_lived()
    await past.is_changed()
    doses = await past.patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-12-02")
    program = await a_program(world, past.clinician, "system/*.rs")
    yield Cast(world, past.patient, past.clinician, past.id, program, doses)
    await program.aclose()


async def whole(cast: Cast, client: httpx.AsyncClient, count: int = 90) -> list[Any]:
    """Every resource of `$everything`, page after page as the links say."""
    address: str | None = f"/fhir/Patient/{cast.id}/$everything?_count={count}"
    found: list[Any] = []
    total = None
    while address:
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        assert mistakes(frame(bundle)) == []
        assert len(bundle["entry"]) <= count
        assert total in (None, bundle["total"])
        total = bundle["total"]
        found += bundle["entry"]
        links = {each["relation"]: each["url"] for each in bundle["link"]}
        address = links.get("next")
    assert len(found) == total
    for each in found:
        named = f"{each['resource']['resourceType']}/{each['resource']['id']}"
        assert each["fullUrl"] == f"http://localhost:8000/fhir/{named}"
    return [each["resource"] for each in found]


async def a_whole_record_is_valid_complete_and_refers_to_itself(cast: Cast) -> None:
    resources = await whole(cast, cast.program)
    wrong = [each for resource in resources for each in mistakes(resource)]
    assert wrong == []
    kinds = Counter(each["resourceType"] for each in resources)
    assert set(kinds) == {
        "Patient", "Practitioner", "Organization", "Medication", "CarePlan", "MedicationRequest",
        "MedicationStatement", "MedicationAdministration", "Observation", "ServiceRequest", "Task",
        "Flag", "Provenance",
    }  # fmt: skip
    named = {f"{each['resourceType']}/{each['id']}" for each in resources}
    assert len(named) == len(resources)
    told = {
        place["reference"] for each in resources for place in walk(each) if "reference" in place
        and isinstance(place["reference"], str)
    }  # fmt: skip
    assert {each for each in told if not each.startswith("#")} <= named
    for each in resources:
        stamp = datetime.fromisoformat(each["meta"]["lastUpdated"])
        assert stamp <= cast.world.time.now + timedelta(milliseconds=1)

    # The patient gets the same, without what is for clinicians alone.
    own = await whole(cast, cast.patient.client, 200)
    assert {f"{each['resourceType']}/{each['id']}" for each in own} == {
        each for each in named if not each.startswith("Flag/")
    }


async def a_dose_is_completed_only_if_somebody_said_so(cast: Cast) -> None:
    given = await cast.found(f"MedicationAdministration?patient={cast.id}&_count=200")
    by_id = {each["id"][32:]: each for each in given}
    words = {"taken": "completed", "skipped": "not-done", "missed": "not-done", "held": "not-done"}
    now = cast.world.time.now
    shown = [each for each in cast.doses["doses"] if each["state"] in words]
    states = Counter(each["state"] for each in shown if _due(each) <= now)
    assert set(states) == {"taken", "skipped", "missed", "held"}
    for dose in cast.doses["doses"]:
        key = dose["id"].replace("-", "")
        if dose["state"] not in words or _due(dose) > now:
            assert key not in by_id, dose
            continue
        resource = by_id[key]
        assert resource["status"] == words[dose["state"]]
        if dose["state"] == "taken":
            assert "statusReason" not in resource
            assert resource["dosage"]["dose"]["system"] == "http://unitsofmeasure.org"
        else:
            codes = [c["code"] for r in resource["statusReason"] for c in r["coding"]]
            assert codes[0] == dose["state"]
            assert "dosage" not in resource
    skipped = [each for each in given if "travelling" in str(each.get("statusReason"))]
    assert len(skipped) == 1
    (less,) = [each for each in given if "planned" in each.get("dosage", {}).get("text", "")]
    assert less["dosage"]["text"] == "0.25 mg; planned 0.5 mg"
    assert less["dosage"]["dose"]["value"] == 0.25
    (extra,) = [each for each in given if "outside the plan" in str(each.get("note"))]
    assert extra["note"][0]["text"] == "Taken outside the plan."
    assert "request" not in extra

    # What was taken from memory is seen by its two times.
    (first,) = [each for each in given if each["effectiveDateTime"] == "2026-11-23T04:30:00-07:00"]
    logged = await cast.found(
        f"Provenance?patient={cast.id}&target=MedicationAdministration/{first['id']}"
    )
    assert logged[0]["recorded"] == "2026-11-23T12:00:00.000Z"


def _due(dose: Any) -> datetime:
    return datetime.fromisoformat(dose["due_at"])


async def a_dose_says_its_lots_and_its_spot(cast: Cast) -> None:
    """A batch is one vial's: the medicine stands inside the dose, under the same codes."""
    code = "urn:vesper:medicine|testosterone-cypionate"
    given = await cast.found(f"MedicationAdministration?patient={cast.id}&code={code}")
    (dose,) = (each for each in given if each["status"] == "completed")
    assert mistakes(dose) == []
    name = "Testosterone cypionate, lot T-"
    assert dose["medicationReference"] == {"reference": "#vial-1", "display": f"{name}1"}
    assert dose["supportingInformation"] == [{"reference": "#vial-2", "display": f"{name}2"}]
    assert [(each["id"], each["batch"]) for each in dose["contained"]] == [
        ("vial-1", {"lotNumber": "T-1", "expirationDate": "2027-01-31"}),
        ("vial-2", {"lotNumber": "T-2"}),
    ]
    assert {each["code"]["coding"][0]["code"] for each in dose["contained"]} == {
        "testosterone-cypionate"
    }
    site = dose["dosage"]["site"]
    assert site["text"] == "Left outer thigh muscle"
    assert [(each["system"], each["code"]) for each in site["coding"]] == [
        ("urn:vesper:injection-site", "vastus-lateralis-left"),
        ("http://snomed.info/sct", "1217007000"),
    ]
    assert [each["text"] for each in dose["note"]] == [
        "The lot is that of the vial in use; nobody named it."
    ]
    others = [each for each in given if each is not dose]
    assert all("medicationCodeableConcept" in each for each in others)


async def orders_follow_the_versions_and_the_blocks_of_a_cycle(cast: Cast) -> None:
    orders = await cast.found(f"MedicationRequest?patient={cast.id}&_count=200")
    by_id = {each["id"]: each for each in orders}

    def of_medicine(code: str) -> list[Any]:
        return [
            each for each in orders
            if each["medicationCodeableConcept"]["coding"][0]["code"].startswith(code)
        ]  # fmt: skip

    before, now, draft = of_medicine("anastrozole")
    assert [each["status"] for each in (before, now, draft)] == ["stopped", "active", "draft"]
    assert before["statusReason"]["coding"][0]["code"] == "superseded"
    assert before["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] == {
        "start": "2026-11-23", "end": "2026-11-29",
    }  # fmt: skip
    assert by_id[now["priorPrescription"]["reference"].partition("/")[2]] == before
    assert by_id[draft["priorPrescription"]["reference"].partition("/")[2]] == now
    assert (now["intent"], draft["intent"]) == ("order", "proposal")
    assert now["reasonReference"][0]["display"] == "Estradiol <5 pg/mL on 2026-11-23"
    amounts = [
        each["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"] for each in (before, now)
    ]
    assert [(each["value"], each["unit"], each["code"]) for each in amounts] == [
        (0.5, "mg", "mg"), (0.25, "mg", "mg"),
    ]  # fmt: skip
    assert now["dosageInstruction"][0]["timing"]["repeat"] == {
        "boundsPeriod": {"start": "2026-11-30"}, "frequency": 2, "period": 1, "periodUnit": "wk",
        "dayOfWeek": ["mon", "thu"], "when": ["HS"],
    }  # fmt: skip

    (stopped,) = of_medicine("gonadorelin")
    assert (stopped["status"], stopped["statusReason"]["coding"][0]["code"]) == (
        "stopped",
        "stopped",
    )
    assert stopped["dosageInstruction"][0]["timing"]["repeat"]["timeOfDay"] == ["20:00:00"]
    cycle = [each for each in of_medicine("cjc1295-ipamorelin") if each["status"] != "draft"]
    bounds = [each["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] for each in cycle]
    assert bounds[0] == {"start": "2026-11-23", "end": "2026-11-29"}
    assert cycle[0]["status"] == "completed"
    assert len({each["groupIdentifier"]["value"] for each in cycle}) <= 2
    assert cycle[1]["priorPrescription"]["reference"] == f"MedicationRequest/{cycle[0]['id']}"
    steps = of_medicine("semaglutide")[1]["dosageInstruction"]
    assert [each["doseAndRate"][0]["doseQuantity"]["value"] for each in steps] == [0.25, 0.5]
    assert [each["timing"]["repeat"]["boundsPeriod"] for each in steps] == [
        {"start": "2026-11-30", "end": "2026-12-29"}, {"start": "2026-12-30"},
    ]  # fmt: skip
    assert (
        of_medicine("sermorelin")[0]["dosageInstruction"][0]["timing"]["repeat"]["frequency"] == 5
    )


async def results_keep_their_digits_their_sign_and_their_range(cast: Cast) -> None:
    answer = await cast.program.get(f"/fhir/Observation?patient={cast.id}&category=laboratory")
    assert '"value":720.0,' in answer.text, "720.0 is not 720 to a laboratory"
    labs = {each["resource"]["code"]["text"]: each["resource"] for each in answer.json()["entry"]
            if each["resource"]["status"] == "final"}  # fmt: skip
    estradiol = labs["Estradiol"]
    assert estradiol["valueQuantity"] == {
        "value": 5, "comparator": "<", "unit": "pg/mL", "system": "http://unitsofmeasure.org",
        "code": "pg/mL",
    }  # fmt: skip
    assert estradiol["interpretation"][0]["coding"][0]["code"] == "L"
    assert estradiol["referenceRange"][0]["high"]["value"] == 35
    assert estradiol["contained"][0]["collection"]["fastingStatusCodeableConcept"]["coding"][0][
        "code"
    ] == "F"  # fmt: skip
    assert labs["Testosterone, total"]["interpretation"][0]["coding"][0]["code"] == "N"

    psa = await cast.found(f"Observation?patient={cast.id}&code=http://loinc.org|2857-1")
    psa.sort(key=lambda each: str(each["status"]), reverse=True)
    assert [(each["status"], each["valueQuantity"]["value"]) for each in psa] == [
        ("entered-in-error", 9.9), ("corrected", 0.99),
    ]  # fmt: skip
    revised = await cast.found(f"Provenance?patient={cast.id}&entity=Observation/{psa[0]['id']}")
    assert revised[0]["target"][0]["reference"] == f"Observation/{psa[1]['id']}"

    (pressure,) = await cast.found(f"Observation?patient={cast.id}&code=85354-9")
    assert [
        (each["code"]["coding"][0]["code"], each["valueQuantity"]["value"])
        for each in pressure["component"]
    ] == [("8480-6", 128), ("8462-4", 82)]
    (weight,) = await cast.found(f"Observation?patient={cast.id}&code=29463-7")
    assert weight["valueQuantity"]["code"] == "[lb_av]"
    felt = await cast.found(f"Observation?patient={cast.id}&category=survey")
    assert sorted(each["valueInteger"] for each in felt) == [3, 4, 7]
    (side_effect,) = [each for each in felt if "focus" in each]
    assert side_effect["focus"][0]["reference"].startswith("MedicationStatement/")


async def the_figures_of_adherence_are_those_that_the_clinic_reads(cast: Cast) -> None:
    read = await cast.clinician("GET", f"/api/patients/{cast.id}/adherence?days=30")
    figures = await cast.found(f"Observation?patient={cast.id}&code=adherence-taking&_count=200")
    of_month = [each for each in figures if "30 days" in each["code"]["text"]]
    pooled = next(each for each in of_month if "all lines" in each["code"]["text"])
    counts = {each["code"]["coding"][0]["code"]: each.get("valueInteger")
              for each in pooled["component"]}  # fmt: skip
    assert counts["adherence-expected"] == read["pooled"]["expected"] > 0
    assert counts["adherence-missed"] == read["pooled"]["missed"] > 0
    assert pooled["valueQuantity"]["value"] == round(read["pooled"]["taking"]["value"] * 100, 1)
    assert pooled["method"]["text"].startswith(f"Definition {read['definition']['id']}.")
    assert len(of_month) == len(read["lines"]) + 1

    statements = await cast.found(f"MedicationStatement?patient={cast.id}")
    by_line = {each["identifier"][0]["value"]: each for each in statements}
    for each in read["lines"]:
        said = by_line[each["line"]["id"]]["extension"][0]
        assert said["url"].endswith("us-core-medication-adherence")
        text = said["extension"][0]["valueCodeableConcept"]["text"]
        counted = f"{each['taken']} of {each['expected']} expected doses taken in 30 days"
        assert text == counted if each["expected"] else "No dose" in text
        all_taken = each["taken"] == each["expected"] > 0
        assert ("1156699004" in str(said)) is all_taken


async def searches_narrow_page_and_refuse_what_they_cannot_read(cast: Cast) -> None:
    given = f"MedicationAdministration?patient={cast.id}"
    every = await cast.fhir(f"{given}&_count=200")
    assert (await cast.fhir(f"{given}&_summary=count"))["total"] == every["total"]
    done = await cast.fhir(f"{given}&status=completed&_count=0")
    not_done = await cast.fhir(f"{given}&status=not-done&_count=0")
    assert done["total"] + not_done["total"] == every["total"]
    either = await cast.fhir(f"{given}&status=completed,not-done&_count=0")
    assert either["total"] == every["total"]
    on_monday = await cast.found(f"{given}&effective-time=2026-11-23&_count=200")
    assert {each["effectiveDateTime"][:10] for each in on_monday} == {"2026-11-23"}
    later = await cast.found(f"{given}&effective-time=gt2026-11-23&_count=200")
    assert len(on_monday) + len(later) == every["total"]
    missed = await cast.found(
        f"{given}&reason-not-given=missed&code=urn:vesper:medicine|sermorelin"
    )
    assert {each["status"] for each in missed} <= {"not-done"}

    # Page by page it is the same as at once, each exactly once.
    pages, address = [], f"/fhir/{given}&_count=7"
    while address:
        bundle = (await cast.program.get(address)).json()
        pages += [each["resource"] for each in bundle["entry"]]
        address = next((each["url"] for each in bundle["link"] if each["relation"] == "next"), "")
    assert pages == [each["resource"] for each in every["entry"]]

    since = max(each["resource"]["meta"]["lastUpdated"] for each in every["entry"])
    assert (await cast.fhir(f"{given}&_lastUpdated=gt{since}"))["total"] == 0
    known = every["entry"][0]["resource"]["id"]
    (one,) = await cast.found(f"MedicationAdministration?_id={known}")
    assert one["id"] == known

    told = await cast.fhir(f"{given}&colour=red&_count=1")
    assert told["entry"][-1]["search"]["mode"] == "outcome"
    strict = await cast.fhir(f"{given}&colour=red", expect=400, Prefer="handling=strict")
    assert (strict["resourceType"], mistakes(strict)) == ("OperationOutcome", [])
    for bad in ("effective-time=yesterday", "effective-time=2026-13", "_count=x", "_format=xml",
                "page=nonsense", "status:above=x"):  # fmt: skip
        refused = await cast.fhir(f"{given}&{bad}", expect=400)
        assert refused["issue"][0]["severity"] == "error", bad
    nobody = await cast.fhir("Observation?code=2857-1", expect=400)
    assert nobody["issue"][0]["expression"] == ["http.patient"]


async def a_read_has_a_version_and_every_refusal_is_an_outcome(cast: Cast) -> None:
    world = cast.world
    (order, *_) = await cast.found(f"MedicationRequest?patient={cast.id}&status=active")
    path = f"/fhir/MedicationRequest/{order['id']}"
    answer = await cast.program.get(path)
    assert answer.json() == order
    assert answer.headers["etag"] == f'W/"{order["meta"]["versionId"]}"'
    tag = {"If-None-Match": answer.headers["etag"]}
    again = await cast.program.get(path, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    line_id = order["identifier"][0]["value"]
    hold = {"reason": "Surgery"}
    await cast.clinician("POST", f"/api/patients/{cast.id}/protocol/lines/{line_id}/hold", hold)
    changed = await cast.program.get(path, headers=tag)
    assert (changed.status_code, changed.json()["status"]) == (200, "on-hold")

    stranger = browser(world.app)
    await stranger.sign_up()
    code = (await cast.patient("POST", "/api/me/companion-invites", {}, expect=201))["code"]
    companion = browser(world.app)
    await companion.sign_up(invite=code, name="Sam")
    narrow = await a_program(world, cast.clinician, "system/Patient.rs")
    other = await a_program(world, await an_admin(world), "system/*.rs")
    asked = f"/fhir/Observation?patient={cast.id}"
    refusals = [
        (await httpx.AsyncClient(transport=httpx.ASGITransport(app=world.app),
                                 base_url="http://localhost:8000").get(asked), 401, "login"),
        (await narrow.get(asked), 403, "forbidden"),
        (await other.get(asked), 404, "not-found"),
        (await stranger.client.get(asked), 404, "not-found"),
        (await stranger.client.get(path), 404, "not-found"),
        (await companion.client.get(asked), 404, "not-found"),
        (await companion.client.get(path), 404, "not-found"),
        (await companion.client.get("/fhir/Medication"), 404, "not-found"),
        (await companion.client.get(f"/fhir/Patient/{cast.id}/$everything"), 404, "not-found"),
        (await cast.program.get("/fhir/Encounter"), 404, "not-found"),
        (await cast.program.get("/fhir/Observation/nothing"), 404, "not-found"),
        (await cast.program.get("/fhir/no/such/address/at-all"), 404, "not-found"),
        (await cast.program.post("/fhir/Observation", json={}), 405, "not-supported"),
        (await cast.program.get("/fhir/Observation?%00"), 422, "invalid"),
    ]  # fmt: skip
    for refusal, status, issue in refusals:
        assert refusal.status_code == status, refusal.text
        assert refusal.headers["content-type"] == "application/fhir+json; charset=utf-8"
        outcome = refusal.json()
        assert (outcome["issue"][0]["code"], mistakes(outcome)) == (issue, [])
        assert cast.id not in refusal.text
    listed = (await cast.program.get("/fhir/Patient?name=lovel")).json()
    assert [each["resource"]["id"] for each in listed["entry"]] == [cast.id]
    assert (await other.get("/fhir/Patient")).json()["total"] == 0
    assert (await narrow.get(f"/fhir/Patient/{cast.id}/$everything")).json()["total"] == 1
    log = await cast.patient("GET", "/api/me/access-log?limit=100")
    assert any("by FHIR" in str(each) for each in log["entries"])


async def what_was_taken_back_is_a_mistake_and_whoever_reads_on_hears_of_it(cast: Cast) -> None:
    """Also where it is a pressure of which one half was wrong."""
    patient, world = cast.patient, cast.world
    before = (world.time.now + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    world.time.advance(minutes=1)
    line = (await patient("GET", f"{MINE}/doses?from=2026-11-23&to=2026-12-02"))["doses"][0]
    extra = {"id": str(uuid4()), "line_id": line["line_id"], "confirmed": True}
    dose = (await patient("POST", "/api/doses/extra", extra, expect=201))["id"]
    asked = f"MedicationAdministration?patient={cast.id}&_lastUpdated=gt{before}&status="
    (taken,) = await cast.found(f"{asked}completed")
    assert taken["id"].endswith(dose.replace("-", ""))
    await patient("POST", f"/api/doses/{dose}/undo", {"id": str(uuid4())})
    assert await cast.found(f"{asked}completed") == []
    (mistaken,) = await cast.found(f"{asked}entered-in-error")
    assert (mistaken["id"], mistakes(mistaken)) == (taken["id"], [])
    assert "dosage" not in mistaken

    (vial,) = [
        each for each in (await patient("GET", f"{MINE}/vials?gone=true"))["vials"]
        if each["lot"] == "T-2"
    ]  # fmt: skip
    corrected = await patient.client.patch(
        f"{MINE}/vials/{vial['id']}", json={"lot": "T-3"},
        headers={"If-Match": f'"{vial["revision"]}"'},
    )  # fmt: skip
    assert corrected.status_code == 200, corrected.text
    (relabelled,) = await cast.found(f"{asked}completed")
    assert relabelled["contained"][1]["batch"] == {"lotNumber": "T-3"}

    shown = (await patient("GET", f"{MINE}/observations?code=diastolic"))["observations"]
    wrong = {"reason": "A slip"}
    await patient("POST", f"{MINE}/observations/{shown[0]['id']}/void", wrong)
    changed = f"Observation?patient={cast.id}&_lastUpdated=gt{before}&category=vital-signs"
    by_status = {each["status"]: each for each in await cast.found(changed)}
    assert by_status["final"]["code"]["coding"][0]["code"] == "8480-6"
    assert by_status["entered-in-error"]["valueQuantity"]["value"] == 82


async def test_a_record_leaves_by_fhir(cast: Cast) -> None:
    """One past serves every chapter: to live through it takes longer than to read it."""
    await a_whole_record_is_valid_complete_and_refers_to_itself(cast)
    await a_dose_is_completed_only_if_somebody_said_so(cast)
    await a_dose_says_its_lots_and_its_spot(cast)
    await orders_follow_the_versions_and_the_blocks_of_a_cycle(cast)
    await results_keep_their_digits_their_sign_and_their_range(cast)
    await the_figures_of_adherence_are_those_that_the_clinic_reads(cast)
    await searches_narrow_page_and_refuse_what_they_cannot_read(cast)
    await a_read_has_a_version_and_every_refusal_is_an_outcome(cast)
    await what_was_taken_back_is_a_mistake_and_whoever_reads_on_hears_of_it(cast)


async def test_anybody_may_read_what_the_server_can_do(world: World) -> None:
    anybody = browser(world.app).client
    answer = await anybody.get("/fhir/metadata")
    statement = answer.json()
    assert (answer.status_code, mistakes(statement)) == (200, [])
    assert statement["fhirVersion"] == "4.0.1"
    smart = (await anybody.get("/fhir/.well-known/smart-configuration")).json()
    assert smart["token_endpoint"] == "http://localhost:8000/oauth/token"
    assert smart["grant_types_supported"] == ["client_credentials"]
    assert "S256" in smart["code_challenge_methods_supported"]
    assert "plain" not in smart["code_challenge_methods_supported"]
