"""HTTP for taking the whole record along, bringing it back, and ending it."""

import json
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app import audit
from app.accounts.access import Me
from app.accounts.attempts import allow
from app.accounts.passwords import verify_and_renew
from app.accounts.sign_in import cookie_name
from app.clock import Now
from app.config import sealing_key
from app.db import Session
from app.exchange.archive import archive_of
from app.exchange.ending import end_record, keeping_of
from app.exchange.export import Signer, document_of
from app.exchange.restore import RecordNotEmpty, restore
from app.exchange.whole import read_all
from app.problems import Busy, Invalid, Problem, TooManyRequests, declared

router = APIRouter(prefix="/api/me", tags=["exchange"])

EXPORTS = "20/hour"
RESTORES = "10/hour"
ENDINGS = "10/hour"

HEADERS = {"X-Content-Type-Options": "nosniff"}


class WrongPassword(Problem):
    """The password is wrong."""

    status: ClassVar[int] = 403


class RestoredOut(BaseModel):
    """What came back: rows by table, and whether the export was proven to be this server's."""

    id: UUID
    at: datetime
    exported_at: datetime
    genuine: bool
    rows: dict[str, int]


class EndingOut(BaseModel):
    """What the end of the record takes at once, and what is kept, until when, and why."""

    goes: list[str]
    kept: list[str]
    kept_until: datetime | None
    reason: str


class EndingIn(BaseModel):
    """The wish to end the record, said by somebody who knows the password."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=1, max_length=1000)
    confirm: Literal["end my record"]


GOES = [
    "Your sign-in, your passkeys and every device: nothing will remind you any more.",
    "The access of everybody you let in, and your calendar addresses.",
    "Your e-mail address, which you can use again.",
]
ALL_GOES = "Your protocol, doses, vials, results, check-ins and settings, within minutes."
TRAIL = "A trail of who did what and when, without names, medicines or results."
RECORD = (
    "Your protocol, doses, vials, results and check-ins, with your name: closed, shown to nobody."
)


@router.get(
    "/export.json", responses=declared(TooManyRequests), response_class=Response,
)  # fmt: skip
async def export_document(me: Me, request: Request, session: Session, now: Now) -> Response:
    """The whole record as one JSON document, which `POST /api/me/restore` takes back."""
    document = await _document(me, request, session, now)
    return Response(
        json.dumps(document, ensure_ascii=False), media_type="application/json",
        headers=HEADERS | {"Content-Disposition": 'attachment; filename="record.json"'},
    )  # fmt: skip


@router.get("/export.zip", responses=declared(TooManyRequests), response_class=Response)
async def export_archive(me: Me, request: Request, session: Session, now: Now) -> Response:
    """The whole record as files: record.json, tables for a spreadsheet, and FHIR resources."""
    document = await _document(me, request, session, now)
    packed = await archive_of(session, me.id, document, now)
    return Response(
        packed, media_type="application/zip",
        headers=HEADERS | {"Content-Disposition": 'attachment; filename="record.zip"'},
    )  # fmt: skip


async def _document(me: Any, request: Request, session: AsyncSession, now: datetime) -> Any:
    allow(request, EXPORTS, f"exports of {me.id}")
    audit.record(session, "record.exported", at=now, actor=me.id, patient=me.id)
    signer = Signer(sealing_key(request.app.state.settings))
    return await document_of(session, me, signer, now)


@router.post(
    "/restore", status_code=201, responses=declared(Invalid, RecordNotEmpty, TooManyRequests)
)
async def restore_record(
    document: dict[str, Any], me: Me, request: Request, session: Session, now: Now
) -> RestoredOut:
    """Bring a record back from the document that an export made, into an account without one.

    A repeat is refused, because by then there is a record.
    """
    allow(request, RESTORES, f"restores of {me.id}")
    signer = Signer(sealing_key(request.app.state.settings))
    done = await restore(session, me, document, signer, read_all, now)
    return RestoredOut(
        id=done.id, at=done.at, exported_at=done.exported_at, genuine=done.genuine,
        rows={name: len(rows) for name, rows in document["tables"].items()},
    )  # fmt: skip


@router.get("/deletion")
async def read_deletion(me: Me, request: Request, session: Session, now: Now) -> EndingOut:
    """What ending the record would take, and what would be kept; it changes nothing."""
    return await _ending(session, me.id, request, now)


@router.post("/deletion", responses=declared(Invalid, WrongPassword, TooManyRequests, Busy))
async def delete_record(
    wanted: EndingIn, me: Me, request: Request, response: Response, session: Session, now: Now
) -> EndingOut:
    """End the record for good, at once, and sign out everywhere. It cannot be taken back."""
    allow(request, ENDINGS, f"endings of {me.id}")
    right, _ = await verify_and_renew(wanted.password, me.password_hash)
    if not right:
        raise WrongPassword(
            "This is not the password of this account.", cure="Type it again.", field="password"
        )
    said = await _ending(session, me.id, request, now)
    settings = request.app.state.settings
    await end_record(session, me, settings.retention_years, now)
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.secure_cookies, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return said


async def _ending(
    session: AsyncSession, patient_id: UUID, request: Request, now: datetime
) -> EndingOut:
    years = request.app.state.settings.retention_years
    keeping = await keeping_of(session, patient_id, years, now)
    if keeping.until is None:
        return EndingOut(goes=[*GOES, ALL_GOES], kept=[TRAIL], kept_until=None, reason="")
    return EndingOut(
        goes=GOES, kept=[RECORD, TRAIL], kept_until=keeping.until, reason=keeping.reason
    )
