"""Consent per purpose, requests of persons about their data with their clocks, the log of processing, breaches."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def code(name: str, **more: object) -> sa.Column[str]:
    return sa.Column(name, sa.String(collation="C"), **more)  # type: ignore[arg-type]


def moment(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **more)  # type: ignore[arg-type]


def number(name: str, **more: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, sa.Identity(always=True), **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column("withheld", sa.ARRAY(sa.String(collation="C")), nullable=False, server_default=sa.text("'{}'")),
    )
    op.add_column("accounts", code("told_version"))
    op.create_table(
        "consents",
        number("id", primary_key=True),
        code("person"),
        code("channel", nullable=False),
        code("address", nullable=False),
        code("purpose", nullable=False),
        code("act", nullable=False),
        code("version", nullable=False),
        code("digest", nullable=False),
        moment("at", nullable=False),
        sa.CheckConstraint("act IN ('informed', 'agreed', 'refused', 'withdrawn')", name="act"),
    )
    op.create_index("ix_consents_person", "consents", ["person"])
    op.create_index("ix_consents_channel_address", "consents", ["channel", "address"])
    op.create_table(
        "data_requests",
        number("number", primary_key=True),
        code("person", nullable=False),
        code("channel", nullable=False),
        code("asked_right", nullable=False),
        code("state", nullable=False),
        code("field"),
        sa.Column("sealed", sa.LargeBinary),
        moment("opened_at", nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("has_others", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("is_extended", sa.Boolean, nullable=False, server_default=sa.text("false")),
        moment("answered_at"),
        moment("closed_at"),
        code("handled_by"),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.CheckConstraint("state IN ('open', 'done', 'refused', 'taken_back')", name="state"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    )
    op.create_index("ix_data_requests_person", "data_requests", ["person", "number"])
    op.create_index(
        "ix_data_requests_open", "data_requests", ["due_on", "number"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "breaches",
        number("number", primary_key=True),
        moment("detected_at", nullable=False),
        moment("opened_at", nullable=False),
        code("opened_by", nullable=False),
        moment("due_at", nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        moment("closed_at"),
        code("closed_by"),
        sa.Column("warned", sa.SmallInteger),
    )
    op.create_table(
        "breach_steps",
        sa.Column(
            "breach",
            sa.BigInteger,
            sa.ForeignKey(
                "breaches.number",
                name="fk_breach_steps_breach",
                ondelete="CASCADE",
                deferrable=True,
                initially="DEFERRED",
            ),
            primary_key=True,
        ),
        code("step", primary_key=True),
        code("done_by", nullable=False),
        moment("done_at", nullable=False),
        sa.Column("sealed", sa.LargeBinary),
    )
    op.create_table(
        "retention_runs",
        sa.Column("day", sa.Date, primary_key=True),
        moment("finished_at", nullable=False),
        sa.Column("removed", JSONB, nullable=False),
    )
    # Whoever agreed before agreed to what the notice of then said: to be answered and to be told.
    op.execute(
        "INSERT INTO consents (person, channel, address, purpose, act, version, digest, at) "
        "SELECT person, channel, address, purpose, 'agreed', consent_version, '', consented_at "
        "FROM accounts CROSS JOIN (VALUES ('answers'), ('reminders')) AS of_then (purpose) "
        "WHERE consent_version IS NOT NULL AND consented_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("retention_runs")
    op.drop_table("breach_steps")
    op.drop_table("breaches")
    op.drop_table("data_requests")
    op.drop_table("consents")
    op.drop_column("accounts", "told_version")
    op.drop_column("accounts", "withheld")
