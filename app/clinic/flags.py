"""What needs a clinician's look at a patient: computed from rows, never stored.

A flag says what is on record and stops nothing; what follows from it is for people to decide.
"""

import enum
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from
from app.accounts.models import Preferences
from app.monitoring.signals import Level, Signal, signals_of
from app.protocols.models import Line, Screening, ScreeningOverride, Terms, Version
from app.protocols.screening import (
    QUESTIONS,
    SCREENED,
    Answer,
    State,
    as_answered,
    settled_before,
    standing,
)
from app.protocols.standing import current_of, open_proposal, segments

UNSEEN = timedelta(hours=48)
"""A change that held at once and was not looked at for this long. [D] engineering default."""

WAITING = timedelta(days=7)
"""A proposal that nobody confirmed for this long. [D] engineering default."""

STAYS = timedelta(days=28)
"""A signal that somebody acknowledged stays visible for this long. [D] engineering default."""

Answers = Sequence[tuple[Screening, ScreeningOverride | None]]


class Severity(enum.StrEnum):
    """How soon a look is due, the gravest first."""

    EMERGENCY = "emergency"
    RED = "red"
    AMBER = "amber"
    INFO = "info"

    @property
    def order(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who acknowledged a flag, when, and what they noted."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at.

    since           when it arose
    overridden      a clinician has decided about it or acknowledged it; it stays visible
    id              of a flag that can be acknowledged; None of one that goes by itself
    observation_id  the result, side effect or warning sign it is about
    source          of the rule that raised it, where it has one
    """

    code: str
    severity: Severity
    since: datetime
    text: str
    overridden: bool = False
    id: UUID | None = None
    observation_id: UUID | None = None
    seen: Seen | None = None
    source: str | None = None


async def flags_of(
    session: AsyncSession, patients: Collection[UUID], now: datetime
) -> dict[UUID, list[Flag]]:
    """The flags of each of these patients, the gravest first, then the oldest.

    As many statements for a whole page as for one patient.
    """
    preferences = await session.scalars(
        select(Preferences).where(Preferences.person_id.in_(patients))
    )
    tonights = {each.person_id: evenings_from(each).night_of(now) for each in preferences}
    screened = await _screened(session, patients)
    versions = await _versions(session, patients)
    peptides = await _peptides(session, patients)
    signals = await signals_of(session, patients, now)
    found: dict[UUID, list[Flag]] = {}
    for patient in patients:
        tonight = tonights[patient]
        mine = versions.get(patient, [])
        running = _runs(mine, peptides, tonight)
        flags = [
            *_of_answers(screened.get(patient, []), running=running, now=now),
            *_of_versions(mine, tonight, now),
            *(_of_signal(signal) for signal in signals[patient] if _shows(signal, now)),
        ]
        found[patient] = sorted(flags, key=lambda flag: (flag.severity.order, flag.since))
    return found


async def _screened(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, Answers]:
    rows = await session.execute(
        select(Screening, ScreeningOverride)
        .outerjoin(
            ScreeningOverride,
            (ScreeningOverride.patient_id == Screening.patient_id)
            & (ScreeningOverride.screening_id == Screening.id),
        )
        .where(Screening.patient_id.in_(patients))
        .order_by(Screening.answered_at, Screening.id)
    )
    found: dict[UUID, list[tuple[Screening, ScreeningOverride | None]]] = defaultdict(list)
    for screening, override in rows:
        found[screening.patient_id].append((screening, override))
    return {**found}


async def _versions(session: AsyncSession, patients: Collection[UUID]) -> dict[UUID, list[Version]]:
    """Every version of each patient, oldest first."""
    rows = select(Version).where(Version.patient_id.in_(patients)).order_by(Version.number)
    found: dict[UUID, list[Version]] = defaultdict(list)
    for version in await session.scalars(rows):
        found[version.patient_id].append(version)
    return found


async def _peptides(session: AsyncSession, patients: Collection[UUID]) -> set[UUID]:
    """The versions of these patients that prescribe a growth-hormone peptide."""
    rows = await session.scalars(
        select(Terms.version_id)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id.in_(patients), Line.medicine.in_(SCREENED))
        .distinct()
    )
    return set(rows)


def _runs(versions: Sequence[Version], peptides: set[UUID], tonight: date) -> bool:
    """Whether the version in force tonight prescribes a growth-hormone peptide."""
    return any(
        stretch.since <= tonight and stretch.version.id in peptides
        for stretch in segments(versions, tonight)
    )


def _of_answers(rows: Answers, *, running: bool, now: datetime) -> list[Flag]:
    """A flag for each set of answers that nobody has settled, and one where they are due."""
    answered = as_answered(rows)
    found = standing(answered, needed=running, now=now)
    if found.state is State.DUE and running:
        since = found.since or now
        return [
            Flag(
                "screening_due", Severity.AMBER, since,
                "The health questions are due while a growth-hormone peptide runs.",
            )
        ]  # fmt: skip
    if found.state not in (State.STOPPED, State.OVERRIDDEN):
        return []
    flags = []
    counts = settled_before(answered)
    for (row, override), each in zip(rows[counts:], answered[counts:], strict=True):
        if each.answer is Answer.NO:
            continue
        text = f"Health questions: {_said(row)}."
        if override is not None:
            text += " A clinician decided to start all the same."
        elif running:
            text += " A growth-hormone peptide runs; reminders go on until the line is held."
        severity = Severity.RED if override is None else Severity.AMBER
        flags.append(
            Flag(
                f"screening_{each.answer}", severity, row.answered_at, text,
                overridden=override is not None,
            )
        )  # fmt: skip
    return flags


def _said(row: Screening) -> str:
    """What was not answered with no, in the words of the questions."""
    return "; ".join(
        f"{'yes' if given == Answer.YES else 'not sure'} to “{known.text if known else code}”"
        for code, given in row.answers.items()
        for known in [QUESTIONS.get(code)]
        if given != Answer.NO
    )


def _of_versions(versions: Sequence[Version], tonight: date, now: datetime) -> list[Flag]:
    """Changes that the patient has not looked at although they should have."""
    flags = []
    current = current_of(versions, tonight)
    if (
        current is not None and current.at_once and current.acknowledged_at is None
        and now >= current.created_at + UNSEEN
    ):  # fmt: skip
        flags.append(
            Flag(
                "at_once_unseen", Severity.AMBER, current.created_at,
                f"Version {current.number} holds at once, and the patient has not looked at it.",
            )
        )  # fmt: skip
    proposed = open_proposal(versions)
    if proposed is not None and now >= proposed.created_at + WAITING:
        flags.append(
            Flag(
                "proposal_waiting", Severity.AMBER, proposed.created_at,
                f"Version {proposed.number} waits for the patient for more than a week.",
            )
        )  # fmt: skip
    return flags


def _shows(signal: Signal, now: datetime) -> bool:
    """Whether nobody has acknowledged it, or somebody did not long ago."""
    return signal.seen_at is None or now < signal.seen_at + STAYS


def _of_signal(signal: Signal) -> Flag:
    """A signal as a flag: it goes only when somebody acknowledges it, or its result is void."""
    seen = None
    if signal.seen_at is not None:
        seen = Seen(signal.seen_name, signal.seen_at, signal.seen_note)
    return Flag(
        code=signal.rule,
        severity=_SEVERITIES[signal.level],
        since=signal.since,
        text=signal.clinician_text,
        overridden=seen is not None,
        id=signal.id,
        observation_id=signal.observation_id,
        seen=seen,
        source=signal.source,
    )


_SEVERITIES = {level: Severity(level.value) for level in Level}
