"""The watch: flags become episodes, the list's cache follows the record, nobody is passed over."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.models import Person
from app.audit import AuditEntry, AuditSeal
from app.clinic import episodes
from app.clinic import watch as watching
from app.clinic.episodes import flag_history, reconcile
from app.clinic.flag_facts import reach_of
from app.clinic.flag_rules import Flag, Severity
from app.clinic.models import FlagEpisode, Look, Watermark
from app.clinic.watch import AGAIN, UNCARED, watch
from app.db import Sessions
from app.doses.models import Dose
from app.monitoring.levels import signal_id
from app.sealing import Sealer, seal
from tests.clinic.test_adherence import doses_of, say, speak
from tests.conftest import SECRET
from tests.factories import a_care_link, a_clinician, a_device, a_line, a_patient, a_protocol
from tests.monitoring.rows import a_result
from tests.story_time import MONDAY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEALER = Sealer(SECRET)
ANASTROZOLE = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg")


async def a_cared_patient(session: AsyncSession, name: str = "Ann") -> Person:
    patient, clinician = await a_patient(session, name=name), await a_clinician(session)
    await a_care_link(session, patient, clinician)
    await a_device(session, patient)
    return patient


async def watched(session: AsyncSession, now: datetime) -> None:
    """Seal what was written, and watch until nothing is due."""
    await session.flush()
    await seal(session, SEALER, now)
    for _ in range(20):
        if not await watch(session, now):
            return
    raise AssertionError("the watch never comes to an end")


async def actions(session: AsyncSession, *wanted: str) -> list[str]:
    rows = select(AuditEntry.action).where(AuditEntry.action.in_(wanted)).order_by(AuditEntry.at)
    return list(await session.scalars(rows))


async def codes(session: AsyncSession, patient: Person) -> dict[str, FlagEpisode]:
    mine = select(FlagEpisode).where(
        FlagEpisode.patient_id == patient.id, FlagEpisode.closed_at.is_(None)
    )
    return {row.rule: row for row in await session.scalars(mine)}


async def test_two_missed_nights_open_an_episode_and_the_next_taken_dose_closes_it(
    session: AsyncSession,
) -> None:
    patient = await a_cared_patient(session)
    await a_protocol(session, patient, ANASTROZOLE)
    begun, first, second, third = (await doses_of(session, patient))[:4]
    await say(session, begun)
    await watched(session, second.closes_at - timedelta(seconds=1))
    assert "misses_in_row" not in await codes(session, patient)
    await watched(session, second.closes_at)
    episode = (await codes(session, patient))["misses_in_row"]
    assert (episode.opened_at, episode.since) == (second.closes_at, first.due_at)
    look = await session.get_one(Look, patient.id)
    assert (look.flags, look.missed_in_row, look.taken, look.expected) == (1, 2, 1, 3)
    await watched(session, third.due_at)
    assert (await codes(session, patient))["misses_in_row"].id == episode.id, "it stays the same"
    await say(session, third)
    await watched(session, third.due_at + timedelta(seconds=5))
    assert "misses_in_row" not in await codes(session, patient)
    assert episode.closed_at == third.due_at + timedelta(seconds=5)
    assert (look.taken, look.expected, look.last_taken_at) == (2, 4, third.due_at)
    told = await flag_history(session, patient.id)
    assert [(flag.code, flag.closed_at) for flag in told] == [("misses_in_row", episode.closed_at)]
    assert await actions(session, "flag.opened", "flag.closed") == ["flag.opened", "flag.closed"]


async def test_the_same_flag_that_comes_again_is_another_episode(session: AsyncSession) -> None:
    patient = await a_cared_patient(session)
    await a_protocol(session, patient, ANASTROZOLE)
    nights = await doses_of(session, patient)
    await say(session, nights[2])
    for night in nights[:6]:
        await watched(session, night.closes_at)
    rows = select(FlagEpisode).where(FlagEpisode.rule == "misses_in_row")
    first, second = sorted(await session.scalars(rows), key=lambda row: row.opened_at)
    assert (first.opened_at, first.closed_at) == (nights[1].closes_at, nights[2].closes_at)
    assert (second.opened_at, second.closed_at) == (nights[4].closes_at, None)
    assert first.id != second.id


async def test_a_signal_keeps_its_id_closes_when_its_result_is_void_and_opens_again(
    session: AsyncSession,
) -> None:
    patient = await a_cared_patient(session)
    row = await a_result(session, patient, "psa", "6", MONDAY - DAY)
    key = signal_id(row.id, "psa_level")
    (flag,) = (await reconcile(session, [patient.id], MONDAY))[patient.id]
    assert (flag.id, flag.opened_at) == (key, MONDAY)
    row.voided_at = MONDAY
    assert (await reconcile(session, [patient.id], MONDAY + HOUR))[patient.id] == []
    assert [each.closed_at for each in await flag_history(session, patient.id)] == [MONDAY + HOUR]
    row.voided_at = None
    (flag,) = (await reconcile(session, [patient.id], MONDAY + 2 * HOUR))[patient.id]
    assert flag.id == key
    assert await flag_history(session, patient.id) == []
    assert await actions(session, "flag.opened", "flag.closed") == [
        "flag.opened", "flag.closed", "flag.opened",
    ]  # fmt: skip


async def test_a_repeat_changes_nothing_and_since_never_moves_forward(
    session: AsyncSession,
) -> None:
    patient = await a_cared_patient(session)
    await a_protocol(session, patient, ANASTROZOLE)
    first = (await doses_of(session, patient))[0]
    found = (await reconcile(session, [patient.id], first.due_at + 3 * DAY))[patient.id]
    before = {flag.code: flag for flag in found}["misses_in_row"]
    again = (await reconcile(session, [patient.id], first.due_at + 3 * DAY))[patient.id]
    assert again == found
    later = (await reconcile(session, [patient.id], first.due_at + 4 * DAY))[patient.id]
    after = {flag.code: flag for flag in later}["misses_in_row"]
    assert (after.id, after.since) == (before.id, before.since)
    assert after.text != before.text, "the words follow"
    opened = await actions(session, "flag.opened")
    assert len(opened) == len({flag.id for flag in [*found, *later]})


async def test_since_is_the_earliest_that_was_ever_told(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A period of thirty days moves on every day; what it says began does not."""
    patient = await a_cared_patient(session)

    async def told(since: datetime, text: str) -> datetime:
        flag = Flag("falling_trend", Severity.AMBER, since, text)

        async def live(*_: Any) -> dict[UUID, list[Flag]]:
            return {patient.id: [flag]}

        monkeypatch.setattr(episodes, "flags_of", live)
        (kept,) = (await reconcile(session, [patient.id], MONDAY))[patient.id]
        (row,) = await session.scalars(select(FlagEpisode))
        assert (row.since, row.text) == (kept.since, text)
        return kept.since

    assert await told(MONDAY - DAY, "one") == MONDAY - DAY
    assert await told(MONDAY, "two") == MONDAY - DAY
    assert await told(MONDAY - 2 * DAY, "two") == MONDAY - 2 * DAY


