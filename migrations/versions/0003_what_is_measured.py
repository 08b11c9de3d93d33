"""what is measured.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Tables that only grow. Whoever holds the application's connection cannot rewrite them unseen.
APPEND_ONLY = ("flag_seen",)


def upgrade() -> None:
    op.create_table(
        "chosen_day",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evening_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("morning_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chosen_by"], ["person.id"], name=op.f("chosen_day_chosen_by_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("chosen_day_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("chosen_day_pk")),
    )
    with op.batch_alter_table("chosen_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("chosen_day_evening_at_ix"), ["evening_at"], unique=False)
        batch_op.create_index(batch_op.f("chosen_day_morning_at_ix"), ["morning_at"], unique=False)

    op.create_table(
        "lab_settings",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("chosen", JSON, nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["person.id"], name=op.f("lab_settings_edited_by_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("lab_settings_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("lab_settings_pk")),
    )
    op.create_table(
        "tracking",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("rhythm", sa.String(32), nullable=False),
        sa.Column("asked", sa.String(32), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("at", sa.Time(), nullable=True),
        sa.Column("training_days", JSON, nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("tracking_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("tracking_pk")),
    )
    with op.batch_alter_table("tracking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("tracking_ask_at_ix"), ["ask_at"], unique=False)

    op.create_table(
        "wait",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("wait_morning_ck")),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("wait_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("wait_pk")),
    )
    op.create_table(
        "observation",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("means", sa.String(32), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comparator", sa.String(32), nullable=True),
        sa.Column("low", sa.String(40), nullable=True),
        sa.Column("high", sa.String(40), nullable=True),
        sa.Column("time_known", sa.Boolean(), nullable=False),
        sa.Column("fasting", sa.String(32), nullable=True),
        sa.Column("assay", sa.String(32), nullable=True),
        sa.Column("laboratory", sa.String(length=120), nullable=False),
        sa.Column("loinc", sa.String(length=16), nullable=True),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=True),
        sa.Column("scanner_make", sa.String(length=80), nullable=False),
        sa.Column("scanner_model", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("slot", sa.String(length=60), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("observation_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("observation_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("observation_patient_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["person.id"], name=op.f("observation_voided_by_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("observation_pk")),
        sa.UniqueConstraint("patient_id", "slot", name=op.f("observation_patient_id_slot_uq")),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("observation_patient_id_code_collected_at_ix"),
            ["patient_id", "code", "collected_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("observation_patient_id_collected_at_ix"),
            ["patient_id", "collected_at"],
            unique=False,
        )

    op.create_table(
        "flag_seen",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observation_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("seen_by", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "observation_id"],
            ["observation.patient_id", "observation.id"],
            name=op.f("flag_seen_patient_id_observation_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("flag_seen_patient_id_fk")
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["person.id"], name=op.f("flag_seen_seen_by_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("flag_seen_pk")),
    )
    op.add_column(
        "lab_draw", sa.Column("window_before", sa.Integer(), server_default="7", nullable=False)
    )
    op.add_column(
        "lab_draw", sa.Column("window_after", sa.Integer(), server_default="7", nullable=False)
    )
    op.add_column("lab_draw", sa.Column("markers", JSON, server_default="[]", nullable=False))

    op.add_column("person", sa.Column("born_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("sex", sa.String(32), nullable=True))
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
    op.drop_column("person", "sex")
    op.drop_column("person", "born_on")

    op.drop_column("lab_draw", "markers")
    op.drop_column("lab_draw", "window_after")
    op.drop_column("lab_draw", "window_before")

    op.drop_table("flag_seen")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("observation_patient_id_collected_at_ix"))
        batch_op.drop_index(batch_op.f("observation_patient_id_code_collected_at_ix"))

    op.drop_table("observation")
    op.drop_table("wait")
    with op.batch_alter_table("tracking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("tracking_ask_at_ix"))

    op.drop_table("tracking")
    op.drop_table("lab_settings")
    with op.batch_alter_table("chosen_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("chosen_day_morning_at_ix"))
        batch_op.drop_index(batch_op.f("chosen_day_evening_at_ix"))

    op.drop_table("chosen_day")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_only_grows()")
