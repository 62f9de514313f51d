"""Since when no news has come in through a door, and why."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("door", sa.Column("deaf_since_at", UtcMoment(), nullable=True))
    op.add_column("door", sa.Column("deafness", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("door", "deafness")
    op.drop_column("door", "deaf_since_at")
