"""CapabilityStatement and SMART configuration: what this server can do, for programs. Pure.

Source of what both have to say: clinical.md 4.5.
"""

from datetime import date

from app.exchange.fhir.codes import Resource, coding, concept
from app.exchange.fhir.parameters import OF_PATIENT, PARAMETERS, Type

VERSION = "4.0.1"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_DEFINED = "http://hl7.org/fhir/SearchParameter"

CHANGED_ON = date(2026, 11, 22)
"""When what this server can do last changed."""

_NEED_PATIENT = "Needs patient, unless _id is given; a signed-in patient is meant themself."
_ABOUT = {
    "Patient": "Those who let the clinic in; of a signed-in patient, themself.",
    "Medication": "The medicines that Vesper knows; without strengths, which are a vial's.",
    "MedicationAdministration": "Doses that were taken (completed), and those that were missed, "
    "skipped or held (not-done, with statusReason). What was not logged is never completed; open "
    f"and coming doses are not given out. {_NEED_PATIENT}",
    "MedicationRequest": "A line of a version of the protocol; of a cycle, one for each block of "
    f"weeks on, up to the next. {_NEED_PATIENT}",
    "Observation": "Results, measurements, scores, side effects, and adherence in the last 7, 30 "
    f"and 90 days with its definition in method. {_NEED_PATIENT}",
    "Flag": f"For programs and clinicians of the clinic alone. {_NEED_PATIENT}",
}


def capability_statement(base: str, version: str) -> Resource:
    """What is at this address.

    base      of this server's FHIR, without a slash at its end
    version   of Vesper
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED_ON.isoformat(),
        "publisher": "Vesper",
        "kind": "instance",
        "software": {"name": "Vesper", "version": version},
        "implementation": {"description": "A record of hormone protocols", "url": base},
        "fhirVersion": VERSION,
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "For reading alone. Dates without an offset are meant where the "
                "patient lives. Parameters that are not known are left aside and told in the "
                "bundle, or refused with Prefer: handling=strict.",
                "security": {
                    "service": [
                        concept(coding(_SECURITY, "SMART-on-FHIR", "SMART-on-FHIR"))
                    ],
                    "description": "A bearer of a clinic's program with system scopes (SMART "
                    "Backend Services or a key), or the cookie of a signed-in person.",
                },
                "resource": [_resource(kind) for kind in PARAMETERS],
            }
        ],
    }  # fmt: skip


def smart_configuration(base: str, scopes: list[str]) -> dict[str, object]:
    """Where a program gets its token, and how it proves who it is."""
    origin = base.removesuffix("/fhir")
    return {
        "token_endpoint": f"{origin}/oauth/token",
        "revocation_endpoint": f"{origin}/oauth/revoke",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes,
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }


def _resource(kind: str) -> Resource:
    found: Resource = {
        "type": kind,
        "documentation": _ABOUT.get(kind, _NEED_PATIENT),
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "conditionalRead": "not-match",
        "searchParam": [_parameter(kind, name) for name in PARAMETERS[kind]],
    }
    if kind in {"Practitioner", "Organization"}:
        found["documentation"] = "Those whom the record or the clinic names."
    if kind == "Provenance":
        found["searchParam"].append({"name": "patient", "type": Type.REFERENCE.value})
    if kind == "Patient":
        found["operation"] = [
            {
                "name": "everything",
                "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
            }
        ]
    return found


def _parameter(kind: str, name: str) -> Resource:
    parameter = PARAMETERS[kind][name]
    said: Resource = {"name": name, "type": parameter.type.value}
    if name.startswith("_"):
        said["definition"] = f"{_DEFINED}/Resource-{name[1:]}"
    if name in OF_PATIENT:
        said["documentation"] = "Whose record: an id, Patient/id, or the full address"
    if parameter.text:
        said["documentation"] = parameter.text
    return said
