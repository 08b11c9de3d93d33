"""Panels in two databases: at once, of nonsense, read again, and borne out by the audit log."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Executable, delete, event, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.evenings import come_home, go_away
from app.accounts.models import AwayNights, Person
from app.audit import AuditEntry, Means
from app.db import Base, Sessions, is_sqlite, sessions_on
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.observations.reading import value_of
from app.observations.record import enter, standing, void, when
from app.observations.shapes import PanelIn
from app.observations.witness import OF_ENTRY, OF_VOID
from app.verification import verify
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock
from tests.test_verification import SEALER, Record, another, let_anything_be_changed

POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/api/patients/me/observations"
TABLE = Base.metadata.tables["observation"]


def a_panel(*results: tuple[str, str, str], **facts: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "collected_at": (MONDAY - timedelta(days=1)).isoformat(),
        "results": [
            {"code": code, "value": value, "unit": unit} for code, value, unit in results
        ], **facts,
    }  # fmt: skip


async def write(session: AsyncSession, patient: Person, *results: tuple[str, str, str],
                **facts: Any) -> list[Observation]:  # fmt: skip
    panel = PanelIn.model_validate(a_panel(*results, **facts))
    return await enter(session, patient.id, panel, patient.id, Means.APP, MONDAY)


@pytest.fixture
async def patient(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> Person:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        http.headers.update(await signed_in(session, patient, time.now))
    return patient


async def count(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        return await session.scalar(select(func.count(Observation.id))) or 0


@POSTGRESQL
async def test_one_panel_sent_eight_times_at_once_is_one_panel(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    panel = a_panel(("lh", "4", "m[IU]/mL"), ("fsh", "3", "m[IU]/mL"))
    answers = await asyncio.gather(*(http.post(PATH, json=panel) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.text for answer in answers}) == 1
    assert await count(sessions) == 2


@POSTGRESQL
async def test_of_two_corrections_at_once_one_stands(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    first = await http.post(PATH, json=a_panel(("lh", "4", "m[IU]/mL")))
    wrong = first.json()["observations"][0]["id"]
    panels = [a_panel(("lh", value, "m[IU]/mL")) for value in ("5", "6")]
    for panel in panels:
        panel["results"][0]["replaces"] = wrong
    answers = await asyncio.gather(*(http.post(PATH, json=panel) for panel in panels))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len((await http.get(PATH)).json()["observations"]) == 1


@POSTGRESQL
async def test_a_correction_and_a_void_at_once_leave_one_reason_that_the_log_bears_out(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    for _ in range(4):
        first = await http.post(PATH, json=a_panel(("lh", "4", "m[IU]/mL"), confirmed=["lh"]))
        wrong = first.json()["observations"][0]["id"]
        panel = a_panel(("lh", "5", "m[IU]/mL"), confirmed=["lh"])
        panel["results"][0]["replaces"] = wrong
        corrected, voided = await asyncio.gather(
            http.post(PATH, json=panel), http.post(f"{PATH}/{wrong}/void", json={"reason": "No"})
        )
        assert voided.status_code == 200
        first_was = 201 if voided.json()["void_reason"] == "Corrected." else 409
        assert corrected.status_code == first_was
    assert (await verify(sessions, [SEALER], now=MONDAY)).findings == []


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"results": []}, "results"), ({"results": [{}] * 61}, "results"), ({"id": "x"}, "id"),
    ({"collected_at": "2100-06-01T00:00:00Z"}, "collected_at"), ({"surplus": 1}, "surplus"),
    ({"collected_at": "1999-06-01T00:00:00Z"}, "collected_at"), ({"fasting": "maybe"}, "fasting"),
    ({"laboratory": "x" * 121}, "laboratory"), ({"note": "x" * 501}, "note"),
    ({"scanner": {"make": ""}}, "scanner.make"), ({"confirmed": ["x"] * 62}, "confirmed"),
    ({"note": "a\x00b"}, "note"), ({"confirmed": ["x" * 41]}, "confirmed.0"),
]  # fmt: skip
RESULTS: list[tuple[dict[str, Any], str]] = [
    ({"value": value}, "value")
    for value in ("", "1e3", "NaN", "Infinity", "-", "1" * 39, "\u0661", "5.", "0x1", "--1", " 1")
]
RESULTS += [
    ({"value": 5}, "value"), ({"value": None}, "value"), ({"code": "x" * 41}, "code"),
    ({"code": "\u202e"}, "code"), ({"unit": ""}, "unit"), ({"unit": "x" * 41}, "unit"),
    ({"comparator": "=>"}, "comparator"), ({"assay": "new"}, "assay"), ({"loinc": "1"}, "loinc"),
    ({"line_id": "x"}, "line_id"), ({"line_id": str(uuid4())}, "line_id"),
    ({"replaces": str(uuid4())}, "replaces"), ({"site": "x" * 41}, "site"),
    ({"low": "1,2"}, "low"), ({"high": "999999999999"}, "high"), ({"more": 1}, "more"),
]  # fmt: skip


@SQLITE
async def test_nonsense_is_refused_by_field_and_changes_nothing(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    good = a_panel(("lh", "4", "m[IU]/mL"))
    for facts, field in NONSENSE:
        answer = await http.post(PATH, json=good | facts)
        assert answer.status_code == 422, (facts, answer.text)
        assert answer.json()["errors"][0]["field"] == field
    for facts, field in RESULTS:
        answer = await http.post(PATH, json=good | {"results": [good["results"][0] | facts]})
        assert answer.status_code == 422, (facts, answer.text)
        assert answer.json()["errors"][0]["field"] == f"results.0.{field}"
        assert answer.json()["errors"][0]["cure"]
    assert await count(sessions) == 0


bits = st.text(max_size=8) | st.sampled_from(
    ["", "0", "-1", "7", "1e9", "999999999.999999", "%", "{score}", "kg", "mm[Hg]", *CATALOGUE]
)
anything = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | bits
results = st.fixed_dictionaries(
    {
        "code": st.sampled_from(list(CATALOGUE)) | anything, "value": bits | anything,
        "unit": bits | st.sampled_from([item.unit for item in CATALOGUE.values()]),
    },
    optional={
        "comparator": st.sampled_from(["<", ">", "x"]), "low": bits, "high": bits,
        "assay": anything, "loinc": bits, "line_id": st.uuids().map(str) | anything,
        "site": anything, "replaces": st.uuids().map(str) | anything,
    },
)  # fmt: skip
panels = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "collected_at": st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(
            lambda at: f"{at.isoformat()}-07:00"
        ),
        "results": st.lists(results, max_size=4),
    },
    optional={
        "time_known": anything, "fasting": anything, "confirmed": st.lists(bits, max_size=3),
        "scanner": st.none() | st.fixed_dictionaries({"make": bits, "model": bits}), "note": bits,
    },
)  # fmt: skip


@SQLITE
async def test_whatever_is_sent_the_answer_is_never_a_500(
    http: httpx.AsyncClient, patient: Person
) -> None:
    loop = asyncio.get_running_loop()
    tried: list[dict[str, Any]] = []

    @given(panels)
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def draw(panel: dict[str, Any]) -> None:
        tried.append(panel)

    await loop.run_in_executor(None, draw)
    for panel in tried:
        body = json.dumps(panel).encode("utf-8", "surrogatepass")
        answer = await http.post(PATH, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {201, 409, 422}, (panel, answer.text)


async def test_a_side_effect_is_tied_to_a_line_of_the_patients_own(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        [line] = await a_protocol(session, patient, a_line())
        [foreign] = await a_protocol(session, await a_patient(session), a_line())
    panel = a_panel(("flushing", "3", "{score}"), ("flushing", "2", "{score}"))
    panel["results"][0] |= {"line_id": str(line), "site": "abd-lu"}
    answer = await http.post(PATH, json=panel)
    assert answer.status_code == 201, answer.text
    told = answer.json()["observations"]
    assert [(one["line_id"], one["site"]) for one in told] == [(str(line), "abd-lu"), (None, None)]
    stolen = a_panel(("flushing", "3", "{score}"))
    stolen["results"][0]["line_id"] = str(foreign)
    answer = await http.post(PATH, json=stolen)
    assert answer.json()["errors"][0]["field"] == "results.0.line_id"


async def test_what_stands_is_read_for_many_patients_in_one_statement(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    people = [await a_patient(session) for _ in range(3)]
    for number, person in enumerate(people[:2]):
        rows = await write(session, person, ("lh", f"{number}.5", "m[IU]/mL"))
        await void(session, person.id, rows[0].id, "Slip", person.id, Means.APP, MONDAY)
        for days in (9, 3):
            at = (MONDAY - timedelta(days=days)).isoformat()
            await write(session, person, ("lh", "4", "m[IU]/mL"), ("weight", "80", "kg"),
                        collected_at=at)  # fmt: skip
    await session.flush()
    statements: list[str] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda *each: statements.append(each[2])
    )
    ids = [person.id for person in people]
    found = await standing(session, ids)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1
    assert {key: len(rows) for key, rows in found.items()} == dict(zip(ids, (4, 4, 0), strict=True))
    moments = [row.collected_at for row in found[ids[0]]]
    assert moments == sorted(moments)

    async def counted(**how: Any) -> int:
        return len((await standing(session, ids[:1], **how))[ids[0]])

    edge = MONDAY - timedelta(days=3)
    assert await counted(codes=["lh"]) == await counted(groups=["body"]) == 2
    assert await counted(codes=["lh"], groups=["body"]) == 0
    assert (await counted(since=edge), await counted(until=edge)) == (2, 2)
    assert await standing(session, []) == {}


@SQLITE
async def test_a_row_is_read_in_the_canonical_unit_with_its_range(session: AsyncSession) -> None:
    patient = await a_patient(session)
    panel = a_panel(("testosterone_total", "20", "nmol/L"), fasting="no", time_known=False)
    panel["results"][0] |= {"low": "10", "high": None, "comparator": ">", "assay": "sensitive"}
    [row] = await enter(
        session, patient.id, PanelIn.model_validate(panel), patient.id, Means.APP, MONDAY
    )
    value = value_of(row)
    assert (str(value.canonical), str(value.low), value.high) == ("576.840", "288.420", None)
    assert (value.comparator, value.fasting, value.assay, value.time_known) == (
        ">", "no", "sensitive", False,
    )  # fmt: skip
    assert value.item is CATALOGUE["testosterone_total"]
    assert (value.day, value.collected_at.hour) == (date(2026, 11, 22), 15)


@SQLITE
async def test_a_warning_sign_is_asked_nothing_and_has_its_words_at_once(
    http: httpx.AsyncClient, patient: Person
) -> None:
    when_it_was = {"time_known": False, "collected_at": "2021-11-20T12:00:00-07:00"}
    for _ in range(2):  # two devices, or two fingers, and a day without a time
        answer = await http.post(PATH, json=a_panel(("chest_pain", "1", "{score}"), **when_it_was))
        assert answer.status_code == 201, answer.text
        assert "emergency number" in answer.json()["emergency"]["text"]
    beside = a_panel(("chest_pain", "1", "{score}"), ("headache", "3", "{score}"), **when_it_was)
    answer = await http.post(PATH, json=beside)
    assert answer.status_code == 409, answer.text


@SQLITE
async def test_below_what_the_test_can_measure_is_recorded_however_low_that_is(
    http: httpx.AsyncClient, patient: Person
) -> None:
    """Estradiol of less than 0.5 pg/mL is what a sensitive test says under too much anastrozole."""
    for value, comparator, status in (
        ("0.5", "<", 201), ("0.4", "<=", 201), ("0.5", None, 422), ("0.5", ">", 422),
        ("-1", "<", 422), ("5001", "<", 422),
    ):  # fmt: skip
        panel = a_panel(("estradiol", value, "pg/mL"), confirmed=["estradiol"])
        panel["results"][0]["comparator"] = comparator
        answer = await http.post(PATH, json=panel)
        assert answer.status_code == status, (value, comparator, answer.text)


@SQLITE
async def test_scores_of_a_check_in_are_entered_nowhere_else(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    answer = await http.post(PATH, json=a_panel(("energy", "7", "{score}")))
    assert answer.status_code == 422
    assert "check-in" in answer.json()["errors"][0]["cure"]
    assert await count(sessions) == 0


@SQLITE
async def test_what_was_measured_where_it_is_tomorrow_already_is_shown_at_home(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions, time: Clock
) -> None:
    time.advance(hours=4)  # one in the small hours of Tuesday in Tokyo, Monday morning in Denver
    async with sessions.begin() as session:
        await go_away(session, patient.id, "Asia/Tokyo", AwayNights.LOCAL, time.now)
    panel = a_panel(("weight", "80", "kg"), collected_at=time.now.isoformat())
    [told] = (await http.post(PATH, json=panel)).json()["observations"]
    assert told["day"] == "2026-11-24"
    async with sessions.begin() as session:
        await come_home(session, patient.id, time.now)
    assert len((await http.get(PATH)).json()["observations"]) == 1


@SQLITE
async def test_a_question_names_the_date_where_the_patient_was(
    http: httpx.AsyncClient, patient: Person
) -> None:
    evening = a_panel(("hematocrit", "45", "%"), collected_at="2026-11-20T21:00:00-07:00")
    assert (await http.post(PATH, json=evening)).status_code == 201
    answer = await http.post(PATH, json=a_panel(("hematocrit", "0.56", "L/L")))
    [question] = answer.json()["questions"]
    assert question["text"] == "It was 45.0 % on 2026-11-20. Is 0.56 L/L right?"


@SQLITE
async def test_nothing_was_collected_before_birth(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await session.execute(
            update(Person).where(Person.id == patient.id).values(born_on=date(2026, 11, 21))
        )
    for day, status in (("20", 422), ("21", 201)):
        sent = a_panel(("lh", "4", "m[IU]/mL"), collected_at=f"2026-11-{day}T12:00:00-07:00")
        assert (await http.post(PATH, json=sent)).status_code == status


@pytest.mark.parametrize(
    ("at", "place", "known", "instant", "day"),
    [
        ("2026-11-23T05:30:00+00:00", "America/Denver", True, "2026-11-23T05:30", "2026-11-22"),
        ("2026-11-23T05:30:00+00:00", "America/Denver", False, "2026-11-22T15:00", "2026-11-22"),
        ("2026-11-23T05:30:00+00:00", "Asia/Tokyo", False, "2026-11-22T23:00", "2026-11-23"),
        ("2026-03-08T12:00:00+00:00", "America/Denver", False, "2026-03-08T14:00", "2026-03-08"),
    ],
)
def test_a_date_alone_is_eight_in_the_morning_there(
    at: str, place: str, known: bool, instant: str, day: str
) -> None:
    found, date_there = when(datetime.fromisoformat(at), known, place)
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert str(date_there) == day


@pytest.fixture
async def witnessed(http: httpx.AsyncClient, patient: Person, engine: AsyncEngine) -> Record:
    """Two observations, of which one was corrected; in a database that lets one tamper."""
    first = await http.post(PATH, json=a_panel(("lh", "4", "m[IU]/mL"), ("fsh", "3", "m[IU]/mL")))
    panel = a_panel(("fsh", "30", "m[IU]/mL"))
    panel["results"][0]["replaces"] = first.json()["observations"][1]["id"]
    assert (await http.post(PATH, json=panel)).status_code == 201
    if is_sqlite(str(engine.url)):
        await let_anything_be_changed(engine)
    record = Record(engine, sessions_on(engine))
    verdict = await record.verify()
    assert (verdict.findings, verdict.observations) == ([], 3)
    return record


async def test_the_audit_finds_every_single_value_of_an_observation_that_is_changed(
    witnessed: Record,
) -> None:
    rows = await witnessed.rows(Observation)
    stands = next(row for row in rows if row.code == "lh")
    wrong = next(row for row in rows if row.voided_at is not None)
    # Given up when a row is voided, `slot` is no part of what was said.
    names = {column.name for column in TABLE.c} - {"slot"}
    assert names == {*OF_ENTRY, *OF_VOID}
    for name in names:
        row = stands if name in OF_ENTRY else wrong
        after = another(getattr(row, name), TABLE.c[name])
        changed = update(TABLE).where(TABLE.c.id == row.id).values({name: after})
        async with witnessed.tampered(changed) as record:
            verdict = await record.verify()
        assert not verdict.sound, f"{name} became {after}"
    assert (await witnessed.verify()).findings == []


async def test_the_audit_says_what_became_of_an_observation(witnessed: Record) -> None:
    rows = await witnessed.rows(Observation)
    stands = next(row for row in rows if row.code == "lh")
    wrong = next(row for row in rows if row.voided_at is not None)

    async def found(*statements: Executable) -> str:
        return await witnessed.found(*statements)

    mine, its = (update(TABLE).where(TABLE.c.id == row.id) for row in (stands, wrong))
    removed = delete(TABLE).where(TABLE.c.id == stands.id)
    assert f"observation {stands.id}: it was removed" in await found(removed)
    changed = mine.values(value=Decimal("4.0"))  # the same number, and not what was entered
    assert await found(changed) == f"observation {stands.id}: it was altered"
    back = its.values(voided_at=None, voided_by=None, void_reason="")
    assert "how it was voided was altered" in await found(back)
    hidden = mine.values(voided_at=MONDAY, voided_by=stands.author_id, void_reason="Slip")
    told = f"observation {stands.id}: nothing tells that it was voided"
    assert await found(hidden) == told
    assert await found(mine.values(voided_by=stands.author_id)) == told
    assert await found(mine.values(void_reason="Slip")) == told
    values = {column.name: getattr(stands, column.name) for column in TABLE.c}
    smuggled = insert(TABLE).values(values | {"id": uuid4(), "panel_id": uuid4()})
    assert "nothing tells of it" in await found(smuggled)


@SQLITE
async def test_the_audit_log_holds_ids_and_no_marker_value_or_laboratory(
    http: httpx.AsyncClient, patient: Person, sessions: Sessions
) -> None:
    sent = a_panel(("psa", "3.9", "ng/mL"), ("chest_pain", "1", "{score}"), laboratory="LabCorp",
                   note="Secret")  # fmt: skip
    assert (await http.post(PATH, json=sent)).status_code == 201
    async with sessions.begin() as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    text = " ".join(str(entry.facts) for entry in entries).lower()
    assert "observations" in text
    for word in ("psa", "chest", "labcorp", "3.9", "secret", "ng/ml"):
        assert word not in text
