"""What vials say beside what was logged: covered, more than can be, more than should be left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.accounts.models import Person
from app.clinic import figures
from app.clinic.figures import Period, adherence_of, reports_of
from app.clinic.flags import flags_of
from app.clinic.reading import readings
from app.clinic.supply import CARRIED
from app.doses.models import Dose
from app.supplies.models import Gone, Vial
from tests.clinic.shelf import (
    DAY,
    came_from,
    counted,
    doses_until,
    mg,
    oil,
    stocked,
    tablets,
    took,
    wrote,
)
from tests.clinic.test_panel import statements
from tests.factories import a_line, a_patient, a_protocol
from tests.story_time import MONDAY

ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For arithmetic alone; what is read from the database is asked of both."""


@dataclass
class Course:
    """A nightly sermorelin of 250 mcg for 30 nights, the first dose on Monday evening."""

    session: AsyncSession
    patient: Person
    line: UUID
    doses: list[Dose]

    @property
    def end(self) -> datetime:
        return MONDAY + 30 * DAY

    async def take(self, count: int, vial: Vial | None = None) -> None:
        await wrote(self.session, self.doses[:count], vial)

    async def supply(self, since: datetime = MONDAY) -> Any:
        """The line's figures of the 30 days."""
        period = Period(since, self.end, 30)
        report = (await adherence_of(self.session, self.patient.id, period, self.end)).out()
        [line] = report.lines
        return None if line.supply is None else line.supply.model_dump(mode="json")


@pytest.fixture
async def course(session: AsyncSession) -> Course:
    patient = await a_patient(session)
    [line] = await a_protocol(session, patient)
    doses = await doses_until(session, patient, MONDAY + 30 * DAY)
    assert len(doses) == 30
    return Course(session, patient, line, doses)


def pdc(covered: int, of: int = 30) -> dict[str, Any]:
    return {"covered": covered, "of": of, "value": round(covered / of, 4)}


async def test_without_a_vial_on_record_nothing_is_said(course: Course) -> None:
    await course.take(30)
    assert await course.supply() is None


async def test_twenty_doses_cover_twenty_nights_whatever_was_logged(course: Course) -> None:
    await course.take(3)  # the others were missed, so most of it is still there
    await stocked(course.session, course.patient)
    found = await course.supply()
    assert found["pdc"] == pdc(20)
    assert found["logged"] == {"taken": 3, "of": 30, "value": 0.1}
    assert (found["beyond_stock"], found["left_over_doses"], found["gap"]) == (0, None, None)


@ONE_SITE
async def test_a_refill_that_came_early_begins_where_the_first_ends(course: Course) -> None:
    await stocked(course.session, course.patient, diluent_ul=None, reconstituted_at=None)
    later = MONDAY.date() + 5 * DAY
    await stocked(course.session, course.patient, diluent_ul=None, reconstituted_at=None,
                  received_on=later)  # fmt: skip
    await course.take(1)
    assert (await course.supply())["pdc"] == pdc(30)


@ONE_SITE
async def test_cover_ends_with_the_discard_date_and_with_the_day_a_vial_is_gone(
    course: Course,
) -> None:
    await course.take(1)
    vial = await stocked(course.session, course.patient, use_by=MONDAY.date() + 9 * DAY)
    assert (await course.supply())["pdc"] == pdc(10)
    vial.gone_at, vial.gone_why = MONDAY + 4 * DAY, Gone.DAMAGED
    await course.session.flush()
    assert (await course.supply())["pdc"] == pdc(5)


@ONE_SITE
async def test_nothing_is_counted_before_the_first_vial_came(course: Course) -> None:
    await course.take(30)
    await stocked(course.session, course.patient, received_on=MONDAY.date() + 20 * DAY,
                  diluent_ul=None, reconstituted_at=None)  # fmt: skip
    found = await course.supply()
    assert (found["pdc"], found["logged"]["of"]) == (pdc(10, 10), 10)
    assert found["beyond_stock"] == 0, "what was taken before is no dose of this vial"


@ONE_SITE
async def test_supply_from_before_the_period_is_used_up_before_it(course: Course) -> None:
    await course.take(30)
    await stocked(course.session, course.patient)
    found = await course.supply(since=MONDAY + 10 * DAY)
    assert found["pdc"] == pdc(10, 20)


@ONE_SITE
async def test_more_logged_than_the_vials_can_have_held(course: Course) -> None:
    await stocked(course.session, course.patient)
    await course.take(24)
    found = await course.supply()
    assert found["beyond_stock"] == 4
    assert found["gap"] == {
        "code": "beyond_stock",
        "text": "4 doses more logged as taken than the vials on record can have held.",
        "lines": [str(course.line)],
    }
    for dose in course.doses[20:24]:  # it was somebody else's vial, as they said
        await came_from(course.session, dose, None)
    found = await course.supply()
    assert (found["beyond_stock"], found["gap"]) == (0, None)


