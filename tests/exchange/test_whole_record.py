"""What an export holds of a patient, and what it leaves out on purpose."""

from collections import defaultdict
from uuid import uuid4

import pytest

import app.main  # noqa: F401 - every table is known
from app.audit import Means
from app.db import Base
from app.doses.models import Event, Kind
from app.exchange.ending import KEPT, tables_to_empty
from app.exchange.record import BY_NAME
from app.exchange.supplied import must_be_supplies
from app.problems import Invalid
from app.sites.models import Placement, Reacted, Reaction
from app.supplies.models import Drawn, SourceCheck
from tests.story_time import MONDAY

ID = uuid4()

LEFT_OUT = {
    # Told under `also`, without what would let anybody in or reach a device.
    "care_link", "subscription", "audit_entry",
    # Ways in, which are made anew and never copied.
    "api_key", "calendar_feed", "passkey", "passkey_challenge", "sign_in", "tap_token",
    # What the clinic's people note among themselves, and work out for themselves.
    "digest", "flag_episode", "look", "review", "task",
    # One of the clinic's tasks, as the patient asked for it.
    "refill_request",
    # Worked out again from the record, or said already.
    "delivery", "message", "notice", "plan", "reminder", "supply_look", "supply_notice", "wait",
    # About the ways out themselves.
    "erasure", "restored",
}  # fmt: skip
"""Tables with rows of a person that no export has, each for a reason."""


def of_somebody() -> set[str]:
    """Every table with rows that belong to one person."""
    return {
        table.name
        for table in Base.metadata.sorted_tables
        if "patient_id" in table.c or "person_id" in table.c
    }


def test_every_table_of_a_patient_is_in_the_export_or_left_out_for_a_reason() -> None:
    """A new table has to be decided upon: add it to the record, or to the list with its reason."""
    assert of_somebody() == set(BY_NAME) | LEFT_OUT
    assert set(BY_NAME).isdisjoint(LEFT_OUT)


def test_an_erasure_empties_every_table_but_the_trail() -> None:
    assert {table.name for table in tables_to_empty()} == of_somebody() - KEPT
    named = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "person" for key in table.foreign_keys)
    }
    # Of invites and webhooks only who made them is kept: an id.
    assert named - of_somebody() == {"invite", "webhook"}


@pytest.mark.parametrize(
    ("row", "field", "told"),
    [
        (Placement(patient_id=ID, id=ID, dose_id=ID, seq=1, said_at=MONDAY, author_id=ID,
                   site="left_ear"), "tables.placement.0.site", "left_ear"),
        (Reaction(patient_id=ID, id=ID, site="left_ear", kind=Reacted.LUMP,
                  noticed_on=MONDAY.date(), said_at=MONDAY, author_id=ID),
         "tables.reaction.0.site", "left_ear"),
        (SourceCheck(patient_id=ID, id=ID, vial_id=ID, answers={"smell": "yes"}, author_id=ID,
                     at=MONDAY), "tables.source_check.0.answers", "smell"),
    ],
)  # fmt: skip
def test_a_code_that_this_release_does_not_have_is_refused_by_name(
    row: Base, field: str, told: str
) -> None:
    made: defaultdict[type[Base], list[Base]] = defaultdict(list, {type(row): [row]})
    with pytest.raises(Invalid) as refused:
        must_be_supplies(made, MONDAY)
    (error,) = refused.value.errors
    assert error["field"] == field
    assert told in refused.value.detail
    assert "release of Vesper that saved it" in error["cure"]


def test_a_draw_that_follows_a_report_of_another_dose_is_refused() -> None:
    """That dose could not be logged again: what it was drawn for is looked up among its own."""
    event = Event(
        patient_id=ID, id=ID, dose_id=uuid4(), seq=1, kind=Kind.TAKEN, taken_at=MONDAY,
        logged_at=MONDAY, author_id=ID, means=Means.IMPORT,
    )  # fmt: skip
    drawn = Drawn(
        patient_id=ID, id=ID, dose_id=event.dose_id, seq=1, event_id=ID, author_id=ID,
        said_at=MONDAY, assumed=True,
    )  # fmt: skip
    made: defaultdict[type[Base], list[Base]] = defaultdict(list, {Event: [event], Drawn: [drawn]})
    must_be_supplies(made, MONDAY)
    drawn.dose_id = uuid4()
    with pytest.raises(ValueError, match="another dose"):
        must_be_supplies(made, MONDAY)
