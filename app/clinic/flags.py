"""What needs a clinician's look at a patient: computed from rows at each read.

A flag says what is on record and stops nothing; what follows from it is for people to decide.
`app.clinic.episodes` keeps when each began and ended.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_from, zone_of
from app.accounts.models import Preferences
from app.clinic.courses import first_dues
from app.clinic.dose_flags import dose_flags, unreachable
from app.clinic.flag_facts import (
    androgens_before,
    doses_read,
    far_off_of,
    lines_of,
    next_androgens,
    prescribed,
    reach_of,
    shelf_of,
)
from app.clinic.flag_rules import FLAG_RULES, STAYS, Flag, Seen, Severity
from app.clinic.models import FlagEpisode
from app.clinic.reading import Reading
from app.monitoring.plan import overdue_visits_among
from app.monitoring.signals import Level, Signal, signals_of
from app.monitoring.visits import Merged
from app.protocols.models import Screening, ScreeningOverride, Version
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
from app.schedule import A_DAY, zone

__all__ = ["STAYS", "Flag", "Seen", "Severity", "flags_of"]

Answers = Sequence[tuple[Screening, ScreeningOverride | None]]


async def flags_of(
    session: AsyncSession,
    patients: Collection[UUID],
    now: datetime,
    doses: Mapping[UUID, Sequence[Reading]] | None = None,
    begun: Mapping[UUID, datetime] | None = None,
) -> dict[UUID, list[Flag]]:
    """The flags of each of these patients, the gravest first, then the oldest. Writes nothing.

    doses   their doses due in the last 60 days, where the caller has read them already
    begun   as `first_dues` says it of their lines, likewise

    As many statements for a whole page as for one patient.
    """
    preferences = await session.scalars(
        select(Preferences).where(Preferences.person_id.in_(patients))
    )
    by_person = {each.person_id: each for each in preferences}
    screened = await _screened(session, patients)
    versions = await _versions(session, patients)
    lines = await prescribed(session, patients)
    signals = await signals_of(session, patients, now)
    read = await doses_read(session, patients, now) if doses is None else doses
    begun = await first_dues(session, patients, now) if begun is None else begun
    upcoming = await next_androgens(session, patients, now)
    before = await androgens_before(session, patients, now)
    falling = await _falling(session, patients)
    reach = await reach_of(session, patients, now)
    overdue = await overdue_visits_among(session, patients, now)
    zones = {patient: zone(zone_of(by_person[patient])) for patient in patients}
    shelf = await shelf_of(session, zones, now)
    peptides = {
        version
        for version, each in lines.items()
        if not set(SCREENED).isdisjoint(each.medicines.values())
    }
    found: dict[UUID, list[Flag]] = {}
    for patient in patients:
        evenings, here = evenings_from(by_person[patient]), zones[patient]
        tonight, mine = evenings.night_of(now), versions.get(patient, [])
        current = current_of(mine, tonight)
        medicines = lines[current.id].medicines if current and current.id in lines else {}
        doses_of = read.get(patient, [])
        flags = [
            *_of_answers(
                screened.get(patient, []), running=_runs(mine, peptides, tonight), now=now
            ),
            *_of_versions(mine, tonight, now),
            *(_of_signal(signal) for signal in signals[patient] if _shows(signal, now)),
            *dose_flags(
                lines_of(doses_of, medicines, upcoming, before, shelf.enough),
                [one.counted(begun.get(one.line_id), None) for one in doses_of],
                now,
                here,
                falling=patient in falling,
                outdated=shelf.outdated.get(patient, []),
                far_off=far_off_of(doses_of),
            ),
            *_of_visits(overdue[patient], here),
        ]
        silent = unreachable(reach[patient], now)
        flags += [silent] if silent else []
        found[patient] = sorted(flags, key=lambda flag: (flag.severity.order, flag.since))
    return found


async def _falling(session: AsyncSession, patients: Collection[UUID]) -> set[UUID]:
    """Of whom it is known already that less is taken than before."""
    rows = select(FlagEpisode.patient_id).where(
        FlagEpisode.patient_id.in_(patients), FlagEpisode.rule == "falling_trend",
        FlagEpisode.closed_at.is_(None),
    )  # fmt: skip
    return set(await session.scalars(rows))


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
        return [FLAG_RULES["screening_due"].flag(found.since or now)]
    if found.state not in (State.STOPPED, State.OVERRIDDEN):
        return []
    flags = []
    counts = settled_before(answered)
    for (row, override), each in zip(rows[counts:], answered[counts:], strict=True):
        if each.answer is Answer.NO:
            continue
        rule = FLAG_RULES[f"screening_{each.answer}"]
        flag = rule.flag(row.answered_at, str(row.id), said=_said(row))
        if override is not None:
            told, grave = " A clinician decided to start all the same.", rule.decided
        else:
            told, grave = (_RUNS if running else ""), rule.severity
        flags.append(
            replace(
                flag, text=flag.text + told, severity=grave or rule.severity,
                overridden=override is not None,
            )
        )  # fmt: skip
    return flags


_RUNS = " A growth-hormone peptide runs; reminders go on until the line is held."


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
    current, proposed = current_of(versions, tonight), open_proposal(versions)
    unseen = current is not None and current.at_once and current.acknowledged_at is None
    for rule, version in (
        (FLAG_RULES["at_once_unseen"], current if unseen else None),
        (FLAG_RULES["proposal_waiting"], proposed),
    ):
        if version is not None and now >= version.created_at + rule.span("hours"):
            flags.append(rule.flag(version.created_at, str(version.id), number=version.number))
    return flags


def _of_visits(visits: Sequence[Merged], here: tzinfo) -> list[Flag]:
    """Blood that is overdue, told once for all visits, since the first one's window closed."""
    rule = FLAG_RULES["labs_overdue"]
    if len(visits) < rule.number("visits"):
        return []
    first = min(visits, key=_closed_on)
    since = datetime.combine(_closed_on(first) + A_DAY, time(), tzinfo=here).astimezone(UTC)
    wording = "clinician" if len(visits) == 1 else "more"
    return [rule.flag(since, "", wording, visit=first.name, more=len(visits) - 1)]


def _closed_on(visit: Merged) -> date:
    """The last day of the window that closed first; a visit's own stretches to today."""
    return min(each.instance.closes_on for each in visit.members)


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
        subject=str(signal.id),
    )


_SEVERITIES = {level: Severity(level.value) for level in Level}
