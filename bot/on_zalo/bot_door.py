"""The whole door of the Zalo Bot platform, by polling or by webhook: open until told to stop, closed politely."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_incoming import read_event
from bot.on_zalo.bot_receive import BotReception, BotVisits
from bot.supervisor import Supervisor
from bot.waiting import Pause, T, unless_stopped
from bot.webhooks import TurnedAwayError, ensure_secret, parse, read_bounded
from handlers.phrases import _

SECRET_HEADER: Final = "X-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
_SECRET_LENGTHS: Final = range(8, 257)
_LONGEST_BACKOFF: Final = 30.0
_MOST_WAITING: Final = 20_000  # events: what the platform is not thanked for it may never bring again
_REFUSED_PAUSE: Final = 300.0
_UNHEALTHY_AFTER: Final = 3  # failures in a row
_TOO_QUICK: Final = 0.5  # seconds in which an idle wait ends only where something is wrong
_log = structlog.get_logger("bot.on_zalo.bot")
CountRefusal = Callable[[str], None]


class BotLine:
    """A line to the platform that outlives interruptions and hangs up when asked to."""

    def __init__(self, stop: asyncio.Event, pause: Pause, randomness: Random | None = None) -> None:
        self._stop = stop
        self._pause = pause
        self._randomness = randomness or Random()  # noqa: S311  only spreads tries in time

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """Ask until there is an answer; None once we are to stop.

        Raises ChannelRefusedError when the platform refuses the token or what is asked: waiting would not help.
        """
        for attempt in count():
            if self._stop.is_set():
                return None
            try:
                return await unless_stopped(call(), self._stop)
            except RefusedError as refused:
                raise ChannelRefusedError(
                    _("The Zalo Bot platform refuses this setting: {reason}").format(reason=refused.code)
                ) from None
            except DeliveryFailedError as failed:
                wait = self._backoff(failed, attempt)
            await self.rest(wait)
        return None

    async def rest(self, seconds: float) -> None:
        """Wait, and no longer than until we are to stop."""
        await unless_stopped(self._pause(seconds), self._stop)

    def _backoff(self, failed: DeliveryFailedError, attempt: int) -> float:
        wait = min(2.0 ** min(attempt, 10), _LONGEST_BACKOFF) * self._randomness.uniform(0.8, 1.2)
        if isinstance(failed, NotSentError):
            wait = max(wait, min(failed.wait, 2 * _LONGEST_BACKOFF))
        tell = _log.error if attempt + 1 >= _UNHEALTHY_AFTER else _log.warning
        tell("zalo_bot.interrupted", error=type(failed).__name__, code=failed.code, wait=round(wait, 1))
        return wait


class BotPollingDoor:
    """Fetches events, one at a time; needs nothing from outside. Only one may run for a token.

    `drops_webhook`: a webhook that stands from before is taken away; otherwise the door does not open under one.
    """

    def __init__(
        self, api: BotApi, reception: BotReception, *, drops_webhook: bool = False, wait_seconds: int = 25
    ) -> None:
        self._api = api
        self._reception = reception
        self._drops_webhook = drops_webhook
        self._wait_seconds = wait_seconds

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Fetch and answer until `stop`, through every interruption. Raises ChannelRefusedError before it is open."""
        line = BotLine(stop, self._reception.pause)
        try:
            me = await line.ask(self._api.get_me)
            await self._ensure_no_webhook(line)
            _log.info("zalo_bot.open", by="polling")
            async with Supervisor(_MOST_WAITING, name="zalo_bot") as supervisor:
                visits = BotVisits(self._api, self._reception, _id_of(me), stop)
                while not stop.is_set():
                    try:
                        await self._fetch(line, visits, supervisor)
                    except ChannelRefusedError:  # reset meanwhile: the other doors stay open
                        _log.error("zalo_bot.token_refused", wait=_REFUSED_PAUSE)
                        await line.rest(_REFUSED_PAUSE)
        finally:
            await self._api.close()

    async def _ensure_no_webhook(self, line: BotLine) -> None:
        """A forgotten webhook makes polling deaf without a word."""
        url = await line.ask(self._api.get_webhook)
        if not url:
            return
        if not self._drops_webhook:
            raise ChannelRefusedError(
                _(
                    "Zalo brings the messages of this bot to a webhook at {host}, so they cannot be fetched."
                    " Set NHACCHUAN_ZALO_BOT_WEBHOOK_URL to use it, or NHACCHUAN_ZALO_BOT_DROP_WEBHOOK=true to take it"
                    " away."
                ).format(host=urlsplit(url).hostname or "?")
            )
        await line.ask(self._api.delete_webhook)
        _log.warning("zalo_bot.webhook_dropped", host=urlsplit(url).hostname)

    async def _fetch(self, line: BotLine, visits: BotVisits, supervisor: Supervisor) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        events = await line.ask(lambda: self._api.get_update(self._wait_seconds))
        for payload in events or ():
            event = read_event(payload)
            if event is not None:
                await supervisor.start(visits.take(event))
            else:
                _note_unknown(payload)
        if not events and loop.time() - began < _TOO_QUICK:
            await line.rest(1.0)


