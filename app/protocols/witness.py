"""What the audit entries say of a version, so that an altered prescription contradicts them.

The entry of a new version holds a digest of everything it says, line by line, which never changes.
Every entry that changes how it stands, from when it is in force or that it was taken back, holds a
second, smaller one; the last of those is what has to be true today.
"""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import AuditEntry, digest
from app.protocols.models import Line, Terms, Version
from app.witnessing import Page, end_of, page_of

# In the order in which a digest takes them; a new column goes to the end of a new tuple, and the
# old one stays for what was written with it.
OF_VERSION = (
    "patient_id", "id", "number", "author_id", "created_at", "effective_night", "reason",
    "prescriber", "self_reported", "based_on", "at_once", "pharmacy", "prescribed_on", "because",
    "overrides",
)  # fmt: skip
OF_TERMS = (
    "line_id", "position", "amount_value", "amount_unit", "recurrence", "window_minutes",
    "on_time_minutes", "ladder", "window_source", "min_gap_minutes", "min_gap_source", "steps",
)  # fmt: skip
OF_LINE = ("medicine", "form", "route")


def digest_of_version(version: Version, terms: Sequence[tuple[Terms, Line]]) -> str:
    """What a version prescribes, and who said so: everything that is never edited."""
    return digest([
        [getattr(version, name) for name in OF_VERSION],
        [
            [getattr(each, name) for name in OF_TERMS] + [getattr(line, name) for name in OF_LINE]
            for each, line in sorted(terms, key=lambda pair: pair[0].position)
        ],
    ])  # fmt: skip


def standing(version: Version) -> dict[str, str]:
    """The facts for an entry about a version: which, and how it stands from now on."""
    stands = [
        version.in_force_from,
        version.acknowledged_at,
        version.withdrawn_at,
        version.withdrawn_reason,
    ]
    return {"version": str(version.id), "standing": digest(stands)}


async def entered(
    session: AsyncSession, version: Version, terms: Sequence[Terms]
) -> dict[str, str]:
    """The facts for the entry of a new version, whose lines are stored already."""
    lines = await _lines(session, version.patient_id, {each.line_id for each in terms})
    said = digest_of_version(version, [(each, lines[each.line_id]) for each in terms])
    return {"digest": said, **standing(version)}


async def contradicted(session: AsyncSession, entries: Sequence[AuditEntry]) -> list[str]:
    """Which of these entries tell of a version that is gone or prescribes something else today."""
    telling = [e for e in entries if e.action == "version.entered" and "digest" in e.facts]
    found = []
    telling.sort(key=_patient)
    for patient, group in groupby(telling, key=_patient):
        told = list(group)
        ids = [UUID(entry.facts["version"]) for entry in told]
        mine = select(Version).where(Version.patient_id == patient, Version.id.in_(ids))
        versions = {str(version.id): version for version in await session.scalars(mine)}
        terms = await _terms(session, patient, ids)
        for entry in told:
            version = versions.get(entry.facts["version"])
            name = f"version {entry.facts['number']} of patient {patient}"
            if version is None:
                found.append(f"{name}: it was removed")
            elif digest_of_version(version, terms.get(version.id, [])) != entry.facts["digest"]:
                found.append(f"{name}: it was altered")
    return found


async def unwitnessed(session: AsyncSession, after: tuple[UUID, UUID] | None, limit: int) -> Page:
    """Which of the next versions no entry tells of, or stand in another way than was noted last.

    after   patient and id of the last version of the page before

    Gives back what was found, where the page ended (None: that was all), and how many it had.
    """
    versions = await page_of(session, Version, after, limit)
    entries = await session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.patient_id.in_({version.patient_id for version in versions}),
            AuditEntry.action.startswith("version."),
        )
        .order_by(AuditEntry.at)
    )
    told: dict[object, list[AuditEntry]] = {}
    for entry in entries:
        # Those of before the digests name a number only.
        key = entry.patient_id, entry.facts.get("version") or entry.facts.get("number")
        told.setdefault(key, []).append(entry)
    found = []
    for version in versions:
        name = f"version {version.number} of patient {version.patient_id}"
        noted = told.get((version.patient_id, str(version.id)), [])
        before = told.get((version.patient_id, version.number), [])
        entered = [entry for entry in noted + before if entry.action == "version.entered"]
        stood = [entry for entry in noted if "standing" in entry.facts]
        # Of several at one instant any may have been the last.
        latest = [entry.facts["standing"] for entry in stood if entry.at == stood[-1].at]
        if not entered:
            found.append(f"{name}: nothing tells of it")
        elif latest and standing(version)["standing"] not in latest:
            found.append(f"{name}: from when it is in force, or that it was taken back, is altered")
    return found, end_of(versions, limit), len(versions)


def _patient(entry: AuditEntry) -> UUID:
    assert entry.patient_id is not None
    return entry.patient_id


async def _lines(session: AsyncSession, patient_id: UUID, ids: set[UUID]) -> dict[UUID, Line]:
    mine = select(Line).where(Line.patient_id == patient_id, Line.id.in_(ids))
    return {line.id: line for line in await session.scalars(mine)}


async def _terms(
    session: AsyncSession, patient_id: UUID, versions: Sequence[UUID]
) -> dict[UUID, list[tuple[Terms, Line]]]:
    rows = await session.execute(
        select(Terms, Line)
        .join(Line, and_(Line.patient_id == Terms.patient_id, Line.id == Terms.line_id))
        .where(Terms.patient_id == patient_id, Terms.version_id.in_(versions))
    )
    found: dict[UUID, list[tuple[Terms, Line]]] = {}
    for terms, line in rows:
        found.setdefault(terms.version_id, []).append((terms, line))
    return found
