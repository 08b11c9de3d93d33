"""Two phones log from one vial at once: they take turns, and it never holds less than nothing."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from app.db import Sessions
from app.supplies.models import Drawn, Vial
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import Clock

MINE = "/api/patients/me"
PHONES = 6

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def dosed(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> tuple[httpx.AsyncClient, list[str]]:
    """A patient with six doses in the night, two of them of another line of the same medicine."""
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(
            session, patient,
            a_line(times=("20:00", "21:00", "22:00", "bedtime")), a_line(times=("20:30", "21:30")),
        )  # fmt: skip
        http.headers.update(await signed_in(session, patient, time.now))
    told = (await http.get(f"{MINE}/doses?from=2026-11-23&to=2026-11-24")).json()
    time.advance(hours=18)
    ids = [each["id"] for each in told["doses"]]
    assert len(ids) == PHONES
    return http, ids


async def a_vial(http: httpx.AsyncClient, millilitres: str, lot: str = "A1") -> dict[str, Any]:
    """2.5 mg in each mL: 250 mcg are a tenth of one."""
    body = {
        "id": str(uuid4()), "medicine": "sermorelin", "form": "solution", "lot": lot,
        "strengths": [{"substance": "Sermorelin", "value": "2.5", "unit": "mg"}],
        "volume": {"value": millilitres, "unit": "mL"}, "pharmacy": "A pharmacy",
        "received_on": "2026-11-23",
    }  # fmt: skip
    answer = await http.post(f"{MINE}/vials", json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def take(http: httpx.AsyncClient, dose: str) -> httpx.Response:
    return await http.put(
        f"/api/doses/{dose}/log",
        json={"id": str(uuid4()), "kind": "taken", "confirmed": True},
    )


async def shelf(http: httpx.AsyncClient) -> dict[str, Any]:
    told = (await http.get(f"{MINE}/vials")).json()
    return {vial["lot"]: vial for vial in told["vials"]}


async def test_of_a_vial_that_holds_four_doses_six_phones_take_four(
    dosed: tuple[httpx.AsyncClient, list[str]], sessions: Sessions
) -> None:
    http, ids = dosed
    await a_vial(http, "0.45")
    answers = await asyncio.gather(*(take(http, dose) for dose in ids))
    assert [each.status_code for each in answers] == [200] * PHONES
    async with sessions.begin() as session:
        drawn = select(Drawn.quantity).where(Drawn.vial_id.is_not(None)).order_by(Drawn.quantity)
        taken = (await session.scalars(drawn)).all()
    assert taken == [50, 100, 100, 100, 100]
    asked = [each.json()["given"]["asks"]["vial"] for each in answers]
    assert asked.count(True) == 2, "of the last drops, and of nothing"
    vial = (await shelf(http))["A1"]
    assert (vial["left"]["value"], vial["overdrawn"], vial["drawn_doses"]) == ("0", None, 5)


async def test_two_vials_are_emptied_one_after_the_other_and_nobody_waits_for_ever(
    dosed: tuple[httpx.AsyncClient, list[str]],
) -> None:
    """Doses logged, said of either vial in any order, and the vials counted and changed at once."""
    http, ids = dosed
    first, second = await a_vial(http, "0.3"), await a_vial(http, "0.3", "A2")

    async def say(dose: str, vial: dict[str, Any]) -> httpx.Response:
        body = {"id": str(uuid4()), "vial": vial["id"]}
        return await http.put(f"{MINE}/doses/{dose}/vial", json=body)

    async def waste(vial: dict[str, Any]) -> httpx.Response:
        body = {
            "id": str(uuid4()), "kind": "wasted", "at": "2026-11-24T06:00:00Z",
            "quantity": {"value": "0.05", "unit": "mL"},
        }  # fmt: skip
        return await http.post(f"{MINE}/vials/{vial['id']}/stock", json=body)

    answers = await asyncio.gather(*(take(http, dose) for dose in ids))
    assert [each.status_code for each in answers] == [200] * PHONES
    held = await shelf(http)
    assert [held[lot]["left"]["value"] for lot in ("A1", "A2")] == ["0", "0"]
    assert [held[lot]["overdrawn"] for lot in ("A1", "A2")] == [None, None]
    mixed = await asyncio.gather(
        *(say(dose, vial) for dose, vial in zip(ids, [first, second] * 3, strict=True)),
        *(say(dose, vial) for dose, vial in zip(ids, [second, first] * 3, strict=True)),
        waste(first), waste(second),
        *(
            http.patch(
                f"{MINE}/vials/{vial['id']}", json={"note": "x"}, headers={"If-Match": '"1"'}
            )
            for vial in (second, first)
        ),
    )  # fmt: skip
    assert [each.status_code for each in mixed] == [200] * len(mixed)
    held = await shelf(http)
    drawn = sum(held[lot]["drawn_doses"] for lot in ("A1", "A2"))
    assert drawn == PHONES


async def test_nobody_waits_for_a_vial_that_the_dose_cannot_come_from(
    dosed: tuple[httpx.AsyncClient, list[str]], sessions: Sessions
) -> None:
    """Neither for one that was gone by then, nor for others than the one that somebody names."""
    http, ids = dosed
    gone, kept = await a_vial(http, "1"), await a_vial(http, "1", "A2")
    body = {"why": "empty", "at": "2026-11-24T01:00:00Z"}
    thrown = await http.post(
        f"{MINE}/vials/{gone['id']}/discard", json=body, headers={"If-Match": '"1"'}
    )
    assert thrown.status_code == 200

    async def while_held(vial: dict[str, Any], path: str, body: Any) -> Any:
        async with sessions.begin() as session:
            held = select(Vial).where(Vial.id == UUID(vial["id"])).with_for_update()
            await session.execute(held)
            answer = await asyncio.wait_for(http.put(path, json=body), timeout=20)
        assert answer.status_code == 200
        return answer.json()["given"]["vials"][0]["lot"]

    taken = {"id": str(uuid4()), "kind": "taken", "confirmed": True}
    assert await while_held(gone, f"/api/doses/{ids[0]}/log", taken) == "A2"
    said = {"id": str(uuid4()), "vial": gone["id"]}
    assert await while_held(kept, f"{MINE}/doses/{ids[0]}/vial", said) == "A1"


async def test_one_report_from_two_phones_draws_once(
    dosed: tuple[httpx.AsyncClient, list[str]],
) -> None:
    http, ids = dosed
    await a_vial(http, "1")
    body = {"id": str(uuid4()), "kind": "taken"}
    path = f"/api/doses/{ids[0]}/log"
    answers = await asyncio.gather(*(http.put(path, json=body) for _ in range(PHONES)))
    assert [each.status_code for each in answers] == [200] * PHONES
    vial = (await shelf(http))["A1"]
    assert (vial["left"]["value"], vial["drawn_doses"]) == ("0.9", 1)
