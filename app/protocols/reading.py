"""A patient's protocol as it is read: versions with their lines, and what is different in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.doses.shapes import AmountOut, AuthorOut
from app.problems import NotFound
from app.protocols.checks import standing_warnings
from app.protocols.difference import Change, difference
from app.protocols.drafts import as_prescribed
from app.protocols.holds import every_hold
from app.protocols.lines import recurrence_of, schedule_text
from app.protocols.medicines import label_of
from app.protocols.models import Hold, Line, Terms, Version
from app.protocols.prescribed import Prescribed
from app.protocols.standing import (
    VersionState,
    current_of,
    open_proposal,
    state_of,
    stood_before,
    terms_of,
    versions_of,
)
from app.protocols.steps import StepOut
from app.protocols.turns import next_step, next_turn, spoken_day
from app.protocols.version_shapes import (
    BecauseOut,
    ChangeOut,
    DifferenceOut,
    HoldOut,
    LineOut,
    NextStep,
    NextTurn,
    ProtocolOut,
    VersionNote,
    VersionOut,
    WarningAnswerOut,
    WarningOut,
    recurrence_out,
)
from app.schedule import A_DAY

_AHEAD = frozenset({VersionState.PROPOSED, VersionState.COMING, VersionState.IN_FORCE})
"""States in which something still lies ahead of a version's lines."""


@dataclass(frozen=True, slots=True)
class Record:
    """Every version of one patient, oldest first, and the night in which they are read."""

    patient_id: UUID
    versions: Sequence[Version]
    tonight: date

    def numbered(self, number: int) -> Version:
        """The version of this number. Raises NotFound."""
        if not 1 <= number <= len(self.versions):
            raise NotFound("There is no such version.")
        return self.versions[number - 1]


