"""The way to the mail server"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("in_vain", sa.Integer(), nullable=False),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_for", sa.String(length=64), nullable=False),
        sa.Column("slowed", sa.Integer(), nullable=False),
        sa.Column("slowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
    )
    op.create_table(
        "refused_address",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_refused_address")),
    )
    op.create_table(
        "demo_mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_mail")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("demo_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demo_mail_message_id"), ["message_id"], unique=False)
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_dispatching_at", ["dispatching_at"], unique=False)
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("jumped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("jumped_by", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.alter_column("jumped_by", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.drop_column("jumped_by")
        batch_op.drop_column("jumped_at")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_dispatching_at")
    with op.batch_alter_table("demo_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demo_mail_message_id"))
    op.drop_table("demo_mail")
    op.drop_table("refused_address")
    op.drop_table("channel")
