"""The engine's own tables, and the days that were planned."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ENGINE = Path(__file__).parents[1] / "procrastinate_3_10_0.sql"
REMOVE_ENGINE = """
DO $$ DECLARE one record; BEGIN
    DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
    FOR one IN SELECT oid::regprocedure AS called FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'
    LOOP EXECUTE 'DROP FUNCTION ' || one.called || ' CASCADE'; END LOOP;
    DROP TYPE procrastinate_job_status, procrastinate_job_event_type, procrastinate_job_to_defer_v1;
END $$
"""


def upgrade() -> None:
    _run(ENGINE.read_text(encoding="utf-8"))
    op.create_table(
        "planned_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_planned_days")),
    )


def downgrade() -> None:
    op.drop_table("planned_days")
    _run(REMOVE_ENGINE)


def _run(script: str) -> None:
    # As it stands: no parameters are looked for in it, and it may hold several statements.
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(script)
