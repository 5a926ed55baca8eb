"""Photos and policies of visits"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("visit", sa.Column("no_followup", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "visit_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("file_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_file_visit_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_visit_file_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_file")),
        sa.UniqueConstraint("file_id", name=op.f("uq_visit_file_file_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("visit_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_file_visit_id"), ["visit_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("office", sa.String(length=80), nullable=False),
        sa.Column("link", sa.String(length=400), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "visit_policy",
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("policy_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_policy_visit_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_visit_policy_policy_id")),
        sa.PrimaryKeyConstraint("visit_id", "policy_id", name=op.f("pk_visit_policy")),
    )
    with op.batch_alter_table("visit_policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_policy_policy_id"), ["policy_id"], unique=False)


def downgrade() -> None:
    op.drop_table("visit_policy")
    op.drop_table("policy")
    op.drop_table("visit_file")
    op.drop_column("visit", "no_followup")
