"""What is known when somebody asks how much to draw: amount, vials, syringe, confirmations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from, preferences_of, zone_of
from app.problems import NotFound
from app.protocols.holds import holds_of
from app.protocols.models import Line, Terms, Version
from app.protocols.standing import current_of, terms_of, versions_of
from app.protocols.turns import spoken_day
from app.schedule import zone
from app.supplies.catalogue import Syringe
from app.supplies.draw import Warned
from app.supplies.holding import contents_of
from app.supplies.kit import Kit, kit_of, known_syringe
from app.supplies.ledger import Contents, in_order
from app.supplies.models import Confirmation
from app.supplies.source_checks import checks_of, heeded
from app.supplies.strength import full
from app.units import Amount

NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True, slots=True)
class Prescription:
    """How much is prescribed for tonight.

    stands   False where no version in force has the line: then it is what the last one said
    notes    such as that the line is on hold
    """

    amount: Amount
    stands: bool
    notes: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a draw is worked out from, as it stands at one instant.

    today           the date where the patient is
    vials           those that serve the line and are not gone, in the order of use
    chosen          the one that was asked for, else the one in use; None: there is none
    syringe         the one that was asked for, else the one kept for the line; None: none is
    confirmations   of the line, the last ones first
    heeded          what answers to the checklist of the chosen vial ask to be heeded
    """

    patient_id: UUID
    line: Line
    prescription: Prescription
    today: date
    here: ZoneInfo
    vials: Sequence[Contents]
    chosen: Contents | None
    held: dict[UUID, Contents]
    kit: Kit
    syringe: Syringe | None
    confirmations: Sequence[Confirmation]
    heeded: tuple[Warned, ...]

    @property
    def with_pen(self) -> bool:
        """Whether a pen measures the dose itself, so that nothing is drawn to a mark."""
        return self.syringe is not None and self.syringe.is_pen


async def scene_of(
    session: AsyncSession, patient_id: UUID, now: datetime, line_id: UUID, *,
    vial_id: UUID | None = None, syringe: str | None = None,
) -> Scene:  # fmt: skip
    """What is known of a line, and of a vial and a syringe where they are named.

    Raises NotFound for a line or vial that is not this patient's, and Invalid for a syringe that
    nobody knows. It locks nothing.
    """
    line = await session.get(Line, (patient_id, line_id))
    if line is None:
        raise NotFound("There is no such line.")
    preferences = await preferences_of(session, patient_id)
    here = zone(zone_of(preferences))
    today = now.astimezone(here).date()
    prescription = await _prescribed(session, line, evenings_from(preferences).night_of(now))
    held = await contents_of(session, patient_id, now)
    vials = in_order(
        one
        for one in held.values()
        if one.vial.serves(line.medicine, line.form) and not _gone(one, now)
    )
    if vial_id is not None and vial_id not in held:
        raise NotFound("There is no such vial.")
    kit = await kit_of(session, patient_id, line_id)
    rows = (
        select(Confirmation)
        .where(Confirmation.patient_id == patient_id, Confirmation.line_id == line_id)
        .order_by(Confirmation.started_at.desc(), Confirmation.id)
    )
    chosen = held[vial_id] if vial_id else in_use(vials, today)
    return Scene(
        patient_id=patient_id,
        line=line,
        prescription=prescription,
        today=today,
        here=here,
        vials=vials,
        chosen=chosen,
        held=held,
        kit=kit,
        syringe=known_syringe(syringe) if syringe else kit.syringe,
        confirmations=(await session.scalars(rows)).all(),
        heeded=await _heeded(session, chosen),
    )


async def _heeded(session: AsyncSession, chosen: Contents | None) -> tuple[Warned, ...]:
    if chosen is None:
        return ()
    vial = chosen.vial
    checks = await checks_of(session, [vial.patient_id])
    return heeded(checks.get((vial.patient_id, vial.id)), vial.medicine)


def in_use(vials: Sequence[Contents], today: date) -> Contents | None:
    """The vial to draw from next, of those that serve the line, in the order of use.

    One that can be drawn from today, else one that is still to be dissolved, else one that has to
    come, else whatever there is: then the answer says what is wrong with it.
    """

    def rank(held: Contents) -> int:
        if held.vial.received_on > today:
            return 3
        if held.discard.passed(today):
            return 4
        if full(held.vial) is None:
            return 1
        spent = held.left == 0 or (held.vial.single_use and held.doses > 0)
        return 2 if spent else 0

    return min(vials, key=rank, default=None)


def _gone(held: Contents, now: datetime) -> bool:
    return held.vial.gone_at is not None and held.vial.gone_at <= now


async def _prescribed(session: AsyncSession, line: Line, tonight: date) -> Prescription:
    """What the version in force says of the line tonight, or the last one that named it."""
    versions = await versions_of(session, line.patient_id)
    current = current_of(versions, tonight)
    if current is not None and current.in_force_from is not None:
        of_version = (await terms_of(session, line.patient_id, [current.id]))[current.id]
        terms = next((terms for terms, of in of_version if of.id == line.id), None)
        if terms is not None:
            night = max(tonight, current.in_force_from)
            notes = await _holds(session, line, tonight)
            if night > tonight:
                notes = (_note(f"It holds from {spoken_day(night)} on."), *notes)
            return Prescription(terms.amount_at(night), True, notes)
    named = (
        select(Terms, Version)
        .join(
            Version,
            (Version.patient_id == Terms.patient_id) & (Version.id == Terms.version_id),
        )
        .where(Terms.patient_id == line.patient_id, Terms.line_id == line.id)
        .order_by(Version.number.desc())
        .limit(1)
    )
    terms, version = (await session.execute(named)).one()
    night = max(tonight, version.in_force_from or version.effective_night)
    note = _note("This is not part of what is prescribed now, so no figure is shown.")
    return Prescription(terms.amount_at(night), False, (note,))


async def _holds(session: AsyncSession, line: Line, tonight: date) -> tuple[Warned, ...]:
    for hold in await holds_of(session, line.patient_id, tonight):
        if hold.line_id == line.id and hold.since <= tonight:
            until = f" until {spoken_day(hold.until)}" if hold.until else ""
            return (_note(f"It is on hold{until}: nothing is planned tonight."),)
    return ()


def _note(text: str) -> Warned:
    return Warned(NOT_IN_FORCE, text)
