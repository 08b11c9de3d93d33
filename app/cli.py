"""The `vesper` command: serve, work, migrate, verify, make keys, clinics and invites."""

import asyncio
import json
import logging
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import structlog
import typer
import uvicorn
import uvloop
from alembic import command
from alembic.config import Config
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app import clock
from app.accounts.invites import create_clinic, invite_clinician
from app.accounts.models import Clinic
from app.cli_records import records
from app.config import Refused, Settings, sealing_key, settings
from app.db import connect, is_sqlite, sessions_on
from app.problems import NotFound
from app.push.vapid import identity_of, make_private_key
from app.sealing import Head, Sealer
from app.verification import Verdict, verify

cli = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
clinics = typer.Typer(no_args_is_help=True, help="Clinics.")
clinicians = typer.Typer(no_args_is_help=True, help="Clinicians.")
cli.add_typer(clinics, name="clinic")
audits = typer.Typer(no_args_is_help=True, help="The audit log.")
cli.add_typer(records, name="record")
cli.add_typer(clinicians, name="clinician")
cli.add_typer(audits, name="audit")

ROOT = Path(__file__).parents[1]


@cli.callback()
def private() -> None:
    """Vesper: reminders, one-tap logging and adherence for hormone protocols."""
    # Keys and an SQLite file hold health data: whatever a command writes, only its owner may read.
    os.umask(0o077)


Answer = TypeVar("Answer")

LONGEST_NAME = 200
"""Characters of a clinic's name."""


def checked() -> Settings:
    """The settings, or the end of the command with the reason why they are refused."""
    try:
        found = settings()
        found.check()
    except Refused as refusal:
        typer.secho(f"Vesper does not start: {refusal}", fg="red", err=True)
        raise typer.Exit(2) from refusal
    return found


@cli.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    worker: Annotated[
        bool, typer.Option(help="Run the ticks in this process as well; SQLite needs it.")
    ] = True,
) -> None:
    """Serve the application, and run the worker in the same process."""
    from app.main import create_app

    found = checked()
    if is_sqlite(found.database_url) and not worker:
        typer.secho(
            "SQLite has one process: with --no-worker nothing would ever remind. "
            "Use PostgreSQL, or leave the worker on.",
            fg="red",
            err=True,
        )
        raise typer.Exit(2)
    if "public_url" not in found.model_fields_set:
        found.public_url = f"http://localhost:{port}"
    speak(found)
    warn_of_old_sqlite(found)
    app = create_app(found, with_worker=worker)
    typer.secho(f"Vesper is at {found.public_url} (listening on {host}:{port})", fg="green")
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=25,
        proxy_headers=found.production,
        forwarded_allow_ips=found.trusted_proxies,
    )


@cli.command()
def openapi(
    ids: Annotated[bool, typer.Option(help="Only the id of each operation.")] = False,
) -> None:
    """Print the API's document, for generators of clients. It needs no database and no settings."""
    from app.main import document

    found = document()
    if not ids:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    named = [
        f"{method.upper()} {path} {operation['operationId']}"
        for path, operations in found["paths"].items()
        for method, operation in operations.items()
    ]
    typer.echo("\n".join(sorted(named)))


@cli.command()
def worker() -> None:
    """Run the ticks only; any number of these may share one PostgreSQL."""
    from app.worker import Worker, run_until_signalled

    found = checked()
    if is_sqlite(found.database_url):
        typer.secho("SQLite has one process: use `vesper serve`.", fg="red", err=True)
        raise typer.Exit(2)
    speak(found)

    async def run() -> None:
        engine = connect(found.database_url)
        try:
            async with monitored(found, engine):
                await run_until_signalled(Worker.create(found, sessions_on(engine)))
        finally:
            await engine.dispose()

    uvloop.run(run())


@cli.command()
def migrate() -> None:
    """Bring the database up to the newest migration; a repeat changes nothing."""
    found = checked()
    if is_sqlite(found.database_url):
        Path(found.database_url.partition(":///")[2]).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(migrations(found.database_url), "head")
    typer.echo("The database is up to date.")


@cli.command()
def vapid(
    folder: Annotated[Path | None, typer.Option(help="Write vapid.pem here, mode 0600.")] = None,
) -> None:
    """Make a VAPID key pair: print the private key, or write it to a folder."""
    key = make_private_key()
    if folder is None:
        typer.echo(key)
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "vapid.pem"
    if path.exists():
        typer.secho(f"{path} exists; losing that key loses every subscription.", fg="red", err=True)
        raise typer.Exit(1)
    path.touch(mode=0o600)
    path.write_text(key, encoding="ascii")
    typer.echo(f"Wrote {path}. Back it up.")


@cli.command()
def demo() -> None:
    """Fill an empty database with a clinic and four people; print how to sign in as them."""
    from app.demo import NotEmpty, fill

    found = checked()
    try:
        key_id = identity_of(found).key_id
        lines = in_transaction(found, lambda session: fill(session, clock.now(), key_id))
    except NotEmpty as problem:
        typer.echo(f"{problem.detail} Its sign-ins were printed when it was made.")
        return
    for line in lines:
        typer.echo(line)


@cli.command()
def sources() -> None:
    """Print every rule with its figure and source, as docs/sources.md keeps it."""
    from app.sources import page

    typer.echo(page(), nl=False)


