"""`serve` and `run`: the doors open until the process is asked to end; and the demonstration of the sample province."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge

from bot import heap
from bot.commands.channels import (
    WEBHOOK_PATH,
    keep_open,
    learn_link,
    make_telegram_carrier,
    make_telegram_door,
)
from bot.commands.rehearsing import tell_rehearsal
from bot.commands.stopping import stop_on_signals
from bot.door_meters import DoorMeters, WaitingMeters
from bot.errors import CommandError, ServiceError, first_in
from bot.keeping_meters import KeepingMeters
from bot.letters import Carrier, Postman
from bot.on_api.door import ApiDoor
from bot.on_console.app import console_routes
from bot.on_telegram.door import Door, WebhookDoor
from bot.on_web.askers import Proxies
from bot.on_web.calendars import CALENDAR_PATH, CalendarPage
from bot.on_web.door import DemoPerson, WebDoor, WebSettings
from bot.on_web.handing_over import Predecessor, ask_predecessor, giving_way, passed_by_manager, place_of
from bot.on_web.leaving import Leaving, Listening
from bot.on_web.letters import WebCarrier
from bot.on_web.server import listen_at, listening, make_app
from bot.push.meters import PrivacyMeters, PushMeters
from bot.questions import shares_by_week
from bot.settings import Settings
from bot.waiting import unless_stopped
from bot.wiring import Office, open_office
from bot.wiring_console import make_console
from bot.wiring_errors import CabinetAwayError
from bot.wiring_keeping import read_standing
from bot.wiring_keys import ALIVE_EVERY
from handlers import next_steps
from handlers.asking import Channel, Choice
from handlers.front_desk import FrontDesk
from handlers.phrases import _

if TYPE_CHECKING:
    from bot.push.fleet import Worker

_DOORS_FIRST = 1.0  # seconds in which whoever waits at the doors is let in before anything else is begun
_JUDGE_EVERY = timedelta(seconds=3)
_TIDY_EVERY = timedelta(hours=6)
_MEASURE_EVERY = timedelta(minutes=10)
_COUNT_EVERY = timedelta(seconds=20)
_LOOK_EVERY = timedelta(seconds=5)
_ASKED_FOR_RARELY = ("bot.push.jobs", "bot.commands.doctor")  # to begin a broadcast; the console's page of the system
_WEEKS_MEASURED = timedelta(weeks=2)
_OPEN_SOON = 0.02
_LONGEST_WAIT = 5.0  # for a door that is being opened: no platform waits much longer
_DOORS_OPEN_WITHIN = 20.0  # then another process leaves its place to us all the same
_GONE_WITHIN = 60.0  # then we fetch all the same; whoever fetches a second time is told to wait by the platform
_ENDED_WITHIN = 30.0  # longer than doors give to answers under way; whatever is left then is taken up by others
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OpenWorker = Callable[[], AbstractAsyncContextManager["Worker"]]
_log = structlog.get_logger("bot.commands.serving")


async def serve(settings: Settings) -> None:
    """Open every configured door until SIGINT or SIGTERM, then finish what was begun."""
    async with open_office(settings, waits=True) as office:
        await serve_office(office, None)


async def run(settings: Settings) -> None:
    """The doors and one worker of the fleet in one process."""
    async with open_office(settings, waits=True) as office:
        await serve_office(office, None, partial(_open_worker, office))


@asynccontextmanager
async def _open_worker(office: Office) -> AsyncIterator["Worker"]:
    working = await asyncio.to_thread(import_module, "bot.commands.working")
    async with working.open_worker(office) as worker:
        yield worker


async def serve_office(
    office: Office, demo_people: Sequence[DemoPerson] | None, open_worker: OpenWorker | None = None
) -> None:
    """The doors of an open office; in the demonstration visitors choose who they are.

    A worker is opened beside them once they are open, since with it come libraries that no visitor waits for.
    Where a process of ours listens at the address already, it gives way once this one is ready.
    """
    leaving, stop = Leaving(), asyncio.Event()
    stop_on_signals(leaving.asked)
    registry = CollectorRegistry()
    settings = office.settings
    doors, routes = _channel_doors(office, registry)
    door = _web_door(office, registry, demo_people, leaving)
    app = make_app(door, [*routes, *console_routes(make_console(office, door.settings)), *_api_routes(office, door)])
    app.on_response_prepare.append(leaving.say_so)
    await office.once_reachable(office.desk.prepare)
    heap.settle()
    place = place_of(settings.home, settings.http) if settings.port else None
    predecessor = ask_predecessor(place) if place is not None else None
    async with listening(app, predecessor.listening if predecessor is not None else _listen(settings)) as listens:
        print(_("Web chat: {address} (Ctrl-C ends)").format(address=listens.address), flush=True)
        tell_rehearsal(office)
        gates = Gates(doors)
        if predecessor is None:
            gates.are_ours.set()
        if open_worker is None:
            gates.works_too.set()
        also = [_leave(leaving, listens, stop, settings)]
        if place is not None:
            also.append(_hold_place(place, listens, leaving, predecessor, gates, stop))
        await _keep_open(office, gates, _make_postman(office, door), registry, stop, open_worker, also)


def _listen(settings: Settings) -> Sequence[socket.socket]:
    """The sockets that a service manager holds for us, else our own. Raises ServiceError."""
    try:
        return passed_by_manager() or listen_at(settings.host, settings.port)
    except OSError as error:
        raise ServiceError(
            _("The web server cannot listen on {address}: {reason}. Choose another NHACCHUAN_HTTP.").format(
                address=settings.http, reason=error.strerror
            )
        ) from error


@dataclass(frozen=True, slots=True)
class Gates:
    """The doors of a process. Those that fetch by themselves wait for `are_ours`: only one may read a token.

    `works_too`: the worker beside them, where there is to be one, has been opened.
    """

    doors: Sequence[Door]
    are_ours: asyncio.Event = field(default_factory=asyncio.Event)
    are_closed: asyncio.Event = field(default_factory=asyncio.Event)
    works_too: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def are_ready(self) -> bool:
        """Whether all of this process does its work, so that another one may leave its place to it."""
        return self.works_too.is_set() and all(map(_is_open, self.doors))

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Every door, until `stop` is set and each is closed. Raises CommandError when a platform refuses us."""
        try:
            async with asyncio.TaskGroup() as group:
                for door in self.doors:
                    group.create_task(self._keep_one(door, stop))
        except* CommandError as refused:
            raise first_in(refused) from None
        finally:
            self.are_closed.set()

    async def _keep_one(self, door: Door, stop: asyncio.Event) -> None:
        if not hasattr(door, "is_open"):
            await unless_stopped(self.are_ours.wait(), stop)
        await keep_open(door, stop)


