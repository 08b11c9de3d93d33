"""A small world in which everybody whom `docs/permissions.toml` names can ask every route."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import bytes_to_base64url

from app.accounts import invites, scopes
from app.accounts.models import (
    AccessToken,
    ApiKey,
    CareLink,
    Clinic,
    Invite,
    Passkey,
    PasskeyChallenge,
    Person,
    Preferences,
    Scope,
)
from app.clinic.models import RefillRequest, Review, Task, Webhook
from app.db import Sessions
from app.doses.models import Dose, Event
from app.exchange.models import CalendarFeed
from app.exchange.record import BY_NAME
from app.monitoring.levels import signal_id
from app.monitoring.models import ChosenDay, FlagSeen, LabDraw
from app.observations.models import Observation, Tracking
from app.protocols.models import Hold, Screening, ScreeningOverride, Version
from app.pulse import beat
from app.push.models import Subscription
from app.push.receipts import Receipt
from app.reminders.models import TapToken
from app.reminders.tokens import issue
from app.sites.models import Placement, Reaction, SiteSettings
from app.supplies.models import (
    Confirmation,
    Consumable,
    ConsumableCount,
    Diluent,
    Drawn,
    LineKit,
    SourceCheck,
    Stock,
    StockEntry,
    SupplySettings,
    Vial,
)
from app.supplies.models import Form as Pack
from tests.authenticator import Authenticator
from tests.factories import (
    PASSWORD,
    a_care_link,
    a_clinician,
    a_companion,
    a_device,
    a_line,
    a_patient,
    a_program,
    a_protocol,
    signed_in,
)
from tests.push_service import Phone
from tests.signing_program import SigningProgram, key_pair
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

OF_SETTLED = tuple(f"/doses/{{dose_id}}/{what}" for what in ("amend", "undo", "site", "vial"))
"""Routes that speak of a dose of which something was said."""

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

    def path(self, route: str, patient: str, *, forged: bool = False) -> str:
        """The address of this record's thing; `patient` is `me` or an id.

        forged   what proves something in the address is a guess
        """
        known = {**self.ids, "patient": patient, "who": str(self.patient.id), "path": ""}
        if route.endswith(OF_SETTLED):
            known["dose_id"] = self.settled
        if forged:
            known["token"] = "A" * 43
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


def _reaction(_: Record) -> Any:
    return {
        "id": str(uuid4()), "site": "thigh_left", "kind": "lump", "noticed_on": f"{MONDAY.date()}",
    }  # fmt: skip


def _refill(record: Record) -> Any:
    """What the watched patient has asked for already; a repeat is harmless."""
    return {"id": record.ids["refill"], "line": record.ids["line"]}


def _consumable(_: Record) -> Any:
    return {"id": str(uuid4()), "item": "needle", "name": "Needles"}


def _count(_: Record) -> Any:
    return {"id": str(uuid4()), "kind": "counted", "number": 20}


def _panel(_: Record) -> Any:
    results = [{"code": "waist", "value": "90", "unit": "cm"}]
    at = NOW - timedelta(hours=1)
    return {
        "id": str(uuid4()), "collected_at": at.isoformat(), "results": results,
        "confirmed": ["waist"],
    }  # fmt: skip


def _signed(key: Authenticator) -> Body:
    """Signing in with a key of the record's patient, or with one that says it is."""
    return lambda record: {
        "credential": key.of(record.patient.id).sign(_challenge(TO_SIGN_IN, record))
    }


def _new_key(record: Record) -> Any:
    made = Authenticator().make(_challenge(TO_ADD, record))
    return {"credential": made, "name": "Another phone"}


def _challenge(kind: bytes, record: Record) -> Any:
    """What the browser was asked to sign."""
    challenge = bytes_to_base64url(kind + record.patient.id.bytes)
    user = bytes_to_base64url(record.patient.id.bytes)
    return {"publicKey": {"challenge": challenge, "user": {"id": user}}}


