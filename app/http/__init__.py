"""The edge of HTTP: what is true of every request and every answer, whichever router it is for."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.accounts.attempts import Attempts
from app.config import Settings
from app.http import failures
from app.http.conditional import Conditional
from app.http.edge import Edge
from app.http.guard import Guard
from app.problems import Problem
from app.push.subscriptions import retire_all_of_browser

__all__ = ["install"]


def install(app: FastAPI, settings: Settings) -> None:
    """Put problem documents, the guards, security headers and the access log around the routers."""
    handlers: dict[type[Exception], Any] = {
        Problem: failures.of_problem,
        RequestValidationError: failures.of_validation,
        HTTPException: failures.of_http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    app.state.attempts = Attempts()
    # Signing out ends the device's reminders, and push stands above accounts.
    app.state.retire_browser = retire_all_of_browser
    # The one added last is the outermost: it also logs what the guard refuses.
    app.add_middleware(Conditional)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Edge, settings=settings)
