"""Who was asked to move"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chase",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.CheckConstraint("subject_kind IN ('followup', 'enterprise')", name=op.f("ck_chase_subject_known")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_chase_enterprise_id")),
        sa.ForeignKeyConstraint(["to_id"], ["user.id"], name=op.f("fk_chase_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chase")),
        sa.UniqueConstraint("subject_kind", "subject_id", "day", name=op.f("uq_chase_subject_kind_subject_id_day")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("chase", schema=None) as batch_op:
        batch_op.create_index("ix_chase_day", ["day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chase_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chase_to_id"), ["to_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("chase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chase_to_id"))
        batch_op.drop_index(batch_op.f("ix_chase_enterprise_id"))
        batch_op.drop_index("ix_chase_day")
    op.drop_table("chase")
