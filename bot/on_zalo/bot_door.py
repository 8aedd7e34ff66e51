"""The whole door of the Zalo Bot platform, by polling or by webhook: open until told to stop, closed politely.

The platform never brings an event again that it has handed over: each is kept before the next is asked for, and before
it is thanked for. A fetch that is under way when we are to stop is waited for: an event may be on its way already.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError, where_of
from bot.intake import Intake
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_incoming import conversation_of, read_event
from bot.on_zalo.bot_receive import BotReception, BotVisits
from bot.settings import secrets_in
from bot.waiting import Pause, T, longer_each_time, unless_stopped
from bot.webhooks import TurnedAwayError, ensure_secret, parse, read_bounded
from handlers.asking import Channel
from handlers.phrases import _

SECRET_HEADER: Final = "X-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
_SECRET_LENGTHS: Final = range(8, 257)
_LONGEST_BACKOFF: Final = 30.0
_KEPT_WITHIN: Final = 20.0  # seconds for which an event that cannot be kept is held on to after we are to stop
_REFUSED_PAUSE: Final = 300.0
_UNHEALTHY_AFTER: Final = 3  # failures in a row
POLL_SECONDS: Final = 10  # so long a fetch waits, and so long after the stop it may still bring an event
_TOO_QUICK: Final = 0.5  # seconds in which an idle wait ends only where something is wrong
_log = structlog.get_logger("bot.on_zalo.bot")
CountRefusal = Callable[[str], None]


class BotLine:
    """A line to the platform that outlives interruptions and hangs up when asked to."""

    def __init__(self, stop: asyncio.Event, pause: Pause, randomness: Random | None = None) -> None:
        self._stop = stop
        self._pause = pause
        self._randomness = randomness or Random()  # noqa: S311  only spreads tries in time

    async def ask(self, call: Callable[[], Awaitable[T]], *, to_its_end: bool = False) -> T | None:
        """Ask until there is an answer; None once we are to stop.

        `to_its_end`: what was asked by then is waited for, since its answer would not be given a second time.
        Raises ChannelRefusedError when the platform refuses the token or what is asked: waiting would not help.
        """
        for attempt in count():
            if self._stop.is_set():
                return None
            try:
                return await (call() if to_its_end else unless_stopped(call(), self._stop))
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
        wait = longer_each_time(attempt, longest=_LONGEST_BACKOFF) * self._randomness.uniform(0.8, 1.2)
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
        self, api: BotApi, reception: BotReception, *, drops_webhook: bool = False, wait_seconds: int = POLL_SECONDS
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
            visits = BotVisits(self._api, self._reception, stop)
            async with _open_intake(self._reception, visits, polls=self._api.identity) as intake:
                while not stop.is_set():
                    try:
                        await self._fetch(line, _Threshold(intake, _id_of(me)), stop)
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

    async def _fetch(self, line: BotLine, threshold: "_Threshold", stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        events = await line.ask(lambda: self._api.get_update(self._wait_seconds), to_its_end=True)
        for payload in events or ():
            await self._keep(threshold, payload, stop)
        if not events and loop.time() - began < _TOO_QUICK:
            await line.rest(1.0)

    async def _keep(self, threshold: "_Threshold", payload: Mapping[str, Any], stop: asyncio.Event) -> None:
        """However long the cabinet is out of reach: the event exists nowhere else."""
        left = _KEPT_WITHIN
        for attempt in count():
            began, is_stopping = time.monotonic(), stop.is_set()
            try:
                await threshold.take(payload)
            except Exception as failed:  # noqa: BLE001  whatever it is, giving up here would lose the event
                _log.error("zalo_bot.not_kept", error=type(failed).__name__, where=where_of(failed))
            else:
                return
            if not stop.is_set():
                wait = longer_each_time(attempt, longest=_LONGEST_BACKOFF)
                await unless_stopped(self._reception.pause(wait), stop)
            elif left > 0:
                left -= 1.0 + (time.monotonic() - began if is_stopping else 0.0)
                await self._reception.pause(1.0)
            else:
                return


class _Threshold:
    """Lets in what is from somebody else. `me` is the bot's own id."""

    def __init__(self, intake: Intake, me: str) -> None:
        self._intake = intake
        self._me = me

    async def take(self, payload: Mapping[str, Any]) -> None:
        """Keep an event, unless it is our own or nobody's. Raises whatever keeps the cabinet from being reached."""
        event = read_event(payload)
        if event is None:
            _note_unknown(payload)
        elif not event.is_from_bot and event.sender != self._me:
            await self._intake.take(event.message_id, payload)


class BotWebhookDoor:
    """Is brought events at `url`; `receive` belongs on the route of its path. As many processes as needed may run.

    `secret`: one, or several divided by commas while one replaces another: the first is announced, all let in.
    """

    def __init__(self, api: BotApi, reception: BotReception, *, url: str, secret: str, count: CountRefusal) -> None:
        secrets = secrets_in(secret)
        if not secrets or not all(map(_can_be_secret, secrets)):
            raise ChannelRefusedError(
                _("Webhook mode needs NHACCHUAN_ZALO_BOT_WEBHOOK_SECRET: 8 to 256 letters, digits or signs.")
            )
        self._api = api
        self._reception = reception
        self._url = url
        self._secrets = secrets
        self._count = count
        self._threshold: _Threshold | None = None

    @property
    def is_open(self) -> bool:
        """Whether what is brought is taken in."""
        return self._threshold is not None

    async def receive(self, request: web.Request) -> web.Response:
        """Keep one event, then 200; answering goes on. An empty body is the platform looking whether we are here.

        `count` is told why somebody was turned away: no_secret, wrong_secret, too_large, not_json, busy, not_kept.
        """
        try:
            body = await read_bounded(request)
            if not body.strip():
                return web.Response()
            ensure_secret(request, SECRET_HEADER, self._secrets)
            payload = parse(body)
            await self._keep(payload)
        except TurnedAwayError as away:
            self._count(away.reason)
            return web.Response(status=away.status)
        return web.Response()

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Take events in, tell the platform where, and leave only when all that was taken in is answered."""
        line = BotLine(stop, self._reception.pause)
        try:
            me = await line.ask(self._api.get_me)
            visits = BotVisits(self._api, self._reception, stop)
            async with _open_intake(self._reception, visits) as intake:
                self._threshold = _Threshold(intake, _id_of(me))
                seen = await line.ask(lambda: self._api.set_webhook(self._url, self._secrets[0]))
                _tell_verification(seen or {})
                _log.info("zalo_bot.open", by="webhook")
                await stop.wait()
                self._threshold = None
        finally:
            self._threshold = None
            await self._api.close()

    async def _keep(self, payload: Mapping[str, Any]) -> None:
        if self._threshold is None:
            raise TurnedAwayError(503, "busy")
        try:
            await self._threshold.take(payload)
        except Exception as failed:  # noqa: BLE001  whatever it is, the platform must not be thanked
            _log.error("zalo_bot.not_kept", error=type(failed).__name__, where=where_of(failed))
            raise TurnedAwayError(503, "not_kept") from None


def _can_be_secret(secret: str) -> bool:
    return len(secret) in _SECRET_LENGTHS and secret.isascii() and secret.isprintable()


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


def _open_intake(reception: BotReception, visits: BotVisits, polls: str = "") -> Intake:
    return Intake(Channel.ZALO_BOT, reception.inbox, visits.take, polls=polls, conversation_of=conversation_of)
