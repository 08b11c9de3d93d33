"""No message that Vesper can send names a medicine, marker, laboratory, clinic, person or amount.

Every kind is made by the tick that makes it in earnest, and read as the phone would read it.
"""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Clinic, Detail, Person, Preferences
from app.audit import Means
from app.clinic.digest import digests
from app.db import Sessions
from app.monitoring import chosen
from app.monitoring.asking import ask
from app.monitoring.draw_tick import remind_of_draws
from app.monitoring.plan import visits_of
from app.monitoring.tick import prompt
from app.observations.catalogue import CATALOGUE
from app.observations.models import Asked, Rhythm
from app.observations.tracking import Policy
from app.observations.tracking import choose as choose_tracking
from app.protocols.medicines import MEDICINES
from app.protocols.models import Notice
from app.push.models import Message
from app.push.outbox import associated_data
from app.push.seal import Seal
from app.reminders.arm import plan_and_arm
from app.reminders.notices import tell
from app.reminders.tick import Mouth, remind
from app.supplies.models import Form, Vial
from app.supplies.tick import look
from tests.conftest import SECRET
from tests.databases import ROOT
from tests.factories import (
    a_care_link,
    a_clinician,
    a_device,
    a_line,
    a_patient,
    a_protocol,
    signed_in,
)
from tests.story_time import MONDAY, Clock

CASES = {
    "dose-due": "a dose at bedtime",
    "lab-due": "a visit that is due, and of which no day was chosen",
    "draw-evening": "the evening before a chosen day",
    "draw-morning": "the morning of a chosen day",
    "check-in": "an hour at which the patient wants to be asked",
    "supplies": "a vial whose date is near",
    "news": "a step of the prescription that is near",
    "test": "a press on the test button",
    "digest": "a Monday morning of a clinician who looks after them",
}
"""Every kind of message, and what brings it about in the evening and morning below."""

SEAL = Seal(SECRET)
URL = "https://vesper.example.org"
MOUTH = Mouth(SEAL, URL)
CLINIC, CLINICIAN = "Quillfeather Endocrinology", "Doctor Marmaduke Thistlewood"
NAMES = {"discreet": "Zebedee Applewhite", "detailed": "Ottoline Cranbourne"}
AMOUNTS = ("137", "263", "281", "0.73")
"""Odd ones, so that nothing else has these digits."""

# What a phone shows may not even hint at what it is about.
_HINTS = (
    "blood bloods lab labs laboratory draw vein needle inject injection injections dose doses drug "
    "drugs medicine medicines pill pills tablet syringe vial hormone hormones peptide testosterone "
    "therapy treatment patient clinic clinician doctor pharmacy symptom symptoms side effect body "
    "weight waist scan mood libido sex sleep health result results level fasting biotin"
)
HINTS = frozenset(_HINTS.split())

_KEYS = (
    "web_push notification title body navigate lang dir tag data kind message receipt actions "
    "action app_badge requireInteraction doses dose token"
)
KEYS = frozenset(_KEYS.split())
"""The format's own names, in which nothing of a patient can stand."""

ENQUEUE = {"enqueue", "Outgoing", "Message"}


