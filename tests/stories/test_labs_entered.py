"""Results enter the record: a whole panel, what is asked and refused, corrections, an old file."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from app.accounts.models import Person
from app.db import Sessions
from app.sealing import Sealer
from app.verification import verify
from tests.conftest import SECRET
from tests.factories import a_care_link, a_clinician, signed_in
from tests.stories.cast import Browser, browser
from tests.story_time import Clock

pytestmark = pytest.mark.usefixtures("quick_passwords")
PATH = "/api/patients/me/observations"


class Patient:
    """Somebody with papers from a laboratory in their hand."""

    def __init__(self, browser: Browser, time: Clock) -> None:
        self.browser, self.time = browser, time

    def panel(self, *results: dict[str, Any], **facts: Any) -> dict[str, Any]:
        """A panel drawn an hour ago, or so many days before."""
        at: datetime = self.time.now - timedelta(hours=1, days=facts.pop("days_ago", 0))
        known = {"id": str(uuid4()), "collected_at": at.isoformat(), "results": list(results)}
        return known | facts

    async def enter(self, *results: dict[str, Any], expect: int = 201, **facts: Any) -> Any:
        """What the server says of a panel of these results."""
        return await self.browser("POST", PATH, self.panel(*results, **facts), expect=expect)

    async def all(self, query: str = "") -> list[Any]:
        found: list[Any] = (await self.browser("GET", PATH + query))["observations"]
        return found


@pytest.fixture
async def patient(app: FastAPI, time: Clock, sessions: Sessions) -> AsyncIterator[Patient]:
    """A patient in Denver; and in the end the record bears out what the audit log says."""
    page = browser(app)
    await page.sign_up()
    yield Patient(page, time)
    verdict = await verify(sessions, [Sealer(SECRET)], now=time.now)
    assert verdict.findings == []


def result(code: str, value: str, unit: str, **facts: Any) -> dict[str, Any]:
    return {"code": code, "value": value, "unit": unit, **facts}


async def test_a_whole_panel_is_kept_exactly_as_it_stands_on_the_paper(patient: Patient) -> None:
    answer = await patient.enter(
        result("testosterone_total", "17.30", "nmol/L", low="8.0", high="29.00", loinc="14913-8"),
        result("psa", "0.10", "ug/L", comparator="<"),
        result("hematocrit", "0.451", "L/L"),
        result("estradiol", "24", "pg/mL", assay="standard"),
        fasting="yes", laboratory="Labor Nord", note="Left arm",
        collected_at="2026-11-22T08:15:00-07:00",
    )  # fmt: skip
    assert answer["emergency"] is None
    first, psa, hematocrit, estradiol = answer["observations"]
    kept = {name: first[name] for name in ("value", "unit", "low", "high", "loinc", "canonical")}
    assert kept == {
        "value": "17.30", "unit": "nmol/L", "low": "8.0", "high": "29.00", "loinc": "14913-8",
        "canonical": "498.96660",
    }  # fmt: skip
    assert (first["shown"], first["canonical_unit"]) == ("499", "ng/dL")
    assert (first["collected_local"], first["zone"]) == ("2026-11-22 08:15", "America/Denver")
    assert (first["fasting"], first["laboratory"], first["day"]) == (
        "yes", "Labor Nord", "2026-11-22",
    )  # fmt: skip
    assert (psa["comparator"], psa["value"], psa["shown"]) == ("<", "0.10", "0.10")
    assert (hematocrit["canonical"], hematocrit["shown"]) == ("45.100", "45.1")
    assert (estradiol["assay"], estradiol["author"]["role"]) == ("standard", "patient")
    listed = await patient.all()
    assert sorted(listed, key=lambda one: one["id"]) == sorted(
        answer["observations"], key=lambda one: one["id"]
    )


async def test_a_repeat_is_harmless_and_another_content_is_not_written(patient: Patient) -> None:
    panel = patient.panel(result("lh", "4.2", "mIU/mL"), result("fsh", "3", "[IU]/L"))
    once = await patient.browser("POST", PATH, panel, expect=201)
    patient.time.advance(hours=2)
    assert await patient.browser("POST", PATH, panel, expect=201) == once
    for other in (
        panel | {"results": panel["results"][:1]},
        panel | {"results": [*panel["results"], result("shbg", "30", "nmol/L")]},
        panel | {"results": [result("lh", "4.20", "mIU/mL"), panel["results"][1]]},
        panel | {"note": "Another"},
    ):
        problem = await patient.browser("POST", PATH, other, expect=409)
        assert problem["type"] == "/problems/panel-differs"
    assert len(await patient.all()) == 2


async def test_every_mistake_is_told_at_once_by_its_field_and_nothing_is_written(
    patient: Patient,
) -> None:
    problem = await patient.enter(
        result("lh", "4.2", "mIU/mL"),
        result("aura", "1", "mg/dL"),
        result("shbg", "30", "ug/dL"),
        result("psa", "0,5", "ng/mL", low="x"),
        result("hdl", "50", "mg/dL", low="60", high="40"),
        result("energy", "7", "{score}"),
        result("igf1", "150", "ng/mL", loinc="2483-6"),
        result("creatinine", "41", "mg/dL"),
        result("hematocrit", "0.02", "%"),
        result("glucose_fasting", "5.2", "mg/dL"),
        result("systolic", "80", "mm[Hg]"),
        result("diastolic", "120", "mm[Hg]"),
        result("alt", "20", "U/L", line_id=str(uuid4())),
        result("headache", "2.5", "{score}"),
        result("lh", "4.2", "mIU/mL"),
        expect=422,
    )
    fields = [error["field"] for error in problem["errors"]]
    assert sorted(fields) == sorted([
        "results.1.code", "results.2.unit", "results.3.value", "results.3.low", "results.4.low",
        "results.5.code", "results.6.loinc", "results.7.value", "results.8.value",
        "results.9.value", "results.10.value", "results.12.line_id", "results.13.value",
        "results.14.code",
    ])  # fmt: skip
    assert all(error["problem"] and error["cure"] for error in problem["errors"])
    by_field = {error["field"]: error for error in problem["errors"]}
    assert by_field["results.2.unit"]["cure"] == "Use nmol/L."
    assert "IGFBP-3" in by_field["results.6.loinc"]["problem"]
    assert "mmol/L" in by_field["results.9.value"]["cure"]
    assert await patient.all() == []


async def test_a_value_of_another_unit_is_asked_about_before_a_limit_refuses_it(
    patient: Patient,
) -> None:
    panel = patient.panel(
        result("glucose_fasting", "5.2", "mg/dL"), result("testosterone_total", "3.1", "ng/dL"),
        result("platelets", "700", "10*3/uL"),
    )  # fmt: skip
    asked = await patient.browser("POST", PATH, panel, expect=409)
    assert asked["type"] == "/problems/ask-about-values"
    told = [
        (each["code"], each["kind"], each["field"], each["unit"]) for each in asked["questions"]
    ]
    assert told == [
        ("glucose_fasting", "hint", "results.0.value", "mmol/L"),
        ("testosterone_total", "hint", "results.1.value", "nmol/L"),
        ("testosterone_total", "hint", "results.1.value", "ng/mL"),
        ("platelets", "soft", "results.2.value", None),
    ]
    assert asked["questions"][0]["text"] == "5.2 mg/dL: is this mmol/L?"
    assert await patient.all() == []
    # Some of them answered: the others are asked again.
    some = panel | {"confirmed": ["testosterone_total"]}
    asked = await patient.browser("POST", PATH, some, expect=409)
    assert {each["code"] for each in asked["questions"]} == {"glucose_fasting", "platelets"}
    # "Yes, 5.2 mg/dL is right": no body has that.
    every = panel | {"confirmed": ["glucose_fasting", "testosterone_total", "platelets"]}
    refused = await patient.browser("POST", PATH, every, expect=422)
    assert [error["field"] for error in refused["errors"]] == ["results.0.value"]
    # The unit corrected, the rest confirmed.
    right = [result("glucose_fasting", "5.2", "mmol/L"), *panel["results"][1:]]
    answer = await patient.browser("POST", PATH, every | {"results": right}, expect=201)
    assert [each["shown"] for each in answer["observations"]] == ["94", "3", "700"]


async def test_leaps_and_seconds_of_the_same_instant_are_asked_about(patient: Patient) -> None:
    first = [
        result("hematocrit", "45", "%"), result("testosterone_total", "300", "ng/dL"),
        result("weight", "82", "kg"),
    ]  # fmt: skip
    await patient.enter(*first, days_ago=69)
    again = await patient.enter(*first, days_ago=69, expect=409)
    assert [each["kind"] for each in again["questions"]] == ["twice"] * 3
    within = [
        result("hematocrit", "55", "%"), result("testosterone_total", "1500", "ng/dL"),
        result("weight", "102.5", "kg"),
    ]  # fmt: skip
    answer = await patient.enter(*within, days_ago=40)
    for each in answer["observations"]:
        await patient.browser("POST", f"{PATH}/{each['id']}/void", {"reason": "Only tried"})
    beyond = [
        result("hematocrit", "55.1", "%"), result("testosterone_total", "1501", "ng/dL"),
        result("weight", "181", "kg"),
    ]  # fmt: skip
    asked = await patient.enter(*beyond, days_ago=39, expect=409)
    assert [(each["code"], each["kind"], each["unit"]) for each in asked["questions"]] == [
        ("hematocrit", "delta", None), ("testosterone_total", "delta", None),
        ("weight", "delta", "[lb_av]"),
    ]  # fmt: skip
    codes = [each["code"] for each in asked["questions"]]
    await patient.enter(*beyond, days_ago=39, confirmed=codes)
    # A leap of weight after more than a month is none, and none is seen from a void row.
    await patient.enter(result("weight", "120", "kg"), days_ago=8)


async def test_a_correction_voids_and_replaces_in_one_request(patient: Patient) -> None:
    answer = await patient.enter(result("psa", "14", "ng/mL"), confirmed=["psa"])
    wrong = answer["observations"][0]
    at = wrong["collected_at"]
    panel = patient.panel(
        result("psa", "1.4", "ng/mL", replaces=wrong["id"]), collected_at=at, note="Misread"
    )
    for _ in range(2):  # the phone tries again
        answer = await patient.browser("POST", PATH, panel, expect=201)
        assert answer["observations"][0]["replaces"] == wrong["id"]
    [standing] = await patient.all()
    assert (standing["value"], standing["voided_at"]) == ("1.4", None)
    history = {one["id"]: one for one in await patient.all("?voided=true")}
    assert len(history) == 2
    old = history[wrong["id"]]
    assert (old["value"], old["void_reason"], old["voided_by"]) == ("14", "Corrected.", "A person")
    # What is void cannot be corrected again, nor what is another thing, nor what is nobody's.
    late = result("psa", "1.5", "ng/mL", replaces=wrong["id"])
    problem = await patient.enter(late, expect=409)
    assert problem["type"] == "/problems/no-longer-stands"
    for replaces in (standing["id"], str(uuid4())):
        other = result("lh", "5", "mIU/mL", replaces=replaces)
        problem = await patient.enter(other, expect=422)
        assert problem["errors"][0]["field"] == "results.0.replaces"
    assert len(await patient.all()) == 1


async def test_voiding_keeps_the_first_reason_and_hides_the_row(patient: Patient) -> None:
    [row] = (await patient.enter(result("lh", "4", "mIU/mL")))["observations"]
    address = f"{PATH}/{row['id']}/void"
    first = await patient.browser("POST", address, {"reason": "Another person's paper"})
    patient.time.advance(hours=1)
    assert await patient.browser("POST", address, {"reason": "Again"}) == first
    assert first["void_reason"] == "Another person's paper"
    assert await patient.all() == []
    await patient.browser("POST", f"{PATH}/{uuid4()}/void", {"reason": "Nothing"}, expect=404)
    await patient.browser("POST", address, {"reason": "  "}, expect=422)


@pytest.mark.parametrize(
    ("at", "known", "expect", "why"),
    [
        ("2026-11-24T09:00:00-07:00", True, 422, "collected_at"),
        ("2026-11-24T09:00:00-07:00", False, 422, "collected_at"),
        ("2026-11-23T23:00:00-07:00", False, 201, ""),
        ("2021-11-01T09:00:00-07:00", True, 409, "old"),
        ("2021-12-01T09:00:00-07:00", True, 201, ""),
        ("2026-11-23T09:00:00", True, 422, "collected_at"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_when_it_was_drawn_is_looked_at(
    patient: Patient, at: str, known: bool, expect: int, why: str
) -> None:
    sent = patient.panel(result("lh", "4", "mIU/mL"), collected_at=at, time_known=known)
    answer = await patient.browser("POST", PATH, sent, expect=expect)
    if expect == 422:
        assert answer["errors"][0]["field"] == why
    elif expect == 409:
        asked = answer["questions"][0]
        assert (asked["kind"], asked["code"], asked["field"]) == (why, *["collected_at"] * 2)
        await patient.browser("POST", PATH, sent | {"confirmed": ["collected_at"]}, expect=201)
    else:
        local = answer["observations"][0]["collected_local"]
        assert local == (f"{at[:10]} {at[11:16]}" if known else f"{at[:10]} 08:00")


async def test_a_red_flag_leads_at_once_to_emergency_words(patient: Patient) -> None:
    answer = await patient.enter(
        result("chest_pain", "1", "{score}"), result("leg_swelling", "1", "{score}"),
        result("one_sided_weakness", "1", "of 10"),
    )  # fmt: skip
    text = answer["emergency"]["text"]
    assert text.count("blood clot") == 1
    assert "stroke" in text
    plain = await patient.enter(result("headache", "4", "{score}"))
    assert plain["emergency"] is None


async def test_a_scan_is_of_one_machine_and_a_lab_of_none(patient: Patient) -> None:
    answer = await patient.enter(
        result("dexa_lean", "61.25", "kg"), result("dexa_fat", "18400", "g"),
        result("dexa_lean_left_arm", "3.9", "kg"), result("prolactin", "9", "ng/mL"),
        scanner={"make": "Hologic", "model": "Horizon A"},
    )  # fmt: skip
    lean, fat, _, prolactin = answer["observations"]
    assert lean["scanner"] == fat["scanner"] == {"make": "Hologic", "model": "Horizon A"}
    assert (fat["canonical"], fat["shown"]) == ("18.400", "18.40")
    assert prolactin["scanner"] is None


async def test_a_clinician_enters_for_the_patient_and_both_see_who_it_was(
    patient: Patient, app: FastAPI, sessions: Sessions
) -> None:
    me = (await patient.browser("GET", "/api/me"))["id"]
    async with sessions.begin() as session:
        person = await session.get(Person, UUID(me))
        assert person is not None
        doctor = await a_clinician(session, name="Dr Clay")
        await a_care_link(session, person, doctor)
        cookies = await signed_in(session, doctor, patient.time.now)
    clinic = browser(app)
    clinic.client.headers.update(cookies)
    panel = patient.panel(result("hba1c", "36", "mmol/mol"))
    await clinic("POST", f"/api/patients/{me}/observations", panel, expect=201)
    [row] = await patient.all()
    assert (row["author"]["name"], row["means"], row["shown"]) == ("Dr Clay", "clinician", "5.4")
    log = (await patient.browser("GET", "/api/me/access-log"))["entries"]
    assert "entered results, measurements or side effects for you" in str(log)


async def test_a_long_history_is_read_in_stretches_of_400_days(patient: Patient) -> None:
    for days in (10, 399, 401, 900):
        at = patient.time.now - timedelta(days=days)
        await patient.enter(result("lh", "4", "mIU/mL"), collected_at=at.isoformat())
    await patient.enter(result("weight", "80", "kg"))
    assert len(await patient.all()) == 3
    assert len(await patient.all("?group=lab")) == 2
    assert len(await patient.all("?from=2025-01-01&to=2026-01-01")) == 2
    assert len(await patient.all("?from=2024-01-01")) == 1
    for query in ("?from=2026-01-02&to=2026-01-01", "?from=2024-01-01&to=2026-01-01", "?group=x"):
        await patient.browser("GET", PATH + query, expect=422)


async def test_the_catalogue_says_what_can_be_entered_and_whose_codes_these_are(
    patient: Patient,
) -> None:
    catalogue = await patient.browser("GET", "/api/observations/catalogue")
    by_code = {item["code"]: item for item in catalogue["items"]}
    total = by_code["testosterone_total"]
    assert total["units"][:2] == [
        {"unit": "ng/dL", "spoken": "ng/dL"}, {"unit": "nmol/L", "spoken": "nmol/L"},
    ]  # fmt: skip
    assert total["loinc"][0] == "2986-8"
    assert total["hints"][0] == {"low": "3", "high": "60", "unit": "nmol/L", "spoken": "nmol/L"}
    assert (total["hard"], total["soft"]) == (
        {"low": "1", "high": "10000"}, {"low": "100", "high": "1800"},
    )  # fmt: skip
    assert by_code["energy"]["anchors"]["low"] == "I had no energy at all"
    assert "911" in by_code["chest_pain"]["emergency"]
    assert "Regenstrief Institute" in catalogue["notice"]


FILE = """date,time,marker,loinc,value,unit,low,high,fasting,laboratory,note
2024-03-01,08:15,Testosterone,2986-8,455,ng/dL,264,916,yes,LabCorp,
2024-03-01,08:15,,2857-1,<0.1,ng/mL,,4,,LabCorp,repeat
2024-03-01,08:15,hematocrit,,0.46,L/L,,,,LabCorp,
2024-06-01,,Weight,,180,lb,,,,,scales
"""


async def test_a_file_of_earlier_results_is_tried_out_then_recorded_once(
    patient: Patient,
) -> None:
    address = f"{PATH}/import"
    tried = await patient.browser("POST", address, {"csv": FILE})
    assert tried == {"rows": 4, "recorded": 4, "already": 0, "refused": [], "dry_run": True}
    assert await patient.all("?from=2024-01-01&to=2024-12-31") == []
    done = await patient.browser("POST", address, {"csv": FILE, "dry_run": False})
    assert done["recorded"] == 4
    again = await patient.browser("POST", address, {"csv": FILE, "dry_run": False})
    assert (again["recorded"], again["already"]) == (0, 4)
    rows = {row["code"]: row for row in await patient.all("?from=2024-01-01&to=2024-12-31")}
    total, psa, weight = rows["testosterone_total"], rows["psa"], rows["weight"]
    assert (total["value"], total["low"], total["fasting"], total["means"]) == (
        "455", "264", "yes", "import",
    )  # fmt: skip
    assert (psa["comparator"], psa["high"], psa["note"]) == ("<", "4", "repeat")
    assert psa["panel_id"] == total["panel_id"] == rows["hematocrit"]["panel_id"]
    assert (weight["unit"], weight["shown"], weight["time_known"]) == ("[lb_av]", "81.6", False)
    assert weight["collected_local"] == "2024-06-01 08:00"


async def test_bad_rows_are_named_and_the_others_wait_or_are_recorded(patient: Patient) -> None:
    bad = FILE + "2024-07-01,08:00,glucose,,5.2,mg/dL,,,,,\n2024-03-01,08:15,psa,,2,ng/mL,,,,,\n"
    address = f"{PATH}/import"
    answer = await patient.browser("POST", address, {"csv": bad, "dry_run": False})
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [(6, "unit"), (7, "row")]
    assert (answer["recorded"], await patient.all("?from=2024-01-01&to=2024-12-31")) == (0, [])
    skipping = {"csv": bad, "dry_run": False, "skip_refused": True}
    assert (await patient.browser("POST", address, skipping))["recorded"] == 4
    contrary = FILE.replace("455", "456")
    answer = await patient.browser("POST", address, {"csv": contrary, "dry_run": False})
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [(2, "value")]
