"""What came in by a platform and is not answered yet, and which processes are answering."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.add_column("seen_updates", sa.Column("body", sa.LargeBinary()))
    op.add_column("seen_updates", sa.Column("holder", code()))
    op.add_column("seen_updates", sa.Column("sending", code()))
    op.add_column("seen_updates", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_seen_updates_waiting", "seen_updates", ["channel", "seen_at"], postgresql_where=sa.text("body IS NOT NULL")
    )
    op.create_table(
        "update_holders",
        sa.Column("holder", code(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_update_holders")),
    )


def downgrade() -> None:
    op.drop_table("update_holders")
    op.drop_index("ix_seen_updates_waiting", table_name="seen_updates")
    for column in ("due_at", "sending", "holder", "body"):
        op.drop_column("seen_updates", column)
