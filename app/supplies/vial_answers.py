"""How vials are told over HTTP: the label, what is in each today, and what is to be looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.evenings import evenings_of
from app.accounts.models import Person
from app.doses.shapes import AmountOut, AuthorOut
from app.protocols.prescribed import name_of
from app.protocols.standing import current_of, terms_of, versions_of
from app.supplies.dates import opened_on
from app.supplies.draw import at_mark, tick_of
from app.supplies.draw_shapes import volume_out
from app.supplies.holding import contents_of
from app.supplies.kit import NO_KIT, Kit, kits_of
from app.supplies.label import SAID_TOGETHER
from app.supplies.ledger import Contents
from app.supplies.models import Form, SourceCheck, Vial
from app.supplies.source_checks import checks_of, heeded, state_of
from app.supplies.strength import TABLETS, TOGETHER, per_ml, quantity_of
from app.supplies.undrawn import maybe_from, undrawn_of
from app.supplies.vial_shapes import (
    SourceAnswer,
    SourceOut,
    Status,
    StrengthOut,
    VialOut,
    VialsOut,
    VialWarningOut,
)
from app.supplies.vial_warnings import warnings_of
from app.units import Amount, plain


@dataclass(frozen=True, slots=True)
class Taken:
    """A line of the protocol in force: how much is taken each time, and what it is drawn with."""

    line_id: UUID
    medicine: str
    form: str
    amount: Amount
    kit: Kit


async def vials_of(
    session: AsyncSession, patient_id: UUID, now: datetime, *, gone: bool = False
) -> VialsOut:
    """A patient's vials and packs as they stand; those that are gone only where asked for.

    In as many statements for one vial as for a hundred.
    """
    here = (await evenings_of(session, patient_id)).zone
    told = await _told(session, patient_id, now, here)
    return VialsOut(
        vials=[one for one in told if gone or one.gone_at is None],
        today=now.astimezone(here).date(),
    )


async def vial_of(session: AsyncSession, patient_id: UUID, vial_id: UUID, now: datetime) -> VialOut:
    """One vial as it stands."""
    here = (await evenings_of(session, patient_id)).zone
    told = await _told(session, patient_id, now, here)
    return next(one for one in told if one.id == vial_id)


async def _told(
    session: AsyncSession, patient_id: UUID, now: datetime, here: ZoneInfo
) -> list[VialOut]:
    held = await contents_of(session, patient_id, now)
    if not held:
        return []
    taken = await _taken(session, patient_id, now)
    checks = await checks_of(session, [patient_id])
    writers = {one.vial.author_id for one in held.values()}
    writers |= {check.author_id for check in checks.values()}
    people = {
        person.id: person
        for person in await session.scalars(select(Person).where(Person.id.in_(writers)))
    }
    undrawn = await undrawn_of(session, patient_id, held.values())
    today = now.astimezone(here).date()
    return [
        _vial(
            one, [each for each in taken if one.vial.serves(each.medicine, each.form)],
            checks.get((patient_id, one.vial.id)), people, here=here, today=today,
            warned=[
                *((each.code, each.text) for each in heeded(
                    checks.get((patient_id, one.vial.id)), one.vial.medicine
                )),
                *warnings_of(
                    one, before_of(one, held.values()), today, maybe_from(one, undrawn, here)
                ),
            ],
        )
        for one in held.values()
    ]  # fmt: skip


async def _taken(session: AsyncSession, patient_id: UUID, now: datetime) -> list[Taken]:
    """The lines of the version in force tonight."""
    tonight = (await evenings_of(session, patient_id)).night_of(now)
    current = current_of(await versions_of(session, patient_id), tonight)
    if current is None or current.in_force_from is None:
        return []
    kits = await kits_of(session, [patient_id])
    return [
        Taken(
            line.id, line.medicine, line.form, terms.amount_at(tonight), kits.get(line.id, NO_KIT)
        )
        for terms, line in (await terms_of(session, patient_id, [current.id]))[current.id]
    ]  # fmt: skip


def before_of(held: Contents, others: Iterable[Contents]) -> Vial | None:
    """The vial of the same medicine that was drawn from last, other than this one."""
    used = [
        other
        for other in others
        if other.first_drawn_at is not None
        and other.vial.id != held.vial.id
        and other.vial.serves(held.vial.medicine, held.vial.medicine_form)
        and (held.first_drawn_at is None or other.first_drawn_at < held.first_drawn_at)
    ]
    last = max(used, key=lambda one: (one.first_drawn_at, one.vial.id), default=None)
    return last.vial if last else None


def status_of(held: Contents, today: date) -> Status:
    """How a vial stands on a day."""
    vial = held.vial
    if vial.gone_at is not None:
        return Status.GONE
    if held.left == 0:
        return Status.EMPTY
    if held.discard.passed(today):
        return Status.PAST_ITS_DATE
    if held.left is None:
        return Status.NOT_DISSOLVED
    opened = vial.opened_at or held.first_drawn_at or vial.reconstituted_at
    return Status.IN_USE if opened is not None else Status.UNOPENED


def doses_left(held: Contents, taken: Sequence[Taken]) -> int | None:
    """Whole doses of what is prescribed, of the first line that the vial serves."""
    if held.left is None or not taken:
        return None
    exact = quantity_of(held.vial, taken[0].amount)
    if exact is None or exact <= 0:
        return None
    # As a draw is written down: up to the mark, and with what stays in the syringe.
    kit = NO_KIT if held.vial.form == TABLETS else taken[0].kit
    drawn = round(at_mark(exact, tick_of(held.vial.form, kit.tick_ul)))
    if held.vial.single_use:
        return int(not held.doses and held.left >= drawn)
    each = drawn + kit.dead_space_ul
    return held.left // each if each else None


def quantity_out(vial: Vial, quantity: int) -> AmountOut:
    """Microlitres as millilitres, thousandths of a tablet as tablets."""
    unit = "{tablet}" if vial.form is Form.TABLETS else "mL"
    return AmountOut(value=plain(Decimal(quantity) / 1000), unit=unit)


def _vial(
    held: Contents, taken: Sequence[Taken], check: SourceCheck | None,
    people: Mapping[UUID, Person], *, here: ZoneInfo, today: date,
    warned: Sequence[tuple[str, str]],
) -> VialOut:  # fmt: skip
    vial = held.vial
    in_one = per_ml(vial)
    left = held.left_amount
    return VialOut(
        id=vial.id,
        medicine=vial.medicine,
        medicine_name=name_of(vial.medicine, vial.medicine_form),
        medicine_form=vial.medicine_form,
        salt=vial.salt,
        form=vial.form,
        strengths=_strengths(vial.strengths),
        counts=_counts(vial),
        label_strengths=None if vial.label_strengths is None else _strengths(vial.label_strengths),
        per_ml=None
        if in_one is None
        else [
            StrengthOut(substance=substance, value=plain(amount.value), unit=amount.unit)
            for substance, amount in in_one
        ],
        volume=_volume(vial.volume_ul),
        tablets=vial.tablets,
        single_use=vial.single_use,
        pharmacy=vial.pharmacy,
        pharmacy_licence=vial.pharmacy_licence,
        prescriber=vial.prescriber,
        lot=vial.lot,
        received_on=vial.received_on,
        expires_on=vial.expires_on,
        use_by=vial.use_by,
        storage=vial.storage,
        opened_at=vial.opened_at,
        opened_on=opened_on(vial, held.first_drawn_at, here),
        reconstituted_at=vial.reconstituted_at,
        diluent=vial.diluent,
        diluent_volume=_volume(vial.diluent_ul),
        note=vial.note,
        status=status_of(held, today),
        discard_on=held.discard.day,
        discard_why=held.discard.why,
        left=None if held.left is None else quantity_out(vial, held.left),
        left_amount=AmountOut.of(left) if left else None,
        doses_left=doses_left(held, taken),
        overdrawn=quantity_out(vial, held.overdrawn) if held.overdrawn else None,
        drawn_doses=held.doses,
        lines=[each.line_id for each in taken],
        source=_source(vial.medicine, check, people),
        entered_by=AuthorOut.of(people[vial.author_id]),
        created_at=vial.created_at,
        gone_at=vial.gone_at,
        gone_why=vial.gone_why,
        revision=vial.revision,
        warnings=[VialWarningOut(code=code, text=text) for code, text in warned],
    )


def _counts(vial: Vial) -> str:
    if vial.counts == TOGETHER:
        only = len(vial.strengths) == 1
        return str(vial.strengths[0]["substance"]) if only else SAID_TOGETHER
    return vial.counts


def _strengths(given: Sequence[Mapping[str, Any]]) -> list[StrengthOut]:
    return [StrengthOut(**each) for each in given]


def _volume(microlitres: int | None) -> AmountOut | None:
    return None if microlitres is None else volume_out(microlitres)


def _source(medicine: str, check: SourceCheck | None, people: Mapping[UUID, Person]) -> SourceOut:
    if check is None:
        return SourceOut(state=state_of(None, medicine), at=None, by=None, answers=None)
    return SourceOut(
        state=state_of(check, medicine), at=check.at, by=AuthorOut.of(people[check.author_id]),
        answers={code: SourceAnswer(said) for code, said in check.answers.items()},
    )  # fmt: skip
