"""The register"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "extra_field",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('text', 'number', 'date', 'choice')", name=op.f("ck_extra_field_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_field")),
        sa.UniqueConstraint("label", name=op.f("uq_extra_field_label")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.String(240).with_variant(sa.String(240, collation="C"), "postgresql"), nullable=False),
        sa.Column("standing", sa.String(24), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("territory_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("section_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tier", sa.String(length=8), nullable=True),
        sa.Column("address", sa.String(length=240), nullable=False),
        sa.Column("legal_representative", sa.String(length=80), nullable=False),
        sa.Column("industry", sa.String(length=80), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("founded_precision", sa.String(24), nullable=True),
        sa.Column("registered_capital", sa.BigInteger(), nullable=True),
        sa.Column("capital_currency", sa.String(length=3), nullable=False),
        sa.Column("capital_is_approximate", sa.Boolean(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("stock_code", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("next_visit_due_on", sa.Date(), nullable=True),
        sa.Column("open_followups", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(standing = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_enterprise_merged_into_another")
        ),
        sa.CheckConstraint(
            "(founded_on IS NULL) = (founded_precision IS NULL)", name=op.f("ck_enterprise_founded_with_precision")
        ),
        sa.CheckConstraint(
            "credit_code IS NULL OR length(credit_code) = 18", name=op.f("ck_enterprise_credit_code_is_18")
        ),
        sa.CheckConstraint("length(name) > 0 AND length(name_key) > 0", name=op.f("ck_enterprise_named")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["enterprise.id"], name=op.f("fk_enterprise_merged_into_id")),
        sa.ForeignKeyConstraint(["section_id"], ["unit.id"], name=op.f("fk_enterprise_section_id")),
        sa.ForeignKeyConstraint(["territory_id"], ["unit.id"], name=op.f("fk_enterprise_territory_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_enterprise_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprise_credit_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enterprise_live_created",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.create_index(
            "ix_enterprise_live_last_visit",
            ["last_visit_on", "id"],
            unique=False,
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.create_index(
            "ix_enterprise_live_next_due",
            ["next_visit_due_on", "id"],
            unique=False,
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.create_index(
            "ix_enterprise_live_sort",
            ["sort_key", "id"],
            unique=False,
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.create_index(batch_op.f("ix_enterprise_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index("ix_enterprise_name_key", ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_section_id"), ["section_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_enterprise_provisional_name",
            ["name_key"],
            unique=True,
            sqlite_where=sa.text("credit_code IS NULL AND standing <> 'merged'"),
            postgresql_where=sa.text("credit_code IS NULL AND standing <> 'merged'"),
        )

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=240), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_contact_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "uq_contact_one_primary",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("is_primary = 1 AND removed_on IS NULL"),
            postgresql_where=sa.text("is_primary AND removed_on IS NULL"),
        )

    op.create_table(
        "enterprise_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('former', 'alias')", name=op.f("ck_enterprise_name_kind_known")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_name_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_name")),
        sa.UniqueConstraint("enterprise_id", "name_key", name=op.f("uq_enterprise_name_enterprise_id_name_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("enterprise_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_name_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enterprise_name_name_key"), ["name_key"], unique=False)

    op.create_table(
        "extra_value",
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_extra_value_enterprise_id")),
        sa.ForeignKeyConstraint(["field_id"], ["extra_field.id"], name=op.f("fk_extra_value_field_id")),
        sa.PrimaryKeyConstraint("enterprise_id", "field_id", name=op.f("pk_extra_value")),
    )
    with op.batch_alter_table("extra_value", schema=None) as batch_op:
        batch_op.create_index("ix_extra_value_field_id_value", ["field_id", "value"], unique=False)

    op.create_table(
        "presence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_presence_until_after_from")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_presence_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "uq_presence_open",
            ["enterprise_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_presence_open", sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_presence_enterprise_id"))

    op.drop_table("presence")
    with op.batch_alter_table("extra_value", schema=None) as batch_op:
        batch_op.drop_index("ix_extra_value_field_id_value")

    op.drop_table("extra_value")
    with op.batch_alter_table("enterprise_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_name_name_key"))
        batch_op.drop_index(batch_op.f("ix_enterprise_name_enterprise_id"))

    op.drop_table("enterprise_name")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contact_one_primary",
            sqlite_where=sa.text("is_primary = 1 AND removed_on IS NULL"),
            postgresql_where=sa.text("is_primary AND removed_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_contact_enterprise_id"))

    op.drop_table("contact")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enterprise_provisional_name",
            sqlite_where=sa.text("credit_code IS NULL AND standing <> 'merged'"),
            postgresql_where=sa.text("credit_code IS NULL AND standing <> 'merged'"),
        )
        batch_op.drop_index(batch_op.f("ix_enterprise_unit_id"))
        batch_op.drop_index(batch_op.f("ix_enterprise_territory_id"))
        batch_op.drop_index(batch_op.f("ix_enterprise_section_id"))
        batch_op.drop_index("ix_enterprise_name_key")
        batch_op.drop_index(batch_op.f("ix_enterprise_merged_into_id"))
        batch_op.drop_index(
            "ix_enterprise_live_sort",
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.drop_index(
            "ix_enterprise_live_next_due",
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.drop_index(
            "ix_enterprise_live_last_visit",
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )
        batch_op.drop_index(
            "ix_enterprise_live_created",
            sqlite_where=sa.text("standing = 'active'"),
            postgresql_where=sa.text("standing = 'active'"),
        )

    op.drop_table("enterprise")
    op.drop_table("extra_field")
