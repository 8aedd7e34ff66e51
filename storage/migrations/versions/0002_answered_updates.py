"""Updates of a platform: taken up and answered are two things, so that one cut off half-way is taken up again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("seen_updates", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("seen_updates", sa.Column("tries", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.execute("UPDATE seen_updates SET answered_at = seen_at")


def downgrade() -> None:
    op.drop_column("seen_updates", "tries")
    op.drop_column("seen_updates", "answered_at")
