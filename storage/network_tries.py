"""Wrong codes by the network they came from: whoever begins anew as somebody else is still the same network."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable
from storage.encryption import Vault
from storage.tables import network_tries

WINDOW: Final = timedelta(hours=1)
# An office of some hundred people behind one address types a few dozen codes wrongly on its worst morning.
FROM_ONE: Final = 60
# Where so many are wrong everywhere, somebody guesses from many networks, and each has less.
EVERYWHERE: Final = 1_000
FROM_ONE_THEN: Final = 5
# Where nobody knows the network (a proxy that is not named), everybody counts together.
FROM_UNKNOWN: Final = 300
_ALL: Final = b""


class NetworkTriesDrawer:
    """Keeps networks as keyed hashes, for two windows at most."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def find_locked_until(self, purpose: str, network: str, at: datetime) -> datetime | None:
        """Until when no code from this network is looked at; None where the next one is."""
        kept, hashes = network_tries.c, self._hashes(network)
        found = await self._connection.execute(
            select(kept.network, kept.wrong_tries, kept.since).where(
                kept.purpose == purpose, kept.network.in_([*hashes, _ALL]), kept.since > at - WINDOW
            )
        )
        rows = {bytes(name): (tries, since) for name, tries, since in found}
        everywhere = rows.pop(_ALL, (0, at))[0]
        tries = sum(count for count, _since in rows.values())
        most = FROM_ONE if network else FROM_UNKNOWN
        if network and everywhere >= EVERYWHERE:
            most = FROM_ONE_THEN
        return max(since for _count, since in rows.values()) + WINDOW if tries >= most else None

    async def note_wrong(self, purpose: str, network: str, at: datetime) -> None:
        """One more wrong code from this network."""
        for name in sorted([self._hashes(network)[0], _ALL]):
            row = insert(network_tries).values(purpose=purpose, network=name, wrong_tries=1, since=at)
            is_over = network_tries.c.since <= at - WINDOW
            await self._connection.execute(
                row.on_conflict_do_update(
                    index_elements=["purpose", "network"],
                    set_={
                        "wrong_tries": case((is_over, 1), else_=network_tries.c.wrong_tries + 1),
                        "since": case((is_over, at), else_=network_tries.c.since),
                    },
                )
            )

    async def prune(self, before: datetime) -> None:
        """Forget what counts no more."""
        await self._connection.execute(delete(network_tries).where(network_tries.c.since < before - WINDOW))

    def _hashes(self, network: str) -> list[bytes]:
        return self._vault.code_hashes(f"network {storable(network)}")
