"""Many patients with phones and a dose that is due, written in bulk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Detail, Person, Preferences, Role
from app.db import Base, insert_new
from app.doses.models import Dose, Reminder
from app.doses.plan import dose_id
from app.protocols.models import Line, Version
from app.push.models import Subscription
from app.push.subscriptions import endpoint_hash
from app.push.text64 import decode
from app.schedule import A_DAY
from tests.factories import PASSWORD_HASH
from tests.push_service import PushService


async def a_crowd(
    session: AsyncSession, push: PushService, *, people: int, due_at: datetime, key_id: str
) -> list[str]:
    """So many patients, each with a phone and one armed dose due at an instant; the doses' ids.

    The window is twelve hours, and the ladder has one rung, so each dose speaks exactly once.
    """
    tables: dict[type[Base], list[dict[str, Any]]] = {
        Person: [], Preferences: [], Version: [], Line: [], Dose: [], Reminder: [],
        Subscription: [],
    }  # fmt: skip
    closes_at = due_at + timedelta(hours=12)
    for number in range(people):
        patient, version, line, device = uuid4(), uuid4(), uuid4(), push.a_phone()
        dose = dose_id(line, due_at.date(), 0)
        tables[Person].append({
            "id": patient, "role": Role.PATIENT, "email": f"crowd{number}@example.org",
            "name": "A patient", "password_hash": PASSWORD_HASH, "created_at": due_at - A_DAY,
            "clinic_id": None,
        })  # fmt: skip
        tables[Preferences].append({
            "person_id": patient, "timezone": "America/Denver", "bedtimes": ["22:30"] * 7,
            "turns": due_at.time().replace(hour=4), "quiet_from": None, "quiet_until": None,
            "detail": Detail.DISCREET,
        })  # fmt: skip
        tables[Version].append({
            "patient_id": patient, "id": version, "number": 1, "author_id": patient,
            "created_at": due_at - A_DAY, "effective_night": (due_at - A_DAY).date(),
            "reason": "", "prescriber": "", "self_reported": True, "acknowledged_at": None,
        })  # fmt: skip
        tables[Line].append({
            "patient_id": patient, "id": line, "medicine": "sermorelin", "form": "",
            "route": "subcutaneous",
        })  # fmt: skip
        tables[Dose].append({
            "patient_id": patient, "id": dose, "line_id": line, "version_id": version,
            "night": due_at.date(), "slot": 0, "label": "Sermorelin",
            "amount_value": Decimal(250), "amount_unit": "ug", "route": "subcutaneous",
            "due_at": due_at, "closes_at": closes_at, "on_time_minutes": 120, "ladder": [0],
            "zone": "America/Denver", "held": False, "extra": False,
        })  # fmt: skip
        tables[Reminder].append({
            "patient_id": patient, "id": dose, "thread": dose, "due_at": due_at,
            "closes_at": closes_at, "remind_at": due_at, "rungs": [due_at.isoformat()],
            "spoken": 0,
        })  # fmt: skip
        tables[Subscription].append({
            "person_id": patient, "id": uuid4(), "endpoint": device["endpoint"],
            "endpoint_hash": endpoint_hash(device["endpoint"]),
            "p256dh": decode(device["keys"]["p256dh"]), "auth": decode(device["keys"]["auth"]),
            "vapid_key_id": key_id, "name": "Phone", "created_at": due_at - A_DAY,
            "seen_at": due_at - A_DAY,
        })  # fmt: skip
    for table, rows in tables.items():
        await insert_new(session, table, rows)
    return [str(row["id"]) for row in tables[Dose]]


def alerts(push: PushService) -> dict[str, set[str]]:
    """What a person would have heard: for each dose, the different messages that alerted.

    A phone that gets one message twice shows it again without a sound (frontend/sw), and a
    notification with the same tag takes the other's place.
    """
    heard: dict[str, set[str]] = {}
    for arrival in push.received:
        for dose in arrival.data["doses"]:
            heard.setdefault(dose["dose"], set()).add(arrival.data["message"])
    return heard


def surplus(push: PushService) -> int:
    """Posts beyond the first for the same message on the same phone."""
    seen: Sequence[tuple[str, str]] = [(a.phone, a.data["message"]) for a in push.received]
    return len(seen) - len(set(seen))
