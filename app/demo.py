"""A clinic to look around in: one clinician, and patients of whom no two are alike.

Everything is entered through the same functions as real records, with time moved by hand, so the
demo cannot show what Vesper could not have recorded. Nobody in it exists.
"""

import enum
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.care import accept
from app.accounts.evenings import evenings_of
from app.accounts.invites import create_clinic, invite_clinician, invite_patient
from app.accounts.models import Person
from app.accounts.passwords import hash_password
from app.accounts.sign_in import register
from app.audit import Means
from app.demo_measures import measure
from app.demo_supplies import Shelf, put_up, use
from app.doses.log import Report
from app.doses.models import Dose, Kind, SkipReason, Spoken
from app.intake.taking import settle
from app.monitoring.plan import draws_of, mark_drawn, materialise
from app.observations.record import standing
from app.problems import Problem
from app.protocols.holds import hold
from app.protocols.models import Line
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.proposals import acknowledge
from app.protocols.screening import QUESTIONS, answer
from app.protocols.versions import Draft, enter_version
from app.push.models import Delivery, Message, Retired, State, Subscription
from app.push.subscriptions import endpoint_hash
from app.schedule import A_DAY

WEEKS = 12
ZONE = "America/Denver"


class NotEmpty(Problem):
    """The database already has people in it; a demo needs one of its own."""

    status = 409


class Ahead(enum.StrEnum):
    """What a demo patient or their clinician finds when they open the protocol this evening."""

    PROPOSAL = "proposal"
    HOLD = "hold"
    STEP = "step"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Patient:
    """How one demo patient behaves.

    takes     chance that a dose is taken, at the start and at the end of their weeks
    ahead     what waits in their protocol this evening
    silent    weeks before now at which their phone stopped being reachable; None is never
    weeks     how long ago they began
    late      chance that a dose that is taken, is taken hours after it was due
    quiet     days before now from which nothing is logged; None is never
    away      days before now from which everything is skipped, for a journey; None is never
    sundays   weeks before now from which the doses of Sundays are not taken; None is never
    measured  whether they go to the laboratory and answer how they are
    shelf     what they have at home; None is nothing on record
    """

    name: str
    takes: tuple[float, float]
    ahead: Ahead = Ahead.NOTHING
    silent: int | None = None
    weeks: int = WEEKS
    late: float = 0.15
    quiet: int | None = None
    away: int | None = None
    sundays: int | None = None
    measured: bool = False
    shelf: Shelf | None = None

    @property
    def email(self) -> str:
        """Where they sign in."""
        return f"{self.name.lower().replace(' ', '.')}@demo.example.org"


PATIENTS = (
    Patient("Steady patient", (0.97, 0.97), Ahead.PROPOSAL, measured=True),
    Patient("Sliding patient", (0.95, 0.45), Ahead.STEP, measured=True),
    Patient("Silent phone", (0.95, 0.75), Ahead.HOLD, silent=4),
    Patient("Quiet patient", (0.97, 0.97), weeks=3, quiet=6),
    Patient("Travelling patient", (0.96, 0.96), weeks=3, away=4, shelf=Shelf.OUTDATED),
    Patient("Weekday patient", (0.97, 0.97), weeks=4, sundays=3),
    Patient("Late patient", (0.97, 0.97), weeks=2, late=0.55, shelf=Shelf.KEPT),
    Patient("New patient", (0.95, 0.95), weeks=1, shelf=Shelf.NEW),
)

# Amounts are there because a prescription has them. They are nobody's, and no example to follow.
LINES: list[dict[str, Any]] = [
    {
        "medicine": "testosterone_cypionate", "route": "intramuscular",
        "amount": {"value": "100", "unit": "mg"},
        "recurrence": {"weekdays": [7], "times": ["09:00"]},
    },
    {
        "medicine": "gonadorelin", "route": "subcutaneous",
        "amount": {"value": "100", "unit": "ug"},
        "recurrence": {"weekdays": [1, 4], "times": ["bedtime"]},
    },
    {
        "medicine": "anastrozole", "route": "oral", "amount": {"value": "0.5", "unit": "mg"},
        "recurrence": {"weekdays": [1, 4], "times": ["08:00"]},
    },
    {
        "medicine": "cjc1295_ipamorelin", "form": "no_dac", "route": "subcutaneous",
        "amount": {"value": "100", "unit": "ug"},
        "recurrence": {"weekdays": [1, 2, 3, 4, 5], "times": ["bedtime"]},
    },
]  # fmt: skip


