"""Signing somebody in on the browser that asks: its cookie, and whom it belongs to from now on."""

from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sign_in
from app.accounts.evenings import preferences_of, preferences_out
from app.accounts.models import Clinic, Person
from app.accounts.shapes import MeOut, Named
from app.config import Settings


async def start(
    session: AsyncSession, person: Person, request: Request, response: Response, now: datetime,
    *, with_passkey: bool = False,
) -> None:  # fmt: skip
    """Sign this browser in under a new token; the one it had before, whose ever it was, ends."""
    settings: Settings = request.app.state.settings
    name = sign_in.cookie_name(settings)
    if before := request.cookies.get(name):
        await sign_in.sign_out(session, before, now)
    response.set_cookie(
        name,
        await sign_in.new_sign_in(session, person, now, with_passkey=with_passkey),
        max_age=int(sign_in.ABSOLUTE[person.role].total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


async def who(session: AsyncSession, person: Person) -> MeOut:
    """A person as they are shown to themselves."""
    clinic = await session.get_one(Clinic, person.clinic_id) if person.clinic_id else None
    return MeOut(
        id=person.id,
        email=person.email,
        name=person.name,
        role=person.role,
        admin=person.admin,
        clinic=Named(id=clinic.id, name=clinic.name) if clinic else None,
        preferences=preferences_out(await preferences_of(session, person.id)),
    )
