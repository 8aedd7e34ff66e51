"""What the record said before a certificate was handed in, so that taking it back leaves the record as it was.

What an official has been asked about is read with what waits for the office: it comes back to it when it is left so.
What waits on record is few of many, and counted for whoever opens the list of what waits.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("former", postgresql.JSONB()))
    _index("'waiting', 'checked', 'asked_back'")
    where = sa.text("status = 'cho_xac_minh'")
    op.create_index("ix_credentials_waiting", "credentials", ["person"], unique=False, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_credentials_waiting", table_name="credentials")
    _index("'waiting', 'checked'")
    op.drop_column("evidence", "former")


def _index(states: str) -> None:
    op.drop_index("ix_evidence_waiting", table_name="evidence")
    where = sa.text(f"state IN ({states})")
    op.create_index("ix_evidence_waiting", "evidence", ["submitted_at"], unique=False, postgresql_where=where)
