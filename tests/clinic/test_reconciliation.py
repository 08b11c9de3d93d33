"""Controlled medicines: what came, was logged and is there; and doses past a discard date."""

from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.clinic.after_discard import late_draws
from app.clinic.reconciliation import EARLY, reconciled
from app.clinic.reconciliation_shapes import ReconciledOut
from app.db import Sessions
from app.doses.log import Report
from app.doses.models import Dose, Kind
from app.intake.taking import settle
from app.supplies.holding import contents_of, standing_draws
from app.supplies.models import Gone, LineKit
from tests.clinic.shelf import (
    DAY,
    came_from,
    counted,
    doses_until,
    mg,
    oil,
    stocked,
    took,
    wasted,
    wrote,
)
from tests.factories import (
    a_care_link,
    a_clinician,
    a_line,
    a_patient,
    a_protocol,
    signed_in,
)
from tests.story_time import MONDAY, Clock

END = MONDAY + 28 * DAY

ONE_SITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For arithmetic alone; what is read from the database is asked of both."""


def weekly() -> dict[str, Any]:
    """100 mg of testosterone once a week: half a millilitre."""
    return a_line(
        medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg", every=7
    )


async def injected(session: AsyncSession) -> tuple[Person, list[Dose]]:
    patient = await a_patient(session)
    await a_protocol(session, patient, weekly(), a_line())
    line = [dose for dose in await doses_until(session, patient, END) if dose.amount_unit == "mg"]
    assert len(line) == 4
    return patient, line


async def the_line(session: AsyncSession, patient: Person) -> ReconciledOut:
    [line] = await reconciled(session, patient.id, END)
    return line


async def test_it_adds_up(session: AsyncSession) -> None:
    """2 mL came (400 mg): two doses of 100 and one of 120 mg, 10 mg wasted, 70 mg left."""
    patient, doses = await injected(session)
    vial = await oil(session, patient)
    await stocked(session, patient)  # a peptide is no controlled medicine
    for dose, amount in zip(doses, (None, None, mg("120")), strict=False):
        await took(session, dose, amount)
    await wasted(session, vial, 50, MONDAY + 20 * DAY)
    line = await the_line(session, patient)
    assert (line.medicine, line.schedule, line.unit) == ("testosterone_cypionate", "CIII", "mg")
    assert (line.dispensed, line.logged, line.wasted, line.on_record) == ("400", "320", "10", "70")
    assert (line.dead_space, line.discarded) == ("0", "0")
    assert (line.counted, line.difference, line.doses_difference) == (None, None, None)
    assert (line.uncounted, line.since) == (1, MONDAY.date())
    await counted(session, vial, 350, END - DAY)
    line = await the_line(session, patient)
    assert (line.counted, line.difference, line.doses_difference) == ("70", "0", "0")
    assert (line.counted_at, line.uncounted) == (END - DAY, 0)


async def test_a_dose_that_the_last_drops_did_not_hold_is_logged_whole(
    session: AsyncSession,
) -> None:
    """Of 0.7 mL (140 mg) two doses of 100 mg: 60 mg more than can have come from there."""
    patient, [first, second, *_] = await injected(session)
    vial = await oil(session, patient, volume_ul=700)
    for dose in (first, second):
        report = Report(id=uuid4(), kind=Kind.TAKEN, author=patient.id, means=Means.APP)
        await settle(session, patient.id, dose.id, report, now=dose.due_at)
    line = await the_line(session, patient)
    assert (line.dispensed, line.logged, line.on_record) == ("140", "200", "-60")
    await counted(session, vial, 0, END - DAY)
    line = await the_line(session, patient)
    assert (line.counted, line.difference, line.doses_difference) == ("0", "-60", "-0.6")


@ONE_SITE
async def test_ten_millilitres_added_up_by_hand(session: AsyncSession) -> None:
    """2000 mg came, 4 x 100 mg were logged, 40 mg wasted: 1560 mg. Counted were 7.5 mL: 1500 mg.

    From next week on it is 200 mg; the difference is told in doses of today.
    """
    patient, doses = await injected(session)
    vial = await oil(session, patient, volume_ul=10_000)
    await wrote(session, doses, vial, ul=500)
    await wasted(session, vial, 200, MONDAY + 2 * DAY)
    await counted(session, vial, 7500, END - DAY)
    await session.execute(
        update(Dose).where(Dose.due_at > END, Dose.amount_unit == "mg").values(amount_value=200)
    )
    line = await the_line(session, patient)
    assert (line.dispensed, line.logged, line.wasted) == ("2000", "400", "40")
    assert (line.on_record, line.counted, line.difference) == ("1560", "1500", "60")
    assert line.doses_difference == "0.6"


@ONE_SITE
async def test_a_dose_that_waited_for_the_first_vial_is_logged_from_it(
    session: AsyncSession,
) -> None:
    """It was due on a Monday, the vial came on Wednesday, and then it was taken."""
    patient, [first, *_] = await injected(session)
    vial = await oil(session, patient, received_on=first.night + 2 * DAY)
    await took(session, first, late=2 * DAY)
    await counted(session, vial, 1500, END - DAY)
    line = await the_line(session, patient)
    assert (line.logged, line.difference) == ("100", "0")


@ONE_SITE
@pytest.mark.parametrize(
    ("ul", "difference", "doses"), [(100, "150", "1.5"), (1350, "-100", "-1"), (850, "0", "0")]
)
async def test_a_count_says_how_much_is_missing_or_too_much(
    session: AsyncSession, ul: int, difference: str, doses: str
) -> None:
    """Of 2 mL one dose, 20 mg and 10 mg of waste are gone: 1.35 mL would be left. Then a dose."""
    patient, [first, second, *_] = await injected(session)
    vial = await oil(session, patient)
    await took(session, first)
    await wasted(session, vial, 150, MONDAY + 2 * DAY)
    if difference == "0":
        await took(session, second)
        await counted(session, vial, ul, MONDAY + 10 * DAY)
    else:
        await counted(session, vial, {100: 600, 1350: 1850}[ul], MONDAY + 3 * DAY)
        await took(session, second)
    line = await the_line(session, patient)
    assert line.counted == {100: "20", 1350: "270", 850: "170"}[ul]
    assert (line.difference, line.doses_difference) == (difference, doses)


@ONE_SITE
async def test_what_was_in_a_discarded_vial_is_accounted_for(session: AsyncSession) -> None:
    patient, [first, *_] = await injected(session)
    vial = await oil(session, patient)
    await took(session, first)
    vial.gone_at, vial.gone_why = MONDAY + 8 * DAY, Gone.DAMAGED
    await session.flush()
    line = await the_line(session, patient)
    assert (line.logged, line.discarded, line.on_record, line.uncounted) == ("100", "300", "0", 0)


@ONE_SITE
async def test_a_dose_from_none_of_these_vials_is_not_taken_from_them(
    session: AsyncSession,
) -> None:
    patient, [first, second, *_] = await injected(session)
    vial = await oil(session, patient)
    await took(session, first)
    await took(session, second)
    await came_from(session, second, None)
    await counted(session, vial, 1500, END - DAY)
    line = await the_line(session, patient)
    assert (line.logged, line.difference) == ("100", "0")


@ONE_SITE
async def test_dead_space_is_named_by_itself(session: AsyncSession) -> None:
    patient, [first, *_] = await injected(session)
    session.add(LineKit(
        patient_id=patient.id, line_id=first.line_id, syringe="u100_1_0", set_at=MONDAY,
        set_by=patient.id, dead_space_ul=70,
    ))  # fmt: skip
    await oil(session, patient)
    await took(session, first)
    line = await the_line(session, patient)
    assert (line.dead_space, line.logged, line.on_record) == ("14", "100", "286")


@ONE_SITE
@pytest.mark.parametrize(("day", "early"), [(14, None), (13, 8)])
async def test_a_refill_is_early_from_more_than_a_week_on(
    session: AsyncSession, day: int, early: int | None
) -> None:
    """1.5 mL are three doses: those of three weeks, and the one of the night after has none."""
    patient, doses = await injected(session)
    await oil(session, patient, volume_ul=1500)
    await took(session, doses[0])
    await oil(session, patient, received_on=MONDAY.date() + day * DAY)
    line = await the_line(session, patient)
    assert [each.days_early for each in line.early] == ([] if early is None else [early])
    assert EARLY == 7


@ONE_SITE
async def test_two_vials_of_one_delivery_are_not_early(session: AsyncSession) -> None:
    patient, _ = await injected(session)
    await oil(session, patient)
    await oil(session, patient)
    assert (await the_line(session, patient)).early == []


@ONE_SITE
async def test_a_vial_that_nobody_is_prescribed_is_added_up_as_it_is_labelled(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    await oil(session, patient)
    line = await the_line(session, patient)
    assert (line.unit, line.dispensed, line.logged, line.on_record) == ("mg", "400", "0", "400")
    assert line.doses_difference is None


async def test_it_is_for_the_patients_clinicians_and_says_nothing_of_why(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient, doses = await injected(session)
        clinician = await a_clinician(session)
        await a_care_link(session, patient, clinician)
        vial = await oil(session, patient, use_by=MONDAY.date() + 3 * DAY)
        await took(session, doses[0])
        await took(session, doses[1])
        await came_from(session, doses[1], vial.id)
        time.now = END
        await counted(session, vial, 0, END - DAY)
        mine = await signed_in(session, patient, time.now)
        theirs = await signed_in(session, clinician, time.now)
    record = f"/api/patients/{patient.id}"
    address = f"{record}/supplies/reconciliation"
    assert (await http.get(address, headers=mine)).status_code == 404
    answer = await http.get(address, headers=theirs)
    [line] = answer.json()["lines"]
    assert (line["difference"], line["doses_difference"]) == ("200", "2")
    for word in ("theft", "misuse", "diver", "steal", "abuse", "suspicio", "fraud"):
        assert word not in answer.text.lower()
    late = {
        who: (await http.get(f"{record}/doses/after-discard", headers=headers)).json()
        for who, headers in (("mine", mine), ("theirs", theirs))
    }
    assert late["mine"] == late["theirs"]
    [dose] = late["mine"]["doses"]
    assert (dose["dose"], dose["vial"], dose["lot"]) == (str(doses[1].id), str(vial.id), "A1")
    assert (dose["discard_on"], dose["assumed"]) == ("2026-11-26", False)


@ONE_SITE
async def test_the_last_day_of_a_vial_is_still_its_own(session: AsyncSession) -> None:
    """By the calendar where the patient is: Denver is seven hours behind."""
    patient, [first, *_] = await injected(session)
    vial = await oil(session, patient, use_by=first.night)
    await took(session, first)
    assert first.due_at.date() == first.night + DAY  # in UTC it is the next day already
    contents = await contents_of(session, patient.id, END)
    draws = (await standing_draws(session, [patient.id]))[patient.id]
    assert len(draws) == 1
    assert late_draws(contents, draws, ZoneInfo("America/Denver")) == []
    [late] = late_draws(contents, draws, ZoneInfo("UTC"))
    assert (late.vial.id, late.discard_on) == (vial.id, first.night)
