"""What the document says in words: about the whole, its groups, its parameters, its operations."""

import re
from typing import Any

DESCRIPTION = """\
Protocols, doses, reminders, labs and adherence of people on a hormone protocol, for them, for those
they let in, and for the programs of their clinics.

- **Errors** are RFC 9457 problem documents. Programs read `type`, which never changes its meaning;
  `GET /problems` lists them all. What is not yours does not exist: the answer is 404.
- **Instants** are RFC 3339 with an offset, days are dates where the patient lives, amounts are
  decimal strings with a UCUM unit, so that nothing is rounded on the way.
- **Twice is the same as once**: ids of new things are made by the client, and a repeat of a request
  with the same id changes nothing.
- **Changes that two people could make at once** ask for `If-Match` with the `ETag` that was read.
- **Polling**: answers to GET have an `ETag`; `If-None-Match` with it is answered 304.
- **Paging**: `next` of one page is `cursor` (or `after`, `before`) of the following one.
- **Webhooks** carry ids only, signed by the Standard Webhooks specification.
- **Deprecation**: what will go says so in `Deprecation` and `Sunset` half a year before.
"""

TAGS = {
    "accounts": "Registering, signing in, and whom a patient lets see or change their record.",
    "passkeys": "Signing in with a key on a phone or computer instead of a password.",
    "protocol": "What is prescribed, version by version, and what speaks against it.",
    "doses": "The doses that follow from the protocol, and what was said of each.",
    "supplies": "Vials and other supplies, how long they last, refills, and what they add up to.",
    "sites": "Where injections went on the body, what rests, and what reacted.",
    "reminders": "Taps on notifications, snoozing, evenings and travel.",
    "push": "Devices that are reminded.",
    "observations": "Lab results, measurements, check-ins and side effects, by one catalogue.",
    "monitoring": "Blood draws that are due, trends, body and side effects over time.",
    "clinic": "A clinician's own patients: list, flags, adherence, and the clinic's people.",
    "adherence": "How the protocol was followed: counts, rates and what they mean.",
    "flags": "What in a record needs a clinician's look, and since when.",
    "digest": "A clinic's week in one answer.",
    "tasks": "What a clinic wants done about a patient, and what came of it.",
    "reviews": "Periods of a record that a clinician has looked at and signed.",
    "programs": "Keys and tokens of a clinic's programs.",
    "webhooks": "What a clinic's programs are told as it happens, or ask for.",
    "exchange": "The ways out: calendar, documents, tables and the whole record.",
    "calendar": "A private calendar feed of the coming doses, with neutral titles.",
    "fhir": "The record as HL7 FHIR R4.",
    "problems": "What each type of failure means.",
    "operation": "Whether the server is well.",
}
"""What each group of operations is about, in the order in which they are read."""

PARAMETERS = {
    "patient": "The patient's id, or `me` for one's own record.",
    "dose_id": "The dose.",
    "line": "The line of the protocol.",
    "number": "The number of the version, from 1.",
    "screening_id": "The set of answers.",
    "observation": "The result or measurement.",
    "day": "The day where the patient lives, such as `2026-11-21`.",
    "draw": "The blood draw.",
    "choice": "The day that was chosen for a draw.",
    "link": "The care link.",
    "who": "The patient.",
    "person": "The clinician.",
    "flag": "The flag.",
    "task": "The task.",
    "refill": "The refill request.",
    "review": "The review.",
    "subscription": "The device.",
    "message": "The test notification.",
    "passkey": "The passkey.",
    "key": "The key.",
    "webhook": "The webhook.",
    "feed": "The calendar feed.",
    "problem": "The name of the failure, the last part of its `type`.",
    "kind": "Which type of resource.",
    "resource": "The id of the resource.",
    "vial": "The vial or pack.",
    "syringe": "The syringe, by its code; left out: the one kept for the line.",
    "dose": "The dose that the map is for; left out: an injection by `route`.",
    "route": "How the injection goes in; left out: under the skin.",
    "consumable": "The thing that is kept count of.",
    "count": "The count.",
    "entry": "What was said of the vial's contents.",
    "reaction": "What a spot did.",
    "confirmation": "The confirmation that has begun.",
    "prefer": "`handling=strict` refuses what is not understood instead of passing it over.",
    "from": "The first day, where the patient lives.",
    "to": "The last day, where the patient lives.",
    "since": "From when on.",
    "until": "Up to when.",
    "days": "How many days back from now.",
    "month": "The month, such as `2026-11`.",
    "zone": "The IANA time zone, such as `America/Denver`.",
    "group": "Only of this group of the catalogue.",
    "voided": "Also those that were marked as not valid.",
    "cursor": "Where the page before ended: its `next`.",
    "before": "Where the page before ended: its `next`.",
    "after": "The last number that was read.",
    "limit": "How many at most.",
    "token": "What proves that the asker may.",
    "history": "Also what is over.",
    "table": "Which table.",
    "paper": "The size of the pages.",
    "owner": "Whose: `me`, `nobody`, or a person's id.",
    "state": "Only those in this state.",
    "sort": "By what the list is ordered; `-` before it reverses.",
    "filter": "Only those of which this holds.",
    "user-agent": "What the browser calls itself, from which a device gets its first name.",
    "accept": "Which form of the answer is wanted.",
    "if-match": "The revision to change, as the `ETag` of an answer gave it.",
    "if-none-match": "The `ETag` of the answer that is known already.",
}
"""What a parameter of this name means wherever nothing closer is said."""


def named(endpoint: str) -> str:
    """The id of an operation: the endpoint's name, as `readPanel`. Generated clients use it."""
    first, *others = endpoint.split("_")
    return first + "".join(word.capitalize() for word in others)


def sentences(operation: dict[str, Any], endpoint: str) -> tuple[str, str]:
    """Summary and description: the first sentence of the endpoint's docstring, and all of it."""
    text = operation.get("description") or operation.get("summary", endpoint)
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    first = re.split(r"(?<=[.;:])\s", paragraph, maxsplit=1)[0]
    return first.rstrip(".;:"), text.strip()
