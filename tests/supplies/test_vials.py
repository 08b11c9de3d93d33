"""What a label may say, and what a repeat, a stale revision or a stranger changes: nothing."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.audit import Means
from app.db import Sessions
from app.doses.models import Event
from app.sealing import Sealer
from app.supplies.models import Confirmation, Drawn, SourceCheck, StockEntry, SupplyLook, Vial
from app.supplies.source_checks import QUESTIONS, read_questions
from app.verification import verify
from tests.conftest import SECRET
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock
from tests.test_verification import let_anything_be_changed

MINE = "/api/patients/me"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SOLUTION: dict[str, Any] = {
    "medicine": "testosterone_cypionate", "form": "solution", "lot": "T1",
    "strengths": [{"substance": "Testosterone cypionate", "value": "200", "unit": "mg"}],
    "volume": {"value": "10", "unit": "mL"}, "pharmacy": "A pharmacy", "received_on": "2026-11-20",
}  # fmt: skip
POWDER: dict[str, Any] = {
    "medicine": "sermorelin", "form": "powder", "lot": "S1",
    "strengths": [{"substance": "Sermorelin", "value": "5", "unit": "mg"}],
    "pharmacy": "A pharmacy", "received_on": "2026-11-20",
}  # fmt: skip
TABLETS: dict[str, Any] = {
    "medicine": "anastrozole", "form": "tablets", "lot": "N1", "tablets": 30,
    "strengths": [{"substance": "Anastrozole", "value": "1", "unit": "mg"}],
    "pharmacy": "A pharmacy", "received_on": "2026-11-20",
}  # fmt: skip
BLEND: dict[str, Any] = {
    **POWDER, "medicine": "cjc1295_ipamorelin", "medicine_form": "no_dac", "lot": "B1",
    "strengths": [
        {"substance": "CJC-1295", "value": "5", "unit": "mg"},
        {"substance": "Ipamorelin", "value": "5", "unit": "mg"},
    ],
}  # fmt: skip
DISSOLVED: dict[str, Any] = {
    "diluent": "bacteriostatic_water", "diluent_volume": {"value": "2", "unit": "mL"},
    "reconstituted_at": "2026-11-23T11:00:00Z",
}  # fmt: skip


def strong(value: str, unit: str = "mg") -> list[dict[str, str]]:
    return [{"substance": "Sermorelin", "value": value, "unit": unit}]


async def enter(http: httpx.AsyncClient, vial: dict[str, Any], **facts: Any) -> httpx.Response:
    return await http.post(f"{MINE}/vials", json={"id": str(uuid4())} | vial | facts)


def is_plain(answer: httpx.Response) -> bool:
    """Whether what is wrong with a number is said in units as people write them."""
    return not re.search(r"\bug\b|[{\[]", "{problem} {cure}".format(**answer.json()["errors"][0]))


@pytest.fixture
async def shelf(http: httpx.AsyncClient, sessions: Sessions, time: Clock) -> httpx.AsyncClient:
    """A patient with four lines, signed in."""
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(
            session, patient, a_line(),
            a_line(medicine="testosterone_cypionate", route="intramuscular", amount="100",
                   unit="mg", weekdays=(1,)),
            a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg"),
            a_line(medicine="cjc1295_ipamorelin", form="no_dac", amount="200"),
        )  # fmt: skip
        http.headers.update(await signed_in(session, patient, time.now))
    return http


@on_sqlite
async def test_a_number_is_refused_with_what_is_wrong_with_it(shelf: httpx.AsyncClient) -> None:
    as_text = 'Send it as text, such as "0.5".'
    for value, cure in (
        ("0.0001", "Use at most 3."), ("123456789", "Use at most 8."),
        ("100000.5", "Use at most 5 digits."), ("NaN", as_text), ("1,5", as_text),
    ):  # fmt: skip
        answer = await enter(shelf, SOLUTION, volume={"value": value, "unit": "mL"})
        (error,) = answer.json()["errors"]
        assert (error["field"], error["cure"]) == ("volume.value", cure), value


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (POWDER, {"strengths": strong("0")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("-5")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("5000", "g")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("0.0001", "ng")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("0.0001", "ug")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("NaN")}, "strengths.0.value"),
    (POWDER, {"strengths": strong("5", "mL")}, "strengths.0.unit"),
    (POWDER, {"strengths": strong("5", "stone")}, "strengths.0.unit"),
    (POWDER, {"strengths": []}, "strengths"),
    (POWDER, {"strengths": strong("5") * 2, "counts": "together"}, "strengths.0.substance"),
    (POWDER, {"strengths": [{"substance": " ", "value": "5", "unit": "mg"}]},
     "strengths.0.substance"),
    (POWDER, {"label_strengths": [{"substance": "Other", "value": "5", "unit": "mg"}]},
     "label_strengths"),
    (POWDER, {"volume": {"value": "2", "unit": "mL"}}, "volume"),
    (POWDER, {"diluent": "sterile_water"}, "diluent_volume"),
    (POWDER, DISSOLVED | {"reconstituted_at": "2026-11-23T13:00:00Z"}, "reconstituted_at"),
    (POWDER, DISSOLVED | {"diluent_volume": {"value": "2000", "unit": "mL"}},
     "diluent_volume.value"),
    (POWDER, DISSOLVED | {"diluent_volume": {"value": "0.00001", "unit": "mL"}},
     "diluent_volume.value"),
    (POWDER, {"medicine": "aspirin"}, "medicine"),
    (POWDER, {"medicine_form": "dac"}, "medicine_form"),
    (BLEND, {"counts": "together", "medicine_form": ""}, "medicine_form"),
    (BLEND, {}, "counts"),
    (BLEND, {"counts": ""}, "counts"),
    (BLEND, {"counts": "Sermorelin"}, "counts"),
    (BLEND, {"counts": "together", "strengths": [
        {"substance": "CJC-1295", "value": "5", "unit": "mg"},
        {"substance": "Ipamorelin", "value": "5", "unit": "[IU]"},
    ]}, "counts"),
    (POWDER, {"received_on": "2026-11-24"}, "received_on"),
    (POWDER, {"received_on": "1999-01-01"}, "received_on"),
    (POWDER, {"opened_at": "2026-11-24T12:00:00Z"}, "opened_at"),
    (POWDER, {"pharmacy": "  "}, "pharmacy"),
    (POWDER, {"lot": ""}, "lot"),
    (POWDER, {"lot": "A\t1"}, "lot"),
    (POWDER, {"lot": "A" * 81}, "lot"),
    (POWDER, {"lot": "A\x00"}, "lot"),
    (POWDER, {"pharmacy": "A\u202epharmacy"}, "pharmacy"),
    (POWDER, {"note": "x\x07"}, "note"),
    (POWDER, {"note": "x" * 501}, "note"),
    (SOLUTION, {"volume": None}, "volume"),
    (SOLUTION, {"volume": {"value": "0.001", "unit": "mL"}}, "volume.value"),
    (SOLUTION, {"volume": {"value": "9999", "unit": "mL"}}, "volume.value"),
    (SOLUTION, {"volume": {"value": "1.0005", "unit": "mL"}}, "volume.value"),
    (SOLUTION, {"volume": {"value": "10", "unit": "L"}}, "volume.unit"),
    (SOLUTION, {"strengths": strong("2000")}, "strengths.0.value"),
    (SOLUTION, DISSOLVED, "diluent"),
    (SOLUTION, {"tablets": 10}, "tablets"),
    (TABLETS, {"tablets": 0}, "tablets"),
    (TABLETS, {"tablets": None}, "tablets"),
    (TABLETS, {"tablets": 5001}, "tablets"),
    (TABLETS, {"label_strengths": strong("1")}, "label_strengths"),
    (TABLETS, {"colour": "white"}, "colour"),
]  # fmt: skip


@on_sqlite
async def test_what_no_label_says_is_refused_with_the_field_and_nothing_is_kept(
    shelf: httpx.AsyncClient, sessions: Sessions
) -> None:
    for vial, facts, field in REFUSED:
        answer = await enter(shelf, vial, **facts)
        assert answer.status_code == 422, (facts, answer.text)
        assert answer.json()["errors"][0]["field"] == field, answer.text
        assert answer.json()["errors"][0]["cure"]
        assert not field.endswith(".value") or is_plain(answer), answer.text
    async with sessions.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Vial)) == 0


@on_sqlite
async def test_whatever_is_on_a_label_is_recorded_as_it_is(shelf: httpx.AsyncClient) -> None:
    odd = {"expires_on": "2026-01-01", "note": "two\nlines", "salt": "acetate"}
    told = (await enter(shelf, POWDER, **odd)).json()
    assert told["expires_on"] == "2026-01-01"
    assert "expired_when_received" in [each["code"] for each in told["warnings"]]
    assert told["status"] == "past_its_date"
    blend = (await enter(shelf, BLEND, counts="together", **DISSOLVED)).json()
    # 200 mcg of both together are 0.04 mL of 5 mg + 5 mg in 2 mL.
    assert (blend["counts"], blend["doses_left"]) == ("together", 50)
    assert [each["value"] for each in blend["per_ml"]] == ["2.5", "2.5"]
    one = (await enter(shelf, BLEND, counts="Ipamorelin", lot="B2", **DISSOLVED)).json()
    assert (one["counts"], one["doses_left"]) == ("Ipamorelin", 25)
    label = [{"substance": "Sermorelin", "value": "3", "unit": "mg"}]
    labelled = (await enter(shelf, POWDER, label_strengths=label, **DISSOLVED)).json()
    assert labelled["per_ml"] == label
    assert "label_differs" in [each["code"] for each in labelled["warnings"]]
    pack = (await enter(shelf, TABLETS)).json()
    assert (pack["left"], pack["doses_left"]) == ({"value": "30", "unit": "{tablet}"}, 60)
    oil = (await enter(shelf, SOLUTION, volume={"value": "10.000", "unit": "mL"})).json()
    assert (oil["volume"]["value"], oil["doses_left"], oil["status"]) == ("10", 20, "unopened")
    once = (await enter(shelf, SOLUTION, lot="T2", single_use=True)).json()
    assert (once["left"]["value"], once["doses_left"]) == ("10", 1)
    listed = (await shelf.get(f"{MINE}/vials")).json()
    assert len(listed["vials"]) == 7
    assert listed["today"] == "2026-11-23"


async def test_the_same_again_is_the_same_and_another_with_its_id_is_refused(
    shelf: httpx.AsyncClient, time: Clock
) -> None:
    body = {"id": str(uuid4()), **POWDER}
    first = await shelf.post(f"{MINE}/vials", json=body)
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    time.advance(minutes=1)
    path = f"{MINE}/vials/{body['id']}"
    changed = await shelf.patch(path, json={"lot": "S2"}, headers={"If-Match": '"1"'})
    assert (changed.json()["revision"], changed.headers["ETag"]) == (2, '"2"')
    # The first write arrives once more, from a phone that was offline: the correction stands.
    again = await shelf.post(f"{MINE}/vials", json=body)
    assert (again.status_code, again.json()["lot"]) == (201, "S2")
    other = await shelf.post(f"{MINE}/vials", json={**body, "pharmacy": "Another"})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/vial-differs")
    for headers, status in (({"If-Match": '"1"'}, 412), ({}, 428)):
        for action, given in (
            ("/open", {"at": time.now.isoformat()}), ("/keep", {}),
            ("/discard", {"why": "lost", "at": time.now.isoformat()}),
        ):  # fmt: skip
            answer = await shelf.post(path + action, json=given, headers=headers)
            assert answer.status_code == status, action
    # What is not there cannot be taken away, and nothing at all changes nothing.
    for field in ("lot", "medicine", "strengths", "received_on"):
        answer = await shelf.patch(path, json={field: None}, headers={"If-Match": '"2"'})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    same = await shelf.patch(path, json={"lot": "S2"}, headers={"If-Match": '"2"'})
    assert same.json()["revision"] == 2
    liquid = await shelf.post(f"{MINE}/vials", json={"id": str(uuid4()), **SOLUTION})
    dissolve = {"diluent": "sterile_water", "volume": {"value": "2", "unit": "mL"},
                "at": time.now.isoformat()}  # fmt: skip
    answer = await shelf.post(
        f"{MINE}/vials/{liquid.json()['id']}/dissolve", json=dissolve, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 422
    told = await shelf.get(f"{MINE}/vials/{liquid.json()['id']}")
    assert told.json()["revision"] == 1


@on_sqlite
async def test_stock_entries_fit_the_vial_and_a_repeat_counts_once(
    shelf: httpx.AsyncClient, time: Clock
) -> None:
    pack = (await enter(shelf, TABLETS)).json()
    powder = (await enter(shelf, POWDER)).json()
    at = time.now.isoformat()

    async def say(vial: dict[str, Any], value: str, unit: str, **facts: Any) -> httpx.Response:
        body = {"id": str(uuid4()), "kind": "wasted", "at": at,
                "quantity": {"value": value, "unit": unit}, **facts}  # fmt: skip
        return await shelf.post(f"{MINE}/vials/{vial['id']}/stock", json=body)

    for vial, value, unit, field, facts in (
        (pack, "1", "mL", "quantity.unit", {}),
        (pack, "-1", "{tablet}", "quantity.value", {}),
        (pack, "61", "{tablet}", "quantity.value", {}),
        (pack, "0.0001", "{tablet}", "quantity.value", {}),
        (pack, "1", "{tablet}", "at", {"at": (time.now + timedelta(hours=1)).isoformat()}),
        (pack, "1", "{tablet}", "note", {"note": "x\x01"}),
        (powder, "1", "mL", "quantity", {}),
    ):  # fmt: skip
        answer = await say(vial, value, unit, **facts)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field
        assert field != "quantity.value" or is_plain(answer), answer.text
    once = {"id": str(uuid4())}
    for _ in range(2):
        told = await say(pack, "2.5", "{tablet}", **once)
        assert told.json()["left"]["value"] == "27.5"
    differs = await say(pack, "3", "{tablet}", **once)
    assert (differs.status_code, differs.json()["type"]) == (409, "/problems/stock-entry-differs")
    repeated = await enter(shelf, TABLETS, id=pack["id"])  # from a phone that heard no answer
    assert (repeated.status_code, repeated.json()["left"]["value"]) == (201, "27.5")
    counted = await say(pack, "20", "{tablet}", kind="counted")
    # Of one instant the count comes last.
    assert counted.json()["left"]["value"] == "20"
    void = await shelf.post(f"{MINE}/vials/{powder['id']}/stock/{once['id']}/void")
    assert void.status_code == 404
    over = await say(pack, "60", "{tablet}")
    assert over.json()["left"]["value"] == "20"  # it was before the count
    time.advance(minutes=1)
    at = time.now.isoformat()
    over = await say(pack, "25", "{tablet}")
    assert (over.json()["left"]["value"], over.json()["overdrawn"]["value"]) == ("0", "5")
    assert over.json()["status"] == "empty"


@on_sqlite
async def test_a_vial_that_is_entered_after_its_doses_says_so_until_it_is_counted(
    shelf: httpx.AsyncClient, sessions: Sessions, engine: AsyncEngine, time: Clock
) -> None:
    """And then each dose takes what the mark holds: 125 microlitres are drawn to the 12."""
    doses = [
        each for each in (await shelf.get(f"{MINE}/doses")).json()["doses"]
        if each["label"] == "Sermorelin"
    ]  # fmt: skip
    await shelf.put(f"{MINE}/lines/{doses[0]['line_id']}/kit", json={"syringe": "u100_1"})
    async with sessions.begin() as session:
        look = (await session.scalars(select(SupplyLook))).one()
        assert look.next_at == time.now, "another syringe may run out sooner"

    async def take(dose: dict[str, Any]) -> Any:
        body = {"id": str(uuid4()), "kind": "taken"}
        return (await shelf.put(f"/api/doses/{dose['id']}/log", json=body)).json()["given"]

    time.advance(hours=18)
    assert not (await take(doses[0]))["asks"]["vial"]
    time.advance(minutes=5)
    water = DISSOLVED | {"diluent_volume": {"value": "2.5", "unit": "mL"}}
    vial = (await enter(shelf, POWDER, **water)).json()
    assert (vial["doses_left"], vial["left"]["value"]) == (20, "2.5")  # 20 times 122, not 19
    (warned,) = vial["warnings"]
    assert (warned["code"], warned["text"].split(" that")[0]) == ("not_drawn", "1 dose is logged")
    path = f"{MINE}/vials/{vial['id']}"
    await let_anything_be_changed(engine)
    for means, warnings in ((Means.IMPORT, 0), (Means.APP, 1)):
        async with sessions.begin() as session:
            await session.execute(update(Event).values(means=means))
        seen = (await shelf.get(path)).json()
        assert len(seen["warnings"]) == warnings, "a history that was brought along asks nothing"
    count = {"id": str(uuid4()), "kind": "counted", "at": time.now.isoformat(),
             "quantity": {"value": "2.4", "unit": "mL"}}  # fmt: skip
    told = (await shelf.post(f"{path}/stock", json=count)).json()
    assert (told["warnings"], told["left"]["value"]) == ([], "2.4")
    time.advance(hours=24)
    (given,) = (await take(doses[1]))["vials"]
    assert (given["lot"], given["quantity"]) == ("S1", None)  # nobody has looked at its strength
    assert (await shelf.get(path)).json()["left"]["value"] == "2.278"


@on_sqlite
async def test_an_altered_row_contradicts_the_audit(
    shelf: httpx.AsyncClient, sessions: Sessions, engine: AsyncEngine, time: Clock
) -> None:
    """Whoever changes a vial, a draw, an entry or a check in the database is found."""
    vial = (await enter(shelf, POWDER, **DISSOLVED)).json()
    path = f"{MINE}/vials/{vial['id']}"
    at = time.now.isoformat()
    entry = {"id": str(uuid4()), "kind": "wasted", "quantity": {"value": "0.1", "unit": "mL"},
             "at": at}  # fmt: skip
    await shelf.post(f"{path}/stock", json=entry)
    await shelf.post(f"{path}/stock/{entry['id']}/void")
    check = {"id": str(uuid4()), "answers": dict.fromkeys(QUESTIONS, "yes")}
    await shelf.post(f"{path}/source-checks", json=check)
    doses = (await shelf.get(f"{MINE}/doses")).json()["doses"]
    dose = next(each for each in doses if each["label"] == "Sermorelin")
    time.advance(hours=18)
    taken = await shelf.put(
        f"/api/doses/{dose['id']}/log", json={"id": str(uuid4()), "kind": "taken"}
    )
    assert taken.json()["given"]["vials"][0]["lot"] == "S1"
    await shelf.put(f"{MINE}/lines/{dose['line_id']}/kit", json={"syringe": "u100_1"})
    begun = {"id": str(uuid4()), "line": dose["line_id"], "vial": vial["id"],
             "strength": {"value": "2.5", "unit": "mg"}}  # fmt: skip
    await shelf.post(f"{MINE}/draw/confirmations", json=begun)
    mark = {"mark": "10", "syringe": "u100_1"}
    shown = await shelf.post(f"{MINE}/draw/confirmations/{begun['id']}/confirm", json=mark)
    assert shown.json()["state"] == "ready"

    async def findings() -> list[str]:
        verdict = await verify(sessions, [Sealer(SECRET)], now=time.now)
        # The protocol was not entered by the application.
        return [finding for finding in verdict.findings if not finding.startswith("version")]

    assert await findings() == []
    await let_anything_be_changed(engine)
    for table, column, forged, word in (
        (Vial, "lot", "FORGED", "vial"), (Drawn, "quantity", 1, "draw"),
        (StockEntry, "quantity", 1, "stock entry"), (StockEntry, "voided_at", None, "void"),
        (SourceCheck, "answers", {}, "source check"), (Vial, "revision", 2, "vial"),
        (Confirmation, "strength_value", Decimal(5), "label reading"),
        (Confirmation, "mark", Decimal(20), "confirmation"),
    ):  # fmt: skip
        async with sessions.begin() as session:
            row: Any = (await session.scalars(select(table))).one()
            kept = getattr(row, column)
            await session.execute(update(table).values({column: forged}))
        found = await findings()
        assert any(finding.startswith(word) for finding in found), (column, found)
        async with sessions.begin() as session:
            await session.execute(update(table).values({column: kept}))
    assert await findings() == []
    async with sessions.begin() as session:
        row = (await session.scalars(select(Drawn))).one()
        await session.delete(row)
    assert [finding.split(" ")[0] for finding in await findings()] == ["draw"]


def test_a_question_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="without a source"):
        read_questions('[seal]\ntext = "?"\nhelp = "!"\nsource = "somebody"\n')


async def test_a_stranger_finds_no_vial(
    shelf: httpx.AsyncClient, http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    vial = (await enter(shelf, POWDER)).json()
    async with sessions.begin() as session:
        other = await a_patient(session)
        theirs = await signed_in(session, other, time.now)
    for method, path in (
        ("GET", ""), ("PATCH", ""), ("POST", "/dissolve"), ("GET", "/history"), ("POST", "/stock"),
    ):  # fmt: skip
        bodies: dict[str, Any] = {
            "/dissolve": {"diluent": "other", "volume": {"value": "2", "unit": "mL"},
                          "at": MONDAY.isoformat()},
            "/stock": {"id": str(uuid4()), "kind": "counted", "at": MONDAY.isoformat(),
                       "quantity": {"value": "1", "unit": "mL"}},
        }  # fmt: skip
        answer = await http.request(
            method, f"{MINE}/vials/{vial['id']}{path}", json=bodies.get(path, {}),
            headers={**theirs, "If-Match": '"1"'},
        )  # fmt: skip
        assert answer.status_code == 404, (path, answer.text)
    assert (await http.get(f"{MINE}/vials", headers=theirs)).json()["vials"] == []
