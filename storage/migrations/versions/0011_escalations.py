"""Cases that go to those above: which rungs were told, and what was said there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "escalation_cases",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("trigger", code(), nullable=False),
        sa.Column("subject", code(), nullable=False),
        sa.Column("criteria", sa.ARRAY(code()), nullable=False),
        sa.Column("open_since", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_escalation_cases")),
        sa.UniqueConstraint(
            "person", "trigger", "subject", "criteria", name=op.f("uq_escalation_cases_person_trigger_subject_criteria")
        ),
    )
    op.create_table(
        "escalation_told",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("rung", code(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_to", sa.ARRAY(code()), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["escalation_cases.number"], name=op.f("fk_escalation_told_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", "rung", name=op.f("pk_escalation_told")),
    )
    op.create_index("ix_escalation_told_told_to", "escalation_told", ["told_to"], unique=False, postgresql_using="gin")
    op.create_table(
        "escalation_words",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("said_by", code(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_words")),
    )
    op.create_index(op.f("ix_escalation_words_person"), "escalation_words", ["person"], unique=False)


def downgrade() -> None:
    for table in ("escalation_words", "escalation_told", "escalation_cases"):
        op.drop_table(table)
