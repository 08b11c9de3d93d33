"""the record.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Tables that only grow. Whoever holds the application's connection cannot rewrite them unseen.
APPEND_ONLY = ("audit_seal", "screening", "screening_override")


def upgrade() -> None:
    # Renamed at once, and not expanded first: nobody runs a release before this one.
    op.alter_column("care_link", "clinician_id", new_column_name="person_id")
    op.create_table(
        "screening",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("screening_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("screening_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("screening_pk")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("audit_seal_entry_id_fk")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_seal_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("audit_seal_entry_id_uq")),
    )
    op.create_table(
        "audit_waiting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("audit_waiting_entry_id_fk")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("audit_waiting_pk")),
    )
    op.create_table(
        "notice",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("say_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("notice_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "version_id"],
            ["protocol_version.patient_id", "protocol_version.id"],
            name=op.f("notice_patient_id_version_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("notice_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("notice_pk")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("notice_say_at_ix"), ["say_at"], unique=False)

    op.create_table(
        "screening_override",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("screening_override_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "screening_id"],
            ["screening.patient_id", "screening.id"],
            name=op.f("screening_override_patient_id_screening_id_fk"),
        ),
        sa.PrimaryKeyConstraint("patient_id", "screening_id", name=op.f("screening_override_pk")),
    )
    new_columns()
    rules()


def new_columns() -> None:
    with op.batch_alter_table("care_link", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scope", sa.String(32), server_default="change", nullable=False)
        )
        batch_op.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("clinic_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.drop_index(batch_op.f("care_link_clinician_id_ended_at_ix"))
        batch_op.create_index(
            batch_op.f("care_link_person_id_ended_at_ix"), ["person_id", "ended_at"], unique=False
        )

    with op.batch_alter_table("dose", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_for", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("min_gap_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quota", sa.Integer(), nullable=True))

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amount_reason", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("amends", sa.Uuid(), nullable=True))

    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resumed_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("hold_resumed_by_fk"), "person", ["resumed_by"], ["id"]
        )

    with op.batch_alter_table("invite", schema=None) as batch_op:
        batch_op.add_column(sa.Column("admin", sa.Boolean(), server_default="0", nullable=False))
        batch_op.alter_column("clinic_id", existing_type=sa.Uuid(), nullable=True)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("admin", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.add_column(sa.Column("away_zone", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("away_nights", sa.String(32), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("preferences_away_ck"), "(away_zone IS NULL) = (away_nights IS NULL)"
        )

    with op.batch_alter_table("protocol_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_force_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("based_on", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("at_once", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("withdrawn_reason", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("pharmacy", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("prescribed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("because", JSON, nullable=True))
        batch_op.add_column(sa.Column("overrides", JSON, server_default="[]", nullable=False))

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quota", sa.Integer(), nullable=True))

    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("window_source", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("min_gap_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("min_gap_source", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("steps", JSON, server_default="[]", nullable=False))


def rules() -> None:
    # Until now a version held from its effective night as soon as it was entered.
    op.execute("UPDATE protocol_version SET in_force_from = effective_night")
    op.execute("INSERT INTO audit_waiting (entry_id) SELECT id FROM audit_entry")
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
    # What only the newer tables can say is gone: links and codes of companions.
    op.execute("DELETE FROM care_link WHERE clinic_id IS NULL")
    op.execute("DELETE FROM invite WHERE clinic_id IS NULL")
    op.drop_column("terms", "steps")
    op.drop_column("terms", "min_gap_source")
    op.drop_column("terms", "min_gap_minutes")
    op.drop_column("terms", "window_source")

    op.drop_column("reminder", "quota")

    op.drop_column("protocol_version", "overrides")
    op.drop_column("protocol_version", "because")
    op.drop_column("protocol_version", "prescribed_on")
    op.drop_column("protocol_version", "pharmacy")
    op.drop_column("protocol_version", "withdrawn_reason")
    op.drop_column("protocol_version", "withdrawn_at")
    op.drop_column("protocol_version", "at_once")
    op.drop_column("protocol_version", "based_on")
    op.drop_column("protocol_version", "in_force_from")

    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("preferences_away_ck"), type_="check")
        batch_op.drop_column("away_nights")
        batch_op.drop_column("away_zone")

    op.drop_column("person", "left_at")
    op.drop_column("person", "admin")

    with op.batch_alter_table("invite", schema=None) as batch_op:
        batch_op.alter_column("clinic_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("admin")

    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("hold_resumed_by_fk"), type_="foreignkey")
        batch_op.drop_column("resumed_by")
        batch_op.drop_column("resumed_at")

    op.drop_column("event", "amends")
    op.drop_column("event", "amount_reason")

    op.drop_column("dose", "quota")
    op.drop_column("dose", "min_gap_minutes")
    op.drop_column("dose", "held_for")

    with op.batch_alter_table("care_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("care_link_person_id_ended_at_ix"))
        batch_op.create_index(
            batch_op.f("care_link_clinician_id_ended_at_ix"),
            ["person_id", "ended_at"],
            unique=False,
        )
        batch_op.alter_column("clinic_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("ends_at")
        batch_op.drop_column("scope")

    drop_tables()


def drop_tables() -> None:
    op.drop_table("screening_override")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("notice_say_at_ix"))

    op.drop_table("notice")
    op.drop_table("audit_waiting")
    op.drop_table("audit_seal")
    op.drop_table("screening")
    op.alter_column("care_link", "person_id", new_column_name="clinician_id")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_only_grows()")
