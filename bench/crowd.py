"""Many people with phones, written into PostgreSQL with COPY."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
from sqlalchemy.engine import make_url

from app.accounts.models import Detail, Person, Preferences, Role
from app.db import Base
from app.doses.models import Dose, Reminder
from app.protocols.models import Line, Version
from app.push.models import Delivery, Message, State, Subscription
from app.push.outbox import associated_data
from app.push.receipts import BLANK
from app.push.seal import Seal
from app.push.subscriptions import endpoint_hash
from app.reminders.tokens import issue
from app.reminders.words import Speaking, payload
from app.schedule import A_DAY
from tests.push_service import Phone

ZONE = "America/Denver"
PUBLIC_URL = "https://vesper.example.org"
# Long enough to be distinct, few enough to try each when a sample is opened.
PHONES = 32


@dataclass(frozen=True, slots=True)
class Somebody:
    """A patient with one line, one phone and an endpoint as long as real ones are."""

    person_id: UUID
    line_id: UUID
    version_id: UUID
    subscription_id: UUID
    endpoint: str
    phone: Phone

    @property
    def dose_id(self) -> UUID:
        """Their one dose of this night."""
        return uuid5(self.line_id, "bench")

    @property
    def message_id(self) -> UUID:
        """Their one message."""
        return uuid5(self.dose_id, "bench")

    def text(self, due_at: datetime) -> dict[str, Any]:
        """The reminder that the product would write, with room for a device's receipt."""
        token = issue(self.person_id).text
        said = payload(
            thread=self.dose_id, message=self.message_id, detail=Detail.DISCREET,
            doses=[Speaking(self.dose_id, token, due_at, ZONE, "")],
            public_url=PUBLIC_URL, again=False,
        )  # fmt: skip
        said["notification"]["data"]["receipt"] = BLANK
        return said


def plaintext(one: Somebody, due_at: datetime) -> str:
    """The same as JSON, as short as the product writes it."""
    return json.dumps(one.text(due_at), separators=(",", ":"))


def people(count: int, origin: str, phones: Sequence[Phone]) -> list[Somebody]:
    """So many; each has an endpoint of their own, and they share the phones' keys."""
    return [
        Somebody(
            uuid4(), uuid4(), uuid4(), uuid4(),
            f"{origin}/wp/{number:08d}-{uuid4().hex}{uuid4().hex}{uuid4().hex}{uuid4().hex}",
            phones[number % len(phones)],
        )
        for number in range(count)
    ]  # fmt: skip


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[Any]:
    """A connection to the database behind an address of SQLAlchemy's."""
    parts = make_url(url)
    direct = await asyncpg.connect(
        host=str(parts.query["host"]), user=parts.username, database=parts.database
    )
    try:
        yield direct
    finally:
        await direct.close()


async def copy(database: Any, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows in one go; columns that are not given keep their default."""
    if rows:
        columns = list(rows[0])
        await database.copy_records_to_table(
            table.__tablename__,
            columns=columns,
            records=[tuple(plain(row[name]) for name in columns) for row in rows],
        )


def plain(value: Any) -> Any:
    """A value as asyncpg copies it."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case list() | dict():
            return json.dumps(value)
        case _:
            return value


async def settle_in(database: Any, crowd: Sequence[Somebody], key_id: str, now: datetime) -> None:
    """People, preferences, prescriptions and phones."""
    began = now - 30 * A_DAY
    await copy(database, Person, [
        {"id": one.person_id, "role": Role.PATIENT, "email": f"{one.person_id}@example.org",
         "name": "A patient", "password_hash": "-", "created_at": began}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Preferences, [
        {"person_id": one.person_id, "timezone": ZONE, "bedtimes": ["22:30"] * 7,
         "turns": time(4), "quiet_from": None, "quiet_until": None, "detail": Detail.DISCREET}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Version, [
        {"patient_id": one.person_id, "id": one.version_id, "number": 1,
         "author_id": one.person_id, "created_at": began, "effective_night": began.date(),
         "reason": "", "prescriber": "", "self_reported": True}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Line, [
        {"patient_id": one.person_id, "id": one.line_id, "medicine": "sermorelin", "form": "",
         "route": "subcutaneous"}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Subscription, [
        {"person_id": one.person_id, "id": one.subscription_id, "endpoint": one.endpoint,
         "endpoint_hash": endpoint_hash(one.endpoint), "p256dh": one.phone.p256dh,
         "auth": one.phone.auth, "vapid_key_id": key_id, "name": "Phone", "created_at": began,
         "seen_at": began, "suspicions": 0}
        for one in crowd
    ])  # fmt: skip


async def arm(database: Any, crowd: Sequence[Somebody], due_at: datetime) -> None:
    """One dose for everybody, due at the same instant, that speaks once."""
    night: date = due_at.date()
    closes_at = due_at + timedelta(hours=5)
    await copy(database, Dose, [
        {"patient_id": one.person_id, "id": one.dose_id, "line_id": one.line_id,
         "version_id": one.version_id, "night": night, "slot": 0, "label": "Sermorelin",
         "amount_value": Decimal(250), "amount_unit": "ug", "route": "subcutaneous",
         "due_at": due_at, "closes_at": closes_at, "on_time_minutes": 120, "ladder": [0],
         "zone": ZONE, "held": False, "extra": False}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Reminder, [
        {"patient_id": one.person_id, "id": one.dose_id, "thread": one.dose_id,
         "due_at": due_at, "closes_at": closes_at, "remind_at": due_at,
         "rungs": [due_at.isoformat()], "spoken": 0}
        for one in crowd
    ])  # fmt: skip


async def post(database: Any, crowd: Sequence[Somebody], seal: Seal, now: datetime) -> None:
    """One waiting delivery for everybody, in an outbox that was empty."""
    await database.execute("TRUNCATE delivery, message")
    await copy(database, Message, [
        {"person_id": one.person_id, "id": one.message_id, "kind": "dose-due",
         "topic": one.dose_id.hex, "urgent": True, "created_at": now, "due_at": now,
         "expires_at": now + timedelta(hours=5),
         "payload": seal.seal(
             plaintext(one, now).encode(),
             associated_data(one.person_id, one.message_id))}
        for one in crowd
    ])  # fmt: skip
    await copy(database, Delivery, [
        {"person_id": one.person_id, "message_id": one.message_id,
         "subscription_id": one.subscription_id, "state": State.WAITING, "ready_at": now,
         "fence": 0, "attempts": 0}
        for one in crowd
    ])  # fmt: skip
    await database.execute("ANALYZE")
