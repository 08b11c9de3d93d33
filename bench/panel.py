"""Panel: a page of a clinic's list with 5,000 patients, alone and among ten other clinics."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts.models import CareLink, Person
from app.accounts.sign_in import new_sign_in
from app.config import Settings
from app.db import connect, sessions_on
from app.doses.models import Dose
from app.doses.state import DoseState, state_of
from app.main import create_app
from app.push.vapid import make_private_key
from bench import clinics, crowd
from bench.database import durable
from bench.push_service import NotHonest
from bench.results import Row, Table, Target

SECRET = "only for the bench, and long enough for a key"

PAGE = 50
PAGES = 3
ORDERS = ("name", "-name", "flags", "unreachable", "labs", "taking", "-taking", "last_taken")


def measure(*, quick: bool = False) -> Table:
    """The list of one clinic, before and after the others have come; and the plain way."""
    count, others, rounds = (200, 2, 1) if quick else (5_000, 10, 3)
    with durable("autovacuum=off", "shared_buffers=1GB") as url:
        return asyncio.run(_measure(url, count, others, rounds))


async def _measure(url: str, count: int, others: int, rounds: int) -> Table:
    now = clock.now()
    alone = Row(f"a page of {PAGE}, {count:,} patients, the only clinic")
    among = Row(f"the same, with {others} other clinics of the same size")
    found = Row("a search by name, among the others")
    plain_name = Row("the plain ORM way, by name, among the others")
    plain_taking = Row("the plain ORM way, by taking, among the others")
    async with crowd.connection(url) as direct:
        ours = await clinics.fill(direct, 0, count, now)
        await _settle(direct)
        async with _browser(url, ours.clinician_id, now) as http:
            await _pages(http, count)  # statements are compiled once in a process
            for _ in range(rounds):
                alone.figures.append(_p95(await _pages(http, count)))
        for number in range(1, others + 1):
            await clinics.fill(direct, number, count, now)
        await _settle(direct)
        doses = await direct.fetchval("SELECT count(*) FROM dose")
        draws = await direct.fetchval("SELECT count(*) FROM drawn")
        async with _browser(url, ours.clinician_id, now) as http:
            await _pages(http, count)
            for _ in range(rounds):
                among.figures.append(_p95(await _pages(http, count)))
                found.figures.append(_p95(await _searches(http)))
        for _ in range(rounds):
            plain_name.figures.append(await _plainly(url, ours.clinician_id, now, by_name=True))
        plain_taking.figures.append(await _plainly(url, ours.clinician_id, now, by_name=False))
    return Table(
        "A clinic's panel",
        "ms",
        [alone, among, found, plain_name, plain_taking],
        ours=1,
        targets=[
            Target("panel: p95 of a page, alone", alone.median, 300, at_most=True),
            Target("panel: p95 of a page, among others", among.median, 300, at_most=True),
            Target(
                "panel: p95 among others to p95 alone", among.median / alone.median, 1.2,
                at_most=True,
            ),
        ],
        notes=[
            f"{clinics.NIGHTS} days of doses for everybody, {doses:,} doses in all; every second "
            f"patient has vials on record, {draws:,} doses were drawn from them. Each request "
            "goes through the whole application, in process: sign-in, flags, figures of the page's "
            f"patients, {PAGE} entries in the access log, commit. First {PAGES} pages of "
            f"{len(ORDERS)} orders and two filters; p95 of a round, {rounds} rounds.",
            "The plain way loads patients, doses of 30 days and their events as objects: for a "
            "page by name those of its patients, one after the other; to sort by taking those of "
            "the whole clinic. It computes no flags, reach or labs, and writes nothing; median of "
            "its requests.",
        ],
    )  # fmt: skip


async def _settle(direct: Any) -> None:
    """As a database is after a while: a patient's nights side by side, and known to the planner."""
    for statement in (
        "CLUSTER dose USING dose_patient_id_due_at_ix", "CLUSTER event USING event_pk",
        "CLUSTER drawn USING drawn_pk", "VACUUM ANALYZE", "CHECKPOINT",
    ):  # fmt: skip
        await direct.execute(statement)


