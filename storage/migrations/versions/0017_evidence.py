"""Evidence that officials hand in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("credential_number", code(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column(
            "issued_key",
            sa.Date(),
            sa.Computed("CASE WHEN credential_number IS NULL THEN issued_on ELSE NULL::date END", persisted=True),
            nullable=True,
        ),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("state", code(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", code(), nullable=True),
        sa.Column("decided_by", code(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_evidence_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_person"), "evidence", ["person"], unique=False)
    op.create_index(
        "uq_evidence_open",
        "evidence",
        ["person", "kind", "credential_number", "issued_key"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state IN ('waiting', 'checked', 'asked_back')"),
    )
    op.create_index(
        "ix_evidence_waiting",
        "evidence",
        ["submitted_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'checked')"),
    )
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("evidence", sa.BigInteger(), nullable=True),
        sa.Column("media_type", code(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_evidence_files_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.number"],
            name=op.f("fk_evidence_files_evidence"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_files")),
    )
    op.create_index(op.f("ix_evidence_files_evidence"), "evidence_files", ["evidence"], unique=False)
    op.create_index("ix_evidence_files_person_added_at", "evidence_files", ["person", "added_at"], unique=False)
    # Sealed content does not pack: trying to would only cost time.
    op.execute("ALTER TABLE evidence_files ALTER COLUMN sealed SET STORAGE EXTERNAL")
    op.create_table(
        "evidence_kinds",
        sa.Column("kind", code(), nullable=False),
        sa.Column("marked_by", code(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_evidence_kinds")),
    )


def downgrade() -> None:
    op.drop_table("evidence_kinds")
    op.drop_table("evidence_files")
    op.drop_table("evidence")
