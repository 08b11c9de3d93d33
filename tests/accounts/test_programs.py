"""Keys of programs: what one opens, how often, until when, and that it never opens more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.access import Asker, ClinicActor, patients_open_to
from app.accounts.models import ApiKey, CareLink, Clinic, Person, Scope
from app.accounts.programs import Program
from app.accounts.scopes import TEXTS
from app.audit import AuditEntry, Means
from app.db import Sessions
from tests.factories import (
    a_care_link,
    a_clinician,
    a_companion,
    a_patient,
    a_program,
    a_protocol,
    signed_in,
)
from tests.story_time import MONDAY, Clock

READ = "record:read"
ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Site:
    """Two clinics: Wanda is looked after in the first, and lets one clinician see, one change."""

    admin: Person
    other: Person
    wanda: Person
    seen: Person
    link: CareLink
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture
async def site(sessions: Sessions) -> Site:
    async with sessions.begin() as session:
        admin = await a_clinician(session, admin=True)
        other = await a_clinician(session, admin=True)
        clinic = await session.get_one(Clinic, admin.clinic_id)
        doctor = await a_clinician(session, clinic=clinic)
        wanda = await a_patient(session, name="Wanda the watched")
        seen = await a_patient(session, name="Sam the seen")
        link = await a_care_link(session, wanda, doctor)
        await a_care_link(session, seen, doctor, scope=Scope.SEE)
        await a_protocol(session, wanda)
        cookies = {
            name: await signed_in(session, person)
            for name, person in (("admin", admin), ("other", other), ("wanda", wanda))
        }
    return Site(admin, other, wanda, seen, link, cookies)


async def a_key(sessions: Sessions, admin: Person, *held: str, **facts: Any) -> dict[str, str]:
    async with sessions.begin() as session:
        return (await a_program(session, admin, *held, **facts))[1]


def doses_of(patient: Person) -> str:
    return f"/api/patients/{patient.id}/doses"


async def test_a_key_reads_what_its_scope_covers_and_the_patient_finds_the_program_in_the_log(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    key = await a_key(sessions, site.admin, READ, name="Lab feed, A clinic")
    answer = await http.get(doses_of(site.wanda), headers=key)
    assert answer.status_code == 200, answer.text
    log = (await http.get("/api/me/access-log", headers=site.cookies["wanda"])).json()["entries"]
    look = next(each for each in log if each["means"] == "api_key")
    assert (look["who"], look["role"]) == ("Lab feed, A clinic", "program")
    assert look["what"] == "looked at your doses"


async def test_a_missing_scope_is_named_and_a_route_without_one_is_for_persons(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    key = await a_key(sessions, site.admin, "panel:read")
    answer = await http.get(doses_of(site.wanda), headers=key)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/insufficient-scope"
    assert answer.json()["scope"] == READ
    assert 'scope="record:read"' in answer.headers["www-authenticate"]
    everything = await a_key(sessions, site.admin)
    path = f"/api/patients/{site.wanda.id}/protocol/versions"
    answer = await http.post(path, json={}, headers=everything)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-programs")


async def test_another_clinics_patient_does_not_exist_and_neither_does_me(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    foreign = await a_key(sessions, site.other)
    own = await a_key(sessions, site.admin)
    for headers, path in (
        (foreign, doses_of(site.wanda)), (own, "/api/patients/me/doses"),
        (own, f"/api/patients/{site.admin.id}/doses"), (own, f"/api/patients/{uuid4()}/doses"),
    ):  # fmt: skip
        answer = await http.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_a_program_writes_only_where_the_patient_lets_the_clinic_change_things(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    key = await a_key(sessions, site.admin, "observations:write")
    panel = {
        "collected_at": (MONDAY - timedelta(days=1)).isoformat(), "confirmed": ["waist"],
        "results": [{"code": "waist", "value": "90", "unit": "cm"}],
    }  # fmt: skip
    for patient, status in ((site.wanda, 201), (site.seen, 403)):
        path = f"/api/patients/{patient.id}/observations"
        answer = await http.post(path, json={"id": str(uuid4()), **panel}, headers=key)
        assert answer.status_code == status, answer.text
    assert answer.json()["type"] == "/problems/only-looking"
    async with sessions.begin() as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.patient_id == site.wanda.id)
        )
        by_key = {each.action for each in entries if each.means is Means.API_KEY}
    assert by_key == {"record.changed", "observation.entered"}


async def test_the_end_of_care_shuts_the_program_out_at_once(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    key = await a_key(sessions, site.admin, READ)
    assert (await http.get(doses_of(site.wanda), headers=key)).status_code == 200
    path = f"/api/care-links/{site.link.id}"
    assert (await http.delete(path, headers=site.cookies["wanda"])).status_code == 204
    assert (await http.get(doses_of(site.wanda), headers=key)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/me", "/api/clinic/people", "/api/clinic/api-keys", "/api/care/patients"]
)
@ONE_SITE
async def test_no_key_opens_what_belongs_to_persons(
    path: str, site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    answer = await http.get(path, headers=await a_key(sessions, site.admin))
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "sent", ["vsp_nobodys", "", "vst_nobodys", "x" * 5000, "nonsense", "vsp_é"]
)
@ONE_SITE
async def test_a_key_that_is_none_is_refused_with_a_challenge(
    sent: str, site: Site, http: httpx.AsyncClient
) -> None:
    headers = [(b"Authorization", f"Bearer {sent}".encode())]
    answer = await http.get(doses_of(site.wanda), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/key-not-accepted")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@ONE_SITE
async def test_a_bearer_counts_before_a_cookie_and_another_scheme_does_not_count(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    cookie = {**site.cookies["wanda"], "Sec-Fetch-Site": "same-origin"}
    path = "/api/patients/me/doses"
    bad = await http.get(path, headers={**cookie, "Authorization": "Bearer vsp_no"})
    assert bad.status_code == 401
    basic = await http.get(path, headers={**cookie, "Authorization": "Basic YTpi"})
    assert basic.status_code == 200


@ONE_SITE
async def test_the_rate_of_a_key_bounds_it_and_nobody_else(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    slow = await a_key(sessions, site.admin, READ, rate="2/minute")
    other = await a_key(sessions, site.admin, READ, rate="2/minute")
    asked = [await http.get(doses_of(site.wanda), headers=slow) for _ in range(3)]
    assert [each.status_code for each in asked] == [200, 200, 429]
    assert 0 < int(asked[2].headers["retry-after"]) <= 60
    assert (await http.get(doses_of(site.wanda), headers=other)).status_code == 200


async def test_a_key_ends_by_its_day_and_its_last_use_is_at_most_a_minute_stale(
    site: Site, sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    key = await a_key(sessions, site.admin, READ, life=timedelta(minutes=10))
    began = time.now

    async def used() -> datetime | None:
        assert (await http.get(doses_of(site.wanda), headers=key)).status_code == 200
        async with sessions.begin() as session:
            return await session.scalar(select(ApiKey.last_used_at))

    assert await used() == began
    time.advance(seconds=59)
    assert await used() == began
    time.advance(seconds=1)
    assert await used() == began + timedelta(seconds=60)
    time.advance(minutes=9)
    answer = await http.get(doses_of(site.wanda), headers=key)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/key-not-accepted")


HELD = st.lists(st.sampled_from(sorted(TEXTS)), unique=True, min_size=1)


@ONE_SITE
@given(
    held=HELD, revoked=st.booleans(), foreign=st.booleans(), life=st.integers(-5, 5),
    route=st.sampled_from(["/doses", "/protocol", "/observations", "/flags", "/about"]),
    seen=st.booleans(),
)  # fmt: skip
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_random_key_never_reads_what_it_must_not(
    site: Site, sessions: Sessions, http: httpx.AsyncClient, held: list[str], revoked: bool,
    foreign: bool, life: int, route: str, seen: bool,
) -> None:  # fmt: skip
    patient = site.seen if seen else site.wanda
    async with sessions.begin() as session:
        key, headers = await a_program(
            session, site.other if foreign else site.admin, *held, life=timedelta(minutes=life)
        )
        key.revoked_at = MONDAY if revoked else None
    answer = await http.get(f"/api/patients/{patient.id}{route}", headers=headers)
    may = not revoked and life > 0 and not foreign and READ in held
    assert (answer.status_code == 200) == may, answer.text
    if not may:
        assert answer.status_code in {401, 403, 404}
        assert str(patient.id) not in answer.text
        assert patient.name not in answer.text


async def test_whose_records_are_open_to_whom_is_one_question_to_the_database(
    site: Site, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        friend = await a_companion(session)
        clinic = await session.get_one(Clinic, site.admin.clinic_id)
        colleague = await a_clinician(session, clinic=clinic)
        await a_care_link(session, site.wanda, friend)
        await a_care_link(session, site.seen, colleague, companion=True)
        await a_care_link(session, site.wanda, colleague)
        await a_care_link(session, site.wanda, site.seen)
        over = await a_care_link(session, await a_patient(session), colleague)
        over.ended_at = MONDAY
        key, _ = await a_program(session, site.admin)
        foreign, _ = await a_program(session, site.other)
    programs = {}
    async with sessions.begin() as session:
        for name, row in (("program", key), ("foreign", foreign)):
            person = await session.get_one(Person, row.person_id)
            programs[name] = Program(person, row, row.clinic_id, frozenset(TEXTS))
        program, other = programs["program"], programs["foreign"]
        wanda, seen = site.wanda.id, site.seen.id
        clinic_id = clinic.id
        askers: list[tuple[Asker | ClinicActor, set[UUID]]] = [
            (Asker(program.person, program), {wanda, seen}),
            (ClinicActor(program.person, clinic_id, program), {wanda, seen}),
            (Asker(other.person, other), set()),
            (ClinicActor(colleague, clinic_id), {wanda}),
            (Asker(colleague), {wanda, seen}),
            (Asker(friend), {wanda}),
            (Asker(site.wanda), {wanda}),
            (Asker(site.seen), {wanda, seen}),
            (Asker(site.admin), set()),
        ]
        for asker, expected in askers:
            inner = patients_open_to(asker, MONDAY)
            assert set(await session.scalars(inner)) == expected
            # In a query that is about care links itself.
            links = select(CareLink.patient_id).where(CareLink.patient_id.in_(inner))
            assert set(await session.scalars(links)) <= expected


async def test_nobody_signs_in_as_a_program(
    site: Site, sessions: Sessions, http: httpx.AsyncClient
) -> None:
    async with sessions.begin() as session:
        key, _ = await a_program(session, site.admin)
        email = (await session.get_one(Person, key.person_id)).email
    for password in ("!", "", "a long enough passphrase"):
        answer = await http.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 401
