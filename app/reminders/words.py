"""What a reminder says on a lock screen, in one declarative payload for every browser.

Discreet words name no drug, lab, clinic or person. Detailed ones are the patient's own choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.accounts.models import Detail
from app.schedule import zone

TITLE = "Evening check-in"
DAYTIME_TITLE = "Check-in"
LATER_MINUTES = 30

# More would not fit into one push, and one that does not fit would stop the tick for everybody.
# The others keep their place on the ladder and can be logged in the app.
MOST_DOSES = 16
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Speaking:
    """One dose of a notification: its id, the token that logs it, and words for detail."""

    dose: UUID
    token: str
    due_at: datetime
    zone: str
    words: str


def payload(
    *,
    thread: UUID,
    message: UUID,
    doses: Sequence[Speaking],
    detail: Detail,
    public_url: str,
    again: bool,
) -> dict[str, Any]:
    """The notification for doses that are due together.

    again   whether this thread has spoken before; it says so, because a second identical alert
            reads like a mistake

    Actions repeat their target as `navigate`: browsers that show the payload themselves only open
    addresses, so no address carries a token.
    """
    first, due = doses[0], len(doses)
    doses = doses[:MOST_DOSES]
    there = f"{public_url.rstrip('/')}/tonight?dose={first.dose}"
    taken = {1: "Taken", 2: "Both taken"}.get(len(doses), f"All {len(doses)} taken")
    title, body = _words(doses, detail, again)
    return {
        "web_push": 8030,
        "notification": {
            "title": title,
            "body": body,
            "navigate": there,
            "lang": "en",
            "dir": "ltr",
            "tag": thread.hex,
            "requireInteraction": True,
            "actions": [
                {"action": "taken", "title": taken, "navigate": there},
                {
                    "action": "later",
                    "title": f"In {LATER_MINUTES} min",
                    "navigate": f"{there}&later={LATER_MINUTES}",
                },
            ],
            "data": {
                "kind": "dose-due",
                "message": str(message),
                "doses": [{"dose": str(each.dose), "token": each.token} for each in doses],
            },
        },
        "app_badge": due,
    }


def _words(doses: Sequence[Speaking], detail: Detail, again: bool) -> tuple[str, str]:
    first = doses[0]
    hour = first.due_at.astimezone(zone(first.zone)).hour
    if detail is Detail.DETAILED:
        named = [each.words for each in doses[:MOST_NAMED]]
        if more := len(doses) - len(named):
            named.append(f"{more} more")
        return "Time for " + " and ".join(named), "Tap to log it."
    title = TITLE if hour >= 17 or hour < 4 else DAYTIME_TITLE
    return title, "Still open. Open Vesper." if again else "Open Vesper."
