"""How many messages each bot of Zalo has sent in a month."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "zalo_bot_months",
        sa.Column("identity", sa.String(collation="C"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("identity", "month", name=op.f("pk_zalo_bot_months")),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_zalo_bot_months_counted")),
    )


def downgrade() -> None:
    op.drop_table("zalo_bot_months")
