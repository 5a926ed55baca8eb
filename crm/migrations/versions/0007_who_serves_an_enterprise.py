"""Who serves an enterprise"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commissioner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=24), nullable=False),
        sa.Column("handover_note", sa.Text(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason = '')", name=op.f("ck_assignment_ended_with_reason")),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_assignment_ends_after_start")),
        sa.ForeignKeyConstraint(["commissioner_id"], ["user.id"], name=op.f("fk_assignment_commissioner_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_assignment_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_commissioner_id", ["commissioner_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_commissioner_open",
            ["commissioner_id", "enterprise_id"],
            unique=False,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_assignment_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "one_open_assignment",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "assignment_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'cancelled', 'failed')", name=op.f("ck_assignment_order_state_known")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_assignment_order_enterprise_id")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["user.id"], name=op.f("fk_assignment_order_ordered_by_id")),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_assignment_order_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_order")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("assignment_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_order_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_assignment_order_state_on_day", ["state", "on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_order_to_id"), ["to_id"], unique=False)
        batch_op.create_index(
            "uq_assignment_order_waiting",
            ["enterprise_id", "on_day"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "liaison",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_liaison_until_after_from")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_liaison_enterprise_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_liaison_leader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("liaison", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_liaison_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_liaison_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(
            "uq_liaison_open",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "responsibility",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_responsibility_until_after_from")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_responsibility_enterprise_id")),
        sa.ForeignKeyConstraint(["section_id"], ["unit.id"], name=op.f("fk_responsibility_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responsibility")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("responsibility", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_responsibility_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_responsibility_section_id"), ["section_id"], unique=False)
        batch_op.create_index(
            "uq_responsibility_open",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "stand_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("official_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deputy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.CheckConstraint("official_id <> deputy_id", name=op.f("ck_stand_in_two_people")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_stand_in_until_after_from")),
        sa.ForeignKeyConstraint(["deputy_id"], ["user.id"], name=op.f("fk_stand_in_deputy_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_stand_in_enterprise_id")),
        sa.ForeignKeyConstraint(["official_id"], ["user.id"], name=op.f("fk_stand_in_official_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_official_id"), ["official_id"], unique=False)

    op.create_table(
        "tier_period",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_tier_period_until_after_from")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_tier_period_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_period")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tier_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tier_period_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "uq_tier_period_open",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "title_held",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("certificate_no", sa.String(length=80), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name=op.f("ck_title_held_until_after_from")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_title_held_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title_held")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("title_held", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_title_held_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_title_held_title"), ["title"], unique=False)
        batch_op.create_index(
            "uq_title_held",
            ["enterprise_id", "title"],
            unique=True,
            sqlite_where=sa.text("removed_on IS NULL"),
            postgresql_where=sa.text("removed_on IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("title_held", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_title_held", sqlite_where=sa.text("removed_on IS NULL"), postgresql_where=sa.text("removed_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_title_held_title"))
        batch_op.drop_index(batch_op.f("ix_title_held_enterprise_id"))

    op.drop_table("title_held")
    with op.batch_alter_table("tier_period", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tier_period_open",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_tier_period_enterprise_id"))

    op.drop_table("tier_period")
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stand_in_official_id"))
        batch_op.drop_index(batch_op.f("ix_stand_in_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_stand_in_deputy_id"))

    op.drop_table("stand_in")
    with op.batch_alter_table("responsibility", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_responsibility_open",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_responsibility_section_id"))
        batch_op.drop_index(batch_op.f("ix_responsibility_enterprise_id"))

    op.drop_table("responsibility")
    with op.batch_alter_table("liaison", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_liaison_open", sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_liaison_leader_id"))
        batch_op.drop_index(batch_op.f("ix_liaison_enterprise_id"))

    op.drop_table("liaison")
    with op.batch_alter_table("assignment_order", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_assignment_order_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_assignment_order_to_id"))
        batch_op.drop_index("ix_assignment_order_state_on_day")
        batch_op.drop_index(batch_op.f("ix_assignment_order_enterprise_id"))

    op.drop_table("assignment_order")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "one_open_assignment",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_assignment_enterprise_id"))
        batch_op.drop_index(
            "ix_assignment_commissioner_open",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index("ix_assignment_commissioner_id")

    op.drop_table("assignment")
