"""Zalo: its tokens, when people last interacted, allowances, and what became of messages by receipt and echo."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "zalo_grants",
        sa.Column("oa_id", code(), nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=False),
        sa.Column("refresh", sa.LargeBinary(), nullable=False),
        moment("obtained_at", nullable=False),
        moment("access_until", nullable=False),
        moment("refresh_until", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary()),
        moment("begun_at"),
        moment("lost_at"),
        sa.Column("reason", code(), nullable=False, server_default=sa.text("''")),
        moment("lock_until"),
        sa.Column("locked_by", code()),
        sa.PrimaryKeyConstraint("oa_id", name=op.f("pk_zalo_grants")),
    )
    op.create_table(
        "interactions",
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        moment("last_at"),
        moment("checked_at"),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_interactions")),
    )
    op.create_table(
        "allowances_used",
        sa.Column("identity", code(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pushed", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("answered", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("identity", "day", name=op.f("pk_allowances_used")),
    )
    op.create_table(
        "echoes_awaited",
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("sender", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        moment("left_at", nullable=False),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_echoes_awaited")),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name=op.f("fk_echoes_awaited_delivery"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_echoes_awaited_address", "echoes_awaited", ["sender", "address"])
    op.create_index(op.f("ix_echoes_awaited_left_at"), "echoes_awaited", ["left_at"])
    op.add_column("accounts", moment("preferred_at"))
    op.add_column("deliveries", moment("arrived_at"))
    op.add_column("deliveries", sa.Column("tried", sa.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")))
    op.create_index(
        "ix_deliveries_provider",
        "deliveries",
        ["sender", "provider_id"],
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_provider", "deliveries")
    op.drop_column("deliveries", "tried")
    op.drop_column("deliveries", "arrived_at")
    op.drop_column("accounts", "preferred_at")
    op.drop_table("echoes_awaited")
    op.drop_table("allowances_used")
    op.drop_table("interactions")
    op.drop_table("zalo_grants")