def kinds_in_the_code() -> Iterator[tuple[str, str | None]]:
    """Where a message is made, and its kind; None where the kind is no literal."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for keyword in node.keywords:
                if name in ENQUEUE and keyword.arg == "kind":
                    literal = isinstance(keyword.value, ast.Constant)
                    text = str(keyword.value.value) if literal else None  # type: ignore[attr-defined]
                    yield str(path.relative_to(ROOT)), text


def test_every_kind_of_message_has_a_case_here_and_no_kind_is_hidden_from_this_test() -> None:
    found = list(kinds_in_the_code())
    # `enqueue` itself hands on what it was given; nobody else may.
    hidden = {path for path, kind in found if kind is None}
    assert hidden == {"app/push/outbox.py"}, "give `kind=` as a literal, so that it is found"
    assert {kind for _, kind in found} - {None} == set(CASES), "write a case for the new kind"


def forbidden() -> set[str]:
    """Names and units of both catalogues, whole and word by word, in lower case."""
    names = [NAMES["discreet"], NAMES["detailed"], CLINIC, CLINICIAN, *AMOUNTS]
    for medicine in MEDICINES.values():
        names += [medicine.code, medicine.name, *medicine.substances, *medicine.units]
    for item in CATALOGUE.values():
        names += [item.code, item.name, item.short, item.unit, *(each.code for each in item.loinc)]
        names += [each.unit for each in item.alternates]
    words = {name.lower() for name in names if name}
    for name in [*words]:
        words |= {word for word in re.split(r"[\s_(),/-]+", name) if len(word) > 1}
    # Words that only join others, or say how a thing is measured.
    return words - {"and", "of", "or", "the", "to", "in", "on", "not", "per"}


FORBIDDEN = forbidden()


def words_of(texts: list[str]) -> set[str]:
    """The words and figures of some texts; an hyphened word whole, and in its parts."""
    whole = {word for text in texts for word in re.findall(r"[^\s.,:;!?\"'()/=&]+", text.lower())}
    figures = {figure for text in texts for figure in re.findall(r"\d+(?:\.\d+)?", text)}
    return whole | figures | {part for word in whole for part in word.split("-")}


def shown(notification: dict[str, Any]) -> list[str]:
    """What the phone's lock screen may show."""
    buttons = [action["title"] for action in notification.get("actions", [])]
    return [notification["title"], notification["body"], *buttons]


