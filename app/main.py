"""The HTTP application: every router by one explicit list, and the page that patients open."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app import http, openapi, operation, pages
from app.accounts import api as accounts
from app.accounts import keys_api as api_keys
from app.accounts import oauth_api as oauth
from app.accounts import passkeys_api as passkeys
from app.clinic import adherence_api as adherence
from app.clinic import api as clinic
from app.clinic import digest_api as digest
from app.clinic import events_api as events
from app.clinic import flags_api as flags
from app.clinic import panel_api as panel
from app.clinic import recall_api as recall
from app.clinic import reconciliation_api as reconciliation
from app.clinic import refills_api as refills
from app.clinic import reviews_api as reviews
from app.clinic import tasks_api as tasks
from app.clinic import webhooks_api as webhooks
from app.config import Settings, sealing_key
from app.db import connect, sessions_on
from app.exchange import calendar_api as calendar_feeds
from app.exchange import exports_api as exports
from app.exchange import record_api as record
from app.exchange.fhir import api as fhir
from app.http import problem_pages
from app.intake import api as doses
from app.monitoring import api as monitoring
from app.monitoring import body_api as body
from app.monitoring import draw_days_api as draw_days
from app.monitoring import results_api as results
from app.monitoring import side_effects_api as side_effects
from app.monitoring.baseline import baseline_drawn
from app.observations import api as observations
from app.observations import checkins_api as checkins
from app.protocols import api as protocols
from app.protocols import calendar_api as calendar
from app.protocols import history_api as history
from app.protocols import screening_api as screening
from app.push import api as push
from app.push.seal import Seal
from app.push.vapid import identity_of
from app.reminders import api as reminders
from app.sites import api as sites
from app.supplies import draw_api as draws
from app.supplies import supplies_api as supplies
from app.supplies import vials_api as vials
from app.worker import Worker

ROUTERS = (
    accounts, api_keys, oauth, problem_pages, passkeys, protocols, screening, calendar, history,
    doses, sites, vials, supplies, reminders, push,
    draws, observations, checkins, body, side_effects, results, draw_days, monitoring, clinic,
    panel, adherence,
    webhooks, events, flags, tasks, reviews, digest,
    refills, recall, reconciliation,
    calendar_feeds, exports, record,
    fhir, operation,
)  # fmt: skip


def create_app(
    settings: Settings, *, engine: AsyncEngine | None = None, with_worker: bool = False
) -> FastAPI:
    """The application on a database of its own, or on `engine` when it is shared with somebody.

    with_worker   also run the ticks in this process, which SQLite requires
    """
    settings.check()
    own_engine = engine or connect(settings.database_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        worker = Worker.create(settings, app.state.sessions) if with_worker else None
        app.state.worker = worker
        running = asyncio.create_task(worker.run()) if worker else None
        # What was read to start lives as long as the process. Looking through all of it for rubbish
        # took 0.2 s of every few pages of a clinic's list (`bench panel`).
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            if worker and running:
                worker.stop()
                await running
            if engine is None:
                await own_engine.dispose()

    app = FastAPI(
        title="Vesper",
        version=version("vesper"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        description="Protocols, doses, reminders, labs and adherence. Errors are RFC 9457 problem "
        "documents; instants are RFC 3339; amounts are decimal strings with a UCUM unit.",
    )
    app.state.settings = settings
    app.state.engine = own_engine
    app.state.sessions = sessions_on(own_engine)
    app.state.vapid = identity_of(settings)
    app.state.seal = Seal(sealing_key(settings))
    app.state.worker = None
    # The protocol warns where no baseline is recorded, and only the package above it knows that.
    app.state.baseline_drawn = baseline_drawn
    for module in ROUTERS:
        app.include_router(module.router)
    openapi.install(app)
    pages.install(app, settings)
    http.install(app, settings)
    return app


def document() -> dict[str, Any]:
    """The API's document, whatever the settings of this machine are; it asks no database."""
    with TemporaryDirectory() as folder:
        nowhere = Settings(
            environment="development", database_url=f"sqlite+aiosqlite:///{folder}/none",
            data_folder=Path(folder), secret_key=SecretStr("of no use"),
        )  # fmt: skip
        return create_app(nowhere).openapi()
