"""What nearly every visit asks first, found by one look at the database in place of four."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.accounts import NAMES_OF_ACCOUNT
from storage.characters import storable
from storage.driver import driver_of
from storage.foreseen import Foreseen
from storage.people import WHOLE

_LOOK: Final = f"""
{WHOLE}, v.version, t.state, {", ".join(f"a.{name}" for name in NAMES_OF_ACCOUNT)}
FROM rules_version v
LEFT JOIN accounts a ON a.channel = %(channel)s AND a.address = %(address)s
LEFT JOIN people p ON p.code = a.person
LEFT JOIN threads t ON t.thread = %(thread)s
"""


class VisitsDrawer:
    """Keeps the promises of the desk's `Visits`."""

    def __init__(self, connection: AsyncConnection, foreseen: Foreseen) -> None:
        self._connection = connection
        self._foreseen = foreseen

    async def foresee(self, channel: str, address: str, thread: str | None) -> None:
        """Have at hand what the desk asks for first."""
        driver = await driver_of(self._connection)
        asked = {"channel": channel, "address": storable(address), "thread": storable(thread or "")}
        async with driver.cursor() as cursor:
            async with driver.pipeline():  # the beginning of the transaction goes with it
                await cursor.execute(_LOOK.encode(), asked)
            row = await cursor.fetchone()
        if row is None:
            return
        ends = len(row) - len(NAMES_OF_ACCOUNT)
        person, (version, state), account = row[: ends - 2], row[ends - 2 : ends], row[ends:]
        self._foreseen.bring(account if account[0] is not None else None, "account", channel, address)
        self._foreseen.bring(version, "version")
        if thread is not None:
            self._foreseen.bring(state, "thread", thread)
        if person[0] is not None:
            self._foreseen.bring(person, "person", person[0])
