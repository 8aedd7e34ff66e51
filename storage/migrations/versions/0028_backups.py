"""What a restored copy must know of the time after it was taken."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# A backup of an earlier version that was put back has the table already; `storage.backups.restoring` makes the same.
RESTORES = """
CREATE TABLE IF NOT EXISTS restores (
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_restores PRIMARY KEY,
    taken_at timestamptz NOT NULL,
    restored_at timestamptz NOT NULL,
    revision varchar COLLATE "C" NOT NULL,
    chain_number bigint NOT NULL,
    is_held boolean NOT NULL,
    cleaned_at timestamptz,
    settled_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
)
"""


def upgrade() -> None:
    op.create_table(
        "backups",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("chain_number", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_backups")),
    )
    op.create_index(op.f("ix_backups_taken_at"), "backups", ["taken_at"], unique=False)
    op.execute(RESTORES)


def downgrade() -> None:
    op.drop_table("restores")
    op.drop_table("backups")
