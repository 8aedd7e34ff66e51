"""Questions passed on to people: the inbox of HR, its messages, and letters that wait for their reader."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code() -> sa.String:
    return sa.String(collation="C")


def refers(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.code"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete=ondelete,
        deferrable=True,
        initially="DEFERRED",
    )


def upgrade() -> None:
    op.create_table(
        "inquiries",
        sa.Column("code", code(), nullable=False),
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("person", code(), nullable=True),
        sa.Column("unit", code(), nullable=True),
        sa.Column("territory", code(), nullable=False),
        sa.Column("locale", code(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=True),
        sa.Column("why", code(), nullable=False),
        sa.Column("state", code(), nullable=False),
        sa.Column("assigned_to", code(), nullable=True),
        sa.Column("for_administrators", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("consent_version", code(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("reminders", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_inquiries")),
        refers("inquiries", "person", "people", "SET NULL"),
        refers("inquiries", "assigned_to", "people", "SET NULL"),
    )
    op.create_index("ix_inquiries_person", "inquiries", ["person"], unique=False)
    op.create_index("ix_inquiries_assigned_to", "inquiries", ["assigned_to"], unique=False)
    op.create_index("ix_inquiries_channel_address", "inquiries", ["channel", "address"], unique=False)
    op.create_index(
        "ix_inquiries_waiting",
        "inquiries",
        ["due_on", "code"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'asked_back')"),
    )
    op.create_table(
        "inquiry_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("inquiry", code(), nullable=False),
        sa.Column("kind", code(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", code(), nullable=True),
        sa.Column("texts", sa.LargeBinary(), nullable=True),
        sa.Column("document", code(), nullable=True),
        sa.Column("point", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_messages")),
        refers("inquiry_messages", "inquiry", "inquiries", "CASCADE"),
    )
    op.create_index("ix_inquiry_messages_inquiry", "inquiry_messages", ["inquiry"], unique=False)
    op.create_table(
        "inquiry_guesses",
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_inquiry_guesses")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("channel", code(), nullable=False),
        sa.Column("address", code(), nullable=False),
        sa.Column("person", code(), nullable=True),
        sa.Column("kind", code(), nullable=False),
        sa.Column("inquiry", code(), nullable=True),
        sa.Column("number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("key", code(), nullable=True),
        sa.Column("locale", code(), nullable=False),
        sa.Column("state", code(), server_default="waiting", nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", code(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("key", name=op.f("uq_letters_key")),
        refers("letters", "inquiry", "inquiries", "CASCADE"),
    )
    op.create_index("ix_letters_inquiry", "letters", ["inquiry"], unique=False)
    op.create_index(
        "ix_letters_waiting",
        "letters",
        ["channel", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_letters_started", "letters", ["started_at"], unique=False, postgresql_where=sa.text("state = 'started'")
    )
    op.create_index(
        "ix_people_staff", "people", ["code"], unique=False, postgresql_where=sa.text("roles && '{hr,quan_tri}'")
    )


def downgrade() -> None:
    op.drop_index("ix_people_staff", "people")
    for table in ("letters", "inquiry_guesses", "inquiry_messages", "inquiries"):
        op.drop_table(table)
