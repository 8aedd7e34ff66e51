"""The audit chain can only grow, and its head is sealed every day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The second line, which holds for the owner too; the first is that the account of the running product has no right.
# Tables are named with their schema: a passing table of the same name, which anybody may make, is looked at first.
FOLLOW = """
CREATE FUNCTION follow_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.audit_head h WHERE NEW.number = h.number + 1 AND NEW.previous_hash = h.hash) THEN
        RAISE EXCEPTION 'audit entries follow one another';
    END IF;
    RETURN NEW;
END $$
"""
ADVANCE = """
CREATE FUNCTION advance_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.audit_entries e WHERE e.number = NEW.number AND NEW.number = OLD.number + 1
                   AND e.hash = NEW.hash AND e.previous_hash = OLD.hash) THEN
        RAISE EXCEPTION 'the end of the audit chain moves on by one entry and never back';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = {
    "follow_chain": "BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION follow_audit_chain()",
    "advance": "BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION advance_audit_head()",
    "refuse_head": "BEFORE INSERT OR DELETE OR TRUNCATE ON audit_head"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()",
    "refuse_seal": "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_audit()",
}


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", code(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_seals")),
    )
    op.create_table(
        "audit_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("broken_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checks")),
    )
    op.create_index(op.f("ix_audit_checks_checked_at"), "audit_checks", ["checked_at"], unique=False)
    op.execute(FOLLOW)
    op.execute(ADVANCE)
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")


def downgrade() -> None:
    op.execute("DROP TRIGGER follow_chain ON audit_entries")
    op.execute("DROP TRIGGER advance ON audit_head")
    op.execute("DROP TRIGGER refuse_head ON audit_head")
    op.drop_table("audit_checks")
    op.drop_table("audit_seals")
    op.execute("DROP FUNCTION follow_audit_chain, advance_audit_head")
