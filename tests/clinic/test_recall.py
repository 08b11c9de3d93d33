"""Who has a lot: the clinic's own patients alone, also those who never drew from it."""

from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.models import Person
from app.audit import AuditEntry
from app.clinic.recall import plain_lot, recall
from app.clinic.recall_shapes import RecalledPatient, RecallIn
from app.db import Sessions
from app.supplies.models import Gone
from tests.clinic.shelf import DAY, came_from, doses_until, oil, stocked, took
from tests.factories import a_care_link, a_clinician, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock

LATER = MONDAY + 3 * DAY


async def recalled(
    session: AsyncSession, clinician: Person, lot: str, medicine: str | None = None
) -> list[RecalledPatient]:
    assert clinician.clinic_id is not None
    actor = ClinicActor(clinician, clinician.clinic_id)
    return await recall(session, actor, RecallIn(lot=lot, medicine=medicine), LATER)


@pytest.mark.parametrize("asked", ["AB 12-c", "ab12-C", " aB\u00a01 2-c\t"])
async def test_a_lot_is_found_whatever_its_case_and_spaces(
    session: AsyncSession, asked: str
) -> None:
    clinician, patient = await a_clinician(session), await a_patient(session)
    await a_care_link(session, patient, clinician)
    await stocked(session, patient, lot="Ab12 -C")
    await stocked(session, patient, lot="AB12-CD")
    [found] = await recalled(session, clinician, asked)
    assert [vial.lot for vial in found.vials] == ["Ab12 -C"]
    assert plain_lot(asked) == "ab12-c"


async def test_whoever_has_it_is_named_with_what_stands_as_drawn(session: AsyncSession) -> None:
    clinician = await a_clinician(session)
    drew, has, other = [await a_patient(session, name=name) for name in ("Ben", "Ann", "Cid")]
    for patient in (drew, has, other):
        await a_care_link(session, patient, clinician)
    await a_protocol(session, drew)
    first, second, third = (await doses_until(session, drew, LATER))[:3]
    vial = await stocked(session, drew, lot="R7")
    later = await stocked(session, drew, lot="R8", received_on=MONDAY.date() + DAY)
    for dose in (first, second, third):
        await took(session, dose)
    await came_from(session, third, later.id)  # so that dose is none of the lot
    second_of_lot = await stocked(session, drew, lot="R7", received_on=later.received_on)
    gone = await stocked(session, has, lot="r 7", gone_at=MONDAY, gone_why=Gone.RECALLED)
    await stocked(session, other, lot="R9")
    ann, ben = await recalled(session, clinician, "R7")
    assert (ann.name, [(each.id, each.status, each.drawn) for each in ann.vials]) == (
        "Ann", [(gone.id, "gone", [])],
    )  # fmt: skip
    assert (ben.name, [each.id for each in ben.vials]) == ("Ben", [vial.id, second_of_lot.id])
    assert ben.vials[1].drawn == [], "what was drawn from one vial is no dose of another"
    assert ben.vials[0].status == "in_use"
    assert [(each.dose, each.night, each.assumed) for each in ben.vials[0].drawn] == [
        (second.id, second.night, True), (first.id, first.night, True),
    ]  # fmt: skip
    assert await recalled(session, clinician, "R7", "testosterone_cypionate") == []
    await oil(session, has, lot="R7")
    [only] = await recalled(session, clinician, "R7", "testosterone_cypionate")
    assert [each.medicine_name for each in only.vials] == ["Testosterone cypionate"]


async def test_another_clinics_patients_are_in_no_recall(session: AsyncSession) -> None:
    clinician, elsewhere = await a_clinician(session), await a_clinician(session)
    mine, theirs, ended = [await a_patient(session) for _ in range(3)]
    await a_care_link(session, mine, clinician)
    await a_care_link(session, theirs, elsewhere)
    link = await a_care_link(session, ended, clinician)
    link.ended_at = MONDAY + DAY
    for patient in (mine, theirs, ended):
        await stocked(session, patient, lot="SHARED")
    assert [each.id for each in await recalled(session, clinician, "shared")] == [mine.id]
    assert [each.id for each in await recalled(session, elsewhere, "shared")] == [theirs.id]
    looks = await session.scalars(select(AuditEntry).where(AuditEntry.action == "recall.read"))
    noted = {(entry.patient_id, entry.actor_id) for entry in looks}
    assert noted == {(mine.id, clinician.id), (theirs.id, elsewhere.id)}


async def test_a_lot_stands_in_no_address_and_in_no_log(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with sessions.begin() as session:
        clinician, patient = await a_clinician(session), await a_patient(session, name="Ann")
        await a_care_link(session, patient, clinician)
        vial: UUID = (await stocked(session, patient, lot="QX-WZ")).id
        cookie = await signed_in(session, clinician, time.now)
        none = await signed_in(session, patient, time.now)
    time.advance(minutes=1)
    answer = await http.post("/api/clinic/recall", json={"lot": "qx - wz"}, headers=cookie)
    [found] = answer.json()["patients"]
    assert (found["name"], [each["id"] for each in found["vials"]]) == ("Ann", [str(vial)])
    assert "wz" not in capsys.readouterr().out.lower()
    address = "/api/clinic/recall"
    assert (await http.get(f"{address}?lot=QX-WZ", headers=cookie)).status_code == 404
    assert (await http.post(address, json={"lot": "QX-WZ"}, headers=none)).status_code == 404
    for wrong in ({"lot": " "}, {}, {"lot": "x" * 81}, {"lot": "A1", "patient": "x"}):
        assert (await http.post(address, json=wrong, headers=cookie)).status_code == 422
    async with sessions() as session:
        entries = (await session.scalars(select(AuditEntry.facts))).all()
    assert "wz" not in str(entries).lower()
