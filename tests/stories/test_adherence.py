"""Two weeks as they happen: what is counted, the doses behind it, and the same figures for all."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.stories.cast import Browser, World
from tests.stories.test_evening import a_clinic, a_patient_with

FIRST = date(2026, 11, 23)

PATH = "/api/patients/{}/adherence"


async def the_patient_lets_in(patient: Browser, clinician: Browser) -> None:
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)


async def say(patient: Browser, night: int, **facts: Any) -> str:
    """Log the dose of the night, so many after the first Monday; its id."""
    day, after = FIRST + timedelta(days=night), FIRST + timedelta(days=night + 1)
    found = await patient("GET", f"/api/patients/me/doses?from={day}&to={after}")
    (dose,) = found["doses"]
    said = {"id": str(uuid4()), "kind": "taken", "taken_at": dose["due_at"]} | facts
    if said["kind"] == "skipped":
        del said["taken_at"]
    await patient("PUT", f"/api/doses/{dose['id']}/log", said)
    return str(dose["id"])


async def test_a_late_start_two_misses_and_what_a_clinician_reads_of_them(world: World) -> None:
    clinician = await a_clinic(world)
    patient, patient_id = await a_patient_with(world)
    await the_patient_lets_in(patient, clinician)
    path = PATH.format(patient_id)

    # The vial has not come: two nights pass, and that is neither a rate of 0 nor of 100 %.
    await world.pass_time(hours=2 * 24)
    before = (await clinician_again(clinician, path))["pooled"]
    assert (before["expected"], before["taking"]) == (0, {"value": None, "ci95": None})
    assert (before["before_initiation"], before["not_initiated"]) == (2, True)
    assert before["persistence"] == {
        "days": None, "state": "not_started", "until": None, "permissible_gap_days": 30,
    }  # fmt: skip
    (row,) = (await clinician("GET", "/api/clinic/patients"))["patients"]
    assert row["taking30"] == {"taken": 0, "expected": 0, "before_initiation": 2}
    assert row["nights"][-3:] == ["missed", "missed", "none"]

    # Then seven nights: three taken, one of them with twice the amount, one said two days later,
    # one skipped, and two that nobody says anything of.
    await world.pass_time(hours=7 * 24)
    await say(patient, 2)
    await say(patient, 3, amount={"value": "500", "unit": "ug"}, confirmed=True)
    await say(patient, 4)
    await say(patient, 5, kind="skipped", reason="travelling")
    await say(patient, 6)

    read = await clinician_again(clinician, f"{path}?days=30")
    figures = read["pooled"]
    assert (figures["expected"], figures["taken"], figures["skipped"]) == (7, 4, 1)
    assert (figures["missed"], figures["before_initiation"]) == (2, 2)
    assert figures["taking"]["value"] == 0.5714
    assert figures["taking"]["ci95"] == [0.2505, 0.8418]
    assert figures["amount_accuracy"] == {
        "accurate": 3, "of": 4, "share": 0.75, "tolerance": "0.1",
    }  # fmt: skip
    assert figures["correct_days"] == {"right": 4, "expected": 7, "share": 0.5714}
    assert figures["report_completeness"] == 0.7143
    assert figures["log_lag_minutes"]["backfilled_over_24h"] == 4
    assert (figures["left_out_in_row"], figures["drug_holidays"]["count"]) == (2, 0)
    assert figures["longest_gap"]["to"] is None
    assert figures["intervals"]["n"] == 3
    assert (figures["not_initiated"], figures["supply"]) == (False, None)
    assert read["definition"]["id"] == "vesper-1"

    # Everybody who may read it reads the same, and the doses behind it count up to it.
    assert (await patient("GET", "/api/patients/me/adherence?days=30"))["pooled"] == figures
    raw = await clinician("GET", f"/api/patients/{patient_id}/doses/record")
    words = Counter(dose["counts_as"] for dose in raw["doses"])
    assert words == {
        "on_time": 4, "skipped": 1, "missed": 2, "before_initiation": 2,
    }  # fmt: skip
    (row,) = (await clinician("GET", "/api/clinic/patients?sort=taking"))["patients"]
    assert row["taking30"] == {"taken": 4, "expected": 7, "before_initiation": 2}
    assert row["worst"] == {"name": "Sermorelin", "taken": 4, "expected": 7}
    assert row["nights"][-10:] == [
        "missed", "missed", "taken", "taken", "taken", "skipped", "taken", "missed", "missed",
        "none",
    ]  # fmt: skip
    found = await clinician("POST", "/api/clinic/patients/search", {"q": "patient"})
    assert [one["id"] for one in found["patients"]] == [patient_id]

    # The week before is beside the week, and the version's own figures are of its own nights.
    week = await clinician("GET", f"{path}?days=7")
    trend = week["pooled"]["trend"]
    assert (trend["previous"]["expected"], trend["delta"]) == (0, None)
    version = await clinician("GET", f"{path}?since=current_version")
    assert version["pooled"]["expected"] == 7
    log = await patient("GET", "/api/me/access-log")
    assert any("one by one" in entry["what"] for entry in log["entries"])


async def clinician_again(clinician: Browser, path: str) -> Any:
    """A clinician's sign-in does not outlive the days that pass."""
    await clinician.sign_in()
    return await clinician("GET", path)
