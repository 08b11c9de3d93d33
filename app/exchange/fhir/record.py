"""One patient's record as FHIR: which rows each kind of resource is made of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.accounts import care
from app.accounts.evenings import evenings_of
from app.accounts.models import CareLink, Clinic, Person, Role
from app.clinic.episodes import reconcile
from app.clinic.models import FlagEpisode
from app.doses.models import Dose, Event
from app.doses.state import weeks_among
from app.exchange.fhir import (
    adherence,
    administrations,
    care_plans,
    courses,
    flags,
    lab_plan,
    medications,
    observations,
    people,
    provenance,
    requests,
    statements,
)
from app.exchange.fhir.figures import figures_read
from app.exchange.fhir.writing import Entry
from app.exchange.given import given_of
from app.monitoring.models import LabDraw
from app.monitoring.plan import labs_of
from app.observations.models import Observation
from app.protocols.holds import every_hold
from app.protocols.models import Line
from app.protocols.standing import terms_of, versions_of

KINDS = (
    "Patient", "Practitioner", "Organization", "Medication", "CarePlan", "MedicationRequest",
    "MedicationStatement", "MedicationAdministration", "Observation", "ServiceRequest", "Task",
    "Flag", "Provenance",
)  # fmt: skip
"""Every type that this server has, in the order in which a whole record is given out."""

SHARED = frozenset({"Practitioner", "Organization", "Medication"})
"""Types that are nobody's own."""

Found = TypeVar("Found")

_EARLY = timedelta(days=8)
"""No dose is logged further ahead than this, and no week reaches further."""


