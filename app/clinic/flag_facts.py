"""From rows to what the rules of the list are asked about: doses by line, reach, overdue visits.

As many statements for a whole page of patients as for one.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Person
from app.clinic.after_discard import late_draws, outdated
from app.clinic.courses import last_taken_of_line
from app.clinic.dose_flags import LOOK_BACK, FarOff, LineDoses, Outdated, Reach
from app.clinic.flag_rules import FLAG_RULES
from app.clinic.holdings import held_by_key, keys_of, last_night
from app.clinic.reading import Reading, by_line, by_patient, readings
from app.doses.asking import far_off
from app.doses.models import Dose, Kind, Spoken
from app.doses.standing import standing_event, stands
from app.protocols.medicines import MEDICINES, label_of
from app.protocols.models import Line, Terms
from app.push.models import Subscription
from app.schedule import A_DAY
from app.supplies.holding import contents_of_many, standing_draws
from app.supplies.ledger import Contents, StandingDraw
from app.supplies.outlook import outlooks_of

OUTLOOK = FLAG_RULES["run_out"].number("days_left") + 2
"""So many nights are looked ahead: what lasts longer is on no list."""

ANDROGENS = frozenset(code for code, each in MEDICINES.items() if "androgen" in each.kinds)


@dataclass(slots=True)
class Prescribed:
    """The lines of one version: id and medicine."""

    medicines: dict[UUID, str] = field(default_factory=dict)


async def prescribed(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Prescribed]:
    """What each version of these patients prescribes, by version."""
    rows = await session.execute(
        select(Terms.version_id, Line.id, Line.medicine)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id.in_(patients))
    )
    found: dict[UUID, Prescribed] = defaultdict(Prescribed)
    for version_id, line_id, medicine in rows:
        found[version_id].medicines[line_id] = medicine
    return {**found}


async def doses_read(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, list[Reading]]:
    """The doses of each patient due in the last 60 days."""
    return by_patient(await readings(session, patients, now - LOOK_BACK, now))


async def next_androgens(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, datetime]:
    """When the next dose of each testosterone line is planned, by line."""
    rows = await session.execute(
        select(Dose.line_id, func.min(Dose.due_at).label("due_at"))
        .join(Line, and_(Line.patient_id == Dose.patient_id, Line.id == Dose.line_id))
        .where(
            Dose.patient_id.in_(patients), Dose.due_at > now, Dose.extra.is_(False),
            Line.medicine.in_(ANDROGENS),
        )
        .group_by(Dose.line_id)
    )  # fmt: skip
    return {row.line_id: row.due_at for row in rows}


async def androgens_before(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, datetime]:
    """When the last dose of each testosterone line was taken of those that are not read."""
    taken = last_taken_of_line(now - LOOK_BACK).label("taken_at")
    rows = await session.execute(
        select(Line.id, taken).where(Line.patient_id.in_(patients), Line.medicine.in_(ANDROGENS))
    )
    return {row.id: row.taken_at for row in rows if row.taken_at is not None}


def lines_of(
    found: Sequence[Reading], medicines: Mapping[UUID, str], upcoming: Mapping[UUID, datetime],
    before: Mapping[UUID, datetime], enough: Mapping[UUID, datetime],
) -> list[LineDoses]:  # fmt: skip
    """The lines that are in force, with their doses; of those that have had none, the ones of
    which it is known how long their vials last.

    enough   until when what is on record is enough, by line, as `LineDoses` says it
    """
    of_line = by_line(found)
    lines = [
        LineDoses(
            id=line_id,
            label=doses[-1].label,
            intakes=[one.intake for one in doses],
            androgen=medicines[line_id] in ANDROGENS,
            next_due_at=upcoming.get(line_id),
            before=before.get(line_id),
            enough_until=enough.get(line_id),
        )
        for line_id, doses in of_line.items()
        if line_id in medicines
    ]
    return lines + [
        LineDoses(line_id, label_of(medicine), [], enough_until=enough[line_id])
        for line_id, medicine in medicines.items()
        if line_id in enough and line_id not in of_line
    ]


def far_off_of(found: Sequence[Reading]) -> list[FarOff]:
    """The lines of which an amount far from the planned one was taken."""
    return [
        FarOff(line_id, doses[-1].label, sorted(times))
        for line_id, doses in by_line(found).items()
        if (times := [
            one.intake.taken_at for one in doses
            if one.intake.taken_at and one.taken and far_off(one.taken, one.planned)
        ])
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the vials of a page of patients put on the list.

    outdated   vials drawn from after their discard date, by patient
    enough     until when what is on record is enough, by line: the first instant of that day where
               the patient is. Left out: what cannot be reckoned, and what nothing runs out of
    """

    outdated: Mapping[UUID, list[Outdated]] = field(default_factory=dict)
    enough: Mapping[UUID, datetime] = field(default_factory=dict)


