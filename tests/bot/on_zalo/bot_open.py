"""The door of the Zalo Bot platform opened for a test: a scripted desk behind it, the stand-in before it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from bot.on_telegram.door import Door
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_door import BotPollingDoor, BotWebhookDoor
from bot.on_zalo.bot_plan import Plan
from bot.on_zalo.bot_receive import BotReception
from bot.on_zalo.bot_showing import OfferedInMemory
from bot.on_zalo.fetching import Fetching
from bot.seen import Inbox, InboxInMemory, SeenInMemory
from tests.bot.on_telegram.door import KnownReach, Pauses, ScriptedDesk
from tests.bot.opened import POLLING, SECRET, WEBHOOK, Opened, serve, take_port
from tests.standins.zalo_bot import ZaloBot

PATH = "/zalo/bot/webhook"


class CountingMeter:
    """Counts in memory."""

    def __init__(self) -> None:
        self.sent = 0

    async def take(self, most: int | None) -> tuple[date, int] | None:
        if most is not None and self.sent >= most:
            return None
        self.sent += 1
        return date(2026, 11, 1), self.sent

    async def give_back(self, month: date) -> None:
        assert month == date(2026, 11, 1)
        self.sent -= 1


@dataclass
class OpenBot(Opened):
    """What a test can reach of an open door."""

    platform: ZaloBot
    desk: ScriptedDesk = field(default_factory=ScriptedDesk)
    inbox: Inbox = field(default_factory=InboxInMemory)
    seen: SeenInMemory = field(default_factory=SeenInMemory)
    meter: CountingMeter = field(default_factory=CountingMeter)
    plan: Plan = field(default_factory=Plan)
    offered: OfferedInMemory = field(default_factory=OfferedInMemory)
    reach: KnownReach = field(default_factory=KnownReach)
    pauses: Pauses = field(default_factory=Pauses)

    async def leave(self) -> None:
        """Stop politely; a fetch under way is waited for, which here takes no time."""
        self.stop.set()
        self.platform.hurry_polls()
        await super().leave()

    def reception(self, locale: str = "en") -> BotReception:
        return BotReception(
            desk=self.desk,
            describe=lambda cite: f"{cite.document}, {cite.point}",
            inbox=self.inbox,
            seen=self.seen,
            files=Fetching(own=self.platform.base if self.platform else ""),
            meter=self.meter,
            plan=self.plan,
            offered=self.offered,
            reach=self.reach,
            locale=locale,
            pause=self.pauses,
            make_reference=lambda: "A1B2C3",
            slow_after=0.05,
        )


@asynccontextmanager
async def open_bot(platform: ZaloBot, mode: str, *, secret: str = SECRET, **given: object) -> AsyncIterator[OpenBot]:
    """Open the door; leaving the block leaves politely."""
    opened = OpenBot(platform, **given)  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        api = BotApi(platform.token, platform.base)
        door: Door
        if mode == POLLING:
            door = BotPollingDoor(api, opened.reception(), wait_seconds=5)
        else:
            door = await _open_web(api, opened, stack, secret)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(opened.keep_open(door))
        try:
            ready = "getUpdates" if mode == POLLING else "setWebhook"
            await platform.wait_for(
                lambda: any(one.outcome == "under way" or one.status for one in platform.calls_of(ready))
            )
            if mode == WEBHOOK:
                await platform.wait_for(lambda: platform.webhook is not None)
            yield opened
        finally:
            await opened.leave()


async def _open_web(api: BotApi, opened: OpenBot, stack: AsyncExitStack, secret: str) -> BotWebhookDoor:
    """A web server of our own on loopback with the route of the webhook."""
    listening, opened.webhook_url = take_port(PATH, stack)
    door = BotWebhookDoor(
        api, opened.reception(), url=opened.webhook_url, secret=secret, count=opened.turned_away.append
    )
    await serve(listening, PATH, door.receive, stack)
    return door
