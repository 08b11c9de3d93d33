"""One code path for two databases: types, engine and unit of work.

The dialect's name appears in this file alone. SQLite is one process with one writing
connection; PostgreSQL is any number of processes.
"""

import enum
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from types import SimpleNamespace
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    Executable,
    MetaData,
    String,
    Table,
    Time,
    TypeDecorator,
    Uuid,
    bindparam,
    column,
    event,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
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


class Each:
    """A statement that runs for each of many rows, in one round trip.

    columns   what a row gives, by name, and the column it is compared with or written to
    write     builds the statement from the row's columns; it cannot give back rows

    PostgreSQL takes a column as one array, so the text is the same for any number of rows and is
    prepared once; SQLite runs the statement row by row, in the order given.
    """

    def __init__(
        self, columns: Mapping[str, ColumnElement[Any]], write: Callable[[Any], Executable]
    ) -> None:
        self._columns = columns
        self._write = write

    # Not in `__init__`: a foreign key learns its type when the other table is imported.
    @cached_property
    def _singly(self) -> Executable:
        # A parameter must not have the name of a column that the statement sets.
        return self._write(
            SimpleNamespace(
                **{
                    name: bindparam(f"each_{name}", type_=c.type)
                    for name, c in self._columns.items()
                }
            )
        )

    @cached_property
    def _together(self) -> Executable:
        arrays = [
            # One dimension, or a row's JSON list would be taken for a second one.
            bindparam(f"each_{name}", type_=ARRAY(c.type, dimensions=1))
            for name, c in self._columns.items()
        ]
        given = func.unnest(*arrays).table_valued(
            *(column(name, c.type) for name, c in self._columns.items())
        )
        derived = given.render_derived(name="given").c
        # As attributes, a collection's own methods would hide columns such as `items`.
        return self._write(SimpleNamespace(**{name: derived[name] for name in self._columns}))

    async def run(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for these rows, and say how many rows of the table it touched."""
        if not rows:
            return 0
        if session.get_bind().dialect.name == "sqlite":
            each = [{f"each_{name}": row[name] for name in self._columns} for row in rows]
            result: Any = await session.execute(self._singly, each)
        else:
            arrays = {f"each_{name}": [row[name] for row in rows] for name in self._columns}
            result = await session.execute(self._together, arrays)
        return int(result.rowcount)


@cache
def _insertion(table: type[Base], names: tuple[str, ...]) -> Each:
    into = cast(Table, table.__table__)

    def write(row: Any) -> Executable:
        values = [getattr(row, name) for name in names]
        # SQLite reads `ON CONFLICT` after a SELECT without a WHERE as part of a join.
        source = select(*values).where(true())
        return postgresql_insert(into).from_select(names, source).on_conflict_do_nothing()

    return Each({name: into.c[name] for name in names}, write)


async def insert_new(
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert the rows that are not there yet, and say how many were new.

    Rows whose primary or unique key exists stay as they are, so a repeat changes nothing. All
    rows name the same columns, and every column that may not be null.
    """
    return await _insertion(table, tuple(rows[0])).run(session, rows) if rows else 0


async def time_of_database(session: AsyncSession) -> datetime | None:
    """What the database server's clock says; None for SQLite, which shares ours.

    Only for comparing clocks: every decision takes the application's `now`.
    """
    if session.get_bind().dialect.name == "sqlite":
        return None
    moment: datetime | None = await session.scalar(text("SELECT clock_timestamp()"))
    return moment


async def take_turns(session: AsyncSession, turn: int) -> None:
    """Wait until no other transaction has this turn, and keep it until this one ends.

    On SQLite every transaction has its turn already: each begins IMMEDIATE.
    """
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(select(func.pg_advisory_xact_lock(turn)))


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
