"""Who acts in a story: people in browsers, the worker, and phones that ring."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from app.config import Settings
from app.db import Sessions
from app.monitoring.asking import ask
from app.monitoring.draw_tick import remind_of_draws
from app.monitoring.tick import prompt
from app.push.deliver import Courier
from app.reminders.arm import plan_and_arm
from app.reminders.notices import tell
from app.reminders.tick import Mouth, remind
from app.supplies.tick import look
from tests.push_service import Arrival, PushService
from tests.story_time import Clock

PASSWORD = "a long enough passphrase"


@dataclass
class Browser:
    """Somebody's browser on our site: a client of its own, with its own cookies."""

    client: httpx.AsyncClient
    email: str = ""

    async def __call__(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """One request; the answer's JSON, after its status was what the story says."""
        response = await self.client.request(method, path, json=body)
        assert response.status_code == expect, f"{method} {path}: {response.text}"
        return response.json() if response.content else None

    async def sign_up(self, **facts: Any) -> Any:
        """Register somebody new and stay signed in."""
        self.email = f"{uuid4().hex[:12]}@example.org"
        known = {"name": "A person", "timezone": "America/Denver", "password": PASSWORD}
        body = {"email": self.email, **known, **facts}
        return await self("POST", "/api/auth/register", body, expect=201)

    async def answer_no(self) -> None:
        """Answer no to every question that comes before a growth-hormone peptide."""
        asked = await self("GET", "/api/screening/questions")
        answers = {question["code"]: "no" for question in asked["questions"]}
        body = {"id": str(uuid4()), "answers": answers}
        await self("POST", "/api/patients/me/screenings", body, expect=201)

    async def sign_in(self) -> Any:
        """Sign in again, as after a long pause."""
        body = {"email": self.email, "password": PASSWORD}
        return await self("POST", "/api/auth/login", body)


def browser(app: FastAPI) -> Browser:
    """A fresh browser that nobody has signed in on."""
    return Browser(httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000",
        headers={"Sec-Fetch-Site": "same-origin"},
    ))  # fmt: skip


@dataclass
class World:
    """Time passes, and the worker does what it would have done meanwhile."""

    app: FastAPI
    settings: Settings
    sessions: Sessions
    time: Clock
    push: PushService
    courier: Courier

    @property
    def mouth(self) -> Mouth:
        """What the remind tick speaks with."""
        return Mouth(self.app.state.seal, "http://localhost:8000")

    async def tick(self) -> None:
        """Every tick once, at this instant."""
        mouth = self.mouth
        async with self.sessions.begin() as session:
            await plan_and_arm(session, self.time.now)
        async with self.sessions.begin() as session:
            await tell(session, mouth, self.time.now)
        async with self.sessions.begin() as session:
            await prompt(session, mouth.seal, self.time.now, mouth.public_url)
        async with self.sessions.begin() as session:
            await remind_of_draws(session, mouth.seal, self.time.now, mouth.public_url)
        async with self.sessions.begin() as session:
            await remind(session, mouth, self.time.now)
        async with self.sessions.begin() as session:
            await ask(session, mouth.seal, self.time.now, mouth.public_url)
        async with self.sessions.begin() as session:
            await look(session, mouth.seal, self.time.now, mouth.public_url)
        await self.courier.run_once(self.time.now)

    async def pass_time(self, **by: float) -> list[Arrival]:
        """Move the clock, tick, and say what arrived on phones because of it."""
        before = len(self.push.received)
        self.time.advance(**by)
        await self.tick()
        return self.push.received[before:]


def peptide(**facts: Any) -> dict[str, Any]:
    """A line of a prescription as the app sends it: sermorelin every night at bedtime."""
    return {
        "medicine": "sermorelin", "route": "subcutaneous",
        "amount": {"value": "250", "unit": "ug"},
        "recurrence": {"times": ["bedtime"]}, **facts,
    }  # fmt: skip
