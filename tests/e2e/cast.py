"""Who stands behind the pictures: the demo's people, and patients in states the demo has not."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Kind
from app.protocols import holds
from app.protocols.models import Line, Notice
from app.protocols.planning import plan_patient
from app.push.models import Subscription
from tests.e2e.carers import the_carers, who_reads
from tests.e2e.drawing import who_draws
from tests.e2e.felt import the_felt
from tests.e2e.measured import the_measured
from tests.e2e.people import (
    QUIETLY,
    a_bedtime,
    a_person_at_bedtime,
    doses_due_by,
    the_person,
    writing,
)
from tests.e2e.stocked import who_has_supplies
from tests.e2e.working import who_works
from tests.factories import a_care_link, a_device, a_line, a_patient, signed_in
from tests.server import Server

HERE = "https://phone.example.org/here"
"""The endpoint by which the pages of the tests know their own browser; nothing is sent to it."""

Cast = dict[str, tuple[str, str]]
"""A cookie and a path with what belongs to it (a dose, a patient), by the name of the state."""


async def the_cast(server: Server, zone: str) -> Cast:
    """Everybody, each signed in; the server does not run yet."""
    server.vesper("demo")
    async with writing(server) as session:
        now = clock.now()
        clinician = await the_person(session, "clinician@demo.example.org")
        steady = await the_person(session, "steady.patient@demo.example.org")
        sliding = await the_person(session, "sliding.patient@demo.example.org")
        tonight = now.astimezone(ZoneInfo(zone)).date()
        tomorrow = (tonight + timedelta(days=1)).isoweekday()
        peptide = a_line(medicine="cjc1295_ipamorelin", form="no_dac", amount="100", ladder=QUIETLY)
        shot = a_line(medicine="gonadorelin", amount="100", ladder=QUIETLY)
        oil = a_line(
            medicine="testosterone_cypionate", route="intramuscular", amount="100", unit="mg",
            ladder=QUIETLY, weekdays=(tomorrow,),
        )  # fmt: skip

        open_one = await a_person_at_bedtime(session, zone, peptide)
        [dose] = await doses_due_by(session, open_one, now)
        several = await a_person_at_bedtime(session, zone, peptide, shot)
        nothing = await a_person_at_bedtime(session, zone, oil)
        done = await a_person_at_bedtime(session, zone, peptide)
        await take(session, done)
        missed = await a_person_at_bedtime(
            session, zone, peptide, nights=1, ago=-timedelta(hours=1)
        )
        rules = await a_person_with_rules(session, zone)
        newcomer = await a_patient(session, timezone=zone, now=now - timedelta(hours=1))
        changed = await a_patient(session, timezone=zone, now=now - timedelta(days=1))
        await a_care_link(session, changed, clinician, now=now - timedelta(days=1))
        await a_bedtime(session, changed, peptide, author=clinician, ago=timedelta(minutes=20))
        felt = await the_felt(session, zone, now)
        felt |= await the_measured(session, zone, now)
        reading = await who_reads(session, felt, now)
        for person in (open_one, several, nothing, done, missed, rules, *felt.values()):
            await reachable(session, person)

        who = {
            "newcomer": (newcomer, ""),
            "open": (open_one, str(dose.id)),
            "several": (several, ""),
            "nothing": (nothing, ""),
            "done": (done, ""),
            "missed": (missed, ""),
            "changed": (changed, ""),
            "rules": (rules, ""),
            "steady": (steady, ""),
            "clinician": (clinician, str(sliding.id)),
            **{name: (person, "") for name, person in felt.items()},
            **reading,
            **await the_carers(session, clinician, zone, now),
            **await who_works(session, zone, now),
            **await who_has_supplies(session, zone, now),
            **await who_draws(session, zone, now),
        }
        return {
            name: ((await signed_in(session, person, now))["Cookie"].partition("=")[2], about)
            for name, (person, about) in who.items()
        }


async def a_person_with_rules(session: AsyncSession, zone: str) -> Person:
    """Any five nights a week, with a gap that last night's dose is too close for; a line on hold;
    and one whose weeks off begin in five days."""
    lines = (
        a_line(per_week=5, min_gap_minutes=30 * 60, ladder=QUIETLY),
        a_line(medicine="gonadorelin", amount="100", ladder=QUIETLY),
        a_line(
            medicine="anastrozole", route="oral", amount="0.5", unit="mg", ladder=QUIETLY,
            weeks_on=1, weeks_off=1,
        ),
    )  # fmt: skip
    person = await a_person_at_bedtime(session, zone, *lines, nights=2)
    before = clock.now() - timedelta(hours=2)
    await take(session, person, ago=timedelta(hours=23))
    held = (
        await session.scalars(
            select(Line.id).where(Line.patient_id == person.id, Line.medicine == "gonadorelin")
        )
    ).one()
    await holds.hold(
        session, person.id, held, person,
        since=None, until=None, reason="Before surgery", now=before,
    )  # fmt: skip
    await plan_patient(session, person.id, before)
    # Told days ago, at an hour at which news is told.
    told = update(Notice).where(Notice.patient_id == person.id, Notice.say_at <= before)
    await session.execute(told.values(said_at=before))
    return person


async def take(
    session: AsyncSession, patient: Person, ago: timedelta = timedelta(minutes=5)
) -> None:
    """Everything that had fallen due `ago` was taken then."""
    at = clock.now() - ago
    for dose in await doses_due_by(session, patient, at):
        report = Report(
            id=dose.id, kind=Kind.TAKEN, author=patient.id, means=Means.APP, taken_at=at
        )
        await settle(session, patient.id, dose.id, report, now=at)


async def reachable(session: AsyncSession, patient: Person) -> Subscription:
    """The browser of the tests is this patient's phone."""
    phone = await a_device(session, patient, endpoint=f"{HERE}/{patient.id}", now=clock.now())
    phone.name = "Chrome on Android"
    return phone
