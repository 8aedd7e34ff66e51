"""The Official Account's door opened for a test: a scripted desk behind it, the stand-in before it, a real cabinet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.on_web.askers import Proxies, keep_pace, know_asker
from bot.on_web.server import WEBHOOKS
from bot.on_zalo.account import AccountClient
from bot.on_zalo.allowances import Allowance
from bot.on_zalo.answering import Answerer
from bot.on_zalo.door import OaDoor, PollingDoor, WebhookDoor
from bot.on_zalo.events import Reader
from bot.on_zalo.fetching import Fetching
from bot.on_zalo.oa_marks import identity_of
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.receiving import Reception
from bot.on_zalo.signing import Signatures
from bot.on_zalo.tokens import TokenKeeper
from bot.reach import Reach
from bot.seen import Inbox, InboxInMemory
from bot.wiring_zalo import BookInDatabase, GrantsInDatabase
from storage.database import Database
from tests.bot.on_telegram.door import KnownReach, Pauses, ScriptedDesk
from tests.bot.opened import WEBHOOK
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).timestamp()


@dataclass
class OfficeClock:
    """The office's clock, which shows what the stand-in's shows."""

    clock: Clock
    is_fixed: bool = False

    def now(self) -> datetime:
        return self.clock.local()

    def today(self):
        return self.now().date()


@dataclass
class OpenAccount:
    """What a test can reach."""

    oa: ZaloOa
    database: Database
    clock: OfficeClock
    keeper: TokenKeeper
    client: AccountClient
    book: BookInDatabase
    desk: ScriptedDesk = field(default_factory=ScriptedDesk)
    inbox: Inbox = field(default_factory=InboxInMemory)
    reach: KnownReach = field(default_factory=KnownReach)
    pauses: Pauses = field(default_factory=Pauses)
    counted: list[str] = field(default_factory=list)
    url: str = ""

    async def grant(self):
        async with self.database.transaction() as drawers:
            return await drawers.zalo.find_grant(self.oa.oa_id)


def keeper_of(oa: ZaloOa, database: Database, clock: OfficeClock, *, seed: str | None = None) -> TokenKeeper:
    """A process's own keeper of the tokens."""
    oauth = OauthClient(App(oa.app_id, oa.oa_id, oa.app_secret), oa.oauth_base)
    return TokenKeeper(oauth, GrantsInDatabase(database, oa.oa_id, seed), clock, seed=seed)


@asynccontextmanager
async def open_account(
    oa: ZaloOa, database: Database, *, allowance: Allowance | None = None
) -> AsyncIterator[OpenAccount]:
    """The account with a grant begun from its first refresh token."""
    clock = OfficeClock(oa.clock)
    keeper = keeper_of(oa, database, clock, seed=oa.refresh_token)
    book = BookInDatabase(database, identity_of(oa.oa_id), allowance or Allowance(), clock)
    opened = OpenAccount(oa, database, clock, keeper, AccountClient(oa.openapi_base, keeper), book)
    try:
        yield opened
    finally:
        await keeper.close()
        await opened.client.close()


@asynccontextmanager
async def open_door(
    oa: ZaloOa, database: Database, by: str = WEBHOOK, *, inbox: Inbox | None = None, reach: Reach | None = None
) -> AsyncIterator[OpenAccount]:
    """The account with its door open; leaving the block leaves politely. `reach` in place of one that remembers."""
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(open_account(oa, database))
        opened.inbox = inbox or opened.inbox
        reception = Reception(
            desk=opened.desk,
            describe=lambda cite: f"{cite.document}, {cite.point}",
            inbox=opened.inbox,
            contacts=opened.book,
            clock=opened.clock,
            reach=reach or opened.reach,
            locale="en",
            pause=opened.pauses,
            make_reference=lambda: "A1B2C3",
        )
        answerer = Answerer(
            opened.client, reception.describe, opened.clock, opened.pauses,
            image_url="https://nhacchuan.invalid/card.png", count=opened.book.count_answers,
        )  # fmt: skip
        parts = opened.client, opened.keeper, reception, answerer, Reader(oa.oa_id, "en", Fetching(own=oa.base))
        door: OaDoor = PollingDoor(*parts)
        if by == WEBHOOK:
            signatures = Signatures(oa.app_id, oa.oa_id, oa.oa_secret)
            door = WebhookDoor(*parts, signatures=signatures, count=opened.counted.append)
            opened.url = await _serve(door, stack)
            assert await oa.save_webhook(opened.url)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(door.keep_open(stop))
            await oa.wait_for(lambda: bool(oa.calls_of("listrecentchat")))
            try:
                yield opened
            finally:
                stop.set()


async def _serve(door: WebhookDoor, stack: AsyncExitStack) -> str:
    """As the house does: behind a proxy of this machine, every network at its pace."""
    app = web.Application(middlewares=[know_asker(Proxies(["127.0.0.1"])), keep_pace(WEBHOOKS)])
    app.router.add_post("/zalo/oa/webhook", door.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}/zalo/oa/webhook"


def standing_oa(**given) -> ZaloOa:
    """The stand-in on a Monday morning that does not pass by itself."""
    return ZaloOa(clock=Clock(start=NOW), **given)
