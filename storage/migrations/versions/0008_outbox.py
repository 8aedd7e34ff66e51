"""Notices, deliveries, and the pace of each channel identity."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def moment(name: str, *, nullable: bool = True, server_default: sa.TextClause | None = None) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default)


def upgrade() -> None:
    op.add_column("accounts", moment("unreachable_at"))
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("key", code(), nullable=False),
        sa.Column("stage", code(), server_default=sa.text("''"), nullable=False),
        sa.Column("about", sa.ARRAY(code()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("payload", JSONB(), nullable=False),
        moment("made_at", nullable=False),
        moment("freed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("uq_notices_key", "notices", ["key"], unique=True, postgresql_where=sa.text("freed_at IS NULL"))
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("sender", code(), nullable=True),
        sa.Column("channel", code(), nullable=True),
        sa.Column("address", code(), nullable=True),
        sa.Column("locale", code(), nullable=False),
        sa.Column("state", code(), server_default="waiting", nullable=False),
        sa.Column("urgency", sa.SmallInteger(), server_default=sa.text("5"), nullable=False),
        moment("due_at", nullable=False),
        sa.Column("merge_day", sa.Date(), nullable=True),
        sa.Column("broadcast", sa.BigInteger(), nullable=True),
        sa.Column("is_held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        moment("slot_at"),
        moment("lease_until"),
        sa.Column("claimed_by", code(), nullable=True),
        moment("started_at"),
        moment("done_at"),
        sa.Column("provider_id", code(), nullable=True),
        sa.Column("reason", code(), server_default=sa.text("''"), nullable=False),
        moment("acknowledged_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    for name, columns, where in (
        ("waiting", ["sender", "urgency", "due_at", "id"], "state = 'waiting' AND NOT is_held"),
        ("under_way", ["sender", "lease_until"], "state IN ('claimed', 'started')"),
        ("chat", ["sender", "address", "slot_at"], "slot_at IS NOT NULL"),
        ("merge_day", ["merge_day"], "merge_day IS NOT NULL"),
        ("broadcast", ["broadcast", "state"], "broadcast IS NOT NULL"),
        ("unclear", ["id"], "state = 'unclear'"),
        ("done_at", ["done_at"], "done_at IS NOT NULL"),
    ):
        op.create_index(f"ix_deliveries_{name}", "deliveries", columns, unique=False, postgresql_where=sa.text(where))
    op.create_index("ix_deliveries_person", "deliveries", ["person", "id"], unique=False)
    op.create_index(
        "uq_deliveries_day",
        "deliveries",
        ["person", "merge_day"],
        unique=True,
        postgresql_where=sa.text("merge_day IS NOT NULL AND state <> 'dropped'"),
    )
    op.create_table(
        "carried",
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("dropped", code(), nullable=True),
        sa.PrimaryKeyConstraint("delivery", "notice", name=op.f("pk_carried")),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_carried_delivery"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name=op.f("fk_carried_notice"), ondelete="CASCADE"),
    )
    op.create_index("ix_carried_notice", "carried", ["notice"], unique=False)
    op.create_table(
        "pace",
        sa.Column("identity", code(), nullable=False),
        moment("next_slot_at", server_default=sa.text("now()"), nullable=False),
        moment("departed_at", server_default=sa.text("now()"), nullable=False),
        sa.Column("interval_ms", sa.Double(), nullable=False),
        sa.Column("chat_interval_ms", sa.Double(), nullable=False),
        moment("paused_until"),
        sa.Column("pause_reason", code(), nullable=True),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_pace")),
    )


def downgrade() -> None:
    for table in ("pace", "carried", "deliveries", "notices"):
        op.drop_table(table)
    op.drop_column("accounts", "unreachable_at")
