"""Who has a lot: every vial of it among the patients open to whoever asks, and what was drawn.

A recall changes nothing on any record; whom to call and what to say is for the clinic.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import ClinicActor, patients_open_to
from app.accounts.models import Person
from app.audit import Means
from app.clinic.holdings import nights_of
from app.clinic.recall_shapes import RecalledDose, RecalledPatient, RecalledVial, RecallIn
from app.protocols.medicines import label_of
from app.supplies.holding import contents_of_many, standing_draws, zones_of
from app.supplies.ledger import Contents, StandingDraw
from app.supplies.models import Vial
from app.supplies.vial_answers import status_of


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn from the vials of a recall, by patient, and the nights of those doses."""

    draws: Mapping[UUID, Sequence[StandingDraw]]
    nights: Mapping[tuple[UUID, UUID], date]

    def of(self, vial: Vial) -> list[RecalledDose]:
        """The doses drawn from one vial, the newest first; each once."""
        mine = {
            draw.dose_id: draw
            for draw in self.draws.get(vial.patient_id, ())
            if draw.vial_id == vial.id
        }
        return [
            RecalledDose(
                dose=draw.dose_id, night=self.nights[vial.patient_id, draw.dose_id],
                taken_at=draw.taken_at, assumed=draw.assumed,
            )
            for draw in sorted(mine.values(), key=lambda draw: draw.taken_at, reverse=True)
        ]  # fmt: skip


def plain_lot(text: str) -> str:
    """A lot as it is compared: without spaces of any kind, and in one case."""
    return "".join(text.split()).casefold()


async def recall(
    session: AsyncSession, actor: ClinicActor, wanted: RecallIn, now: datetime
) -> list[RecalledPatient]:
    """Everybody open to this actor with a vial of the lot, by name, drawn from or not.

    Vials that are gone are among them. Each patient named finds the look in their access log.
    """
    vials = await _vials(session, actor, wanted, now)
    if not vials:
        return []
    patients, ids = list(vials), [vial for mine in vials.values() for vial in mine]
    contents = await contents_of_many(session, patients, now, only=ids)
    draws = await standing_draws(session, patients, vials=ids)
    drawn = Drawn(draws, await nights_of(session, draws))
    zones = await zones_of(session, patients)
    people = await session.scalars(
        select(Person).where(Person.id.in_(patients)).order_by(Person.name, Person.id)
    )
    found = []
    for person in people:
        audit.record(
            session, "recall.read", at=now, actor=actor.person.id, patient=person.id,
            means=Means.APP if actor.program is None else Means.API_KEY,
        )  # fmt: skip
        today = now.astimezone(zones[person.id]).date()
        mine = [_vial(each, drawn, today) for each in contents[person.id].values()]
        found.append(RecalledPatient(id=person.id, name=person.name, vials=mine))
    return found


async def _vials(
    session: AsyncSession, actor: ClinicActor, wanted: RecallIn, now: datetime
) -> dict[UUID, list[UUID]]:
    """The vials of the lot, by patient. The lots are compared here, not in the database, because
    the two databases disagree about case and spaces beyond ASCII: each once, for many vials have
    the same."""
    mine = Vial.patient_id.in_(patients_open_to(actor, now))
    lot = plain_lot(wanted.lot)
    lots = await session.scalars(select(Vial.lot).where(mine).distinct())
    rows = select(Vial.patient_id, Vial.id).where(
        mine, Vial.lot.in_([each for each in lots if plain_lot(each) == lot])
    )
    if wanted.medicine is not None:
        rows = rows.where(Vial.medicine == wanted.medicine)
    found = defaultdict(list)
    for patient, vial in await session.execute(rows):
        found[patient].append(vial)
    return {**found}


def _vial(contents: Contents, drawn: Drawn, today: date) -> RecalledVial:
    vial = contents.vial
    return RecalledVial(
        id=vial.id, medicine_name=label_of(vial.medicine), lot=vial.lot, pharmacy=vial.pharmacy,
        received_on=vial.received_on, status=status_of(contents, today).value,
        drawn=drawn.of(vial),
    )  # fmt: skip
