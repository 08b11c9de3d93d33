"""A file of earlier results: what is understood, what is refused, and that each row counts once."""

import time as stopwatch
from contextlib import suppress
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Means
from app.observations.backfill import bring_in
from app.observations.catalogue import CATALOGUE
from app.observations.history import COLUMNS, Entry, read
from app.observations.models import Comparator, Fasting, Observation
from app.observations.record import listed, void
from app.problems import Invalid
from tests.factories import a_patient
from tests.story_time import MONDAY

HEADER = ",".join(COLUMNS)


def file(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def test_a_row_is_read_field_by_field() -> None:
    text = file(
        '2026-11-02,08:15:30,IGF-1,29775-4,<= 13.20,nmol/L,10,"25.0",No,"Lab, North",fine',
        "",
        "2026-11-03,,2571-8,,1.7,mmol/L,,,,,",
    )
    assert read(text) == (
        [
            Entry(
                row=2, day=date(2026, 11, 2), at=time(8, 15, 30), item=CATALOGUE["igf1"],
                value=Decimal("13.20"), unit="nmol/L", comparator=Comparator.AT_MOST,
                low=Decimal(10), high=Decimal("25.0"), fasting=Fasting.NO, loinc="29775-4",
                laboratory="Lab, North", note="fine",
            ),
            Entry(
                row=4, day=date(2026, 11, 3), at=None, item=CATALOGUE["triglycerides"],
                value=Decimal("1.7"), unit="mmol/L",
            ),
        ],
        [],
    )  # fmt: skip


def test_semicolons_a_byte_order_mark_and_fewer_columns_are_fine() -> None:
    ([entry], refused) = read("\ufeffDate;Code;Value;Unit\r\n2026-11-20;psa;0.4;\u00b5g/l\r\n")
    assert (entry.item.code, entry.unit, refused) == ("psa", "ug/L", [])


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", HEADER, "date,value,unit\n2026-11-20,1,mg/dL\n", "marker,value,unit\npsa,1,x\n",
        file("a", header=HEADER + ",colour"), file("a", header=HEADER + ",note"),
        file('2026-11-20,"08:15'), file(*["2026-11-20,,psa,,1,ng/mL"] * 5001),
        file("x" * 1_000_000), file("a", header="date,code,name,value,unit"),
    ],
    ids=[
        "nothing", "a blank line", "no rows", "no marker", "no date", "unknown column",
        "column twice", "open quotation", "too many rows", "too large", "two names of a column",
    ],
)  # fmt: skip
def test_what_is_no_history_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(Invalid) as problem:
        read(text)
    assert problem.value.errors[0]["field"] == "csv"
    assert problem.value.errors[0]["cure"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("11/02/2026,,psa,,1,ng/mL,,,,,", "date"), ("2026-02-30,,psa,,1,ng/mL,,,,,", "date"),
        ("1999-02-03,,psa,,1,ng/mL,,,,,", "date"), ("2026-11-02,8:15,psa,,1,ng/mL,,,,,", "time"),
        ("2026-11-02,,,,1,ng/mL,,,,,", "marker"), ("2026-11-02,,aura,,1,ng/mL,,,,,", "marker"),
        ("2026-11-02,,energy,,7,{score},,,,,", "marker"),
        ("2026-11-02,,,1234-5,1,ng/mL,,,,,", "loinc"),
        ("2026-11-02,,,2483-6,1,ng/mL,,,,,", "loinc"),
        ("2026-11-02,,igf1,2483-6,150,ng/mL,,,,,", "loinc"),
        ("2026-11-02,,igf1,2857-1,150,ng/mL,,,,,", "loinc"),
        ("2026-11-02,,dexa_lean,8280-0,60,kg,,,,,", "loinc"),
        ("2026-11-02,,psa,,1,,,,,,", "unit"), ("2026-11-02,,shbg,,30,ug/dL,,,,,", "unit"),
        ("2026-11-02,,psa,,,ng/mL,,,,,", "value"), ('2026-11-02,,psa,,"1,5",ng/mL,,,,,', "value"),
        ("2026-11-02,,psa,,~1,ng/mL,,,,,", "value"), ("2026-11-02,,psa,,<<1,ng/mL,,,,,", "value"),
        ("2026-11-02,,weight,,<80,kg,,,,,", "value"), ("2026-11-02,,weight,,5,kg,,,,,", "value"),
        ("2026-11-02,,psa,,1,ng/mL,a,,,,", "low"), ("2026-11-02,,psa,,1,ng/mL,4,2,,,", "low"),
        ("2026-11-02,,psa,,1,ng/mL,,4 ng,,,", "high"),
        ("2026-11-02,,psa,,1,ng/mL,,,maybe,,", "fasting"),
        ("2026-11-02,,hematocrit,,0.45,%,,,,,", "unit"),
        ("2026-11-02,,headache,,2.5,{score},,,,,", "value"),
        ("2026-11-02,,chest pain,,1,{score},,,,,", "marker"),
        (f"2026-11-02,,psa,,1,ng/mL,,,,{'x' * 121},", "laboratory"),
        (f"2026-11-02,,psa,,1,ng/mL,,,,,{'x' * 501}", "note"),
        ("2026-11-02,,psa,,1,ng/mL,,,,,,surplus", "row"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_understood_is_named_with_its_field(row: str, field: str) -> None:
    good = "2026-11-02,,psa,,1,ng/mL,,,,,"
    understood, refused = read(file(good, row))
    assert [(one.row, one.field) for one in refused] == [(3, field)]
    assert refused[0].problem
    assert refused[0].cure
    assert len(understood) == 1


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["2026-11-02", "08:15", "psa", "2857-1", "<0.1", "1e5", "ng/mL", '"', "\x00", "\r", ""]
)


@given(st.lists(st.lists(cells, max_size=13), max_size=6))
@settings(max_examples=50)
@example([["2026-11-02", "", "psa", "", "1", "ng/mL"], ["\r"], ['"']])
def test_no_text_breaks_the_reader(rows: list[list[str]]) -> None:
    with suppress(Invalid):
        understood, refused = read(file(*(",".join(row) for row in rows)))
        numbers = [each.row for each in understood] + [each.row for each in refused]
        assert len(set(numbers)) == len(numbers)
        assert all(number > 1 for number in numbers)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_five_thousand_rows_take_seconds_and_are_there_once(session: AsyncSession) -> None:
    patient = await a_patient(session)
    days = [date(2013, 1, 1).toordinal() + number for number in range(5000)]
    rows = [f"{date.fromordinal(day)},07:00,weight,,80.{day % 10},kg,,,,," for day in days]
    started = stopwatch.process_time()
    how = {"author": patient.id, "now": MONDAY, "skip_refused": False}
    done = await bring_in(session, patient.id, file(*rows), dry_run=False, **how)  # type: ignore[arg-type]
    assert (done.recorded, done.refused) == (5000, [])
    took = stopwatch.process_time() - started
    again = await bring_in(session, patient.id, file(*rows), dry_run=False, **how)  # type: ignore[arg-type]
    assert (again.recorded, again.already) == (0, 5000)
    count = select(func.count()).select_from(Observation)
    assert await session.scalar(count) == 5000
    assert took < 15, took


async def test_what_was_voided_does_not_come_back_with_the_same_file(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    text = file("2026-11-02,,psa,,1,ng/mL,,,,,")
    how = {"author": patient.id, "now": MONDAY, "dry_run": False, "skip_refused": False}
    await bring_in(session, patient.id, text, **how)  # type: ignore[arg-type]
    [row] = await listed(session, patient.id, date(2026, 1, 1), date(2026, 12, 31))
    await void(session, patient.id, row.id, "Mine", patient.id, Means.APP, MONDAY)
    again = await bring_in(session, patient.id, text, **how)  # type: ignore[arg-type]
    assert (again.recorded, again.already) == (0, 1)
    corrected = await bring_in(session, patient.id, text.replace(",1,", ",2,"), **how)  # type: ignore[arg-type]
    assert corrected.recorded == 1


async def test_rows_are_placed_by_the_clock_at_home_and_not_before_birth_or_tomorrow(
    session: AsyncSession,
) -> None:
    patient = await a_patient(session)
    patient.born_on = date(2000, 5, 5)
    text = file(
        "2000-05-04,,psa,,1,ng/mL,,,,,", "2000-05-05,,psa,,1,ng/mL,,,,,",
        f"{MONDAY.date()},,psa,,1,ng/mL,,,,,", f"{MONDAY.date()},23:30,psa,,1,ng/mL,,,,,",
        f"{date.fromordinal(MONDAY.toordinal() + 1)},,psa,,1,ng/mL,,,,,",
        "2026-11-02,,systolic,,80,mmHg,,,,,", "2026-11-02,,diastolic,,80,mmHg,,,,,",
        "2026-11-03,,systolic,,121,mmHg,,,,,", "2026-11-03,,diastolic,,80,mmHg,,,,,",
    )  # fmt: skip
    result = await bring_in(
        session, patient.id, text, author=patient.id, now=MONDAY, dry_run=True, skip_refused=False
    )
    assert [(one.row, one.field) for one in result.refused] == [
        (2, "date"), (5, "date"), (6, "date"), (7, "value"),
    ]  # fmt: skip
