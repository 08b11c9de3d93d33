"""Signals of patients: computed from what stands, seen once, at a price that does not grow."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.models import Person, Sex
from app.monitoring.levels import signal_id
from app.monitoring.models import FlagSeen, LabSettings
from app.monitoring.results import grounds_of
from app.monitoring.signals import HISTORY, Signal, signals_of
from app.observations.models import Comparator
from tests.clinic.test_adherence import doses_of, say
from tests.clinic.test_panel import statements
from tests.factories import a_clinician, a_patient, a_protocol
from tests.monitoring.rows import a_result
from tests.monitoring.test_contexts import DRAWN, injected
from tests.story_time import MONDAY

DAY = timedelta(days=1)
NOW = MONDAY + 30 * DAY
LATER = MONDAY + 10 * DAY


async def signals(session: AsyncSession, patient: Person) -> list[Signal]:
    return (await signals_of(session, [patient.id], NOW))[patient.id]


async def rules(session: AsyncSession, patient: Person) -> list[str]:
    return sorted(signal.rule for signal in await signals(session, patient))


async def test_a_void_takes_its_signal_with_it_and_the_corrected_one_has_its_own(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    wrong = await a_result(session, patient, "hematocrit", "55", LATER)
    [first] = await signals(session, patient)
    assert (first.rule, first.level.value, first.observation_id) == (
        "hematocrit_red", "red", wrong.id,
    )  # fmt: skip
    assert first.id == signal_id(wrong.id, "hematocrit_red")
    assert "55.0 %" in first.clinician_text
    assert "today" in first.patient_text
    wrong.voided_at = NOW
    right = await a_result(session, patient, "hematocrit", "54.5", LATER, replaces=wrong.id)
    [second] = await signals(session, patient)
    assert (second.observation_id, second.rule) == (right.id, "hematocrit_red")
    assert second.id != first.id


async def test_the_same_value_in_another_unit_says_the_same(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "hematocrit", "0.54", LATER, unit="L/L")
    assert await rules(session, patient) == ["hematocrit_red"]


async def test_a_baseline_hematocrit_counts_until_testosterone_begins(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "hematocrit", "50.5", MONDAY - DAY)
    await a_result(session, patient, "hematocrit", "50.5", MONDAY + timedelta(hours=3))
    await a_result(session, patient, "hematocrit", "50.5", MONDAY + DAY)
    found = await signals(session, patient)
    assert [each.rule for each in found] == ["hematocrit_baseline"] * 2, "also on the first day"
    assert {each.patient_text for each in found} == {""}, "for the clinic alone"


async def test_who_takes_no_testosterone_has_no_baseline_of_it(session: AsyncSession) -> None:
    other, nobody = await a_patient(session), await a_patient(session)
    await a_protocol(session, other)
    for patient in (other, nobody):
        await a_result(session, patient, "hematocrit", "50.5", MONDAY - DAY)
    assert await rules(session, other) == []
    assert await rules(session, nobody) == ["hematocrit_baseline"], "nothing has begun yet"


async def test_testosterone_is_compared_with_its_goal_only_at_mid_interval(
    session: AsyncSession,
) -> None:
    patient, line = await injected(session)
    await a_result(session, patient, "testosterone_total", "700", DRAWN)
    assert await rules(session, patient) == [], "no dose is logged"
    [dose, *_] = await doses_of(session, patient, line)
    await say(session, dose)
    [found] = await signals(session, patient)
    assert (found.rule, found.level.value) == ("testosterone_goal", "info")
    await a_result(session, patient, "testosterone_total", "900", DRAWN - 3 * DAY)
    assert await rules(session, patient) == ["testosterone_goal"], "near the peak it may be so"
    await a_result(
        session, patient, "testosterone_total", "901", DRAWN - 2 * DAY,
        low=Decimal(250), high=Decimal(900),
    )  # fmt: skip
    assert await rules(session, patient) == ["testosterone_goal", "testosterone_range"]


async def test_breast_tenderness_in_the_28_days_before_makes_estradiol_amber(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "estradiol", "45", LATER)
    assert await rules(session, patient) == ["estradiol_goal"]
    sore = await a_result(session, patient, "breast_tenderness", "3", LATER - 28 * DAY)
    found = {each.rule: each.level.value for each in await signals(session, patient)}
    assert found == {"estradiol_tender": "amber", "reported": "info"}
    sore.collected_at -= timedelta(seconds=1)
    await session.flush()
    assert await rules(session, patient) == ["estradiol_goal", "reported"]


async def test_igf1_is_judged_by_the_z_score_of_its_own_draw(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    row = await a_result(session, patient, "igf1", "400", LATER)
    assert await rules(session, patient) == [], "neither range nor age nor sex is known"
    patient.born_on, patient.sex = date(1988, 5, 1), Sex.MALE
    await session.flush()
    [found] = await signals(session, patient)
    assert found.rule == "igf1_red"
    assert "Mayo LC-MS" in found.clinician_text
    row.low, row.high = Decimal(100), Decimal(390)
    await session.flush()
    assert await rules(session, patient) == ["igf1_amber"], "the laboratory's range comes first"
    await a_result(session, patient, "igf1_z", "1.9", LATER)
    assert await rules(session, patient) == [], "and the Z-score before that"
    await a_result(session, patient, "igf1_z", "2.1", LATER + DAY)
    assert await rules(session, patient) == ["igf1_amber"], "one alone speaks for itself"
    await a_result(session, patient, "igf1", "500", LATER + 2 * DAY)
    await a_result(session, patient, "igf1_z", "2.5", LATER + 2 * DAY)
    assert await rules(session, patient) == ["igf1_amber"] * 2, "one draw is told once"


async def test_what_rises_is_compared_with_the_last_result_before_the_start(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    for days, number in ((-60, "120"), (-7, "90"), (5, "104"), (9, "106")):
        await a_result(session, patient, "glucose_fasting", number, MONDAY + days * DAY)
    [found] = await signals(session, patient)
    assert (found.rule, found.level.value) == ("glucose_rise", "info")
    assert "106 mg/dL" in found.clinician_text
    assert "90 mg/dL" in found.clinician_text
    late, _ = await injected(session)
    for days, number in ((5, "1.0"), (9, "2.5")):
        await a_result(session, late, "psa", number, MONDAY + days * DAY)
    assert await rules(session, late) == ["psa_rise"], "the first on record stands in for it"


async def test_a_bound_below_a_limit_says_nothing(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "psa", "5", LATER, comparator=Comparator.LESS)
    assert await rules(session, patient) == []


async def test_a_warning_sign_is_an_emergency_and_a_clot_beside_a_high_hematocrit(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "chest_pain", "1", LATER)
    [found] = await signals(session, patient)
    assert (found.rule, found.level.value) == ("warning_sign", "emergency")
    await a_result(session, patient, "hematocrit", "53", LATER - DAY)
    assert await rules(session, patient) == ["blood_clot", "hematocrit_amber"]


async def test_the_clinics_own_limits_hold(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    await a_result(session, patient, "hematocrit", "51", LATER)
    assert await rules(session, patient) == []
    session.add(LabSettings(
        patient_id=patient.id, chosen={"hematocrit_amber": "51"}, edited_by=patient.id,
        edited_at=MONDAY,
    ))  # fmt: skip
    await session.flush()
    assert await rules(session, patient) == ["hematocrit_amber"]


async def test_what_nobody_has_looked_at_stays_and_a_file_of_earlier_years_says_nothing(
    session: AsyncSession,
) -> None:
    patient, _ = await injected(session)
    old = {"entered_at": NOW}
    for code, number in (("hematocrit", "60"), ("systolic", "190"), ("chest_pain", "1")):
        await a_result(session, patient, code, number, MONDAY + DAY)
    await a_result(session, patient, "hematocrit", "60", NOW - HISTORY - DAY, **old)
    await a_result(session, patient, "systolic", "190", NOW - HISTORY - DAY, **old)
    kept = await a_result(session, patient, "psa", "9", NOW - HISTORY, **old)
    wrong = await a_result(session, patient, "psa", "5", MONDAY, voided_at=NOW)
    # Corrected more than a year after it was drawn.
    right = await a_result(
        session, patient, "psa", "4.5", MONDAY, entered_at=MONDAY + HISTORY + 2 * DAY,
        replaces=wrong.id,
    )  # fmt: skip
    found = (await signals_of(session, [patient.id], MONDAY + 3 * HISTORY))[patient.id]
    assert sorted(each.rule for each in found) == [
        "blood_clot", "hematocrit_red", "psa_level", "psa_level", "systolic_red",
    ]  # fmt: skip
    assert {kept.id, right.id} < {each.observation_id for each in found}


async def test_only_blood_pressure_that_a_rule_speaks_of_is_read(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    for number in ("139", "140", "179.9", "180"):
        await a_result(session, patient, "systolic", number, LATER)
    await a_result(session, patient, "weight", "80", LATER)
    assert await rules(session, patient) == ["systolic_amber", "systolic_amber", "systolic_red"]
    grounds = (await grounds_of(session, [patient.id]))[patient.id]
    assert sorted(float(each.canonical) for each in grounds.values) == [140, 179.9, 180]


async def test_who_saw_the_graver_flag_is_not_asked_again_once_it_is_milder(
    session: AsyncSession,
) -> None:
    """Chest pain beside a high hematocrit was acknowledged; in March the hematocrit is normal."""
    patient, _ = await injected(session)
    clinician = await a_clinician(session, name="Dr Clay")
    high = await a_result(session, patient, "hematocrit", "55", LATER - DAY)
    pain = await a_result(session, patient, "chest_pain", "1", LATER)
    for row, rule in ((high, "hematocrit_red"), (pain, "blood_clot")):
        session.add(FlagSeen(
            patient_id=patient.id, id=signal_id(row.id, rule), observation_id=row.id, rule=rule,
            seen_by=clinician.id, seen_at=LATER, note="Called",
        ))  # fmt: skip
    await a_result(session, patient, "hematocrit", "47", NOW - DAY)
    session.add(LabSettings(
        patient_id=patient.id, chosen={"hematocrit_red": "56"}, edited_by=patient.id,
        edited_at=MONDAY,
    ))  # fmt: skip
    await session.flush()
    assert [(each.rule, each.seen_name) for each in await signals(session, patient)] == [
        ("hematocrit_amber", "Dr Clay"), ("warning_sign", "Dr Clay"),
    ]  # fmt: skip
    await a_result(session, patient, "hematocrit", "53", NOW)
    found = await signals(session, patient)
    assert ("blood_clot", "Dr Clay") in {(each.rule, each.seen_name) for each in found}
    milder = await a_result(session, patient, "hematocrit", "57", NOW)
    assert [each.seen_by for each in await signals(session, patient)
            if each.observation_id == milder.id] == [None]  # fmt: skip


async def test_who_has_seen_a_signal_is_told_with_it(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    clinician = await a_clinician(session, name="Dr Clay")
    row = await a_result(session, patient, "hematocrit", "55", LATER)
    session.add(FlagSeen(
        patient_id=patient.id, id=signal_id(row.id, "hematocrit_red"), observation_id=row.id,
        rule="hematocrit_red", seen_by=clinician.id, seen_at=NOW, note="Called",
    ))  # fmt: skip
    await session.flush()
    [found] = await signals(session, patient)
    assert (found.seen_by, found.seen_name, found.seen_at, found.seen_note) == (
        clinician.id, "Dr Clay", NOW, "Called",
    )  # fmt: skip


async def test_signals_cost_the_same_for_one_patient_and_for_many(
    engine: AsyncEngine, session: AsyncSession
) -> None:
    async def some(patients: int, results: int) -> list[Person]:
        found = []
        for _ in range(patients):
            patient, line = await injected(session)
            await say(session, (await doses_of(session, patient, line))[0])
            for n in range(results):
                await a_result(session, patient, "testosterone_total", "900", DRAWN + n * DAY)
                await a_result(session, patient, "hematocrit", "55", DRAWN + n * DAY)
                await a_result(session, patient, "headache", "8", DRAWN + n * DAY)
            found.append(patient)
        return found

    prices = []
    for patients, results in ((1, 1), (3, 4)):
        people = await some(patients, results)
        with statements(engine) as sent:
            found = await signals_of(session, [each.id for each in people], NOW)
        for mine in found.values():
            assert {"testosterone_goal", "hematocrit_red", "severe"} == {each.rule for each in mine}
            assert len(mine) >= 2 * results
        prices.append(len(sent))
    assert prices[0] == prices[1] <= 7


async def test_nobody_and_a_patient_without_anything_have_no_signals(session: AsyncSession) -> None:
    assert await signals_of(session, [], NOW) == {}
    patient = await a_patient(session)
    assert await signals(session, patient) == []
