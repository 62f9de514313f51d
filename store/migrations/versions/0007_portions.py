"""An occurrence remembers how far its portions have come."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occurrence", sa.Column("reached", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    # The version before knows no portions: what was under way begins anew there, and its keys write nothing twice.
    op.execute("UPDATE occurrence SET state = 'done' WHERE state = 'begun' AND kind = 'open'")
    op.execute("UPDATE occurrence SET state = 'waiting' WHERE state = 'begun'")
    op.drop_column("occurrence", "reached")
