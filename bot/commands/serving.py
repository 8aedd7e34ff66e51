"""`serve` and `run`: the doors open until the process is asked to end; and the demonstration of the sample province."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.commands.channels import WEBHOOK_PATH, keep_open, make_telegram_door
from bot.errors import CommandError, ServiceError
from bot.on_telegram.door import PollingDoor, WebhookDoor
from bot.on_web.door import DemoPerson, WebDoor, WebSettings
from bot.on_web.server import make_app, serving
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers import next_steps
from handlers.asking import Choice
from handlers.phrases import _

_TIDY_EVERY = timedelta(hours=6)
_log = structlog.get_logger("bot.commands.serving")


async def serve(settings: Settings) -> None:
    """Open every configured door until SIGINT or SIGTERM, then finish what was begun."""
    async with open_office(settings) as office:
        await serve_office(office, None)


async def serve_office(office: Office, demo_people: Sequence[DemoPerson] | None) -> None:
    """The doors of an open office; in the demonstration visitors choose who they are."""
    stop = asyncio.Event()
    _stop_on_signals(stop)
    registry = CollectorRegistry()
    settings = office.settings
    telegram = make_telegram_door(office, registry)
    routes = [web.post(WEBHOOK_PATH, telegram.receive)] if isinstance(telegram, WebhookDoor) else []
    app = make_app(_web_door(office, registry, demo_people), routes)
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(serving(app, settings.host, settings.port))
        except OSError as error:
            raise ServiceError(
                _("The web server cannot listen on {address}: {reason}. Choose another NHACCHUAN_HTTP.").format(
                    address=settings.http, reason=error.strerror
                )
            ) from error
        print(_("Web chat: {address} (Ctrl-C ends)").format(address=address), flush=True)
        await _keep_open(office, telegram, stop)


async def _keep_open(office: Office, telegram: PollingDoor | WebhookDoor | None, stop: asyncio.Event) -> None:
    """Until asked to end, or until a channel refuses us for good; what has had its time is forgotten meanwhile."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_tidy_until(office, stop))
            if telegram is not None:
                group.create_task(keep_open(telegram, stop))
    except* CommandError as refused:
        raise refused.exceptions[0] from None


async def _tidy_until(office: Office, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await office.tidy()
        except Exception as failed:  # noqa: BLE001  tidying must not close the doors; it is tried again
            _log.warning("serve.not_tidied", error=type(failed).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _TIDY_EVERY.total_seconds())


def _web_door(office: Office, registry: CollectorRegistry, demo_people: Sequence[DemoPerson] | None) -> WebDoor:
    settings = office.settings
    return WebDoor(
        settings=WebSettings(
            cookie_key=office.cookie_key,
            public_url=settings.public_url or "",
            locale=settings.locale,
        ),
        desk=office.desk,
        describe=office.describe,
        probe=office.list_hindrances,
        registry=registry,
        demo_people=tuple(demo_people) if demo_people is not None else None,
        starters=starters,
    )


def starters() -> list[Choice]:
    """What a visitor is offered before having said anything."""
    return [next_steps.my_gaps(), next_steps.link_account(), next_steps.all_documents(), next_steps.help_me()]


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
