"""A year of a lab plan: dose changes, doses that were missed, results that came late, and an end.

On every day of it what is due is what a second computation says, which knows nothing of the first.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.accounts.invites import create_clinic, invite_clinician
from app.monitoring.due import Said
from app.monitoring.plan import draw_id
from app.monitoring.rules import DEFAULT_RULES
from app.monitoring.treatment import rules_from
from tests.monitoring.simulated import Entry, Patient, expected
from tests.stories.cast import Browser, World, browser
from tests.story_time import MONDAY

A_DAY = timedelta(days=1)
START = MONDAY.date()
BASELINE = {"code": "baseline_labs_missing", "reason": "Will be drawn tomorrow"}
VALUES = {
    "testosterone_total": "520", "estradiol": "24", "igf1": "180", "hematocrit": "46",
    "hba1c": "5.2", "cholesterol_total": "180", "hdl": "50", "ldl": "105", "triglycerides": "90",
    "alt": "22", "ast": "24", "psa": "0.9", "weight": "82", "systolic": "122", "diastolic": "78",
    "dexa_lean": "61", "dexa_fat": "17",
}  # fmt: skip
UNITS = {
    "testosterone_total": "ng/dL", "estradiol": "pg/mL", "igf1": "ng/mL", "hematocrit": "%",
    "hba1c": "%", "cholesterol_total": "mg/dL", "hdl": "mg/dL", "ldl": "mg/dL",
    "triglycerides": "mg/dL", "alt": "U/L", "ast": "U/L", "psa": "ng/mL", "weight": "kg",
    "systolic": "mm[Hg]", "diastolic": "mm[Hg]", "dexa_lean": "kg", "dexa_fat": "kg",
}  # fmt: skip
BLOOD = ("testosterone_total", "estradiol", "igf1", "hematocrit", "hba1c", "cholesterol_total",
         "hdl", "ldl", "triglycerides")  # fmt: skip


@dataclass
class Year:
    """The patient, the clinician, and a notebook of what happened, for the second computation."""

    world: World
    patient: Browser
    clinician: Browser
    id: str
    notebook: Patient
    lines: dict[str, str] = field(default_factory=dict)
    version: int = 0

    @property
    def today(self) -> date:
        """The calendar date in Denver, at any hour of these stories."""
        return (self.world.time.now - timedelta(hours=7)).date()

    async def until(self, day: int) -> list[Any]:
        """Time passes up to noon UTC of a day; what arrived on the phone meanwhile."""
        arrived = []
        while (left := MONDAY + A_DAY * day + timedelta(hours=6) - self.world.time.now) > A_DAY * 0:
            arrived += await self.world.pass_time(hours=min(left, A_DAY * 30) / timedelta(hours=1))
        for somebody in (self.patient, self.clinician):
            await somebody.sign_in()
        return [one for one in arrived if one.data["kind"] == "lab-due"]

    async def as_expected(self) -> dict[str, str]:
        """Each draw is where brute force says, in both browsers; the states by rule."""
        due = await self.patient("GET", "/api/patients/me/labs/due")
        found = {
            (each["id"], each["due_on"], each["state"], each["done_on"] or each["drawn_on"])
            for each in due["draws"]
        }  # fmt: skip
        listed = self.listed()
        assert found == {
            (str(self.named(each)), each[2].isoformat(), each[3], each[4] and each[4].isoformat())
            for each in listed
        }, self.today  # fmt: skip
        assert await self.clinician("GET", f"/api/patients/{self.id}/labs/due") == due
        everything = [draw for visit in due["visits"] for draw in visit["draws"]]
        assert sorted(everything) == sorted(each["id"] for each in due["draws"])
        return {each["step"]: each["state"] for each in reversed(due["draws"])}

    def listed(self) -> set[Entry]:
        """What brute force says is due."""
        return expected(self.notebook, self.today, self.today + A_DAY * 400)

    def named(self, entry: Entry) -> UUID:
        """The id of what is due."""
        return draw_id(UUID(self.id), entry[0], entry[1])

    async def prescribe(self, milligrams: str, **facts: Any) -> None:
        """The clinician proposes, and the patient agrees at once."""
        weekly: dict[str, Any] = {
            "medicine": "testosterone_cypionate", "route": "intramuscular",
            "amount": {"value": milligrams, "unit": "mg"}, "recurrence": {"weekdays": [7]},
        }  # fmt: skip
        inhibitor: dict[str, Any] = {
            "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
            "recurrence": {"weekdays": [1, 4], "times": ["bedtime"]},
        }  # fmt: skip
        draft = [
            line | ({"id": self.lines[line["medicine"]]} if self.lines else {})
            for line in (weekly, inhibitor)
        ]
        based = {"based_on": self.version} if self.version else {}
        path = f"/api/patients/{self.id}/protocol/versions"
        entered = await self.clinician("POST", path, {"lines": draft, **based, **facts}, expect=201)
        self.version = entered["number"]
        self.lines = {line["medicine"]: line["id"] for line in entered["lines"]}
        agreed = await self.patient(
            "POST", f"/api/patients/me/protocol/versions/{self.version}/acknowledge"
        )
        since = date.fromisoformat(agreed["in_force_from"])
        self.notebook.doses.append((self.today, since, "androgen", milligrams))
        self.notebook.doses.append((self.today, since, "aromatase_inhibitor", "0.5"))

    async def measured(self, by: Browser, day: int, *codes: str) -> list[Any]:
        """A panel that was collected at nine in the morning of a day."""
        body = {
            "id": str(uuid4()), "collected_at": (MONDAY + A_DAY * day + timedelta(hours=4))
            .isoformat(), "fasting": "yes", "laboratory": "A laboratory",
            "results": [{"code": c, "value": VALUES[c], "unit": UNITS[c]} for c in codes],
            "confirmed": list(codes),
        }  # fmt: skip
        path = f"/api/patients/{'me' if by is self.patient else self.id}/observations"
        kept = (await by("POST", path, body, expect=201))["observations"]
        self.notebook.results += [(self.today, START + A_DAY * day, code) for code in codes]
        return list(kept)

    async def drawn(self, rule: str) -> None:
        """The patient says that the visit with this rule's draw was drawn today."""
        due = await self.patient("GET", "/api/patients/me/labs/due")
        one = next(d for d in due["draws"] if d["step"] == rule and d["state"] in {"soon", "due"})
        visit = next(v for v in due["visits"] if one["id"] in v["draws"])
        by_id = {str(self.named(each)): each for each in self.listed()}
        markers = {each["id"]: tuple(each["markers"]) for each in due["draws"]}
        await self.patient("POST", f"/api/patients/me/labs/{visit['id']}/drawn", {})
        for key in visit["draws"]:
            code, repetition, on, _, _ = by_id[key]
            self.notebook.said[code, repetition] = Said(
                code, repetition, on, markers[key], self.today
            )


