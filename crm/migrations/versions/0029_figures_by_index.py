"""Figures by index

The spans that count in a head figure, the tracks that came with a firm and the firms that left the zone are few among
all: what is counted of any day is found in an index that holds them alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

COUNTED = ["figure", "from_on", "until_on", "enterprise_id", "board", "track_id", "is_new", "is_last"]
PARTS = {
    ("ix_track_span_in_figure", "track_span"): (COUNTED, "figure <> ''"),
    ("ix_track_event_brought", "track_event"): (["track_id", "seq"], "sort = 'baseline' AND reason = 'moved_in'"),
    ("ix_presence_until_on", "presence"): (["until_on", "enterprise_id"], "until_on IS NOT NULL"),
}
WHOLE = {
    ("ix_track_span_state_from_on", "track_span"): ["state", "from_on"],
    ("ix_presence_from_on", "presence"): ["from_on"],
    ("ix_track_outlook_goal_on", "track_outlook"): ["goal_on"],
}


def upgrade() -> None:
    for (name, table), (columns, where) in PARTS.items():
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    for (name, table), columns in WHOLE.items():
        op.create_index(name, table, columns)
    op.drop_index("ix_track_span_figure_from_on", table_name="track_span")


def downgrade() -> None:
    op.create_index("ix_track_span_figure_from_on", "track_span", ["figure", "from_on"])
    for name, table in [*WHOLE, *PARTS]:
        op.drop_index(name, table_name=table)