@ONE_SITE
async def test_a_vial_that_held_a_little_more_than_its_label_says_is_no_gap(
    course: Course,
) -> None:
    """Two doses of twenty are a tenth: the boundary is inside."""
    await stocked(course.session, course.patient)
    await course.take(20)
    for taken, named in ((21, False), (22, False), (23, True)):
        await wrote(course.session, course.doses[taken - 1 : taken])
        found = await course.supply()
        assert found["beyond_stock"] == taken - 20
        assert (found["gap"] is not None) == named, taken


@ONE_SITE
async def test_a_count_that_finds_more_than_the_log_leaves(course: Course) -> None:
    """Ten doses of 0.1 mL were logged from 2 mL."""
    vial = await stocked(course.session, course.patient)
    await course.take(10, vial)
    for hour, (ul, doses, named) in enumerate(
        ((1000, 0, False), (1200, 2, False), (1300, 3, True), (800, 0, False))
    ):
        at = MONDAY + 12 * DAY + timedelta(hours=hour)
        entry = await counted(course.session, vial, ul, at)
        found = await course.supply()
        assert found["left_over_doses"] == doses
        assert datetime.fromisoformat(found["counted_at"]) == at
        assert (found["gap"] is not None) == named, ul
        if named:
            assert found["gap"]["text"] == (
                "3 doses more counted on 5 December than is left by the doses logged as taken."
            )
        await course.session.delete(entry)
    await counted(course.session, vial, 1300, at)
    assert (await course.supply(since=at))["left_over_doses"] is None, "it is of another period"


@ONE_SITE
async def test_tablets_are_counted_so_one_too_many_is_named(session: AsyncSession) -> None:
    patient = await a_patient(session)
    line = a_line(medicine="anastrozole", route="oral", amount="1", unit="{tablet}")
    await a_protocol(session, patient, line)
    doses = await doses_until(session, patient, MONDAY + 10 * DAY)
    pack = await tablets(session, patient, 30)
    await wrote(session, doses, pack)
    await counted(session, pack, 21_000, MONDAY + 10 * DAY)
    now = MONDAY + 11 * DAY
    [figures] = (
        (await adherence_of(session, patient.id, Period.last_days(30, now), now)).out().lines
    )
    assert figures.supply is not None
    assert figures.supply.pdc is not None
    assert figures.supply.left_over_doses == 1
    assert figures.supply.gap is not None


@ONE_SITE
async def test_two_lines_of_one_medicine_share_its_vials(session: AsyncSession) -> None:
    patient = await a_patient(session)
    lines = await a_protocol(session, patient, a_line(), a_line(times=("08:00",), amount="500"))
    doses = await doses_until(session, patient, MONDAY + 10 * DAY)
    await wrote(session, doses[:2])
    vial = await stocked(session, patient)  # 5 mg: six nights of 750 mcg and some
    await counted(session, vial, 2600, MONDAY + 9 * DAY)
    period = Period(MONDAY, MONDAY + 10 * DAY, 10)
    out = (await adherence_of(session, patient.id, period, MONDAY + 10 * DAY)).out()
    covered = {one.line.id: one.supply.pdc.covered for one in out.lines
               if one.line and one.supply and one.supply.pdc}  # fmt: skip
    assert set(covered) == set(lines)
    assert sum(covered.values()) in {13, 14}
    assert out.pooled.supply is not None
    assert out.pooled.supply.pdc is not None
    assert out.pooled.supply.pdc.covered == sum(covered.values())
    assert out.pooled.supply.gap is None
    left = {one.supply.left_over_doses for one in out.lines if one.supply}
    assert left == {out.pooled.supply.left_over_doses}, "one vial was counted, and not two"
    first, second = (one.supply for one in out.lines if one.supply)
    assert first.gap is not None
    assert set(first.gap.lines) == set(lines)
    assert first.gap.text.endswith(" logged as taken: the 2 lines of Sermorelin together.")
    assert second.gap is None, "it is named once"


@ONE_SITE
async def test_a_dose_that_waited_for_its_vial_was_taken_from_it(session: AsyncSession) -> None:
    """One dose in each of two vials; the second vial came the day after its dose was due."""
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg", every=7
    ))  # fmt: skip
    first, second = await doses_until(session, patient, MONDAY + 10 * DAY)
    await oil(session, patient, volume_ul=500)
    await oil(session, patient, volume_ul=500, received_on=second.night + DAY)
    await took(session, first)
    await took(session, second, late=DAY)
    now = MONDAY + 10 * DAY
    [line] = (await adherence_of(session, patient.id, Period.last_days(14, now), now)).out().lines
    assert line.supply is not None
    assert line.supply.beyond_stock == 0
    assert line.supply.pdc is not None
    assert (line.supply.pdc.covered, line.supply.pdc.of) == (1, 2), "it was not there in time"