def unnamed(payload: Any) -> Iterator[str]:
    """Every text of a payload, new keys too; ids, tokens and receipts name nothing."""
    if isinstance(payload, dict):
        for key, value in payload.items():
            if key not in KEYS:
                yield key
            if key not in {"token", "receipt"}:
                yield from unnamed(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from unnamed(value)
    elif isinstance(payload, str):
        yield re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", "", payload)


async def a_person(session: AsyncSession, which: str, clinician: Person) -> Person:
    """A patient with everything that can be spoken of, before one evening."""
    patient = await a_patient(session, name=NAMES[which])
    preferences = await session.get_one(Preferences, patient.id)
    preferences.detail = Detail(which)
    await a_device(session, patient)
    await a_care_link(session, patient, clinician)
    step = MONDAY.date() + timedelta(days=2)
    await a_protocol(
        session, patient,
        a_line(medicine="testosterone_cypionate", amount="137", unit="mg", weekdays=(1,)),
        a_line(amount="263", steps=((step, "281"),)),
        a_line(medicine="anastrozole", route="oral", amount="0.73", unit="mg"),
        author=clinician,
    )  # fmt: skip
    policy = Policy(rhythm=Rhythm.DAILY, asked=Asked.OWN, at=time(20))
    await choose_tracking(session, patient.id, patient, Means.APP, policy, MONDAY)
    visits = await visits_of(session, patient.id, MONDAY)
    visit = next(each for each in visits if "testosterone_total" in each.markers)
    await chosen.choose(
        session, patient.id, patient, choice=uuid4(), draw=visit.id, together=visit.draws,
        day=date(2026, 11, 24), at=time(8), now=MONDAY,
    )  # fmt: skip
    session.add(Vial(
        patient_id=patient.id, id=uuid4(), medicine="testosterone_cypionate", form=Form.SOLUTION,
        strengths=[{"substance": "testosterone cypionate", "value": "281", "unit": "mg"}],
        pharmacy=CLINIC, lot="263", received_on=MONDAY.date(), use_by=date(2026, 11, 25),
        volume_ul=10_000, created_at=MONDAY, author_id=patient.id,
    ))  # fmt: skip
    await session.flush()
    return patient


async def every_tick(session: AsyncSession, now: datetime) -> None:
    """Whatever the worker would do at this instant but deliver."""
    await plan_and_arm(session, now)
    await tell(session, MOUTH, now)
    await prompt(session, SEAL, now, URL)
    await remind_of_draws(session, SEAL, now, URL)
    await remind(session, MOUTH, now)
    await ask(session, SEAL, now, URL)
    await look(session, SEAL, now, URL)
    await digests(session, SEAL, now, URL)


async def said(sessions: Sessions, http: httpx.AsyncClient, time: Clock) -> dict[str, Any]:
    """Every message of an evening and the morning after it, opened, by kind and by patient."""
    found: dict[str, Any] = {which: {} for which in NAMES}
    async with sessions.begin() as session:
        clinic = Clinic(id=uuid4(), name=CLINIC, created_at=MONDAY)
        session.add(clinic)
        await session.flush()
        clinician = await a_clinician(session, clinic=clinic, name=CLINICIAN)
        await a_device(session, clinician)
        people = {(await a_person(session, which, clinician)).id: which for which in NAMES}
        moments = {MONDAY + timedelta(hours=hours) for hours in (5, 13, 15, 17.5, 26)}
        moments |= {moment for moment in await session.scalars(select(Notice.say_at)) if moment}

    async def read(session: AsyncSession) -> None:
        for message in await session.scalars(select(Message)):
            if message.payload is not None:  # what a newer one replaced was read before
                key = associated_data(message.person_id, message.id)
                opened = json.loads(SEAL.open(message.payload, key))
                # What a clinician is told is about all of their patients.
                about = [people[message.person_id]] if message.person_id in people else NAMES
                for which in about:
                    found[which].setdefault(message.kind, []).append(opened)

    for time.now in sorted(moments):
        async with sessions.begin() as session:
            await every_tick(session, time.now)
            await read(session)
    for patient_id in people:
        await press_the_test_button(sessions, http, patient_id, time.now)
    async with sessions.begin() as session:
        await read(session)
    return found


async def press_the_test_button(
    sessions: Sessions, http: httpx.AsyncClient, patient_id: UUID, now: datetime
) -> None:
    async with sessions.begin() as session:
        patient = await session.get_one(Person, patient_id)
        cookies = await signed_in(session, patient, now)
    devices = (await http.get("/api/push/subscriptions", headers=cookies)).json()["devices"]
    body = {"subscription": devices[0]["id"]}
    answer = await http.post("/api/push/test", json=body, headers=cookies)
    assert answer.status_code == 202, answer.text


async def test_no_message_of_any_kind_names_anything(
    sessions: Sessions, http: httpx.AsyncClient, time: Clock
) -> None:
    by_patient = await said(sessions, http, time)
    for which, by_kind in by_patient.items():
        assert set(by_kind) == set(CASES), which
        for kind, payloads in by_kind.items():
            if (which, kind) == ("detailed", "dose-due"):
                continue  # their own choice; see below
            for payload in payloads:
                visible = shown(payload["notification"])
                told = words_of(visible)
                assert not told & HINTS, (kind, visible)
                assert not words_of([*unnamed(payload)]) & FORBIDDEN, (kind, payload)
                assert len(visible[0]) < 40
                assert len(visible[1]) < 60
    # Only the reminder of a dose knows another wording, for whoever chose it: and this test, what
    # it is looking for.
    for payload in by_patient["detailed"]["dose-due"]:
        assert words_of(shown(payload["notification"])) & FORBIDDEN


@pytest.mark.parametrize(
    "text",
    ["Time for Anastrozole", "hematocrit 52", "Quillfeather called", "take 0.73", "in mg/dL",
     "igf1", "Thistlewood: open Vesper", "check your HDL", "2986-8"],
)  # fmt: skip
def test_what_would_name_something_is_seen(text: str) -> None:
    payload = {"notification": {"data": {"note": text}}}
    assert words_of([*unnamed(payload)]) & FORBIDDEN
