"""A small world in which everybody whom `docs/permissions.toml` names can ask every route."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import invites
from app.accounts.models import CareLink, Clinic, Invite, Person, Preferences, Scope
from app.db import Sessions
from app.doses.models import Dose, Event
from app.monitoring.levels import signal_id
from app.monitoring.models import ChosenDay, FlagSeen, LabDraw
from app.observations.models import Observation, Tracking
from app.protocols.models import Hold, Screening, ScreeningOverride, Version
from app.pulse import beat
from app.push.models import Subscription
from app.push.receipts import Receipt
from app.reminders.models import TapToken
from app.reminders.tokens import issue
from tests.factories import (
    PASSWORD,
    a_care_link,
    a_clinician,
    a_companion,
    a_device,
    a_line,
    a_patient,
    a_protocol,
    signed_in,
)
from tests.push_service import Phone
from tests.story_time import MONDAY

NOW = MONDAY + timedelta(hours=17, minutes=15)
"""A quarter of an hour before the bedtime of every patient."""

WATCHED = "Wanda the watched"
"""A name that stands in no answer to anybody who may not see her record."""

LINE: dict[str, Any] = {
    "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
    "recurrence": {"times": ["bedtime"]},
}  # fmt: skip
WARNINGS = (
    "anastrozole_without_testosterone", "gonadorelin_days_adjacent", "two_glp1",
    "baseline_labs_missing", "closer_than_minimum_gap",
)  # fmt: skip

Body = Callable[["Record"], Any]


@dataclass
class Record:
    """One patient's record: the ids of its things, by the names that routes have for them.

    settled   a dose of which `event` says that it was taken; `dose_id` is still open
    newest    number of the newest version
    tap       token of a notification of the open dose, with its `receipt`
    shown     receipt of a test push
    """

    patient: Person
    ids: dict[str, str]
    settled: str = ""
    event: str = ""
    newest: int = 1
    tap: str = ""
    receipt: str = ""
    shown: str = ""
    codes: tuple[str, ...] = ()

    def path(self, route: str, patient: str) -> str:
        """The address of this record's thing; `patient` is `me` or an id."""
        known = {**self.ids, "patient": patient, "who": str(self.patient.id), "path": ""}
        if "/doses/{dose_id}/amend" in route or "/doses/{dose_id}/undo" in route:
            known["dose_id"] = self.settled
        return route.partition(" ")[2].replace("{path:path}", "{path}").format(**known)


def _draft(record: Record) -> Any:
    overrides = [{"code": code, "reason": "Known"} for code in WARNINGS]
    line = {**LINE, "id": record.ids["line"], "amount": {"value": "0.25", "unit": "mg"}}
    return {
        "lines": [line], "based_on": record.newest, "overrides": overrides, "reason": "Less",
    }  # fmt: skip


def _answers(record: Record) -> Any:
    return {"id": str(uuid4()), "answers": dict.fromkeys(record.codes, "no")}


def _registration(_: Record) -> Any:
    return {
        "email": f"{uuid4().hex}@example.org", "password": "a long enough passphrase",
        "name": "Somebody", "timezone": "America/Denver",
    }  # fmt: skip


def _subscription(_: Record) -> Any:
    return {"endpoint": f"{PUSH}/{uuid4().hex}", "keys": PHONE.keys()}


def _log(_: Record) -> Any:
    return {"id": str(uuid4()), "kind": "taken", "confirmed": True}


def _extra(record: Record) -> Any:
    return {"id": str(uuid4()), "line_id": record.ids["line"], "confirmed": True}


def _amend(record: Record) -> Any:
    return {"id": str(uuid4()), "replaces": record.event, "kind": "skipped"}


def _undo(_: Record) -> Any:
    return {"id": str(uuid4())}


def _import(record: Record) -> Any:
    return {
        "csv": "medicine,date,time,status\nanastrozole,2026-11-20,22:30,taken\n",
        "dry_run": True,
    }


