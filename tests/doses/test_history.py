"""A file of earlier history: what is understood, what is refused, and that each row counts once."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.audit import Means
from app.db import Sessions
from app.doses.backfill import bring_in
from app.doses.history import COLUMNS, Entry, read
from app.doses.log import undo
from app.doses.models import AmountReason, Dose, Event, Kind, Reminder, SkipReason
from app.history_file import Brought
from app.problems import Invalid
from app.protocols.history import MEDICINE_NAMES, known_lines
from app.units import Amount
from tests.factories import a_line, a_patient, a_protocol, signed_in
from tests.story_time import MONDAY, Clock

HEADER = ",".join(COLUMNS)


def file(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


async def bring(
    session: AsyncSession, patient: Person, text: str, now: datetime, **how: bool
) -> Brought:
    """Import for the patient; recorded at once, and all or nothing, unless `how` says otherwise."""
    chosen = {"dry_run": False, "skip_refused": False} | how
    lines = await known_lines(session, patient.id)
    return await bring_in(
        session, patient.id, text, lines, MEDICINE_NAMES, author=patient.id, now=now, **chosen
    )


async def counted(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Event)) or 0


def test_a_row_is_read_field_by_field() -> None:
    text = file(
        'Sermorelin,2026-11-20,22:15:30,Taken,125,mcg,ran out,"left, low"',
        "",
        "sermorelin,2026-11-21,,skipped,,,unwell,",
    )
    assert read(text) == (
        [
            Entry(
                row=2, medicine="Sermorelin", day=date(2026, 11, 20), at=time(22, 15, 30),
                kind=Kind.TAKEN, amount=Amount(Decimal(125), "ug"),
                amount_reason=AmountReason.RAN_OUT, note="left, low",
            ),
            Entry(
                row=4, medicine="sermorelin", day=date(2026, 11, 21), at=None, kind=Kind.SKIPPED,
                reason=SkipReason.UNWELL,
            ),
        ],
        [],
    )  # fmt: skip


def test_semicolons_a_byte_order_mark_and_fewer_columns_are_fine() -> None:
    text = "\ufeffDate;Medicine;Time;Status\r\n2026-11-20;sermorelin;22:15;taken\r\n"
    ([entry], refused) = read(text)
    assert (entry.medicine, entry.at, refused) == ("sermorelin", time(22, 15), [])


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", HEADER, "date,time\n2026-11-20,22:15\n", file("a", header=HEADER + ",colour"),
        file("a", header=HEADER + ",note"), file('sermorelin,"2026-11-20'),
        file(*["sermorelin,2026-11-20,22:15,taken"] * 5001), file("x" * 1_000_000),
        file('"' + "x" * 200_000 + '"'),
    ],
    ids=[
        "nothing", "a blank line", "no rows", "no medicine", "unknown column", "column twice",
        "open quotation", "too many rows", "too large", "an endless field",
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
        (",2026-11-20,22:15,taken,,,,", "medicine"),
        ("sermorelin,2026-02-30,22:15,taken,,,,", "date"),
        ("sermorelin,20.11.2026,22:15,taken,,,,", "date"),
        ("sermorelin,1820-11-20,22:15,taken,,,,", "date"),
        ("sermorelin,\N{ARABIC-INDIC DIGIT TWO}026-11-20,22:15,taken,,,,", "date"),
        ("sermorelin,2026-11-20,24:00,taken,,,,", "time"),
        ("sermorelin,2026-11-20,,taken,,,,", "time"),
        ("sermorelin,2026-11-20,22:15,,,,,", "status"),
        ("sermorelin,2026-11-20,22:15,undone,,,,", "status"),
        ("sermorelin,2026-11-20,22:15,taken,NaN,ug,,", "amount"),
        ("sermorelin,2026-11-20,22:15,taken,-1,ug,,", "amount"),
        ("sermorelin,2026-11-20,22:15,taken,0.0,ug,,", "amount"),
        ("sermorelin,2026-11-20,22:15,taken,1e3,ug,,", "amount"),
        ('sermorelin,2026-11-20,22:15,taken,"1,000",ug,,', "amount"),
        ("sermorelin,2026-11-20,22:15,taken,,ug,,", "amount"),
        ("sermorelin,2026-11-20,22:15,taken,100,,,", "unit"),
        ("sermorelin,2026-11-20,,skipped,100,ug,,", "amount"),
        ("sermorelin,2026-11-20,22:15,taken,,,unwell,", "reason"),
        ("sermorelin,2026-11-20,22:15,taken,,,," + "x" * 501, "note"),
        ("sermorelin,2026-11-20,22:15,taken,,,,,surplus", "row"),
    ],
)
def test_a_row_that_cannot_be_understood_names_the_field_and_a_cure(row: str, field: str) -> None:
    understood, (refused,) = read(file(row))
    assert (understood, refused.row, refused.field) == ([], 2, field)
    assert refused.cure


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    for given_text in (text, file(text), file(f"sermorelin,{text}")):
        try:
            understood, refused = read(given_text)
        except Invalid:
            continue
        assert len({one.row for one in understood} | {one.row for one in refused}) == len(
            understood
        ) + len(refused)


async def test_a_time_that_a_clock_change_skips_is_read_as_the_schedule_reads_it(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session, now=MONDAY)
    await a_protocol(session, patient)
    await bring(session, patient, file("sermorelin,2026-03-08,02:30,taken"), time.advance(hours=1))
    event = (await session.scalars(select(Event))).one()
    assert event.taken_at == datetime(2026, 3, 8, 9, 30, tzinfo=UTC)  # half past three in Denver
    dose = (await session.scalars(select(Dose).where(Dose.extra))).one()
    assert (dose.night, dose.version_id is not None) == (date(2026, 3, 7), True)


async def test_all_or_nothing_and_the_same_rows_count_once_in_whichever_file(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    now = time.advance(hours=1)
    good = ["sermorelin,2026-11-18,22:15,taken,,,,one", "sermorelin,2026-11-19,22:15,taken"]
    failed = await bring(session, patient, file(*good, "snake oil,2026-11-19,22:15,taken"), now)
    assert (failed.recorded, len(failed.refused), await counted(session)) == (0, 1, 0)
    tried = await bring(session, patient, file(*good), now, dry_run=True)
    assert (tried.recorded, await counted(session)) == (2, 0)
    assert (await bring(session, patient, file(*good), now)).recorded == 2
    # In another order, with another note, and with a new row.
    again = [good[1], "Sermorelin,2026-11-18,22:15,taken,,,,two", "sermorelin,2026-11-20,1:1,x"]
    changed = await bring(session, patient, file(*again), now, skip_refused=True)
    assert (changed.recorded, changed.already, len(changed.refused)) == (0, 2, 1)
    assert await counted(session) == 2


async def test_what_was_undone_since_is_not_imported_again(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    now, text = time.advance(hours=19), file("sermorelin,2026-11-23,22:35,taken")
    await bring(session, patient, text, now)
    event = (await session.scalars(select(Event))).one()
    await undo(
        session, patient.id, event.dose_id, event_id=UUID(int=7), author=patient.id,
        means=Means.APP, now=now,
    )  # fmt: skip
    again = await bring(session, patient, text, now)
    assert (again.recorded, again.already, await counted(session)) == (0, 1, 2)


async def test_a_row_settles_the_nearest_slot_of_its_night_and_stops_its_reminder(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient, a_line(times=("08:00", "bedtime")))
    now = time.advance(hours=18)
    text = file("sermorelin,2026-11-23,22:20,taken", "sermorelin,2026-11-23,13:00,taken")
    assert (await bring(session, patient, text, now)).recorded == 2
    settled = list(await session.scalars(select(Dose).join(Event).order_by(Dose.due_at)))
    assert [dose.slot for dose in settled] == [0, 1]
    assert {event.means for event in await session.scalars(select(Event))} == {Means.IMPORT}
    bedtime = await session.get(Reminder, (patient.id, settled[1].id))
    assert bedtime is None
    # Another file, another time: nobody knows whether it is the same intake, so nothing is added.
    third = await bring(session, patient, file("sermorelin,2026-11-23,22:59,taken"), now)
    assert (third.recorded, third.already) == (0, 1)


async def test_a_second_intake_in_one_night_of_a_file_is_kept_as_one_outside_the_plan(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    now = time.advance(hours=19)
    text = file("sermorelin,2026-11-23,22:20,taken", "sermorelin,2026-11-23,22:59,taken")
    for recorded in (2, 0):
        found = await bring(session, patient, text, now)
        assert (found.recorded, found.already) == (recorded, 2 - recorded)
    doses = select(Dose.extra).join(Event).order_by(Event.taken_at)
    assert list(await session.scalars(doses)) == [False, True]


async def test_of_two_lines_the_one_planned_that_night_is_meant_and_else_nobody_guesses(
    session: AsyncSession, time: Clock
) -> None:
    patient = await a_patient(session)
    [monday, tuesday] = await a_protocol(
        session, patient, a_line(weekdays=(1,)), a_line(weekdays=(2,))
    )
    now = time.advance(hours=72)
    text = file(
        "sermorelin,2026-11-23,22:30,taken", "sermorelin,2026-11-24,22:30,taken",
        "sermorelin,2026-11-25,12:30,taken", f"{tuesday},2026-11-20,22:30,taken",
    )  # fmt: skip
    found = await bring(session, patient, text, now, skip_refused=True)
    assert found.recorded == 3
    (refused,) = found.refused
    assert (refused.row, refused.field) == (4, "medicine")
    assert str(monday) in refused.cure
    settled = await session.execute(select(Dose.night, Dose.line_id).join(Event))
    by_night = {night: line for night, line in settled}  # noqa: C416 - rows, not pairs
    assert by_night == {
        date(2026, 11, 23): monday, date(2026, 11, 24): tuesday, date(2026, 11, 20): tuesday,
    }  # fmt: skip


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_five_thousand_rows_take_seconds(session: AsyncSession, time: Clock) -> None:
    patient = await a_patient(session)
    await a_protocol(session, patient)
    first = datetime(2013, 1, 1, 22, 15, tzinfo=UTC)
    rows = [f"sermorelin,{first + timedelta(days=day):%Y-%m-%d},22:15,taken" for day in range(5000)]
    began = stopwatch.perf_counter()
    found = await bring(session, patient, file(*rows), time.advance(hours=1))
    assert (found.recorded, found.refused) == (5000, [])
    assert stopwatch.perf_counter() - began < 60  # 4 s when measured alone, on two cores


async def test_only_a_file_of_history_may_be_larger_than_other_requests(
    http: httpx.AsyncClient, sessions: Sessions, time: Clock
) -> None:
    async with sessions.begin() as session:
        patient = await a_patient(session)
        await a_protocol(session, patient)
        http.headers.update(await signed_in(session, patient))
    path = "/api/patients/me/doses/import"
    rows = [
        f"sermorelin,{date(2020, 1, 1) + timedelta(days=day)},22:15,taken,,,,{'x' * 90}"
        for day in range(700)
    ]
    large = await http.post(path, json={"csv": file(*rows)})
    assert (large.status_code, large.json()["recorded"]) == (200, 700)
    too_large = await http.post(path, json={"csv": "x" * 1_000_001})
    assert too_large.status_code == 422
    far_too_large = await http.post(path, json={"csv": "x" * 2_200_000})
    assert far_too_large.status_code == 413
    elsewhere = await http.post("/api/doses/extra", json={"csv": "x" * 70_000})
    assert elsewhere.status_code == 413