async def record_of(session: AsyncSession, patient_id: UUID, now: datetime) -> Record:
    """The patient's versions as they stand now."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    return Record(patient_id, await versions_of(session, patient_id), tonight)


async def read_protocol(
    session: AsyncSession, patient_id: UUID, now: datetime, baseline_drawn: bool | None
) -> ProtocolOut:
    """What is prescribed tonight, what is proposed, and the versions so far, newest first."""
    record = await record_of(session, patient_id, now)
    current = current_of(record.versions, record.tonight)
    proposed = open_proposal(record.versions)
    authors = await _people(session, {version.author_id for version in record.versions})
    warnings = []
    if current is not None:
        terms = (await terms_of(session, patient_id, [current.id]))[current.id]
        evenings = await evenings_of(session, patient_id)
        warnings = await standing_warnings(
            session, patient_id, terms, record.tonight, evenings, baseline_drawn
        )
    return ProtocolOut(
        current=await read_version(session, record, current) if current else None,
        proposed=await read_version(session, record, proposed) if proposed else None,
        versions=[_note(version, record, authors) for version in reversed(record.versions)],
        warnings=[WarningOut.of(warned) for warned in warnings],
    )


async def read_version(session: AsyncSession, record: Record, version: Version) -> VersionOut:
    """One version with everything it prescribes."""
    holds = await every_hold(session, record.patient_id)
    named = {version.author_id, *(hold.author_id for hold in holds)}
    named |= {hold.resumed_by for hold in holds if hold.resumed_by is not None}
    people = await _people(session, named)
    terms = (await terms_of(session, record.patient_id, [version.id]))[version.id]
    begins = version.in_force_from or version.effective_night
    state = state_of(version, record.versions, record.tonight)
    ahead = state in _AHEAD
    night = max(begins, record.tonight) if ahead else begins
    return VersionOut(
        **_note(version, record, people).model_dump(),
        based_on=version.based_on,
        because=BecauseOut.model_validate(version.because) if version.because else None,
        prescriber=version.prescriber,
        pharmacy=version.pharmacy,
        prescribed_on=version.prescribed_on,
        withdrawn_at=version.withdrawn_at,
        withdrawn_reason=version.withdrawn_reason,
        overrides=[WarningAnswerOut.model_validate(each) for each in version.overrides],
        lines=[
            _line(
                of, line, [hold for hold in holds if hold.line_id == line.id], people,
                record.tonight, night, ahead=ahead,
            )
            for of, line in terms
        ],
    )  # fmt: skip


async def read_difference(
    session: AsyncSession, record: Record, to: int, since: int | None
) -> DifferenceOut:
    """What a version changes, seen from another one, or from what stands or stood before it.

    Raises NotFound for a number that was never entered.
    """
    version = record.numbered(to)
    if since is not None:
        before: Version | None = record.numbered(since)
    else:
        before = stood_before(version, record.versions, record.tonight)
    ids = [each.id for each in (before, version) if each is not None]
    terms = await terms_of(session, record.patient_id, ids)
    begins = version.in_force_from or version.effective_night
    if state_of(version, record.versions, record.tonight) is VersionState.PROPOSED:
        begins = max(begins, record.tonight)
    changes = difference(
        _prescribed(terms[before.id]) if before else [], _prescribed(terms[version.id]), begins,
        record.tonight,
    )  # fmt: skip
    return DifferenceOut.model_validate(
        {"from": before.number if before else None, "to": to, "changes": changes_out(changes)}
    )


def changes_out(changes: Iterable[Change]) -> list[ChangeOut]:
    """Changes as the API shows them."""
    return [ChangeOut.of(change) for change in changes]


def _prescribed(terms: Iterable[tuple[Terms, Line]]) -> list[Prescribed]:
    return [as_prescribed(of, line) for of, line in terms]


def _note(version: Version, record: Record, authors: Mapping[UUID, AuthorOut]) -> VersionNote:
    return VersionNote(
        number=version.number,
        state=state_of(version, record.versions, record.tonight),
        effective_night=version.effective_night,
        in_force_from=version.in_force_from,
        at_once=version.at_once,
        created_at=version.created_at,
        author=authors[version.author_id],
        reason=version.reason,
        self_reported=version.self_reported,
        acknowledged_at=version.acknowledged_at,
    )


def _line(
    terms: Terms, line: Line, holds: Sequence[Hold], people: Mapping[UUID, AuthorOut],
    tonight: date, night: date, *, ahead: bool,
) -> LineOut:  # fmt: skip
    rule = recurrence_of(terms.recurrence)
    name = label_of(line.medicine)
    every = [_hold(hold, people) for hold in holds]
    standing = [
        out
        for hold, out in zip(holds, every, strict=True)
        if hold.until is None or (hold.until > tonight and hold.until > hold.since)
    ]
    turn = next_turn(rule, night) if ahead else None
    return LineOut(
        id=line.id,
        medicine=line.medicine,
        name=name,
        form=line.form or None,
        route=line.route,
        amount=AmountOut.of(terms.amount_at(night)),
        recurrence=recurrence_out(terms.recurrence),
        schedule_text=schedule_text(rule),
        window_minutes=terms.window_minutes,
        window_source=terms.window_source,
        on_time_minutes=terms.on_time_minutes,
        ladder=terms.ladder,
        min_gap_minutes=terms.min_gap_minutes,
        min_gap_source=terms.min_gap_source,
        steps=[StepOut.of(step) for step in terms.steps],
        next_step=_step(terms, night, tonight) if ahead else None,
        next_turn=NextTurn(night=turn.night, kind=turn.way, text=turn.text(name)) if turn else None,
        hold=standing[0] if standing else None,
        holds=every,
    )


def _step(terms: Terms, night: date, tonight: date) -> NextStep | None:
    """The next step in words, such as `Next step Monday: 0.5 mg instead of 0.25 mg`."""
    step = next_step(terms.steps, night)
    if step is None or step.amount is None:
        return None
    soon = step.night < tonight + A_DAY * 7
    day = f"{step.night:%A}" if soon else spoken_day(step.night)
    return NextStep.model_validate({
        "from": step.night,
        "amount": AmountOut.of(step.amount),
        "text": f"Next step {day}: {step.amount} instead of {terms.amount_at(night)}",
    })  # fmt: skip


def _hold(hold: Hold, people: Mapping[UUID, AuthorOut]) -> HoldOut:
    return HoldOut(
        id=hold.id,
        since=hold.since,
        until=hold.until,
        reason=hold.reason,
        author=people[hold.author_id],
        resumed_at=hold.resumed_at,
        resumed_by=people[hold.resumed_by] if hold.resumed_by else None,
    )


async def _people(session: AsyncSession, ids: set[UUID]) -> dict[UUID, AuthorOut]:
    people = select(Person).where(Person.id.in_(ids))
    return {person.id: AuthorOut.of(person) for person in await session.scalars(people)}
