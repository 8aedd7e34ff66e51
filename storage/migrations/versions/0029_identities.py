"""Several identities of one channel, each with its own pace.

The first identity of a channel has addresses as they always were; those of every other end with `@` and the name of
the identity, so that one visitor of two bots is two accounts. A delivery is sent by the identity of its address,
whoever planned it: triggers see to that.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SENDER_AT = """
CREATE FUNCTION sender_at(channel text, address text, first text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN position('@' in address) > 0
        THEN channel || ':' || split_part(address, '@', 2) ELSE first END
$$
"""
_SEND_BY_ADDRESS = """
CREATE FUNCTION send_by_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sender := sender_at(split_part(NEW.sender, ':', 1), NEW.address, NEW.sender);
    RETURN NEW;
END
$$
"""
_TRIGGER = """
CREATE TRIGGER send_by_address BEFORE INSERT OR UPDATE OF sender, address ON {table}
FOR EACH ROW WHEN (NEW.sender IS NOT NULL AND position('@' in NEW.address) > 0) EXECUTE FUNCTION send_by_address()
"""
# Whoever sent last by a channel goes on with the addresses that there are.
_FIRST = """
INSERT INTO identities (identity, channel, is_first, since, heard_at)
SELECT DISTINCT ON (channel) sender, channel, true, now(), now()
FROM deliveries WHERE sender IS NOT NULL ORDER BY channel, id DESC
"""
_FIRST_OF_PACE = """
INSERT INTO identities (identity, channel, is_first, since, heard_at)
SELECT min(identity), split_part(identity, ':', 1), true, now(), now()
FROM pace GROUP BY split_part(identity, ':', 1) HAVING count(*) = 1
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("identity", sa.String(collation="C"), nullable=False),
        sa.Column("channel", sa.String(collation="C"), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_identities")),
    )
    op.create_index("uq_identities_first", "identities", ["channel"], unique=True, postgresql_where="is_first")
    op.execute(_SENDER_AT)
    op.execute(_SEND_BY_ADDRESS)
    for table in ("deliveries", "broadcast_cards"):
        op.execute(_TRIGGER.format(table=table))
    # What is asked every few seconds is found by an index however much has ended.
    op.create_index("ix_deliveries_held", "deliveries", ["sender"], postgresql_where="state = 'waiting' AND is_held")
    op.create_index("ix_deliveries_refused", "deliveries", ["done_at"], postgresql_where="state = 'refused'")
    op.execute(_FIRST)
    op.execute(_FIRST_OF_PACE)


def downgrade() -> None:
    for index in ("ix_deliveries_held", "ix_deliveries_refused"):
        op.drop_index(index, "deliveries")
    for table in ("deliveries", "broadcast_cards"):
        op.execute(f"DROP TRIGGER send_by_address ON {table}")
    op.execute("DROP FUNCTION send_by_address()")
    op.execute("DROP FUNCTION sender_at(text, text, text)")
    op.drop_table("identities")