class Record:
    """Reads one patient's record; each kind of row at most once, however many resources need it.

    for_clinic   whether the reader may see what is for the patient's clinicians alone: flags
    """

    def __init__(
        self, session: AsyncSession, patient_id: UUID, now: datetime, *, for_clinic: bool
    ) -> None:
        self.session, self.patient_id, self.now = session, patient_id, now
        self.for_clinic = for_clinic
        self._read: dict[str, Any] = {}

    async def entries(self, kind: str) -> list[Entry]:
        """Every resource of this kind, in no order. Raises KeyError for a kind that is not ours."""
        makers: Mapping[str, Callable[[], Awaitable[list[Entry]]]] = {
            "Patient": self._patient,
            "Practitioner": self._practitioners,
            "Organization": self._organizations,
            "Medication": self._medications,
            "CarePlan": self._care_plans,
            "MedicationRequest": self._requests,
            "MedicationStatement": self._statements,
            "MedicationAdministration": self._administrations,
            "Observation": self._observations,
            "ServiceRequest": self._service_requests,
            "Task": self._tasks,
            "Flag": self._flags,
            "Provenance": self._provenance,
        }
        return await makers[kind]()

    async def _patient(self) -> list[Entry]:
        row = await self.session.get_one(Person, self.patient_id)
        live = select(CareLink.person_id).where(
            CareLink.patient_id == self.patient_id, CareLink.clinic_id.is_not(None),
            care.live(self.now),
        )  # fmt: skip
        return [people.patient(row, set(await self.session.scalars(live)))]

    async def _practitioners(self) -> list[Entry]:
        """Those who wrote in the record, and those whom the patient lets in."""
        live = select(CareLink.person_id).where(
            CareLink.patient_id == self.patient_id, CareLink.clinic_id.is_not(None),
            care.live(self.now),
        )  # fmt: skip
        ids = {*await self.session.scalars(live), *await self._people()}
        rows = await self.session.scalars(
            select(Person).where(Person.id.in_(ids), Person.role == Role.CLINICIAN)
        )
        return [people.practitioner(row) for row in rows]

    async def _organizations(self) -> list[Entry]:
        """The clinics that the patient ever let in."""
        mine = select(CareLink.clinic_id).where(CareLink.patient_id == self.patient_id)
        rows = await self.session.scalars(select(Clinic).where(Clinic.id.in_(mine)))
        return [people.organization(row) for row in rows]

    async def _medications(self) -> list[Entry]:
        """The medicines of the patient's lines."""
        named = {(line.medicine, line.form) for line in (await self._lines()).values()}
        return [medications.medication(*each) for each in sorted(named)]

    async def _care_plans(self) -> list[Entry]:
        protocol, orders = await self._protocol()
        plan = await self._labs()
        open_ones = lab_plan.request_ids(plan) if plan else []
        return care_plans.care_plans(protocol, orders, open_ones, self.now)

    async def _requests(self) -> list[Entry]:
        protocol, orders = await self._protocol()
        return requests.medication_requests(protocol, orders, self.now)

    async def _statements(self) -> list[Entry]:
        protocol, orders = await self._protocol()
        _, figures = await self._figures()
        followed = {each.line_id: each for each in figures if each.line_id and each.days == 30}
        return statements.statements(protocol, orders, await self._log(), followed, self.now)

    async def _administrations(self) -> list[Entry]:
        protocol, orders = await self._protocol()
        return administrations.administrations(protocol, orders, await self._log(), self.now)

    async def _observations(self) -> list[Entry]:
        named = await self._statement_ids()
        rows, writers = await self._measured(), await self._people()
        definition, figures = await self._figures()
        place = (await self._protocol())[0].place
        return [
            *observations.observations(rows, writers, named),
            *adherence.adherence_observations(self.patient_id, figures, definition, named, place),
        ]

    async def _service_requests(self) -> list[Entry]:
        plan = await self._labs()
        return lab_plan.service_requests(plan, self.now) if plan else []

    async def _tasks(self) -> list[Entry]:
        plan = await self._labs()
        return lab_plan.tasks(plan, self.now) if plan else []

    async def _flags(self) -> list[Entry]:
        if not self.for_clinic:
            return []
        await reconcile(self.session, [self.patient_id], self.now)
        rows = await self.session.scalars(
            select(FlagEpisode).where(FlagEpisode.patient_id == self.patient_id)
        )
        return flags.flags(list(rows), (await self._protocol())[0].place)

    async def _provenance(self) -> list[Entry]:
        protocol, orders = await self._protocol()
        log, writers = await self._log(), await self._people()
        return [
            *provenance.of_versions(protocol, orders),
            *provenance.of_doses(self.patient_id, log, writers, self.now),
            *provenance.of_observations(self.patient_id, await self._measured(), writers),
        ]

    async def _protocol(self) -> tuple[courses.Protocol, list[courses.Order]]:
        return await self._once("protocol", self._read_protocol)

    async def _read_protocol(self) -> tuple[courses.Protocol, list[courses.Order]]:
        versions = await versions_of(self.session, self.patient_id)
        evenings = await evenings_of(self.session, self.patient_id)
        protocol = courses.Protocol(
            patient_id=self.patient_id, versions=versions,
            terms=await terms_of(self.session, self.patient_id, [each.id for each in versions]),
            holds=await every_hold(self.session, self.patient_id),
            people=await self._named({each.author_id for each in versions}),
            evenings=evenings, tonight=evenings.night_of(self.now),
        )  # fmt: skip
        return protocol, courses.orders_of(protocol)

    async def _log(self) -> administrations.Log:
        return await self._once("log", self._read_log)

    async def _read_log(self) -> administrations.Log:
        said = select(Event.dose_id).where(Event.patient_id == self.patient_id)
        # A line taken on any so many nights is read by whole weeks, and a dose may be logged early.
        wanted = or_(
            Dose.due_at <= self.now,
            and_(
                Dose.due_at <= self.now + _EARLY,
                or_(Dose.quota.is_not(None), Dose.id.in_(said)),
            ),
        )
        mine = (
            select(Dose)
            .where(Dose.patient_id == self.patient_id, wanted)
            .options(selectinload(Dose.events))
            .order_by(Dose.due_at, Dose.id)
            .execution_options(populate_existing=True)
        )
        doses = (await self.session.scalars(mine)).all()
        return administrations.Log(
            doses, weeks_among(doses, self.now), await self._lines(),
            await given_of(self.session, self.patient_id),
        )  # fmt: skip

    async def _lines(self) -> dict[UUID, Line]:
        return await self._once("lines", self._read_lines)

    async def _read_lines(self) -> dict[UUID, Line]:
        mine = select(Line).where(Line.patient_id == self.patient_id)
        return {line.id: line for line in await self.session.scalars(mine)}

    async def _measured(self) -> Sequence[Observation]:
        return await self._once("measured", self._read_measured)

    async def _read_measured(self) -> Sequence[Observation]:
        mine = (
            select(Observation)
            .where(Observation.patient_id == self.patient_id)
            .order_by(Observation.collected_at, Observation.entered_at, Observation.id)
        )
        return (await self.session.scalars(mine)).all()

    async def _people(self) -> dict[UUID, Person]:
        return await self._once("people", self._read_people)

    async def _read_people(self) -> dict[UUID, Person]:
        """Everybody who wrote something of what is given out."""
        protocol, _ = await self._protocol()
        wrote = {event.author_id for dose in (await self._log()).doses for event in dose.events}
        for row in await self._measured():
            wrote |= {row.author_id, *([row.voided_by] if row.voided_by else [])}
        return {**protocol.people, **await self._named(wrote - protocol.people.keys())}

    async def _named(self, ids: set[UUID]) -> dict[UUID, Person]:
        rows = await self.session.scalars(select(Person).where(Person.id.in_(ids)))
        return {person.id: person for person in rows}

    async def _statement_ids(self) -> dict[UUID, str]:
        """By line, the logical id of what is said about it; of lines that were ever in force."""
        _, orders = await self._protocol()
        return {
            order.line.id: statements.statement_id(self.patient_id, order.line.id)
            for order in orders
            if order.version.in_force_from is not None and not order.never
        }

    async def _figures(self) -> tuple[Mapping[str, str], list[adherence.Followed]]:
        return await self._once("figures", self._read_figures)

    async def _read_figures(self) -> tuple[Mapping[str, str], list[adherence.Followed]]:
        return await figures_read(self.session, self.patient_id, self.now)

    async def _labs(self) -> lab_plan.LabPlanRows | None:
        return await self._once("labs", self._read_labs)

    async def _read_labs(self) -> lab_plan.LabPlanRows | None:
        protocol, _ = await self._protocol()
        if not protocol.versions:
            return None
        known = await labs_of(self.session, self.patient_id, self.now)
        rows = await self.session.scalars(
            select(LabDraw).where(LabDraw.patient_id == self.patient_id)
        )
        return lab_plan.LabPlanRows(
            patient_id=self.patient_id, draws=known.draws, rows={row.id: row for row in rows},
            since=protocol.versions[0].created_at, today=known.today, evenings=protocol.evenings,
        )  # fmt: skip

    async def _once(self, name: str, read: Callable[[], Awaitable[Found]]) -> Found:
        if name not in self._read:
            self._read[name] = await read()
        found: Found = self._read[name]
        return found
