"""The token pair of a Zalo Official Account, sealed."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zalo_tokens",
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("oa_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("access_ends_at", UtcMoment(), nullable=False),
        sa.Column("refresh_ends_at", UtcMoment(), nullable=False),
        sa.Column("asked_at", UtcMoment(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("lost_at", UtcMoment(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_zalo_tokens")),
    )


def downgrade() -> None:
    op.drop_table("zalo_tokens")
