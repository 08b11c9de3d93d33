"""What doses were drawn from and where they went, for answers about doses.

How much that was is arithmetic on a vial's label. It is told once the label's strength was
confirmed for the line in its two steps: who looks up last night's volume draws by it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of, zone_of
from app.audit import Means
from app.doses.answers import DoseOut, SinceDue
from app.doses.answers import answers as of_doses
from app.doses.models import Dose, Kind
from app.doses.shapes import AsksOut, DrawnFromOut, DrawnLateOut, GivenOut, WentIntoOut
from app.protocols.medicines import INJECTED
from app.protocols.models import Line
from app.protocols.prescribed import name_of
from app.protocols.turns import spoken_day
from app.schedule import zone
from app.sites.body import SITES
from app.sites.placements import placements_of
from app.supplies.catalogue import is_pen
from app.supplies.confirmations import confirmed_of
from app.supplies.holding import drawn_for
from app.supplies.ledger import Contents, StandingDraw, there
from app.supplies.models import Vial
from app.supplies.vial_answers import quantity_out


async def answers(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime,
    since_due: SinceDue | None = None,
) -> list[DoseOut]:  # fmt: skip
    """These doses of one patient as they stand, with what each was given from and into.

    As `app.doses.answers.answers`; in as many statements for one as for a hundred.
    """
    given = await given_of(session, patient_id, doses, now)
    return await of_doses(session, patient_id, doses, now, since_due, given=given)


async def answer(
    session: AsyncSession, dose: Dose, now: datetime, since_due: SinceDue | None = None
) -> DoseOut:
    """One dose as it stands; see `answers`."""
    (told,) = await answers(session, dose.patient_id, [dose], now, since_due)
    return told


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the vials of some doses.

    names       of the medicines that they hold
    confirmed   for which lines which of them were confirmed, as pairs
    owned       medicine, form, day of coming and end of each vial on record, where one is asked
                about
    lines       what the doses' lines prescribe
    """

    here: ZoneInfo
    held: dict[UUID, Contents]
    names: dict[UUID, str]
    confirmed: set[tuple[UUID, UUID]]
    owned: Sequence[tuple[str, str, date, datetime | None]]
    lines: dict[UUID, tuple[str, str]]


async def given_of(
    session: AsyncSession, patient_id: UUID, doses: Sequence[Dose], now: datetime
) -> dict[UUID, GivenOut]:
    """What those of these doses that stand as taken were given from and into, by id.

    A dose of which there is nothing to say and nothing to ask is left out.
    """
    taken = [dose for dose in doses if dose.outcome and dose.outcome.kind is Kind.TAKEN]
    if not taken:
        return {}
    ids = [dose.id for dose in taken]
    preferences = await preferences_of(session, patient_id)  # kept at hand: it is asked for again
    draws: dict[UUID, list[StandingDraw]] = {}
    drawn, held = await drawn_for(session, patient_id, ids, now)
    for draw in drawn:
        draws.setdefault(draw.dose_id, []).append(draw)
    vials = [one.vial for one in held.values()]
    confirmed = await confirmed_of(session, patient_id, vials) if vials else set()
    asks = any(dose.id not in draws for dose in taken)
    owned = await _owned(session, patient_id) if asks else []
    lines = await _lines(session, patient_id, {dose.line_id for dose in taken})
    names = {one.id: name_of(one.medicine, one.medicine_form) for one in vials}
    here = zone(zone_of(preferences))
    known = _Known(here, held, names, confirmed, owned, lines)
    sites = await placements_of(session, patient_id, ids)
    found = {}
    for dose in taken:
        given = _given(dose, draws.get(dose.id, []), sites.get(dose.id), known)
        if given.vials or given.site or given.assumed is not None or _asks(given):
            found[dose.id] = given
    return found


async def _lines(
    session: AsyncSession, patient_id: UUID, lines: Collection[UUID]
) -> dict[UUID, tuple[str, str]]:
    mine = select(Line.id, Line.medicine, Line.form).where(
        Line.patient_id == patient_id, Line.id.in_(lines)
    )
    return {row.id: (row.medicine, row.form) for row in await session.execute(mine)}


