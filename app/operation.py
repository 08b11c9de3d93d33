"""Whether Vesper is alive, ready and on time; for supervisors and monitors, without health data."""

from datetime import datetime
from importlib.metadata import version

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clinic.models import Look
from app.clock import Now
from app.db import Session
from app.doses.models import Reminder
from app.pulse import last_beats
from app.push.models import Delivery, Message, State

router = APIRouter(tags=["operation"])

OLDEST_DUE = Gauge(
    "vesper_oldest_due_seconds", "Age of the oldest reminder that should have spoken"
)
OLDEST_UNDELIVERED = Gauge(
    "vesper_oldest_undelivered_seconds", "Age of the oldest message that no push service has yet"
)
OLDEST_LOOK = Gauge(
    "vesper_oldest_look_seconds", "Age of the oldest look at a patient that the watch owes"
)
TICK_AGE = Gauge("vesper_tick_age_by_name_seconds", "Seconds since a tick last completed", ["tick"])

# A tick notes every ten seconds that it is alive; housekeeping comes only every five minutes.
TOO_OLD = 120.0
PROMPT = frozenset({"deliver", "remind", "plan", "notices"})
TOO_LATE = 60.0


class Readiness(BaseModel):
    """What a monitor should look at; ages are seconds, None where there is nothing to be late."""

    ready: bool
    reasons: list[str]
    tick_age: dict[str, float]
    oldest_due: float | None
    oldest_undelivered: float | None
    tzdata: str
    version: str


@router.get("/healthz")
async def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readiness(response: Response, session: Session, now: Now) -> Readiness:
    """The database answers, the ticks run, and nothing due waits; 503 with the reasons if not."""
    state = await look(session, now)
    response.status_code = 200 if state.ready else 503
    return state


@router.get("/metrics", include_in_schema=False)
async def metrics(session: Session, now: Now) -> Response:
    """Prometheus text of this process, with the queue's ages read fresh from the database."""
    await look(session, now)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def look(session: AsyncSession, now: datetime) -> Readiness:
    """Measure how late anything is, and set the gauges that say so."""
    beats = await last_beats(session)
    ages = {tick: (now - at).total_seconds() for tick, at in beats.items()}
    due = await session.scalar(select(func.min(Reminder.remind_at)))
    waiting = await session.scalar(
        select(func.min(Message.created_at))
        .join(
            Delivery,
            (Delivery.person_id == Message.person_id) & (Delivery.message_id == Message.id),
        )
        .where(Delivery.ready_at.is_not(None), Delivery.state == State.WAITING)
    )
    oldest_due = _age(due, now)
    undelivered = _age(waiting, now)
    OLDEST_DUE.set(oldest_due or 0)
    OLDEST_UNDELIVERED.set(undelivered or 0)
    OLDEST_LOOK.set(_age(await session.scalar(select(func.min(Look.next_at))), now) or 0)
    for tick, age in ages.items():
        TICK_AGE.labels(tick).set(age)
    reasons = [
        f"tick {tick} last completed {age:.0f} s ago"
        for tick, age in ages.items()
        if tick in PROMPT and age > TOO_OLD
    ]
    if not ages:
        reasons.append("no worker has ever ticked")
    if oldest_due is not None and oldest_due > TOO_LATE:
        reasons.append(f"a reminder is {oldest_due:.0f} s late")
    return Readiness(
        ready=not reasons,
        reasons=reasons,
        tick_age=ages,
        oldest_due=oldest_due,
        oldest_undelivered=undelivered,
        tzdata=version("tzdata"),
        version=version("vesper"),
    )


def _age(moment: datetime | None, now: datetime) -> float | None:
    """Seconds since a moment; None for none and for one still to come."""
    return None if moment is None or moment > now else (now - moment).total_seconds()
