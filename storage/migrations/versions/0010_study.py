"""Study requests and assignments with everything that happened to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "study_cases",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("state", code(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_study_cases_from_on_before_to_on")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_study_cases_person"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_study_cases")),
    )
    op.create_index(op.f("ix_study_cases_person"), "study_cases", ["person"], unique=False)
    op.create_index(
        "uq_study_cases_open",
        "study_cases",
        ["person", "criterion"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'to_change', 'proposed', 'sent')"),
    )
    op.create_index(
        "ix_study_cases_waiting",
        "study_cases",
        ["changed_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "study_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("study_case", sa.BigInteger(), nullable=False),
        sa.Column("act", code(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("who", code(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_case"],
            ["study_cases.number"],
            name=op.f("fk_study_events_study_case"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_events")),
    )
    op.create_index(op.f("ix_study_events_study_case"), "study_events", ["study_case"], unique=False)
    op.add_column("study_records", sa.Column("study_case", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_study_records_study_case"),
        "study_records",
        "study_cases",
        ["study_case"],
        ["number"],
        ondelete="CASCADE",
        initially="DEFERRED",
        deferrable=True,
    )
    op.create_index(op.f("ix_study_records_study_case"), "study_records", ["study_case"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_study_records_study_case"), table_name="study_records")
    op.drop_constraint(op.f("fk_study_records_study_case"), "study_records", type_="foreignkey")
    op.drop_column("study_records", "study_case")
    op.drop_table("study_events")
    op.drop_table("study_cases")
