"""The short checklist about where a vial comes from: who answered what, and what follows.

It is shown to the patient and to the clinician, and blocks nothing.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.problems import Invalid, Problem
from app.supplies import witness
from app.supplies.catalogue import KEPT
from app.supplies.draw import Warned
from app.supplies.label import refuse_unprintable
from app.supplies.models import SourceCheck, Vial
from app.supplies.vial_shapes import SourceAnswer, SourceCheckIn, SourceState
from app.supplies.vials import Actor

_TAGS = ("[P]", "[S]", "[D]", "[?]")


class SourceCheckDiffers(Problem):
    """Other answers were sent with this id."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `yes` is the reassuring answer.

    medicines   asked of vials of these alone; empty: of every vial
    heed        what is said before drawing where the answer was another; empty: nothing
    """

    code: str
    text: str
    help: str
    source: str
    medicines: tuple[str, ...] = ()
    heed: str = ""

    def asked_of(self, medicine: str) -> bool:
        """Whether it is asked of vials of this medicine."""
        return not self.medicines or medicine in self.medicines


def read_questions(text: str) -> dict[str, Question]:
    """The questions of a data file in the order of asking; refuses one without a source."""
    found = {code: _question(code, facts) for code, facts in tomllib.loads(text).items()}
    for question in found.values():
        if not question.source.startswith(_TAGS) or not question.text or not question.help:
            raise ValueError(f"{question.code} asks without a source or without saying why")
    return found


def _question(code: str, facts: Mapping[str, Any]) -> Question:
    """One table of the file; names in its text what is in the medicines that it is asked of."""
    medicines = tuple(facts.get("medicines", ()))
    excipients = dict.fromkeys(each for one in medicines for each in KEPT[one].excipients)
    text = facts["text"].format(excipients=", ".join(excipients))
    return Question(code, text, facts["help"], facts["source"], medicines, facts.get("heed", ""))


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    read_questions(
        files("app.supplies").joinpath("data", "source_checklist.toml").read_text(encoding="utf-8")
    )
)


async def attest(
    session: AsyncSession, vial: Vial, given: SourceCheckIn, actor: Actor, now: datetime
) -> SourceCheck:
    """Record answers to the checklist; the last ones stand. A repeat changes nothing.

    vial   locked, so that of two answers at once one is the later. Raises Invalid for a question
           that is not asked, and SourceCheckDiffers.
    """
    unknown = sorted(given.answers.keys() - QUESTIONS.keys())
    if unknown:
        raise Invalid(
            "This is not a question of the checklist.", field=f"answers.{unknown[0]}",
            cure=f"Answer some of: {', '.join(QUESTIONS)}.",
        )  # fmt: skip
    refuse_unprintable(given.note, "note")
    answers = {code: str(given.answers[code]) for code in QUESTIONS if code in given.answers}
    before = await session.get(SourceCheck, (vial.patient_id, given.id))
    if before is not None:
        if (before.vial_id, before.answers, before.note) == (vial.id, answers, given.note):
            return before
        raise SourceCheckDiffers(
            "Other answers were recorded with this id.", cure="Send them with an id of their own."
        )
    row = SourceCheck(
        patient_id=vial.patient_id, id=given.id, vial_id=vial.id, answers=answers,
        author_id=actor.id, at=now, note=given.note,
    )  # fmt: skip
    session.add(row)
    audit.record(
        session, "source.checked", at=now, actor=actor.id, patient=vial.patient_id,
        means=actor.means, vial=str(vial.id), **witness.CHECKS.facts([row]),
    )  # fmt: skip
    await session.flush()
    return row


async def checks_of(
    session: AsyncSession, patients: Collection[UUID]
) -> dict[tuple[UUID, UUID], SourceCheck]:
    """The answers that stand of each vial, by patient and vial; one statement."""
    rows = await session.scalars(
        select(SourceCheck)
        .where(SourceCheck.patient_id.in_(patients))
        .order_by(SourceCheck.at, SourceCheck.id)
    )
    return {(row.patient_id, row.vial_id): row for row in rows}


def heeded(check: SourceCheck | None, medicine: str) -> tuple[Warned, ...]:
    """What the answers that stand ask to be heeded before anything is drawn."""
    given = check.answers if check else {}
    return tuple(
        Warned(each.code, each.heed)
        for each in QUESTIONS.values()
        if each.heed and each.asked_of(medicine)
        and given.get(each.code, SourceAnswer.YES) != SourceAnswer.YES
    )  # fmt: skip


def state_of(check: SourceCheck | None, medicine: str) -> SourceState:
    """Doubtful with any no; verified with nothing but yes to every question; else unverified.

    medicine   of the vial; what is not asked of it counts for nothing
    """
    given = check.answers if check else {}
    said = {given.get(each.code) for each in QUESTIONS.values() if each.asked_of(medicine)}
    if SourceAnswer.NO in said:
        return SourceState.DOUBTFUL
    return SourceState.VERIFIED if said == {SourceAnswer.YES} else SourceState.UNVERIFIED
