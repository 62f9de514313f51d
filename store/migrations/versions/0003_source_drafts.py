"""Sources entered by an office wait for approval apart from the ones that bind."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=False),
        sa.Column("verified", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcMoment(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_draft")),
    )
    op.create_index(op.f("ix_source_draft_code"), "source_draft", ["code"], unique=False)
    op.create_index(op.f("ix_source_draft_state"), "source_draft", ["state"], unique=False)
    op.create_index(op.f("ix_source_draft_upload_id"), "source_draft", ["upload_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_source_draft_upload_id"), table_name="source_draft")
    op.drop_index(op.f("ix_source_draft_state"), table_name="source_draft")
    op.drop_index(op.f("ix_source_draft_code"), table_name="source_draft")
    op.drop_table("source_draft")
