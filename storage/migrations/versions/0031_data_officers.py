"""A role of data officer, requests that came on paper, and what a restore brought back waiting for a word.

Who wrote a request down for somebody and who agreed first to what needs two persons stand with it. Keys and hooks of
other programs may be suspended: what a restore brought back may have been taken back since.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ROLES = ("can_bo", "hr", "thu_truong", "quan_tri")
_OFFICER = "bao_ve_du_lieu"


def code() -> sa.String:
    return sa.String(collation="C")


def upgrade() -> None:
    _name_roles((*_ROLES, _OFFICER), f"{{hr,quan_tri,{_OFFICER}}}")
    for name in ("entered_by", "agreed_by"):
        op.add_column("data_requests", sa.Column(name, code()))
    op.add_column("data_requests", sa.Column("entered_at", sa.DateTime(timezone=True)))
    for table in ("api_keys", "hooks"):
        op.add_column(table, sa.Column("suspended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    # An earlier version knows no suspension: what was not confirmed is taken back rather than let in.
    op.execute("UPDATE api_keys SET revoked_at = suspended_at WHERE suspended_at IS NOT NULL AND revoked_at IS NULL")
    op.execute("UPDATE hooks SET removed_at = suspended_at WHERE suspended_at IS NOT NULL AND removed_at IS NULL")
    for table in ("api_keys", "hooks"):
        op.drop_column(table, "suspended_at")
    for name in ("entered_by", "agreed_by", "entered_at"):
        op.drop_column("data_requests", name)
    op.execute(f"UPDATE people SET roles = array_remove(roles, '{_OFFICER}') WHERE '{_OFFICER}' = ANY(roles)")  # noqa: S608  our own words
    _name_roles(_ROLES, "{hr,quan_tri}")


def _name_roles(roles: Sequence[str], staff: str) -> None:
    known = ", ".join(f"'{one}'::varchar" for one in roles)
    op.drop_constraint(op.f("ck_people_roles"), "people", type_="check")
    op.create_check_constraint(op.f("ck_people_roles"), "people", f"roles <@ ARRAY[{known}]")
    op.drop_index("ix_people_staff", table_name="people")
    op.create_index("ix_people_staff", "people", ["code"], postgresql_where=sa.text(f"roles && '{staff}'"))
