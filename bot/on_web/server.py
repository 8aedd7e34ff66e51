"""The web server: its routes, limits and life. The chat itself is in `chat`, the page in `page`."""

import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.on_web.askers import keep_pace, know_asker
from bot.on_web.chat import ChatRoom
from bot.on_web.door import WebDoor
from bot.on_web.guards import check_host, ensure_same_origin, set_headers, show_errors
from bot.on_web.leaving import Listening
from bot.on_web.page import STATIC, ChatPage
from bot.on_web.visitors import find_visitor, welcome_visitor

_LARGEST_BODY = 1024 * 1024
# Platforms bring what comes from few addresses and as fast as it comes.
WEBHOOKS = frozenset({"/telegram/webhook", "/zalo/oa/webhook", "/zalo/bot/webhook"})
_SHUTDOWN_SECONDS = 5.0
_WAITING_CALLS = 1024  # while the process is busy, or another takes its place
_SILENT_SECONDS = 60.0  # a line on which no whole request comes for so long is closed; nobody holds lines for long


def _middlewares(door: WebDoor) -> list[Middleware]:
    """The outermost first: who asks, how often, in which words anything is refused, and under which name."""
    return [
        know_asker(door.settings.proxies),
        show_errors(door),
        keep_pace(WEBHOOKS),
        check_host(door.settings),
    ]


def make_app(door: WebDoor, routes: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
    """Build the application with the chat, health, metrics and whatever further routes the caller brings."""
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=_middlewares(door))
    app.on_response_prepare.append(set_headers(door.settings))

    room = ChatRoom(door)
    app.on_shutdown.append(room.close)
    service = _Service(door, room)
    app.router.add_routes(
        [
            web.get("/", ChatPage(door).show),
            web.get("/chat", room.serve),
            web.post("/leave", service.leave),
            web.get("/healthz", service.is_alive),
            web.get("/readyz", service.is_ready),
            web.get("/metrics", service.metrics),
            web.static("/static", STATIC),
            *routes,
        ]
    )
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Listen inside the block and yield the address; port 0 takes any free one. Raises OSError if it is taken."""
    async with listening(app, listen_at(host, port)) as open_server:
        yield open_server.address


def listen_at(host: str, port: int) -> list[socket.socket]:
    """Listening sockets at every address of a host. Raises OSError if the port is taken."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    places = list(dict.fromkeys((family, address) for family, _kind, _proto, _name, address in found))
    if port == 0:
        places = places[:1]
    made: list[socket.socket] = []
    try:
        for family, address in places:
            made.append(socket.create_server(address[:2], family=family, backlog=_WAITING_CALLS))
    except OSError:
        for one in made:
            one.close()
        raise
    return made


@asynccontextmanager
async def listening(app: web.Application, sockets: Sequence[socket.socket]) -> AsyncIterator[Listening]:
    """Take calls from these sockets inside the block; they are closed at its end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, keepalive_timeout=_SILENT_SECONDS)
    await runner.setup()
    try:
        sites = [web.SockSite(runner, one, backlog=_WAITING_CALLS) for one in sockets]
        for site in sites:
            await site.start()
        host, bound = runner.addresses[0][:2]
        address = f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"
        yield Listening(address, runner, tuple(sites), list(sockets))
    finally:
        await runner.cleanup()


class _Service:
    """The small routes: is it alive, is it ready, how is it doing, and leaving a shared computer."""

    def __init__(self, door: WebDoor, room: ChatRoom) -> None:
        self._door = door
        self._room = room

    async def is_alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def is_ready(self, _request: web.Request) -> web.Response:
        reasons = list(await self._door.probe())
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._door.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def leave(self, request: web.Request) -> web.Response:
        """Unlink who was here, then give the browser a fresh identity: the next person at this computer starts anew.

        What cannot be unlinked at the moment is not left either, so that whoever leaves is told and tries again.
        """
        ensure_same_origin(request, self._door.settings)
        visitor = find_visitor(request, self._door.settings)
        if visitor is not None:
            await self._room.part_with(visitor)
        response = web.Response(status=204)
        welcome_visitor(response, self._door)
        if visitor is not None:
            # The fresh cookie first: other tabs come back as soon as their lines close.
            await response.prepare(request)
            await response.write_eof()
            await self._room.hang_up_on(visitor)
        return response