@contextlib.asynccontextmanager
async def _browser(url: str, person_id: UUID, now: datetime) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which this clinician is signed in, before the whole application."""
    engine = connect(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(
                database_url=url, data_folder=Path(folder), secret_key=SecretStr(SECRET),
                vapid_private_key=SecretStr(make_private_key()),
                vapid_subject="mailto:bench@vesper.example.org", frontend_folder=Path(folder),
            )  # fmt: skip
            app = create_app(settings, engine=engine)
            async with sessions_on(engine).begin() as session:
                token = await new_sign_in(session, await session.get_one(Person, person_id), now)
            async with app.router.lifespan_context(app), httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000",
                headers={"Sec-Fetch-Site": "same-origin", "Cookie": f"vesper={token}"},
            ) as http:  # fmt: skip
                yield http
    finally:
        await engine.dispose()


async def _pages(http: httpx.AsyncClient, count: int) -> list[float]:
    """Milliseconds of each of the first pages of every order, and of two filters."""
    took: list[float] = []
    asked = [f"sort={order}" for order in ORDERS]
    for query in (*asked, "filter=flags&sort=flags", "filter=unreachable&sort=last_taken"):
        cursor = ""
        for _ in range(PAGES):
            began = clock.monotonic()
            answer = await http.get(f"/api/clinic/patients?{query}&limit={PAGE}{cursor}")
            took.append(1000 * (clock.monotonic() - began))
            page = answer.raise_for_status().json()
            whole = "filter" not in query
            if whole and (page["total"] != count or len(page["patients"]) != PAGE):
                raise NotHonest(f"a page of {len(page['patients'])} of {page['total']}")
            counted = [row["taking30"] for row in page["patients"]]
            if whole and not all(one["expected"] or one["before_initiation"] for one in counted):
                raise NotHonest("a patient without doses is on the page")
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
    return took


async def _searches(http: httpx.AsyncClient) -> list[float]:
    took = []
    for words in islice(cycle(("ash", "Cedar 00", "oak 1", "nobody")), 12):
        began = clock.monotonic()
        answer = await http.post("/api/clinic/patients/search", json={"q": words, "limit": PAGE})
        took.append(1000 * (clock.monotonic() - began))
        answer.raise_for_status()
    return took


def _p95(figures: list[float]) -> float:
    return quantiles(figures, n=20, method="inclusive")[-1]


async def _plainly(url: str, clinician: UUID, now: datetime, *, by_name: bool) -> float:
    """Milliseconds of one page the way it is first written: objects, their relations, a loop."""
    engine = connect(url)
    try:
        took = []
        for _ in range(5 if by_name else 1):
            began = clock.monotonic()
            async with sessions_on(engine)() as session:
                await (_page_by_name if by_name else _page_by_taking)(session, clinician, now)
            took.append(1000 * (clock.monotonic() - began))
        return sorted(took)[len(took) // 2]
    finally:
        await engine.dispose()


def _care(clinician: UUID) -> Any:
    linked = select(Person).join(CareLink, CareLink.patient_id == Person.id)
    return linked.where(CareLink.person_id == clinician).order_by(Person.name)


async def _page_by_name(session: AsyncSession, clinician: UUID, now: datetime) -> list[Any]:
    people = (await session.scalars(_care(clinician).limit(PAGE))).all()
    return [(one, await _taken(session, one.id, now)) for one in people]


async def _page_by_taking(session: AsyncSession, clinician: UUID, now: datetime) -> list[Any]:
    people = (await session.scalars(_care(clinician))).all()
    rows = [(one, await _taken(session, one.id, now)) for one in people]
    rows.sort(key=lambda row: row[1][0] / row[1][1] if row[1][1] else 2)
    return rows[:PAGE]


async def _taken(session: AsyncSession, patient: UUID, now: datetime) -> tuple[int, int]:
    mine = (
        select(Dose)
        .where(
            Dose.patient_id == patient, Dose.due_at > now - timedelta(days=30), Dose.due_at <= now
        )
        .options(selectinload(Dose.events))
    )
    states = [state_of(dose, now) for dose in await session.scalars(mine)]
    session.expunge_all()
    counted = (DoseState.TAKEN, DoseState.SKIPPED, DoseState.MISSED)
    return states.count(DoseState.TAKEN), sum(state in counted for state in states)