@pytest.fixture
async def year(world: World) -> Year:
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, "A clinic", world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician, patient = browser(world.app), browser(world.app)
    await clinician.sign_up(invite=code, name="A clinician")
    me = await patient.sign_up(name="A patient")
    await patient("POST", "/api/push/subscriptions", world.push.a_phone(), expect=201)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    told = {"born_on": "1980-05-01", "sex": "male"}
    await patient("PUT", "/api/patients/me/about", told)
    notebook = Patient(DEFAULT_RULES, born_on=date(1980, 5, 1))
    return Year(world, patient, clinician, str(me["id"]), notebook)


async def test_a_year_of_changes_misses_and_results(year: Year) -> None:
    alt = await _until_week_8(year)
    await _until_week_16(year)
    await _until_the_half_year(year, alt)
    # A year later everything is stopped: what was done stays, and nothing else is asked for.
    await year.until(366)
    assert (await year.as_expected())["yearly"] == "due"
    for line in year.lines.values():
        stop = f"/api/patients/{year.id}/protocol/lines/{line}/stop"
        await year.clinician("POST", stop, {"reason": "The end of treatment"})
    for kind in ("androgen", "aromatase_inhibitor"):
        year.notebook.doses.append((year.today, year.today, kind, None))
    year.notebook.ended = (year.today, year.today)
    assert set((await year.as_expected()).values()) == {"done"}
    assert await year.until(400) == []


