"""When passwords were set"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_set",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_password_set_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_set")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("password_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_set_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("password_set")
