"""Entering vials and packs, and what is done with them: dissolve, open, discard, keep.

How much is in one is never written: `app.supplies.ledger` works it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import revisions
from app.accounts.evenings import evenings_of, take_turn
from app.audit import AuditEntry, Means
from app.problems import Invalid, NotFound, Problem
from app.supplies import witness
from app.supplies.label import SAID_TOGETHER, check_label, refuse_future
from app.supplies.looks import look_again
from app.supplies.models import Diluent, Form, Gone, Vial
from app.supplies.strength import TOGETHER
from app.supplies.vial_shapes import StrengthShape, VialFields, VialIn, VolumeShape
from app.units import plain

# What of a vial's columns a request says, with what holds where it says nothing.
_EMPTY: Mapping[str, Any] = {
    "medicine_form": "", "salt": "", "counts": TOGETHER, "label_strengths": None,
    "volume_ul": None, "tablets": None, "single_use": False, "pharmacy_licence": "",
    "prescriber": "", "expires_on": None, "use_by": None, "storage": None, "opened_at": None,
    "reconstituted_at": None, "diluent": None, "diluent_ul": None, "note": "",
}  # fmt: skip
_NAMED = {"volume": "volume_ul", "diluent_volume": "diluent_ul"}
_NEVER_EMPTY = ("medicine", "form", "strengths", "pharmacy", "lot", "received_on")


class VialDiffers(Problem):
    """Another vial was sent with this id."""

    status: ClassVar[int] = 409


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes, and by which way."""

    id: UUID
    means: Means


async def enter(
    session: AsyncSession, patient_id: UUID, given: VialIn, actor: Actor, now: datetime
) -> Vial:
    """Record a vial or pack as its label says.

    The same again changes nothing, also when the vial was changed since. Raises Invalid, and
    VialDiffers for another vial with the same id.
    """
    await take_turn(session, patient_id)
    said = _said(given, _EMPTY)
    before = await session.get(Vial, (patient_id, given.id), populate_existing=True)
    if before is not None:
        await _refuse_other(session, before, said)
        return before
    await _check(session, patient_id, said, now)
    vial = Vial(patient_id=patient_id, id=given.id, created_at=now, author_id=actor.id, **said)
    session.add(vial)
    witness.note_vial(session, "vial.entered", vial, actor=actor.id, means=actor.means, now=now)
    await session.flush()
    await look_again(session, patient_id, now)
    return vial


async def change(
    session: AsyncSession, vial: Vial, given: VialFields, actor: Actor, now: datetime
) -> Vial:
    """Correct what a vial's label or its preparation says; what is left out stays.

    vial   locked, by `locked`. The same again changes nothing. Raises Invalid.
    """
    for field in _NEVER_EMPTY:
        if field in given.model_fields_set and getattr(given, field) is None:
            raise Invalid("This cannot be taken away.", field=field, cure="Say what it is instead.")
    said = _said(given, {name: getattr(vial, name) for name in (*_NEVER_EMPTY, *_EMPTY)})
    await _check(session, vial.patient_id, said, now)
    return await _write(session, vial, said, "vial.changed", actor, now)


async def dissolve(
    session: AsyncSession, vial: Vial, diluent: Diluent, volume: VolumeShape, at: datetime, *,
    actor: Actor, now: datetime,
) -> Vial:  # fmt: skip
    """Say what a powder was dissolved in, how much of it, and when. Raises Invalid."""
    if vial.form is not Form.POWDER:
        raise Invalid(
            "Only a powder is dissolved.", field="volume",
            cure="This vial came as liquid or tablets; say when it was opened instead.",
        )  # fmt: skip
    refuse_future(at, now)
    said = {
        "diluent": diluent, "diluent_ul": _thousandths(volume),
        "reconstituted_at": at.astimezone(UTC),
    }  # fmt: skip
    whole = {name: getattr(vial, name) for name in (*_NEVER_EMPTY, *_EMPTY)} | said
    await _check(session, vial.patient_id, whole, now)
    return await _write(session, vial, said, "vial.dissolved", actor, now)


async def open_(
    session: AsyncSession, vial: Vial, at: datetime, actor: Actor, now: datetime
) -> Vial:
    """Say when a vial was first punctured. Raises Invalid for a time to come."""
    refuse_future(at, now)
    return await _write(session, vial, {"opened_at": at.astimezone(UTC)}, "vial.opened", actor, now)


async def discard(
    session: AsyncSession, vial: Vial, why: Gone, at: datetime, *, actor: Actor, now: datetime
) -> Vial:
    """Say that a vial is no longer used, since when, and why. Raises Invalid."""
    refuse_future(at, now)
    said = {"gone_at": at.astimezone(UTC), "gone_why": why}
    return await _write(session, vial, said, "vial.discarded", actor, now)