@clinics.command("create")
def clinic_create(name: str) -> None:
    """Create a clinic and print its id."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise typer.BadParameter(f"A clinic's name has 1 to {LONGEST_NAME} characters.")

    async def create(session: AsyncSession) -> UUID:
        return create_clinic(session, name, clock.now()).id

    typer.echo(str(in_transaction(checked(), create)))


@clinicians.command("invite")
def clinician_invite(
    wanted: Annotated[
        UUID | None,
        typer.Argument(metavar="CLINIC", help="Id of the clinic; optional when there is one."),
    ] = None,
    admin: Annotated[
        bool, typer.Option(help="Who registers with it looks after the clinic's people as well.")
    ] = False,
) -> None:
    """Print a single-use code with which a clinician registers."""

    async def invite(session: AsyncSession) -> str:
        known = (await session.scalars(select(Clinic.id).limit(2))).all()
        if not known:
            raise typer.BadParameter("Create a clinic first: vesper clinic create NAME")
        if wanted is None and len(known) > 1:
            raise typer.BadParameter("There are several clinics: give the id of one.")
        try:
            return await invite_clinician(session, wanted or known[0], clock.now(), admin=admin)
        except NotFound as problem:
            raise typer.BadParameter("There is no clinic with this id.") from problem

    typer.echo(in_transaction(checked(), invite))


@audits.command("verify")
def audit_verify(
    head: Annotated[
        str, typer.Option(help="NUMBER:HASH that was printed or logged before; it must be there.")
    ] = "",
    former_secret: Annotated[
        list[Path] | None,
        typer.Option(help="File with a secret key used before today's; oldest first."),
    ] = None,
) -> None:
    """Seal what waits, then check every entry, event and version; exit code 1 means tampering."""
    found = checked()
    try:
        kept = Head.parse(head) if head else None
    except ValueError as error:
        raise typer.BadParameter("A head is NUMBER:HASH, as this command prints it.") from error
    try:
        former = [path.read_text(encoding="utf-8").strip() for path in former_secret or []]
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter("A file with a former secret cannot be read.") from error
    keys = [Sealer(secret) for secret in [*former, sealing_key(found)]]

    async def run() -> Verdict:
        engine = connect(found.database_url)
        try:
            return await verify(sessions_on(engine), keys, now=clock.now(), kept=kept)
        finally:
            await engine.dispose()

    verdict = asyncio.run(run())
    typer.echo(
        f"Read {verdict.entries} entries ({verdict.waiting} wait for their seal), "
        f"{verdict.events} dose events, {verdict.versions} protocol versions, "
        f"{verdict.observations} observations and {verdict.supplies} rows on vials and sites."
    )
    typer.echo(f"Head, to keep outside this database: {verdict.head}")
    if verdict.sound:
        typer.secho("Nothing was tampered with.", fg="green")
        return
    for finding in verdict.findings:
        typer.secho(finding, fg="red", err=True)
    typer.secho(
        f"Tampered with, in {len(verdict.findings) + verdict.more} places.", fg="red", err=True
    )
    raise typer.Exit(1)


def warn_of_old_sqlite(found: Settings) -> None:
    """Say what an SQLite with the WAL-reset fault (3.7.0 to 3.51.2) asks of the operator."""
    if is_sqlite(found.database_url) and sqlite3.sqlite_version_info < (3, 51, 3):
        structlog.get_logger().warning(
            "this SQLite can corrupt a database that two connections write; Vesper uses one: "
            "let no other program write to the file, or use PostgreSQL",
            sqlite=sqlite3.sqlite_version,
        )


def migrations(url: str) -> Config:
    """Alembic's configuration, for one database."""
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["url"] = url
    return config


def in_transaction(found: Settings, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
    """Do one thing in one transaction on the configured database."""

    async def run() -> Answer:
        engine = connect(found.database_url)
        try:
            async with sessions_on(engine).begin() as session:
                return await work(session)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def speak(found: Settings) -> None:
    """Logs as JSON in production, readable otherwise; ids only, health data never."""
    level = logging.getLevelNamesMapping()[found.log_level.upper()]
    renderer = (
        structlog.processors.JSONRenderer() if found.production else structlog.dev.ConsoleRenderer()
    )
    explain = without_messages if found.production else structlog.processors.format_exc_info
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            explain,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    # While a burst is being worked off it would warn four times a second; the metric counts those.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.basicConfig(
        level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s"
    )


def without_messages(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Tell of an exception its kinds and places only.

    A database quotes the row that it refuses, and with it a drug and an amount.
    """
    from app.http.failures import frames, kinds

    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["kinds"], event["frames"] = list(kinds(error)), frames(error)
    return event


@asynccontextmanager
async def monitored(found: Settings, engine: AsyncEngine) -> AsyncIterator[None]:
    """Serve `/healthz`, `/readyz` and `/metrics` beside a worker, where a port is set for them."""
    if not found.worker_metrics_port:
        yield
        return
    from fastapi import FastAPI

    from app import operation

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.sessions = sessions_on(engine)
    app.include_router(operation.router)
    server = Quiet(
        uvicorn.Config(
            app, host="0.0.0.0", port=found.worker_metrics_port, access_log=False, log_config=None
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class Quiet(uvicorn.Server):
    """A server that leaves the signals to the worker it stands beside."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield
