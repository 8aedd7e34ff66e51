"""What the doctor reads of the cabinet beside the figures of sending and keeping."""

from datetime import datetime

from bot.wiring import Office
from storage.wholeness import Wholeness, read_moment
from storage.wholeness import read_wholeness as read_from

__all__ = ["Wholeness", "find_moment", "read_wholeness"]


async def read_wholeness(office: Office) -> Wholeness:
    """What is missing from the roster and the rules today."""
    async with office.open_cabinet() as drawers:
        return await read_from(drawers.connection, office.clock.today())


async def find_moment(office: Office) -> datetime:
    """The moment by the database's clock."""
    async with office.open_cabinet() as drawers:
        return await read_moment(drawers.connection)
