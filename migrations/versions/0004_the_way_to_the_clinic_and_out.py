"""the way to the clinic and out.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Tables of the record that only grow. From here on a row may be deleted, and never changed, once
# its patient's wish to end the record is carried out: not while a closed record has to be kept.
ERASABLE = ("event", "screening", "screening_override", "flag_seen")


def upgrade() -> None:
    op.create_table(
        "watermark",
        sa.Column("reader", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("watermark_pk")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("public_keys", JSON, nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("api_key_clinic_id_fk")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("api_key_created_by_fk")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("api_key_person_id_fk")),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("api_key_revoked_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_key_pk")),
    )
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("api_key_clinic_id_ix"), ["clinic_id"], unique=False)
        batch_op.create_index("api_key_hash_ix", ["key_hash"], unique=True)

    op.create_table(
        "calendar_feed",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("calendar_feed_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("calendar_feed_pk")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index("calendar_feed_token_ix", ["token_hash"], unique=True)

    op.create_table(
        "digest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("digest_person_id_fk")),
        sa.PrimaryKeyConstraint("person_id", "week", name=op.f("digest_pk")),
    )
    op.create_table(
        "erasure",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("erasure_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("erasure_pk")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("erasure_erase_at_ix"), ["erase_at"], unique=False)

    op.create_table(
        "flag_episode",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("observation_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("flag_episode_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("flag_episode_pk")),
    )
    with op.batch_alter_table("flag_episode", schema=None) as batch_op:
        batch_op.create_index(
            "flag_episode_open_ix",
            ["patient_id", "rule", "subject"],
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "look",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Boolean(), nullable=False),
        sa.Column("labs_overdue", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("missed_in_row", sa.Integer(), nullable=False),
        sa.Column("last_taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("look_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("look_pk")),
    )
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("look_next_at_ix"), ["next_at"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2000), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("transports", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("passkey_person_id_fk")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("passkey_pk")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index("passkey_credential_ix", ["credential_id"], unique=True)

    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("passkey_challenge_person_id_fk")
        ),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("passkey_challenge_pk")),
    )
    with op.batch_alter_table("passkey_challenge", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("passkey_challenge_expires_at_ix"), ["expires_at"], unique=False
        )

    op.create_table(
        "restored",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("genuine", sa.Boolean(), nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("restored_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("restored_pk")),
    )
    op.create_table(
        "review",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("definition", sa.String(length=32), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("review_clinic_id_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("review_patient_id_fk")),
        sa.ForeignKeyConstraint(["signed_by"], ["person.id"], name=op.f("review_signed_by_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("review_pk")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=200), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("failing", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("webhook_clinic_id_fk")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("webhook_created_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_pk")),
    )
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("webhook_clinic_id_ix"), ["clinic_id"], unique=False)

    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("access_token_api_key_id_fk")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("access_token_pk")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("access_token_expires_at_ix"), ["expires_at"], unique=False
        )

    op.create_table(
        "task",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("outcome_note", sa.String(length=500), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("task_clinic_id_fk")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("task_closed_by_fk")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("task_created_by_fk")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("task_owner_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "flag_id"],
            ["flag_episode.patient_id", "flag_episode.id"],
            name=op.f("task_patient_id_flag_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("task_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("task_pk")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("task_clinic_id_closed_at_due_on_ix"),
            ["clinic_id", "closed_at", "due_on"],
            unique=False,
        )

    op.create_table(
        "used_statement",
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("used_statement_api_key_id_fk")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "jti_hash", name=op.f("used_statement_pk")),
    )
    with op.batch_alter_table("used_statement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("used_statement_expires_at_ix"), ["expires_at"], unique=False
        )

    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("webhook_delivery_webhook_id_fk")
        ),
        sa.PrimaryKeyConstraint("webhook_id", "number", name=op.f("webhook_delivery_pk")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index(
            "webhook_delivery_ready_ix",
            ["ready_at"],
            unique=False,
            postgresql_where=sa.text("ready_at IS NOT NULL"),
            sqlite_where=sa.text("ready_at IS NOT NULL"),
        )

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("with_passkey", sa.Boolean(), server_default="0", nullable=False)
        )
    for table in ERASABLE:
        drop_guard(table)
        forbid_changes(table, but_erasure=True)


def drop_guard(table: str) -> None:
    """Take the triggers away that keep the rows of a table as they are."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{act}")
        return
    op.execute(f"DROP FUNCTION {table}_only_grows() CASCADE")
    op.execute(f"DROP FUNCTION IF EXISTS {table}_erased() CASCADE")


def forbid_changes(table: str, *, but_erasure: bool) -> None:
    """Make the database refuse to update or delete rows, except of a record that is ending."""
    ending = (
        "EXISTS (SELECT 1 FROM erasure WHERE patient_id = OLD.patient_id AND erased_at >= erase_at)"
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            when = f"WHEN NOT {ending} " if but_erasure and act == "DELETE" else ""
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
    )
    acts = "UPDATE OR TRUNCATE" if but_erasure else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE {acts} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
    )
    if not but_erasure:
        return
    op.execute(
        f"CREATE FUNCTION {table}_erased() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {ending} THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{table} only grows'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_erased BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_erased()"
    )


def downgrade() -> None:
    for table in ERASABLE:
        drop_guard(table)
        forbid_changes(table, but_erasure=False)
    # The release before knows no programs; what they did stays under their names.
    op.execute("UPDATE person SET role = 'companion' WHERE role = 'program'")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("with_passkey")

    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "webhook_delivery_ready_ix",
            postgresql_where=sa.text("ready_at IS NOT NULL"),
            sqlite_where=sa.text("ready_at IS NOT NULL"),
        )

    op.drop_table("webhook_delivery")
    with op.batch_alter_table("used_statement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("used_statement_expires_at_ix"))

    op.drop_table("used_statement")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("task_clinic_id_closed_at_due_on_ix"))

    op.drop_table("task")
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("access_token_expires_at_ix"))

    op.drop_table("access_token")
    with op.batch_alter_table("webhook", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("webhook_clinic_id_ix"))

    op.drop_table("webhook")
    op.drop_table("review")
    op.drop_table("restored")
    with op.batch_alter_table("passkey_challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("passkey_challenge_expires_at_ix"))

    op.drop_table("passkey_challenge")
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.drop_index("passkey_credential_ix")

    op.drop_table("passkey")
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("look_next_at_ix"))

    op.drop_table("look")
    with op.batch_alter_table("flag_episode", schema=None) as batch_op:
        batch_op.drop_index(
            "flag_episode_open_ix",
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )

    op.drop_table("flag_episode")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("erasure_erase_at_ix"))

    op.drop_table("erasure")
    op.drop_table("digest")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index("calendar_feed_token_ix")

    op.drop_table("calendar_feed")
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_index("api_key_hash_ix")
        batch_op.drop_index(batch_op.f("api_key_clinic_id_ix"))

    op.drop_table("api_key")
    op.drop_table("watermark")
