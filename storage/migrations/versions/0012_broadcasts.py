"""Broadcasts of HR, where their progress is shown, and what is written over after a recall."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def refers_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.number"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete="CASCADE" if target == "broadcasts" else None,
        deferrable=True,
        initially="DEFERRED",
    )


def signatory(verb: str) -> list[sa.Column[str]]:
    texts = {"by": code(), "by_name": sa.Text(), "for": code(), "for_name": sa.Text()}
    return [sa.Column(f"{verb}_{name}", kind, nullable=False) for name, kind in texts.items()]


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asks_receipt", sa.Boolean(), nullable=False),
        sa.Column("audience", JSONB(), nullable=False),
        sa.Column("scope", code(), nullable=True),
        *signatory("made"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *signatory("approved"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", code(), server_default="sending", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("approved_by <> made_by", name=op.f("ck_broadcasts_two_persons")),
        sa.CheckConstraint("state IN ('sending', 'paused', 'cancelled', 'recalled')", name=op.f("ck_broadcasts_state")),
        refers_to("broadcasts", "number", "proposals"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_broadcasts")),
    )
    op.create_table(
        "broadcast_cards",
        sa.Column("broadcast", sa.BigInteger(), nullable=False),
        sa.Column("sender", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("locale", code(), nullable=False),
        sa.Column("is_begun", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("provider_id", code(), nullable=True),
        sa.Column("shown", code(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_final", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        refers_to("broadcast_cards", "broadcast", "broadcasts"),
        sa.PrimaryKeyConstraint("broadcast", "sender", "address", name=op.f("pk_broadcast_cards")),
    )
    op.create_table(
        "broadcast_recalls",
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("broadcast", sa.BigInteger(), nullable=False),
        sa.Column("state", code(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", code(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused')", name=op.f("ck_broadcast_recalls_state")),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name=op.f("fk_broadcast_recalls_delivery"), ondelete="CASCADE"
        ),
        refers_to("broadcast_recalls", "broadcast", "broadcasts"),
        sa.PrimaryKeyConstraint("delivery", name=op.f("pk_broadcast_recalls")),
    )
    op.create_index("ix_broadcast_recalls_broadcast_state", "broadcast_recalls", ["broadcast", "state"], unique=False)


def downgrade() -> None:
    for table in ("broadcast_recalls", "broadcast_cards", "broadcasts"):
        op.drop_table(table)