async def test_two_at_once_open_one_episode(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        patient = await a_cared_patient(session)
        await a_result(session, patient, "hematocrit", "55", MONDAY - DAY)
        await a_protocol(session, patient, ANASTROZOLE)

    async def once() -> list[UUID | None]:
        async with sessions.begin() as session:
            found = (await reconcile(session, [patient.id], MONDAY + 4 * DAY))[patient.id]
            return sorted((flag.id for flag in found), key=str)

    first, *others = await asyncio.gather(*(once() for _ in range(4)))
    assert None not in first
    assert all(other == first for other in others)
    async with sessions.begin() as session:
        rows = (await session.scalars(select(FlagEpisode))).all()
        assert sorted((row.id for row in rows), key=str) == first
        assert len(await actions(session, "flag.opened")) == len(first)


async def test_a_change_makes_its_patient_due_at_once_and_a_look_does_not(
    session: AsyncSession,
) -> None:
    ann, ben = await a_cared_patient(session), await a_cared_patient(session, "Ben")
    await watched(session, MONDAY)
    looks = {row.patient_id: row for row in await session.scalars(select(Look))}
    assert {row.next_at for row in looks.values()} == {MONDAY + HOUR}
    later = MONDAY + timedelta(minutes=5)
    audit.record(session, "dose.taken", at=later, actor=ann.id, patient=ann.id, dose="x")
    audit.record(session, "record.read", at=later, actor=None, patient=ben.id)
    await session.flush()
    await seal(session, SEALER, later)
    await watch(session, later)
    assert (looks[ann.id].looked_at, looks[ben.id].looked_at) == (later, MONDAY)
    assert looks[ann.id].next_at == later + HOUR
    mark = await session.get_one(Watermark, "watch")
    newest = select(AuditSeal.number).order_by(AuditSeal.number.desc()).limit(1)
    assert mark.number == await session.scalar(newest), "all of them in one go"


async def test_it_looks_again_when_the_next_window_closes(session: AsyncSession) -> None:
    patient = await a_cared_patient(session)
    await a_protocol(session, patient, ANASTROZOLE)
    dose: Dose = (await doses_of(session, patient))[0]
    await watched(session, dose.closes_at - timedelta(minutes=20))
    look = await session.get_one(Look, patient.id)
    assert look.next_at == dose.closes_at
    await watched(session, dose.closes_at)
    assert (look.missed_in_row, look.next_at) == (1, dose.closes_at + HOUR)


async def test_somebody_new_is_looked_at_and_who_is_in_nobodys_care_waits(
    session: AsyncSession,
) -> None:
    await watched(session, MONDAY)
    alone = await a_patient(session)
    audit.record(session, "person.registered", at=MONDAY, actor=alone.id, patient=alone.id)
    await watched(session, MONDAY)
    look = await session.get_one(Look, alone.id)
    assert (look.looked_at, look.next_at) == (None, MONDAY + UNCARED)
    await a_care_link(session, alone, await a_clinician(session))
    audit.record(session, "care.granted", at=MONDAY + HOUR, actor=alone.id, patient=alone.id)
    await watched(session, MONDAY + HOUR)
    assert look.looked_at == MONDAY + HOUR


async def test_one_patient_who_cannot_be_looked_at_stops_nobody(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await a_cared_patient(session, f"P{each}") for each in range(3)]
    broken = sorted(person.id for person in people)[1]
    reconciled = reconcile

    async def breaks(session: AsyncSession, patients: Any, *rest: Any) -> Any:
        if broken in patients:
            raise LookupError("on purpose")
        return await reconciled(session, patients, *rest)

    monkeypatch.setattr(watching, "reconcile", breaks)
    await watched(session, MONDAY)
    looks = {row.patient_id: row for row in await session.scalars(select(Look))}
    for row in looks.values():
        await session.refresh(row)
    assert looks.pop(broken).next_at == MONDAY + AGAIN
    assert {row.looked_at for row in looks.values()} == {MONDAY}


async def test_the_cost_follows_what_is_due(session: AsyncSession) -> None:
    """Batches: more patients than fit one are looked at by the same call, again and again."""
    for each in range(watching.BATCH + 3):
        await a_cared_patient(session, f"P{each}")
    await session.flush()
    assert await watch(session, MONDAY) == 1 + watching.BATCH
    assert await watch(session, MONDAY) == 3
    assert await watch(session, MONDAY) == 0


async def test_who_never_had_a_device_stays_unreachable_from_week_to_week(
    session: AsyncSession,
) -> None:
    """A weekly line speaks once a week: its next dose must not close the flag and open it anew."""
    patient = await a_patient(session)
    await a_care_link(session, patient, await a_clinician(session))
    await a_protocol(session, patient, {**ANASTROZOLE, "weekdays": [1]})
    weeks = await doses_of(session, patient)
    for dose in weeks[:3]:
        await speak(session, dose)
        await watched(session, dose.due_at + timedelta(seconds=1))
        await watched(session, dose.due_at + 2 * DAY)
    rows = select(FlagEpisode).where(FlagEpisode.rule == "unreachable")
    (episode,) = await session.scalars(rows)
    assert (episode.opened_at, episode.closed_at) == (weeks[0].due_at + 2 * DAY, None)


async def test_a_line_that_was_not_begun_is_no_falling_trend(session: AsyncSession) -> None:
    """The flag counts as the list and every report do."""
    patient = await a_cared_patient(session)
    old, new = await a_protocol(session, patient, ANASTROZOLE, a_line())
    taken, left_out = await doses_of(session, patient, old), await doses_of(session, patient, new)
    for night in [*taken[:8], *left_out[:8]]:  # the new line came a month after the other
        night.due_at -= 30 * DAY
        night.closes_at -= 30 * DAY
    await session.flush()
    for night in taken:
        await say(session, night)
    now = taken[-1].closes_at
    found = (await reconcile(session, [patient.id], now))[patient.id]
    assert "falling_trend" not in {flag.code for flag in found}
    await say(session, left_out[8])  # begun, and then left out
    found = (await reconcile(session, [patient.id], now))[patient.id]
    (flag,) = (flag for flag in found if flag.code == "falling_trend")
    assert f": {len(taken) - 7} of {2 * (len(taken) - 8)};" in flag.text
    for night in left_out[9:-2]:
        await say(session, night)
    kept = (await reconcile(session, [patient.id], now))[patient.id]
    assert flag.id in {each.id for each in kept}, "below the margin, and still open"
    await say(session, left_out[-2])
    over = (await reconcile(session, [patient.id], now))[patient.id]
    assert flag.id not in {each.id for each in over}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_a_colleague_reads_the_seals_nobody_waits_for_them(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        patient = await a_cared_patient(session)
        await watched(session, MONDAY)
    async with sessions.begin() as reader:
        mark = await reader.get_one(Watermark, "watch", with_for_update=True)
        mark.number += 1
        await reader.flush()
        async with sessions.begin() as session, asyncio.timeout(5):
            assert await watch(session, MONDAY + HOUR) == 1
            assert (await session.get_one(Look, patient.id)).looked_at == MONDAY + HOUR


async def test_who_follows_a_patient_who_cannot_be_shown_is_shown_all_the_same(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault comes late, when rows of the batch have been changed already."""
    people = [await a_cared_patient(session, f"P{each}") for each in range(3)]
    broken = sorted(person.id for person in people)[1]
    reached = reach_of

    async def breaks(session: AsyncSession, patients: Any, now: datetime) -> Any:
        found = await reached(session, patients, now)
        return {each: one for each, one in found.items() if each != broken}

    monkeypatch.setattr(watching, "reach_of", breaks)
    # What the tests log with reads the locals; what an operator runs tells kinds and places.
    monkeypatch.setattr(watching.log, "exception", lambda *_, **__: None)
    await watched(session, MONDAY)
    looks = {row.patient_id: row for row in await session.scalars(select(Look))}
    for row in looks.values():
        await session.refresh(row)
    assert looks.pop(broken).next_at == MONDAY + AGAIN
    assert {row.looked_at for row in looks.values()} == {MONDAY}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_change_during_a_colleagues_look_is_looked_at_again(sessions: Sessions) -> None:
    """The colleague read before the dose was logged, and writes down when to look next after it."""
    async with sessions.begin() as session:
        patient = await a_cared_patient(session)
        await watched(session, MONDAY)
    later = MONDAY + HOUR
    async with sessions.begin() as session:
        audit.record(session, "dose.taken", at=later, actor=None, patient=patient.id, dose="x")
        await session.flush()
        await seal(session, SEALER, later)

    async def other() -> None:
        async with sessions.begin() as session:
            await watch(session, later)

    async with sessions.begin() as session:
        row = await session.get_one(Look, patient.id, with_for_update=True)
        reading = asyncio.create_task(other())
        await asyncio.sleep(0.3)
        row.next_at = later + HOUR
    await asyncio.wait_for(reading, 20)
    async with sessions.begin() as session:
        assert (await session.get_one(Look, patient.id)).looked_at == later