async def _hold_place(
    place: Path,
    listens: Listening,
    leaving: Leaving,
    predecessor: Predecessor | None,
    gates: Gates,
    stop: asyncio.Event,
) -> None:
    """Send the process away that was here before, once we do its work, and give way to the next one."""
    if predecessor is not None:
        until = time.monotonic() + _DOORS_OPEN_WITHIN
        while not gates.are_ready and time.monotonic() < until and not leaving.asked.is_set():  # noqa: ASYNC110  doors have no event
            await asyncio.sleep(_OPEN_SOON)
        if leaving.asked.is_set():  # before anybody was to go for us: whoever was here stays
            predecessor.close()
            return
        predecessor.send_away()
    async with giving_way(place, listens.sockets, leaving.replaced):
        if predecessor is not None:
            await predecessor.wait_gone(_GONE_WITHIN)
            predecessor.close()
            gates.are_ours.set()
        await stop.wait()
        await gates.are_closed.wait()


async def _leave(leaving: Leaving, listens: Listening, stop: asyncio.Event, settings: Settings) -> None:
    """When asked to, leave politely: nobody who has called is cut off."""
    await leaving.wait(settings.drain_seconds)
    await listens.leave(is_replaced=leaving.replaced.is_set())
    stop.set()


def _is_open(door: Door) -> bool:
    return getattr(door, "is_open", True)  # one that fetches by itself needs nobody to wait for it


