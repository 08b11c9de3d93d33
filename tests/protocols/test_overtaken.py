"""What is told of a dose that was due when the prescription changed; the dose itself stays."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.doses.models import Dose
from app.protocols import overtaken
from app.protocols.models import Version
from app.protocols.overtaken import outdated, since_due
from app.protocols.planning import plan_patient
from app.protocols.proposals import acknowledge
from app.protocols.versions import Draft, enter_version
from app.schedule import A_DAY
from tests.factories import a_clinician, a_patient, a_protocol, a_screening
from tests.story_time import MONDAY

TONIGHT = MONDAY.date()
DUE = datetime.fromisoformat("2026-11-24T05:30Z")  # half past ten in the evening in Denver
LATER = DUE + timedelta(hours=1)


async def prescribed(session: AsyncSession) -> tuple[Person, Person, UUID, Dose]:
    """Sermorelin 250 mcg a night, of which tonight's dose is due; and the dose."""
    patient, clinician = await a_patient(session), await a_clinician(session)
    await a_screening(session, patient)
    (line,) = await a_protocol(session, patient, author=clinician)
    tonights = select(Dose).where(Dose.line_id == line, Dose.night == TONIGHT)
    return patient, clinician, line, (await session.scalars(tonights)).one()


async def enter(
    session: AsyncSession, patient: Person, author: Person, line: UUID, value: str = "250",
    unit: str = "ug", *, at: datetime = LATER, **facts: Any,
) -> Version:  # fmt: skip
    recurrence = facts.pop("recurrence", {})
    drafted = {
        "id": str(line), "medicine": "sermorelin", "route": "subcutaneous",
        "amount": {"value": value, "unit": unit}, "recurrence": recurrence,
        "override_reason": "Meant",
    }  # fmt: skip
    draft = Draft.model_validate({"lines": [drafted], "based_on": 1, "reason": "High."} | facts)
    return await enter_version(session, patient.id, author, draft, at)


@pytest.mark.parametrize(("value", "unit"), [("100", "ug"), ("0.1", "mg")])
async def test_a_reduction_at_once_tells_of_the_open_dose_and_does_not_rewrite_it(
    session: AsyncSession, value: str, unit: str
) -> None:
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, value, unit, at_once=True)
    await plan_patient(session, patient.id, LATER)
    await session.refresh(dose)
    assert str(dose.amount) == "250 mcg", "a due dose is a record"
    since = await since_due(session, patient.id, [dose], LATER)
    assert since.withheld == set()
    assert since.changed_to[dose.id].to("ug").value == 100
    assert await outdated(session, [dose], LATER) == {dose.id}


async def test_before_it_is_due_and_after_it_is_closed_nothing_is_told(
    session: AsyncSession,
) -> None:
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, "100", at_once=True)
    for moment in (DUE - timedelta(seconds=1), dose.closes_at):
        since = await since_due(session, patient.id, [dose], moment)
        assert not since.withheld
        assert not since.changed_to


async def test_the_same_amount_in_another_unit_is_no_change(session: AsyncSession) -> None:
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, "0.25", "mg")
    await acknowledge(session, patient.id, 2, patient, LATER)
    assert not (await since_due(session, patient.id, [dose], LATER)).changed_to
    assert await outdated(session, [dose], LATER) == set()


async def test_a_proposal_changes_nothing_until_it_is_acknowledged_for_tonight(
    session: AsyncSession,
) -> None:
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, "300")
    assert not (await since_due(session, patient.id, [dose], LATER)).changed_to
    await acknowledge(session, patient.id, 2, patient, LATER)
    since = await since_due(session, patient.id, [dose], LATER)
    assert str(since.changed_to[dose.id]) == "300 mcg"


@pytest.mark.parametrize(("value", "told"), [("300", []), ("100", ["100 mcg"])])
async def test_of_a_version_from_a_later_night_only_less_concerns_an_earlier_dose(
    session: AsyncSession, value: str, told: list[str]
) -> None:
    patient, clinician, line, dose = await prescribed(session)
    dose.closes_at = DUE + 3 * A_DAY
    await enter(session, patient, clinician, line, value, effective_night=TONIGHT + A_DAY)
    await acknowledge(session, patient.id, 2, patient, LATER)
    assert not (await since_due(session, patient.id, [dose], LATER)).changed_to
    since = await since_due(session, patient.id, [dose], LATER + A_DAY)
    assert [str(amount) for amount in since.changed_to.values()] == told


async def test_a_dose_of_a_night_that_the_newer_version_leaves_free_is_withheld(
    session: AsyncSession,
) -> None:
    """Moved from Monday to Wednesday on Monday night: nobody should be told to take both."""
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, recurrence={"weekdays": [3]})
    assert (await since_due(session, patient.id, [dose], LATER)).withheld == set()
    await acknowledge(session, patient.id, 2, patient, LATER)
    assert (await since_due(session, patient.id, [dose], LATER)).withheld == {dose.id}


async def test_a_protocol_that_cannot_be_read_silences_nobody_and_names_no_amount(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, clinician, line, dose = await prescribed(session)
    await enter(session, patient, clinician, line, "0.25", "mg")
    await acknowledge(session, patient.id, 2, patient, LATER)

    async def fails(*_: object) -> None:
        raise ValueError("planted")

    monkeypatch.setattr(overtaken, "since_due", fails)
    assert await outdated(session, [dose], LATER) == {dose.id}