async def _passkey(session: AsyncSession, patient: Person) -> UUID:
    """A passkey of this patient, signed in with; and two challenges that wait to be signed."""
    passkey, key = uuid4(), KEYS.setdefault(str(patient.id), Authenticator())
    session.add(Passkey(
        person_id=patient.id, id=passkey, credential_id=key.credential_id, name="A phone",
        public_key=key.public_key, transports=[], created_at=NOW,
    ))  # fmt: skip
    for kind, person_id in ((TO_SIGN_IN, None), (TO_ADD, patient.id)):
        session.add(PasskeyChallenge(
            challenge_hash=sha256(kind + patient.id.bytes).digest(), person_id=person_id,
            expires_at=NOW + timedelta(minutes=5),
        ))  # fmt: skip
    return passkey


TO_SIGN_IN, TO_ADD = b"to sign in", b"to add one"
"""What the challenges of a record begin with."""

KEYS: dict[str, Authenticator] = {}
"""The passkeys of patients, by their ids."""


class Form(dict[str, str]):
    """A body that is sent as a form."""


def _token(_: Record) -> Any:
    """A token for a statement of a program that the clinic registered."""
    return Form(SERVICE.form(SERVICE.statement(NOW)))


def _end_token(_: Record) -> Any:
    return Form({**SERVICE.form(SERVICE.statement(NOW)), "token": "vst_none"})


def _forged_token(_: Record) -> Any:
    """The same, signed by somebody else."""
    key = key_pair("ES384", "somebody else's")
    return Form({**SERVICE.form(SERVICE.statement(NOW, key=key)), "token": "vst_none"})


SERVICE = SigningProgram()
"""A program of the watched patient's clinic that signs."""


def _choice(record: Record) -> Any:
    day = MONDAY.date() + timedelta(days=3)
    return {"id": str(uuid4()), "draw": record.ids["draw"], "day": f"{day}"}


def _label(record: Record) -> Any:
    return {
        "id": str(uuid4()), "line": record.ids["line"], "vial": record.ids["pack"],
        "strength": {"value": "1", "unit": "mg"},
    }  # fmt: skip


def _nothing_recorded(_: Record) -> Any:
    """An export of somebody who has just registered."""
    evenings = {
        "timezone": "America/Denver", "bedtimes": ["22:30"] * 7, "turns": "04:00:00",
        "quiet_from": None, "quiet_until": None, "detail": "discreet", "away_zone": None,
        "away_nights": None,
    }  # fmt: skip
    tables: dict[str, list[Any]] = {name: [] for name in BY_NAME}
    return {
        "format": "vesper-record", "version": 2, "exported_at": NOW.isoformat(),
        "person": {"id": str(uuid4())}, "people": {}, "told": {},
        "tables": tables | {"preferences": [evenings]},
    }  # fmt: skip


PUSH = "https://push.example.org"
PHONE = Phone()

