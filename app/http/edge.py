"""The outermost layer: request id, access log, security headers, and the last resort."""

from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.clock import monotonic
from app.config import Settings
from app.http.failures import Broken, answer, expected_of, frames, kinds
from app.problems import Problem

log = structlog.get_logger("app.http")

# Source: OWASP Content Security Policy Cheat Sheet; everything Vesper's page needs is its own.
_OWN = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "font-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT = "; ".join(f"{name} {value}" for name, value in _OWN.items())
PAGE = f"{CONTENT}; require-trusted-types-for 'script'"
# Swagger's page sets styles in attributes and writes markup without trusted types.
DOCS = CONTENT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines every few seconds; logged only when they fail."""


class Edge:
    """Middleware that sees every request first and every answer last."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.fixed = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": PERMISSIONS,
        }
        if settings.production:
            # Two years, the least that browsers' preload lists take is one.
            self.fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through; whatever happens, somebody gets an answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid4().hex[:16]
        path: str = scope["path"]
        began = monotonic()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._finish(MutableHeaders(scope=message), path, request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self.app(scope, receive, send_on)
            except Exception as error:
                if status:  # too late for another answer: the server cuts the connection
                    raise
                problem = self._explain(error, request_id)
                await answer(problem, path)(scope, receive, send_on)
            finally:
                if path not in QUIET or status >= 400:
                    self._log(scope, status, began)

    def _finish(self, headers: MutableHeaders, path: str, request_id: str) -> None:
        for name, value in self.fixed.items():
            headers.setdefault(name, value)
        docs = path == "/docs" or path.startswith("/docs/")
        headers.setdefault("Content-Security-Policy", DOCS if docs else PAGE)
        if path.startswith(("/api/", "/fhir/")):
            headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-ID"] = request_id

    def _explain(self, error: Exception, request_id: str) -> Problem:
        """The problem to answer with. The log gets places and kinds, never a message: an error of
        the database quotes the values it was given."""
        places = frames(error)
        problem = expected_of(error)
        if problem is None:
            log.error("request broke", kinds=list(kinds(error)), frames=places)
            return Broken("The failure was noted. Please try again later.", request=request_id)
        if problem is not error:
            log.warning("request could not be served", kinds=list(kinds(error)), place=places[-1:])
        return problem

    def _log(self, scope: Scope, status: int, began: float) -> None:
        """One line: the route's template, so that no id of a person is in it; never a query."""
        route = getattr(scope.get("route"), "path", None) or "none"
        log.info(
            "request", method=scope["method"], route=route, status=status,
            ms=round((monotonic() - began) * 1000, 1),
        )  # fmt: skip
