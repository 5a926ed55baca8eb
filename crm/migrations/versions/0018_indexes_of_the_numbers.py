"""Indexes of the numbers: visits counted by their state, firms assigned of late"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_on IS NULL")


def upgrade() -> None:
    op.create_index("ix_visit_state_visited_on", "visit", ["state", "visited_on", "id"])
    open_since = ["started_on", "enterprise_id"]
    op.create_index("ix_assignment_open_started_on", "assignment", open_since, sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_index("ix_assignment_open_started_on", table_name="assignment")
    op.drop_index("ix_visit_state_visited_on", table_name="visit")
