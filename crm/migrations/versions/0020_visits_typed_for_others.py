"""Visits typed for others

Whoever types visits for colleagues finds them among ten million by an index of their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TYPED = sa.text("entered_by_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_visit_typed", "visit", ["entered_by_id", "visited_on"], sqlite_where=TYPED, postgresql_where=TYPED
    )


def downgrade() -> None:
    op.drop_index("ix_visit_typed", table_name="visit")