async def _until_week_8(year: Year) -> Any:
    """Baseline, a change, week 6; gives back a result that will turn out wrong."""
    await year.prescribe("100", overrides=[BASELINE])
    states = await year.as_expected()
    assert (states["baseline"], states["baseline-psa"]) == ("due", "due")

    # The first morning speaks of the baseline, neutrally; the results come in two parts.
    (told,) = await year.until(1)
    spoken = told.message["notification"]
    assert spoken["navigate"].endswith("/health")
    assert spoken["body"] == "Something is due. Open Vesper."
    await year.measured(year.patient, 1, *BLOOD, "psa", "weight", "systolic", "diastolic")
    assert (await year.as_expected())["baseline"] == "due", "the liver is missing"
    (alt, _) = await year.measured(year.patient, 1, "alt", "ast")
    assert (await year.as_expected())["baseline"] == "done"
    await year.measured(year.patient, 1, "dexa_lean", "dexa_fat")

    # Nothing was logged for three weeks: missed doses move no draw. Then the dose goes up.
    await year.until(21)
    states = await year.as_expected()
    await year.prescribe("120")
    assert set(await year.as_expected()) - set(states) == {"dose-change", "dose-change-estradiol"}

    # Week 6 is drawn a little early, for the re-check as well; some results arrive days later.
    await year.until(50)
    states = await year.as_expected()
    assert (states["week-6"], states["dose-change"]) == ("overdue", "soon")
    await year.until(52)
    await year.measured(year.clinician, 51, "testosterone_total", "estradiol", "igf1")
    states = await year.as_expected()
    assert (states["week-6"], states["dose-change-estradiol"]) == ("done", "done")
    assert states["dose-change"] == "soon", "the hematocrit is missing"
    return alt


async def _until_week_16(year: Year) -> None:
    # A second change replaces the open re-check, and it falls together with week 12.
    await year.prescribe("110")
    await year.as_expected()
    told = await year.until(77)
    assert told, "a week before"
    due = await year.patient("GET", "/api/patients/me/labs/due")
    (together,) = (
        visit for visit in due["visits"]
        if visit["purpose"] == "blood" and visit["state"] == "soon"
    )  # fmt: skip
    names = {draw["id"]: draw["step"] for draw in due["draws"]}
    assert {names[key] for key in together["draws"]} >= {"week-12", "week-12-psa", "dose-change"}
    await year.until(84)
    await year.drawn("week-12")
    states = await year.as_expected()
    assert (states["week-12"], states["week-12-psa"]) == ("drawn", "drawn")
    assert await year.until(91) != [], "the scan and the scales are still asked for"
    await year.measured(year.patient, 91, "dexa_lean", "dexa_fat", "weight", "systolic",
                        "diastolic")  # fmt: skip
    assert await year.until(112) == [], "everything was drawn, or measured"
    await year.measured(year.clinician, 84, *BLOOD, "psa")
    assert (await year.as_expected())["week-12"] == "done"


async def _until_the_half_year(year: Year, alt: Any) -> None:
    # A result is voided: the baseline is asked for again until it is put right.
    void = f"/api/patients/me/observations/{alt['id']}/void"
    await year.patient("POST", void, {"reason": "Another person's"})
    year.notebook.results.remove((START + A_DAY, START + A_DAY, "alt"))
    assert (await year.as_expected())["baseline"] == "overdue"
    panel = await year.clinician("GET", "/api/clinic/patients")
    assert panel["patients"][0]["labs_overdue"] == 1
    await year.measured(year.patient, 112, "alt")
    assert (await year.as_expected())["baseline"] == "done"

    # The clinic asks for one more thing, counted from the last result.
    plan = await year.clinician("GET", f"/api/patients/{year.id}/labs/plan")
    more = {
        "rule": "hematocrit-again", "name": "Hematocrit", "markers": ["hematocrit"],
        "anchor": "last_result", "offset_days": 60,
    }  # fmt: skip
    path = f"/api/patients/{year.id}/labs/plan"
    kept = await year.clinician("PUT", path, {"rules": [*plan["rules"], more]})
    year.notebook.rules = rules_from([
        rule | {"step": rule["rule"]} for rule in kept["rules"]
    ])  # fmt: skip
    await year.as_expected()
    assert ("hematocrit-again", "upcoming") in {(each[0], each[3]) for each in year.listed()}
    await year.until(190)
    await year.measured(year.patient, 189, *BLOOD, "psa", "alt", "ast")
    assert (await year.as_expected())["half-year"] == "done"
