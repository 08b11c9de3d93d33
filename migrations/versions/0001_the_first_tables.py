"""the first tables.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Tables that only grow. Whoever holds the application's connection cannot rewrite them unseen.
APPEND_ONLY = ("audit_entry", "event")


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("clinic_pk")),
    )
    op.create_table(
        "pulse",
        sa.Column("tick", sa.String(length=32), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tick", name=op.f("pulse_pk")),
    )
    op.create_table(
        "spoken",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "dose_id", "message_id", name=op.f("spoken_pk")),
    )
    op.create_table(
        "tap_token",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("patient_id", "token_hash", name=op.f("tap_token_pk")),
    )
    with op.batch_alter_table("tap_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("tap_token_expires_at_ix"), ["expires_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(role = 'clinician') = (clinic_id IS NOT NULL)",
            name=op.f("person_clinic_of_clinician_ck"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("person_clinic_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pk")),
        sa.UniqueConstraint("email", name=op.f("person_email_uq")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("means", sa.String(32), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("audit_entry_actor_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("audit_entry_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entry_pk")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("audit_entry_actor_id_at_ix"), ["actor_id", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("audit_entry_patient_id_at_ix"), ["patient_id", "at"], unique=False
        )

    op.create_table(
        "care_link",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinician_id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("care_link_clinic_id_fk")),
        sa.ForeignKeyConstraint(
            ["clinician_id"], ["person.id"], name=op.f("care_link_clinician_id_fk")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("care_link_ended_by_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("care_link_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("care_link_pk")),
    )
    with op.batch_alter_table("care_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("care_link_clinician_id_ended_at_ix"),
            ["clinician_id", "ended_at"],
            unique=False,
        )

    op.create_table(
        "invite",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("invite_clinic_id_fk")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("invite_created_by_fk")),
        sa.ForeignKeyConstraint(["used_by"], ["person.id"], name=op.f("invite_used_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("invite_pk")),
        sa.UniqueConstraint("code_hash", name=op.f("invite_code_hash_uq")),
    )
    op.create_table(
        "lab_draw",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("prompt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prompts", sa.Integer(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("lab_draw_patient_id_fk")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("lab_draw_settled_by_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("lab_draw_pk")),
    )
    with op.batch_alter_table("lab_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("lab_draw_prompt_at_ix"), ["prompt_at"], unique=False)

    op.create_table(
        "lab_plan",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("steps", JSON, nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edited_by"], ["person.id"], name=op.f("lab_plan_edited_by_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("lab_plan_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("lab_plan_pk")),
    )
    op.create_table(
        "line",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("medicine", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("line_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("line_pk")),
    )
    op.create_table(
        "message",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("message_person_id_fk")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("message_pk")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("message_created_at_ix"), ["created_at"], unique=False)

    op.create_table(
        "plan",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("planned_until", sa.Date(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tzdata", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("plan_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("plan_pk")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("plan_next_at_ix"), ["next_at"], unique=False)

    op.create_table(
        "preferences",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("bedtimes", JSON, nullable=False),
        sa.Column("turns", sa.Time(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("detail", sa.String(32), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)", name=op.f("preferences_quiet_hours_ck")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("preferences_person_id_fk")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("preferences_pk")),
    )
    op.create_table(
        "protocol_version",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_night", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("prescriber", sa.String(length=200), nullable=False),
        sa.Column("self_reported", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("protocol_version_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("protocol_version_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("protocol_version_pk")),
        sa.UniqueConstraint(
            "patient_id", "number", name=op.f("protocol_version_patient_id_number_uq")
        ),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("sign_in_person_id_fk")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("sign_in_pk")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("sign_in_person_id_ix"), ["person_id"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("endpoint_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("p256dh", sa.LargeBinary(length=65), nullable=False),
        sa.Column("auth", sa.LargeBinary(length=16), nullable=False),
        sa.Column("vapid_key_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspicions", sa.Integer(), nullable=False),
        sa.Column("suspected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspicion", sa.String(length=200), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("subscription_person_id_fk")
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("subscription_pk")),
        sa.UniqueConstraint(
            "person_id", "endpoint_hash", name=op.f("subscription_person_id_endpoint_hash_uq")
        ),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("subscription_endpoint_ix", ["endpoint_hash"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (ready_at IS NOT NULL)", name=op.f("delivery_waiting_ck")
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "message_id"],
            ["message.person_id", "message.id"],
            name=op.f("delivery_person_id_message_id_fk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "subscription_id"],
            ["subscription.person_id", "subscription.id"],
            name=op.f("delivery_person_id_subscription_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "message_id", "subscription_id", name=op.f("delivery_pk")
        ),
        postgresql_with={"fillfactor": "70"},
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "delivery_ready_ix",
            ["ready_at"],
            unique=False,
            postgresql_where=sa.text("ready_at IS NOT NULL"),
            sqlite_where=sa.text("ready_at IS NOT NULL"),
        )

    op.create_table(
        "dose",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("amount_value", sa.String(40), nullable=False),
        sa.Column("amount_unit", sa.String(length=16), nullable=False),
        sa.Column("route", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_time_minutes", sa.Integer(), nullable=False),
        sa.Column("ladder", JSON, nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.CheckConstraint("closes_at > due_at", name=op.f("dose_window_ck")),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("dose_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "version_id"],
            ["protocol_version.patient_id", "protocol_version.id"],
            name=op.f("dose_patient_id_version_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("dose_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("dose_pk")),
        sa.UniqueConstraint(
            "patient_id",
            "line_id",
            "night",
            "slot",
            name=op.f("dose_patient_id_line_id_night_slot_uq"),
        ),
    )
    with op.batch_alter_table("dose", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("dose_due_at_ix"), ["due_at"], unique=False)
        batch_op.create_index(
            batch_op.f("dose_patient_id_due_at_ix"), ["patient_id", "due_at"], unique=False
        )

    op.create_table(
        "hold",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("hold_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("hold_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("hold_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("hold_pk")),
    )
    op.create_table(
        "terms",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_value", sa.String(40), nullable=False),
        sa.Column("amount_unit", sa.String(length=16), nullable=False),
        sa.Column("recurrence", JSON, nullable=False),
        sa.Column("window_minutes", sa.Integer(), nullable=True),
        sa.Column("on_time_minutes", sa.Integer(), nullable=False),
        sa.Column("ladder", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("terms_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "version_id"],
            ["protocol_version.patient_id", "protocol_version.id"],
            name=op.f("terms_patient_id_version_id_fk"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "version_id", "line_id", name=op.f("terms_pk")),
    )
    op.create_table(
        "event",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("means", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("amount_value", sa.String(40), nullable=True),
        sa.Column("amount_unit", sa.String(length=16), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("event_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "dose_id"],
            ["dose.patient_id", "dose.id"],
            name=op.f("event_patient_id_dose_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("event_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("event_pk")),
        sa.UniqueConstraint(
            "patient_id", "dose_id", "seq", name=op.f("event_patient_id_dose_id_seq_uq")
        ),
    )
    op.create_table(
        "reminder",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("thread", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rungs", JSON, nullable=False),
        sa.Column("spoken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "id"],
            ["dose.patient_id", "dose.id"],
            name=op.f("reminder_patient_id_id_fk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("reminder_pk")),
        postgresql_with={"fillfactor": "70"},
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("reminder_remind_at_ix"), ["remind_at"], unique=False)

    for table in APPEND_ONLY:
        forbid_changes(table)


def forbid_changes(table: str) -> None:
    """Make the database refuse to update or delete rows of a table."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
    )


