"""How often a person or an address may ask, and with which secret keys the cabinet was sealed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "calendar_tokens",
        sa.Column("hashed_by", sa.String(collation="C"), server_default=sa.text("''"), nullable=False),
    )
    op.create_table(
        "secret_keys",
        sa.Column("name", sa.String(collation="C"), nullable=False),
        sa.Column(
            "first_used_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret_keys")),
    )
    op.create_table(
        "key_holders",
        sa.Column("holder", sa.String(collation="C"), nullable=False),
        sa.Column("sealing", sa.String(collation="C"), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_key_holders")),
    )
    op.create_table(
        "resealing",
        sa.Column("place", sa.String(collation="C"), nullable=False),
        sa.Column("sealing", sa.String(collation="C"), nullable=False),
        sa.Column("after_key", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_resealing")),
    )
    op.create_table(
        "network_tries",
        sa.Column("purpose", sa.String(collation="C"), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "network", name=op.f("pk_network_tries")),
    )


def downgrade() -> None:
    op.drop_table("network_tries")
    op.drop_table("resealing")
    op.drop_table("key_holders")
    op.drop_table("secret_keys")
    op.drop_column("calendar_tokens", "hashed_by")
