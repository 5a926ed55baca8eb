"""The ladder: tracks, their insert-only events, steps waiting for a word, and spans"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER track_event_no_delete BEFORE DELETE ON track_event BEGIN SELECT RAISE(ABORT, 'track_event is insert-only'); END",
    "CREATE TRIGGER track_event_no_update BEFORE UPDATE ON track_event BEGIN SELECT RAISE(ABORT, 'track_event is insert-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION track_event_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'track_event is insert-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER track_event_no_delete BEFORE DELETE ON track_event FOR EACH ROW EXECUTE FUNCTION track_event_is_insert_only()",
    "CREATE TRIGGER track_event_no_update BEFORE UPDATE ON track_event FOR EACH ROW EXECUTE FUNCTION track_event_is_insert_only()",
    "CREATE TRIGGER track_event_no_truncate BEFORE TRUNCATE ON track_event EXECUTE FUNCTION track_event_is_insert_only()",
)


def upgrade() -> None:
    op.create_table(
        "track",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("board", sa.String(length=12), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = '') = (since_on IS NULL)", name=op.f("ck_track_state_with_day")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("enterprise_id", "kind", "attempt", name=op.f("uq_track_enterprise_id_kind_attempt")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_track_kind_state", ["kind", "state"], unique=False)
        batch_op.create_index(
            "uq_track_one_open",
            ["enterprise_id", "kind"],
            unique=True,
            sqlite_where=sa.text("is_open = 1"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "track_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("board", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("document_no", sa.String(length=120), nullable=False),
        sa.Column("wording", sa.String(length=240), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_because", sa.String(length=240), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome = 'waiting')", name=op.f("ck_track_proposal_decided_with_outcome")
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'confirmed', 'rejected')", name=op.f("ck_track_proposal_outcome_known")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_track_proposal_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_track_proposal_decided_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_proposal_enterprise_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_track_proposal_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_proposal")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_proposal_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_track_proposal_proposed_by_id"), ["proposed_by_id"], unique=False)
        batch_op.create_index(
            "uq_track_proposal_waiting",
            ["enterprise_id", "kind"],
            unique=True,
            sqlite_where=sa.text("outcome = 'waiting'"),
            postgresql_where=sa.text("outcome = 'waiting'"),
        )

    op.create_table(
        "track_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("board", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("caused_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("document_no", sa.String(length=120), nullable=False),
        sa.Column("wording", sa.String(length=240), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("ladder", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_by_name", sa.String(length=80), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by_name", sa.String(length=80), nullable=False),
        sa.Column("alone_because", sa.String(length=240), nullable=False),
        sa.CheckConstraint(
            "(sort IN ('step', 'baseline', 'redate')) = (happened_on IS NOT NULL)",
            name=op.f("ck_track_event_day_with_sort"),
        ),
        sa.CheckConstraint(
            "(sort IN ('step', 'baseline', 'restate')) = (state <> '')", name=op.f("ck_track_event_state_with_sort")
        ),
        sa.CheckConstraint(
            "(sort IN ('void', 'redate', 'restate')) = (corrects IS NOT NULL)", name=op.f("ck_track_event_corrects_one")
        ),
        sa.CheckConstraint("sort = 'step' OR reason <> ''", name=op.f("ck_track_event_reason_given")),
        sa.CheckConstraint("seq > 0 AND (corrects IS NULL OR corrects < seq)", name=op.f("ck_track_event_in_sequence")),
        sa.ForeignKeyConstraint(["caused_by_id"], ["track_event.id"], name=op.f("fk_track_event_caused_by_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_event_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_event")),
        sa.UniqueConstraint("track_id", "seq", name=op.f("uq_track_event_track_id_seq")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_event_caused_by_id"), ["caused_by_id"], unique=False)

    op.create_table(
        "track_span",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("board", sa.String(length=12), nullable=False),
        sa.Column("figure", sa.String(length=24), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_track_span_until_after_from")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_span_enterprise_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_track_span_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_span")),
        sa.UniqueConstraint("track_id", "seq", name=op.f("uq_track_span_track_id_seq")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("track_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_span_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_track_span_figure_from_on", ["figure", "from_on"], unique=False)

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("track_span", schema=None) as batch_op:
        batch_op.drop_index("ix_track_span_figure_from_on")
        batch_op.drop_index(batch_op.f("ix_track_span_enterprise_id"))

    op.drop_table("track_span")
    with op.batch_alter_table("track_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_event_caused_by_id"))

    op.drop_table("track_event")
    with op.batch_alter_table("track_proposal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_track_proposal_waiting",
            sqlite_where=sa.text("outcome = 'waiting'"),
            postgresql_where=sa.text("outcome = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_track_proposal_proposed_by_id"))
        batch_op.drop_index(batch_op.f("ix_track_proposal_enterprise_id"))

    op.drop_table("track_proposal")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_track_one_open", sqlite_where=sa.text("is_open = 1"), postgresql_where=sa.text("is_open")
        )
        batch_op.drop_index("ix_track_kind_state")
        batch_op.drop_index(batch_op.f("ix_track_enterprise_id"))

    op.drop_table("track")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION track_event_is_insert_only()")
