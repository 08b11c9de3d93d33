"""People and prescriptions for tests: plain functions, every fact optional, nothing random.

They take an open session and leave the commit to the caller.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import first_preferences
from app.accounts.keys import NOBODYS_PASSWORD
from app.accounts.models import ApiKey, CareLink, Clinic, Person, Role, Scope
from app.accounts.programs import kept
from app.accounts.scopes import TEXTS
from app.accounts.sign_in import new_sign_in
from app.audit import Means
from app.observations.catalogue import CATALOGUE
from app.observations.models import Observation
from app.protocols.models import Line, Screening, Terms, Version
from app.protocols.planning import mark_for_planning, plan_patient
from app.protocols.screening import QUESTIONS
from app.push.models import Subscription
from app.push.subscriptions import endpoint_hash
from app.reminders.arm import arm
from tests.push_service import Phone
from tests.story_time import MONDAY

_numbers = count(1)

# argon2id of `correct horse battery staple`; hashing it afresh would cost each test 20 ms.
PASSWORD = "correct horse battery staple"
PASSWORD_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$dHbIkfLcY"
    "QhITAIk8wcS8g$HheWwrID1cDypDY5VW4VckxFKcKNBp122fgSMLk5w8c"
)


async def a_patient(
    session: AsyncSession,
    *,
    name: str = "A patient",
    timezone: str = "America/Denver",
    bedtime: time = time(22, 30),
    now: datetime = MONDAY,
    quiet: bool = False,
) -> Person:
    """A patient whose bedtime is the same every night; no quiet hours unless asked for."""
    person = Person(
        id=uuid4(),
        role=Role.PATIENT,
        email=f"patient{next(_numbers)}@example.org",
        name=name,
        password_hash=PASSWORD_HASH,
        created_at=now,
    )
    session.add(person)
    await session.flush()
    preferences = first_preferences(person.id, timezone)
    preferences.bedtimes = [f"{bedtime:%H:%M}"] * 7
    if not quiet:
        preferences.quiet_from = preferences.quiet_until = None
    session.add(preferences)
    await session.flush()
    return person


async def a_clinician(
    session: AsyncSession,
    *,
    name: str = "A clinician",
    clinic: Clinic | None = None,
    timezone: str = "America/Denver",
    now: datetime = MONDAY,
    admin: bool = False,
) -> Person:
    """A clinician, of a new clinic unless one is given."""
    if clinic is None:
        clinic = Clinic(id=uuid4(), name="A clinic", created_at=now)
        session.add(clinic)
        await session.flush()
    person = Person(
        id=uuid4(),
        role=Role.CLINICIAN,
        email=f"clinician{next(_numbers)}@example.org",
        name=name,
        password_hash=PASSWORD_HASH,
        created_at=now,
        clinic_id=clinic.id,
        admin=admin,
    )
    session.add(person)
    await session.flush()
    session.add(first_preferences(person.id, timezone))
    await session.flush()
    return person


async def a_companion(
    session: AsyncSession, *, name: str = "A companion", now: datetime = MONDAY
) -> Person:
    """Somebody who registered to look after a patient's evenings, and is linked to nobody yet."""
    person = Person(
        id=uuid4(),
        role=Role.COMPANION,
        email=f"companion{next(_numbers)}@example.org",
        name=name,
        password_hash=PASSWORD_HASH,
        created_at=now,
    )
    session.add(person)
    await session.flush()
    session.add(first_preferences(person.id, "America/Denver"))
    await session.flush()
    return person


async def a_program(
    session: AsyncSession,
    admin: Person,
    *scopes: str,
    name: str = "A program",
    now: datetime = MONDAY,
    life: timedelta = timedelta(days=90),
    rate: str = "6000/minute",
    public_keys: Sequence[Any] = (),
) -> tuple[ApiKey, dict[str, str]]:
    """A key of this admin's clinic and the headers that carry it; every scope unless some are
    named."""
    if admin.clinic_id is None:
        raise ValueError("only a clinic has programs")
    person = Person(
        id=uuid4(), role=Role.PROGRAM, email=f"{uuid4()}@programs.invalid", name=name,
        password_hash=NOBODYS_PASSWORD, created_at=now,
    )  # fmt: skip
    session.add(person)
    await session.flush()
    text = f"vsp_{uuid4().hex}"
    key = ApiKey(
        id=uuid4(), clinic_id=admin.clinic_id, person_id=person.id, name=name,
        scopes=list(scopes or TEXTS), rate=rate, created_at=now, created_by=admin.id,
        expires_at=now + life, key_hash=None if public_keys else kept(text),
        public_keys=list(public_keys),
    )  # fmt: skip
    session.add(key)
    await session.flush()
    return key, {"Authorization": f"Bearer {text}"}


async def a_care_link(
    session: AsyncSession,
    patient: Person,
    person: Person,
    *,
    now: datetime = MONDAY,
    scope: Scope | None = None,
    ends_at: datetime | None = None,
    companion: bool = False,
) -> CareLink:
    """The patient's consent: a clinician sees and changes, anybody else only looks.

    companion   whether a clinician was let in as a companion only
    """
    of_clinic = person.clinic_id is not None and not companion
    link = CareLink(
        patient_id=patient.id,
        id=uuid4(),
        person_id=person.id,
        clinic_id=person.clinic_id if of_clinic else None,
        granted_at=now,
        scope=scope or (Scope.CHANGE if of_clinic else Scope.SEE),
        ends_at=ends_at,
    )
    session.add(link)
    await session.flush()
    return link


