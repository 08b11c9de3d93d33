"""Whose records a search or a read is about, and whether the asker may open them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts import care
from app.accounts.access import Asker, ClinicActor, open_record, patients_open_to
from app.accounts.evenings import preferences_of
from app.accounts.models import CareLink, Clinic, Person, Role
from app.exchange.fhir import medications, people
from app.exchange.fhir.codes import patient_id_of
from app.exchange.fhir.parameters import PARAMETERS
from app.exchange.fhir.record import Record
from app.exchange.fhir.search import BadParameter, NoPatient
from app.exchange.fhir.writing import Entry
from app.problems import NotFound
from app.schedule import zone

MOST_PATIENTS = 10
"""How many records one search reads. [D] engineering default."""


class NoSuchType(NotFound):
    """This server has no such type of resource."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads by FHIR what the asker may see.

    route   method and path template, for the words of the patient's access log
    """

    session: AsyncSession
    asker: Asker
    now: datetime
    route: str

    def check(self, kind: str) -> None:
        """Raise NoSuchType, InsufficientScope, or NotFound for a companion, who has no FHIR."""
        if kind not in PARAMETERS:
            raise NoSuchType("There is no such type of resource here.")
        if self.asker.program is not None:
            self.asker.program.need(f"system/{kind}.rs")
        elif self.asker.person.role is Role.COMPANION:
            raise NotFound("There is no such page.")

    @property
    def patient(self) -> UUID | None:
        """The patient who reads their own record; None for anybody else."""
        person = self.asker.person
        return person.id if person.role is Role.PATIENT else None

    async def open(self, patient_id: UUID) -> Record:
        """One patient's record, noted in their access log unless it is their own.

        Raises NotFound for a record that is not the asker's to see, and for one whose companion
        they are: FHIR is for the patient and their clinicians.
        """
        access = await open_record(self.session, self.asker, patient_id, self.now, route=self.route)
        if not access.own and not access.in_clinic:
            raise NotFound("There is no such patient.")
        return Record(self.session, patient_id, self.now, for_clinic=not access.own)

    async def named(self, patients: tuple[str, ...] | None, ids: Iterable[str]) -> list[UUID]:
        """Whose records a search is about: those it names, or those that its ids lie in.

        Raises NoPatient where nobody is meant, BadParameter for too many, and NotFound for what
        is no id of a patient.
        """
        if patients is None:
            within = list(dict.fromkeys(patient_id_of(each) for each in ids))
            if len(within) > MOST_PATIENTS:
                raise BadParameter("These lie in too many records.", field="_id")
            if within:
                return [each for each in within if each is not None]
            if self.patient is not None:
                return [self.patient]
            raise NoPatient(
                "Of everybody's records at once nothing is given out.", field="patient",
                cure="Name the patient: patient=<id>.",
            )  # fmt: skip
        if len(patients) > MOST_PATIENTS:
            raise BadParameter(
                f"A search may name {MOST_PATIENTS} patients.", field="patient",
                cure="Ask once for each of them.",
            )  # fmt: skip
        found = [_id(each) for each in patients]
        if None in found:
            raise NotFound("There is no such patient.")
        return list(dict.fromkeys(each for each in found if each is not None))

    async def here(self, patients: list[UUID]) -> tzinfo:
        """The zone in which dates are meant: where the one patient lives; UTC for several."""
        if len(patients) != 1:
            return UTC
        return zone((await preferences_of(self.session, patients[0])).timezone)

    async def shared(self, kind: str) -> list[Entry]:
        """Medicines, and those clinicians and clinics that the asker can come across."""
        if kind == "Medication":
            return medications.catalogue()
        if self.patient is not None:
            record = Record(self.session, self.patient, self.now, for_clinic=False)
            return await record.entries(kind)
        actor = self._actor()
        links = CareLink.patient_id.in_(patients_open_to(actor, self.now))
        if kind == "Organization":
            clinics = select(CareLink.clinic_id).where(links)
            rows = select(Clinic).where((Clinic.id == actor.clinic_id) | Clinic.id.in_(clinics))
            return [people.organization(row) for row in await self.session.scalars(rows)]
        beside = select(CareLink.person_id).where(links)
        named = select(Person).where(
            Person.role == Role.CLINICIAN,
            (Person.clinic_id == actor.clinic_id) | Person.id.in_(beside),
        )
        return [people.practitioner(row) for row in await self.session.scalars(named)]

    async def patients(self) -> list[Entry]:
        """Every patient whose record the asker may open, or the patient who asks."""
        if self.patient is not None:
            return await (await self.open(self.patient)).entries("Patient")
        mine = patients_open_to(self._actor(), self.now)
        rows = (await self.session.scalars(select(Person).where(Person.id.in_(mine)))).all()
        linked = await self.session.execute(
            select(CareLink.patient_id, CareLink.person_id).where(
                CareLink.patient_id.in_(mine), CareLink.clinic_id.is_not(None), care.live(self.now)
            )
        )
        clinicians: dict[UUID, set[UUID]] = {}
        for patient_id, person_id in linked:
            clinicians.setdefault(patient_id, set()).add(person_id)
        return [people.patient(row, clinicians.get(row.id, ())) for row in rows]

    def note_listed(self, patients: Iterable[UUID]) -> None:
        """Note in the access logs of these patients that somebody saw them on a list."""
        for patient_id in patients:
            if patient_id != self.patient:
                audit.record(
                    self.session, "panel.read", at=self.now, actor=self.asker.person.id,
                    patient=patient_id, means=self._actor().means,
                )  # fmt: skip

    def _actor(self) -> ClinicActor:
        """The asker as one of a clinic. Raises NotFound for anybody else."""
        program, person = self.asker.program, self.asker.person
        clinic_id = program.clinic_id if program is not None else person.clinic_id
        if clinic_id is None:
            raise NotFound("There is no such page.")
        return ClinicActor(person, clinic_id, program)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
