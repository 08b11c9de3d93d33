"""What a reminder says: as much as fits, whatever a patient's evening holds."""

import json
from uuid import uuid4

from app.accounts.models import Detail
from app.push.encrypt import LARGEST
from app.push.receipts import BLANK
from app.reminders.tokens import issue
from app.reminders.words import Speaking, payload
from tests.story_time import MONDAY


def test_a_crowded_evening_still_fits_into_one_push() -> None:
    """One that did not would stop the tick, and with it everybody's reminders."""
    words = "Testosterone cypionate 999999999.123456 mcg"
    for detail in Detail:
        said = payload(
            thread=uuid4(), message=uuid4(), detail=detail, again=True,
            public_url="https://vesper.a-rather-long-name.example.org",
            doses=[
                Speaking(uuid4(), issue(uuid4()).text, MONDAY, "America/Denver", words)
                for _ in range(40)
            ],
        )  # fmt: skip
        said["notification"]["data"]["receipt"] = BLANK
        assert len(json.dumps(said, separators=(",", ":")).encode()) <= LARGEST
        assert said["app_badge"] == 40


def test_detailed_words_name_a_few_and_count_the_rest() -> None:
    doses = [
        Speaking(uuid4(), "token", MONDAY, "America/Denver", f"Medicine {n}") for n in range(6)
    ]
    said = payload(
        thread=uuid4(), message=uuid4(), doses=doses, detail=Detail.DETAILED,
        public_url="https://vesper.example.org", again=False,
    )  # fmt: skip
    assert said["notification"]["title"].endswith("Medicine 3 and 2 more")
