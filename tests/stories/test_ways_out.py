"""The ways out of a record: a calendar for the wall, a page for the visit, tables for a drawer."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pypdf
import pytest
from sqlalchemy import select

from app.accounts.invites import create_clinic, invite_clinician
from app.exchange import calendar_api
from app.exchange.cells import read_cell
from app.exchange.models import CalendarFeed
from app.observations.catalogue import CATALOGUE
from app.protocols.medicines import MEDICINES
from tests.exchange.calendars import read_by_ical_js
from tests.stories.cast import Browser, World, browser

NAME, CLINIC, DOCTOR = "Zebedee Applewhite", "Quillfeather Endocrinology", "Marmaduke Thistlewood"
NOTE = '=HYPERLINK("http://x";"y")\nleft side'
FEEDS = "/api/me/calendar-feeds"
PRINTED = (
    NAME, "Gonadorelin", "137 mcg", "intramuscular", "Wednesdays at 08:00", "55.0 H", "vesper-1",
    "Energy", "All lines together",
)  # fmt: skip


def line(medicine: str, route: str, value: str, unit: str, **recurrence: Any) -> dict[str, Any]:
    return {
        "medicine": medicine, "route": route, "amount": {"value": value, "unit": unit},
        "recurrence": recurrence, "min_gap_minutes": None,
    }  # fmt: skip


async def a_patient(world: World) -> Browser:
    """Somebody with two lines at bedtime and one in the morning, at five in the morning."""
    patient = browser(world.app)
    await patient.sign_up(name=NAME)
    await patient("PATCH", "/api/me/preferences", {"quiet": None})
    lines = [
        line("gonadorelin", "subcutaneous", "137", "ug", times=["bedtime"]),
        line("anastrozole", "oral", "0.73", "mg", times=["bedtime"]),
        line("testosterone_cypionate", "intramuscular", "73", "mg", weekdays=[3], times=["08:00"]),
    ]
    overrides = [
        {"code": code, "reason": "Known"}
        for code in ("gonadorelin_days_adjacent", "baseline_labs_missing")
    ]
    path = "/api/patients/me/protocol/versions"
    await patient("POST", path, {"lines": lines, "overrides": overrides}, expect=201)
    await world.tick()
    return patient


async def a_clinician(world: World, patient: Browser) -> tuple[Browser, str]:
    async with world.sessions.begin() as session:
        clinic = create_clinic(session, CLINIC, world.time.now)
        await session.flush()
        code = await invite_clinician(session, clinic.id, world.time.now)
    clinician = browser(world.app)
    await clinician.sign_up(invite=code, name=DOCTOR)
    invite = await clinician("POST", "/api/clinic/invites", {}, expect=201)
    await patient("POST", "/api/care-links", {"code": invite["code"]}, expect=201)
    return clinician, str((await patient("GET", "/api/me"))["id"])


async def calendar(world: World, url: str, tag: str = "", *, expect: int = 200) -> httpx.Response:
    """What a calendar program gets, which has no cookie and knows nothing but the address."""
    headers = {"If-None-Match": tag} if tag else {}
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as program:
        answer = await program.get(url, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer


def evenings(file: httpx.Response) -> dict[str, dict[str, Any]]:
    """The evening entries by their date on the wall."""
    found = read_by_ical_js(file.content)
    return {e["local"][:10]: e for e in found if e["title"] == "Evening check-in"}


def spoken(text: str) -> set[str]:
    return set(re.findall(r"[\w.-]+", text.lower()))


async def test_a_calendar_follows_the_plan_and_says_nothing_of_it(world: World) -> None:
    patient = await a_patient(world)
    clinician, of = await a_clinician(world, patient)
    me = await patient("GET", "/api/me")
    made = await patient("POST", FEEDS, {"name": "Family calendar"}, expect=201)
    first = await calendar(world, made["url"])
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    before = evenings(first)
    assert len(before) == 14  # the plan's horizon, and two lines at bedtime are one entry
    assert {each["local"][11:16] for each in before.values()} == {"22:30"}
    titles = {each["title"] for each in read_by_ical_js(first.content)}
    assert titles == {"Evening check-in", "Check-in", "Something is due"}

    private = [NAME, CLINIC, DOCTOR, me["email"], me["id"], "137", "0.73", "73", "Family"]
    private += [m.name for m in MEDICINES.values()] + [m.code for m in MEDICINES.values()]
    private += [name for i in CATALOGUE.values() for name in (i.code, i.name, i.short) if name]
    words = spoken(first.text)
    assert "vesper" in words
    for secret in private:
        told = secret.lower() in first.text.lower() if " " in secret else secret.lower() in words
        assert not told, secret

    again = await calendar(world, made["url"], first.headers["etag"], expect=304)
    assert (again.content, again.headers["etag"]) == (b"", first.headers["etag"])

    await patient("PATCH", "/api/me/preferences", {"bedtimes": ["21:15"] * 7})
    await world.pass_time(minutes=1)
    moved = await calendar(world, made["url"], first.headers["etag"])
    after = evenings(moved)
    for day, each in before.items():
        assert after[day]["uid"] == each["uid"]
        assert after[day]["local"] == f"{day}T21:15:00"
        assert after[day]["sequence"] > each["sequence"]
        assert after[day]["changed"] >= each["changed"]

    there = {"zone": "Asia/Tokyo", "nights": "local"}
    await patient("PUT", "/api/me/travel", there)
    await world.tick()
    away = evenings(await calendar(world, made["url"]))
    assert {each["zone"] for day, each in away.items() if day > "2026-11-24"} == {"Asia/Tokyo"}
    assert away["2026-11-26"]["local"] == "2026-11-26T21:15:00"
    assert away["2026-11-26"]["instant"] == int(
        datetime.fromisoformat("2026-11-26T21:15:00+09:00").timestamp()
    )
    await patient("DELETE", "/api/me/travel")

    lines = (await patient("GET", "/api/patients/me/protocol"))["current"]["lines"]
    for each in lines[:2]:
        hold = {"reason": "surgery", "since": "2026-11-28", "until": "2026-12-01"}
        await clinician("POST", f"/api/patients/{of}/protocol/lines/{each['id']}/hold", hold)
    await world.tick()
    gone = evenings(await calendar(world, made["url"]))
    assert set(before) - set(gone) == {"2026-11-28", "2026-11-29", "2026-11-30"}


async def test_a_chosen_morning_stands_in_the_calendar_instead_of_its_window(world: World) -> None:
    patient = await a_patient(world)
    made = await patient("POST", FEEDS, {"name": "Phone"}, expect=201)

    async def due() -> list[dict[str, Any]]:
        file = await calendar(world, made["url"])
        return [e for e in read_by_ical_js(file.content) if e["title"] == "Something is due"]

    windows = await due()
    assert windows
    assert all(each["instant"] is None for each in windows)  # whole days, wherever one is
    draws = (await patient("GET", "/api/patients/me/labs/due"))["draws"]
    choice = {"id": str(uuid4()), "draw": draws[0]["id"], "day": "2026-11-27", "at": "07:45"}
    await patient("PUT", "/api/patients/me/labs/draw-days", choice)
    mornings = [each for each in await due() if each["instant"] is not None]
    assert [each["local"] for each in mornings] == ["2026-11-27T07:45:00"]
    assert len(await due()) <= len(windows)
    moved = {**choice, "id": str(uuid4()), "day": "2026-11-30"}
    await patient("PUT", "/api/patients/me/labs/draw-days", moved)
    (later,) = [each for each in await due() if each["instant"] is not None]
    assert (later["uid"], later["local"]) == (mornings[0]["uid"], "2026-11-30T07:45:00")
    await patient("DELETE", f"/api/patients/me/labs/draw-days/{moved['id']}", expect=204)
    assert not [each for each in await due() if each["instant"] is not None]


async def test_an_address_is_a_secret_that_ends(world: World) -> None:
    patient, other = await a_patient(world), browser(world.app)
    await other.sign_up(name="Somebody else")
    made = await patient("POST", FEEDS, {"name": "Phone"}, expect=201)
    token = made["url"].rpartition("/")[2].removesuffix(".ics")
    assert made["url"] == f"http://localhost:8000/calendar/{token}.ics"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)  # 256 bits
    await calendar(world, made["url"])
    (listed,) = (await patient("GET", FEEDS))["feeds"]
    assert listed == {**{k: made[k] for k in ("id", "name", "created_at")}, "last_read_at": (
        world.time.now.isoformat().replace("+00:00", "Z")
    )}  # fmt: skip
    async with world.sessions() as session:
        (row,) = (await session.scalars(select(CalendarFeed))).all()
    assert row.token_hash == hashlib.sha256(token.encode()).digest()

    assert (await other("GET", FEEDS))["feeds"] == []
    await other("DELETE", f"{FEEDS}/{made['id']}", expect=404)
    await calendar(world, made["url"])
    for _ in range(2):  # a repeat changes nothing
        await patient("DELETE", f"{FEEDS}/{made['id']}", expect=204)
    for address in (made["url"], f"/calendar/{'A' * 43}.ics", "/calendar/x.ics"):
        gone = await calendar(world, address, expect=404)
        assert gone.json()["detail"] == "There is nothing at this address."
    assert (await patient("GET", FEEDS))["feeds"] == []
    log = (await patient("GET", "/api/me/access-log"))["entries"]
    shared = [e["what"] for e in log if e["action"].startswith("calendar.")]
    assert sorted(shared) == [
        "ended a private address for a calendar", "made a private address for a calendar",
    ]  # fmt: skip
    assert "Phone" not in str(log)

    for _ in range(10):
        await patient("POST", FEEDS, {"name": "Phone"}, expect=201)
    full = await patient("POST", FEEDS, {"name": "Phone"}, expect=409)
    assert full["type"] == "/problems/enough-calendars"


async def test_who_guesses_addresses_has_to_wait_and_nobody_else_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_api, "GUESSING", "5/hour")
    patient = await a_patient(world)
    made = await patient("POST", FEEDS, {"name": "Phone"}, expect=201)
    address = f"/calendar/{'A' * 43}.ics"
    statuses = [
        (await calendar(world, address, expect=expect)).status_code for expect in [404] * 5 + [429]
    ]
    assert statuses[-1] == 429
    assert (await calendar(world, made["url"])).status_code == 200  # others are not shut out


async def a_rich_record(world: World) -> Browser:
    """A dose taken with a note, one skipped, one missed, a result, a check-in, a side effect."""
    patient = await a_patient(world)
    await world.pass_time(hours=17, minutes=40)
    doses = (await patient("GET", "/api/patients/me/doses?from=2026-11-23&to=2026-11-25"))["doses"]
    mine = {dose["label"]: dose["id"] for dose in doses if dose["night"] == "2026-11-23"}
    taken = {"id": str(uuid4()), "kind": "taken", "note": NOTE}
    await patient("PUT", f"/api/doses/{mine['Gonadorelin']}/log", taken)
    skipped = {"id": str(uuid4()), "kind": "skipped", "reason": "travelling"}
    await patient("PUT", f"/api/doses/{mine['Anastrozole']}/log", skipped)
    scores = {"id": str(uuid4()), "scores": {"energy": 7, "libido": 3}, "note": "@home"}
    await patient("PUT", "/api/patients/me/check-ins/2026-11-23", scores)
    panel = {
        "id": str(uuid4()), "collected_at": "2026-11-23T08:10:00-07:00", "fasting": "yes",
        "laboratory": "-Lab of mine", "confirmed": ["hematocrit"],
        "results": [
            {"code": "hematocrit", "value": "55.0", "unit": "%", "low": "38", "high": "50"}
        ],
    }  # fmt: skip
    await patient("POST", "/api/patients/me/observations", panel, expect=201)
    await world.pass_time(hours=30)
    return patient


def pages(answer: httpx.Response) -> str:
    read = pypdf.PdfReader(io.BytesIO(answer.content))
    assert len(read.pages) <= 2
    return " ".join(" ".join(page.extract_text() for page in read.pages).split())


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


async def test_a_page_for_the_visit_tells_each_reader_their_own(world: World) -> None:
    patient = await a_rich_record(world)
    clinician, of = await a_clinician(world, patient)
    own = await patient.client.get("/api/patients/me/export.pdf?days=30")
    theirs = await clinician.client.get(f"/api/patients/{of}/export.pdf?days=30")
    for answer in (own, theirs):
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == (
            'attachment; filename="vesper-2026-11-25.pdf"'
        )
        text = pages(answer)
        for told in PRINTED:
            assert told in text, told
    assert "Open flags" in pages(theirs)
    assert "Hematocrit 55.0 %" in pages(theirs)
    assert "Open flags" not in pages(own)
    assert "Hematocrit 55.0 %" not in pages(own)
    again = await patient.client.get("/api/patients/me/export.pdf?days=30")
    assert again.content == own.content
    letter = await patient.client.get("/api/patients/me/export.pdf?days=30&paper=us-letter")
    assert pypdf.PdfReader(io.BytesIO(letter.content)).pages[0].mediabox.width == 612

    log = (await patient("GET", "/api/me/access-log"))["entries"]
    copies = [(e["who"], e["what"]) for e in log if e["action"] in {"copy.taken", "record.read"}]
    assert sorted(copies) == [
        (DOCTOR, "printed your record for a visit"),
        *[(NAME, "took a part of the record along")] * 3,
    ]


async def test_tables_say_exactly_what_the_record_says(world: World) -> None:
    patient = await a_rich_record(world)
    clinician, of = await a_clinician(world, patient)
    path = "/api/patients/me/export.csv?table="

    async def rows(name: str) -> list[dict[str, str]]:
        answer = await patient.client.get(path + name)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert NAME not in str(answer.headers)
        return table(answer.content.decode())

    doses = [row for row in await rows("doses") if row["night"] == "2026-11-23"]
    assert {row["medicine"]: row["state"] for row in doses} == {
        "Gonadorelin": "taken", "Anastrozole": "skipped",
    }  # fmt: skip
    taken = next(row for row in doses if row["state"] == "taken")
    assert (taken["due_at"], taken["zone"]) == ("2026-11-23T22:30:00-07:00", "America/Denver")
    assert (taken["taken_at"], taken["logged_at"]) == ("2026-11-23T22:40:00-07:00",) * 2
    assert (taken["planned_amount"], taken["planned_unit"], taken["version"]) == ("137", "ug", "1")
    assert (taken["source"], taken["on_time"], taken["logged_by"]) == ("app", "yes", NAME)
    assert taken["note"].startswith("'=HYPERLINK")
    assert read_cell(taken["note"]) == NOTE
    assert [row["skip_reason"] for row in doses if row["state"] == "skipped"] == ["travelling"]
    assert {row["kind"] for row in await rows("dose_events")} == {"taken", "skipped"}

    (result,) = await rows("observations")
    assert (result["value"], result["unit"], result["range_high"]) == ("55.0", "%", "50")
    assert read_cell(result["laboratory"]) == "-Lab of mine"
    assert [(r["code"], r["score"], read_cell(r["note"])) for r in await rows("check_ins")] == [
        ("energy", "7", "@home"), ("libido", "3", "@home"),
    ]  # fmt: skip

    figures = await patient("GET", "/api/patients/me/adherence?days=30")
    pooled = next(r for r in await rows("adherence") if r["period"] == "last 30 days")
    for name in ("expected", "taken", "on_time", "skipped", "missed"):
        assert pooled[name] == str(figures["pooled"][name])
    assert float(pooled["taking"]) == figures["pooled"]["taking"]["value"]
    assert pooled["definition_id"] == figures["definition"]["id"]
    meant = {row["word"]: row["means"] for row in await rows("adherence_definition")}
    assert read_cell(meant["taking"]) == figures["definition"]["text"]["taking"]

    packed = await patient.client.get("/api/patients/me/export.zip")
    archive = zipfile.ZipFile(io.BytesIO(packed.content))
    names = set(archive.namelist())
    assert {"doses.csv", "access_log.csv", "people_let_in.csv", "versions.csv"} <= names
    assert not {"flags.csv", "tasks.csv", "reviews.csv"} & names
    assert (
        table(archive.read("doses.csv").decode())[0]["dose_id"]
        == (await rows("doses"))[0]["dose_id"]
    )
    await patient.client.get(path + "flags")
    refused = await patient("GET", path + "flags", expect=404)
    assert refused["type"] == "/problems/not-found"

    theirs = await clinician.client.get(f"/api/patients/{of}/export.zip")
    clinics = set(zipfile.ZipFile(io.BytesIO(theirs.content)).namelist())
    assert {"flags.csv", "tasks.csv", "reviews.csv", "doses.csv"} <= clinics
    assert not {"access_log.csv", "people_let_in.csv", "devices.csv"} & clinics


async def test_a_companion_and_a_stranger_find_no_copies(world: World) -> None:
    patient = await a_patient(world)
    me = (await patient("GET", "/api/me"))["id"]
    invite = await patient("POST", "/api/me/companion-invites", {}, expect=201)
    companion, stranger = browser(world.app), browser(world.app)
    await companion.sign_up(name="Carla", invite=invite["code"])
    await stranger.sign_up(name="Sam")
    await companion("GET", f"/api/patients/{me}/doses")  # let in, but not for copies
    for who in (companion, stranger):
        for copy in ("export.pdf", "export.csv?table=doses", "export.zip"):
            await who("GET", f"/api/patients/{me}/{copy}", expect=404)
    await patient("GET", "/api/patients/me/export.csv?table=secrets", expect=404)
    await patient("GET", "/api/patients/me/export.pdf?days=0", expect=422)
