"""What an export holds of a patient, and what it leaves out on purpose."""

import app.main  # noqa: F401 - every table is known
from app.db import Base
from app.exchange.ending import KEPT, tables_to_empty
from app.exchange.record import BY_NAME

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
