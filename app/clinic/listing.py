"""The clinic's list in its order: who is on it, sorted, filtered and searched, page by page.

The order comes from a cache of one row a patient, so a page costs what its patients cost, and one
walk along the asker's own care links; other clinics cost nothing.
"""

import base64
import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import ClinicActor
from app.accounts.care import by_clinic, by_person, live
from app.accounts.models import CareLink, Person
from app.clinic.models import Look, Task
from app.problems import no_such_page


class Sort(enum.StrEnum):
    """What the list is ordered by; each the one that most needs a look first. `-` reverses.

    flags        the gravest flag, then how many
    unreachable  those whom reminders do not reach
    labs         overdue visits for blood
    taking       the least taken of what was expected in 30 days; nothing expected comes last
    last_taken   the longest since anything was taken
    """

    NAME = "name"
    FLAGS = "flags"
    UNREACHABLE = "unreachable"
    LABS = "labs"
    TAKING = "taking"
    LAST_TAKEN = "last_taken"
    NAME_BACK = "-name"
    FLAGS_BACK = "-flags"
    UNREACHABLE_BACK = "-unreachable"
    LABS_BACK = "-labs"
    TAKING_BACK = "-taking"
    LAST_TAKEN_BACK = "-last_taken"


class Filter(enum.StrEnum):
    """Whom the list is narrowed to; of several, those to whom all of them apply."""

    FLAGS = "flags"
    UNREACHABLE = "unreachable"
    LABS_OVERDUE = "labs_overdue"
    MINE_TASKS = "mine_tasks"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page of the list.

    words    of the name, each of which it has to hold
    cursor   where the page before ended; None for the first page
    """

    sort: Sort = Sort.NAME
    filters: Sequence[Filter] = ()
    words: str = ""
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One patient of the list; `look` is None of one whom the watch has not seen yet."""

    patient: Person
    since: datetime
    look: Look | None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_PER = 10_000

