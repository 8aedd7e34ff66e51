"""Verdicts of everybody as they stand, and who sits at the console."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

RECORDS = ("credentials", "exemptions", "study_records")

PERSON_CAME = """
CREATE FUNCTION begin_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO standings (person, version) SELECT code, nextval('roster_moments') FROM after_it
    ON CONFLICT (person) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$
"""
PERSON_CHANGED = """
CREATE FUNCTION date_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE standings SET version = nextval('roster_moments') WHERE person IN (SELECT code FROM after_it);
    RETURN NULL;
END $$
"""
RECORD_AFTER = """
CREATE FUNCTION date_standing_after() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE standings SET version = nextval('roster_moments') WHERE person IN (SELECT person FROM after_it);
    RETURN NULL;
END $$
"""
RECORD_BEFORE = """
CREATE FUNCTION date_standing_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE standings SET version = nextval('roster_moments') WHERE person IN (SELECT person FROM before_it);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _make_verdicts()
    _make_sessions()
    for function in (PERSON_CAME, PERSON_CHANGED, RECORD_AFTER, RECORD_BEFORE):
        op.execute(function)
    _watch("people", "standing_begins", "INSERT", "NEW TABLE AS after_it", "begin_standing")
    _watch("people", "standing_dates", "UPDATE", "NEW TABLE AS after_it", "date_standing")
    for table in RECORDS:
        _watch(table, "standing_new", "INSERT", "NEW TABLE AS after_it", "date_standing_after")
        _watch(table, "standing_now", "UPDATE", "NEW TABLE AS after_it", "date_standing_after")
        _watch(table, "standing_was", "UPDATE", "OLD TABLE AS before_it", "date_standing_before")
        _watch(table, "standing_gone", "DELETE", "OLD TABLE AS before_it", "date_standing_before")
    op.execute("INSERT INTO standings (person, version) SELECT code, nextval('roster_moments') FROM people")


def _watch(table: str, name: str, event: str, seen: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    for table in RECORDS:
        for name in ("standing_new", "standing_now", "standing_was", "standing_gone"):
            op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP TRIGGER standing_begins ON people")
    op.execute("DROP TRIGGER standing_dates ON people")
    op.execute("DROP FUNCTION begin_standing, date_standing, date_standing_after, date_standing_before")
    for table in (
        "console_sessions",
        "console_entries",
        "verdict_days",
        "verdict_history",
        "verdicts",
        "standings",
    ):
        op.drop_table(table)


def _code() -> sa.String:
    return sa.String(collation="C")


def _make_verdicts() -> None:
    op.create_table(
        "standings",
        sa.Column("person", _code(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("judged_version", sa.BigInteger(), nullable=True),
        sa.Column("rules_version", sa.BigInteger(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gaps", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("sort_name", _code(), nullable=False, server_default=sa.text("''")),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        _belongs_to_person("standings"),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_standings")),
    )
    op.create_index(
        "ix_standings_waiting",
        "standings",
        ["version"],
        postgresql_where=sa.text("judged_version IS DISTINCT FROM version"),
    )
    op.create_index("ix_standings_judged", "standings", ["as_of", "rules_version"])
    op.create_index("ix_standings_sort_name", "standings", ["sort_name", "person"])
    op.create_index("ix_standings_due_on", "standings", ["due_on", "person"])
    op.create_index("ix_standings_gaps", "standings", [sa.text("gaps DESC"), "person"])
    op.create_table(
        "verdicts",
        sa.Column("person", _code(), nullable=False),
        sa.Column("criterion", _code(), nullable=False),
        sa.Column("unit", _code(), nullable=False),
        sa.Column("required", _code(), nullable=True),
        sa.Column("state", _code(), nullable=False),
        sa.Column("reason", _code(), nullable=True),
        sa.Column("held_kind", _code(), nullable=True),
        sa.Column("held_level", sa.Text(), nullable=True),
        sa.Column("counts_as", _code(), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("deadline_included", sa.Boolean(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("safe_day", sa.Date(), nullable=True),
        sa.Column("round", _code(), nullable=True),
        sa.Column("consequence", sa.Text(), nullable=True),
        sa.Column("accountable", _code(), nullable=True),
        sa.Column("basis", postgresql.JSONB(), nullable=False),
        sa.Column("deadline_basis", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("changed_on", sa.Date(), nullable=False),
        _belongs_to_person("verdicts"),
        sa.PrimaryKeyConstraint("person", "criterion", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_criterion", "verdicts", ["criterion", "state", "person"])
    op.create_index("ix_verdicts_unit", "verdicts", ["unit", "criterion", "state"])
    op.create_table(
        "verdict_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person", _code(), nullable=False),
        sa.Column("criterion", _code(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state_before", _code(), nullable=True),
        sa.Column("state_after", _code(), nullable=True),
        sa.Column("deadline_before", sa.Date(), nullable=True),
        sa.Column("deadline_after", sa.Date(), nullable=True),
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        _belongs_to_person("verdict_history"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict_history")),
    )
    op.create_index(op.f("ix_verdict_history_person"), "verdict_history", ["person"])
    op.create_table(
        "verdict_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", _code(), nullable=False),
        sa.Column("criterion", _code(), nullable=False),
        sa.Column("state", _code(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "unit", "criterion", "state", name=op.f("pk_verdict_days")),
    )


def _belongs_to_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person"],
        ["people.code"],
        name=op.f(f"fk_{table}_person"),
        ondelete="CASCADE",
        deferrable=True,
        initially="DEFERRED",
    )


def _make_sessions() -> None:
    op.create_table(
        "console_entries",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", _code(), nullable=False),
        sa.Column("person", _code(), nullable=False),
        sa.Column("channel", _code(), nullable=True),
        sa.Column("address", _code(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _belongs_to_person("console_entries"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_entries")),
    )
    op.create_index(op.f("ix_console_entries_browser"), "console_entries", ["browser"])
    op.create_index(op.f("ix_console_entries_person"), "console_entries", ["person"])
    op.create_table(
        "console_sessions",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", _code(), nullable=False),
        sa.Column("channel", _code(), nullable=True),
        sa.Column("address", _code(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", _code(), nullable=True),
        _belongs_to_person("console_sessions"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_console_sessions")),
    )
    op.create_index(op.f("ix_console_sessions_person"), "console_sessions", ["person"])
