"""A door opened for a test, whichever platform it is of: kept open beside the test, served, left politely."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from bot.on_telegram.door import Door

SECRET = "a-secret-for-the-webhook"
POLLING, WEBHOOK = "polling", "webhook"


class Hold(asyncio.Event):
    """What a held call waits for; `is_reached` once one does."""

    def __init__(self) -> None:
        super().__init__()
        self.is_reached = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.is_reached.set()
        return await super().wait()


@dataclass(kw_only=True)
class Opened:
    """What every open door has."""

    turned_away: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    webhook_url: str = ""

    async def leave(self) -> None:
        """Stop politely and wait until everything begun is finished."""
        self.stop.set()
        await asyncio.wait_for(self.closed.wait(), 10)

    async def keep_open(self, door: Door) -> None:
        """Until it is to stop."""
        try:
            await door.keep_open(self.stop)
        finally:
            self.closed.set()


def take_port(path: str, stack: AsyncExitStack) -> tuple[socket.socket, str]:
    """A port of loopback that listens already, and the address of a webhook on it."""
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}{path}"


async def serve(
    listening: socket.socket,
    path: str,
    receive: Callable[[web.Request], Awaitable[web.StreamResponse]],
    stack: AsyncExitStack,
) -> None:
    """A web server of our own with the route of the webhook."""
    app = web.Application()
    app.router.add_post(path, receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listening).start()
