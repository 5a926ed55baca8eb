"""Those who left or were merged, few and quickly counted: all in the zone are all but these"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

GONE = sa.text("standing <> 'active'")


def upgrade() -> None:
    op.create_index("ix_enterprise_gone", "enterprise", ["standing"], sqlite_where=GONE, postgresql_where=GONE)


def downgrade() -> None:
    op.drop_index("ix_enterprise_gone", table_name="enterprise")
