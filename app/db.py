"""One code path for two databases: types, engine and unit of work.

The dialect's name appears in this file alone. SQLite is one process with one writing
connection; PostgreSQL is any number of processes.
"""

import enum
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    Enum,
    MetaData,
    String,
    Time,
    TypeDecorator,
    Uuid,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

Sessions = async_sessionmaker[AsyncSession]
Json = dict[str, Any] | list[Any]


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware UTC coming out.

    SQLite would drop the offset without a word and hand back a naive time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, which is not an instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back the zone that SQLite could not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal kept digit by digit as text, because SQLite would make it a float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Write without an exponent."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read what was written, digit by digit."""
        return None if value is None else Decimal(value)


def words(kind: type[enum.StrEnum]) -> Enum:
    """A column for a StrEnum: its words as text, checked by Python rather than by a database type.

    A database enumeration would need a migration for every new word.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Every table. Constructors take every column by name, so a type checker sees a missing one."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_ix",
            "uq": "%(table_name)s_%(column_0_N_name)s_uq",
            "ck": "%(table_name)s_%(constraint_name)s_ck",
            "fk": "%(table_name)s_%(column_0_N_name)s_fk",
            "pk": "%(table_name)s_pk",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
        datetime: UTCDateTime(),
        date: Date(),
        time: Time(),
        Decimal: Exact(),
        UUID: Uuid(),
        Json: JSON().with_variant(JSONB(), "postgresql"),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[int]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
    }


def connect(url: str, *, pool_size: int = 10, timeout: float = 10.0) -> AsyncEngine:
    """An engine for either database; `timeout` is seconds a request waits for a connection.

    SQLite ignores `FOR UPDATE SKIP LOCKED` (SQLAlchemy drops it silently), so there one
    connection whose every transaction begins IMMEDIATE is what makes a claim exclusive.
    """
    if not is_sqlite(url):
        return create_async_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text must not carry health data into a log
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=timeout,
            connect_args={
                "timeout": timeout,
                "server_settings": {
                    "idle_in_transaction_session_timeout": "30000",
                    "statement_timeout": "30000",
                    "application_name": "vesper",
                },
            },
        )
    engine = create_async_engine(
        url, pool_size=1, max_overflow=0, pool_timeout=timeout, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def is_sqlite(url: str) -> bool:
    """Whether this address names the embedded database, where one process does everything."""
    return url.startswith("sqlite")


def sessions_on(engine: AsyncEngine) -> Sessions:
    """The session factory of an engine; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def insert_new(
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert the rows that are not there yet, and say how many were new.

    Rows whose primary or unique key exists stay as they are, so a repeat changes nothing.
    """
    if not rows:
        return 0
    sqlite = session.get_bind().dialect.name == "sqlite"
    # SQLite counts bound values: 32,766 is its limit since 3.32, PostgreSQL's is 32,767.
    batch = max(1, 30_000 // len(rows[0]))
    new = 0
    for start in range(0, len(rows), batch):
        chunk = list(rows[start : start + batch])
        statement: Any = (
            sqlite_insert(table).values(chunk).on_conflict_do_nothing()
            if sqlite
            else postgresql_insert(table).values(chunk).on_conflict_do_nothing()
        )
        new += (await session.execute(statement)).rowcount  # type: ignore[attr-defined]
    return new


async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed when the endpoint returns, undone when it raises.

    Domain code never commits.
    """
    sessions: Sessions = request.app.state.sessions
    async with sessions.begin() as session:
        yield session


# FastAPI's default scope would commit after the answer has left, so that a commit that fails
# would still have said 201; the function scope commits first.
Session = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]
