"""Which rungs were told of lately is looked up by day, however many were told of in all the years before."""

from collections.abc import Sequence

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_escalation_told_told_on", "escalation_told", ["told_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_escalation_told_told_on", table_name="escalation_told")
