"""The door of the Official Account: brought events by webhook, or reads recent conversations where nobody reaches us.

Every event is answered with 200: the console saves no address that refuses its unsigned probe, and Zalo gives an
address up that fails too often. What is not signed is dropped and counted.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import web

from bot.failures import ChannelRefusedError, DeliveryFailedError, where_of
from bot.on_zalo import signing
from bot.on_zalo.account import AccountClient, CodeError
from bot.on_zalo.afterwards import Afterwards
from bot.on_zalo.answering import Answerer
from bot.on_zalo.events import Event, Kind, read_event, read_row
from bot.on_zalo.receiving import Reception, Visits
from bot.on_zalo.signing import Signatures
from bot.on_zalo.tokens import TokenKeeper
from bot.webhooks import TurnedAwayError, parse, read_bounded

_FRESH_EVERY: Final = 300.0
_POLL_EVERY: Final = 3.0
_LONGEST_BACKOFF: Final = 60.0
_AT_A_TIME: Final = 10
_MOST_PAGES: Final = 50
_LOOK_BACK: Final = timedelta(hours=1)
CountEvent = Callable[[str], None]
_log = structlog.get_logger("bot.on_zalo")


class OaDoor:
    """What both ways in share: the account, its tokens kept fresh, and the visits."""

    by = ""

    def __init__(self, client: AccountClient, keeper: TokenKeeper, reception: Reception, answerer: Answerer) -> None:
        self._client = client
        self._keeper = keeper
        self._reception = reception
        self._visits = Visits(reception, answerer)

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Answer people until `stop` is set and everything begun is finished.

        Without a grant it stays open and says so: an administrator may connect the account meanwhile.
        """
        try:
            async with Afterwards() as afterwards, asyncio.TaskGroup() as group:
                group.create_task(self._keep_fresh(stop))
                _log.info("zalo.open", by=self.by)
                await self._serve(afterwards, stop)
        finally:
            await self._keeper.close()
            await self._client.close()

    async def _serve(self, afterwards: Afterwards, stop: asyncio.Event) -> None:
        raise NotImplementedError

    async def _keep_fresh(self, stop: asyncio.Event) -> None:
        """The job of the workers does the same; an installation of doors alone needs it too."""
        while not stop.is_set():
            try:
                await self._keeper.ensure_fresh()
            except (ChannelRefusedError, DeliveryFailedError) as failed:
                _log.warning("zalo.not_fresh", error=type(failed).__name__)
            except Exception as failed:  # noqa: BLE001  the database may be away for a moment
                _log.warning("zalo.not_fresh", error=type(failed).__name__, where=where_of(failed))
            await _wait(stop, _FRESH_EVERY)

    async def _catch_up(self, afterwards: Afterwards, since: datetime) -> datetime | None:
        """Take in what people wrote since then and nobody has answered; the moment of the newest row."""
        newest: datetime | None = None
        writers: dict[str, datetime] = {}
        for page in range(_MOST_PAGES):
            rows = await self._client.list_recent(page * _AT_A_TIME, _AT_A_TIME)
            events = [read_row(row, locale=self._reception.locale) for row in rows]
            for row, event in zip(rows, events, strict=True):
                at = _moment_of(row)
                newest = max(newest or at, at)
                if event is not None and at > since:
                    writers.setdefault(event.user, at)
                elif at > since and (partner := str(row.get("to_id") or "")):
                    writers.setdefault(partner, at)
            if len(rows) < _AT_A_TIME or min(map(_moment_of, rows)) <= since:
                break
        for user in writers:
            await self._read_conversation(user, since, afterwards)
        return newest

    async def _read_conversation(self, user: str, since: datetime, afterwards: Afterwards) -> None:
        """The list of recent messages may hold only the last of each conversation: all of it is read here."""
        found: list[Event] = []
        for page in range(_MOST_PAGES):
            rows = await self._client.list_conversation(user, page * _AT_A_TIME, _AT_A_TIME)
            fresh = [row for row in rows if _moment_of(row) > since]
            found += [one for row in fresh if (one := read_row(row, locale=self._reception.locale)) is not None]
            if len(fresh) < _AT_A_TIME:
                break
        for event in reversed(found):
            afterwards.take(self._visits.take(event))


class WebhookDoor(OaDoor):
    """Is brought events; `receive` belongs on the route `/zalo/oa/webhook`. As many processes as needed may run.

    `count` learns what became of each: the formula that its signature followed, or why it was dropped.
    """

    by = "webhook"

    def __init__(
        self,
        client: AccountClient,
        keeper: TokenKeeper,
        reception: Reception,
        answerer: Answerer,
        *,
        signatures: Signatures,
        oa_id: str,
        count: CountEvent,
    ) -> None:
        super().__init__(client, keeper, reception, answerer)
        self._signatures = signatures
        self._oa_id = oa_id
        self._count = count
        self._afterwards: Afterwards | None = None

    async def receive(self, request: web.Request) -> web.Response:
        """Take one event in. Only where there is no room, or we are leaving, is Zalo asked to bring it again."""
        try:
            body = await read_bounded(request)
            raw = parse(body)
        except TurnedAwayError as away:
            self._count(away.reason)
            return web.Response()
        formula = self._signatures.find_formula(body, raw, request.headers.get(signing.HEADER, ""))
        if formula is None:
            self._count("wrong_signature" if request.headers.get(signing.HEADER) else "unsigned")
            return web.Response()
        self._count(f"signed_by_{formula}")
        event = read_event(raw, self._oa_id, locale=self._reception.locale)
        if event.kind is Kind.OTHER:
            self._count("not_for_us")
        elif self._afterwards is None or not self._afterwards.take(self._visits.take(event)):
            self._count("busy")
            return web.Response(status=503)
        return web.Response()

    async def _serve(self, afterwards: Afterwards, stop: asyncio.Event) -> None:
        self._afterwards = afterwards
        try:
            await self._catch_up_once(afterwards)
            await stop.wait()
        finally:
            self._afterwards = None

    async def _catch_up_once(self, afterwards: Afterwards) -> None:
        """What was taken in and not answered when a process died stands in the recent conversations."""
        try:
            await self._catch_up(afterwards, self._reception.clock.now() - _LOOK_BACK)
        except (ChannelRefusedError, DeliveryFailedError, CodeError) as failed:
            _log.warning("zalo.not_caught_up", error=type(failed).__name__)


class PollingDoor(OaDoor):
    """Reads the recent conversations every few seconds; needs nothing from outside."""

    by = "polling"

    async def _serve(self, afterwards: Afterwards, stop: asyncio.Event) -> None:
        since = self._reception.clock.now() - _LOOK_BACK
        failures = 0
        while not stop.is_set():
            wait = _POLL_EVERY
            try:
                # A second is looked at twice: rows of one moment may come one after the other.
                since = max(since, (await self._catch_up(afterwards, since) or since) - timedelta(seconds=1))
                failures = 0
            except (ChannelRefusedError, DeliveryFailedError, CodeError) as failed:
                wait = min(_POLL_EVERY * 2.0**failures, _LONGEST_BACKOFF)
                failures += 1
                _log.warning("zalo.interrupted", error=type(failed).__name__, wait=wait)
            await _wait(stop, wait)


def _moment_of(row: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(int(row["time"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
