"""Which version holds on which night, and where each of them stands.

On any night the version in force is the one with the highest number whose first night has come.
So a version that holds from tonight supersedes one that was waiting for next week.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.protocols.models import Line, Terms, Version


class VersionState(enum.StrEnum):
    """Where a version stands.

    proposed    a clinician wrote it, and the patient has not acknowledged it yet
    withdrawn   a proposal that a clinician took back
    replaced    a proposal that a newer version overtook before it was acknowledged
    coming      it holds from a later night on
    in_force    it holds tonight
    past        a newer version holds, or held, in its place
    """

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of nights, [since, until), under one version; open while `until` is None."""

    version: Version
    since: date
    until: date | None


async def versions_of(session: AsyncSession, patient_id: UUID) -> Sequence[Version]:
    """Every version of a patient's protocol, oldest first."""
    mine = select(Version).where(Version.patient_id == patient_id).order_by(Version.number)
    return (await session.scalars(mine)).all()


async def locked_versions(session: AsyncSession, patient_id: UUID) -> Sequence[Version]:
    """Every version, oldest first, and nobody else enters or acknowledges one until the commit.

    Without any version yet there is nothing to lock: the number, which is unique, decides then.
    """
    # Not a full FOR UPDATE: new doses refer to the version, and planning does not wait for this.
    newest = (
        select(Version.id)
        .where(Version.patient_id == patient_id)
        .order_by(Version.number.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )
    mine = select(Version).where(Version.patient_id == patient_id).order_by(Version.number)
    # What this transaction read before it had the lock may be outdated.
    afresh = mine.execution_options(populate_existing=True)
    while True:
        locked = await session.scalar(newest)
        versions = (await session.scalars(afresh)).all()
        # Whoever had the lock may have entered a newer one, which somebody else can hold by now.
        if not versions or versions[-1].id == locked:
            return versions


def segments(versions: Sequence[Version], since: date) -> list[Segment]:
    """Which version is in force when, from the night `since` on, in order of time."""
    found: list[Segment] = []
    ends: date | None = None
    for version in reversed(versions):
        begins = version.in_force_from
        # A proposal holds nothing yet; what has a lower number and begins later was superseded
        # before it began.
        if begins is None or (ends is not None and begins >= ends):
            continue
        start = max(begins, since)
        if ends is None or start < ends:
            found.append(Segment(version, start, ends))
        ends = begins
        if ends <= since:
            break
    return found[::-1]


def current_of(versions: Sequence[Version], tonight: date) -> Version | None:
    """The version in force tonight; before the first one begins, that first one."""
    coming = segments(versions, tonight)
    return coming[0].version if coming else None


def open_proposal(versions: Sequence[Version]) -> Version | None:
    """The version that waits for the patient's acknowledgement: only ever the newest."""
    if not versions:
        return None
    newest = versions[-1]
    waits = newest.in_force_from is None and newest.withdrawn_at is None
    return newest if waits else None


def state_of(version: Version, versions: Sequence[Version], tonight: date) -> VersionState:
    """Where one of these versions, oldest first, stands tonight."""
    if version.withdrawn_at is not None:
        return VersionState.WITHDRAWN
    if version.in_force_from is None:
        newest = version.number == versions[-1].number
        return VersionState.PROPOSED if newest else VersionState.REPLACED
    for stretch in segments(versions, tonight):
        if stretch.version.number == version.number:
            return VersionState.IN_FORCE if stretch.since <= tonight else VersionState.COMING
    return VersionState.PAST


def stood_before(version: Version, versions: Sequence[Version], tonight: date) -> Version | None:
    """The version that stands, or stood, on the night from which this one holds or would hold.

    None for the first one. A proposal is seen beside what holds when it could begin.
    """
    night = version.in_force_from or version.effective_night
    if state_of(version, versions, tonight) is VersionState.PROPOSED:
        night = max(night, tonight)
    for earlier in reversed(versions[: versions.index(version)]):
        if earlier.in_force_from is not None and earlier.in_force_from <= night:
            return earlier
    return None


async def terms_of(
    session: AsyncSession, patient_id: UUID, versions: Sequence[UUID]
) -> dict[UUID, list[tuple[Terms, Line]]]:
    """The terms of these versions with their lines, in the order of entry."""
    found: dict[UUID, list[tuple[Terms, Line]]] = {version: [] for version in versions}
    rows = await session.execute(
        select(Terms, Line)
        .join(Line, (Line.patient_id == Terms.patient_id) & (Line.id == Terms.line_id))
        .where(Terms.patient_id == patient_id, Terms.version_id.in_(versions))
        .order_by(Terms.position)
    )
    for terms, line in rows:
        found[terms.version_id].append((terms, line))
    return found
