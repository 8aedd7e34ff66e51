"""Official documents that were read in: their record and their text, point by point."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("added_documents", "document_texts")


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "added_documents",
        sa.Column("number", code(), nullable=False),
        sa.Column("number_folded", code(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.Column("added_by", code(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_added_documents")),
        sa.UniqueConstraint("number_folded", name=op.f("uq_added_documents_number_folded")),
    )
    op.create_table(
        "document_texts",
        sa.Column("number", code(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spans", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["added_documents.number"],
            name=op.f("fk_document_texts_number"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_document_texts")),
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bump_rules_version()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
