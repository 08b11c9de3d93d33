"""People in the states that a screen can show, written straight into the database.

The server does not run meanwhile: SQLite has one connection. Bedtimes are on the real wall clock of
a place where it is evening, so that a dose is open in the browser at any hour of the day.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.evenings import preferences_of
from app.accounts.models import Person
from app.db import connect, sessions_on
from app.doses.models import Dose
from tests.databases import migrate
from tests.factories import a_line, a_patient, a_protocol
from tests.server import Server

AGO = timedelta(minutes=20)
"""How long before now an open dose fell due."""

QUIETLY = (-30,)
"""A ladder of one rung, half an hour before closing: nothing is sent while a test runs."""


@asynccontextmanager
async def writing(server: Server) -> AsyncIterator[AsyncSession]:
    """One transaction on the migrated database of a server that is not running."""
    url = server.environment["VESPER_DATABASE_URL"]
    engine = connect(url)
    try:
        async with sessions_on(engine).begin() as session:
            yield session
    finally:
        await engine.dispose()


async def migrated(server: Server) -> Server:
    """The same server, its database at the newest migration."""
    # The migrations run a loop of their own.
    await asyncio.to_thread(migrate, server.environment["VESPER_DATABASE_URL"])
    return server


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve what is in the database until the block ends."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def a_person_at_bedtime(
    session: AsyncSession, zone: str, *lines: dict[str, Any], nights: int = 0, ago: timedelta = AGO
) -> Person:
    """A new patient who went to bed `ago`, with a protocol since `nights` before tonight.

    Their lines are due at bedtime; without any, one nightly sermorelin that sends nothing.
    """
    patient = await a_patient(session, timezone=zone, now=clock.now() - timedelta(days=nights + 1))
    await a_bedtime(session, patient, *lines or (a_line(ladder=QUIETLY),), nights=nights, ago=ago)
    return patient


async def a_bedtime(
    session: AsyncSession,
    patient: Person,
    *lines: dict[str, Any],
    ago: timedelta,
    nights: int = 0,
    author: Person | None = None,
) -> None:
    """A protocol for a patient who has none, due `ago` and on as many `nights` before."""
    preferences = await preferences_of(session, patient.id)
    due = clock.now() - ago
    local = due.astimezone(ZoneInfo(preferences.timezone))
    preferences.bedtimes = [f"{local:%H:%M}"] * 7
    entered = due - timedelta(hours=1) - timedelta(days=nights)
    first = local.date() - timedelta(days=nights)
    await a_protocol(session, patient, *lines, author=author, now=entered, first=first)


async def the_person(session: AsyncSession, email: str) -> Person:
    """Who signs in with this address."""
    return (await session.scalars(select(Person).where(Person.email == email))).one()


async def doses_due_by(session: AsyncSession, patient: Person, now: datetime) -> list[Dose]:
    """The planned doses that have fallen due, oldest first."""
    mine = select(Dose).where(Dose.patient_id == patient.id, Dose.due_at <= now)
    return list((await session.scalars(mine.order_by(Dose.due_at, Dose.id))).all())
