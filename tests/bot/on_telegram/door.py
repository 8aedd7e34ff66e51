"""The Telegram door opened for a test: a scripted desk behind it, the stand-in before it, polling or webhook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiogram import Bot
from aiohttp import web

from bot.on_telegram.connection import open_bot
from bot.on_telegram.receive import Reception, build_dispatcher
from bot.on_telegram.run import poll
from bot.on_telegram.supervisor import Supervisor
from bot.on_telegram.webhook import set_webhook, webhook_handler
from bot.seen import SeenInMemory
from handlers.asking import Incoming
from handlers.reply import Reply
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.world import Bell

SECRET = "a-secret-for-the-webhook"
POLLING, WEBHOOK = "polling", "webhook"
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

    async def mark_unreachable(self, channel: str, address: str) -> None:
        self.is_reachable[address] = False

    async def mark_reachable(self, channel: str, address: str) -> None:
        self.is_reachable[address] = True


@dataclass
class Door:
    """What a test can reach of an open door."""

    bot: Bot
    desk: ScriptedDesk
    seen: SeenInMemory
    reach: KnownReach = field(default_factory=KnownReach)
    pauses: Pauses = field(default_factory=Pauses)
    turned_away: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    webhook_url: str = ""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def reception(self) -> Reception:
        return Reception(
            desk=self.desk,
            describe=lambda cite: f"{cite.document}, {cite.point}",
            seen=self.seen,
            reach=self.reach,
            locale="en",
            pause=self.pauses,
            make_reference=lambda: "A1B2C3",
            slow_after=0.05,
        )

    async def leave(self) -> None:
        """Stop politely and wait until everything begun is finished."""
        self.stop.set()
        await asyncio.wait_for(self.closed.wait(), 10)


@asynccontextmanager
async def bot_of(api: TelegramApi, token: str = "") -> AsyncIterator[Bot]:
    bot = open_bot(token or api.token, api.base)
    try:
        yield bot
    finally:
        # aiogram's own close waits a quarter of a second for TLS, which there is none of here.
        await (await bot.session.create_session()).close()


@asynccontextmanager
async def open_door(api: TelegramApi, mode: str, *, limit: int = 200, seen: SeenInMemory | None = None):
    """Open the door; leaving the block leaves politely."""
    async with bot_of(api) as bot, asyncio.TaskGroup() as group:
        door = Door(bot, ScriptedDesk(), seen or SeenInMemory())
        serving = group.create_task((_serve_polling if mode == POLLING else _serve_webhook)(api, door, limit))
        await asyncio.sleep(0)
        try:
            if mode == POLLING:
                await api.wait_for(lambda: bool(api.calls_of("getUpdates")) or serving.done())
            else:
                await api.wait_for(lambda: api.webhook is not None)
            yield door
        finally:
            await door.leave()


async def _serve_polling(api: TelegramApi, door: Door, limit: int) -> None:
    try:
        dispatcher = build_dispatcher(door.bot, door.reception())
        await poll(door.bot, dispatcher, door.stop, pause=door.pauses, wait_seconds=20)
    finally:
        door.closed.set()


async def _serve_webhook(api: TelegramApi, door: Door, limit: int) -> None:
    dispatcher = build_dispatcher(door.bot, door.reception())
    async with Supervisor(limit=limit) as supervisor:
        handler = webhook_handler(door.bot, dispatcher, SECRET, supervisor, door.turned_away.append)
        app = web.Application()
        app.router.add_post("/telegram/webhook", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        door.webhook_url = f"http://{host}:{port}/telegram/webhook"
        await set_webhook(door.bot, door.webhook_url, SECRET, door.pauses)
        await door.stop.wait()
    await runner.cleanup()
    door.closed.set()
