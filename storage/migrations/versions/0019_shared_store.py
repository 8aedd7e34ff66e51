"""What other systems read: views, keys, hooks."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

VIEWS = ("compliance_gap", "compliance_deadline", "delivery_record")
SCRIPTS = Path(__file__).parents[1]

# Only while a hook is registered does a change of verdicts cost anything.
NOTE_CHANGES = """
CREATE FUNCTION note_verdict_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM hooks WHERE removed_at IS NULL) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO verdict_changes (moment, person, criterion, unit, before, after)
        SELECT pg_current_xact_id()::text::bigint, n.person, n.criterion, n.unit, NULL, n.state FROM news n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO verdict_changes (moment, person, criterion, unit, before, after)
        SELECT pg_current_xact_id()::text::bigint, o.person, o.criterion, o.unit, o.state, NULL FROM olds o;
    ELSE
        INSERT INTO verdict_changes (moment, person, criterion, unit, before, after)
        SELECT pg_current_xact_id()::text::bigint, n.person, n.criterion, n.unit, o.state, n.state
        FROM news n JOIN olds o USING (person, criterion) WHERE o.state <> n.state;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGERS = {
    "INSERT": "REFERENCING NEW TABLE AS news",
    "UPDATE": "REFERENCING OLD TABLE AS olds NEW TABLE AS news",
    "DELETE": "REFERENCING OLD TABLE AS olds",
}


def code() -> sa.String:
    return sa.String(collation="C")


def moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("units", sa.ARRAY(code())),
        moment("made_at", nullable=False),
        moment("expires_at", nullable=False),
        moment("revoked_at"),
        moment("used_at"),
        moment("paced_until"),
        sa.CheckConstraint("cardinality(units) > 0", name=op.f("ck_api_keys_units")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_table(
        "hooks",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("units", sa.ARRAY(code())),
        sa.Column("may_be_private", sa.Boolean(), nullable=False),
        moment("made_at", nullable=False),
        moment("removed_at"),
        moment("lease_until"),
        moment("paused_until"),
        sa.Column("failures", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        moment("failed_since"),
        sa.Column("reason", code(), nullable=False, server_default=sa.text("''")),
        moment("told_at"),
        sa.CheckConstraint("cardinality(units) > 0", name=op.f("ck_hooks_units")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hooks")),
    )
    op.create_table(
        "verdict_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("unit", code()),
        sa.Column("before", code()),
        sa.Column("after", code()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_changes")),
    )
    op.create_table(
        "hook_events",
        sa.Column("hook", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("person", code(), nullable=False),
        sa.Column("criterion", code(), nullable=False),
        sa.Column("unit", code()),
        sa.Column("before", code()),
        sa.Column("after", code()),
        sa.Column("as_of", sa.Date(), nullable=False),
        moment("changed_at", nullable=False),
        sa.Column("state", code(), nullable=False, server_default="waiting"),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        moment("done_at"),
        sa.Column("reason", code(), nullable=False, server_default=sa.text("''")),
        sa.CheckConstraint("state IN ('waiting', 'told', 'given_up')", name=op.f("ck_hook_events_state")),
        sa.ForeignKeyConstraint(
            ["hook"],
            ["hooks.number"],
            name=op.f("fk_hook_events_hook"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("hook", "change", name=op.f("pk_hook_events")),
    )
    op.create_index(
        "ix_hook_events_waiting",
        "hook_events",
        ["hook", "due_at", "change"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_hook_events_done_at", "hook_events", ["done_at"], postgresql_where=sa.text("done_at IS NOT NULL")
    )
    op.execute(NOTE_CHANGES)
    for event, referring in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON verdicts {referring}"
            " FOR EACH STATEMENT EXECUTE FUNCTION note_verdict_changes()"
        )
    for script in ("shared_store_views.sql", "shared_store_reader.sql"):
        as_it_stands = op.get_bind().execution_options(no_parameters=True)
        as_it_stands.exec_driver_sql((SCRIPTS / script).read_text(encoding="utf-8"))


def downgrade() -> None:
    # The role stays: it belongs to the whole server, where other databases may use it. It may read nothing here.
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}, {view}_rows")
    for event in TRIGGERS:
        op.execute(f"DROP TRIGGER note_{event.lower()} ON verdicts")
    op.execute("DROP FUNCTION note_verdict_changes")
    op.drop_table("hook_events")
    op.drop_table("verdict_changes")
    op.drop_table("hooks")
    op.drop_table("api_keys")