BODIES: dict[str, Body] = {
    "POST /api/auth/register": _registration,
    "POST /api/auth/login": lambda r: {"email": r.patient.email, "password": PASSWORD},
    "POST /api/auth/passkeys/sign-in": lambda r: _signed(KEYS[str(r.patient.id)])(r),
    "POST /api/me/passkeys": _new_key,
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
    "PUT /api/patients/{patient}/doses/{dose_id}/vial": lambda r: {
        "id": str(uuid4()), "vial": r.ids["vial"],
    },
    "POST /api/patients/{patient}/vials": lambda r: {
        "id": str(uuid4()), "medicine": "sermorelin", "form": "powder", "lot": "A2",
        "strengths": [{"substance": "Sermorelin", "value": "5", "unit": "mg"}],
        "pharmacy": "A pharmacy", "received_on": MONDAY.date().isoformat(),
    },
    "PATCH /api/patients/{patient}/vials/{vial}": lambda r: {"note": "In the door"},
    "POST /api/patients/{patient}/vials/{vial}/dissolve": lambda r: {
        "diluent": "bacteriostatic_water", "volume": {"value": "2", "unit": "mL"},
        "at": NOW.isoformat(),
    },
    "POST /api/patients/{patient}/vials/{vial}/open": lambda r: {"at": NOW.isoformat()},
    "POST /api/patients/{patient}/vials/{vial}/discard": lambda r: {
        "why": "empty", "at": NOW.isoformat(),
    },
    "POST /api/patients/{patient}/vials/{vial}/source-checks": lambda r: {
        "id": str(uuid4()), "answers": {"label": "yes"},
    },
    "POST /api/patients/{patient}/vials/{vial}/stock": lambda r: {
        "id": str(uuid4()), "kind": "wasted", "quantity": {"value": "0.1", "unit": "mL"},
        "at": NOW.isoformat(),
    },
    "PUT /api/patients/{patient}/doses/{dose_id}/site": lambda r: {
        "id": str(uuid4()), "site": "abdomen_upper_left",
    },
    "PUT /api/patients/{patient}/sites/settings": lambda r: {"deltoid": True},
    "POST /api/patients/{patient}/reactions": _reaction,
    "POST /api/patients/{patient}/reactions/{reaction}/end": lambda r: {"on": f"{MONDAY.date()}"},
    "PUT /api/patients/{patient}/supplies/settings": lambda r: {
        "lead_days": 5, "speak_at": None, "notices": True,
    },
    "POST /api/patients/{patient}/consumables": _consumable,
    "PATCH /api/patients/{patient}/consumables/{consumable}": lambda r: {"name": "Swabs"},
    "POST /api/patients/{patient}/consumables/{consumable}/counts": _count,
    "POST /api/tap": lambda r: {
        "token": r.tap, "receipt": r.receipt, "id": str(uuid4()), "kind": "taken",
    },
    "PUT /api/me/travel": lambda r: {"zone": "Asia/Tokyo", "nights": "home"},
    "POST /api/push/subscriptions": _subscription,
    "POST /api/push/test": lambda r: {"subscription": r.ids["subscription"]},
    "POST /api/push/receipts": lambda r: {"receipt": r.shown},
    "PUT /api/patients/{patient}/labs/draw-days": _choice,
    "POST /api/patients/{patient}/draw/confirmations": _label,
    "POST /api/patients/{patient}/draw/confirmations/{confirmation}/confirm": lambda r: {
        "mark": "0.5",
    },
    "PUT /api/patients/{patient}/lines/{line}/kit": lambda r: {"syringe": "u100_0_5"},
    "PUT /api/patients/{patient}/labs/plan": lambda r: {"rules": []},
    "PUT /api/patients/{patient}/about": lambda r: {"born_on": "1985-04-01", "sex": "male"},
    "POST /api/me/calendar-feeds": lambda r: {"name": "My phone"},
    "PATCH /api/clinic/people/{person}": lambda r: {"admin": False},
    "POST /api/patients/{patient}/tasks": lambda r: {"id": str(uuid4()), "title": "Call"},
    "PATCH /api/patients/{patient}/tasks/{task}": lambda r: {"title": "Write"},
    "POST /api/patients/{patient}/tasks/{task}/close": lambda r: {"outcome": "spoke"},
    "POST /api/patients/{patient}/refill-requests": _refill,
    "POST /api/clinic/recall": lambda r: {"lot": "A1"},
    "POST /api/patients/{patient}/reviews": lambda r: {
        "id": str(uuid4()), "until": NOW.isoformat(),
    },
    "POST /api/me/restore": _nothing_recorded,
    "POST /api/me/deletion": lambda r: {"password": PASSWORD, "confirm": "end my record"},
    "POST /api/clinic/webhooks": lambda r: {"url": f"{PUSH}/hook"},
    "POST /api/clinic/webhooks/{webhook}/replay": lambda r: {"after": 0},
    "POST /api/clinic/api-keys": lambda r: {"name": "A feed", "scopes": ["record:read"]},
    "POST /oauth/token": _token,
    "POST /oauth/revoke": _end_token,
}  # fmt: skip
"""What is sent where `{}` would not do; a new route that needs a body gets a row here."""

SEEN_REVISION = {"If-Match": '"1"'}
"""Sent with every request: the revision that every task of this world has."""

FORGED: dict[str, Body] = {
    "POST /api/auth/login": lambda r: {"email": r.patient.email, "password": "a guess, a bad one"},
    "POST /api/auth/passkeys/sign-in": _signed(Authenticator()),
    "POST /api/tap": lambda r: {
        "token": issue(r.patient.id).text, "receipt": r.receipt, "id": str(uuid4()),
        "kind": "taken",
    },
    "POST /api/push/receipts": lambda r: {
        "receipt": str(Receipt(r.patient.id, uuid4(), uuid4())),
    },
    "GET /calendar/{token}.ics": lambda r: None,
    "POST /oauth/token": _forged_token,
    "POST /oauth/revoke": _forged_token,
}  # fmt: skip
"""The same without what proves it."""

