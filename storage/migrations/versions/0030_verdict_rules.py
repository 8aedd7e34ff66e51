"""Under which rules kept verdicts still stand, though the rules have a new number: changes that do not reach them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "verdict_rules",
        sa.Column("is_only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_verdict_rules_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_verdict_rules")),
    )
    op.execute("INSERT INTO verdict_rules (looked_at, since) VALUES (0, 0)")


def downgrade() -> None:
    # Whoever counts by one number alone judges everybody anew, since some stand under an earlier one.
    op.execute("UPDATE standings SET rules_version = 0 WHERE rules_version <> (SELECT version FROM rules_version)")
    op.drop_table("verdict_rules")
