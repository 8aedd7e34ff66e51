"""The door of the Official Account: brought events by webhook, or reads recent conversations where nobody reaches us.

Every event is answered with 200, once it is kept: the console saves no address that refuses its unsigned probe, and
Zalo gives an address up that fails too often. What is not signed is dropped and counted, and whoever brings much of it
is slowed. What was signed long ago is dropped too: the mark that it was taken in is kept for days only, and whoever has
caught an event could bring it after that.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Final

import structlog
from aiohttp import web

from bot.failures import ChannelRefusedError, DeliveryFailedError, where_of
from bot.intake import Intake
from bot.on_zalo import signing
from bot.on_zalo.account import AccountClient
from bot.on_zalo.answering import Answerer
from bot.on_zalo.events import Kind, Reader, moment_of, sent_at
from bot.on_zalo.receiving import Reception, Visits
from bot.on_zalo.signing import Signatures
from bot.on_zalo.tokens import TokenKeeper
from bot.waiting import longer_each_time
from bot.webhooks import TurnedAwayError, parse, read_bounded, thank_whoever_is_turned_away
from bot.wiring_errors import CabinetAwayError
from handlers.asking import Channel

_FRESH_EVERY: Final = 300.0
_POLL_EVERY: Final = 3.0
_LONGEST_BACKOFF: Final = 60.0
_AT_A_TIME: Final = 10
_MOST_PAGES: Final = 50
_LOOK_BACK: Final = timedelta(hours=1)
# Zalo brings an event again for an hour, by some accounts for twelve. With a day for clocks that differ this stays
# within the days for which marks are kept (`updates` of the library's periods).
OLDEST: Final = timedelta(days=2)
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
CountEvent = Callable[[str], None]
_log = structlog.get_logger("bot.on_zalo")


class OaDoor:
    """What both ways in share: the account, its tokens kept fresh, and the visits."""

    by = ""

    def __init__(
        self,
        client: AccountClient,
        keeper: TokenKeeper,
        reception: Reception,
        answerer: Answerer,
        reader: Reader,
    ) -> None:
        self._client = client
        self._keeper = keeper
        self._reception = reception
        self._reader = reader
        self._visits = Visits(reception, answerer, reader)

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Answer people until `stop` is set and everything begun is finished.

        Without a grant it stays open and says so: an administrator may connect the account meanwhile.
        """
        try:
            intake = Intake(
                Channel.ZALO_OA,
                self._reception.inbox,
                self._visits.take,
                conversation_of=lambda raw: self._reader.read(raw).user,
            )
            async with intake, asyncio.TaskGroup() as group:
                group.create_task(self._keep_fresh(stop))
                _log.info("zalo.open", by=self.by)
                await self._serve(intake, stop)
        finally:
            await self._keeper.close()
            await self._client.close()

    async def _serve(self, intake: Intake, stop: asyncio.Event) -> None:
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

    async def _catch_up(self, intake: Intake, since: datetime, *, only_unanswered: bool = False) -> datetime | None:
        """Take in what people wrote since then and nobody has taken in; the moment of the newest row."""
        newest: datetime | None = None
        writers: dict[str, None] = {}
        for page in range(_MOST_PAGES):
            rows = await self._client.list_recent(page * _AT_A_TIME, _AT_A_TIME)
            moments = [moment_of(row) or _LONG_AGO for row in rows]
            for row, at in zip(rows, moments, strict=True):
                newest = max(newest or at, at)
                if at > since and (partner := _partner_of(row)):
                    writers.setdefault(partner)
            if len(rows) < _AT_A_TIME or min(moments) <= since:
                break
        for user in writers:
            await self._read_conversation(user, since, intake, only_unanswered=only_unanswered)
        return newest

    async def _read_conversation(self, user: str, since: datetime, intake: Intake, *, only_unanswered: bool) -> None:
        """The list of recent messages may hold only the last of each conversation: all of it is read here."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        for page in range(_MOST_PAGES):
            rows = await self._client.list_conversation(user, page * _AT_A_TIME, _AT_A_TIME)
            fresh = list(takewhile(lambda row: (moment_of(row) or _LONG_AGO) > since, rows))
            if only_unanswered:
                fresh = list(takewhile(lambda row: str(row.get("src")) == "1", fresh))
            events = [(self._reader.read(row), row) for row in fresh]
            found += [(event.key, row) for event, row in events if event.kind is not Kind.OTHER]
            if len(fresh) < _AT_A_TIME:
                break
        for key, row in reversed(found):
            await intake.take(key, row)


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
        reader: Reader,
        *,
        signatures: Signatures,
        count: CountEvent,
    ) -> None:
        super().__init__(client, keeper, reception, answerer, reader)
        self._signatures = signatures
        self._count = count
        self._intake: Intake | None = None

    @property
    def is_open(self) -> bool:
        """Whether what is brought is taken in."""
        return self._intake is not None

    async def receive(self, request: web.Request) -> web.Response:
        """Keep one event, then thank for it. Only where it cannot be kept is Zalo asked to bring it again."""
        shown = request.headers.get(signing.HEADER, "")
        if not shown:
            self._count("unsigned")
            return thank_whoever_is_turned_away()
        try:
            body = await read_bounded(request)
            raw = parse(body)
        except TurnedAwayError as away:
            self._count(away.reason)
            return thank_whoever_is_turned_away()
        formula = self._signatures.find_formula(body, raw, shown)
        if formula is None:
            self._count("wrong_signature")
            return thank_whoever_is_turned_away()
        self._count(f"signed_by_{formula}")
        if self._is_too_old(raw):
            self._count("too_old")
            return web.Response()
        event = self._reader.read(raw)
        if event.kind is Kind.OTHER:
            self._count("not_for_us")
            return web.Response()
        return await self._keep(event.key, raw)

    def _is_too_old(self, raw: Mapping[str, Any]) -> bool:
        """Where the day is set by hand nobody knows how old an event is."""
        clock, at = self._reception.clock, sent_at(raw)
        return not clock.is_fixed and (at is None or at < clock.now() - OLDEST)

    async def _keep(self, key: str, raw: Mapping[str, Any]) -> web.Response:
        if self._intake is None:
            self._count("closed")
            return web.Response(status=503)
        try:
            is_new = await self._intake.take(key, raw)
        except Exception as failed:  # noqa: BLE001  what is not kept is brought again
            _log.error("zalo.not_kept", error=type(failed).__name__, where=where_of(failed))
            self._count("not_kept")
            return web.Response(status=503)
        if not is_new:
            self._count("again")
        return web.Response()

    async def _serve(self, intake: Intake, stop: asyncio.Event) -> None:
        self._intake = intake
        try:
            await self._catch_up_once(intake, stop)
            await stop.wait()
        finally:
            self._intake = None

    async def _catch_up_once(self, intake: Intake, stop: asyncio.Event) -> None:
        """What people wrote while no process was there, and Zalo has given up bringing, stands in conversations.

        Only what nothing of ours follows is taken in: nobody has found out whether rows bear the ids of events. Where
        the cabinet is away it is looked again; nothing that is missed here closes the door.
        """
        since, failures = self._reception.clock.now() - _LOOK_BACK, 0
        while not stop.is_set():
            try:
                await self._catch_up(intake, since, only_unanswered=True)
            except CabinetAwayError as away:
                _log.warning("zalo.not_caught_up", error=type(away).__name__, where=where_of(away))
                await _wait(stop, longer_each_time(failures, first=_POLL_EVERY, longest=_LONGEST_BACKOFF))
                failures += 1
                continue
            except Exception as failed:  # noqa: BLE001  what is brought is answered all the same
                _log.warning("zalo.not_caught_up", error=type(failed).__name__, where=where_of(failed))
            return


class PollingDoor(OaDoor):
    """Reads the recent conversations every few seconds; needs nothing from outside."""

    by = "polling"

    async def _serve(self, intake: Intake, stop: asyncio.Event) -> None:
        since = self._reception.clock.now() - _LOOK_BACK
        failures = 0
        while not stop.is_set():
            wait = _POLL_EVERY
            try:
                # A second is looked at twice: rows of one moment may come one after the other.
                since = max(since, (await self._catch_up(intake, since) or since) - timedelta(seconds=1))
                failures = 0
            except Exception as failed:  # noqa: BLE001  the database may be away: what was not taken in is read again
                wait = longer_each_time(failures, first=_POLL_EVERY, longest=_LONGEST_BACKOFF)
                failures += 1
                _log.warning("zalo.interrupted", error=type(failed).__name__, wait=wait, where=where_of(failed))
            await _wait(stop, wait)


def _partner_of(row: Mapping[str, Any]) -> str:
    """The person of the conversation that a row is of."""
    return str(row.get("from_id" if str(row.get("src")) == "1" else "to_id") or "")


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
