"""The people of a clinic: who belongs to it, who is its admin, who has left.

An admin looks after the clinic's people and opens no patient's record by it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.care import end_all_of
from app.accounts.invites import withdraw
from app.accounts.models import Clinic, InviteKind, Person
from app.accounts.sign_in import sign_out_everywhere
from app.problems import NotFound, Problem


class LastAdmin(Problem):
    """A clinic needs an admin, and this is its last one."""

    status: ClassVar[int] = 409


class HasLeft(Problem):
    """This person has left the clinic."""

    status: ClassVar[int] = 409


class StaffChange(BaseModel):
    """What an admin wants to be different about one of the clinic's people.

    left   they have left; there is no way back but a new invite
    """

    model_config = ConfigDict(extra="forbid")

    admin: bool | None = None
    left: Literal[True] | None = None


async def acting_admin(session: AsyncSession, person: Person) -> Person:
    """The admin as they are now that nobody else changes this clinic's people.

    Every change of a clinic's people waits here for the one before, so of two admins who unmake
    each other the second finds that they are none any more: NotFound.
    """
    await session.execute(
        select(Clinic.id).where(Clinic.id == person.clinic_id).with_for_update(key_share=True)
    )
    await session.refresh(person)
    if not person.admin or person.left_at is not None:
        raise NotFound("There is no such page.")
    return person


async def people_of(session: AsyncSession, clinic_id: UUID | None) -> Sequence[Person]:
    """Everybody who is or was a clinician of this clinic, by name."""
    of_clinic = select(Person).where(Person.clinic_id == clinic_id)
    return (await session.scalars(of_clinic.order_by(Person.name, Person.id))).all()


async def change_person(
    session: AsyncSession, by: Person, person_id: UUID, wanted: StaffChange, now: datetime
) -> Person:
    """Make or unmake an admin, or note that somebody has left; a repeat changes nothing.

    Who has left is signed out everywhere, their care links end and the codes they handed out with
    them; the record of what they did stays. Raises NotFound for somebody of another clinic,
    LastAdmin when no admin would be left, and HasLeft for making one of somebody who has left.
    """
    await acting_admin(session, by)
    person = await session.get(Person, person_id, populate_existing=True)
    if person is None or person.clinic_id is None or person.clinic_id != by.clinic_id:
        raise NotFound("There is nobody like this in your clinic.")
    if wanted.admin and (wanted.left or person.left_at is not None):
        raise HasLeft("Who has left cannot be an admin.", cure="Invite them again as somebody new.")
    stays_admin = not wanted.left and wanted.admin is not False
    if person.admin and not stays_admin and not await _another_admin(session, person):
        raise LastAdmin(
            "Without it nobody could invite clinicians or let one go.",
            cure="Make somebody else an admin first.",
        )
    admin = person.admin if wanted.admin is None else wanted.admin
    if wanted.left and person.left_at is None:
        await _leave(session, person, by, now)
    elif admin is not person.admin:
        person.admin = admin
        action = "clinician.made_admin" if admin else "clinician.unmade_admin"
        audit.record(session, action, at=now, actor=by.id, patient=None, person=str(person.id))
        if not admin:
            await withdraw(session, person.id, now, InviteKind.CLINICIAN)
    return person


async def _leave(session: AsyncSession, person: Person, by: Person, now: datetime) -> None:
    # In the order in which a request takes them, sign-in before link, so that none waits in a ring;
    # and last that they have left, after which no link of theirs counts as live.
    await sign_out_everywhere(session, person.id, now)
    await withdraw(session, person.id, now, *InviteKind)
    await end_all_of(session, person.id, by.id, now)
    person.left_at, person.admin = now, False
    audit.record(
        session, "clinician.left", at=now, actor=by.id, patient=None, person=str(person.id)
    )


async def _another_admin(session: AsyncSession, person: Person) -> bool:
    others = select(Person.id).where(
        Person.clinic_id == person.clinic_id, Person.id != person.id, Person.admin,
        Person.left_at.is_(None),
    )  # fmt: skip
    return await session.scalar(others.limit(1)) is not None