async def shelf_of(session: AsyncSession, zones: Mapping[UUID, ZoneInfo], now: datetime) -> Shelf:
    """The vials of these patients; one statement while nobody has any.

    zones   of each patient that is wanted
    """
    contents = await contents_of_many(session, list(zones), now)
    holders = [patient for patient, vials in contents.items() if vials]
    if not holders:
        return Shelf()
    draws = await standing_draws(session, holders)
    outlooks = await outlooks_of(session, contents, now, nights=OUTLOOK)
    keys = await keys_of(session, holders)
    lasted = {
        patient: {
            key: max(_lasted(each, draws[patient], zones[patient], now) for each in held.vials)
            for key, held in held_by_key(contents[patient].values()).items()
        }
        for patient in holders
    }
    return Shelf(
        {
            patient: outdated(late_draws(contents[patient], mine, zones[patient]))
            for patient, mine in draws.items()
        },
        {
            # Of an empty shelf a forecast only knows that the next dose is not there.
            line: datetime.combine(
                forecast.enough_until
                or min(forecast.short_on - A_DAY, lasted[patient][keys[line]]),
                time(),
                tzinfo=zones[patient],
            )
            for patient, lines in outlooks.items()
            for line, forecast in lines.items()
            if forecast.known and forecast.short_on is not None
        },
    )


def _lasted(held: Contents, draws: Sequence[StandingDraw], here: ZoneInfo, now: datetime) -> date:
    """The last day on which something was taken from a vial that holds no dose any more, or could
    have been."""
    days = [draw.taken_at.astimezone(here).date() for draw in draws if draw.vial_id == held.vial.id]
    used = max(days, default=held.vial.received_on)
    last = last_night(held, here)
    thrown_away = held.left or held.discarded
    return last if thrown_away and last and last < now.astimezone(here).date() else used


async def reach_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, Reach]:
    """Whether reminders get through to each of these patients; in two statements."""
    since = now - FLAG_RULES["unreachable"].span("spoken_days")
    spoken = await session.execute(
        select(Dose.patient_id, func.min(Spoken.at), func.max(Spoken.at))
        .join(Spoken, and_(Spoken.patient_id == Dose.patient_id, Spoken.dose_id == Dose.id))
        .where(Dose.patient_id.in_(patients), Dose.due_at > since, Dose.due_at <= now)
        .group_by(Dose.patient_id)
    )
    heard = {patient: (first, last) for patient, first, last in spoken}
    devices: dict[UUID, list[Subscription]] = defaultdict(list)
    for device in await session.scalars(
        select(Subscription).where(Subscription.person_id.in_(patients))
    ):
        devices[device.person_id].append(device)
    return {
        patient: _reach(devices.get(patient, []), *heard.get(patient, (None, None)))
        for patient in patients
    }


async def last_taken_of(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, datetime]:
    """When the latest dose that was taken, was taken; along each patient's doses, newest first."""
    last = standing_event()
    newest = (
        select(last.taken_at)
        .join(Dose, stands(last))
        .where(Dose.patient_id == Person.id, last.kind == Kind.TAKEN)
        .order_by(Dose.due_at.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
        .label("taken_at")
    )
    rows = await session.execute(select(Person.id, newest).where(Person.id.in_(patients)))
    return {row.id: row.taken_at for row in rows if row.taken_at is not None}


def _reach(devices: Sequence[Subscription], first: datetime | None, last: datetime | None) -> Reach:
    live = [each for each in devices if each.retired_at is None]
    heard = [at for each in live for at in (each.last_accepted_at, each.last_shown_at) if at]
    ended = [each.retired_at for each in devices if each.retired_at]
    begun = [each.created_at for each in live]
    return Reach(
        devices=len(live),
        heard_at=max(heard, default=None),
        since=min(begun) if begun else max(ended, default=None),
        first_spoken_at=first,
        last_spoken_at=last,
    )
