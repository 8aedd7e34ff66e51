"""Days that HR declares as holidays or working days, over the calendars of the library, and its hours of sending.

And what the server is told of verdicts: that criterion and state hang together, since a list of those who lack one
criterion is found by other ways than a list of those who have it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("declared_by", code(), nullable=False),
        sa.Column("confirmed_by", code(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", code(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("confirmed_by <> declared_by", name=op.f("ck_calendar_days_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_days")),
    )
    op.create_index(
        "uq_calendar_days_in_force",
        "calendar_days",
        ["day"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "sending_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("set_by", code(), nullable=False),
        sa.Column("confirmed_by", code(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("begins < ends", name=op.f("ck_sending_hours_begins_before_ends")),
        sa.CheckConstraint("confirmed_by <> set_by", name=op.f("ck_sending_hours_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_hours")),
    )
    op.create_index(
        "uq_sending_hours_in_force",
        "sending_hours",
        ["ended_at"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for table in ("calendar_days", "sending_hours"):
        op.execute(
            f"CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bump_rules_version()"
        )

    op.execute("CREATE STATISTICS verdicts_of_criteria (mcv, ndistinct) ON criterion, state FROM verdicts")


def downgrade() -> None:
    op.execute("DROP STATISTICS verdicts_of_criteria")
    op.drop_table("sending_hours")
    op.drop_table("calendar_days")