def _panel(_: Record) -> Any:
    results = [{"code": "waist", "value": "90", "unit": "cm"}]
    at = NOW - timedelta(hours=1)
    return {
        "id": str(uuid4()), "collected_at": at.isoformat(), "results": results,
        "confirmed": ["waist"],
    }  # fmt: skip


def _choice(record: Record) -> Any:
    day = MONDAY.date() + timedelta(days=3)
    return {"id": str(uuid4()), "draw": record.ids["draw"], "day": f"{day}"}


PUSH = "https://push.example.org"
PHONE = Phone()

BODIES: dict[str, Body] = {
    "POST /api/auth/register": _registration,
    "POST /api/auth/login": lambda r: {"email": r.patient.email, "password": PASSWORD},
    "POST /api/care-links": lambda r: {"code": r.ids["code"]},
    "POST /api/companions": lambda r: {"code": r.ids["companion_code"]},
    "PATCH /api/care-links/{link}": lambda r: {"scope": "see"},
    "POST /api/patients/{patient}/protocol/versions": _draft,
    "POST /api/patients/{patient}/protocol/versions/preview": _draft,
    "POST /api/patients/{patient}/protocol/versions/{number}/withdraw": lambda r: {"reason": "No"},
    "POST /api/patients/{patient}/protocol/lines/{line}/hold": lambda r: {
        "since": f"{MONDAY.date() + timedelta(days=9)}", "reason": "Away",
    },
    "POST /api/patients/{patient}/protocol/lines/{line}/stop": lambda r: {"reason": "Enough"},
    "POST /api/patients/{patient}/screenings": _answers,
    "POST /api/patients/{patient}/screenings/{screening_id}/override": lambda r: {"reason": "Ok"},
    "PUT /api/doses/{dose_id}/log": _log,
    "PUT /api/patients/{patient}/doses/{dose_id}/log": _log,
    "POST /api/doses/{dose_id}/amend": _amend,
    "POST /api/patients/{patient}/doses/{dose_id}/amend": _amend,
    "POST /api/doses/{dose_id}/undo": _undo,
    "POST /api/patients/{patient}/doses/{dose_id}/undo": _undo,
    "POST /api/doses/extra": _extra,
    "POST /api/patients/{patient}/doses/extra": _extra,
    "POST /api/patients/{patient}/doses/import": _import,
    "POST /api/patients/{patient}/observations": _panel,
    "POST /api/patients/{patient}/observations/{observation}/void": lambda r: {"reason": "Slip"},
    "POST /api/patients/{patient}/observations/import": lambda r: {
        "csv": "date,marker,value,unit\n2026-11-20,weight,80,kg\n", "dry_run": True,
    },
    "PUT /api/patients/{patient}/check-ins/{day}": lambda r: {
        "id": str(uuid4()), "scores": {"energy": 7},
    },
    "PUT /api/patients/{patient}/tracking": lambda r: {"rhythm": "daily"},
    "POST /api/tap": lambda r: {
        "token": r.tap, "receipt": r.receipt, "id": str(uuid4()), "kind": "taken",
    },
    "PUT /api/me/travel": lambda r: {"zone": "Asia/Tokyo", "nights": "home"},
    "POST /api/push/subscriptions": _subscription,
    "POST /api/push/test": lambda r: {"subscription": r.ids["subscription"]},
    "POST /api/push/receipts": lambda r: {"receipt": r.shown},
    "PUT /api/patients/{patient}/labs/draw-days": _choice,
    "PUT /api/patients/{patient}/labs/plan": lambda r: {"rules": []},
    "PUT /api/patients/{patient}/about": lambda r: {"born_on": "1985-04-01", "sex": "male"},
    "PATCH /api/clinic/people/{person}": lambda r: {"admin": False},
}  # fmt: skip
"""What is sent where `{}` would not do; a new route that needs a body gets a row here."""

FORGED: dict[str, Body] = {
    "POST /api/auth/login": lambda r: {"email": r.patient.email, "password": "a guess, a bad one"},
    "POST /api/tap": lambda r: {
        "token": issue(r.patient.id).text, "receipt": r.receipt, "id": str(uuid4()),
        "kind": "taken",
    },
    "POST /api/push/receipts": lambda r: {
        "receipt": str(Receipt(r.patient.id, uuid4(), uuid4())),
    },
}  # fmt: skip
"""The same without what proves it."""

