"""How Alembic reaches the database: the url comes from settings, or from a test."""

import asyncio

from alembic import context
from sqlalchemy import Connection

import app.accounts.models
import app.audit
import app.clinic.models
import app.doses.models
import app.exchange.models
import app.monitoring.models
import app.observations.models
import app.protocols.models
import app.pulse
import app.push.models
import app.reminders.models
import app.sites.models
import app.supplies.models  # noqa: F401 - every table has to be known before migrations compare
from app.config import settings
from app.db import Base, connect


def run(connection: Connection) -> None:
    """Run what is asked for in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect as the application would, so that SQLite gets its pragmas."""
    engine = connect(context.config.attributes.get("url") or settings().database_url)
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # A migration that waits for a lock makes everybody behind it wait as well.
            await connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(online())
