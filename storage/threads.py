"""What conversations were last about, so that a follow-up is understood."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable, storable_values
from storage.encryption import SecretKeyError, Vault
from storage.foreseen import NOT_FORESEEN, Foreseen
from storage.later import Later, Order
from storage.tables import threads

_REPLACING: Final = b" ON CONFLICT (thread) DO UPDATE SET state = excluded.state, kept_at = excluded.kept_at"
_KEEP: Final = Order(
    b"INSERT INTO threads (thread, state, kept_at) VALUES (%(thread)s, %(state)s, %(at)s)" + _REPLACING,
    # Sorted by name, so that two processes that keep the same do not wait for each other.
    b"INSERT INTO threads (thread, state, kept_at) SELECT t.thread, CAST(t.state AS jsonb), t.at"
    b" FROM unnest(%(thread)s::text[], %(state)s::text[], %(at)s::timestamptz[]) AS t (thread, state, at)"
    b" ORDER BY t.thread" + _REPLACING,
    key="thread",
)
_SEALED: Final = "sealed"  # the only key of a kept state: what people typed is in it


class ThreadsDrawer:
    """Keeps the promises of the desk's `Threads`, sealed. What another key sealed is forgotten.

    A conversation of a channel identity is named `channel:address`, or begins so: `channel:address:anything`.
    """

    def __init__(
        self, connection: AsyncConnection, vault: Vault, foreseen: Foreseen | None = None, later: Later | None = None
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._foreseen = foreseen or Foreseen()
        self._later = later or Later(connection)

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        state: Mapping[str, Any] | None = self._foreseen.take("thread", thread)
        if state is NOT_FORESEEN:
            await self._later.write()
            found = await self._connection.execute(select(threads.c.state).where(threads.c.thread == storable(thread)))
            state = found.scalar_one_or_none()
        return self._opened(state) if state is not None and _SEALED in state else state

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        sealed = self._vault.encrypt(json.dumps(storable_values(state), ensure_ascii=True))
        state = {_SEALED: sealed.decode("ascii")}
        self._later.add(_KEEP, {"thread": storable(thread), "state": json.dumps(state), "at": at})

    async def forget_of(self, channel: str, address: str) -> None:
        await self._later.write()
        name = storable(f"{channel}:{address}")
        await self._connection.execute(
            delete(threads).where((threads.c.thread == name) | threads.c.thread.startswith(f"{name}:", autoescape=True))
        )

    async def prune(self, before: datetime) -> None:
        """Forget conversations that were last kept before this moment."""
        await self._later.write()
        await self._connection.execute(delete(threads).where(threads.c.kept_at < before))

    def _opened(self, state: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            opened: Mapping[str, Any] = json.loads(self._vault.decrypt(state[_SEALED].encode("ascii")))
        except SecretKeyError:
            return None
        return opened
