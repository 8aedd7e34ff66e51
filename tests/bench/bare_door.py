"""What a start of `serve` is measured beside: aiogram and aiohttp as their own first pages show them, and nothing else.

Run as: python -m tests.bench.bare_door BASE PORT TOKEN. Ends with SIGTERM.
"""

import asyncio
import signal
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import web


async def open_door(base: str, port: int, token: str) -> None:
    """Fetch messages and say on the web that it is ready, until asked to end."""

    async def is_ready(_request: web.Request) -> web.Response:
        return web.Response(text="ready")

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app = web.Application()
    app.add_routes([web.get("/readyz", is_ready)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    bot, dispatcher = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base))), Dispatcher()
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    await stop.wait()
    await dispatcher.stop_polling()
    await polling
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(open_door(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
