"""Annual and quarterly figures of an enterprise: a correction is another row"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEPT = (
    "year, months, revenue, net_profit, net_profit_adjusted, rd_spending, operating_cash_flow, tax_paid, total_assets, "
    "net_assets, share_capital, roe, employees, rd_staff, is_audited, source, note, doubts, entered_by_id, "
    "entered_by_name, entered_at"
)
SQLITE = (
    f"CREATE TRIGGER period_figures_no_change BEFORE UPDATE OF {KEPT} ON period_figures BEGIN SELECT RAISE(ABORT, 'period_figures are corrected by another row'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION period_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'period_figures are corrected by another row' USING ERRCODE = 'restrict_violation'; END $$",
    f"CREATE TRIGGER period_figures_no_change BEFORE UPDATE OF {KEPT} ON period_figures FOR EACH ROW EXECUTE FUNCTION period_figures_stay()",
)


def upgrade() -> None:
    op.create_table(
        "period_figures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("revenue", sa.BigInteger(), nullable=True),
        sa.Column("net_profit", sa.BigInteger(), nullable=True),
        sa.Column("net_profit_adjusted", sa.BigInteger(), nullable=True),
        sa.Column("rd_spending", sa.BigInteger(), nullable=True),
        sa.Column("operating_cash_flow", sa.BigInteger(), nullable=True),
        sa.Column("tax_paid", sa.BigInteger(), nullable=True),
        sa.Column("total_assets", sa.BigInteger(), nullable=True),
        sa.Column("net_assets", sa.BigInteger(), nullable=True),
        sa.Column("share_capital", sa.BigInteger(), nullable=True),
        sa.Column("roe", sa.Integer(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("rd_staff", sa.Integer(), nullable=True),
        sa.Column("is_audited", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("note", sa.String(length=240), nullable=False),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_by_name", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=12), nullable=False),
        sa.Column("ended_by_name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("months IN (3, 6, 9, 12)", name=op.f("ck_period_figures_months_known")),
        sa.CheckConstraint("year BETWEEN 1990 AND 2100", name=op.f("ck_period_figures_year_possible")),
        sa.CheckConstraint(
            "COALESCE(revenue, net_profit, net_profit_adjusted, rd_spending, operating_cash_flow, tax_paid, "
            "total_assets, net_assets, share_capital, roe, employees, rd_staff) IS NOT NULL",
            name=op.f("ck_period_figures_says_something"),
        ),
        sa.CheckConstraint(
            "total_assets IS NULL OR total_assets >= 0", name=op.f("ck_period_figures_total_assets_not_below_zero")
        ),
        sa.CheckConstraint(
            "share_capital IS NULL OR share_capital >= 0", name=op.f("ck_period_figures_share_capital_not_below_zero")
        ),
        sa.CheckConstraint(
            "employees IS NULL OR employees >= 0", name=op.f("ck_period_figures_employees_not_below_zero")
        ),
        sa.CheckConstraint("rd_staff IS NULL OR rd_staff >= 0", name=op.f("ck_period_figures_rd_staff_not_below_zero")),
        sa.CheckConstraint("source <> 'audit' OR is_audited", name=op.f("ck_period_figures_audit_is_audited")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as = '')", name=op.f("ck_period_figures_ended_with_reason")),
        sa.CheckConstraint(
            "ended_as IN ('', 'corrected', 'withdrawn', 'merged')", name=op.f("ck_period_figures_ended_as_known")
        ),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_period_figures_enterprise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_figures")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("period_figures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_period_figures_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "uq_period_figures_stands",
            ["enterprise_id", "year", "months"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("period_figures")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION period_figures_stay()")
