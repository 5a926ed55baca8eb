"""Papers of steps

Files behind a step; who told what rests on spoken word; whoever proposed a step may take it back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "outcome IN ('waiting', 'confirmed', 'rejected')"
AFTER = "outcome IN ('waiting', 'confirmed', 'rejected', 'withdrawn')"
WAITING = sa.text("outcome = 'waiting'")
ALONE = sa.text("alone_because <> ''")


def upgrade() -> None:
    _allow(AFTER, instead_of=BEFORE)
    for table in ("track_event", "track_proposal"):
        op.add_column(table, sa.Column("told_by", sa.String(length=80), nullable=True))
        op.add_column(table, sa.Column("told_on", sa.Date(), nullable=True))
    op.create_index("ix_track_event_alone", "track_event", ["id"], sqlite_where=ALONE, postgresql_where=ALONE)
    op.create_table(
        "track_paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("enterprise_id", ID, nullable=False),
        sa.Column("proposal_id", ID, nullable=True),
        sa.Column("event_id", ID, nullable=True),
        sa.Column("file_id", ID, nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("added_by_id", ID, nullable=True),
        sa.Column("added_by_name", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("proposal_id IS NOT NULL OR event_id IS NOT NULL", name=op.f("ck_track_paper_of_a_step")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_paper_enterprise_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["track_proposal.id"], name=op.f("fk_track_paper_proposal_id")),
        sa.ForeignKeyConstraint(["event_id"], ["track_event.id"], name=op.f("fk_track_paper_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_track_paper_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_paper")),
        sa.UniqueConstraint("file_id", name=op.f("uq_track_paper_file_id")),
        sqlite_autoincrement=True,
    )
    for column in ("enterprise_id", "proposal_id", "event_id", "ends_on"):
        op.create_index(f"ix_track_paper_{column}", "track_paper", [column])


def downgrade() -> None:
    for column in ("ends_on", "event_id", "proposal_id", "enterprise_id"):
        op.drop_index(f"ix_track_paper_{column}", table_name="track_paper")
    op.drop_table("track_paper")
    op.drop_index("ix_track_event_alone", table_name="track_event")
    for table in ("track_proposal", "track_event"):
        op.drop_column(table, "told_on")
        op.drop_column(table, "told_by")
    op.execute("UPDATE track_proposal SET outcome = 'rejected' WHERE outcome = 'withdrawn'")
    _allow(BEFORE, instead_of=AFTER)


def _allow(outcomes: str, *, instead_of: str) -> None:
    name = op.f("ck_track_proposal_outcome_known")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(name, "track_proposal", type_="check")
        op.create_check_constraint(name, "track_proposal", outcomes)
        return
    with op.batch_alter_table("track_proposal", copy_from=_table(instead_of), recreate="always") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, outcomes)


def _table(outcomes: str) -> sa.Table:
    text = [(n, sa.String(length=most)) for n, most in (("board", 12), ("reason", 240), ("grade", 12))]
    more = [(n, sa.String(length=most)) for n, most in (("document_no", 120), ("wording", 240))]
    return sa.Table(
        "track_proposal", sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in (*text, *more)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_because", sa.String(length=240), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_proposal")),
        sa.CheckConstraint(outcomes, name=op.f("ck_track_proposal_outcome_known")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome = 'waiting')", name=op.f("ck_track_proposal_decided_with_outcome")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_track_proposal_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_track_proposal_decided_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_track_proposal_enterprise_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_track_proposal_proposed_by_id")),
        sa.Index("ix_track_proposal_enterprise_id", "enterprise_id"),
        sa.Index("ix_track_proposal_proposed_by_id", "proposed_by_id"),
        sa.Index("uq_track_proposal_waiting", "enterprise_id", "kind", unique=True, sqlite_where=WAITING),
        sqlite_autoincrement=True,
    )  # fmt: skip
