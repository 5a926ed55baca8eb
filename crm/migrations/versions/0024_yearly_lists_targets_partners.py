"""Yearly lists with their members, targets of a year, partners of a track"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) > 0 AND length(name_key) > 0", name=op.f("ck_partner_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name_key", name=op.f("uq_partner_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "yearly_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("document_no", sa.String(length=120), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> '' AND year BETWEEN 1990 AND 2200", name=op.f("ck_yearly_list_named_and_dated")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_list")),
        sa.UniqueConstraint("kind", "from_on", name=op.f("uq_yearly_list_kind_from_on")),
        sa.UniqueConstraint("kind", "year", name=op.f("uq_yearly_list_kind_year")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "list_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("entry_reason", sa.String(length=240), nullable=False),
        sa.Column("exit_reason", sa.String(length=240), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(until_on IS NULL) = (exit_reason = '')", name=op.f("ck_list_member_exit_with_reason")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_list_member_until_after_from")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["user.id"], name=op.f("fk_list_member_ended_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_list_member_entered_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_list_member_enterprise_id")),
        sa.ForeignKeyConstraint(["list_id"], ["yearly_list.id"], name=op.f("fk_list_member_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_member")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("list_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_member_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_list_member_list_id", ["list_id"], unique=False)
        batch_op.create_index(
            "uq_list_member_once",
            ["list_id", "enterprise_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("measure", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_by_name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("measure IN ('step', 'new', 'stock')", name=op.f("ck_target_measure_known")),
        sa.CheckConstraint("low > 0 AND high >= low", name=op.f("ck_target_low_to_high")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_target_until_after_from")),
        sa.CheckConstraint("year BETWEEN 1990 AND 2200", name=op.f("ck_target_year_known")),
        sa.ForeignKeyConstraint(["set_by_id"], ["user.id"], name=op.f("fk_target_set_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_target_once",
            ["year", "unit_id", "measure", "subject"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "track_partner",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("partner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=240), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role <> ''", name=op.f("ck_track_partner_role_given")),
        sa.CheckConstraint(
            "until_on IS NULL OR since_on IS NULL OR until_on >= since_on",
            name=op.f("ck_track_partner_until_after_since"),
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_track_partner_entered_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_partner_enterprise_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_track_partner_partner_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_partner_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_partner")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track_partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_partner_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_track_partner_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_track_partner_track_id"), ["track_id"], unique=False)
        batch_op.create_index(
            "uq_track_partner_once",
            ["track_id", "partner_id", "role"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("track_partner", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_track_partner_once",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_track_partner_track_id"))
        batch_op.drop_index(batch_op.f("ix_track_partner_partner_id"))
        batch_op.drop_index(batch_op.f("ix_track_partner_enterprise_id"))

    op.drop_table("track_partner")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_target_once", sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_target_unit_id"))

    op.drop_table("target")
    with op.batch_alter_table("list_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_list_member_once",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index("ix_list_member_list_id")
        batch_op.drop_index(batch_op.f("ix_list_member_enterprise_id"))

    op.drop_table("list_member")
    op.drop_table("yearly_list")
    op.drop_table("partner")
