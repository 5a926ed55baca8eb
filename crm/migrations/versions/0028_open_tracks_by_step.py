"""Open tracks by step

The board counts and chooses among all open tracks by their step and since when they are in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_track_open_state",
        "track",
        ["state", "since_on", "enterprise_id", "is_restricted"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )


def downgrade() -> None:
    op.drop_index("ix_track_open_state", table_name="track")
