"""The stage on which stories are told."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.config import Settings, sealing_key
from app.db import Sessions
from app.push.deliver import Courier
from app.push.vapid import identity_of
from app.sealing import Sealer
from app.verification import verify
from tests.push_service import PushService
from tests.stories.cast import World
from tests.story_time import Clock


@pytest.fixture
def settings(settings: Settings, push: PushService) -> Settings:
    settings.push_allowed_origins = [push.origin]
    return settings


@pytest.fixture
async def world(
    app: FastAPI, settings: Settings, sessions: Sessions, time: Clock, push: PushService,
    quick_passwords: None,
) -> AsyncIterator[World]:  # fmt: skip
    """Whatever a story was about, what is recorded afterwards is what the audit log tells."""
    courier = Courier(settings, sessions, identity_of(settings), app.state.seal)
    yield World(app, settings, sessions, time, push, courier)
    courier.close()
    verdict = await verify(sessions, [Sealer(sealing_key(settings))], now=time.now)
    assert verdict.findings == []
