"""How a patient chose to be asked about themselves, and when they are asked next.

The nights are those of the doses: they follow the same clock, and a question in the small hours
belongs to the evening before. Instants are derived from the wall clock whenever they are needed;
`Tracking.ask_at` is only where the tick looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import evenings_from, quiet_of, take_turn
from app.accounts.models import Person
from app.audit import Means
from app.observations.catalogue import CATALOGUE
from app.observations.models import Asked, Rhythm, Tracking
from app.problems import Invalid
from app.schedule import A_DAY, Evenings, Quiet

SCALES = tuple(code for code, item in CATALOGUE.items() if item.group == "scale")
"""Codes of the scales of a check-in, in the order in which they are asked."""

_A_FORTNIGHT = 15  # nights; a weekly question comes round within eight, and one may be skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a patient wishes to be asked; see `Tracking`."""

    rhythm: Rhythm = Rhythm.OFF
    weekday: int | None = None
    asked: Asked = Asked.EVENING
    at: time | None = None
    items: tuple[str, ...] = SCALES
    training_days: tuple[int, ...] = ()

    def asks_on(self, day: date) -> bool:
        """Whether this day has a check-in."""
        match self.rhythm:
            case Rhythm.OFF:
                return False
            case Rhythm.DAILY:
                return True
            case Rhythm.WEEKLY:
                return day.isoweekday() == self.weekday

    def moment(self, day: date, evenings: Evenings, quiet: Quiet | None) -> datetime | None:
        """When this day's check-in is asked: at bedtime, or at its own time.

        In quiet hours it waits for their end. None for a day that is not asked about, and where
        the quiet ends only after the day has turned: then it is for the app to show.
        """
        if not self.asks_on(day):
            return None
        moment = evenings.instant(day, self.at if self.asked is Asked.OWN else None)
        if moment is None:
            return None
        if quiet is not None and quiet.covers(moment):
            moment = quiet.ends_after(moment)
        return moment if moment < evenings.closes(day) else None

    def next_moment(
        self, evenings: Evenings, quiet: Quiet | None, *, since: date, after: datetime
    ) -> datetime | None:
        """The first such instant after `after`, of the days from `since` on; None for never."""
        for days in range(_A_FORTNIGHT):
            moment = self.moment(since + A_DAY * days, evenings, quiet)
            if moment is not None and moment > after:
                return moment
        return None


async def policy_of(session: AsyncSession, patient_id: UUID) -> Policy:
    """What the patient chose; one who chose nothing is not asked."""
    row = await session.get(Tracking, patient_id)
    return Policy() if row is None else policy_from(row)


def policy_from(row: Tracking) -> Policy:
    """What this row says."""
    return Policy(
        rhythm=row.rhythm, weekday=row.weekday, asked=row.asked, at=row.at,
        items=tuple(row.items), training_days=tuple(row.training_days),
    )  # fmt: skip


async def choose(
    session: AsyncSession, patient_id: UUID, actor: Person, means: Means, wanted: Policy,
    now: datetime,
) -> Policy:  # fmt: skip
    """Ask from now on as wanted; a repeat changes nothing, and what does not apply is dropped.

    A time that has gone by today is first asked at tomorrow. Raises Invalid, naming the field, for
    a weekly rhythm without its weekday, a time of its own that is missing or lies in the quiet
    hours, no item or an unknown one, and a day that no week has.
    """
    preferences = await take_turn(session, patient_id)
    quiet, evenings = quiet_of(preferences), evenings_from(preferences)
    policy = _checked(wanted, quiet, evenings)
    ask_at = policy.next_moment(evenings, quiet, since=evenings.night_of(now), after=now)
    said: dict[str, Any] = {
        "rhythm": policy.rhythm, "weekday": policy.weekday, "asked": policy.asked,
        "at": policy.at, "items": list(policy.items), "training_days": list(policy.training_days),
    }  # fmt: skip
    row = await session.get(Tracking, patient_id, with_for_update=True, populate_existing=True)
    if row is None:
        session.add(Tracking(patient_id=patient_id, chosen_at=now, ask_at=ask_at, **said))
    elif policy_from(row) == policy:
        return policy
    else:
        for name, value in said.items():
            setattr(row, name, value)
        row.chosen_at, row.ask_at = now, ask_at
    audit.record(
        session, "tracking.chosen", at=now, actor=actor.id, patient=patient_id, means=means,
        rhythm=policy.rhythm.value,
    )  # fmt: skip
    await session.flush()
    return policy


async def look_again(session: AsyncSession, patient_id: UUID, now: datetime) -> None:
    """Have the tick work out anew when this patient is asked: their clock or bedtime has changed.

    A repeat changes nothing, nor does it for somebody who is not asked at all.
    """
    asked = update(Tracking).where(Tracking.patient_id == patient_id, Tracking.rhythm != Rhythm.OFF)
    await session.execute(asked.values(ask_at=now))


async def due_to_ask(session: AsyncSession, now: datetime, limit: int) -> Sequence[Tracking]:
    """Whoever may have to be asked by now, claimed: other workers pass these by."""
    due = (
        select(Tracking)
        .where(Tracking.ask_at <= now)
        .order_by(Tracking.ask_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(due)).all()


def _checked(wanted: Policy, quiet: Quiet | None, evenings: Evenings) -> Policy:
    """The same without what does not apply to it; see `choose` for what is refused."""
    weekly, own = wanted.rhythm is Rhythm.WEEKLY, wanted.asked is Asked.OWN
    if weekly and wanted.weekday is None:
        raise Invalid(
            "A weekly check-in needs its weekday.", field="weekday",
            cure="Give 1 for Monday to 7 for Sunday.",
        )  # fmt: skip
    if own and wanted.at is None:
        raise Invalid(
            "A check-in of its own needs its time.", field="at", cure="Write it as 19:00."
        )
    unknown = [position for position, code in enumerate(wanted.items) if code not in SCALES]
    if unknown:
        raise Invalid(
            "This is not asked in a check-in.", field=f"items.{unknown[0]}",
            cure=f"Use {', '.join(SCALES)}.",
        )  # fmt: skip
    if not wanted.items and wanted.rhythm is not Rhythm.OFF:
        raise Invalid(
            "A check-in asks about at least one thing.", field="items",
            cure="Choose one, or turn check-ins off.",
        )  # fmt: skip
    if own and wanted.at is not None and quiet is not None and wanted.rhythm is not Rhythm.OFF:
        # Any date will do: quiet hours are the same on each.
        moment = datetime(2026, 1, 15, wanted.at.hour, wanted.at.minute, tzinfo=quiet.zone)
        if evenings.zone == quiet.zone and quiet.covers(moment):
            raise Invalid(
                f"{wanted.at:%H:%M} lies in the quiet hours, {quiet.start:%H:%M} to "
                f"{quiet.end:%H:%M}.", field="at", cure="Choose another time.",
            )  # fmt: skip
    items = tuple(code for code in SCALES if code in wanted.items)
    return Policy(
        rhythm=wanted.rhythm,
        weekday=wanted.weekday if weekly else None,
        asked=wanted.asked,
        at=wanted.at if own else None,
        items=items,
        training_days=tuple(sorted(set(wanted.training_days))),
    )