async def _owned(
    session: AsyncSession, patient_id: UUID
) -> list[tuple[str, str, date, datetime | None]]:
    mine = select(Vial.medicine, Vial.medicine_form, Vial.received_on, Vial.gone_at).where(
        Vial.patient_id == patient_id
    )
    return [
        (row.medicine, row.medicine_form, row.received_on, row.gone_at)
        for row in await session.execute(mine)
    ]


def _asks(given: GivenOut) -> bool:
    return given.asks.vial or given.asks.site


def _given(dose: Dose, draws: Sequence[StandingDraw], site: str | None, known: _Known) -> GivenOut:
    outcome = dose.outcome
    if outcome is None:
        raise ValueError("nothing stands of this dose")
    at = outcome.taken_at or outcome.logged_at
    # Nobody is asked about a history that was brought along.
    ours = outcome.means is not Means.IMPORT
    vials = [draw for draw in draws if draw.vial_id in known.held]
    partly = ours and any(draw.assumed and draw.vial_id is None for draw in draws)
    return GivenOut(
        vials=[_vial(dose, draw, known) for draw in vials],
        assumed=draws[0].assumed if draws else None,
        site=WentIntoOut(code=site, name=SITES[site].name) if site in SITES else None,
        asks=AsksOut(
            vial=partly or (ours and not draws and _one_serves(dose, at, known)),
            site=ours and site is None and dose.route in INJECTED,
        ),
        warnings=[
            DrawnLateOut(code=code, text=text)
            for draw in vials
            for code, text in _warnings(dose, draw, at, known)
        ]
        + ([_partly_covered(dose)] if partly else []),
    )


def _partly_covered(dose: Dose) -> DrawnLateOut:
    thing = "vial" if dose.route in INJECTED else "pack"
    return DrawnLateOut(
        code="partly_covered",
        text=f"By what is recorded, less than this dose was left. Say which {thing} it came from, "
        "or correct the amount if less was taken.",
    )


def _vial(dose: Dose, draw: StandingDraw, known: _Known) -> DrawnFromOut:
    vial = _held(draw, known).vial
    told = (dose.line_id, vial.id) in known.confirmed and not is_pen(draw.syringe)
    return DrawnFromOut(
        id=vial.id, lot=vial.lot, medicine_name=known.names[vial.id],
        quantity=quantity_out(vial, draw.quantity) if told and draw.quantity is not None else None,
    )  # fmt: skip


def _held(draw: StandingDraw, known: _Known) -> Contents:
    if draw.vial_id is None:
        raise ValueError("this was drawn from no vial")
    return known.held[draw.vial_id]


def _one_serves(dose: Dose, at: datetime, known: _Known) -> bool:
    """Whether a vial that serves the dose's line had come by then and was still there."""
    return any(
        (medicine, form) == known.lines.get(dose.line_id)
        and there(received_on, gone_at, at, known.here)
        for medicine, form, received_on, gone_at in known.owned
    )


def _warnings(dose: Dose, draw: StandingDraw, at: datetime, known: _Known) -> list[tuple[str, str]]:
    """What is to be looked at: past its date, gone, overdrawn, or of another medicine."""
    held = _held(draw, known)
    vial, day = held.vial, at.astimezone(known.here).date()
    found = []
    if held.discard.day is not None and held.discard.passed(day):
        until = spoken_day(held.discard.day)
        found.append(("past_its_date", f"This vial was to be used until {until}."))
    if vial.gone_at is not None and vial.gone_at <= at:
        found.append(("gone", "This vial was no longer in use by then."))
    if held.overdrawn:
        found.append(("overdrawn", "More is recorded as drawn from this vial than it held."))
    if (vial.medicine, vial.medicine_form) != known.lines.get(dose.line_id):
        found.append(("other_medicine", "This vial holds another medicine than was prescribed."))
    return found