def _once_open(door: Door, receive: Handler) -> Handler:
    """Platforms that call while the door is being opened wait for that moment, instead of having to come again."""
    was_open = False

    async def receive_once_open(request: web.Request) -> web.StreamResponse:
        nonlocal was_open
        until = time.monotonic() + _LONGEST_WAIT
        while not was_open and not _is_open(door) and time.monotonic() < until:  # noqa: ASYNC110  doors have no event
            await asyncio.sleep(_OPEN_SOON)
        was_open = True
        return await receive(request)

    return receive_once_open


def _api_routes(office: Office, door: WebDoor) -> Sequence[web.RouteDef]:
    """The paths that other programs read."""
    criteria = list(office.library.criteria)
    return ApiDoor(office.shared_store.open_store(), criteria, door.settings.locale, door.new_reference).routes()


def _channel_doors(office: Office, registry: CollectorRegistry) -> tuple[Sequence[Door], Sequence[web.RouteDef]]:
    """The doors of the channels that the settings name, and the routes by which platforms bring what comes."""
    doors: list[Door] = []
    routes: list[web.RouteDef] = []
    meters = DoorMeters(registry)
    telegram = make_telegram_door(office, registry, meters)
    if telegram is not None:
        doors.append(telegram)
    if isinstance(telegram, WebhookDoor):
        routes.append(web.post(WEBHOOK_PATH, _once_open(telegram, telegram.receive)))
    if office.settings.zalo_bot_token is not None:
        _add_zalo_bot(office, registry, meters, doors, routes)
    if office.settings.is_zalo_oa_open:
        _add_zalo_oa(office, registry, meters, doors, routes)
    routes.append(web.get(CALENDAR_PATH, CalendarPage(office.calendars.read).show))
    return doors, routes


def _add_zalo_bot(
    office: Office, registry: CollectorRegistry, meters: DoorMeters, doors: list[Door], routes: list[web.RouteDef]
) -> None:
    from bot.commands.zalo_bot import BOT_WEBHOOK_PATH, make_zalo_bot_door  # noqa: PLC0415  only where it is set
    from bot.on_zalo.bot_door import BotWebhookDoor  # noqa: PLC0415

    door = make_zalo_bot_door(office, registry, meters)
    if door is not None:
        doors.append(door)
    if isinstance(door, BotWebhookDoor):
        routes.append(web.post(BOT_WEBHOOK_PATH, _once_open(door, door.receive)))


def _add_zalo_oa(
    office: Office, registry: CollectorRegistry, meters: DoorMeters, doors: list[Door], routes: list[web.RouteDef]
) -> None:
    from bot.commands.zalo_connect import CALLBACK_PATH, show_code  # noqa: PLC0415  only where it is set
    from bot.commands.zalo_oa import OA_WEBHOOK_PATH, make_zalo_oa_door  # noqa: PLC0415
    from bot.on_zalo.door import WebhookDoor as OaWebhookDoor  # noqa: PLC0415

    door = make_zalo_oa_door(office, registry, meters)
    if door is not None:
        doors.append(door)
        routes.append(web.get(CALLBACK_PATH, show_code))
    if isinstance(door, OaWebhookDoor):
        routes.append(web.post(OA_WEBHOOK_PATH, _once_open(door, door.receive)))


async def _keep_open(
    office: Office,
    gates: Gates,
    postman: Postman,
    registry: CollectorRegistry,
    stop: asyncio.Event,
    open_worker: OpenWorker | None,
    also: Sequence[Coroutine[Any, Any, None]],
) -> None:
    """Until asked to end, or until a channel refuses us for good.

    Letters are brought and what has had its time is forgotten meanwhile.
    """
    try:
        async with asyncio.TaskGroup() as group:
            works = [
                *also,
                gates.keep_open(stop),
                postman.run(stop),
                _repeat_until(stop, ALIVE_EVERY, "noted", office.keys.note_alive),
                *(_after_doors(stop, begin) for begin in _housekeeping(stop, office, registry)),
            ]
            if open_worker is not None:
                group.create_task(_after_doors(stop, partial(_work, stop, open_worker, gates)))
            group.create_task(_end_in_time(stop, [group.create_task(work) for work in works]))
    except* CommandError as refused:
        raise first_in(refused) from None
    try:
        await office.keys.note_gone()
    except CabinetAwayError as failed:  # as of a process that was killed, nobody hears of it for a while
        _log.warning("serve.not_noted_gone", error=type(failed).__name__)


