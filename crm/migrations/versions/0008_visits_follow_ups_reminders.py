"""Visits, follow-ups, reminders"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["user.id"], name=op.f("fk_digest_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("recipient_id", "day", name=op.f("uq_digest_recipient_id_day")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "followup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("postponed", sa.Integer(), nullable=False),
        sa.Column("origin_kind", sa.String(length=20), nullable=False),
        sa.Column("origin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (state = 'open')", name=op.f("ck_followup_closed_with_state")),
        sa.CheckConstraint("kind IN ('followup', 'request')", name=op.f("ck_followup_kind_known")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_followup_enterprise_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_followup_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("followup", schema=None) as batch_op:
        batch_op.create_index(
            "ix_followup_due_open",
            ["due_on", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_followup_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_followup_origin", ["origin_kind", "origin_id"], unique=False)
        batch_op.create_index(
            "ix_followup_owner_open",
            ["owner_id", "due_on"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "followup_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("followup_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("from_owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["followup_id"], ["followup.id"], name=op.f("fk_followup_move_followup_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_move")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("followup_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followup_move_followup_id"), ["followup_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("cancel_reason", sa.String(length=40), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_reminder_digest_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_reminder_enterprise_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["user.id"], name=op.f("fk_reminder_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "kind", "subject_kind", "subject_id", "basis", "step", "recipient_id", name="uq_reminder_key"
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_digest_id"), ["digest_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_reminder_recipient_id_read_at", ["recipient_id", "read_at"], unique=False)
        batch_op.create_index("ix_reminder_state_due_on", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_reminder_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("met", sa.String(length=160), nullable=False),
        sa.Column("is_not_met", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group_key", sa.String(length=40), nullable=True),
        sa.Column("client_key", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=240), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(voided_at IS NULL) = (state <> 'voided')", name=op.f("ck_visit_voided_with_state")),
        sa.CheckConstraint(
            "state <> 'done' OR (length(text) > 0 AND (is_not_met OR length(met) > 0))",
            name=op.f("ck_visit_done_is_told"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_visit_author_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_visit_contact_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_visit_entered_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_visit_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("client_key", name=op.f("uq_visit_client_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_author_id_visited_on", ["author_id", "visited_on"], unique=False)
        batch_op.create_index("ix_visit_enterprise_id_visited_on", ["enterprise_id", "visited_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_group_key"), ["group_key"], unique=False)
        batch_op.create_index("ix_visit_visited_on", ["visited_on", "id"], unique=False)

    op.create_table(
        "visit_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.CheckConstraint("part IN ('leader', 'companion')", name=op.f("ck_visit_person_part_known")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_visit_person_user_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_person_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_person")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("visit_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_person_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_person_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visit_person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_person_visit_id"))
        batch_op.drop_index(batch_op.f("ix_visit_person_user_id"))

    op.drop_table("visit_person")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_visited_on")
        batch_op.drop_index(batch_op.f("ix_visit_group_key"))
        batch_op.drop_index("ix_visit_enterprise_id_visited_on")
        batch_op.drop_index("ix_visit_author_id_visited_on")

    op.drop_table("visit")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index("ix_reminder_subject")
        batch_op.drop_index("ix_reminder_state_due_on")
        batch_op.drop_index("ix_reminder_recipient_id_read_at")
        batch_op.drop_index(batch_op.f("ix_reminder_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_digest_id"))

    op.drop_table("reminder")
    with op.batch_alter_table("followup_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followup_move_followup_id"))

    op.drop_table("followup_move")
    with op.batch_alter_table("followup", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_followup_owner_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index("ix_followup_origin")
        batch_op.drop_index(batch_op.f("ix_followup_enterprise_id"))
        batch_op.drop_index(
            "ix_followup_due_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("followup")
    op.drop_table("digest")
