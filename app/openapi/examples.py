"""How requests and answers look: recorded from the real application, and kept beside this file.

`VESPER_RECORD=1 pytest tests/test_examples.py` asks every operation once and records what is
missing here or no longer fits; a test holds every example to its schema.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")

STATEMENT = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "eyJhbGciOiJFUzM4NCIsImtpZCI6IjEifQ.eyJpc3MiOiJhIn0.c2lnbmF0dXJl",
}
REFUSED = {
    "400": {"error": "invalid_request", "error_description": "grant_type is missing."},
    "401": {"error": "invalid_client", "error_description": "The statement has expired."},
}
BY_HAND: dict[str, dict[str, Any]] = {
    "POST /oauth/token": {
        "request": {
            "grant_type": "client_credentials", "scope": "system/Observation.rs", **STATEMENT,
        },
        "answers": {
            "200": {
                "access_token": "vst_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo",
                "token_type": "bearer", "expires_in": 300, "scope": "system/Observation.rs",
            },
            **REFUSED,
        },
    },
    "POST /oauth/revoke": {
        "request": {"token": "vst_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo", **STATEMENT},
        "answers": {"200": {}, **REFUSED},
    },
}  # fmt: skip
"""Of operations that take a form with a signature, which no recording could repeat."""


@cache
def recorded() -> dict[str, dict[str, Any]]:
    """By method and path: the `request`, and the `answers` by their status."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def with_examples(operation: dict[str, Any], method: str, path: str) -> None:
    """Put the recorded request and answers of an operation into its description."""
    name = f"{method.upper()} {path}"
    known = BY_HAND.get(name) or recorded().get(name, {})
    if "request" in known and "requestBody" in operation:
        _put(operation["requestBody"]["content"], known["request"])
    for status, answer in known.get("answers", {}).items():
        if status in operation["responses"]:
            _put(operation["responses"][status].get("content", {}), answer)


def _put(content: dict[str, Any], value: Any) -> None:
    for kind, described in content.items():
        if kind.endswith(("json", "urlencoded")) and "problem" not in kind:
            described.setdefault("example", value)
