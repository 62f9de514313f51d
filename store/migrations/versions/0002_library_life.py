"""Sources, review of content, uploads and kept files, corrected keys."""

import sqlalchemy as sa
from alembic import op

from store.columns import UtcMoment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Outside batch mode: SQLite then alters in place instead of copying tables that other tables point to.
    op.create_table(
        "key_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_code", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", UtcMoment(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_correction")),
    )
    op.create_index(op.f("ix_key_correction_question_code"), "key_correction", ["question_code"], unique=False)

    op.create_table(
        "source",
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
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("code", name=op.f("uq_source_code")),
    )
    op.create_table(
        "kept_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcMoment(), nullable=False),
        sa.Column("expires_at", UtcMoment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_kept_file_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("token", name=op.f("uq_kept_file_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_kept_file_person_id"), "kept_file", ["person_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file_ref", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("received_at", UtcMoment(), nullable=False),
        sa.Column("settled_at", UtcMoment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_upload_person_id"), "upload", ["person_id"], unique=False)
    op.create_index(op.f("ix_upload_state"), "upload", ["state"], unique=False)

    op.add_column("answer", sa.Column("raised_at", UtcMoment(), nullable=True))

    op.add_column("card_version", sa.Column("source_code", sa.String(), server_default="", nullable=False))
    op.add_column("card_version", sa.Column("article", sa.String(), server_default="", nullable=False))
    op.add_column("card_version", sa.Column("track", sa.String(), server_default="", nullable=False))
    op.add_column("card_version", sa.Column("origin", sa.String(), server_default="library", nullable=False))
    op.add_column("card_version", sa.Column("state", sa.String(), server_default="approved", nullable=False))
    op.add_column("card_version", sa.Column("upload_id", sa.Integer(), nullable=True))
    op.add_column("card_version", sa.Column("entered_by_id", sa.Integer(), nullable=True))
    op.add_column("card_version", sa.Column("decided_by_id", sa.Integer(), nullable=True))
    op.add_column("card_version", sa.Column("decided_at", UtcMoment(), nullable=True))
    op.create_index(op.f("ix_card_version_state"), "card_version", ["state"], unique=False)
    op.create_index(op.f("ix_card_version_upload_id"), "card_version", ["upload_id"], unique=False)

    op.add_column("question_version", sa.Column("source_code", sa.String(), server_default="", nullable=False))
    op.add_column("question_version", sa.Column("article", sa.String(), server_default="", nullable=False))
    op.add_column("question_version", sa.Column("track", sa.String(), server_default="", nullable=False))
    op.add_column("question_version", sa.Column("origin", sa.String(), server_default="library", nullable=False))
    op.add_column("question_version", sa.Column("state", sa.String(), server_default="approved", nullable=False))
    op.add_column("question_version", sa.Column("upload_id", sa.Integer(), nullable=True))
    op.add_column("question_version", sa.Column("entered_by_id", sa.Integer(), nullable=True))
    op.add_column("question_version", sa.Column("decided_by_id", sa.Integer(), nullable=True))
    op.add_column("question_version", sa.Column("decided_at", UtcMoment(), nullable=True))
    op.create_index(op.f("ix_question_version_state"), "question_version", ["state"], unique=False)
    op.create_index(op.f("ix_question_version_upload_id"), "question_version", ["upload_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_question_version_upload_id"), table_name="question_version")
    op.drop_index(op.f("ix_question_version_state"), table_name="question_version")
    op.drop_column("question_version", "decided_at")
    op.drop_column("question_version", "decided_by_id")
    op.drop_column("question_version", "entered_by_id")
    op.drop_column("question_version", "upload_id")
    op.drop_column("question_version", "state")
    op.drop_column("question_version", "origin")
    op.drop_column("question_version", "track")
    op.drop_column("question_version", "article")
    op.drop_column("question_version", "source_code")

    op.drop_index(op.f("ix_card_version_upload_id"), table_name="card_version")
    op.drop_index(op.f("ix_card_version_state"), table_name="card_version")
    op.drop_column("card_version", "decided_at")
    op.drop_column("card_version", "decided_by_id")
    op.drop_column("card_version", "entered_by_id")
    op.drop_column("card_version", "upload_id")
    op.drop_column("card_version", "state")
    op.drop_column("card_version", "origin")
    op.drop_column("card_version", "track")
    op.drop_column("card_version", "article")
    op.drop_column("card_version", "source_code")

    op.drop_column("answer", "raised_at")

    op.drop_index(op.f("ix_upload_state"), table_name="upload")
    op.drop_index(op.f("ix_upload_person_id"), table_name="upload")

    op.drop_table("upload")
    op.drop_index(op.f("ix_kept_file_person_id"), table_name="kept_file")

    op.drop_table("kept_file")
    op.drop_table("source")
    op.drop_index(op.f("ix_key_correction_question_code"), table_name="key_correction")

    op.drop_table("key_correction")