async def a_protocol(
    session: AsyncSession,
    patient: Person,
    *lines: dict[str, Any],
    author: Person | None = None,
    now: datetime = MONDAY,
    first: date | None = None,
) -> list[UUID]:
    """A version 1 with these lines, planned and armed; the ids of its lines.

    A line is what `a_line` returns; without any, one nightly sermorelin at bedtime.
    """
    author = author or patient
    effective = first or MONDAY.date()
    version = Version(
        patient_id=patient.id,
        id=uuid4(),
        number=1,
        author_id=author.id,
        created_at=now,
        effective_night=effective,
        reason="",
        prescriber="",
        self_reported=author is patient,
        in_force_from=effective,
        acknowledged_at=now if author is patient else None,
    )
    session.add(version)
    await session.flush()
    ids = []
    for position, given in enumerate(lines or (a_line(),)):
        line = Line(
            patient_id=patient.id,
            id=uuid4(),
            medicine=given["medicine"],
            form=given["form"],
            route=given["route"],
        )
        session.add(line)
        await session.flush()
        session.add(
            Terms(
                patient_id=patient.id,
                version_id=version.id,
                line_id=line.id,
                position=position,
                amount_value=given["amount"],
                amount_unit=given["unit"],
                recurrence={
                    "weekdays": given["weekdays"],
                    "every": given["every"],
                    "weeks_on": given.get("weeks_on", 1),
                    "weeks_off": given.get("weeks_off", 0),
                    "first": effective.isoformat(),
                    "last": None,
                    "times": given["times"],
                    **({"per_week": given["per_week"]} if given.get("per_week") else {}),
                },
                window_minutes=given["window_minutes"],
                on_time_minutes=given["on_time_minutes"],
                ladder=given["ladder"],
                min_gap_minutes=given.get("min_gap_minutes"),
                min_gap_source=given.get("min_gap_source", ""),
                steps=given.get("steps", []),
            )
        )
        ids.append(line.id)
    await session.flush()
    await plan_patient(session, patient.id, now)
    await arm(session, patient.id, now)
    await mark_for_planning(session, patient.id, now)
    return ids


def a_line(
    *,
    medicine: str = "sermorelin",
    form: str = "",
    route: str = "subcutaneous",
    amount: str = "250",
    unit: str = "ug",
    weekdays: tuple[int, ...] = (),
    every: int = 1,
    times: tuple[str, ...] = ("bedtime",),
    window_minutes: int | None = None,
    on_time_minutes: int = 120,
    ladder: tuple[int, ...] = (0, 20, 60, -30),
    weeks_on: int = 1,
    weeks_off: int = 0,
    per_week: int | None = None,
    min_gap_minutes: int | None = None,
    steps: tuple[tuple[date, str], ...] = (),
) -> dict[str, Any]:
    """What one line says; by default a peptide every night at bedtime."""
    return {
        "medicine": medicine,
        "form": form,
        "route": route,
        "amount": Decimal(amount),
        "unit": unit,
        "weekdays": list(weekdays),
        "every": every,
        "times": list(times),
        "window_minutes": window_minutes,
        "on_time_minutes": on_time_minutes,
        "ladder": list(ladder),
        "weeks_on": weeks_on,
        "weeks_off": weeks_off,
        "per_week": per_week,
        "min_gap_minutes": min_gap_minutes,
        "min_gap_source": "" if min_gap_minutes is None else "Set by the clinic",
        "steps": [
            {"from": since.isoformat(), "value": value, "unit": unit} for since, value in steps
        ],
    }


async def a_screening(
    session: AsyncSession,
    patient: Person,
    *,
    author: Person | None = None,
    now: datetime = MONDAY,
    **answers: str,
) -> UUID:
    """Answers to the questions before a growth-hormone peptide: all no, unless said otherwise."""
    row = Screening(
        patient_id=patient.id,
        id=uuid4(),
        author_id=(author or patient).id,
        answered_at=now,
        answers={code: answers.get(code, "no") for code in QUESTIONS},
    )
    session.add(row)
    await session.flush()
    return row.id


async def some_results(
    session: AsyncSession, patient: Person, day: date, *codes: str, now: datetime = MONDAY
) -> list[Observation]:
    """Results of one draw, at noon UTC of a day; each has the value 50, which stands for any."""
    panel = uuid4()
    rows = [
        Observation(
            patient_id=patient.id, id=uuid4(), panel_id=panel, code=code, value=Decimal(50),
            unit=CATALOGUE[code].unit, collected_at=datetime.combine(day, time(12), UTC),
            zone="America/Denver", day=day, author_id=patient.id, means=Means.APP, entered_at=now,
        )
        for code in codes
    ]  # fmt: skip
    session.add_all(rows)
    await session.flush()
    return rows


async def a_device(
    session: AsyncSession, person: Person, *, endpoint: str | None = None, now: datetime = MONDAY
) -> Subscription:
    """A phone that can be reached; its keys are real, so that encryption works on them."""
    endpoint = endpoint or f"https://fcm.googleapis.com/fcm/send/{next(_numbers)}"
    phone = Phone()
    subscription = Subscription(
        person_id=person.id,
        id=uuid4(),
        endpoint=endpoint,
        endpoint_hash=endpoint_hash(endpoint),
        p256dh=phone.p256dh,
        auth=phone.auth,
        vapid_key_id="0" * 16,
        name="Phone",
        created_at=now,
        seen_at=now,
    )
    session.add(subscription)
    await session.flush()
    return subscription


async def signed_in(
    session: AsyncSession, person: Person, now: datetime = MONDAY
) -> dict[str, str]:
    """The headers of a browser in which this person has signed in."""
    return {"Cookie": f"vesper={await new_sign_in(session, person, now)}"}
