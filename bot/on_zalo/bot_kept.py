"""What the Zalo Bot platform needs kept: the messages of the month, and the choices that stand last in each chat."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.on_zalo.bot_showing import Offered, as_state, read_state
from bot.places import Place
from handlers.asking import Channel
from handlers.ports import Clock

OpenCabinet = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class BotKept:
    """Keeps it in the cabinet, for every process."""

    open_cabinet: OpenCabinet
    clock: Clock
    place: Place = field(default_factory=Place)

    @property
    def offered(self) -> "OfferedInCabinet":
        """The choices that stand last in each chat."""
        return OfferedInCabinet(self.open_cabinet, self.clock, self.place)

    def meter(self, identity: str) -> "MeterInCabinet":
        """The messages of this bot."""
        return MeterInCabinet(self.open_cabinet, identity)


@dataclass(frozen=True, slots=True)
class OfferedInCabinet:
    """Kept sealed beside the conversation, and forgotten with it."""

    open_cabinet: OpenCabinet
    clock: Clock
    place: Place

    async def recall(self, address: str) -> Offered:
        async with self.open_cabinet() as cabinet:
            return read_state(await cabinet.threads.recall(_name(self.place.address_of(address))))

    async def keep(self, address: str, offered: Offered) -> None:
        async with self.open_cabinet() as cabinet:
            await cabinet.threads.keep(_name(self.place.address_of(address)), as_state(offered), self.clock.now())


@dataclass(frozen=True, slots=True)
class MeterInCabinet:
    """Counted for the whole fleet."""

    open_cabinet: OpenCabinet
    identity: str

    async def take(self, most: int | None) -> tuple[date, int] | None:
        async with self.open_cabinet() as cabinet:
            taken: tuple[date, int] | None = await cabinet.zalo_bot.take(self.identity, most)
            return taken

    async def give_back(self, month: date) -> None:
        async with self.open_cabinet() as cabinet:
            await cabinet.zalo_bot.give_back(self.identity, month)


def _name(address: str) -> str:
    return f"{Channel.ZALO_BOT.value}:{address}:shown"
