"""HTTP for tokens of programs that sign. Its errors are those of RFC 6749, not problem documents.

A refusal is an answer rather than an exception, so that a statement it saw stays used up.
"""

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.accounts import oauth
from app.accounts.attempts import address_of, allow
from app.clock import Now
from app.config import Settings
from app.db import Session
from app.problems import TooManyRequests, declared

router = APIRouter(tags=["programs"])

# Each attempt costs one signature to verify, some tenths of a millisecond.
ATTEMPTS = "300/minute"

# Source: RFC 6749 section 5.1.
NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenOut(BaseModel):
    """A token (RFC 6749 section 5.1); `scope` is what it is good for, which may be less."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    scope: str


class OAuthError(BaseModel):
    """Why no token was given (RFC 6749 section 5.2)."""

    error: Literal[
        "invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"
    ]  # fmt: skip
    error_description: str


_FIELDS = {
    "client_assertion_type": {"type": "string", "const": oauth.ASSERTION},
    "client_assertion": {"type": "string", "description": "A JWT, signed by RS384 or ES384."},
    "client_id": {"type": "string", "description": "If sent, the same as the statement's `iss`."},
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthError, "description": "The request is not right."},
    401: {"model": OAuthError, "description": "It was not shown which program asks."},
    **declared(TooManyRequests),
}


def _form(fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """How OpenAPI describes the body: read by hand, because FastAPI's forms need a parser more."""
    schema = {"type": "object", "properties": fields, "required": required}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": schema}},
        }
    }


@router.post(
    oauth.TOKEN_PATH,
    response_model=TokenOut,
    responses=RESPONSES,
    openapi_extra=_form(
        {
            "grant_type": {"type": "string", "const": oauth.GRANT},
            "scope": {"type": "string", "description": "Scopes, with spaces between them."},
            **_FIELDS,
        },
        ["grant_type", "client_assertion_type", "client_assertion"],
    ),
)
async def give_token(request: Request, session: Session, now: Now) -> JSONResponse:
    """A token of five minutes for the program that signed the statement. Each statement, once."""
    allow(request, ATTEMPTS, f"oauth {address_of(request)}")
    try:
        form = oauth.form_of(await request.body())
        given = await oauth.give_token(session, form, token_url(request), now)
    except oauth.Refusal as refusal:
        return _refused(refusal)
    answer = TokenOut(
        access_token=given.token,
        token_type="bearer",
        expires_in=given.seconds,
        scope=" ".join(given.scopes),
    )
    return JSONResponse(answer.model_dump(), headers=NEVER_KEPT)


@router.post(
    oauth.REVOKE_PATH,
    responses={**RESPONSES, 200: {"description": "The token opens nothing any more."}},
    openapi_extra=_form(
        {"token": {"type": "string"}, **_FIELDS},
        ["token", "client_assertion_type", "client_assertion"],
    ),
)
async def end_token(request: Request, session: Session, now: Now) -> JSONResponse:
    """End a token before its time (RFC 7009); a repeat, and a token that is not there, are fine."""
    allow(request, ATTEMPTS, f"oauth {address_of(request)}")
    try:
        form = oauth.form_of(await request.body())
        await oauth.end_token(session, form, token_url(request), now)
    except oauth.Refusal as refusal:
        return _refused(refusal)
    return JSONResponse({}, headers=NEVER_KEPT)


def token_url(request: Request) -> str:
    """The address that a statement has to name as its audience."""
    settings: Settings = request.app.state.settings
    return settings.public_url.rstrip("/") + oauth.TOKEN_PATH


def _refused(refusal: oauth.Refusal) -> JSONResponse:
    body = OAuthError.model_validate({"error": refusal.code, "error_description": refusal.text})
    headers = dict(NEVER_KEPT)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="vesper"'
    return JSONResponse(body.model_dump(), refusal.status, headers)
