"""What people wish about reminders, the stages that HR has set, and which stages people were told at."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "reminder_wishes",
        sa.Column("person", code(), nullable=False),
        sa.Column("hour", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_reminder_wishes")),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.code"],
            name=op.f("fk_reminder_wishes_person"),
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_table(
        "reminder_stages",
        sa.Column("round", code(), server_default=sa.text("''"), nullable=False),
        sa.Column("criterion", code(), server_default=sa.text("''"), nullable=False),
        sa.Column("before", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("after", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("then_every", sa.SmallInteger(), nullable=False),
        sa.Column("then_at_most", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("round", "criterion", name=op.f("pk_reminder_stages")),
    )
    op.create_index(
        "ix_notices_reminded",
        "notices",
        [sa.text("(about[1])")],
        unique=False,
        postgresql_where=sa.text("kind = 'reminder' AND freed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_notices_reminded", table_name="notices")
    op.drop_table("reminder_stages")
    op.drop_table("reminder_wishes")
