"""FHIR R4 over HTTP: read, search and `$everything`, for programs, clinicians and patients.

What they find and answer, `/fhir/metadata` says in FHIR's own way; `app.openapi.fhir` the rest.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.metadata import version as installed
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response

from app.accounts.access import Asking, InConfidence
from app.accounts.scopes import EVERY_TYPE, FHIR_TYPES
from app.clock import Now
from app.db import Session
from app.exchange.fhir.bundles import Placed, searchset
from app.exchange.fhir.capability import capability_statement, smart_configuration
from app.exchange.fhir.codes import Resource, patient_id_of
from app.exchange.fhir.reading import Reader
from app.exchange.fhir.record import KINDS, SHARED, Record
from app.exchange.fhir.search import BadParameter, Search, read_search
from app.exchange.fhir.writing import Entry, written
from app.problems import NotFound

router = APIRouter(prefix="/fhir", tags=["fhir"])

MEDIA = "application/fhir+json"
STRICT = "handling=strict"

Prefer = Annotated[str, Header()]


@router.get("/metadata")
async def read_metadata(request: Request) -> Response:
    """The CapabilityStatement."""
    return _answer(capability_statement(_base(request), installed("vesper")))


@router.get("/.well-known/smart-configuration")
async def read_smart_configuration(request: Request) -> JSONResponse:
    """Where and how a program gets a token, as SMART App Launch 2.2 asks."""
    scopes = [EVERY_TYPE, *(f"system/{kind}.rs" for kind in FHIR_TYPES)]
    return JSONResponse(smart_configuration(_base(request), scopes))


@router.get("/Patient/{patient}/$everything")
async def read_everything(
    request: Request, access: InConfidence, session: Session, now: Now, prefer: Prefer = ""
) -> Response:
    """The whole record, page by page; of a program, the types that its scopes open.

    `_type` and `_since` narrow it, `_count` is the length of a page.
    """
    asked = request.query_params.multi_items()
    kinds, rest = _types(asked)
    if access.program is not None:
        for kind in ("Patient", *kinds):
            access.program.need(f"system/{kind}.rs")
        held = access.program
        kinds = tuple(each for each in kinds or KINDS if held.holds(f"system/{each}.rs"))
    since = [("_lastUpdated", f"ge{text}") for name, text in rest if name == "_since"]
    search = read_search(
        "Patient", [*since, *(each for each in rest if each[0] in {"_count", "page"})], UTC,
        _base(request), strict=False,
    )  # fmt: skip
    known = {"_count", "page", "_since", "_type"}
    left = tuple(name for name, _ in asked if name not in known)
    if left and STRICT in prefer:
        raise BadParameter("Not known for $everything.", field=left[0][:80])
    record = Record(session, access.patient_id, now, for_clinic=not access.own)
    found = [
        (KINDS.index(kind), each)
        for kind in kinds or KINDS
        for each in await record.entries(kind)
        if search.finds(each.resource)
    ]
    shown = Search(
        kind="Patient", patients=None, tests=(), count=search.count, only_count=search.only_count,
        after=search.after, ignored=left,
        applied=tuple(each for each in asked if each[0] in known - {"page"}),
    )  # fmt: skip
    address = f"{_base(request)}/Patient/{access.patient_id}/$everything"
    return _answer(searchset(found, shown, address, _base(request)))


@router.get("/{kind}")
async def search_kind(
    kind: str, request: Request, asker: Asking, session: Session, now: Now, prefer: Prefer = ""
) -> Response:
    """Those resources of one type that fulfil every parameter, page by page."""
    reader, base = _reader(request, asker, session, now), _base(request)
    reader.check(kind)
    asked, strict = request.query_params.multi_items(), STRICT in prefer
    search = read_search(kind, asked, UTC, base, strict=strict)
    if kind == "Patient":
        found: Sequence[Entry] = await reader.patients()
    elif kind in SHARED:
        found = await reader.shared(kind)
    else:
        ids = [each for name, text in asked if name == "_id" for each in text.split(",")]
        patients = await reader.named(search.patients, ids)
        records = [await reader.open(each) for each in patients]
        search = read_search(kind, asked, await reader.here(patients), base, strict=strict)
        found = [each for record in records for each in await record.entries(kind)]
    placed: list[Placed] = [(0, each) for each in found if search.finds(each.resource)]
    bundle = searchset(placed, search, f"{base}/{kind}", base)
    if kind == "Patient":
        shown = [each["resource"] for each in bundle.get("entry", ())]
        reader.note_listed(UUID(each["id"]) for each in shown if each.get("id"))
    return _answer(bundle)


@router.get("/{kind}/{resource}")
async def read_resource(
    kind: str, resource: str, request: Request, asker: Asking, session: Session, now: Now,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:  # fmt: skip
    """One resource, with its version as ETag; 304 for whoever has that version already."""
    reader = _reader(request, asker, session, now)
    reader.check(kind)
    if kind in SHARED:
        found = await reader.shared(kind)
    else:
        patient_id = _uuid(resource) if kind == "Patient" else patient_id_of(resource)
        if patient_id is None:
            raise NotFound("There is no such resource.")
        found = await (await reader.open(patient_id)).entries(kind)
    entry = next((each for each in found if each.id == resource), None)
    if entry is None:
        raise NotFound("There is no such resource.")
    tag = f'W/"{entry.version}"'
    updated = datetime.fromisoformat(entry.resource["meta"]["lastUpdated"])
    headers = {"ETag": tag, "Last-Modified": format_datetime(updated, usegmt=True)}
    if _same(if_none_match, entry.version):
        return Response(status_code=304, headers=headers)
    return _answer(entry.whole, headers)


def _reader(request: Request, asker: Asking, session: Session, now: datetime) -> Reader:
    return Reader(session, asker, now, f"{request.method} {request.scope['route'].path}")


def _base(request: Request) -> str:
    """The address of FHIR on this server: as it is known outside, never as a client calls it."""
    public: str = request.app.state.settings.public_url
    return f"{public.rstrip('/')}/fhir"


def _answer(resource: Resource, headers: dict[str, str] | None = None) -> Response:
    return Response(
        written(resource), media_type=f"{MEDIA}; charset=utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )  # fmt: skip


def _types(asked: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The types that `$everything` is narrowed to, and the other parameters."""
    named = [each for name, text in asked if name == "_type" for each in text.split(",") if each]
    wrong = [each for each in named if each not in KINDS]
    if wrong:
        raise BadParameter(f"There is no type {wrong[0][:40]}.", field="_type")
    return tuple(dict.fromkeys(named)), [each for each in asked if each[0] != "_type"]


def _same(if_none_match: str, version: str) -> bool:
    named = [each.strip().removeprefix("W/").strip('"') for each in if_none_match.split(",")]
    return version in named or "*" in named


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
