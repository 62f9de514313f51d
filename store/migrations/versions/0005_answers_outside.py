"""Answers of people outside a round's snapshot have a small index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_answer_outside",
        "answer",
        ["round_id"],
        sqlite_where=sa.text("counted IS 0"),
        postgresql_where=sa.text("NOT counted"),
    )


def downgrade() -> None:
    op.drop_index("ix_answer_outside", table_name="answer")
