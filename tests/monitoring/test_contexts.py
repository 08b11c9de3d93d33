"""Draw contexts from the record: they follow every correction, at a price that does not grow."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.doses.backfill import bring_in
from app.doses.log import undo
from app.monitoring.context import DrawContext
from app.monitoring.contexts import contexts_of, kind_of
from app.monitoring.intervals import Of, Position
from app.monitoring.models import LabSettings
from app.observations.models import Observation
from app.observations.reading import value_of
from app.protocols.history import MEDICINE_NAMES, known_lines
from app.protocols.medicines import MEDICINES
from app.protocols.models import Version
from app.protocols.planning import plan_patient
from app.protocols.versions import Draft, enter_version
from tests.clinic.test_adherence import doses_of, say
from tests.clinic.test_panel import statements
from tests.factories import a_line, a_patient, a_protocol
from tests.monitoring.rows import TESTOSTERONE, a_result
from tests.story_time import MONDAY

DAY = timedelta(days=1)
INJECTED = MONDAY + timedelta(hours=4)
"""Nine in the morning in Denver."""
DRAWN = INJECTED + timedelta(hours=84)
"""Half a week later: nine on Thursday evening in Denver."""


async def read(
    session: AsyncSession, row: Observation, now: datetime = MONDAY + 9 * DAY
) -> DrawContext:
    found = await contexts_of(session, {row.patient_id: [value_of(row)]}, now)
    return found[row.id]


async def injected(session: AsyncSession) -> tuple[Person, UUID]:
    patient = await a_patient(session)
    [line] = await a_protocol(session, patient, a_line(**TESTOSTERONE))
    return patient, line


async def test_a_result_follows_what_is_logged_undone_and_logged_anew(
    session: AsyncSession,
) -> None:
    patient, line = await injected(session)
    [dose, *_] = await doses_of(session, patient, line)
    row = await a_result(session, patient, "testosterone_total", "480", DRAWN)
    assert dose.due_at == INJECTED
    nothing = await read(session, row)
    assert (nothing.last, nothing.position) == ((), None)
    assert [each.code for each in nothing.care] == ["no_dose_logged", "low_adherence"]
    # Logged a week later, for the Monday on which it was taken.
    await say(session, dose, logged_at=MONDAY + 8 * DAY)
    found = await read(session, row)
    assert (found.last[0].hours, found.interval_hours) == (Decimal("84.0"), Decimal("168.0"))
    assert (found.position, found.version, found.care) == (Position.MID, 1, ())
    assert (found.taken, found.expected) == (1, 1)
    await undo(
        session, patient.id, dose.id, event_id=uuid4(), author=patient.id, means=Means.APP,
        now=MONDAY + 9 * DAY,
    )  # fmt: skip
    assert await read(session, row) == nothing, "as if it had never been said"
    await say(session, dose, taken_at=INJECTED + 2 * DAY, logged_at=MONDAY + 9 * DAY)
    late = await read(session, row)
    assert (late.last[0].hours, late.position) == (Decimal("36.0"), Position.PEAK)
    assert [each.code for each in late.care] == ["wrong_time"]


async def test_a_corrected_draw_time_is_another_context(session: AsyncSession) -> None:
    patient, line = await injected(session)
    [dose, *_] = await doses_of(session, patient, line)
    await say(session, dose)
    wrong = await a_result(session, patient, "testosterone_total", "480", DRAWN - 3 * DAY)
    assert (await read(session, wrong)).position is Position.PEAK
    wrong.voided_at = MONDAY + 5 * DAY
    right = await a_result(session, patient, "testosterone_total", "480", DRAWN, replaces=wrong.id)
    assert (await read(session, right)).position is Position.MID


async def test_a_dose_from_a_file_of_earlier_history_counts(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    drawn = MONDAY - timedelta(hours=8)
    row = await a_result(session, patient, "testosterone_total", "480", drawn)
    assert (await read(session, row)).care == (), "nothing was planned before it"
    lines = await known_lines(session, patient.id)
    csv = "medicine,date,time,status\ntestosterone_cypionate,2026-11-19,09:00,taken\n"
    brought = await bring_in(
        session, patient.id, csv, lines, MEDICINE_NAMES, author=patient.id, now=MONDAY + DAY,
        dry_run=False, skip_refused=False,
    )  # fmt: skip
    assert brought.recorded == 1
    found = await read(session, row)
    assert (found.last[0].hours, found.interval_hours) == (Decimal("84.0"), Decimal("168.0"))
    assert found.version is None, "no protocol was in force yet"


async def test_a_version_that_was_written_because_of_a_draw_was_not_in_force_at_it(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    row = await a_result(session, patient, "testosterone_total", "480", DRAWN)
    tonight = MONDAY.date() + 3 * DAY  # nine in the evening in Denver
    for number, created_at in ((2, DRAWN - timedelta(hours=1)), (3, DRAWN + timedelta(hours=1))):
        session.add(Version(
            patient_id=patient.id, id=uuid4(), number=number, author_id=patient.id,
            created_at=created_at, effective_night=tonight, reason="", prescriber="",
            self_reported=True, in_force_from=tonight,
        ))  # fmt: skip
    await session.flush()
    assert (await read(session, row)).version == 2


async def test_the_clinics_choices_count_and_what_is_no_laboratory_result_has_no_context(
    session: AsyncSession,
) -> None:
    patient, line = await injected(session)
    [dose, *_] = await doses_of(session, patient, line)
    await say(session, dose)
    row = await a_result(session, patient, "testosterone_total", "480", DRAWN)
    weight = await a_result(session, patient, "weight", "80", DRAWN)
    session.add(LabSettings(
        patient_id=patient.id, chosen={"timing": "trough"}, edited_by=patient.id, edited_at=MONDAY,
    ))  # fmt: skip
    await session.flush()
    found = await contexts_of(session, {patient.id: [value_of(row), value_of(weight)]}, MONDAY)
    assert set(found) == {row.id}
    assert [each.code for each in found[row.id].care] == ["wrong_time"]


async def test_contexts_cost_the_same_for_one_result_and_for_many(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    async def some(patients: int, results: int) -> dict[UUID, list[Observation]]:
        rows: dict[UUID, list[Observation]] = {}
        for _ in range(patients):
            patient, line = await injected(session)
            for dose in (await doses_of(session, patient, line))[:3]:
                await say(session, dose)
            rows[patient.id] = [
                await a_result(session, patient, "testosterone_total", "480", DRAWN + n * DAY)
                for n in range(results)
            ]
        return rows

    prices = []
    for patients, results in ((1, 1), (4, 6)):
        rows = await some(patients, results)
        values = {patient: [value_of(row) for row in mine] for patient, mine in rows.items()}
        with statements(engine) as sent:
            found = await contexts_of(session, values, MONDAY + 20 * DAY)
        assert len(found) == patients * results
        assert all(each.last for each in found.values())
        prices.append(len(sent))
    assert prices[0] == prices[1] == 4


async def test_without_a_result_nothing_is_asked(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    patient, _ = await injected(session)
    with statements(engine) as sent:
        assert await contexts_of(session, {patient.id: []}, MONDAY) == {}
    assert sent == []


@pytest.mark.parametrize("medicine", list(MEDICINES.values()), ids=lambda medicine: medicine.code)
def test_every_medicine_is_told_by_its_kind(medicine: object) -> None:
    code = getattr(medicine, "code", "")
    told = {
        "testosterone_cypionate": Of.TESTOSTERONE, "anastrozole": Of.ANASTROZOLE,
        "cjc1295_ipamorelin": Of.PEPTIDE, "sermorelin": Of.PEPTIDE,
    }  # fmt: skip
    assert kind_of(code) is told.get(code)


async def test_a_rhythm_that_was_prescribed_after_the_draw_does_not_change_its_place(
    session: AsyncSession,
) -> None:
    """On the evening of the draw the weekly line becomes twice weekly, from Friday on."""
    patient, line = await injected(session)
    for dose in (await doses_of(session, patient, line))[:2]:
        await say(session, dose)
    row = await a_result(session, patient, "testosterone_total", "480", DRAWN + 7 * DAY)
    before = await read(session, row)
    assert (before.interval_hours, before.position) == (Decimal("168.0"), Position.MID)
    draft = Draft.model_validate({
        "based_on": 1,
        "overrides": [{"code": "baseline_labs_missing", "reason": "known"}],
        "lines": [{
            "id": line, "medicine": TESTOSTERONE["medicine"], "route": TESTOSTERONE["route"],
            "amount": {"value": "50", "unit": "mg"},
            "recurrence": {"weekdays": [1, 5], "times": ["09:00"]},
        }],
    })  # fmt: skip
    changed = DRAWN + 7 * DAY + timedelta(hours=2)
    await enter_version(session, patient.id, patient, draft, changed)
    await plan_patient(session, patient.id, changed)
    nights = [each.due_at - INJECTED for each in await doses_of(session, patient, line)]
    assert 11 * DAY in nights, "Friday is planned"
    after = await read(session, row)
    assert (after.interval_hours, after.position) == (Decimal("168.0"), Position.MID)