async def fill(session: AsyncSession, now: datetime, key_id: str) -> list[str]:
    """Fill an empty database; what to print: how to sign in as whom.

    key_id   of the server's VAPID key, with which the demo phones subscribed

    Raises NotEmpty where somebody is registered already, so a repeat changes nothing.
    """
    if await session.scalar(select(func.count()).select_from(Person)):
        raise NotEmpty("This database already has people in it.", cure="Use an empty database.")
    # Chosen afresh each time: a password in the source would be everybody's.
    password = secrets.token_urlsafe(12)
    hashed = await hash_password(password)
    start = now - timedelta(weeks=WEEKS)
    clinic = create_clinic(session, "Demo clinic", start)
    await session.flush()
    code = await invite_clinician(session, clinic.id, start, admin=True)
    clinician = await register(
        session, email="clinician@demo.example.org", password_hash=hashed, name="Demo clinician",
        timezone=ZONE, invite=code, now=start,
    )  # fmt: skip
    for number, who in enumerate(PATIENTS):
        begun = now - timedelta(weeks=who.weeks)
        await _live(session, who, clinician, hashed, key_id, begun, now, Random(number))
    people = [("clinician", clinician.email), *((p.name, p.email) for p in PATIENTS)]
    return [
        "Demo sign-ins, all with the password " + password,
        *(f"  {role:18} {email}" for role, email in people),
    ]


async def _live(
    session: AsyncSession, who: Patient, clinician: Person, hashed: str, key_id: str,
    start: datetime, now: datetime, chance: Random,
) -> None:  # fmt: skip
    """One patient's weeks, from registering to this evening."""
    person = await register(
        session, email=who.email, password_hash=hashed, name=who.name, timezone=ZONE, invite=None,
        now=start,
    )  # fmt: skip
    await session.flush()
    code, _ = invite_patient(session, clinician, start)
    await session.flush()
    await accept(session, person, code, start)
    device = await _phone(session, person, key_id, start)
    await answer(
        session, person.id, person, uuid5(person.id, "demo"), dict.fromkeys(QUESTIONS, "no"), "",
        start,
    )  # fmt: skip
    peptide = LINES[-1]
    if who.ahead is Ahead.STEP:
        step = {"from": now.date() + A_DAY * 3, "amount": {"value": "150", "unit": "ug"}}
        peptide = peptide | {"steps": [step]}
    draft = Draft.model_validate({
        "lines": [*LINES[:-1], peptide], "prescriber": clinician.name,
        "reason": "Start of treatment",
    })  # fmt: skip
    await enter_version(session, person.id, clinician, draft, start)
    await acknowledge(session, person.id, 1, person, start)
    for week in range(0, who.weeks + 1, 2):
        await plan_patient(session, person.id, start + timedelta(weeks=week))
    await materialise(session, person.id, start)
    if who.takes[1] > 0.7:  # who keeps to the evenings keeps to the laboratory as well
        for draw in await draws_of(session, person.id):
            if draw.due_on < now.date() - timedelta(weeks=1):
                at = now - timedelta(weeks=1)
                await mark_drawn(session, person.id, draw.id, person, draw.due_on, at)
    if who.measured:
        await measure(session, person, clinician, start, now, chance)
    await put_up(session, person, who.shelf, start)
    gone_at = now - timedelta(weeks=who.silent) if who.silent else None
    doses = (
        await session.scalars(
            select(Dose)
            .where(Dose.patient_id == person.id, Dose.due_at < now - timedelta(hours=12))
            .order_by(Dose.due_at)
        )
    ).all()
    for dose in doses:
        await _remind(session, dose, device, reachable=gone_at is None or dose.due_at < gone_at)
        share = (dose.due_at - start) / (now - start)
        first, last = who.takes
        takes = first + (last - first) * share
        free = who.sundays is not None and dose.due_at > now - timedelta(weeks=who.sundays)
        if free and dose.night.isoweekday() == 7:
            takes = 0
        if who.quiet is None or dose.due_at < now - timedelta(days=who.quiet):
            away = who.away is not None and dose.due_at >= now - timedelta(days=who.away)
            await _act(session, person, dose, takes, who.late, chance, away=away)
    await use(session, person, who.shelf, now)
    if gone_at is not None:
        device.retired_at, device.retired = gone_at, Retired.GONE
    if who.ahead is Ahead.PROPOSAL:
        await _propose_less(session, person, clinician, now)
    if who.ahead is Ahead.HOLD:
        await _hold(session, person, clinician, now)
    await plan_patient(session, person.id, now)
    await mark_for_planning(session, person.id, now)