_KEYS: dict[str, ColumnElement[Any]] = {
    "name": func.lower(Person.name),
    "flags": Look.severity * _PER - Look.flags,
    "unreachable": case((Look.unreachable, 0), else_=1),
    "labs": -Look.labs_overdue,
    # In whole numbers, which both databases divide alike.
    "taking": case((Look.expected > 0, Look.taken * _PER // Look.expected), else_=_PER + 1),
    "last_taken": func.coalesce(Look.last_taken_at, _EPOCH),
}


async def listed(
    session: AsyncSession, actor: ClinicActor, wanted: Wanted, now: datetime
) -> tuple[list[Listed], str | None, int]:
    """One page, the cursor of the next while there is one, and how many are on the whole list.

    Who has no row in the cache comes last, whichever way it is sorted. The cursor holds no name:
    it names the last patient of its page. Raises Invalid for a cursor that is none of this list.
    """
    linked = _linked(actor, now)
    word, back = wanted.sort.value.removeprefix("-"), wanted.sort.value.startswith("-")
    # Narrow rows of everybody, counted and sorted in one walk; whole ones of the page alone.
    whole = (
        select(
            Person.id, linked.c.since, _KEYS[word].label("key"), _unseen(word).label("unseen"),
            func.lower(Person.name).label("name"), func.count().over().label("total"),
        )
        .join(linked, linked.c.patient_id == Person.id)
        .outerjoin(Look, Look.patient_id == Person.id)
        .where(*_matching(actor, wanted))
        .subquery()
    )  # fmt: skip
    of = whole.c
    page = select(whole).order_by(of.unseen, of.key.desc() if back else of.key, of.name, of.id)
    if wanted.cursor is not None:
        last = await _last(session, actor, wanted)
        after = or_(of.name > last.name, and_(of.name == last.name, of.id > last.patient))
        within = after  # of whom the cache knows nothing, there is no figure to compare
        if not last.unseen:
            further = of.key < last.key if back else of.key > last.key
            within = or_(further, and_(of.key == last.key, after))
        page = page.where(or_(of.unseen > last.unseen, and_(of.unseen == last.unseen, within)))
    rows = (await session.execute(page.limit(wanted.limit + 1))).all()
    more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
    if not rows:
        return [], None, await session.scalar(select(func.count()).select_from(whole)) or 0
    entities = await session.execute(
        select(Person, Look)
        .outerjoin(Look, Look.patient_id == Person.id)
        .where(Person.id.in_([row.id for row in rows]))
    )
    people = {person.id: (person, look) for person, look in entities}
    found = [Listed(people[row.id][0], row.since, people[row.id][1]) for row in rows]
    cursor = _cursor(word, rows[-1].key, rows[-1].unseen, rows[-1].id) if more else None
    return found, cursor, rows[0].total


def _linked(actor: ClinicActor, now: datetime) -> Any:
    """The patients in this actor's care, each once, and since when."""
    return (
        select(CareLink.patient_id, func.min(CareLink.granted_at).label("since"))
        .where(_by(actor), CareLink.clinic_id.is_not(None), live(now))
        .group_by(CareLink.patient_id)
        .subquery()
    )


def _by(actor: ClinicActor) -> ColumnElement[bool]:
    if actor.program is not None:
        return by_clinic(actor.clinic_id)
    return by_person(actor.person.id)


def _unseen(word: str) -> ColumnElement[int]:
    """1 of whom the cache knows nothing; by name that is no matter."""
    if word == "name":
        return case((Person.id.is_(None), 1), else_=0)
    return case((Look.patient_id.is_(None), 1), else_=0)


def _matching(actor: ClinicActor, wanted: Wanted) -> list[ColumnElement[bool]]:
    mine = select(Task.id).where(
        Task.patient_id == Person.id, Task.clinic_id == actor.clinic_id,
        Task.owner_id == actor.person.id, Task.closed_at.is_(None),
    )  # fmt: skip
    conditions: dict[Filter, ColumnElement[bool]] = {
        Filter.FLAGS: Look.flags > 0,
        Filter.UNREACHABLE: Look.unreachable.is_(True),
        Filter.LABS_OVERDUE: Look.labs_overdue > 0,
        Filter.MINE_TASKS: mine.exists(),
    }
    found = [conditions[each] for each in dict.fromkeys(wanted.filters)]
    for word in wanted.words.split():
        # SQLite folds the letters of English alone; another is found as it is written.
        found.append(or_(
            func.lower(Person.name).contains(word.lower(), autoescape=True),
            Person.name.contains(word, autoescape=True),
        ))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Last:
    """The last patient of the page before: what the list was ordered by, and their name now."""

    key: Any
    unseen: int
    name: str
    patient: UUID


def _cursor(word: str, key: Any, unseen: int, patient: UUID) -> str:
    """What names the end of a page, and holds no name."""
    kept = None if word == "name" or key is None else key
    text = json.dumps([word, kept.isoformat() if isinstance(kept, datetime) else kept, unseen,
                       patient.hex])  # fmt: skip
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def _last(session: AsyncSession, actor: ClinicActor, wanted: Wanted) -> _Last:
    word = wanted.sort.value.removeprefix("-")
    try:
        text = wanted.cursor or ""
        given = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        sorted_by, key, unseen, patient = given
        person = UUID(patient)
        if sorted_by != word or type(unseen) is not int or unseen not in (0, 1):
            raise ValueError
        if word == "last_taken" and key is not None:
            key = datetime.fromisoformat(key)
            if key.utcoffset() is None:
                raise ValueError
            key = key.astimezone(UTC)  # which the ends of the calendar cannot
        elif word != "name" and not (isinstance(key, int) and abs(key) < 2**31) and not unseen:
            raise ValueError
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise no_such_page() from None
    if word == "last_taken" and not unseen and key is None:
        raise no_such_page()
    # Also one whose care has ended since the page before.
    mine: Select[str] = (
        select(func.lower(Person.name))
        .join(CareLink, CareLink.patient_id == Person.id)
        .where(Person.id == person, _by(actor), CareLink.clinic_id.is_not(None))
        .limit(1)
    )
    name = await session.scalar(mine)
    if name is None:
        raise no_such_page()
    return _Last(name if word == "name" else key, unseen, name, person)
