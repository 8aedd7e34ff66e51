"""What HR has been told of evidence that waits; evidence that two people must have seen; sessions that end at once.

Whoever unlinks the chat in which a session was asked for, or whose role or scope changes, is at the console no more.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_notices_evidence_waiting",
        "notices",
        ["made_at"],
        postgresql_where=sa.text("kind = 'evidence_waiting' AND freed_at IS NULL"),
    )
    op.add_column("evidence", sa.Column("needs_two", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("""
        CREATE FUNCTION end_sessions_of_chat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE console_sessions SET ended_at = clock_timestamp(), ended_why = 'unlinked'
            WHERE person = OLD.person AND channel = OLD.channel AND address = OLD.address AND ended_at IS NULL;
            DELETE FROM console_entries
            WHERE person = OLD.person AND channel = OLD.channel AND address = OLD.address AND used_at IS NULL;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION end_sessions_of_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE console_sessions SET ended_at = clock_timestamp(), ended_why = 'role_changed'
            WHERE person = OLD.code AND ended_at IS NULL;
            DELETE FROM console_entries WHERE person = OLD.code AND used_at IS NULL;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER accounts_end_sessions AFTER UPDATE OF person ON accounts FOR EACH ROW
        WHEN (OLD.person IS NOT NULL AND OLD.person IS DISTINCT FROM NEW.person)
        EXECUTE FUNCTION end_sessions_of_chat()
    """)
    op.execute("""
        CREATE TRIGGER accounts_gone_end_sessions AFTER DELETE ON accounts FOR EACH ROW
        WHEN (OLD.person IS NOT NULL) EXECUTE FUNCTION end_sessions_of_chat()
    """)
    op.execute("""
        CREATE TRIGGER people_end_sessions AFTER UPDATE OF roles, scope ON people FOR EACH ROW
        WHEN (OLD.roles IS DISTINCT FROM NEW.roles OR OLD.scope IS DISTINCT FROM NEW.scope)
        EXECUTE FUNCTION end_sessions_of_person()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER people_end_sessions ON people")
    op.execute("DROP TRIGGER accounts_gone_end_sessions ON accounts")
    op.execute("DROP TRIGGER accounts_end_sessions ON accounts")
    op.execute("DROP FUNCTION end_sessions_of_person()")
    op.execute("DROP FUNCTION end_sessions_of_chat()")
    op.drop_column("evidence", "needs_two")
    op.drop_index("ix_notices_evidence_waiting", table_name="notices")