QUERIES = {
    "GET /api/patients/{patient}/calendar": {"month": "2026-11"},
    "GET /api/me/travel": {"zone": "Asia/Tokyo"},
    "GET /api/patients/{patient}/export.csv": {"table": "doses"},
    "GET /api/patients/{patient}/labs/draw-days": {"draw": "{draw}"},
    "GET /api/patients/{patient}/draw": {"line": "{line}"},
    "GET /fhir/{kind}": {"patient": "{self}"},
}
"""What is asked for; `{draw}` and the like are the record's own."""


@dataclass
class Stage:
    """Everybody's cookie, and the two records that exist."""

    cookies: dict[str, dict[str, str]]
    watched: Record
    alone: Record
    narrow: dict[frozenset[str], dict[str, str]] = field(default_factory=dict)
    """By the scopes that open some route, the key of a program that holds all the others."""

    def headers(self, actor: str, route: str) -> dict[str, str]:
        """What an actor sends beside the question."""
        if actor == "narrow":
            return self.narrow[opening(route)]
        return self.cookies[actor]

    def record_of(self, actor: str) -> Record:
        """Whose things an actor reaches for: the watched patient's, unless they are the other."""
        return self.alone if actor == "alone" else self.watched


def opening(route: str) -> frozenset[str]:
    """The scopes of which any one opens this route to programs; none where they are not let in."""
    if route.startswith("GET /fhir/"):
        return frozenset(scope for scope in scopes.TEXTS if scope.startswith("system/"))
    return frozenset(scopes.ROUTES.get(route, ()))


async def _programs(
    session: AsyncSession, people: dict[str, Person]
) -> tuple[dict[str, dict[str, str]], dict[frozenset[str], dict[str, str]]]:
    """Keys that hold everything, and those that lack what opens a route."""
    admin, other = people["admin"], people["elsewhere"]
    whole = {
        "program": (await a_program(session, admin, now=NOW))[1],
        "foreign": (await a_program(session, other, now=NOW))[1],
    }
    narrow = {
        lacking: (await a_program(session, admin, *(set(scopes.TEXTS) - lacking), now=NOW))[1]
        for lacking in {opening(route) for route in ("GET /fhir/{kind}", "", *scopes.ROUTES)}
    }
    signing, _ = await a_program(session, admin, now=NOW, public_keys=SERVICE.jwks()["keys"])
    SERVICE.client_id = str(signing.id)
    return whole, narrow


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
        whole, narrow = await _programs(session, people)
        for record in records.values():
            record.ids |= {"key": SERVICE.client_id, "problem": "not-found"}
        people["left"].left_at = NOW
        for tick in ("deliver", "remind", "plan"):
            await beat(session, tick, NOW)
    cookies["nobody"] = {}
    stage = Stage({**cookies, **whole}, records["own"], records["alone"], narrow)
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
    second.route = "subcutaneous"  # so that there is a dose that has a spot
    device = await a_device(session, patient)
    message = uuid4()
    token = issue(patient.id)
    session.add(TapToken(
        patient_id=patient.id, token_hash=token.token_hash, dose_id=first.id, message_id=message,
        expires_at=NOW + timedelta(days=1),
    ))  # fmt: skip
    ids = {
        "line": line_id, "dose_id": first.id, "subscription": device.id, "number": 1,
        "passkey": await _passkey(session, patient),
        "self": patient.id, "kind": "MedicationAdministration",
        "resource": f"{patient.id.hex}{second.id.hex}",
        "day": "2026-11-20", **await _pack(session, patient, line_id),
    }  # fmt: skip
    return Record(
        patient, {name: str(value) for name, value in ids.items()}, settled=str(second.id),
        tap=token.text, receipt=str(Receipt(patient.id, message, device.id)),
    )  # fmt: skip


