"""The keys of what people are told of changed rules name the moment of the telling: the same change is told once more.

Who has been told in a telling that is half done keeps that: their keys are those that it goes on with.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Told from the rules that hold as told now, and since they do: of any earlier telling nobody asks again.
_NAME_MOMENT = """
UPDATE notices n SET key = n.key || ':' || t.number
FROM (SELECT number, left(fingerprint, 16) AS told, told_at FROM told_rules ORDER BY number DESC LIMIT 1) t
WHERE n.kind = 'change' AND n.freed_at IS NULL AND n.payload ->> 'told' = t.told AND n.made_at >= t.told_at
"""
# Where the same change had been told before, an earlier version knows it by that.
_LEAVE_MOMENT = """
UPDATE notices n SET key = regexp_replace(n.key, ':[0-9]+$', '')
FROM (SELECT max(number) AS number FROM told_rules) t
WHERE n.kind = 'change' AND n.freed_at IS NULL AND n.key ~ (':[0-9a-f]{16}:[0-9a-f]{16}:' || t.number || '$')
    AND NOT EXISTS (
        SELECT FROM notices o WHERE o.key = regexp_replace(n.key, ':[0-9]+$', '') AND o.freed_at IS NULL)
"""


def upgrade() -> None:
    op.execute(_NAME_MOMENT)


def downgrade() -> None:
    op.execute(_LEAVE_MOMENT)
