"""Reminders that a head sends to their unit: whom they told is what their notices say."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_notices_unit_reminded",
        "notices",
        [sa.text("(about[1])"), "made_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'unit_reminder' AND freed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_notices_unit_reminded", table_name="notices")
