"""Those who look after others, and the patients they look after, in states the demo has not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Clinic, Person, Scope
from app.clinic.acknowledgement import acknowledge
from app.clinic.flags import flags_of
from app.protocols.drafts import Draft
from app.protocols.models import Line
from app.protocols.versions import enter_version
from tests.e2e.people import QUIETLY, a_person_at_bedtime
from tests.factories import (
    a_care_link,
    a_clinician,
    a_companion,
    a_line,
    a_screening,
)

PEPTIDE = a_line(medicine="cjc1295_ipamorelin", form="no_dac", amount="100", ladder=QUIETLY)


async def the_carers(
    session: AsyncSession, clinician: Person, zone: str, now: datetime
) -> dict[str, tuple[Person, str]]:
    """Who sees a screen of theirs, with the id of the patient it is about."""
    before = now - timedelta(days=3)
    companion = await a_companion(session, name="A nurse", now=before)
    sharing = await a_person_at_bedtime(session, zone, PEPTIDE, nights=3)
    visiting = await a_clinician(session, name="Dr. Visiting", now=before)
    await a_care_link(session, sharing, clinician, now=before)
    await a_care_link(
        session, sharing, visiting, now=before, scope=Scope.SEE, ends_at=now + timedelta(days=90)
    )
    await a_care_link(session, sharing, companion, now=before)

    proposed = await a_person_at_bedtime(session, zone, PEPTIDE, nights=3)
    await a_care_link(session, proposed, clinician, now=before)
    await a_screening(session, proposed, now=before)
    await a_proposal(session, proposed, clinician, now)

    looking = await a_person_at_bedtime(session, zone, PEPTIDE, nights=3)
    await a_care_link(session, looking, clinician, now=before, scope=Scope.SEE)

    stopped = await a_person_at_bedtime(session, zone, PEPTIDE, nights=3)
    await a_care_link(session, stopped, clinician, now=before)
    await a_screening(session, stopped, now=before, active_malignancy="yes")

    clinic = Clinic(id=uuid4(), name="A clinic with colleagues", created_at=before)
    session.add(clinic)
    await session.flush()
    admin = await a_clinician(session, name="An admin", clinic=clinic, now=before, admin=True)
    await a_clinician(session, name="A colleague", clinic=clinic, now=before)
    return {
        "companion": (companion, str(sharing.id)),
        "sharing": (sharing, ""),
        "stopped": (stopped, ""),
        "proposed": (proposed, ""),
        "admin": (admin, ""),
        "clinician-proposed": (clinician, str(proposed.id)),
        "clinician-looking": (clinician, str(looking.id)),
        "clinician-stopped": (clinician, str(stopped.id)),
    }


async def who_reads(
    session: AsyncSession, people: Mapping[str, Person], now: datetime
) -> dict[str, tuple[Person, str]]:
    """A clinician who reads results and symptoms, one of whose flags was acknowledged."""
    clinician = await a_clinician(session, name="Dr. Reading", now=now - timedelta(days=3))
    for name in ("measured", "felt"):
        await a_care_link(session, people[name], clinician, now=now - timedelta(days=3))
    measured = people["measured"].id
    flags = (await flags_of(session, [measured], now))[measured]
    mild = next(flag for flag in reversed(flags) if flag.id)
    assert mild.id
    await acknowledge(session, measured, mild.id, clinician, "Repeat in 6 weeks.", now)
    return {
        "reading": (clinician, str(measured)), "reading-felt": (clinician, str(people["felt"].id))
    }  # fmt: skip


async def a_proposal(session: AsyncSession, patient: Person, author: Person, now: datetime) -> None:
    """Half the amount with a lab result behind it, which the patient has not acknowledged."""
    line = (await session.scalars(select(Line).where(Line.patient_id == patient.id))).one()
    draft = {
        "reason": "The result is above where we want it.",
        "based_on": 1,
        "because": {
            "marker": "IGF-1", "value": "310", "unit": "ng/mL",
            "collected_on": str((now - timedelta(days=9)).date()),
        },
        "lines": [{
            "id": str(line.id), "medicine": line.medicine, "form": line.form, "route": line.route,
            "amount": {"value": "50", "unit": "ug"}, "ladder": list(QUIETLY),
            "recurrence": {"weekdays": [1, 2, 3, 4, 5], "times": ["bedtime"]},
        }],
        "overrides": [
            {"code": code, "reason": "Known and meant."} for code in ("baseline_labs_missing",)
        ],
    }  # fmt: skip
    await enter_version(session, patient.id, author, Draft.model_validate(draft), now)
