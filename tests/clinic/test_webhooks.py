"""Webhooks: told at least once, signed, patient with receivers, and never into our own network."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app import audit
from app.accounts.access import ClinicActor
from app.accounts.models import CareLink, Clinic, Person
from app.audit import AuditEntry, AuditSeal
from app.clinic import webhook_delivery, webhook_queue, webhooks
from app.clinic.events import events_of_clinic, events_of_clinician
from app.clinic.models import Task, Webhook, WebhookDelivery
from app.clinic.webhook_delivery import Teller
from app.clinic.webhook_policy import FAILURES_IN_A_ROW, PAUSES
from app.clinic.webhook_queue import AT_ONCE, LEASE, fan_out
from app.config import Settings
from app.db import Sessions
from app.housekeeping import tidy
from app.problems import NotFound
from app.push.guard import Addresses
from app.push.seal import Seal
from app.sealing import Sealer, seal
from tests.clinic.receiver import HANG, Receiver
from tests.conftest import SECRET
from tests.factories import a_care_link, a_clinician, a_companion, a_patient
from tests.story_time import Clock

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in."""


class Stage:
    """A clinic with an admin and one patient, a receiver, and a worker's hands."""

    def __init__(self, settings: Settings, sessions: Sessions, time: Clock) -> None:
        self.settings, self.sessions, self.time = settings, sessions, time
        self.envelope, self.sealer = Seal(SECRET), Sealer(SECRET)
        self.admin: Person
        self.patient: Person
        self.link: CareLink

    async def begin(self) -> None:
        async with self.sessions.begin() as session:
            self.admin = await a_clinician(session, admin=True)
            self.patient = await a_patient(session)
            self.link = await a_care_link(session, self.patient, self.admin)

    @property
    def actor(self) -> ClinicActor:
        assert self.admin.clinic_id is not None
        return ClinicActor(self.admin, self.admin.clinic_id)

    async def webhook(self, url: str, *events: str) -> tuple[UUID, str]:
        async with self.sessions.begin() as session:
            made, secret = await webhooks.create(
                session, self.actor, self.envelope, url, events, self.time.now
            )
        return made.id, secret

    async def happen(
        self, action: str = "dose.taken", *, patient: Person | None = None, times: int = 1,
        **facts: str,
    ) -> None:  # fmt: skip
        """Something is recorded and sealed."""
        async with self.sessions.begin() as session:
            for _ in range(times):
                about = facts or {"dose": str(uuid4())}
                whose = (patient or self.patient).id
                audit.record(session, action, at=self.time.now, actor=None, patient=whose, **about)  # type: ignore[arg-type]
        await self.seal()

    async def seal(self) -> None:
        async with self.sessions.begin() as session:
            await seal(session, self.sealer, self.time.now)

    async def row(self, webhook: UUID) -> Webhook:
        async with self.sessions.begin() as session:
            return await session.get_one(Webhook, webhook)

    async def deliveries(self, webhook: UUID) -> list[WebhookDelivery]:
        async with self.sessions.begin() as session:
            mine = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook)
            return list(await session.scalars(mine.order_by(WebhookDelivery.number)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def stage(settings: Settings, sessions: Sessions, time: Clock, receiver: Receiver) -> Stage:
    settings.webhook_allowed_origins = [receiver.origin]
    stage = Stage(settings, sessions, time)
    await stage.begin()
    return stage


MakeTeller = Callable[..., Teller]


@pytest.fixture
async def a_teller(stage: Stage) -> AsyncIterator[MakeTeller]:
    made: list[Teller] = []

    def make(**facts: Any) -> Teller:
        given: dict[str, Any] = {"random": lambda: 0.5, "patience": 30.0, "timeout": 20.0, **facts}
        made.append(Teller(stage.settings, stage.sessions, stage.envelope, **given))
        return made[-1]

    yield make
    for teller in made:
        teller.close()


@pytest.fixture
def teller(a_teller: MakeTeller) -> Teller:
    return a_teller()


async def test_an_event_arrives_once_signed_and_with_ids_only(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, secret = await stage.webhook(receiver.url)
    dose = uuid4()
    await stage.happen("dose.taken", dose=str(dose), event=str(uuid4()), digest="0" * 64)
    assert await teller.run_once(time.now) == 1
    assert await teller.run_once(time.now) == 0
    [heard] = receiver.heard
    async with stage.sessions.begin() as session:
        entry = (await session.scalars(select(AuditEntry).order_by(AuditEntry.at))).all()[-1]
    told = heard.verified(secret, time.now)
    assert told == {
        "id": str(entry.id), "number": told["number"], "type": "dose.logged",
        "at": time.now.strftime("%Y-%m-%dT%H:%M:%SZ"), "patient": str(stage.patient.id),
        "about": [{"type": "dose", "id": str(dose)}],
    }  # fmt: skip
    assert heard.id == str(entry.id)
    assert heard.headers["Content-Type"] == "application/json"
    [delivery] = await stage.deliveries(webhook)
    assert (delivery.status, delivery.attempts) == (204, 1)
    assert delivery.delivered_at is not None


@on_sqlite
async def test_a_changed_body_or_another_secret_does_not_verify(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    _, secret = await stage.webhook(receiver.url)
    _, other = await stage.webhook("https://elsewhere.example.org/hook", "flag.opened")
    await stage.happen()
    await teller.run_once(time.now)
    [heard] = receiver.heard
    with pytest.raises(Exception, match="No matching signature"):
        heard.verified(other, time.now)
    heard.body = heard.body.replace(b"dose", b"Dose")
    with pytest.raises(Exception, match="No matching signature"):
        heard.verified(secret, time.now)
    with pytest.raises(Exception, match="too old"):
        heard.verified(secret, time.now + timedelta(minutes=6))


@on_sqlite
async def test_the_secret_is_sealed_in_the_database_for_its_own_row(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, secret = await stage.webhook(receiver.url)
    row = await stage.row(webhook)
    assert secret.removeprefix("whsec_").encode() not in row.secret
    assert secret.startswith("whsec_")
    other, _ = await stage.webhook(receiver.url)
    async with stage.sessions.begin() as session:  # somebody moves it to another row
        moved = update(Webhook).where(Webhook.id == other).values(secret=row.secret)
        await session.execute(moved)
    await stage.happen()
    await teller.run_once(time.now)
    assert len(receiver.heard) == 1
    [delivery] = await stage.deliveries(other)
    assert (delivery.status, delivery.delivered_at) == (None, None)


async def test_only_the_wished_events_of_patients_in_care_at_that_moment_are_told(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    await stage.webhook(receiver.url, "dose.logged", "care.ended")
    async with stage.sessions.begin() as session:
        stranger, befriended = await a_patient(session), await a_patient(session)
        later = await a_patient(session)
        await a_care_link(session, later, stage.admin, now=time.now + timedelta(minutes=1))
        other = await a_clinician(session)
        await a_care_link(session, stranger, other)
        # Somebody of the clinic is a mere companion: the clinic does not look after that patient.
        await a_care_link(session, befriended, stage.admin, companion=True)
    await stage.happen()
    for outsider in (stranger, befriended, later):
        await stage.happen(patient=outsider)
    await stage.happen("observation.voided", voided=str(uuid4()))  # not wished for
    await stage.happen("record.read")  # no event at all
    time.advance(hours=1)
    async with stage.sessions.begin() as session:
        link = await session.get_one(CareLink, (stage.link.patient_id, stage.link.id))
        link.ended_at = time.now
    await stage.happen("care.ended", person=str(stage.admin.id))
    await stage.happen()  # at the very moment at which it ended, which is too late
    time.advance(hours=1)
    await stage.happen()
    await teller.run_once(time.now)
    assert receiver.types == ["dose.logged", "care.ended"]


async def test_a_clinic_hears_nothing_of_what_is_another_clinics(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    """One patient in two clinics: each hears of doses, none of the other's people and tasks."""
    await stage.webhook(receiver.url)
    async with stage.sessions.begin() as session:
        other = await a_clinician(session)
        await a_care_link(session, stage.patient, other)
        tasks = [
            Task(
                patient_id=stage.patient.id, id=uuid4(), clinic_id=clinician.clinic_id,
                title="Call", created_by=clinician.id, created_at=time.now,
            )
            for clinician in (stage.admin, other)
            if clinician.clinic_id is not None
        ]  # fmt: skip
        session.add_all(tasks)
    mine, theirs = tasks
    await stage.happen("care.granted", person=str(other.id))
    await stage.happen("task.created", task=str(theirs.id))
    await stage.happen("task.created", task=str(mine.id))
    await teller.run_once(time.now)
    assert receiver.types == ["task.created"]
    assert receiver.heard[0].event["about"] == [{"type": "task", "id": str(mine.id)}]
    assert other.clinic_id is not None
    async with stage.sessions.begin() as session:
        heard, _ = await events_of_clinic(session, other.clinic_id, 0, 100)
    assert [event.type for event in heard] == ["care.granted", "task.created"]


@on_sqlite
async def test_of_versions_only_a_proposal_is_one_and_of_results_each_is_named_without_digest(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    await stage.webhook(receiver.url)
    version, results = str(uuid4()), [str(uuid4()), str(uuid4())]
    async with stage.sessions.begin() as session:
        for proposed in (True, False):
            audit.record(
                session, "version.entered", at=time.now, actor=None, patient=stage.patient.id,
                version=version, proposed=proposed, number=2, digest="0" * 64,
            )  # fmt: skip
    named = " ".join(f"{id}={'ab' * 32}" for id in results)
    await stage.happen("observation.entered", observations=named)
    await teller.run_once(time.now)
    assert sorted(receiver.types) == ["result.entered", "version.proposed"]
    about = {one.event["type"]: one.event["about"] for one in receiver.heard}
    assert about["version.proposed"] == [{"type": "version", "id": version}]
    assert about["result.entered"] == [{"type": "observation", "id": id} for id in results]


@on_sqlite
@pytest.mark.parametrize(
    "answer", [500, 302, 404, 429, None], ids=["500", "redirect", "404", "429", "down"]
)
async def test_a_receiver_that_fails_is_tried_again_later_and_longer(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock, answer: int | None
) -> None:
    url = receiver.url if answer is not None else "http://127.0.0.1:9/hook"
    stage.settings.webhook_allowed_origins.append("http://127.0.0.1:9")
    webhook, _ = await stage.webhook(url)
    receiver.always = answer or 204
    receiver.headers = {"Location": f"{receiver.origin}/elsewhere"}
    await stage.happen()
    await teller.run_once(time.now)
    [first] = await stage.deliveries(webhook)
    assert (first.status, first.attempts, first.delivered_at) == (answer, 1, None)
    assert first.ready_at is not None
    assert timedelta(seconds=4) < first.ready_at - time.now < timedelta(seconds=36)
    await teller.run_once(time.now)  # too early
    time.advance(minutes=1)
    await teller.run_once(time.now)
    [second] = await stage.deliveries(webhook)
    assert second.attempts == 2
    assert second.ready_at is not None
    assert second.ready_at - time.now >= timedelta(minutes=4)
    assert receiver.elsewhere == []  # nobody followed it


async def test_it_gives_up_after_three_days_and_then_the_webhook_after_five_events(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.always = 500
    began = time.now
    await stage.happen(times=FAILURES_IN_A_ROW)
    for pause in (timedelta(), *PAUSES):
        time.advance(seconds=pause.total_seconds() * 1.01 + 30)
        assert (await stage.row(webhook)).disabled_at is None
        await teller.run_once(time.now)
    assert timedelta(days=3) < time.now - began < timedelta(days=3.5)
    row = await stage.row(webhook)
    assert row.failing == FAILURES_IN_A_ROW
    assert row.disabled_at is not None
    ids = {one.id for one in receiver.heard}
    assert len(ids) == FAILURES_IN_A_ROW
    assert len(receiver.heard) == FAILURES_IN_A_ROW * (len(PAUSES) + 1)
    assert all(each.given_up_at and not each.ready_at for each in await stage.deliveries(webhook))
    await stage.happen()
    await teller.run_once(time.now)
    assert len(await stage.deliveries(webhook)) == FAILURES_IN_A_ROW  # it is told nothing
    async with stage.sessions.begin() as session:
        [standing] = await webhooks.webhooks_of(session, stage.actor.clinic_id)
    assert standing.why_disabled == "failing"  # its admins see it
    async with stage.sessions.begin() as session:
        await webhooks.enable(session, stage.actor, webhook, time.now)
    receiver.always, receiver.heard = 204, []
    await stage.happen("flag.opened", flag=str(uuid4()))
    await teller.run_once(time.now)
    assert receiver.types == ["flag.opened"]


@on_sqlite
async def test_one_success_ends_a_row_of_failures(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    async with stage.sessions.begin() as session:
        await session.execute(update(Webhook).values(failing=FAILURES_IN_A_ROW - 1))
    await stage.happen()
    await teller.run_once(time.now)
    assert (await stage.row(webhook)).failing == 0


async def test_a_receiver_that_wants_no_more_is_told_no_more_at_once(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.always = 410
    await stage.happen(times=AT_ONCE + 5)
    await teller.run_once(time.now)
    time.advance(hours=1)
    await teller.run_once(time.now)
    assert len(receiver.heard) == AT_ONCE
    assert all(each.given_up_at for each in await stage.deliveries(webhook))
    async with stage.sessions.begin() as session:
        [standing] = await webhooks.webhooks_of(session, stage.actor.clinic_id)
        told = await session.scalar(
            select(AuditEntry).where(AuditEntry.action == "webhook.disabled")
        )
    assert standing.why_disabled == "gone"
    assert told is not None
    assert told.facts == {"webhook": str(webhook), "why": "gone"}


async def test_a_failing_receiver_is_spared_what_else_waits_for_it(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.script = [500] * AT_ONCE
    await stage.happen(times=3 * AT_ONCE)
    await teller.run_once(time.now)
    await teller.run_once(time.now)
    assert len(receiver.heard) == AT_ONCE
    time.advance(minutes=2)
    await teller.run_once(time.now)
    assert len(receiver.heard) == 4 * AT_ONCE  # it is well again: the rest, and those once more
    assert all(each.delivered_at for each in await stage.deliveries(webhook))


@on_sqlite
async def test_a_receiver_may_ask_for_more_patience(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.script, receiver.headers = [503], {"Retry-After": "3600"}
    await stage.happen()
    await teller.run_once(time.now)
    [delivery] = await stage.deliveries(webhook)
    assert delivery.ready_at is not None
    assert delivery.ready_at >= time.now + timedelta(hours=1)


@on_sqlite
async def test_a_receiver_that_hangs_holds_up_nobody_else_and_is_tried_again(
    stage: Stage, a_teller: MakeTeller, receiver: Receiver, time: Clock
) -> None:
    teller = a_teller(patience=0.1)
    async with Receiver() as slow:
        stage.settings.webhook_allowed_origins.append(slow.origin)
        slow.always = HANG
        hanging, _ = await stage.webhook(slow.url)
        await stage.webhook(receiver.url)
        await stage.happen()
        async with asyncio.timeout(10):  # the tick returns, and does not wait for the slow one
            while not receiver.heard:
                await teller.run_once(time.now)
        assert [each.delivered_at for each in await stage.deliveries(hanging)] == [None]
        await a_teller(timeout=0.3).run_once(time.now + 2 * LEASE)
    [delivery] = await stage.deliveries(hanging)
    assert (delivery.status, delivery.attempts, len(slow.heard)) == (None, 2, 2)
    assert delivery.ready_at is not None
    assert delivery.ready_at > time.now + 2 * LEASE + PAUSES[1] / 2


@on_sqlite
async def test_an_endless_answer_is_cut_off_and_counts_by_its_status(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.always, receiver.body = 200, b"a" * 10_000_000
    await stage.happen()
    await teller.run_once(time.now)
    [delivery] = await stage.deliveries(webhook)
    assert delivery.status == 200
    assert delivery.delivered_at is not None


async def test_a_worker_killed_between_post_and_note_repeats_the_same_id(
    stage: Stage, a_teller: MakeTeller, receiver: Receiver, time: Clock
) -> None:
    webhook, secret = await stage.webhook(receiver.url)
    await stage.happen()
    receiver.script = [HANG]
    doomed = a_teller()
    running = asyncio.create_task(doomed.run_once(time.now))
    await asyncio.wait_for(receiver.arrived.wait(), 20)
    running.cancel()
    for task in doomed._busy.values():
        task.cancel()
    doomed.close()
    next_worker = a_teller()
    await next_worker.run_once(time.now)  # the lease still holds
    assert len(receiver.heard) == 1
    time.advance(seconds=LEASE.total_seconds() + 5)
    await next_worker.run_once(time.now)
    first, second = receiver.heard
    assert first.id == second.id
    assert first.body == second.body
    second.verified(secret, time.now)
    [delivery] = await stage.deliveries(webhook)
    assert (delivery.attempts, delivery.status) == (2, 204)


async def test_a_worker_that_was_taken_for_dead_writes_nothing_over_the_other(
    stage: Stage, a_teller: MakeTeller, receiver: Receiver, time: Clock
) -> None:
    """The slow one's success comes after another worker's failure, and its fence is old."""
    webhook, _ = await stage.webhook(receiver.url)
    await stage.happen()
    slow, quick = a_teller(), a_teller()
    tell = slow._tell

    async def late(jobs: Any) -> Any:
        receiver.script = [204, 500]
        results = await tell(jobs)
        await quick.run_once(time.now + 2 * LEASE)
        return results

    slow._tell = late  # type: ignore[method-assign]
    await slow.run_once(time.now)
    [delivery] = await stage.deliveries(webhook)
    assert (delivery.status, delivery.delivered_at, len(receiver.heard)) == (500, None, 2)


async def test_two_workers_tell_each_event_once(
    stage: Stage, a_teller: MakeTeller, receiver: Receiver, time: Clock
) -> None:
    await stage.webhook(receiver.url)
    await stage.happen(times=35)
    one, other = a_teller(), a_teller()
    await asyncio.gather(one.run_once(time.now), other.run_once(time.now))
    await asyncio.gather(one.run_once(time.now), other.run_once(time.now))
    assert len(receiver.heard) == 35
    assert len({heard.id for heard in receiver.heard}) == 35


async def test_a_worker_asked_to_stop_finishes_what_is_on_the_wire(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    await stage.happen(times=3)
    running = asyncio.create_task(teller.run_once(time.now))
    await asyncio.wait_for(receiver.arrived.wait(), 20)
    await teller.drain()
    await running
    assert len(receiver.heard) == 3
    assert all(each.delivered_at for each in await stage.deliveries(webhook))


async def test_a_replay_tells_everything_after_a_number_again_under_the_same_ids(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    for _ in range(4):
        await stage.happen()
        time.advance(seconds=1)
    await teller.run_once(time.now)
    before = sorted((heard.event["number"], heard.id) for heard in receiver.heard)
    async with stage.sessions.begin() as session:
        await webhooks.replay(session, stage.actor, webhook, before[1][0], time.now)
    receiver.heard = []
    await teller.run_once(time.now)
    again = sorted((heard.event["number"], heard.id) for heard in receiver.heard)
    assert again == before[2:]
    assert {each.attempts for each in await stage.deliveries(webhook)} == {1}
    async with stage.sessions.begin() as session:
        await webhooks.replay(session, stage.actor, webhook, 10**9, time.now)
    await teller.run_once(time.now)
    assert len(receiver.heard) == 2


@on_sqlite
async def test_a_long_replay_keeps_nobody_else_waiting(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run takes some steps along the stream and then sends; the rest comes with the next runs."""
    monkeypatch.setattr(webhook_queue, "BATCH", 1)
    monkeypatch.setattr(webhook_delivery, "ROUNDS", 3)
    long_ago, _ = await stage.webhook(receiver.url)
    await stage.happen(times=9)
    for _ in range(9):
        await teller.run_once(time.now)
    assert len(receiver.heard) == 9
    other, _ = await stage.webhook(receiver.url)
    async with stage.sessions.begin() as session:
        await webhooks.replay(session, stage.actor, long_ago, 0, time.now)
    await stage.seal()
    await stage.happen()
    await teller.run_once(time.now)
    assert [each.status for each in await stage.deliveries(other)] == [204]
    behind = (await stage.row(long_ago)).position
    assert 0 < behind < (await stage.row(other)).position
    for _ in range(9):
        await teller.run_once(time.now)
    assert (await stage.row(long_ago)).position == (await stage.row(other)).position


async def test_what_was_told_a_month_ago_is_forgotten_and_a_replay_brings_it_back(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    receiver.script = [204, 500]
    await stage.happen()
    await teller.run_once(time.now)
    await stage.happen()
    await teller.run_once(time.now)
    told, waits = await stage.deliveries(webhook)
    assert (told.status, waits.delivered_at) == (204, None)
    time.advance(days=30)
    async with stage.sessions.begin() as session:
        await tidy(session, time.now)
    assert len(await stage.deliveries(webhook)) == 2
    time.advance(seconds=1)
    async with stage.sessions.begin() as session:
        await tidy(session, time.now)
    [left] = await stage.deliveries(webhook)
    assert left.number == waits.number, "what is not finished stays"
    async with stage.sessions.begin() as session:
        await webhooks.replay(session, stage.actor, webhook, told.number - 1, time.now)
    await teller.run_once(time.now)
    assert [each.status for each in await stage.deliveries(webhook)] == [204, 204]


async def test_a_ping_takes_the_way_of_events_and_reaches_its_own_webhook_alone(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, secret = await stage.webhook(receiver.url, "flag.opened")
    await stage.webhook(f"{receiver.origin}/other")
    async with stage.sessions.begin() as session:
        await webhooks.test(session, stage.actor, webhook, time.now)
    await stage.seal()
    await teller.run_once(time.now)
    [heard] = receiver.heard
    told = heard.verified(secret, time.now)
    assert (told["type"], told["patient"], told["about"]) == ("ping", None, [])
    assert receiver.elsewhere == []


async def test_what_was_removed_or_disabled_is_refused_and_another_clinics_is_not_there(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock
) -> None:
    webhook, _ = await stage.webhook(receiver.url)
    async with stage.sessions.begin() as session:
        other = await a_clinician(session, admin=True)
        assert other.clinic_id is not None
        stranger = ClinicActor(other, other.clinic_id)
        for act in (webhooks.remove, webhooks.test, webhooks.enable):
            with pytest.raises(NotFound):
                await act(session, stranger, webhook, time.now)
        with pytest.raises(NotFound):
            await webhooks.replay(session, stranger, webhook, 0, time.now)
        with pytest.raises(NotFound):
            await webhooks.deliveries_of(session, stranger, webhook, None, 10)
    await stage.happen()
    async with stage.sessions.begin() as session:
        await fan_out(session, time.now)
        await webhooks.remove(session, stage.actor, webhook, time.now)
    await teller.run_once(time.now)
    assert receiver.heard == []
    async with stage.sessions.begin() as session:
        assert await webhooks.webhooks_of(session, stage.actor.clinic_id) == []
        with pytest.raises(NotFound):
            await webhooks.enable(session, stage.actor, webhook, time.now)


@on_sqlite
async def test_a_name_that_leads_inside_is_never_called_even_when_it_did_not_before(
    stage: Stage, teller: Teller, receiver: Receiver, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when the webhook was made, our own network when it is called."""
    webhook, _ = await stage.webhook("https://rebound.example.org/hook")

    async def looked_up(*_: object, **__: object) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.8", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", looked_up, raising=False)
    posted: list[Any] = []
    monkeypatch.setattr(teller._sender, "submit", posted.append)
    await stage.happen()
    await teller.run_once(time.now)
    assert posted == []
    [delivery] = await stage.deliveries(webhook)
    assert (delivery.status, delivery.attempts) == (None, 1)
    assert delivery.ready_at is not None


async def test_a_clinician_reads_the_events_of_their_own_patients_page_by_page(
    stage: Stage, time: Clock
) -> None:
    async with stage.sessions.begin() as session:
        clinic = await session.get_one(Clinic, stage.actor.clinic_id)
        colleague = await a_clinician(session, clinic=clinic)
        theirs = await a_patient(session)
        await a_care_link(session, theirs, colleague)
        await a_care_link(session, theirs, await a_companion(session))
    for patient in (stage.patient, theirs, stage.patient, theirs, stage.patient):
        await stage.happen(patient=patient)
        time.advance(seconds=1)
    async with stage.sessions.begin() as session:
        newest = (await session.scalars(select(AuditSeal.number))).all()[-1]
        everything, upto = await events_of_clinic(session, stage.actor.clinic_id, 0, 100)
        assert [event.patient for event in everything].count(theirs.id) == 2
        assert (len(everything), upto) == (5, newest)
        numbers, after = [], 0
        while True:
            page, further = await events_of_clinician(session, stage.admin, after, 2, time.now)
            assert {event.patient for event in page} <= {stage.patient.id}
            numbers += [event.number for event in page]
            if further == after:
                break
            after = further
        assert numbers == [e.number for e in everything if e.patient == stage.patient.id]
        link = await session.get_one(CareLink, (stage.link.patient_id, stage.link.id))
        link.ended_at = time.now
        await session.flush()
        assert (await events_of_clinician(session, stage.admin, 0, 100, time.now))[0] == []


@on_sqlite
async def test_a_name_is_looked_up_once_for_a_batch(
    stage: Stage, teller: Teller, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def of(_: Addresses, host: str, port: int = 443) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"]

    posted: list[Any] = []

    def submit(posts: Any) -> None:
        posted.extend(posts)
        for post in posts:
            post.ticket[1].cancel()

    monkeypatch.setattr(Addresses, "of", of)
    monkeypatch.setattr(teller._sender, "submit", submit)
    await stage.webhook("https://ehr.example.org/hook")
    await stage.happen(times=3)
    await teller.run_once(time.now)
    assert asked == ["ehr.example.org"]
    assert {post.pins for post in posted} == {"ehr.example.org:443:93.184.215.14"}
