"""Questions before a growth-hormone peptide starts, and once a year while it runs.

A yes, or an answer nobody is sure of, stops the start until a clinician has decided. It never
stops a medicine that runs already, nor its reminders: that is a hold, which people decide.
"""

import enum
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.evenings import evenings_of
from app.accounts.models import Person, Role
from app.db import insert_new
from app.problems import Invalid, NotFound, Problem
from app.protocols.medicines import MEDICINES
from app.protocols.models import Screening, ScreeningOverride, Version
from app.protocols.standing import open_proposal, segments, terms_of, versions_of

VALID = timedelta(days=365)
"""How long answers count: asked again every year. Source: issue 3; brief.md, row 16."""


class Answer(enum.StrEnum):
    """What somebody says to one question."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class State(enum.StrEnum):
    """How a patient stands with the questions.

    not_needed   no growth-hormone peptide is prescribed or proposed, and nothing was answered
    due          asked for: never answered, or more than a year ago
    clear        every answer was no
    stopped      an answer stops the start until a clinician has decided
    overridden   a clinician decided to start in spite of an answer
    """

    NOT_NEEDED = "not_needed"
    DUE = "due"
    CLEAR = "clear"
    STOPPED = "stopped"
    OVERRIDDEN = "overridden"


class ScreeningNeeded(Problem):
    """A few questions come before this medicine starts."""

    status: ClassVar[int] = 409


class ScreeningStops(Problem):
    """An answer to the questions before this medicine stops its start."""

    status: ClassVar[int] = 409


class OtherAnswers(Problem):
    """These questions were answered differently under the same id."""

    status: ClassVar[int] = 409


class ClinicianOverrides(Problem):
    """Only a clinician can decide to start in spite of an answer."""

    status: ClassVar[int] = 403


class NothingToOverride(Problem):
    """Every answer was no, so nothing stops the start."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Question:
    """One question in plain words, and the source that calls it a reason not to start."""

    code: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One set of answers as it counts.

    answer       the gravest of them
    by_patient   the patient answered, rather than a clinician
    overridden   a clinician decided to start in spite of it
    """

    at: datetime
    answer: Answer
    by_patient: bool = True
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a patient stands, since when, and when they are asked again if that is known."""

    state: State
    since: datetime | None = None
    due_at: datetime | None = None


def read_questions(text: str) -> dict[str, Question]:
    """The questions of a data file by their codes; raises ValueError for one without a source."""
    found = {code: Question(code, **facts) for code, facts in tomllib.loads(text).items()}
    if not found or any(not each.text or not each.source for each in found.values()):
        raise ValueError("a question has no words or no source")
    return found


QUESTIONS = read_questions(
    files("app.protocols").joinpath("data", "screening.toml").read_text(encoding="utf-8")
)
SCREENED = tuple(code for code, known in MEDICINES.items() if known.growth_hormone_peptide)
"""Codes of the medicines before which these questions are asked."""


def gravest(answers: Collection[str]) -> Answer:
    """What a set of answers comes to: one yes outweighs everything, then one unsure."""
    return next((each for each in (Answer.YES, Answer.UNSURE) if each in answers), Answer.NO)


def settled_before(answered: Sequence[Answered]) -> int:
    """Where the answers begin that still count: a clinician has settled every earlier one."""
    return max(
        (n for n, each in enumerate(answered) if each.overridden or not each.by_patient), default=0
    )


def standing(answered: Sequence[Answered], *, needed: bool, now: datetime) -> Standing:
    """How a patient stands after these answers, oldest first.

    needed   whether a growth-hormone peptide is prescribed or proposed

    A yes does not go away by answering again: it stands until a clinician overrides it, or gives
    new answers. Somebody who was unsure may find out and answer anew. Answers count for a year;
    one that stops counts until it is settled.
    """
    recent = answered[settled_before(answered) :]
    for each in reversed(recent):
        if each.answer is Answer.YES and not each.overridden:
            return Standing(State.STOPPED, each.at)
    last = recent[-1] if recent else None
    if last is not None and last.answer is Answer.UNSURE and not last.overridden:
        return Standing(State.STOPPED, last.at)
    if last is not None and now < last.at + VALID:
        state = State.CLEAR if last.answer is Answer.NO else State.OVERRIDDEN
        return Standing(state, last.at, last.at + VALID)
    if not needed:
        return Standing(State.NOT_NEEDED)
    due = last.at + VALID if last is not None else None
    return Standing(State.DUE, due, due)


async def screenings_of(
    session: AsyncSession, patient_id: UUID
) -> list[tuple[Screening, ScreeningOverride | None]]:
    """Every set of answers of a patient with the decision about it, oldest first."""
    rows = await session.execute(
        select(Screening, ScreeningOverride)
        .outerjoin(
            ScreeningOverride,
            (ScreeningOverride.patient_id == Screening.patient_id)
            & (ScreeningOverride.screening_id == Screening.id),
        )
        .where(Screening.patient_id == patient_id)
        .order_by(Screening.answered_at, Screening.id)
    )
    return [(screening, override) for screening, override in rows]


def as_answered(rows: Sequence[tuple[Screening, ScreeningOverride | None]]) -> list[Answered]:
    """What the rows of one patient count for."""
    return [
        Answered(
            at=row.answered_at,
            answer=gravest(row.answers.values()),
            by_patient=row.author_id == row.patient_id,
            overridden=override is not None,
        )
        for row, override in rows
    ]


