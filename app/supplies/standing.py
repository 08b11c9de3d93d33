"""How each line's supply stands, in a word and in a sentence, with everything else that is kept.

What is said here is arithmetic on the plan and on what is on record; it proposes no dose.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.protocols.medicines import label_of
from app.protocols.models import Line
from app.protocols.turns import spoken_day
from app.schedule import A_DAY
from app.supplies.consumables import Kept, kept_of
from app.supplies.forecast import Forecast
from app.supplies.holding import contents_of
from app.supplies.kit import kits_of
from app.supplies.ledger import Contents
from app.supplies.needs import NIGHTS, courses_of
from app.supplies.outlook import forecasts
from app.supplies.settings import Wishes, wishes_of
from app.supplies.supply_shapes import LineState, LineSupply


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a patient has, as it stands at an instant.

    short   the forecast of each line that vials on record serve
    held    every vial with its contents, gone ones as well
    """

    tonight: date
    lines: dict[UUID, Line]
    short: dict[UUID, Forecast]
    held: dict[UUID, Contents]
    consumables: list[Kept]
    wishes: Wishes

    @property
    def ends(self) -> list[tuple[UUID, date | None]]:
        """The first night of each line that there is not enough for."""
        return [(line, forecast.short_on) for line, forecast in self.short.items()]

    def came_since(self, line_id: UUID, moment: datetime) -> bool:
        """Whether a vial or pack for this line was entered after an instant."""
        line = self.lines.get(line_id)
        return line is not None and any(
            each.vial.created_at > moment and each.vial.serves(line.medicine, line.form)
            for each in self.held.values()
        )


async def standing_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *, nights: int = NIGHTS
) -> Standing:
    """How a patient's supplies stand now; nothing is written.

    nights   how many nights vials are looked ahead for; what lasts longer has no date
    """
    course = (await courses_of(session, [patient_id], now))[patient_id]
    held = await contents_of(session, patient_id, now)
    kits = await kits_of(session, [patient_id]) if held else {}
    return Standing(
        tonight=course.tonight,
        lines=dict(course.lines),
        short=forecasts(course, list(held.values()), kits, nights),
        held=held,
        consumables=await kept_of(session, patient_id, now, course),
        wishes=await wishes_of(session, patient_id),
    )


def line_supply(standing: Standing, line: Line) -> LineSupply:
    """How one line stands, as the API says it."""
    forecast = standing.short.get(line.id)
    tonight, lead = standing.tonight, timedelta(days=standing.wishes.lead_days)
    short = forecast.short_on if forecast else None
    state = _state(forecast, tonight, lead)
    return LineSupply(
        id=line.id,
        name=label_of(line.medicine),
        medicine=line.medicine,
        state=state,
        enough_until=forecast.enough_until if forecast else None,
        short_on=short,
        days_left=max(short - tonight, timedelta()).days if short else None,
        doses_left=forecast.doses_left if forecast else None,
        ask_by=max(short - lead, tonight) if short else None,
        text=_text(state, forecast),
    )


def _state(forecast: Forecast | None, tonight: date, lead: timedelta) -> LineState:
    if forecast is None:
        return LineState.NO_VIALS
    if not forecast.known:
        return LineState.UNKNOWN
    if forecast.short_on is None:
        return LineState.ENOUGH
    if forecast.doses_left == 0:
        return LineState.OUT
    return LineState.SOON if forecast.short_on <= tonight + lead else LineState.ENOUGH


def _text(state: LineState, forecast: Forecast | None) -> str:
    """One plain sentence."""
    if forecast is None:
        return "No vial or pack is on record."
    if state is LineState.UNKNOWN:
        return "What is on record cannot be counted against the amount you were prescribed."
    if forecast.short_on is None and forecast.doses_left == 0:
        return "As things stand, no dose is to be taken in the next year."
    if forecast.short_on is None:
        return "Enough for every dose of the next year."
    night = spoken_day(forecast.short_on)
    if state is LineState.OUT:
        there = "Nothing is left" if forecast.nothing else "Not enough is left"
        return f"{there} for the next dose, on {night}."
    doses = f"{forecast.doses_left} {'dose' if forecast.doses_left == 1 else 'doses'}"
    return f"Enough until {spoken_day(forecast.short_on - A_DAY)}: {doses}."
