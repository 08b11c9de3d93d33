"""What a patient consents to: to be looked at or also changed, until when, and by whom."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts import care
from app.accounts.models import CareLink, Clinic, Invite, Person, Role, Scope
from app.audit import AuditEntry, Means
from app.db import Sessions
from app.problems import Invalid
from app.schedule import A_DAY, zone_names
from tests.factories import a_care_link, a_clinician, a_companion, a_patient, signed_in
from tests.story_time import MONDAY, Clock

Headers = dict[str, str]
PLAN = "labs/plan"
NEW = {"password": "purple otter makes soup", "name": "Sam", "timezone": "America/Denver"}


class Cast:
    """A patient, a clinician and a companion whom they let in, and their browsers."""

    patient: Person
    mine: Headers
    clinician: Person
    clinic_side: Headers
    companion: Person
    companion_side: Headers
    of_clinic: CareLink
    of_companion: CareLink

    @property
    def record(self) -> str:
        return f"/api/patients/{self.patient.id}"


@pytest.fixture
async def cast(sessions: Sessions, time: Clock) -> Cast:
    found = Cast()
    async with sessions.begin() as session:
        found.patient = await a_patient(session, name="Pat")
        found.clinician = await a_clinician(session, name="Dr Clay")
        found.companion = await a_companion(session, name="Sam")
        found.of_clinic = await a_care_link(session, found.patient, found.clinician)
        found.of_companion = await a_care_link(session, found.patient, found.companion)
        found.mine = await signed_in(session, found.patient, time.now)
        found.clinic_side = await signed_in(session, found.clinician, time.now)
        found.companion_side = await signed_in(session, found.companion, time.now)
    return found


async def may(http: httpx.AsyncClient, cast: Cast, who: Headers) -> tuple[int, int]:
    """What a look and a change of the record answer."""
    look = await http.get(f"{cast.record}/{PLAN}", headers=who)
    change = await http.put(f"{cast.record}/{PLAN}", json={"rules": []}, headers=who)
    return look.status_code, change.status_code


async def test_who_may_only_look_is_told_so_and_changes_nothing(
    http: httpx.AsyncClient, sessions: Sessions, cast: Cast
) -> None:
    link = f"/api/care-links/{cast.of_clinic.id}"
    assert await may(http, cast, cast.clinic_side) == (200, 200)
    for _ in range(2):
        narrowed = await http.patch(link, json={"scope": "see"}, headers=cast.mine)
        assert narrowed.json()["scope"] == "see"
    assert await may(http, cast, cast.clinic_side) == (200, 403)
    refused = await http.put(f"{cast.record}/{PLAN}", json={"rules": []}, headers=cast.clinic_side)
    assert refused.json()["type"] == "/problems/only-looking"
    assert "consent" in refused.json()["detail"]
    assert "patient" in refused.json()["cure"]
    await http.patch(link, json={"scope": "change"}, headers=cast.mine)
    assert await may(http, cast, cast.clinic_side) == (200, 200)
    async with sessions.begin() as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    actions = [entry.action for entry in entries]
    assert (actions.count("care.narrowed"), actions.count("care.widened")) == (1, 1)
    written = [entry for entry in entries if entry.action == "record.changed"]
    assert {entry.means for entry in written} == {Means.CLINICIAN}
    assert len(written) == 2  # what was refused is not among what was done


async def test_a_companion_looks_and_finds_neither_a_change_nor_the_clinics_side(
    http: httpx.AsyncClient, cast: Cast
) -> None:
    who = cast.companion_side
    assert await may(http, cast, who) == (200, 403)
    assert (await http.get("/api/me", headers=who)).json()["role"] == "companion"
    for method, path in (
        ("GET", "/api/patients/me/doses"), ("GET", "/api/me/access-log"),
        ("GET", "/api/care-links"), ("POST", "/api/care-links"),
        ("POST", "/api/me/companion-invites"), ("PUT", f"/api/doses/{uuid4()}/log"),
        ("GET", "/api/clinic/patients"), ("POST", "/api/clinic/invites"),
        ("GET", "/api/clinic/people"),
    ):  # fmt: skip
        answer = await http.request(method, path, json={}, headers=who)
        assert answer.status_code in {404, 422}, (method, path, answer.text)
        assert answer.status_code == 404 or "{}" in answer.request.content.decode()
    assert (await http.get("/api/push/subscriptions", headers=who)).status_code == 200
    mine = {"bedtimes": ["23:00"] * 7}
    assert (await http.patch("/api/me/preferences", json=mine, headers=who)).status_code == 200
    [seen] = (await http.get("/api/care/patients", headers=who)).json()["patients"]
    assert (seen["name"], seen["scope"], seen["ends_at"]) == ("Pat", "see", None)
    link = f"/api/care-links/{cast.of_companion.id}"
    widened = await http.patch(link, json={"scope": "change"}, headers=cast.mine)
    assert (widened.status_code, widened.json()["errors"][0]["field"]) == (422, "scope")
    await http.delete(link, headers=cast.mine)
    assert await may(http, cast, who) == (404, 404)
    assert (await http.get("/api/care/patients", headers=who)).json() == {"patients": []}


async def test_a_companions_look_is_in_the_patients_log(
    http: httpx.AsyncClient, cast: Cast
) -> None:
    await http.get(f"{cast.record}/doses", headers=cast.companion_side)
    [look] = [
        entry
        for entry in (await http.get("/api/me/access-log", headers=cast.mine)).json()["entries"]
        if entry["action"] == "record.read"
    ]
    assert (look["who"], look["role"], look["what"], look["means"]) == (
        "Sam", "companion", "looked at your doses", "app",
    )  # fmt: skip


async def test_care_ends_when_its_last_day_has_ended_where_the_patient_lives(
    http: httpx.AsyncClient, time: Clock, cast: Cast
) -> None:
    link = f"/api/care-links/{cast.of_companion.id}"
    today = time.now.astimezone(ZoneInfo("America/Denver")).date()
    answer = await http.patch(link, json={"until": str(today)}, headers=cast.mine)
    assert answer.json()["ends_at"] == "2026-11-24T07:00:00Z"  # midnight in Denver
    time.now = datetime(2026, 11, 24, 6, 59, 59, tzinfo=UTC)
    assert await may(http, cast, cast.companion_side) == (200, 403)
    time.advance(seconds=1)
    assert await may(http, cast, cast.companion_side) == (404, 404)
    shown = (await http.get("/api/care-links", headers=cast.mine)).json()["links"]
    [mine] = [each for each in shown if each["id"] == str(cast.of_companion.id)]
    assert mine["ended_at"] == mine["ends_at"] == "2026-11-24T07:00:00Z"
    # What is over is not taken up again by a change, only by a new code.
    for wanted in ({"until": None}, {"until": "2026-12-24"}, {"scope": "see"}):
        answer = await http.patch(link, json=wanted, headers=cast.mine)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/care-ended")


async def test_a_last_day_is_put_off_taken_back_and_each_is_noted_once(
    http: httpx.AsyncClient, cast: Cast
) -> None:
    link = f"/api/care-links/{cast.of_clinic.id}"
    for wanted, ends in (
        ({"until": "2026-12-31"}, True), ({"until": "2026-12-31"}, True),
        ({"until": "2027-12-31"}, True), ({}, True), ({"scope": "change"}, True),
        ({"until": None}, False), ({"until": None}, False),
    ):  # fmt: skip
        answer = await http.patch(link, json=wanted, headers=cast.mine)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["ends_at"] is not None) == ends
    log = (await http.get("/api/me/access-log", headers=cast.mine)).json()["entries"]
    noted = [entry["action"] for entry in log if entry["action"].startswith("care.")]
    assert noted.count("care.shortened") == 1
    assert noted.count("care.prolonged") == 2
    assert len(noted) == 3


async def test_a_last_day_lies_from_today_to_five_years_ahead(
    http: httpx.AsyncClient, cast: Cast
) -> None:
    link = f"/api/care-links/{cast.of_clinic.id}"
    for until, status, ends in (
        ("2026-11-22", 422, None),
        ("2031-11-24", 422, None),
        ("2026-11-23", 200, "2026-11-24T07:00:00Z"),
        ("2031-11-23", 200, "2031-11-24T07:00:00Z"),
        ("2031-11-24", 422, "2031-11-24T07:00:00Z"),
    ):
        answer = await http.patch(link, json={"until": until}, headers=cast.mine)
        assert answer.status_code == status, until
        if status == 422:
            [error] = answer.json()["errors"]
            assert (error["field"], bool(error["cure"])) == ("until", True)
        links = (await http.get("/api/care-links", headers=cast.mine)).json()["links"]
        [now] = [each["ends_at"] for each in links if each["kind"] == "clinician"]
        assert now == ends  # what was refused has changed nothing


async def test_nobody_elses_link_can_be_changed(http: httpx.AsyncClient, cast: Cast) -> None:
    for link in (cast.of_clinic.id, uuid4()):
        answer = await http.patch(
            f"/api/care-links/{link}", json={"scope": "see"}, headers=cast.clinic_side
        )
        assert answer.status_code == 404


async def test_a_patient_lets_a_clinician_in_to_look_for_a_while(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        mine = await signed_in(session, await a_patient(session), time.now)
        side = await signed_in(session, await a_clinician(session), time.now)
    code = (await http.post("/api/clinic/invites", json={}, headers=side)).json()["code"]
    given = {"code": code, "scope": "see", "until": "2026-11-01"}
    refused = await http.post("/api/care-links", json=given, headers=mine)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until")
    given["until"] = "2026-12-24"  # and the code was not used up by the mistake
    link = (await http.post("/api/care-links", json=given, headers=mine)).json()
    assert (link["kind"], link["scope"], link["ends_at"]) == (
        "clinician", "see", "2026-12-25T07:00:00Z",
    )  # fmt: skip


async def test_somebody_new_becomes_a_companion_by_a_code(
    http: httpx.AsyncClient, sessions: Sessions, cast: Cast
) -> None:
    invite = (await http.post("/api/me/companion-invites", json={}, headers=cast.mine)).json()
    assert invite["url"] == f"http://localhost:8000/invite/companion#{invite['code']}"
    new = NEW | {"email": "sam@example.org", "invite": invite["code"]}
    taken = await http.post("/api/auth/register", json=new | {"email": cast.patient.email})
    assert taken.status_code == 409  # and the code is still good
    me = await http.post("/api/auth/register", json=new)
    assert me.status_code == 201, me.text
    assert (me.json()["role"], me.json()["clinic"]) == ("companion", None)
    [seen] = (await http.get("/api/care/patients")).json()["patients"]
    assert seen["id"] == str(cast.patient.id)
    links = (await http.get("/api/care-links", headers=cast.mine)).json()["links"]
    [added] = [link for link in links if link["person"]["id"] == me.json()["id"]]
    assert (added["kind"], added["clinic"], added["scope"]) == ("companion", None, "see")
    async with sessions.begin() as session:
        used = await session.scalar(select(Invite).where(Invite.used_by.is_not(None)))
        assert used is not None
        assert str(used.used_by) == me.json()["id"]


async def test_somebody_known_becomes_a_companion_whatever_else_they_are(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, cast: Cast
) -> None:
    async def a_code() -> str:
        answer = await http.post("/api/me/companion-invites", json={}, headers=cast.mine)
        return str(answer.json()["code"])

    async with sessions.begin() as session:
        other = await a_patient(session)
        theirs = await signed_in(session, other, time.now)
    own = await a_code()
    refused = await http.post("/api/companions", json={"code": own}, headers=cast.mine)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "code")
    joined = await http.post("/api/companions", json={"code": own}, headers=theirs)
    assert joined.status_code == 201, joined.text
    assert joined.json()["patient"] == {"id": str(cast.patient.id), "name": "Pat"}
    assert await may(http, cast, theirs) == (200, 403)
    again = await http.post("/api/companions", json={"code": await a_code()}, headers=theirs)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-in-care")
    used = await http.post("/api/companions", json={"code": own}, headers=theirs)
    assert used.status_code == 404

    # A clinician who is also a companion keeps what the clinic's link allows, and no more after.
    joined = await http.post(
        "/api/companions", json={"code": await a_code()}, headers=cast.clinic_side
    )
    assert joined.status_code == 201
    assert await may(http, cast, cast.clinic_side) == (200, 200)
    panel = (await http.get("/api/clinic/patients", headers=cast.clinic_side)).json()["patients"]
    assert len(panel) == 1
    await http.delete(f"/api/care-links/{cast.of_clinic.id}", headers=cast.mine)
    assert await may(http, cast, cast.clinic_side) == (200, 403)
    panel = (await http.get("/api/clinic/patients", headers=cast.clinic_side)).json()["patients"]
    assert panel == []  # a companion's patient is no patient of the clinic


async def test_only_a_live_clinician_counts_as_looking_after(
    sessions: Sessions, time: Clock, cast: Cast
) -> None:
    async with sessions.begin() as session:
        assert await care.is_looked_after(session, cast.patient.id, time.now)
        link = await session.get_one(CareLink, (cast.patient.id, cast.of_clinic.id))
        link.ends_at = time.now + timedelta(hours=1)
        await session.flush()
        assert await care.is_looked_after(session, cast.patient.id, time.now)
        assert not await care.is_looked_after(session, cast.patient.id, link.ends_at)
        link.ended_at = time.now
        await session.flush()
        assert not await care.is_looked_after(session, cast.patient.id, time.now)
        assert await care.looks_after(session, cast.companion.id, cast.patient.id, time.now)


async def test_the_panel_shows_nobody_whose_care_has_ended_by_itself(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, cast: Cast
) -> None:
    panel = (await http.get("/api/clinic/patients", headers=cast.clinic_side)).json()
    assert [each["name"] for each in panel["patients"]] == ["Pat"]
    async with sessions.begin() as session:
        link = await session.get_one(CareLink, (cast.patient.id, cast.of_clinic.id))
        link.ends_at = time.now
    panel = (await http.get("/api/clinic/patients", headers=cast.clinic_side)).json()
    assert panel["patients"] == []


async def test_guessing_companions_codes_has_to_wait(http: httpx.AsyncClient, cast: Cast) -> None:
    answers = [
        await http.post("/api/companions", json={"code": f"{n}"}, headers=cast.companion_side)
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]


async def test_one_companions_code_taken_by_two_at_once_gives_one_link(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, cast: Cast
) -> None:
    async with sessions.begin() as session:
        sides = [await signed_in(session, await a_companion(session), time.now) for _ in range(4)]
    code = (await http.post("/api/me/companion-invites", json={}, headers=cast.mine)).json()["code"]
    new = NEW | {"email": "sam@example.org", "invite": code}
    answers = await asyncio.gather(
        *(http.post("/api/companions", json={"code": code}, headers=side) for side in sides),
        http.post("/api/auth/register", json=new),
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 4
    async with sessions.begin() as session:
        links = select(func.count()).where(CareLink.clinic_id.is_(None))
        assert await session.scalar(links) == 2  # with the one who was there before
        roles = select(func.count()).where(Person.role == Role.COMPANION)
        assert await session.scalar(roles) == 5 + (answers[-1].status_code == 201)


async def test_one_person_with_two_codes_at_once_becomes_a_companion_once(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, cast: Cast
) -> None:
    async with sessions.begin() as session:
        side = await signed_in(session, await a_companion(session), time.now)
    codes = [
        (await http.post("/api/me/companion-invites", json={}, headers=cast.mine)).json()["code"]
        for _ in range(4)
    ]
    answers = await asyncio.gather(
        *(http.post("/api/companions", json={"code": code}, headers=side) for code in codes)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_nothing_begins_after_a_revocation_and_nothing_hangs_on_it(
    http: httpx.AsyncClient, cast: Cast
) -> None:
    """Looks and changes race the revocation; those sent after its answer find nothing."""

    async def ask(number: int) -> int:
        if number % 2:
            answer = await http.get(f"{cast.record}/doses", headers=cast.clinic_side)
        else:
            answer = await http.put(
                f"{cast.record}/{PLAN}", json={"rules": []}, headers=cast.clinic_side
            )
        return answer.status_code

    async def revoke() -> list[int]:
        path = f"/api/care-links/{cast.of_clinic.id}"
        assert (await http.delete(path, headers=cast.mine)).status_code == 204
        return list(await asyncio.gather(*(ask(number) for number in range(4))))

    assert await ask(0) == 200  # the first plan of a patient is a row that only one can make
    before = [ask(number) for number in range(12)]
    *racing, after = await asyncio.wait_for(asyncio.gather(*before, revoke()), 20)
    assert set(racing) <= {200, 404}
    assert after == [404] * 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_revocation_waits_for_a_change_that_has_begun_and_stops_the_next(
    sessions: Sessions, time: Clock, cast: Cast
) -> None:
    names = (cast.clinician.id, cast.patient.id, time.now)

    async def revoke() -> None:
        async with sessions.begin() as session:
            await care.end(session, cast.patient.id, cast.of_clinic.id, time.now)

    async def begin_a_change() -> CareLink | None:
        async with sessions.begin() as session:
            return await care.looks_after(session, *names, change=True)

    async with sessions.begin() as changing:
        assert await care.looks_after(changing, *names, change=True) is not None
        revocation = asyncio.create_task(revoke())
        await asyncio.sleep(0.2)
        assert not revocation.done()
        async with sessions.begin() as looking:  # a look waits for nobody
            assert await care.looks_after(looking, *names) is not None
    await asyncio.wait_for(revocation, 5)
    assert await begin_a_change() is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_change_that_meets_a_revocation_under_way_does_not_begin(
    sessions: Sessions, time: Clock, cast: Cast
) -> None:
    names = (cast.clinician.id, cast.patient.id, time.now)

    async def begin_a_change() -> CareLink | None:
        async with sessions.begin() as session:
            return await care.looks_after(session, *names, change=True)

    async with sessions.begin() as ending:
        await care.end(ending, cast.patient.id, cast.of_clinic.id, time.now)
        await ending.flush()
        change = asyncio.create_task(begin_a_change())
        await asyncio.sleep(0.2)
        assert not change.done()
    assert await asyncio.wait_for(change, 5) is None


@given(st.sampled_from(sorted(zone_names())), st.dates(date(2000, 1, 1), date(2099, 12, 30)))
@example("Africa/Cairo", date(2027, 4, 29))  # whose next day begins at one o'clock
@example("America/Santiago", date(2027, 4, 3))  # whose last hour comes twice
@example("America/Havana", date(2027, 11, 6))  # whose next day has midnight twice
@example("Pacific/Apia", date(2011, 12, 29))  # whose next day does not exist
def test_a_day_has_ended_when_no_clock_there_shows_it_any_more(name: str, day: date) -> None:
    here = ZoneInfo(name)
    moment = care.end_of(day, here)
    assert moment.tzinfo is UTC
    assert moment.astimezone(here).date() > day
    assert (moment - timedelta(seconds=1)).astimezone(here).date() <= day
    for hours in range(1, 30):
        assert (moment + timedelta(hours=hours)).astimezone(here).date() > day


async def test_a_wider_link_counts_and_a_leap_day_is_a_day(sessions: Sessions, cast: Cast) -> None:
    leap = datetime(2028, 2, 29, 18, tzinfo=UTC)
    async with sessions.begin() as session:
        clinic = await session.get_one(Clinic, cast.clinician.clinic_id)
        session.add(CareLink(
            patient_id=cast.patient.id, id=uuid4(), person_id=cast.clinician.id,
            clinic_id=clinic.id, granted_at=MONDAY, scope=Scope.SEE,
        ))  # fmt: skip
        await session.flush()
        link = await care.looks_after(session, cast.clinician.id, cast.patient.id, MONDAY)
        assert link is not None
        assert link.scope is Scope.CHANGE
        for until, fits in ((date(2033, 2, 28), True), (date(2033, 3, 1), False)):
            try:
                ends = await care.last_moment(session, cast.patient.id, until, leap)
            except Invalid:
                assert not fits
            else:
                assert fits
                assert ends.date() == until + A_DAY
