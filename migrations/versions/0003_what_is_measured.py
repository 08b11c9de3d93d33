"""what is measured.

Expand first, contract later: the release before this one must keep working on the new tables.
"""

from collections.abc import Sequence
from typing import Any

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
    convert_lab_plans()


# Markers were words that a clinic typed; these are what they meant, by a word in them.
MEANT = (
    ("testosterone", ("testosterone_total",)),
    ("total and free", ("testosterone_free",)),
    ("free testosterone", ("testosterone_free",)),
    ("bioavailable", ("testosterone_bioavailable",)),
    ("estradiol", ("estradiol",)),
    ("igf", ("igf1",)),
    ("hematocrit", ("hematocrit",)),
    ("blood count", ("hematocrit",)),
    ("cbc", ("hematocrit",)),
    ("hemoglobin", ("hemoglobin",)),
    ("glucose", ("glucose_fasting",)),
    ("a1c", ("hba1c",)),
    ("lipid", ("cholesterol_total", "hdl", "ldl", "triglycerides")),
    ("cholesterol", ("cholesterol_total",)),
    ("liver", ("alt", "ast")),
    ("psa", ("psa",)),
    ("shbg", ("shbg",)),
    ("prolactin", ("prolactin",)),
    ("creatinine", ("creatinine",)),
)
WHOLE_BLOOD = ("Testosterone, total and free", "Estradiol", "IGF-1", "Blood count with hematocrit",
               "Glucose and HbA1c", "Lipids")  # fmt: skip
DEFAULT_MARKERS = {
    "baseline": (*WHOLE_BLOOD, "Liver"),
    "week-6": WHOLE_BLOOD[:3],
    "week-12": WHOLE_BLOOD,
    "half-yearly": (*WHOLE_BLOOD, "Liver"),
}


def convert_lab_plans() -> None:
    """Make rules of the steps that clinics chose, and say of each draw what was asked for.

    What the release before this one reads stays where it looks for it. A marker that the catalogue
    does not know keeps its words in the rule's name.
    """
    plans = sa.table("lab_plan", sa.column("patient_id", sa.Uuid()), sa.column("steps", JSON))
    draws = sa.table(
        "lab_draw", sa.column("patient_id", sa.Uuid()), sa.column("step", sa.String()),
        sa.column("markers", JSON),
    )  # fmt: skip
    bind = op.get_bind()
    for step, words in DEFAULT_MARKERS.items():
        bind.execute(draws.update().where(draws.c.step == step).values(markers=codes(words)[0]))
    for patient_id, steps in bind.execute(sa.select(plans.c.patient_id, plans.c.steps)).all():
        rules = [rule_of(step) for step in steps]
        mine = plans.c.patient_id == patient_id
        bind.execute(plans.update().where(mine).values(steps=rules))
        for rule in rules:
            named = (draws.c.patient_id == patient_id) & (draws.c.step == rule["step"])
            bind.execute(draws.update().where(named).values(markers=rule["markers"]))


def rule_of(step: dict[str, Any]) -> dict[str, Any]:
    """The rule of a step; one that is a rule already stays as it is."""
    if "anchor" in step:
        return step
    markers, unknown = codes(step["markers"])
    repeat = step["repeat_days"]
    # Two windows of one rule may not overlap.
    window = 7 if repeat is None else min(7, (repeat - 1) // 2)
    return {
        "step": step["step"],
        "name": ": ".join([step["name"], *filter(None, [", ".join(unknown)])])[:80],
        "purpose": "blood", "markers": markers, "anchor": "start", "of": [],
        "offset_days": step["offset_days"],
        "window_before": 30 if step["offset_days"] <= 0 and repeat is None else window,
        "window_after": window, "repeat_days": repeat, "only_if": None,
        "source": "Set by the clinic",
    }  # fmt: skip


def codes(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The codes that these words meant, each once, and the words that meant none."""
    found: dict[str, None] = {}
    unknown = []
    for text in words:
        meant = [code for word, each in MEANT if word in text.lower() for code in each]
        found |= dict.fromkeys(meant)
        unknown += [] if meant else [text]
    return list(found), unknown


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
