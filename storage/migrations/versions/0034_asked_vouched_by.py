"""Whose linking codes led to the chat in which a request about personal data was asked.

Of those asked before, only what is open still matters. In which chat they were asked was not kept, only on which
channel, so they are marked with whoever gave a code by which a chat of the person was linked there until then, unlinked
since or not: that may be one too many, and then two persons decide where one could have, but never one too few.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_MARK_OPEN = """
UPDATE data_requests SET asked_vouched_by = found.givers FROM (
    SELECT asked.number, array_agg(DISTINCT giver.who ORDER BY giver.who) AS givers
    FROM data_requests asked
    CROSS JOIN LATERAL (
        SELECT given.actor AS who
        FROM audit_entries linked
        CROSS JOIN LATERAL (
            SELECT entry.actor FROM audit_entries entry
            WHERE entry.subject = asked.person AND entry.action = 'issued_code' AND entry.number < linked.number
            ORDER BY entry.number DESC LIMIT 1
        ) given
        WHERE linked.subject = asked.person AND linked.action = 'linked' AND linked.at <= asked.opened_at
            AND linked.details ->> 'channel' = asked.channel AND linked.details ->> 'by' = 'code'
            AND given.actor <> 'command_line'
        UNION
        SELECT unnest(chat.vouched_by) FROM accounts chat
        WHERE chat.person = asked.person AND chat.channel = asked.channel AND chat.linked_at <= asked.opened_at
    ) giver
    WHERE asked.state = 'open' AND asked.entered_by IS NULL
    GROUP BY asked.number
) found
WHERE data_requests.number = found.number
"""


def upgrade() -> None:
    words = postgresql.ARRAY(sa.String(collation="C"))
    op.add_column("data_requests", sa.Column("asked_vouched_by", words, nullable=False, server_default=sa.text("'{}'")))
    op.execute(_MARK_OPEN)


def downgrade() -> None:
    op.drop_column("data_requests", "asked_vouched_by")
