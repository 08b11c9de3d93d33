"""A resource as JSON text, digit by digit, and the version that follows from what it says. Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.exchange.fhir.codes import Resource, instant


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource with what is known about it beside its content.

    resource   without its version, which is worked out only for what leaves the server
    at         the instant by which a search sorts it: when it happened, or when it was due
    """

    resource: Resource
    at: datetime

    @property
    def kind(self) -> str:
        """Its type, such as `Observation`."""
        return str(self.resource["resourceType"])

    @property
    def id(self) -> str:
        """Its logical id."""
        return str(self.resource["id"])

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in an answer: unique, and the same at each read."""
        return self.at, self.id

    @property
    def version(self) -> str:
        """Its version: a digest, the same exactly while it says the same.

        Most resources are computed, and nobody counts their changes: a dose becomes missed by
        itself.
        """
        content = {name: value for name, value in self.resource.items() if name != "meta"}
        return hashlib.sha256(written(content).encode()).hexdigest()[:16]

    @property
    def whole(self) -> Resource:
        """The resource as it leaves the server, with its version."""
        return self.resource | {"meta": {"versionId": self.version, **self.resource["meta"]}}


def entry(resource: Resource, *, at: datetime, updated: datetime, **meta: Any) -> Entry:
    """A resource with its `meta`: when it last changed."""
    head = {name: resource[name] for name in ("resourceType", "id")}
    return Entry(head | {"meta": {"lastUpdated": instant(updated), **meta}} | resource, at)


def written(value: Any) -> str:
    """JSON text of a resource. A Decimal is written as it is: 5.20 is not 5.2 to a laboratory.

    Source: FHIR R4, JSON representation: the precision of a decimal is part of its value.
    """
    match value:
        case dict():
            inside = ",".join(f"{json.dumps(str(k))}:{written(v)}" for k, v in value.items())
            return f"{{{inside}}}"
        case list() | tuple():
            return f"[{','.join(map(written, value))}]"
        case Decimal():
            return f"{value:f}"
    return json.dumps(value)
