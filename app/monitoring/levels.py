"""How soon something on record asks for a look, and what it says to whom. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5


class Level(enum.StrEnum):
    """How soon a look is due; each member is graver than the one before it.

    info        a clinician reviews it
    amber       the patient writes to the clinic this week
    red         the patient contacts the clinic today
    emergency   the patient calls for help now
    """

    INFO = "info"
    AMBER = "amber"
    RED = "red"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule that one observation fulfils: computed at each read, and stored nowhere.

    id              follows from the observation and the rule, see `signal_id`
    since           when it came on record
    clinician_text  what was seen, in the words of a clinic
    patient_text    plain words and whom to contact, never about a dose; "" is for the clinic alone
    seen_by         who acknowledged it, with the time and their note; None until somebody did
    """

    id: UUID
    rule: str
    level: Level
    since: datetime
    observation_id: UUID
    clinician_text: str
    patient_text: str
    source: str
    seen_by: UUID | None = None
    seen_name: str = ""
    seen_at: datetime | None = None
    seen_note: str = ""


def signal_id(observation_id: UUID, rule: str) -> UUID:
    """The id of the flag that this rule raises about this observation; the same at each read."""
    return uuid5(observation_id, rule)
