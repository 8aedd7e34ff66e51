"""Rulings of HR, and proposals that wait for a second person."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", code(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("counts_as", code(), nullable=True),
        sa.Column("level_from", code(), nullable=True),
        sa.Column("level_to", code(), nullable=True),
        sa.Column("months_valid", sa.Integer(), nullable=True),
        sa.Column("issued_from", sa.Date(), nullable=True),
        sa.Column("issued_to", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document", code(), nullable=True),
        sa.Column("point", code(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("scope", code(), nullable=True),
        sa.Column("given_by", code(), nullable=False),
        sa.Column("given_by_name", sa.Text(), nullable=False),
        sa.Column("given_for", code(), nullable=False),
        sa.Column("given_for_name", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", code(), nullable=False),
        sa.Column("confirmed_by_name", sa.Text(), nullable=False),
        sa.Column("confirmed_for", code(), nullable=False),
        sa.Column("confirmed_for_name", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("months_valid > 0", name=op.f("ck_rulings_months_valid")),
        sa.CheckConstraint("document IS NOT NULL OR reason IS NOT NULL", name=op.f("ck_rulings_ground")),
        sa.CheckConstraint("given_by <> confirmed_by", name=op.f("ck_rulings_two_persons")),
        sa.CheckConstraint("issued_from <= issued_to", name=op.f("ck_rulings_issued_from_before_issued_to")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_rulings_valid_from_before_valid_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_rulings_year_number")),
    )
    op.execute(
        "CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rulings"
        " FOR EACH STATEMENT EXECUTE FUNCTION bump_rules_version()"
    )
    op.create_table(
        "proposals",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("scope", code(), nullable=True),
        sa.Column("proposed_by", code(), nullable=False),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("proposed_for", code(), nullable=False),
        sa.Column("proposed_for_name", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", code(), server_default="waiting", nullable=False),
        sa.Column("decided_by", code(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_proposals_two_persons")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_proposals_decided")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_proposals")),
    )
    op.create_index(
        "ix_proposals_waiting",
        "proposals",
        ["number"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("proposals")
    op.drop_table("rulings")