async def keep(session: AsyncSession, vial: Vial, actor: Actor, now: datetime) -> Vial:
    """Take back that a vial is no longer used."""
    said = {"gone_at": None, "gone_why": None}
    return await _write(session, vial, said, "vial.kept", actor, now)


async def find(session: AsyncSession, patient_id: UUID, vial_id: UUID) -> Vial:
    """One vial of one patient. Raises NotFound."""
    vial = await session.get(Vial, (patient_id, vial_id))
    if vial is None:
        raise NotFound("There is no such vial.")
    return vial


async def locked(
    session: AsyncSession, patient_id: UUID, vial_id: UUID, meant: frozenset[str] | None = None
) -> Vial:
    """One vial of one patient, and nobody else changes or draws from it until the commit.

    meant   the revisions that `If-Match` names; None asks for none. Raises NotFound and Stale.
    """
    vial = await session.get(
        Vial, (patient_id, vial_id), with_for_update={"key_share": True}, populate_existing=True
    )
    if vial is None:
        raise NotFound("There is no such vial.")
    if meant is not None:
        revisions.check(meant, vial.revision)
    return vial


async def _check(
    session: AsyncSession, patient_id: UUID, said: Mapping[str, Any], now: datetime
) -> None:
    here = (await evenings_of(session, patient_id)).zone
    check_label(said, now.astimezone(here).date(), now)


async def _write(
    session: AsyncSession, vial: Vial, said: Mapping[str, Any], action: str, actor: Actor,
    now: datetime,
) -> Vial:  # fmt: skip
    """Set these columns; nothing where they say so already."""
    if all(getattr(vial, name) == value for name, value in said.items()):
        return vial
    for name, value in said.items():
        setattr(vial, name, value)
    vial.revision += 1
    witness.note_vial(session, action, vial, actor=actor.id, means=actor.means, now=now)
    await session.flush()
    await look_again(session, vial.patient_id, now)
    return vial


async def _refuse_other(session: AsyncSession, before: Vial, said: Mapping[str, Any]) -> None:
    """Raise VialDiffers unless the vial was entered with exactly this.

    The vial may have been changed since, so its first entry in the audit is what can tell.
    """
    first = Vial(
        patient_id=before.patient_id, id=before.id, created_at=before.created_at,
        author_id=before.author_id, **said,
    )  # fmt: skip
    entries = select(AuditEntry).where(
        AuditEntry.patient_id == before.patient_id, AuditEntry.at == before.created_at
    )
    digest = witness.VIALS.digest(first)
    for entry in await session.scalars(entries):
        facts = entry.facts
        if facts.get("vial") == str(before.id) and facts.get("vial_digest") == digest:
            return
    raise VialDiffers(
        "Another vial was recorded with this id.", cure="Send it with an id of its own."
    )


def _said(given: VialFields, base: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a request means, over those that hold where it says nothing."""
    said = dict(base)
    for field in given.model_fields_set - {"id"}:
        column = _NAMED.get(field, field)
        value = getattr(given, field)
        if isinstance(value, VolumeShape):
            value = _thousandths(value)
        elif field in ("strengths", "label_strengths") and value is not None:
            value = _strengths(value)
        elif isinstance(value, datetime):
            value = value.astimezone(UTC)
        elif value is None:
            value = _EMPTY.get(column)
        said[column] = value
    said["counts"] = _counts(given, said)
    return said


def _counts(given: VialFields, said: Mapping[str, Any]) -> str:
    """What the prescribed amount counts; of a blend it has to be said, and said anew with it."""
    names = [each["substance"] for each in said["strengths"]]
    if not given.counts:
        if len(names) == 1:
            return TOGETHER
        if "strengths" in given.model_fields_set or "counts" in given.model_fields_set:
            raise Invalid(
                "This is a blend, and nobody can tell what the prescribed amount counts.",
                field="counts",
                cure=f"Say `{SAID_TOGETHER}`, or name one of: {', '.join(names)}.",
            )
        return str(said["counts"])
    if given.counts == SAID_TOGETHER or [given.counts] == names:
        return TOGETHER
    return given.counts


def _strengths(given: Sequence[StrengthShape]) -> list[dict[str, str]]:
    return [
        {
            "substance": each.substance,
            "value": plain(each.value),
            "unit": each.unit,
        }
        for each in given
    ]


def _thousandths(given: VolumeShape) -> int:
    return int(given.value * 1000)
