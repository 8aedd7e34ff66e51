"""What the Telegram door is measured beside: the least that a bot can do with each library, an answer of fixed words.

Run as: python -m tests.bench.echoes aiogram|ptb polling|webhook BASE PORT. No desk, no database, nothing kept; each
library as its own first page shows it, with updates taken up at once as they come. Ends with SIGTERM.
"""

import asyncio
import signal
import sys

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from tests.standins.telegram_api import DEFAULT_TOKEN

PATH = "/telegram/webhook"
SECRET = "a-secret-for-the-bench"
ECHO = "Đã nhận: "


async def aiogram_echo(way: str, base: str, port: int, stop: asyncio.Event) -> None:
    """The bot of aiogram by itself."""
    bot = Bot(DEFAULT_TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(base)))
    router = Router()

    async def echo(message: Message) -> None:
        await message.answer(f"{ECHO}{message.text}")

    router.message.register(echo)
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    if way == "polling":
        polling = asyncio.ensure_future(dispatcher.start_polling(bot, handle_signals=False))
        await stop.wait()
        await dispatcher.stop_polling()
        await polling
        return
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=True, secret_token=SECRET).register(app, path=PATH)
    async with _listening(app, port):
        await bot.set_webhook(f"http://127.0.0.1:{port}{PATH}", secret_token=SECRET)
        await stop.wait()
    await bot.session.close()


async def ptb_echo(way: str, base: str, port: int, stop: asyncio.Event) -> None:
    """The bot of python-telegram-bot by itself."""

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"{ECHO}{update.message.text}")

    builder = Application.builder().token(DEFAULT_TOKEN).base_url(f"{base}/bot").concurrent_updates(True)
    builder = builder.connection_pool_size(256).pool_timeout(60).read_timeout(60)
    application = builder.updater(None).build() if way == "webhook" else builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.start()
        if application.updater is not None:
            await application.updater.start_polling()
            await stop.wait()
            await application.updater.stop()
        else:
            async with _listening(_app_of(application), port):
                await application.bot.set_webhook(f"http://127.0.0.1:{port}{PATH}", secret_token=SECRET)
                await stop.wait()
        await application.stop()


def _app_of(application: Application) -> web.Application:
    """A web server of one's own, as its documentation shows it; the one that comes with it is a further library."""

    async def receive(request: web.Request) -> web.Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return web.Response()

    app = web.Application()
    app.router.add_post(PATH, receive)
    return app


class _listening:  # noqa: N801  a block, read as one
    def __init__(self, app: web.Application, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None)
        self._port = port

    async def __aenter__(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def __aexit__(self, *_failure: object) -> None:
        await self._runner.cleanup()


async def main(library: str, way: str, base: str, port: int) -> None:
    """Echo until asked to end."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await {"aiogram": aiogram_echo, "ptb": ptb_echo}[library](way, base, port, stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
