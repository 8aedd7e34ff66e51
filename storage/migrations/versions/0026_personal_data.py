"""Consent per purpose, requests of persons about their data with their clocks, the log of processing, breaches."""

from collections.abc import Sequence

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
