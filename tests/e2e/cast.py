"""Who stands behind the pictures: the demo's people, and patients in states the demo has not."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import Person
from app.audit import Means
from app.doses.log import Report, settle
from app.doses.models import Kind
from app.push.models import Subscription
from tests.e2e.people import (
    QUIETLY,
    a_bedtime,
    a_person_at_bedtime,
    doses_due_by,
    the_person,
    writing,
)
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
        newcomer = await a_patient(session, timezone=zone, now=now - timedelta(hours=1))
        changed = await a_patient(session, timezone=zone, now=now - timedelta(days=1))
        await a_care_link(session, changed, clinician, now=now - timedelta(days=1))
        await a_bedtime(session, changed, peptide, author=clinician, ago=timedelta(minutes=20))
        for person in (open_one, several, nothing, done, missed):
            await reachable(session, person)

        who = {
            "newcomer": (newcomer, ""),
            "open": (open_one, str(dose.id)),
            "several": (several, ""),
            "nothing": (nothing, ""),
            "done": (done, ""),
            "missed": (missed, ""),
            "changed": (changed, ""),
            "steady": (steady, ""),
            "clinician": (clinician, str(sliding.id)),
        }
        return {
            name: ((await signed_in(session, person, now))["Cookie"].partition("=")[2], about)
            for name, (person, about) in who.items()
        }


async def take(session: AsyncSession, patient: Person) -> None:
    """Everything that has fallen due was taken five minutes ago."""
    at = clock.now() - timedelta(minutes=5)
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
