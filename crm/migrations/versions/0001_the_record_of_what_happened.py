"""The record of what happened"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SQLITE = (
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is insert-only'); END",
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN NEW.body IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind OR NEW.enterprise_id IS NOT OLD.enterprise_id OR NEW.subject_kind IS NOT OLD.subject_kind OR NEW.subject_id IS NOT OLD.subject_id OR NEW.actor_id IS NOT OLD.actor_id OR NEW.actor_name IS NOT OLD.actor_name OR NEW.via IS NOT OLD.via OR NEW.address IS NOT OLD.address OR NEW.level IS NOT OLD.level OR NEW.digest IS NOT OLD.digest BEGIN SELECT RAISE(ABORT, 'entry is insert-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION entry_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'entry is insert-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_insert_only()",
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry FOR EACH ROW WHEN (NEW.body IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.at IS DISTINCT FROM OLD.at OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.enterprise_id IS DISTINCT FROM OLD.enterprise_id OR NEW.subject_kind IS DISTINCT FROM OLD.subject_kind OR NEW.subject_id IS DISTINCT FROM OLD.subject_id OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.actor_name IS DISTINCT FROM OLD.actor_name OR NEW.via IS DISTINCT FROM OLD.via OR NEW.address IS DISTINCT FROM OLD.address OR NEW.level IS DISTINCT FROM OLD.level OR NEW.digest IS DISTINCT FROM OLD.digest) EXECUTE FUNCTION entry_is_insert_only()",
    "CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry EXECUTE FUNCTION entry_is_insert_only()",
)


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(24), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(body IS NULL) = (salt IS NULL)", name=op.f("ck_entry_erased_together")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_actor_id_id", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_entry_enterprise_id_id", ["enterprise_id", "id"], unique=False)
        batch_op.create_index("ix_entry_kind_id", ["kind", "id"], unique=False)
        batch_op.create_index("ix_entry_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "setting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("set_by_name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("key", "unit_id", "since", name=op.f("uq_setting_key_unit_id_since")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_seal_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_seal_entry_id")),
        sqlite_autoincrement=True,
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("seal")
    op.drop_table("setting")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_subject")
        batch_op.drop_index("ix_entry_kind_id")
        batch_op.drop_index("ix_entry_enterprise_id_id")
        batch_op.drop_index("ix_entry_actor_id_id")

    op.drop_table("entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION entry_is_insert_only()")
