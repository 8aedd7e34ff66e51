"""When the latest messages of an identity have arrived: what may follow them in the same second is counted."""

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


def downgrade() -> None:
    for name in ("latest", "latest_at"):
        op.drop_column("pace", name)
