"""vials and sites.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Tables of the record that only grow: a row may be deleted, and never changed, while its patient's
# wish to end the record is being carried out.
GROWING = ("drawn", "placement", "source_check")


def upgrade() -> None:
    op.create_table(
        "consumable",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("per_injection", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("low_at", sa.Integer(), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("per_injection >= 0", name=op.f("consumable_per_injection_ck")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("consumable_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("consumable_pk")),
    )
    op.create_table(
        "site_settings",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("deltoid", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("site_settings_patient_id_fk")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("site_settings_set_by_fk")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("site_settings_pk")),
    )
    op.create_table(
        "supply_look",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("supply_look_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("supply_look_pk")),
    )
    with op.batch_alter_table("supply_look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("supply_look_next_at_ix"), ["next_at"], unique=False)

    op.create_table(
        "supply_notice",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("supply_notice_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("supply_notice_pk")),
    )
    op.create_table(
        "supply_settings",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("speak_at", sa.Time(), nullable=True),
        sa.Column("notices", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("supply_settings_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("supply_settings_pk")),
    )
    op.create_table(
        "vial",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("medicine", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("strengths", JSON, nullable=False),
        sa.Column("pharmacy", sa.String(length=200), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("medicine_form", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=80), nullable=False),
        sa.Column("counts", sa.String(length=120), nullable=False),
        sa.Column("label_strengths", JSON, nullable=True),
        sa.Column("volume_ul", sa.Integer(), nullable=True),
        sa.Column("tablets", sa.Integer(), nullable=True),
        sa.Column("single_use", sa.Boolean(), nullable=False),
        sa.Column("pharmacy_licence", sa.String(length=80), nullable=False),
        sa.Column("prescriber", sa.String(length=200), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("use_by", sa.Date(), nullable=True),
        sa.Column("storage", sa.String(32), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reconstituted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("diluent", sa.String(32), nullable=True),
        sa.Column("diluent_ul", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_why", sa.String(32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("diluent_ul > 0", name=op.f("vial_diluent_ck")),
        sa.CheckConstraint("tablets > 0", name=op.f("vial_tablets_ck")),
        sa.CheckConstraint("volume_ul > 0", name=op.f("vial_volume_ck")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("vial_author_id_fk")),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("vial_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("vial_pk")),
    )
    with op.batch_alter_table("vial", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("vial_lot_ix"), ["lot"], unique=False)

    op.create_table(
        "confirmation",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vial_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("strength_value", sa.String(40), nullable=False),
        sa.Column("strength_unit", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_value", sa.String(40), nullable=True),
        sa.Column("amount_unit", sa.String(length=16), nullable=True),
        sa.Column("syringe", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(40), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("confirmation_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("confirmation_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "vial_id"],
            ["vial.patient_id", "vial.id"],
            name=op.f("confirmation_patient_id_vial_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("confirmation_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("confirmation_pk")),
    )
    op.create_table(
        "consumable_count",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumable_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 0", name=op.f("consumable_count_number_ck")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("consumable_count_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "consumable_id"],
            ["consumable.patient_id", "consumable.id"],
            name=op.f("consumable_count_patient_id_consumable_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("consumable_count_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("consumable_count_pk")),
    )
    op.create_table(
        "line_kit",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("syringe", sa.String(length=32), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("dead_space_ul", sa.Integer(), nullable=True),
        sa.CheckConstraint("dead_space_ul >= 0", name=op.f("line_kit_dead_space_ck")),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("line_kit_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("line_kit_patient_id_fk")),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name=op.f("line_kit_set_by_fk")),
        sa.PrimaryKeyConstraint("patient_id", "line_id", name=op.f("line_kit_pk")),
    )
    op.create_table(
        "source_check",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vial_id", sa.Uuid(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("source_check_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "vial_id"],
            ["vial.patient_id", "vial.id"],
            name=op.f("source_check_patient_id_vial_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("source_check_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("source_check_pk")),
    )
    op.create_table(
        "stock_entry",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vial_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("stock_entry_quantity_ck")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("stock_entry_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "vial_id"],
            ["vial.patient_id", "vial.id"],
            name=op.f("stock_entry_patient_id_vial_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("stock_entry_patient_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by"], ["person.id"], name=op.f("stock_entry_voided_by_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("stock_entry_pk")),
    )
    op.create_table(
        "placement",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("placement_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "dose_id"],
            ["dose.patient_id", "dose.id"],
            name=op.f("placement_patient_id_dose_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("placement_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("placement_pk")),
        sa.UniqueConstraint(
            "patient_id", "dose_id", "seq", name=op.f("placement_patient_id_dose_id_seq_uq")
        ),
    )
    op.create_table(
        "reaction",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("reaction_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "dose_id"],
            ["dose.patient_id", "dose.id"],
            name=op.f("reaction_patient_id_dose_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("reaction_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("reaction_pk")),
    )
    op.create_table(
        "refill_request",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("runs_out_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("refill_request_author_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "line_id"],
            ["line.patient_id", "line.id"],
            name=op.f("refill_request_patient_id_line_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "task_id"],
            ["task.patient_id", "task.id"],
            name=op.f("refill_request_patient_id_task_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["person.id"], name=op.f("refill_request_patient_id_fk")
        ),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("refill_request_pk")),
    )
    op.create_table(
        "drawn",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dose_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("dead_space_ul", sa.Integer(), nullable=False),
        sa.Column("syringe", sa.String(length=32), nullable=False),
        sa.CheckConstraint("dead_space_ul >= 0", name=op.f("drawn_dead_space_ck")),
        sa.CheckConstraint("quantity >= 0", name=op.f("drawn_quantity_ck")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("drawn_author_id_fk")),
        sa.ForeignKeyConstraint(
            ["patient_id", "dose_id"],
            ["dose.patient_id", "dose.id"],
            name=op.f("drawn_patient_id_dose_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "event_id"],
            ["event.patient_id", "event.id"],
            name=op.f("drawn_patient_id_event_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "vial_id"],
            ["vial.patient_id", "vial.id"],
            name=op.f("drawn_patient_id_vial_id_fk"),
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["person.id"], name=op.f("drawn_patient_id_fk")),
        sa.PrimaryKeyConstraint("patient_id", "id", name=op.f("drawn_pk")),
        sa.UniqueConstraint(
            "patient_id",
            "dose_id",
            "seq",
            "part",
            name=op.f("drawn_patient_id_dose_id_seq_part_uq"),
        ),
    )
    with op.batch_alter_table("drawn", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("drawn_patient_id_vial_id_ix"), ["patient_id", "vial_id"], unique=False
        )
    for table in GROWING:
        forbid_changes(table)


def forbid_changes(table: str) -> None:
    """Make the database refuse to update or delete rows, except of a record that is ending."""
    ending = (
        "EXISTS (SELECT 1 FROM erasure WHERE patient_id = OLD.patient_id AND erased_at >= erase_at)"
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            when = f"WHEN NOT {ending} " if act == "DELETE" else ""
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
    )
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
    with op.batch_alter_table("drawn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("drawn_patient_id_vial_id_ix"))

    op.drop_table("drawn")
    op.drop_table("refill_request")
    op.drop_table("reaction")
    op.drop_table("placement")
    op.drop_table("stock_entry")
    op.drop_table("source_check")
    op.drop_table("line_kit")
    op.drop_table("consumable_count")
    op.drop_table("confirmation")
    with op.batch_alter_table("vial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("vial_lot_ix"))

    op.drop_table("vial")
    op.drop_table("supply_settings")
    op.drop_table("supply_notice")
    with op.batch_alter_table("supply_look", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("supply_look_next_at_ix"))

    op.drop_table("supply_look")
    op.drop_table("site_settings")
    op.drop_table("consumable")
    if op.get_bind().dialect.name != "sqlite":
        for table in GROWING:
            op.execute(f"DROP FUNCTION IF EXISTS {table}_only_grows() CASCADE")
            op.execute(f"DROP FUNCTION IF EXISTS {table}_erased() CASCADE")
