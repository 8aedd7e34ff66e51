"""Calendars that officials subscribe to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "calendar_tokens",
        sa.Column("person", sa.String(collation="C"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_calendar_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_tokens_hash")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_calendar_tokens_person"),
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def downgrade() -> None:
    op.drop_table("calendar_tokens")
