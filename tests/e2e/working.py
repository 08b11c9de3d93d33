"""A clinic at work: tasks in every state, keys of programs, and addresses that are told things."""

import os
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import keys
from app.accounts.models import Clinic, Passkey, Person
from app.clinic.models import Outcome, Task, Webhook
from app.exchange import feeds
from tests.e2e.people import a_person_at_bedtime
from tests.factories import a_care_link, a_clinician

QUIET = 10**12
"""A position that no event reaches: nothing is sent while a test runs."""


async def who_works(
    session: AsyncSession, zone: str, now: datetime
) -> dict[str, tuple[Person, str]]:
    """An admin with tasks, keys and webhooks; and a patient with a passkey and a calendar."""
    before = now - timedelta(days=20)
    clinic = Clinic(id=uuid4(), name="A clinic at work", created_at=before)
    session.add(clinic)
    await session.flush()
    admin = await a_clinician(session, name="Dr. Work", clinic=clinic, now=before, admin=True)
    colleague = await a_clinician(session, name="Dr. Colleague", clinic=clinic, now=before)
    patient = await a_person_at_bedtime(session, zone, nights=10)
    patient.name = "Patient with an extraordinarily-long-double-barrelled name"
    other = await a_person_at_bedtime(session, zone, nights=3)
    other.name = "Brief one"
    for each in (patient, other):
        for who in (admin, colleague):
            await a_care_link(session, each, who, now=before)

    def task(title: str, about: Person, days: int | None, **facts: Any) -> None:
        due = now.date() + timedelta(days=days) if days is not None else None
        session.add(a_task(title, about, admin, now, due, **facts))

    task("Call: two nights in a row were missed", patient, -3, owner_id=admin.id)
    task("Ask whether the new amount is tolerated", other, 0, owner_id=colleague.id)
    task("Hematocrit 54 %: repeat the test and look at the interval", patient, 9)
    task("Send the diary of side effects", other, None)
    task(
        "Reminders do not reach the phone", other, -8, outcome=Outcome.SPOKE,
        outcome_note="Called, travelling, resumes Thursday.", closed_at=now - timedelta(days=7),
        closed_by=admin.id, revision=2,
    )  # fmt: skip
    for name, scopes, days in (
        ("Laboratory feed", ["observations:write"], 9),
        ("Data warehouse", ["panel:read", "record:read", "system/*.rs"], 300),
    ):
        await keys.make_key(
            session, admin, name=name, wanted=scopes, days=days, per_minute=600, public_keys=None,
            now=now,
        )  # fmt: skip
    for url, facts in (
        ("https://ehr.example.org/hooks/vesper", {"events": ["flag.opened", "task.closed"]}),
        ("https://a-very-long-host-name.warehouse.example.org/in", {"disabled_at": now}),
    ):
        known: dict[str, Any] = {"events": [], **facts}
        session.add(Webhook(
            id=uuid4(), clinic_id=clinic.id, url=url, secret=b"sealed", position=QUIET,
            created_at=before, created_by=admin.id, **known,
        ))  # fmt: skip
    session.add(Passkey(
        person_id=patient.id, id=uuid4(), credential_id=os.urandom(16), public_key=b"key",
        name="My iPhone", transports=["internal"], created_at=before, last_used_at=now,
    ))  # fmt: skip
    await feeds.issue(session, patient, "My phone", before)
    return {"working": (admin, ""), "colleague": (colleague, ""), "private": (patient, "")}


def a_task(
    title: str, about: Person, by: Person, now: datetime, due_on: date | None, **facts: Any
) -> Task:
    """A task that somebody of the clinic thought of, a day ago."""
    assert by.clinic_id
    return Task(
        patient_id=about.id, id=uuid4(), clinic_id=by.clinic_id, title=title, created_by=by.id,
        created_at=now - timedelta(days=1), due_on=due_on, **facts,
    )  # fmt: skip
