"""How the machine stands: verdicts kept, channels, queues, workers."""

from aiohttp import web

from bot.on_console.pages import Asked, Page, page
from bot.on_console.seats import OF_MACHINE


async def show(asked: Asked) -> web.Response:
    """The state of the system."""
    return asked.show("system.html", fresh=await asked.cabinet.verdicts.freshness(asked.today.day))


PAGES: tuple[Page, ...] = (page("/system", "system", OF_MACHINE, show),)
