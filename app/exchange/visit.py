"""What a visit is prepared with, section by section, in words ready to be printed.

Nothing is judged here: figures, contexts, medians and flags are those of the app, read by the same
functions. Every value is text, so that the page that is set from it decides nothing either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import preferences_of
from app.accounts.models import Person
from app.accounts.waking import today_of
from app.clinic.episodes import reconcile
from app.exchange import visit_labs, visit_symptoms
from app.exchange.followed import printed
from app.exchange.words import day_of, days_between, moment_of
from app.monitoring.changes import dose_changes
from app.monitoring.due import State
from app.monitoring.people import age_on
from app.monitoring.plan import visits_of
from app.protocols.medicines import MEDICINES
from app.protocols.reading import read_protocol
from app.protocols.standing import VersionState
from app.protocols.version_shapes import LineOut, VersionOut
from app.schedule import A_DAY, zone
from app.units import spoken

NEXT_VISITS = 3
"""How many draws to come are named; the app has all of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose visit, over which days, and for whose eyes.

    clinic   whether it is the clinic's copy, with what clinicians say to each other
    days     how many days up to now
    """

    patient_id: UUID
    clinic: bool
    days: int
    now: datetime


async def visit_of(session: AsyncSession, asked: Asked) -> dict[str, Any]:
    """Everything that is printed, by section; a section without anything says so itself."""
    patient = asked.patient_id
    person = await session.get_one(Person, patient)
    preferences = await preferences_of(session, patient)
    here = zone(preferences.timezone)
    today = asked.now.astimezone(here).date()
    first = (asked.now - timedelta(days=asked.days)).astimezone(here).date()
    return {
        "name": person.name,
        # Whose page it is, also where no font of it has the letters of the name.
        "reference": patient.hex[:8],
        "about": _about(person, today),
        "period": f"{days_between(first, today)} ({asked.days} days)",
        "as_of": moment_of(asked.now, here),
        "copy": "For the clinic" if asked.clinic else "The patient's own copy",
        "protocol": await _protocol(session, patient, first, asked.now),
        "adherence": await printed(session, patient, asked.days, asked.now),
        "labs": await visit_labs.labs(session, patient, asked.now),
        "next": await _next(session, patient, today_of(preferences, asked.now), asked.now),
        "symptoms": await visit_symptoms.symptoms(session, patient, first, today),
        "effects": await visit_symptoms.side_effects(session, patient, first, today),
        "flags": await _flags(session, patient, asked.now) if asked.clinic else None,
    }


def _about(person: Person, today: date) -> str:
    """Date of birth with the age, and sex, as far as they were told."""
    said = []
    if person.born_on is not None:
        said.append(f"Born {day_of(person.born_on)}, {age_on(person.born_on, today)} years")
    if person.sex is not None:
        said.append(person.sex.value)
    return " · ".join(said)


async def _protocol(
    session: AsyncSession, patient: UUID, first: date, now: datetime
) -> dict[str, Any]:
    """What is prescribed tonight, what is proposed, and what changed in the period."""
    found = await read_protocol(session, patient, now, None)
    current, proposed = found.current, found.proposed
    held = await dose_changes(session, patient, now)
    changes = [each for each in held[1:] if each.day >= first]  # the first one is no change
    return {
        "head": _headline(current),
        "lines": [_line(line) for line in current.lines] if current else [],
        "proposed": _proposal(proposed) if proposed else "",
        "changes": [f"{day_of(each.day)}, version {each.version}: {each.text}" for each in changes],
    }


def _headline(current: VersionOut | None) -> str:
    if current is None:
        return "Nothing is prescribed in Vesper."
    since = current.in_force_from or current.effective_night
    verb = "from" if current.state is VersionState.COMING else "since"
    said = f"Version {current.number}, in force {verb} {day_of(since)}"
    by = current.prescriber or current.author.name
    said += f"; self-reported, prescribed by {by}" if current.self_reported else f"; by {by}"
    return f"{said}. {current.reason}".rstrip(". ") + "."


def _line(line: LineOut) -> dict[str, str]:
    """One medicine in the words of the app."""
    amount = f"{line.amount.value} {spoken(line.amount.unit)}"
    beside = []
    if line.hold is not None:
        until = f" until {day_of(line.hold.until - A_DAY)}" if line.hold.until else ""
        beside.append(f"On hold from {day_of(line.hold.since)}{until}: {line.hold.reason}")
    beside += [each.text for each in (line.next_step, line.next_turn) if each is not None]
    known = MEDICINES.get(line.medicine)
    form = known.form(line.form) if known is not None and line.form else None
    return {
        "medicine": line.name, "form": form.name if form is not None else "", "amount": amount,
        "route": line.route.replace("_", " "), "when": line.schedule_text,
        "beside": "; ".join(beside),
    }  # fmt: skip


def _proposal(proposed: VersionOut) -> str:
    reason = f" {proposed.reason.rstrip('.')}." if proposed.reason else ""
    return (
        f"Version {proposed.number} is proposed by {proposed.author.name} for "
        f"{day_of(proposed.effective_night)} and waits for the patient's acknowledgement.{reason}"
    )


async def _next(
    session: AsyncSession, patient: UUID, today: date, now: datetime
) -> Sequence[dict[str, str]]:
    """What is asked for next, overdue first: what, and in which days."""
    found = [visit for visit in await visits_of(session, patient, now) if visit.open]
    return [
        {
            "name": visit.name,
            "when": f"chosen for {day_of(visit.chosen.day)}, {visit.chosen.at:%H:%M}"
            if visit.chosen is not None and visit.chosen.day >= today
            else f"overdue since {day_of(visit.due_on)}"
            if visit.state is State.OVERDUE
            else days_between(visit.opens_on, visit.closes_on),
        }
        for visit in found[:NEXT_VISITS]
    ]


async def _flags(session: AsyncSession, patient: UUID, now: datetime) -> list[dict[str, str]]:
    """What needs a look, in the clinic's words, the gravest first."""
    found = (await reconcile(session, [patient], now))[patient]
    return [
        {
            "severity": flag.severity.value, "text": flag.text, "since": day_of(flag.since.date()),
            "seen": f"seen by {flag.seen.by}" if flag.seen else "",
        }
        for flag in found
    ]  # fmt: skip
