"""The web server: its routes, limits and life. The chat itself is in `chat`, the page in `page`."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.on_web.chat import ChatRoom
from bot.on_web.door import WebDoor
from bot.on_web.guards import check_host, ensure_same_origin, set_headers, show_errors
from bot.on_web.page import STATIC, ChatPage
from bot.on_web.visitors import welcome_visitor

_LARGEST_BODY = 1024 * 1024
_SHUTDOWN_SECONDS = 5.0
_SILENT_SECONDS = 60.0  # a line on which no whole request comes for so long is closed; nobody holds lines for long


def make_app(door: WebDoor, routes: Iterable[web.AbstractRouteDef] = ()) -> web.Application:
    """Build the application with the chat, health, metrics and whatever further routes the caller brings."""
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[show_errors(door), check_host(door.settings)])
    app.on_response_prepare.append(set_headers(door.settings))

    room = ChatRoom(door)
    app.on_shutdown.append(room.close)
    service = _Service(door)
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
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, keepalive_timeout=_SILENT_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        yield f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"
    finally:
        await runner.cleanup()


class _Service:
    """The small routes: is it alive, is it ready, how is it doing, and leaving a shared computer."""

    def __init__(self, door: WebDoor) -> None:
        self._door = door

    async def is_alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def is_ready(self, _request: web.Request) -> web.Response:
        reasons = list(await self._door.probe())
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._door.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def leave(self, request: web.Request) -> web.Response:
        """Replace the browser's identity by a fresh one, so that the next person at this computer starts anew."""
        ensure_same_origin(request, self._door.settings)
        response = web.Response(status=204)
        welcome_visitor(response, self._door)
        return response
