"""Doors are rows with their terms and health; what goes through them is counted; a person orders the accounts."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "door",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("monthly_quota", sa.Integer(), nullable=False),
        sa.Column("counts_received", sa.Boolean(), nullable=False),
        sa.Column("open_seconds", sa.Integer(), nullable=False),
        sa.Column("free_seconds", sa.Integer(), nullable=False),
        sa.Column("falls_back", sa.Boolean(), nullable=False),
        sa.Column("patience_seconds", sa.Integer(), nullable=False),
        sa.Column("well_at", UtcMoment(), nullable=True),
        sa.Column("failing_since_at", UtcMoment(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("halted_at", UtcMoment(), nullable=True),
        sa.Column("probed_at", UtcMoment(), nullable=True),
        sa.Column("looked_at", UtcMoment(), nullable=True),
        sa.Column("expires_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_door")),
    )
    op.create_table(
        "traffic",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcMoment(), nullable=False),
        sa.Column("warned_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "month", "way", name=op.f("pk_traffic")),
    )
    # Outside batch mode: SQLite then alters in place instead of copying tables that other tables point to.
    op.add_column("account", sa.Column("chosen_at", UtcMoment(), nullable=True))
    op.add_column("account", sa.Column("closed_at", UtcMoment(), nullable=True))
    op.add_column("delivery", sa.Column("doubted", sa.Boolean(), server_default=sa.false(), nullable=False))
    # What is of unknown outcome, and what the web page may have shown already, has been in doubt before this was kept.
    op.execute("UPDATE delivery SET doubted = (1 = 1) WHERE state = 'unknown' OR (state = 'waiting' AND tries > 0)")


def downgrade() -> None:
    op.drop_column("delivery", "doubted")
    op.drop_column("account", "closed_at")
    op.drop_column("account", "chosen_at")
    op.drop_table("traffic")
    op.drop_table("door")
