"""The rules that people were last told by, and by the roster's own count when each person came in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NEXT_MOMENT = sa.text("nextval('roster_moments')")


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.execute("CREATE SEQUENCE roster_moments")
    op.create_table(
        "told_rules",
        sa.Column("number", sa.BigInteger(), autoincrement=False, server_default=NEXT_MOMENT, nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("fingerprint", code(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_told_rules")),
    )
    op.add_column("people", sa.Column("came_in", sa.BigInteger(), server_default=NEXT_MOMENT, nullable=False))


def downgrade() -> None:
    op.drop_column("people", "came_in")
    op.drop_table("told_rules")
    op.execute("DROP SEQUENCE roster_moments")
