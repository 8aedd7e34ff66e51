"""The driver below a connection, for what SQLAlchemy has no words for: server-side cursors, COPY, JSON rows in bulk.

What is done by it belongs to the transaction of the connection.
"""

from typing import Any, cast

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection


async def driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The connection of psycopg that this one speaks by."""
    raw = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection[Any]", raw.driver_connection)  # the engine is ours
