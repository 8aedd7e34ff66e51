"""Answers given, the questions left without one, and the answers that HR promoted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "answers_given",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", code(), nullable=False),
        sa.Column("intent", code(), nullable=False),
        sa.Column("outcome", code(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers_given")),
    )
    op.create_index("ix_answers_given_at", "answers_given", ["at"], unique=False)
    op.create_table(
        "frequent_answers",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("variants", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("document", code(), nullable=True),
        sa.Column("point", sa.Text(), nullable=True),
        sa.Column("given_by", code(), nullable=False),
        sa.Column("given_by_name", sa.Text(), nullable=False),
        sa.Column("given_for", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("scope", code(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", code(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_frequent_answers")),
    )
    op.execute(
        "CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON frequent_answers"
        " FOR EACH STATEMENT EXECUTE FUNCTION bump_rules_version()"
    )


def downgrade() -> None:
    op.drop_table("frequent_answers")
    op.drop_table("answers_given")
