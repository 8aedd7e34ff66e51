"""The whole Telegram door for one bot, by polling or by webhook: kept open until told to stop, then closed politely."""

import asyncio
import re
from typing import Protocol

import structlog
from aiogram import Bot
from aiohttp import web

from bot.failures import ChannelRefusedError
from bot.intake import Intake
from bot.on_telegram.answer import Answer
from bot.on_telegram.connection import open_bot
from bot.on_telegram.incoming import conversation_of
from bot.on_telegram.lean import make_ready
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import Reception, make_visit
from bot.on_telegram.run import announce_commands, poll
from bot.on_telegram.threshold import Threshold
from bot.on_telegram.webhook import CountRefusal, WebhookHandler, set_webhook, webhook_handler
from bot.settings import secrets_in
from handlers.asking import Channel
from handlers.phrases import _

_READY_AFTER = 0.5
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_log = structlog.get_logger("bot.on_telegram")


class Door(Protocol):
    """A door that the process keeps open."""

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Answer visitors until `stop` is set and everything begun is finished. Raises ChannelRefusedError."""
        ...


class PollingDoor:
    """Fetches updates; needs nothing from outside. Only one may run for a token."""

    def __init__(self, token: str, api: str, reception: Reception) -> None:
        self._bot = open_bot(token, api)
        self._reception = reception

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Announce the menu, then fetch and answer until `stop`, through every interruption.

        What a webhook of before took in, and did not come to answer, is answered here.
        """
        pause = self._reception.pause
        try:
            await announce_commands(PatientLine(self._bot, stop, pause))
            _log.info("telegram.open", by="polling")
            _make_ready_soon()
            async with _open_intake(self._bot, self._reception, polls=f"telegram:{self._bot.id}") as intake:
                await poll(self._bot, Threshold(intake, self._bot.id), stop, pause=pause)
        finally:
            await self._bot.session.close()


class WebhookDoor:
    """Is brought updates at `url`; `receive` belongs on the route of its path. As many processes as needed may run.

    `secret`: one, or several divided by commas while one replaces another: the first is announced, all let in.
    """

    def __init__(
        self, token: str, api: str, reception: Reception, *, url: str, secret: str, count: CountRefusal
    ) -> None:
        secrets = secrets_in(secret)
        if not secrets or not all(map(_SECRET.fullmatch, secrets)):
            raise ChannelRefusedError(
                _("Webhook mode needs NHACCHUAN_TELEGRAM_WEBHOOK_SECRET: 1 to 256 letters, digits, “_” or “-”.")
            )
        self._bot: Bot = open_bot(token, api)
        self._reception = reception
        self._url = url
        self._secrets = secrets
        self._count = count
        self._handler: WebhookHandler | None = None

    @property
    def is_open(self) -> bool:
        """Whether what is brought is taken in."""
        return self._handler is not None

    async def receive(self, request: web.Request) -> web.Response:
        """Take one update in; before opening and after closing Telegram is asked to bring it again."""
        if self._handler is None:
            return web.Response(status=503)
        return await self._handler(request)

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Take updates in, tell Telegram where, and leave only when all that was taken in is answered."""
        line = PatientLine(self._bot, stop, self._reception.pause)
        try:
            async with _open_intake(self._bot, self._reception) as intake:
                self._handler = webhook_handler(Threshold(intake, self._bot.id), self._secrets, self._count)
                await set_webhook(line, self._url, self._secrets[0])
                await announce_commands(line)
                _log.info("telegram.open", by="webhook")
                _make_ready_soon()
                await stop.wait()
                self._handler = None
        finally:
            self._handler = None
            await self._bot.session.close()


def _make_ready_soon() -> None:
    """Who types words needs none of these forms, and who comes before they are there has them made for himself."""
    asyncio.get_running_loop().call_later(_READY_AFTER, make_ready, Answer)


def _open_intake(bot: Bot, reception: Reception, polls: str = "") -> Intake:
    visit = make_visit(bot, reception)
    return Intake(Channel.TELEGRAM, reception.inbox, visit, polls=polls, conversation_of=conversation_of)