QUERIES = {
    "GET /api/patients/{patient}/calendar": {"month": "2026-11"},
    "GET /api/me/travel": {"zone": "Asia/Tokyo"},
    "GET /api/patients/{patient}/labs/draw-days": {"draw": "{draw}"},
}
"""What is asked for; `{draw}` and the like are the record's own."""


@dataclass
class Stage:
    """Everybody's cookie, and the two records that exist."""

    cookies: dict[str, dict[str, str]]
    watched: Record
    alone: Record

    def record_of(self, actor: str) -> Record:
        """Whose things an actor reaches for: the watched patient's, unless they are the other."""
        return self.alone if actor == "alone" else self.watched


async def build(sessions: Sessions, http: httpx.AsyncClient) -> Stage:
    """People, links of every kind, and two records with something of everything in them."""
    async with sessions.begin() as session:
        people = await _people(session)
        own, alone, change = people["own"], people["alone"], people["change"]
        link = await _links(session, people)
        records = {
            "own": await _record(session, own, change),
            "alone": await _record(session, alone, alone),
        }
        for record in records.values():
            record.ids["person"] = str(people["unlinked"].id)
            record.ids["link"] = str(link.id)
            # Of people who look after few, or are accompanied by few: nearly anybody can use them.
            record.ids["code"] = invites.invite_patient(session, people["elsewhere"], NOW).code
            code = invites.invite_companion(session, people["stranger"], NOW).code
            record.ids["companion_code"] = code
        cookies = {name: await signed_in(session, each, NOW) for name, each in people.items()}
        people["left"].left_at = NOW
        for tick in ("deliver", "remind", "plan"):
            await beat(session, tick, NOW)
    cookies["nobody"] = {}
    stage = Stage(cookies, records["own"], records["alone"])
    await _fill(http, stage)
    return stage


async def _people(session: AsyncSession) -> dict[str, Person]:
    clinic = Clinic(id=uuid4(), name="A clinic", created_at=NOW)
    session.add(clinic)
    await session.flush()
    people = {name: await a_patient(session) for name in ("alone", "stranger", "friend")}
    people["own"] = await a_patient(session, name=WATCHED)
    for name in ("change", "see", "unlinked", "revoked", "ended", "left"):
        people[name] = await a_clinician(session, clinic=clinic)
    people["elsewhere"] = await a_clinician(session)
    people["admin"] = await a_clinician(session, clinic=clinic, admin=True)
    for name in ("companion", "former"):
        people[name] = await a_companion(session)
    return people


async def _links(session: AsyncSession, people: dict[str, Person]) -> CareLink:
    own = people["own"]
    link = await a_care_link(session, own, people["change"])
    await a_care_link(session, own, people["see"], scope=Scope.SEE)
    await a_care_link(session, own, people["ended"], ends_at=NOW)
    await a_care_link(session, own, people["left"])
    await a_care_link(session, own, people["friend"])
    await a_care_link(session, own, people["companion"])
    for name in ("revoked", "former"):
        (await a_care_link(session, own, people[name])).ended_at = NOW
    # They know what a record looks like, only not this one.
    await a_care_link(session, people["stranger"], people["elsewhere"])
    return link


async def _record(session: AsyncSession, patient: Person, author: Person) -> Record:
    line = a_line(medicine="anastrozole", route="oral", amount="0.5", unit="mg")
    (line_id,) = await a_protocol(session, patient, line, author=author)
    nights = select(Dose).where(Dose.patient_id == patient.id).order_by(Dose.due_at).limit(2)
    first, second = (await session.scalars(nights)).all()
    device = await a_device(session, patient)
    message = uuid4()
    token = issue(patient.id)
    session.add(TapToken(
        patient_id=patient.id, token_hash=token.token_hash, dose_id=first.id, message_id=message,
        expires_at=NOW + timedelta(days=1),
    ))  # fmt: skip
    ids = {
        "line": line_id, "dose_id": first.id, "subscription": device.id, "number": 1,
        "day": "2026-11-20",
    }  # fmt: skip
    return Record(
        patient, {name: str(value) for name, value in ids.items()}, settled=str(second.id),
        tap=token.text, receipt=str(Receipt(patient.id, message, device.id)),
    )  # fmt: skip