async def _pack(session: AsyncSession, patient: Person, line: UUID) -> dict[str, UUID]:
    """A pack of tablets for the line, whose label somebody has read."""
    pack, confirmation = uuid4(), uuid4()
    session.add(Vial(
        patient_id=patient.id, id=pack, medicine="anastrozole", form=Pack.TABLETS, tablets=30,
        strengths=[{"substance": "anastrozole", "value": "1", "unit": "mg"}], pharmacy="A pharmacy",
        lot="A1", received_on=NOW.date(), created_at=NOW, author_id=patient.id,
    ))  # fmt: skip
    await session.flush()
    session.add(Confirmation(
        patient_id=patient.id, id=confirmation, vial_id=pack, line_id=line, author_id=patient.id,
        strength_value=Decimal(1), strength_unit="mg", started_at=NOW,
    ))  # fmt: skip
    vial, entry = uuid4(), uuid4()
    session.add(Vial(
        patient_id=patient.id, id=vial, medicine="sermorelin", form=Pack.POWDER,
        strengths=[{"substance": "Sermorelin", "value": "5", "unit": "mg"}], pharmacy="A pharmacy",
        lot="A3", received_on=MONDAY.date(), created_at=NOW, author_id=patient.id,
        diluent=Diluent.STERILE_WATER, diluent_ul=2000, reconstituted_at=NOW,
    ))  # fmt: skip
    await session.flush()
    session.add(StockEntry(
        patient_id=patient.id, id=entry, vial_id=vial, kind=Stock.COUNTED, quantity=1800, at=NOW,
        author_id=patient.id, said_at=NOW,
    ))  # fmt: skip
    await session.flush()
    return {"pack": pack, "confirmation": confirmation, "vial": vial, "entry": entry}


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
        noticed = await ask(actor, "POST", "/api/patients/me/reactions", _reaction(record))
        record.ids["reaction"] = noticed["id"]
        kept = await ask(actor, "POST", "/api/patients/me/consumables", _consumable(record))
        record.ids["consumable"] = kept["id"]
        counted = _count(record)
        record.ids["count"] = counted["id"]
        await ask(actor, "POST", f"/api/patients/me/consumables/{kept['id']}/counts", counted)
        high = {**_panel(record), "results": [{"code": "hematocrit", "value": "55", "unit": "%"}]}
        flagged = (await ask(actor, "POST", "/api/patients/me/observations", high))["observations"]
        record.ids["flag"] = str(signal_id(UUID(flagged[0]["id"]), "hematocrit_red"))
        draws = await ask(actor, "GET", "/api/patients/me/labs/due")
        record.ids["draw"] = draws["draws"][0]["id"]
        feed = await ask(actor, "POST", "/api/me/calendar-feeds", {"name": "My phone"})
        record.ids["feed"] = feed["id"]
        record.ids["token"] = feed["url"].rpartition("/")[2].removesuffix(".ics")
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
        made = await ask("admin", "POST", "/api/clinic/webhooks", {"url": f"{PUSH}/hook"})
        record.ids["webhook"] = made["id"]
        record.ids |= {"task": str(uuid4()), "refill": str(uuid4())}
    watched = stage.watched
    await ask("own", "POST", "/api/patients/me/refill-requests", _refill(watched))
    task = {"id": watched.ids["task"], "title": "Call"}
    await ask("change", "POST", f"/api/patients/{watched.patient.id}/tasks", task)
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
        func.count(Placement.id), func.count(SiteSettings.patient_id), func.count(Reaction.id),
        func.count(Reaction.ended_on), func.count(Reaction.voided_at),
        func.count(SupplySettings.patient_id), func.count(Consumable.id),
        func.sum(Consumable.revision), func.count(ConsumableCount.id),
        func.count(ConsumableCount.voided_at),
        func.count(Vial.id), func.sum(Vial.revision), func.count(StockEntry.id),
        func.count(StockEntry.voided_at), func.count(SourceCheck.id), func.count(Drawn.id),
        func.count(Confirmation.id), func.count(Confirmation.confirmed_at),
        func.count(LineKit.patient_id),
        func.count(CalendarFeed.id), func.count(CalendarFeed.revoked_at), func.count(Passkey.id),
        func.count(Webhook.id), func.count(Webhook.removed_at), func.sum(Webhook.position),
        func.count(Task.id), func.sum(Task.revision), func.count(Review.id),
        func.count(RefillRequest.id), func.count(RefillRequest.withdrawn_at),
        func.count(ApiKey.id), func.count(ApiKey.revoked_at), func.count(AccessToken.token_hash),
    ]  # fmt: skip
    parts: list[Any] = [select(each).scalar_subquery() for each in counted]
    return tuple((await session.execute(select(*parts))).one())
