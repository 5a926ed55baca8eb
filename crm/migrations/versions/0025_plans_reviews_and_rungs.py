"""Plans of open tracks and their reviews, insert-only; how far up the ladder each enterprise is"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSERT_ONLY = ("track_plan", "track_review")


def refusing(table: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
            for what in ("DELETE", "UPDATE")
        ]
    function = f"{table}_is_insert_only()"
    return [
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is insert-only' USING ERRCODE = 'restrict_violation'; END $$",
        *(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"
            for what in ("DELETE", "UPDATE")
        ),
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {function}",
    ]


def upgrade() -> None:
    op.create_table(
        "enterprise_rung",
        sa.Column(
            "enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("rung", sa.String(length=12), nullable=False),
        sa.Column("public_rung", sa.String(length=12), nullable=False),
        sa.CheckConstraint("rung <> ''", name=op.f("ck_enterprise_rung_on_a_rung")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_rung_enterprise_id")),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_enterprise_rung")),
    )
    with op.batch_alter_table("enterprise_rung", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_rung_public_rung", ["public_rung"], unique=False)
        batch_op.create_index("ix_enterprise_rung_rung", ["rung"], unique=False)

    op.create_table(
        "track_outlook",
        sa.Column(
            "track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("goal_on", sa.Date(), nullable=True),
        sa.Column("goal_class", sa.String(length=12), nullable=False),
        sa.Column("blocker", sa.String(length=240), nullable=False),
        sa.Column("blocked_by", sa.String(length=12), nullable=False),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("slipped_days", sa.Integer(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("review_next_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_outlook_track_id")),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_track_outlook")),
    )
    with op.batch_alter_table("track_outlook", schema=None) as batch_op:
        batch_op.create_index("ix_track_outlook_goal_class", ["goal_class"], unique=False)

    op.create_table(
        "track_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("goal_on", sa.Date(), nullable=True),
        sa.Column("goal_class", sa.String(length=12), nullable=False),
        sa.Column("blocker", sa.String(length=240), nullable=False),
        sa.Column("blocked_by", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(blocker = '') = (blocked_by = '')", name=op.f("ck_track_plan_blocked_by_somebody")),
        sa.CheckConstraint("seq = 1 OR reason <> ''", name=op.f("ck_track_plan_changed_with_reason")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_plan_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_plan")),
        sa.UniqueConstraint("track_id", "seq", name=op.f("uq_track_plan_track_id_seq")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "track_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("followup_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("remark <> ''", name=op.f("ck_track_review_with_words")),
        sa.ForeignKeyConstraint(["followup_id"], ["followup.id"], name=op.f("fk_track_review_followup_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_review_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_review")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_review_followup_id"), ["followup_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_track_review_track_id"), ["track_id"], unique=False)

    dialect = op.get_bind().dialect.name
    for statement in (each for table in INSERT_ONLY for each in refusing(table, dialect)):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("track_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_review_track_id"))
        batch_op.drop_index(batch_op.f("ix_track_review_followup_id"))

    op.drop_table("track_review")
    op.drop_table("track_plan")
    with op.batch_alter_table("track_outlook", schema=None) as batch_op:
        batch_op.drop_index("ix_track_outlook_goal_class")

    op.drop_table("track_outlook")
    with op.batch_alter_table("enterprise_rung", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_rung_rung")
        batch_op.drop_index("ix_enterprise_rung_public_rung")

    op.drop_table("enterprise_rung")
    if op.get_bind().dialect.name == "postgresql":
        for table in INSERT_ONLY:
            op.execute(f"DROP FUNCTION {table}_is_insert_only()")
