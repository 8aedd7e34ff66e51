"""Whose linking codes led to a chat, and to where the first of two persons acted; and a word that a letter tells.

Chats that were linked before are marked by the audit chain: linked by a code, after somebody had been given out one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_COLUMNS = (
    ("accounts", "vouched_by"),
    ("link_codes", "vouched_by"),
    ("proposals", "vouched_by"),
    ("evidence", "checked_vouched_by"),
    ("data_requests", "agreed_vouched_by"),
)
_MARK_ACCOUNTS = """
UPDATE accounts SET vouched_by = ARRAY[found.actor] FROM (
    SELECT accounts.channel, accounts.address, given.actor
    FROM accounts
    CROSS JOIN LATERAL (
        SELECT entry.details ->> 'by' AS by FROM audit_entries entry
        WHERE entry.subject = accounts.person AND entry.action = 'linked'
            AND entry.details ->> 'channel' = accounts.channel
            AND entry.at BETWEEN accounts.linked_at - interval '5 seconds' AND accounts.linked_at + interval '5 seconds'
        ORDER BY entry.number LIMIT 1
    ) linked
    CROSS JOIN LATERAL (
        SELECT entry.actor FROM audit_entries entry
        WHERE entry.subject = accounts.person AND entry.action = 'issued_code' AND entry.at <= accounts.linked_at
        ORDER BY entry.number DESC LIMIT 1
    ) given
    WHERE accounts.person IS NOT NULL AND linked.by = 'code' AND given.actor <> 'command_line'
) found
WHERE accounts.channel = found.channel AND accounts.address = found.address
"""
_MARK_CODES = """
UPDATE link_codes SET vouched_by = ARRAY[found.actor] FROM (
    SELECT link_codes.hash, given.actor
    FROM link_codes
    CROSS JOIN LATERAL (
        SELECT entry.actor FROM audit_entries entry
        WHERE entry.subject = link_codes.person AND entry.action = 'issued_code'
        ORDER BY entry.number DESC LIMIT 1
    ) given
    WHERE link_codes.used_at IS NULL AND link_codes.voided_at IS NULL AND given.actor <> 'command_line'
) found
WHERE link_codes.hash = found.hash
"""


def upgrade() -> None:
    words = postgresql.ARRAY(sa.String(collation="C"))
    for table, name in _COLUMNS:
        op.add_column(table, sa.Column(name, words, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("letters", sa.Column("about", sa.String(collation="C")))
    op.execute(_MARK_ACCOUNTS)
    op.execute(_MARK_CODES)


def downgrade() -> None:
    op.execute("DELETE FROM letters WHERE kind = 'linked'")  # an earlier version cannot write them
    op.drop_column("letters", "about")
    for table, name in _COLUMNS:
        op.drop_column(table, name)
