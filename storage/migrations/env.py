"""Alembic's entry: the steps run on the connection that storage.migrating hands over, in its transaction."""

from alembic import context

from storage.migrating import is_ours
from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=is_ours,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
