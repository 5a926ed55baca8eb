"""Finding and merging enterprises"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'proposed')", name=op.f("ck_merge_decided_with_state")),
        sa.CheckConstraint("state IN ('proposed', 'done', 'declined', 'undone')", name=op.f("ck_merge_state_known")),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_merge_two_firms")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_merge_decided_by_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["enterprise.id"], name=op.f("fk_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["enterprise.id"], name=op.f("fk_merge_kept_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_merge_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_gone_id"), ["gone_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_kept_id"), ["kept_id"], unique=False)

    op.create_table(
        "near_key",
        sa.Column("key", sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_near_key_enterprise_id")),
        sa.PrimaryKeyConstraint("key", "enterprise_id", name=op.f("pk_near_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("near_key", schema=None) as batch_op:
        batch_op.create_index("ix_near_key_enterprise_id", ["enterprise_id"], unique=False)

    op.create_table(
        "search_gram",
        sa.Column("gram", sa.String(4).with_variant(sa.String(4, collation="C"), "postgresql"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_search_gram_enterprise_id")),
        sa.PrimaryKeyConstraint("gram", "enterprise_id", name=op.f("pk_search_gram")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_gram", schema=None) as batch_op:
        batch_op.create_index("ix_search_gram_enterprise_id", ["enterprise_id"], unique=False)

    op.create_table(
        "search_key",
        sa.Column("key", sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_search_key_enterprise_id")),
        sa.PrimaryKeyConstraint("key", "enterprise_id", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_key", schema=None) as batch_op:
        batch_op.create_index("ix_search_key_enterprise_id", ["enterprise_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_key", schema=None) as batch_op:
        batch_op.drop_index("ix_search_key_enterprise_id")

    op.drop_table("search_key")
    with op.batch_alter_table("search_gram", schema=None) as batch_op:
        batch_op.drop_index("ix_search_gram_enterprise_id")

    op.drop_table("search_gram")
    with op.batch_alter_table("near_key", schema=None) as batch_op:
        batch_op.drop_index("ix_near_key_enterprise_id")

    op.drop_table("near_key")
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_merge_kept_id"))
        batch_op.drop_index(batch_op.f("ix_merge_gone_id"))

    op.drop_table("merge")