async def _fill(http: httpx.AsyncClient, stage: Stage) -> None:
    """What people did over HTTP: a dose, answers, a test push, and a proposal."""

    async def ask(actor: str, method: str, path: str, body: Any = None) -> Any:
        answer = await http.request(method, path, json=body, headers=stage.cookies[actor])
        assert answer.is_success, f"{actor}: {method} {path}: {answer.text}"
        return answer.json()

    for actor in ("own", "alone"):
        record = stage.record_of(actor)
        given = {"id": str(uuid4()), "kind": "taken", "taken_at": NOW.isoformat()}
        await ask(actor, "PUT", f"/api/doses/{record.settled}/log", given)
        record.event = given["id"]
        measured = await ask(actor, "POST", "/api/patients/me/observations", _panel(record))
        record.ids["observation"] = measured["observations"][0]["id"]
        high = {**_panel(record), "results": [{"code": "hematocrit", "value": "55", "unit": "%"}]}
        flagged = (await ask(actor, "POST", "/api/patients/me/observations", high))["observations"]
        record.ids["flag"] = str(signal_id(UUID(flagged[0]["id"]), "hematocrit_red"))
        draws = await ask(actor, "GET", "/api/patients/me/labs/due")
        record.ids["draw"] = draws["draws"][0]["id"]
        record.ids["choice"] = str(uuid4())
        choice = {**_choice(record), "id": record.ids["choice"]}
        await ask(actor, "PUT", "/api/patients/me/labs/draw-days", choice)
        questions = (await ask(actor, "GET", "/api/screening/questions"))["questions"]
        record.codes = tuple(each["code"] for each in questions)
        answers = {**dict.fromkeys(record.codes, "no"), record.codes[0]: "yes"}
        record.ids["screening_id"] = str(uuid4())
        said = {"id": record.ids["screening_id"], "answers": answers}
        await ask(actor, "POST", "/api/patients/me/screenings", said)
        subscription = {"subscription": record.ids["subscription"]}
        record.ids["message"] = (await ask(actor, "POST", "/api/push/test", subscription))[
            "message"
        ]
        tested, device = UUID(record.ids["message"]), UUID(record.ids["subscription"])
        record.shown = str(Receipt(record.patient.id, tested, device))
    watched = stage.watched
    address = f"/api/patients/{watched.patient.id}/protocol/versions"
    version = await ask("change", "POST", address, _draft(watched))
    watched.newest = version["number"]
    watched.ids["number"] = str(version["number"])


async def fingerprint(session: AsyncSession) -> tuple[Any, ...]:
    """Counts of everything that a request could have changed for anybody."""
    counted: list[Any] = [
        func.count(Event.id), func.count(Version.id), func.count(Version.acknowledged_at),
        func.count(Version.withdrawn_at), func.count(Hold.id), func.count(CareLink.id),
        func.count(CareLink.ended_at), func.count(CareLink.ends_at), func.count(Subscription.id),
        func.count(Subscription.retired_at), func.count(Screening.id),
        func.count(ScreeningOverride.at), func.count(LabDraw.drawn_on),
        func.count(LabDraw.snoozed_until), func.count(ChosenDay.id), func.count(ChosenDay.ended_at),
        func.count(Preferences.away_zone),
        func.min(Preferences.timezone), func.count(Invite.id), func.count(Invite.used_at),
        func.count(Person.id), func.count(Person.left_at), func.min(CareLink.scope),
        func.count(Observation.id), func.count(Observation.voided_at),
        func.count(Tracking.patient_id), func.count(FlagSeen.id),
    ]  # fmt: skip
    parts: list[Any] = [select(each).scalar_subquery() for each in counted]
    return tuple((await session.execute(select(*parts))).one())