def downgrade() -> None:
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("reminder_remind_at_ix"))

    op.drop_table("reminder")
    op.drop_table("event")
    op.drop_table("terms")
    op.drop_table("hold")
    with op.batch_alter_table("dose", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("dose_patient_id_due_at_ix"))
        batch_op.drop_index(batch_op.f("dose_due_at_ix"))

    op.drop_table("dose")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "delivery_ready_ix",
            postgresql_where=sa.text("ready_at IS NOT NULL"),
            sqlite_where=sa.text("ready_at IS NOT NULL"),
        )

    op.drop_table("delivery")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("subscription_endpoint_ix")

    op.drop_table("subscription")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("sign_in_person_id_ix"))

    op.drop_table("sign_in")
    op.drop_table("protocol_version")
    op.drop_table("preferences")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("plan_next_at_ix"))

    op.drop_table("plan")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("message_created_at_ix"))

    op.drop_table("message")
    op.drop_table("line")
    op.drop_table("lab_plan")
    with op.batch_alter_table("lab_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("lab_draw_prompt_at_ix"))

    op.drop_table("lab_draw")
    op.drop_table("invite")
    with op.batch_alter_table("care_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("care_link_clinician_id_ended_at_ix"))

    op.drop_table("care_link")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("audit_entry_patient_id_at_ix"))
        batch_op.drop_index(batch_op.f("audit_entry_actor_id_at_ix"))

    op.drop_table("audit_entry")
    op.drop_table("person")
    with op.batch_alter_table("tap_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("tap_token_expires_at_ix"))

    op.drop_table("tap_token")
    op.drop_table("spoken")
    op.drop_table("pulse")
    op.drop_table("clinic")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_only_grows()")
