"""What a program may be allowed: the scopes of a key, and which route each of them opens. Pure.

A route that stands in no table here is shut to every program, whatever its key holds.
"""

from collections.abc import Collection, Iterable
from typing import ClassVar

from app.problems import Problem

PANEL_READ = "panel:read"
RECORD_READ = "record:read"
OBSERVATIONS_WRITE = "observations:write"
TASKS_WRITE = "tasks:write"
WEBHOOKS_MANAGE = "webhooks:manage"

FHIR_TYPES = (
    "CarePlan", "Flag", "Medication", "MedicationAdministration", "MedicationRequest",
    "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "Provenance",
    "ServiceRequest", "Task",
)  # fmt: skip
"""The FHIR types that a scope can name."""

EVERY_TYPE = "system/*.rs"

TEXTS = {
    PANEL_READ: "See the list of the clinic's patients, their flags and their tasks",
    RECORD_READ: "Read the records of the clinic's patients",
    OBSERVATIONS_WRITE: "Enter, import and void results and measurements",
    TASKS_WRITE: "Make, change and close tasks",
    WEBHOOKS_MANAGE: "Look after webhooks and read the events they carry",
    EVERY_TYPE: "Read everything there is by FHIR",
    **{f"system/{kind}.rs": f"Read {kind} resources by FHIR" for kind in FHIR_TYPES},
}
"""Every scope there is, in the order in which an admin reads them, and what it allows.

Source of the form `system/<Type>.rs` (read and search): SMART App Launch 2.2, scopes.
"""

_RECORD = "/api/patients/{patient}"

READABLE = (
    "/about", "/adherence", "/body", "/calendar", "/check-ins", "/doses",
    "/doses/after-discard", "/doses/record", "/draw",
    "/export.csv", "/export.pdf", "/export.zip", "/flags", "/labs/draw-days", "/labs/due",
    "/labs/plan", "/labs/settings", "/observations", "/protocol", "/protocol/versions/{number}",
    "/protocol/versions/{number}/difference", "/reactions", "/refill-requests", "/results",
    "/reviews", "/screenings", "/side-effects", "/sites", "/supplies",
    "/supplies/reconciliation", "/tracking", "/trends",
    "/vials", "/vials/{vial}", "/vials/{vial}/history",
)  # fmt: skip
"""What `record:read` opens of one patient's record, behind `/api/patients/{patient}`."""

ROUTES: dict[str, tuple[str, ...]] = {
    **{f"GET {_RECORD}{path}": (RECORD_READ,) for path in READABLE},
    f"POST {_RECORD}/observations": (OBSERVATIONS_WRITE,),
    f"POST {_RECORD}/observations/import": (OBSERVATIONS_WRITE,),
    f"POST {_RECORD}/observations/{{observation}}/void": (OBSERVATIONS_WRITE,),
    f"POST {_RECORD}/tasks": (TASKS_WRITE,),
    f"PATCH {_RECORD}/tasks/{{task}}": (TASKS_WRITE,),
    f"POST {_RECORD}/tasks/{{task}}/close": (TASKS_WRITE,),
    f"POST {_RECORD}/tasks/{{task}}/reopen": (TASKS_WRITE,),
    "GET /api/clinic/patients": (PANEL_READ,),
    "POST /api/clinic/patients/search": (PANEL_READ,),
    "GET /api/clinic/digest": (PANEL_READ,),
    "POST /api/clinic/recall": (RECORD_READ,),
    "GET /api/clinic/tasks": (PANEL_READ, TASKS_WRITE),
    "GET /api/clinic/events": (WEBHOOKS_MANAGE,),
    "GET /api/clinic/webhooks": (WEBHOOKS_MANAGE,),
    "POST /api/clinic/webhooks": (WEBHOOKS_MANAGE,),
    "DELETE /api/clinic/webhooks/{webhook}": (WEBHOOKS_MANAGE,),
    "POST /api/clinic/webhooks/{webhook}/test": (WEBHOOKS_MANAGE,),
    "POST /api/clinic/webhooks/{webhook}/replay": (WEBHOOKS_MANAGE,),
    "POST /api/clinic/webhooks/{webhook}/enable": (WEBHOOKS_MANAGE,),
    "GET /api/clinic/webhooks/{webhook}/deliveries": (WEBHOOKS_MANAGE,),
}
"""The scopes of which any one opens a route, by method and path template."""


class InsufficientScope(Problem):
    """This key is not allowed to do that.

    `scope` names what would allow it; several words mean that any one of them does.
    """

    status: ClassVar[int] = 403

    def headers(self) -> dict[str, str]:
        """Source: RFC 6750 section 3.1."""
        scope = self.facts.get("scope", "")
        return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}


class NotForPrograms(Problem):
    """Only a person may do this, never a program."""

    status: ClassVar[int] = 403


def covers(held: Collection[str], wanted: str) -> bool:
    """Whether a key with these scopes holds the wanted one, by its name or by `system/*.rs`."""
    return wanted in held or (wanted.startswith("system/") and EVERY_TYPE in held)


def check(held: Collection[str], *wanted: str) -> None:
    """Raise InsufficientScope unless one of the wanted scopes is held."""
    if not any(covers(held, scope) for scope in wanted):
        raise InsufficientScope(
            "The key that was sent does not hold the scope that this needs.",
            cure="Ask an admin of the clinic for a key with it.",
            scope=" ".join(wanted),
        )


def check_route(held: Collection[str], method: str, path: str) -> None:
    """Raise unless these scopes open a route, given by its method and path template.

    Of a route under `/fhir/` only that some scope of FHIR is held: which types, the facade asks
    with `check`. Raises NotForPrograms for a route that no scope opens, and InsufficientScope.
    """
    asked = f"{'GET' if method == 'HEAD' else method} {path}"
    if path.startswith("/fhir"):
        if method not in {"GET", "HEAD"}:
            raise NotForPrograms("By FHIR nothing is changed.")
        if not any(scope.startswith("system/") for scope in held):
            check(held, EVERY_TYPE)
    elif asked not in ROUTES:
        raise NotForPrograms("No scope opens this.", cure="Sign in as a person.")
    else:
        check(held, *ROUTES[asked])


def narrowed(held: Collection[str], wanted: Iterable[str]) -> list[str]:
    """Which scopes a program gets that asks for these: never more than its key holds.

    `system/*.rs` asked of a key that holds single types gives those types. What is unknown or not
    held is left out.
    """
    given: dict[str, None] = {}
    for scope in wanted:
        if scope == EVERY_TYPE and EVERY_TYPE not in held:
            given |= {each: None for each in TEXTS if each in held and each.startswith("system/")}
        elif scope in TEXTS and covers(held, scope):
            given[scope] = None
    return list(given)
