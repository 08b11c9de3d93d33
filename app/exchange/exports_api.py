"""One patient's record to take along, over HTTP: a page for the visit, and tables."""

import asyncio
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from app import audit
from app.accounts.access import Access, InConfidence
from app.accounts.attempts import allow
from app.clock import Now
from app.db import Session
from app.exchange.tables import NAMES, sources, tables_of
from app.exchange.visit import Asked, visit_of
from app.exchange.visit_pdf import typeset
from app.problems import Invalid, NotFound, TooManyRequests, declared

router = APIRouter(prefix="/api/patients/{patient}", tags=["exchange"])

EXPORTS = "60/hour"
"""Of one person; each costs a good part of a second of one core."""

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the start of a downloaded table: without it Excel reads a file of UTF-8 as Windows-1252, and
Zoë becomes ZoÃ«. LibreOffice, Numbers, pandas and Vesper's own import pass it over. Tables inside
the full export, which programs read, have none."""


class Paper(StrEnum):
    """The sheets that printers have."""

    A4 = "a4"
    LETTER = "us-letter"


class Typeset(Response):
    """A PDF that is set when the answer is sent: by then the transaction is over, so that a page
    being set holds no database connection. SQLite has only one."""

    media_type = "application/pdf"

    def __init__(self, visit: Mapping[str, Any], now: datetime, paper: Paper, name: str) -> None:
        super().__init__(headers=_named(name))
        self._visit, self._now, self._paper = visit, now, paper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the pages, then send them; what breaks is told as any other failure."""
        self.body = await typeset(self._visit, self._now, self._paper.value)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def _file(kind: str) -> dict[int | str, dict[str, Any]]:
    """What a download is, for the API's document."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file.", "content": content}}


@router.get(
    "/export.pdf",
    response_class=Response,
    responses={**_file("application/pdf"), **declared(NotFound, Invalid, TooManyRequests)},
)
async def export_pdf(
    access: InConfidence, request: Request, session: Session, now: Now,
    days: Annotated[int, Query(ge=1, le=400)] = 90, paper: Paper = Paper.A4,
) -> Response:  # fmt: skip
    """The record on one or two pages for a visit, tagged for screen readers.

    The clinic's copy has the open flags, the patient's own has not.
    """
    _note(access, request, session, now, "pdf")
    asked = Asked(access.patient_id, clinic=not access.own, days=days, now=now)
    visit = await visit_of(session, asked)
    return Typeset(visit, now, paper, f"vesper-{now:%Y-%m-%d}.pdf")


@router.get(
    "/export.csv",
    response_class=Response,
    responses={**_file("text/csv"), **declared(NotFound, Invalid, TooManyRequests)},
)
async def export_table(
    table: Annotated[str, Query(max_length=40, json_schema_extra={"enum": [*NAMES]})],
    access: InConfidence, request: Request, session: Session, now: Now,
) -> Response:  # fmt: skip
    """One table of the record. NotFound for one that this copy does not have."""
    clinic = _clinic(access)
    if table not in sources(clinic):
        raise NotFound("There is no such table in this copy.")
    _note(access, request, session, now, "csv")
    found = await tables_of(session, access.patient_id, now, clinic=clinic, only=table)
    (text,) = found.values()
    return Response(
        (BOM + text).encode(), media_type="text/csv; charset=utf-8; header=present",
        headers=_named(f"vesper-{table.replace('_', '-')}-{now:%Y-%m-%d}.csv"),
    )  # fmt: skip


@router.get(
    "/export.zip",
    response_class=Response,
    responses={**_file("application/zip"), **declared(NotFound, TooManyRequests)},
)
async def export_tables(
    access: InConfidence, request: Request, session: Session, now: Now
) -> Response:
    """Every table of this copy of the record, as CSV files in one archive."""
    _note(access, request, session, now, "zip")
    clinic = _clinic(access)
    found = await tables_of(session, access.patient_id, now, clinic=clinic)
    packed = await asyncio.to_thread(_packed, found, now)
    name = f"vesper-tables-{now:%Y-%m-%d}.zip"
    return Response(packed, media_type="application/zip", headers=_named(name))


def _clinic(access: Access) -> UUID | None:
    """Whose clinic's copy it is; None for the patient's own."""
    if access.own:
        return None
    if access.program is not None:
        return access.program.clinic_id
    return access.actor.clinic_id


def _note(
    access: Access, request: Request, session: AsyncSession, now: datetime, form: str
) -> None:
    """Count it, and note the patient's own; that others took a copy, `OfPatient` has noted."""
    allow(request, EXPORTS, f"copies by {access.actor.id}")
    if access.own:
        audit.record(
            session, "copy.taken", at=now, actor=access.actor.id, patient=access.patient_id,
            form=form,
        )  # fmt: skip


def _packed(found: Mapping[str, str], now: datetime) -> bytes:
    """The archive: the same bytes for the same tables at the same instant."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in found.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (BOM + text).encode())
    return out.getvalue()


def _named(name: str) -> dict[str, str]:
    """A file name with the day alone, and nothing of whom or what the file is about."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
