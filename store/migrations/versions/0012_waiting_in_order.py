"""What waits stands in its index in the order it goes out: PostgreSQL need not sort all of it for each claim."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_delivery_waiting", "delivery")
    op.create_index("ix_delivery_waiting", "delivery", ["state", "channel", "lane", "due_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_waiting", "delivery")
    op.create_index("ix_delivery_waiting", "delivery", ["state", "channel", "lane", "due_at"])
