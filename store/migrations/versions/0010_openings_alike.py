"""What opens a round is kept once, with the round; what a person gets in a week is found by person and moment."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Outside batch mode: SQLite then alters in place instead of copying tables that other tables point to.
    op.add_column("round", sa.Column("opening", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_delivery_person", "delivery")
    op.create_index("ix_delivery_person", "delivery", ["person_id", "due_at"])


def downgrade() -> None:
    op.execute("UPDATE delivery SET body = (SELECT opening FROM round WHERE id = round_id) WHERE body = ''")
    op.drop_index("ix_delivery_person", "delivery")
    op.create_index("ix_delivery_person", "delivery", ["person_id", "kind", "due_at"])
    op.drop_column("round", "opening")