async def standing_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *, needed: bool
) -> Standing:
    """How this patient stands now."""
    rows = await screenings_of(session, patient_id)
    return standing(as_answered(rows), needed=needed, now=now)


async def check_start(
    session: AsyncSession, patient_id: UUID, medicines: Collection[str], now: datetime
) -> None:
    """Let a version with these medicines come into force, as far as the questions go.

    A growth-hormone peptide that the version in force tonight prescribes already runs, and is not
    stopped here. Changes nothing. Raises ScreeningNeeded while the questions are not answered, or
    were more than a year ago, and ScreeningStops while an answer stands against the start.
    """
    starting = set(medicines).intersection(SCREENED)
    if starting:
        starting -= await _running(session, patient_id, now)
    if not starting:
        return
    found = await standing_of(session, patient_id, now, needed=True)
    if found.state is State.DUE:
        raise ScreeningNeeded(
            "A few health questions have to be answered before this medicine starts.",
            cure="Answer the questions, then try again.",
        )
    if found.state is State.STOPPED:
        raise ScreeningStops(
            "An answer to the health questions stops the start of this medicine.",
            cure="Contact your clinic. A clinician can look at the answer and decide.",
        )


async def needed(session: AsyncSession, patient_id: UUID, now: datetime) -> bool:
    """Whether a growth-hormone peptide is in force, waits for its night, or is proposed."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    versions = await versions_of(session, patient_id)
    ahead = [stretch.version for stretch in segments(versions, tonight)]
    proposed = open_proposal(versions)
    found = await _medicines(session, patient_id, [*ahead, *([proposed] if proposed else [])])
    return not found.isdisjoint(SCREENED)


async def _running(session: AsyncSession, patient_id: UUID, now: datetime) -> set[str]:
    """The medicines of the version in force tonight."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    stretches = segments(await versions_of(session, patient_id), tonight)
    tonights = [stretch.version for stretch in stretches if stretch.since <= tonight]
    return await _medicines(session, patient_id, tonights)


async def _medicines(
    session: AsyncSession, patient_id: UUID, versions: Sequence[Version]
) -> set[str]:
    terms = await terms_of(session, patient_id, [version.id for version in versions])
    return {line.medicine for entries in terms.values() for _, line in entries}


async def answer(
    session: AsyncSession, patient_id: UUID, actor: Person, screening_id: UUID,
    answers: Mapping[str, str], note: str, now: datetime,
) -> Screening:  # fmt: skip
    """Keep somebody's answers to every question; nothing is ever overwritten.

    screening_id   made by the client: the same answers may arrive twice and count once

    Raises Invalid for a question that is missing or unknown, and OtherAnswers when the id names
    other answers.
    """
    for code in QUESTIONS:
        if code not in answers:
            raise Invalid(
                "A question has no answer.", field=f"answers.{code}",
                cure="Answer `yes`, `no` or `unsure`.",
            )  # fmt: skip
    if unknown := set(answers) - set(QUESTIONS):
        raise Invalid(
            "Vesper does not ask this question.", field=f"answers.{min(unknown)[:60]}",
            cure=f"Answer {' and '.join(f'`{code}`' for code in QUESTIONS)}.",
        )  # fmt: skip
    kept = {code: Answer(answers[code]).value for code in QUESTIONS}
    new = await insert_new(
        session, Screening,
        [{
            "patient_id": patient_id, "id": screening_id, "author_id": actor.id,
            "answered_at": now, "answers": kept, "note": note,
        }],
    )  # fmt: skip
    row = await session.get_one(Screening, (patient_id, screening_id))
    if new:
        audit.record(
            session, "screening.answered", at=now, actor=actor.id, patient=patient_id,
            screening=str(screening_id),
        )  # fmt: skip
    elif row.answers != kept or row.author_id != actor.id:
        raise OtherAnswers(
            "This id already names other answers.", cure="Send the new answers under a new id."
        )
    return row


async def override(
    session: AsyncSession, patient_id: UUID, screening_id: UUID, actor: Person, reason: str,
    now: datetime,
) -> ScreeningOverride:  # fmt: skip
    """Note that a clinician decided to start in spite of an answer, once; a repeat keeps the first.

    Raises ClinicianOverrides, NotFound, and NothingToOverride where every answer was no.
    """
    if actor.role is not Role.CLINICIAN:
        raise ClinicianOverrides(
            "A clinician decides about this.", cure="Contact your clinic about your answer."
        )
    row = await session.get(Screening, (patient_id, screening_id))
    if row is None:
        raise NotFound("There are no such answers.")
    if gravest(row.answers.values()) is Answer.NO:
        raise NothingToOverride("No answer stops the start.")
    new = await insert_new(
        session, ScreeningOverride,
        [{
            "patient_id": patient_id, "screening_id": screening_id, "author_id": actor.id,
            "at": now, "reason": reason,
        }],
    )  # fmt: skip
    if new:
        audit.record(
            session, "screening.overridden", at=now, actor=actor.id, patient=patient_id,
            screening=str(screening_id),
        )  # fmt: skip
    return await session.get_one(ScreeningOverride, (patient_id, screening_id))