def _housekeeping(
    stop: asyncio.Event, office: Office, registry: CollectorRegistry
) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
    """What begins once the doors are open: what forgets, judges and counts again and again, and what few ask for."""
    works: list[tuple[timedelta, str, Callable[[], Coroutine[Any, Any, None]]]] = [
        (_TIDY_EVERY, "tidied", office.tidy),
        (_JUDGE_EVERY, "judged", _judge(office)),
        (_MEASURE_EVERY, "measured", _measure(office, registry)),
        (_COUNT_EVERY, "counted", _count_in_cabinet(office, registry)),
    ]
    if office.replica is not None:
        works.append((_LOOK_EVERY, "seen", _measure_replica(office.replica.behind, registry)))
    return [
        partial(learn_link, office),
        partial(_load_rest, stop, office.desk),
        *(partial(_repeat_until, stop, *one) for one in works),
    ]


async def _after_doors(stop: asyncio.Event, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Whoever waits at the doors comes first; a second later is early enough for this."""
    await unless_stopped(asyncio.sleep(_DOORS_FIRST), stop)
    if not stop.is_set():
        await begin()


async def _work(stop: asyncio.Event, open_worker: OpenWorker, gates: Gates) -> None:
    async with AsyncExitStack() as stack:
        worker = await unless_stopped(stack.enter_async_context(open_worker()), stop)
        gates.works_too.set()
        if worker is not None:
            await worker.run(stop)


async def _load_rest(stop: asyncio.Event, desk: FrontDesk) -> None:
    """What few ask for is made and loaded beside the first answers, and before anybody asks for it."""
    try:
        await asyncio.to_thread(desk.prepare_rest)
    except Exception as failed:  # noqa: BLE001  whoever needs it has it made again, and hears of it
        _log.warning("serve.rest_not_ready", error=type(failed).__name__)
    for module in _ASKED_FOR_RARELY:
        if not stop.is_set():
            await asyncio.to_thread(import_module, module)


async def _end_in_time(stop: asyncio.Event, works: Sequence[asyncio.Task[None]]) -> None:
    """What does not end by itself is given up, as it would be by a breakdown: nobody waits for us for ever."""
    await stop.wait()
    _ended, late = await asyncio.wait(works, timeout=_ENDED_WITHIN)
    for one in late:
        _log.error("serve.given_up", work=getattr(one.get_coro(), "__qualname__", ""))
        one.cancel()


async def _repeat_until(
    stop: asyncio.Event, every: timedelta, done: str, work: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    while not stop.is_set():
        try:
            await work()
        except Exception as failed:  # noqa: BLE001  housekeeping must not close the doors; it is tried again
            _log.warning(f"serve.not_{done}", error=type(failed).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every.total_seconds())


def _judge(office: Office) -> Callable[[], Coroutine[Any, Any, None]]:
    """How the verdicts that are kept stay true, whichever process keeps them so."""
    judge = office.make_judge(rests=True)

    async def refresh() -> None:
        await judge.refresh()

    return refresh


def _measure(office: Office, registry: CollectorRegistry) -> Callable[[], Coroutine[Any, Any, None]]:
    """How the share answered is kept up to date for `/metrics`, the running week and the one before."""
    shares = Gauge(
        "nhacchuan_share_answered", "Share of questions answered, by week; absent without questions", ["week"],
        registry=registry,
    )  # fmt: skip

    async def measure() -> None:
        now = office.clock.now()
        this_monday = now.date() - timedelta(days=now.weekday())
        by_week = {one.monday: one.share for one in shares_by_week(await office.answers_by_week(now - _WEEKS_MEASURED))}
        for name, monday in (("this", this_monday), ("last", this_monday - timedelta(weeks=1))):
            share = by_week.get(monday)
            if share is not None:
                shares.labels(name).set(share)
            else:
                shares.remove_by_labels({"week": name})

    return measure


def _measure_replica(
    find_behind: Callable[[], Awaitable[float]], registry: CollectorRegistry
) -> Callable[[], Coroutine[Any, Any, None]]:
    """How far the read replica is behind, for `/metrics`."""
    behind = Gauge(
        "nhacchuan_read_replica_behind_seconds", "By how much the read replica is behind at most; infinite when away",
        registry=registry,
    )  # fmt: skip

    async def measure() -> None:
        behind.set(await find_behind())

    return measure


def _count_in_cabinet(office: Office, registry: CollectorRegistry) -> Callable[[], Coroutine[Any, Any, None]]:
    """How the figures of the cabinet are kept up to date for `/metrics`, whichever process they are due to."""
    meters, privacy, keeping = PushMeters(registry), PrivacyMeters(registry), KeepingMeters(registry)
    settings = office.settings
    open_doors = {
        Channel.TELEGRAM: settings.telegram_token is not None,
        Channel.ZALO_BOT: settings.zalo_bot_token is not None,
        Channel.ZALO_OA: settings.is_zalo_oa_open,
    }
    waiting = WaitingMeters(registry, [channel for channel, is_open in open_doors.items() if is_open])

    async def count() -> None:
        async with office.open_cabinet() as cabinet:
            waiting.show(await cabinet.updates.count_waiting())
        meters.show(await office.push.read_figures())
        privacy.show(await office.privacy.standing())
        kept = await read_standing(office)
        keeping.show(kept.check, kept.sealed, kept.backup, kept.failed)

    return count


def _make_postman(office: Office, door: WebDoor) -> Postman:
    """Letters by every channel that is open."""
    carriers: list[Carrier] = [
        WebCarrier(door.present, office.describe, is_demonstration=door.demo_people is not None),
    ]
    others: list[Carrier | None] = [make_telegram_carrier(office)]
    if office.settings.zalo_bot_token is not None:
        from bot.commands.zalo_bot import make_zalo_bot_carrier  # noqa: PLC0415  only where it is set

        others.append(make_zalo_bot_carrier(office))
    if office.settings.is_zalo_oa_open:
        from bot.commands.zalo_oa import make_zalo_oa_carrier  # noqa: PLC0415  only where it is set

        others.append(make_zalo_oa_carrier(office))
    carriers += [one for one in others if one is not None]
    return Postman(office.mail, carriers)


def _webhook_hosts(settings: Settings) -> frozenset[str]:
    """The names under which platforms reach us, where they are not that of the web chat."""
    urls = settings.telegram_webhook_url, settings.zalo_bot_webhook_url
    return frozenset(urlsplit(url).netloc for url in urls if url)


def _web_door(
    office: Office, registry: CollectorRegistry, demo_people: Sequence[DemoPerson] | None, leaving: Leaving
) -> WebDoor:
    settings = office.settings

    async def probe() -> Sequence[str]:
        return [_("This process is ending.")] if leaving.asked.is_set() else await office.list_hindrances()

    return WebDoor(
        settings=WebSettings(
            cookie_key=lambda: office.cookie_keys,
            public_url=settings.public_url or "",
            locale=settings.locale,
            allowed_hosts=_webhook_hosts(settings),
            proxies=Proxies(settings.trusted_proxies, settings.proxy_header),
        ),
        desk=office.desk,
        describe=office.describe,
        probe=probe,
        registry=registry,
        demo_people=tuple(demo_people) if demo_people is not None else None,
        starters=starters,
    )


def starters() -> list[Choice]:
    """What a visitor is offered before having said anything."""
    return [next_steps.my_gaps(), next_steps.link_account(), next_steps.all_documents(), next_steps.help_me()]