@ONE_SITE
async def test_a_day_mistyped_on_a_label_makes_nobodys_whole_record_be_read(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stocked(course.session, course.patient, received_on=date(1926, 11, 23))
    await course.take(3)
    read: list[datetime] = []

    async def spied(session: Any, patients: Any, since: datetime, *rest: Any) -> Any:
        read.append(since)
        return await readings(session, patients, since, *rest)

    monkeypatch.setattr(figures, "readings", spied)
    assert (await course.supply())["pdc"] == pdc(20)
    assert read[0] >= MONDAY - CARRIED - 2 * DAY


@ONE_SITE
async def test_an_amount_that_says_nothing_of_a_vial_gives_no_figure(course: Course) -> None:
    await course.take(5)
    units = [{"substance": "sermorelin", "value": "5000", "unit": "[IU]"}]
    await stocked(course.session, course.patient, strengths=units)
    found = await course.supply()
    assert (found["pdc"], found["logged"]["taken"], found["beyond_stock"]) == (None, 5, 0)


@ONE_SITE
async def test_another_amount_than_planned_uses_up_what_was_taken(session: AsyncSession) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg", every=7
    ))  # fmt: skip
    doses = await doses_until(session, patient, MONDAY + 28 * DAY)
    await oil(session, patient, volume_ul=2000)  # four doses as prescribed
    for dose in doses:
        await took(session, dose, mg("200"))
    now = MONDAY + 30 * DAY
    [line] = (await adherence_of(session, patient.id, Period.last_days(30, now), now)).out().lines
    assert line.supply is not None
    assert line.supply.beyond_stock == 2
    assert line.supply.gap is not None


@ONE_SITE
async def test_many_patients_with_vials_cost_as_many_statements_as_one(
    session: AsyncSession, engine: AsyncEngine
) -> None:
    patients = [await a_patient(session) for _ in range(3)]
    for patient in patients:
        await a_protocol(session, patient)
        vial = await stocked(session, patient)
        await wrote(session, await doses_until(session, patient, MONDAY + 5 * DAY), vial)
        await counted(session, vial, 1400, MONDAY + 4 * DAY)
    now, sent = MONDAY + 7 * DAY, []
    period = Period.last_days(5, now)
    for count in (2, 3):  # of one alone less is read again
        with statements(engine) as found:
            reports = await reports_of(session, [each.id for each in patients[:count]], period, now)
            flags = await flags_of(session, [each.id for each in patients[:count]], now)
        assert all(report.supply is not None for report in reports.values())
        assert set(flags) == {each.id for each in patients[:count]}
        sent.append(len(found))
    assert sent[0] == sent[1]


async def test_a_dose_from_an_outdated_vial_is_a_flag_for_two_weeks(course: Course) -> None:
    """The vial's last day is the third; the fourth dose was drawn from it all the same."""
    vial = await stocked(course.session, course.patient, use_by=MONDAY.date() + 2 * DAY)
    await course.take(3, vial)
    assert "drawn_after_discard" not in await codes(course, course.doses[3].due_at)
    await took(course.session, course.doses[3])
    assert "drawn_after_discard" not in await codes(course, course.doses[3].due_at)
    await came_from(course.session, course.doses[3], vial.id)
    last = course.doses[3].due_at
    assert "drawn_after_discard" in await codes(course, last + timedelta(hours=1))
    assert "drawn_after_discard" in await codes(course, last + 14 * DAY)
    assert "drawn_after_discard" not in await codes(course, last + 14 * DAY + timedelta(seconds=1))


async def test_what_will_not_last_two_weeks_is_on_the_list(course: Course) -> None:
    vial = await stocked(course.session, course.patient)
    await course.take(2, vial)
    assert "run_out" not in await codes(course, MONDAY + 2 * DAY)  # 18 nights left
    await wrote(course.session, course.doses[2:8], vial)
    flags = await flags_of(course.session, [course.patient.id], MONDAY + 8 * DAY)
    [flag] = [each for each in flags[course.patient.id] if each.code == "run_out"]
    assert flag.text == "Sermorelin: on record there is enough until 12 December."
    assert flag.subject == str(course.line)
    # Nothing more is entered: it has been enough until the last day of what was there, and after
    # two weeks nobody is told any more.
    vial.gone_at, vial.gone_why = MONDAY + 8 * DAY, Gone.EMPTY
    for days, there in ((9, True), (22, True), (24, False)):
        flags = await flags_of(course.session, [course.patient.id], MONDAY + days * DAY)
        texts = [each.text for each in flags[course.patient.id] if each.code == "run_out"]
        assert texts == there * [
            "Sermorelin: by the vials on record there has been enough until 1 December, and no "
            "more since."
        ], days
    await stocked(course.session, course.patient, received_on=MONDAY.date() + 8 * DAY,
                  diluent_ul=None, reconstituted_at=None)  # fmt: skip
    assert "run_out" not in await codes(course, MONDAY + 8 * DAY)


async def codes(course: Course, now: datetime) -> set[str]:
    found = (await flags_of(course.session, [course.patient.id], now))[course.patient.id]
    return {flag.code for flag in found}