async def _propose_less(
    session: AsyncSession, person: Person, clinician: Person, now: datetime
) -> None:
    """An open proposal: less of the tablet after a laboratory result, from the next Monday on."""
    lines = await _lines_of(session, person)
    tonight = (await evenings_of(session, person.id)).night_of(now)
    changed = [line | {"id": str(lines[line["medicine"]])} for line in LINES]
    tablet = next(line for line in changed if line["medicine"] == "anastrozole")
    tablet["amount"] = {"value": "0.25", "unit": "mg"}
    results = await standing(session, [person.id], codes={"estradiol"})
    draft = Draft.model_validate({
        "lines": changed, "prescriber": clinician.name, "based_on": 1,
        "effective_night": tonight + A_DAY * (7 - tonight.weekday()),
        "reason": "Estradiol is low",
        "because": {"observation": results[person.id][-1].id},
    })  # fmt: skip
    await enter_version(session, person.id, clinician, draft, now)


async def _hold(session: AsyncSession, person: Person, clinician: Person, now: datetime) -> None:
    """A line on hold for a fortnight, with the reason its patient reads."""
    lines = await _lines_of(session, person)
    tonight = (await evenings_of(session, person.id)).night_of(now)
    await hold(
        session, person.id, lines["gonadorelin"], clinician, since=tonight,
        until=tonight + A_DAY * 14, reason="Back after the next visit", now=now,
    )  # fmt: skip


async def _lines_of(session: AsyncSession, person: Person) -> dict[str, UUID]:
    mine = select(Line).where(Line.patient_id == person.id)
    return {line.medicine: line.id for line in await session.scalars(mine)}


async def _act(
    session: AsyncSession, person: Person, dose: Dose, takes: float, late: float, chance: Random,
    *, away: bool,
) -> None:  # fmt: skip
    """Take a dose, in minutes or hours later; or skip it; or say nothing. Who is away skips."""
    draw = chance.random()
    if draw < takes and not away:
        minutes = chance.choice((95, 130, 170) if chance.random() < late else (2, 3, 5, 8, 14, 40))
        at = dose.due_at + timedelta(minutes=minutes)
        means = Means.PUSH_TOKEN if minutes < 30 else Means.APP
        report = Report(id=uuid4(), kind=Kind.TAKEN, author=person.id, means=means, taken_at=at)
        await settle(session, person.id, dose.id, report, now=at)
    elif away or draw < takes + 0.03:
        at = dose.due_at + timedelta(minutes=30)
        reasons = (SkipReason.TRAVELLING, SkipReason.UNWELL, SkipReason.FORGOT)
        report = Report(
            id=uuid4(), kind=Kind.SKIPPED, author=person.id, means=Means.APP,
            reason=SkipReason.TRAVELLING if away else chance.choice(reasons),
        )  # fmt: skip
        await settle(session, person.id, dose.id, report, now=at)


async def _phone(
    session: AsyncSession, person: Person, key_id: str, start: datetime
) -> Subscription:
    """A device that exists in the record only; nothing is ever sent to a reserved address."""
    endpoint = f"https://phone.example.org/{uuid4().hex}"
    device = Subscription(
        person_id=person.id, id=uuid4(), endpoint=endpoint, endpoint_hash=endpoint_hash(endpoint),
        p256dh=b"\4" + bytes(64), auth=bytes(16), vapid_key_id=key_id, name="Demo phone",
        created_at=start, seen_at=start,
    )  # fmt: skip
    session.add(device)
    await session.flush()
    return device


async def _remind(
    session: AsyncSession, dose: Dose, device: Subscription, *, reachable: bool
) -> None:
    """The reminder this dose had: shown on the phone, or spoken to nobody."""
    message = uuid5(dose.id, "demo")
    session.add(Spoken(
        patient_id=dose.patient_id, dose_id=dose.id, message_id=message, at=dose.due_at,
        devices=int(reachable),
    ))  # fmt: skip
    if not reachable:
        return
    session.add(Message(
        person_id=dose.patient_id, id=message, kind="dose-due", topic=dose.id.hex, urgent=True,
        payload=None, created_at=dose.due_at, due_at=dose.due_at, expires_at=dose.closes_at,
    ))  # fmt: skip
    await session.flush()  # nothing tells the mapper that deliveries come after their message
    shown = dose.due_at + timedelta(seconds=2)
    session.add(Delivery(
        person_id=dose.patient_id, message_id=message, subscription_id=device.id,
        state=State.ACCEPTED, ready_at=None, fence=1, attempts=1, status=201,
        finished_at=dose.due_at + timedelta(seconds=1), shown_at=shown,
    ))  # fmt: skip
    device.last_accepted_at = device.last_shown_at = shown
