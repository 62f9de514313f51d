"""Leave that a person reports waits for a decision; who named a delegate is kept."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Outside batch mode: SQLite then alters in place instead of copying tables that other tables point to.
    op.add_column("exemption", sa.Column("asked_at", UtcMoment(), nullable=True))
    op.add_column("exemption", sa.Column("refused_at", UtcMoment(), nullable=True))
    op.add_column("exemption", sa.Column("decided_by", sa.String(), server_default="", nullable=False))
    op.add_column("duty", sa.Column("named_by_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    # Nothing but an approval exempts: what still waits, was refused or was withdrawn goes with the columns.
    op.execute("DELETE FROM exemption WHERE approved_at IS NULL")
    op.drop_column("duty", "named_by_id")
    op.drop_column("exemption", "decided_by")
    op.drop_column("exemption", "refused_at")
    op.drop_column("exemption", "asked_at")
