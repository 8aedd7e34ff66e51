"""When the latest messages of an identity have arrived, and until when a recall is watched."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    for name, kind in (("latest", sa.BigInteger()), ("latest_at", sa.Double())):
        op.add_column("pace", sa.Column(name, ARRAY(kind), server_default="{}", nullable=False))
    op.add_column("broadcasts", sa.Column("recall_watched_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("broadcasts", "recall_watched_until")
    for name in ("latest", "latest_at"):
        op.drop_column("pace", name)
