"""The Telegram door opened for a test: a scripted desk behind it, the stand-in before it, polling or webhook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiogram import Bot

from bot.on_telegram.connection import open_bot
from bot.on_telegram.door import Door, PollingDoor, WebhookDoor
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import Reception
from bot.reach import Reach
from bot.seen import InboxInMemory, SeenInMemory
from handlers.asking import Incoming
from handlers.reply import Reply
from tests.bot.opened import POLLING, SECRET, Opened, serve, take_port
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.world import Bell

Script = Callable[[Incoming], Reply | Awaitable[Reply]]


class ScriptedDesk:
    """Repeats what it was told unless a test gives it something else to say; keeps all that was asked."""

    def __init__(self) -> None:
        self.asked: list[Incoming] = []
        self.script: Script = lambda asked: Reply(f"heard: {asked.text or asked.choice or asked.phone}")

    async def answer(self, asked: Incoming) -> Reply:
        self.asked.append(asked)
        reply = self.script(asked)
        return reply if isinstance(reply, Reply) else await reply


class Pauses:
    """Waits no time and remembers how long it should have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._bell = Bell()

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._bell.ring()
        await asyncio.sleep(0)

    async def reach(self, count: int) -> None:
        assert await self._bell.wait_until(lambda: len(self.seconds) >= count, 5)


class KnownReach:
    """Remembers who could be written to."""

    def __init__(self) -> None:
        self.is_reachable: dict[str, bool] = {}

    async def mark_unreachable(self, channel: str, address: str, *, as_of: datetime | None = None) -> None:
        self.is_reachable[address] = False

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        self.is_reachable[address] = True


@dataclass
class OpenDoor(Opened):
    """What a test can reach of an open door."""

    desk: ScriptedDesk
    seen: SeenInMemory
    inbox: InboxInMemory = field(default_factory=InboxInMemory)
    reach: KnownReach = field(default_factory=KnownReach)
    kept_reach: Reach | None = None
    pauses: Pauses = field(default_factory=Pauses)

    def waiting(self) -> set[str]:
        """The numbers of the updates that are kept and not answered."""
        return {key.partition(".")[2] for _channel, key in self.inbox.waiting}

    def reception(self) -> Reception:
        return Reception(
            desk=self.desk,
            describe=lambda cite: f"{cite.document}, {cite.point}",
            seen=self.seen,
            inbox=self.inbox,
            reach=self.kept_reach or self.reach,
            locale="en",
            pause=self.pauses,
            make_reference=lambda: "A1B2C3",
            slow_after=0.05,
        )


@asynccontextmanager
async def bot_of(api: TelegramApi, token: str = "") -> AsyncIterator[Bot]:
    bot = open_bot(token or api.token, api.base)
    try:
        yield bot
    finally:
        await bot.session.close()


def line_of(bot: Bot, pauses: Pauses | None = None) -> PatientLine:
    """A line that is not told to stop and waits no time."""
    return PatientLine(bot, asyncio.Event(), pauses or Pauses())


@asynccontextmanager
async def open_door(
    api: TelegramApi,
    mode: str,
    *,
    seen: SeenInMemory | None = None,
    inbox: InboxInMemory | None = None,
    secret: str = SECRET,
    reach: Reach | None = None,
) -> AsyncIterator[OpenDoor]:
    """Open the door; leaving the block leaves politely. `reach` in place of one that only remembers."""
    opened = OpenDoor(ScriptedDesk(), seen or SeenInMemory(), inbox or InboxInMemory(), kept_reach=reach)
    async with AsyncExitStack() as stack:
        if mode == POLLING:
            door: Door = PollingDoor(api.token, api.base, opened.reception())
        else:
            door = await _open_web(api, opened, stack, secret)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(opened.keep_open(door))
        try:
            is_open = (
                (lambda: bool(api.calls_of("getUpdates"))) if mode == POLLING else (lambda: len(api.commands) == 3)
            )
            await api.wait_for(is_open)
            yield opened
        finally:
            await opened.leave()


async def _open_web(api: TelegramApi, opened: OpenDoor, stack: AsyncExitStack, secret: str) -> WebhookDoor:
    """A web server of our own on loopback with the route of the webhook."""
    listening, opened.webhook_url = take_port("/telegram/webhook", stack)
    door = WebhookDoor(
        api.token,
        api.base,
        opened.reception(),
        url=opened.webhook_url,
        secret=secret,
        count=opened.turned_away.append,
    )
    await serve(listening, "/telegram/webhook", door.receive, stack)
    return door