class BotWebhookDoor:
    """Is brought events at `url`; `receive` belongs on the route of its path. As many processes as needed may run."""

    def __init__(self, api: BotApi, reception: BotReception, *, url: str, secret: str, count: CountRefusal) -> None:
        if len(secret) not in _SECRET_LENGTHS or not secret.isascii() or not secret.isprintable():
            raise ChannelRefusedError(
                _("Webhook mode needs NHACCHUAN_ZALO_BOT_WEBHOOK_SECRET: 8 to 256 letters, digits or signs.")
            )
        self._api = api
        self._reception = reception
        self._url = url
        self._secret = secret
        self._count = count
        self._visits: BotVisits | None = None
        self._supervisor: Supervisor | None = None

    async def receive(self, request: web.Request) -> web.Response:
        """Take one event in, at once 200; answering goes on. An empty body is the platform looking whether we are here.

        `count` is told why somebody was turned away: no_secret, wrong_secret, too_large, not_json, busy.
        """
        try:
            body = await read_bounded(request)
            if not body.strip():
                return web.Response()
            ensure_secret(request, SECRET_HEADER, self._secret)
            payload = parse(body)
            visits, supervisor = self._ensure_room()
        except TurnedAwayError as away:
            self._count(away.reason)
            return web.Response(status=away.status)
        event = read_event(payload)
        if event is not None:
            await supervisor.start(visits.take(event))
        else:
            _note_unknown(payload)
        return web.Response()

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Take events in, tell the platform where, and leave only when all that was taken in is answered."""
        line = BotLine(stop, self._reception.pause)
        try:
            me = await line.ask(self._api.get_me)
            async with Supervisor(_MOST_WAITING, name="zalo_bot") as self._supervisor:
                self._visits = BotVisits(self._api, self._reception, _id_of(me), stop)
                seen = await line.ask(lambda: self._api.set_webhook(self._url, self._secret))
                _tell_verification(seen or {})
                _log.info("zalo_bot.open", by="webhook")
                await stop.wait()
                self._visits = None
        finally:
            self._visits = self._supervisor = None
            await self._api.close()

    def _ensure_room(self) -> tuple[BotVisits, Supervisor]:
        if self._visits is None or self._supervisor is None or not self._supervisor.has_room:
            raise TurnedAwayError(503, "busy")
        return self._visits, self._supervisor


def _id_of(me: Mapping[str, Any] | None) -> str:
    return str((me or {}).get("id", ""))


def _note_unknown(payload: Mapping[str, Any]) -> None:
    result = payload.get("result")
    name = (result if isinstance(result, dict) else payload).get("event_name")
    _log.info("zalo_bot.nobody_to_answer", name=name if isinstance(name, str) and len(name) < 60 else None)  # noqa: PLR2004


def _tell_verification(seen: Mapping[str, Any]) -> None:
    """What the platform saw at our address: it keeps the address even where nobody answers there."""
    if seen.get("ok") is False:
        _log.error("zalo_bot.webhook_not_reached", outcome=str(seen.get("outcome")), status=seen.get("status_code"))
