"""The questions before a growth-hormone peptide over HTTP: read, answer, override."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import InConfidence, SignedIn
from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.clock import Now
from app.db import Session
from app.doses.shapes import AuthorOut
from app.problems import Invalid, NotFound, declared
from app.protocols import screening
from app.protocols.models import Screening, ScreeningOverride
from app.protocols.screening import QUESTIONS, SCREENED, Answer, State

router = APIRouter(prefix="/api", tags=["protocol"])

Code = Annotated[str, Field(max_length=60)]


class QuestionOut(BaseModel):
    """One question in plain words, and the source that makes it one."""

    code: str
    text: str
    source: str


class QuestionsOut(BaseModel):
    """Every question, and the codes of the medicines before which they are asked."""

    questions: list[QuestionOut]
    medicines: list[str]


class AnswersIn(BaseModel):
    """Somebody's answer to every question; the client makes the id, so it may be sent twice."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    answers: dict[Code, Answer] = Field(max_length=40)
    note: str = Field(default="", max_length=500)


class OverrideIn(BaseModel):
    """Why a clinician decides to start in spite of an answer."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=500)


class OverrideOut(BaseModel):
    """Who decided to start in spite of an answer, when, and why."""

    author: AuthorOut
    at: datetime
    reason: str


class ScreeningOut(BaseModel):
    """One set of answers, who gave them, and what a clinician decided about it."""

    id: UUID
    answered_at: datetime
    author: AuthorOut
    answers: dict[str, Answer]
    note: str
    override: OverrideOut | None


class ScreeningsOut(BaseModel):
    """How the patient stands, and everything that was answered, newest first.

    `due_on` is the night from which the questions are asked again, or were; null while nobody
    asks, and while an answer stops the start.
    """

    state: State
    due_on: date | None
    screenings: list[ScreeningOut]


@router.get("/screening/questions")
async def read_questions(person: SignedIn) -> QuestionsOut:
    """The questions before a growth-hormone peptide, in the order they are asked."""
    return QuestionsOut(
        questions=[
            QuestionOut(code=each.code, text=each.text, source=each.source)
            for each in QUESTIONS.values()
        ],
        medicines=list(SCREENED),
    )


@router.get("/patients/{patient}/screenings", responses=declared(NotFound))
async def read_screenings(access: InConfidence, session: Session, now: Now) -> ScreeningsOut:
    """How the patient stands with the questions, and what was answered so far."""
    return await _screenings_out(session, access.patient_id, now)


@router.post(
    "/patients/{patient}/screenings", status_code=201,
    responses=declared(NotFound, Invalid, screening.OtherAnswers),
)  # fmt: skip
async def post_screening(
    given: AnswersIn, access: InConfidence, session: Session, now: Now
) -> ScreeningsOut:
    """Keep the answers. The same id with the same answers again changes nothing."""
    await screening.answer(
        session, access.patient_id, access.actor, given.id, given.answers, given.note, now
    )
    return await _screenings_out(session, access.patient_id, now)


@router.post(
    "/patients/{patient}/screenings/{screening_id}/override",
    responses=declared(NotFound, screening.ClinicianOverrides, screening.NothingToOverride),
)
async def post_override(
    screening_id: UUID, given: OverrideIn, access: InConfidence, session: Session, now: Now
) -> ScreeningsOut:
    """Decide to start in spite of an answer. Safe to repeat; the first reason stays."""
    await screening.override(
        session, access.patient_id, screening_id, access.actor, given.reason, now
    )
    return await _screenings_out(session, access.patient_id, now)


async def _screenings_out(session: AsyncSession, patient_id: UUID, now: datetime) -> ScreeningsOut:
    evenings = await evenings_of(session, patient_id)
    rows = await screening.screenings_of(session, patient_id)
    needed = await screening.needed(session, patient_id, now)
    found = screening.standing(screening.as_answered(rows), needed=needed, now=now)
    due_on = evenings.night_of(found.due_at) if found.due_at else None
    if found.state is State.DUE and due_on is None:
        due_on = evenings.night_of(now)
    authors = await _authors(session, rows)
    return ScreeningsOut(
        state=found.state,
        due_on=due_on,
        screenings=[_screening_out(row, override, authors) for row, override in reversed(rows)],
    )


def _screening_out(
    row: Screening, override: ScreeningOverride | None, authors: dict[UUID, AuthorOut]
) -> ScreeningOut:
    decided = (
        OverrideOut(author=authors[override.author_id], at=override.at, reason=override.reason)
        if override
        else None
    )
    return ScreeningOut(
        id=row.id,
        answered_at=row.answered_at,
        author=authors[row.author_id],
        answers={code: Answer(given) for code, given in row.answers.items()},
        note=row.note,
        override=decided,
    )


async def _authors(
    session: AsyncSession, rows: Sequence[tuple[Screening, ScreeningOverride | None]]
) -> dict[UUID, AuthorOut]:
    named = {row.author_id for row, _ in rows} | {each.author_id for _, each in rows if each}
    people = await session.scalars(select(Person).where(Person.id.in_(named)))
    return {person.id: AuthorOut.of(person) for person in people}
