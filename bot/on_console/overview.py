"""Where everybody stands at a glance."""

from aiohttp import web

from bot.on_console.pages import Asked, Page, page
from bot.on_console.seats import WITH_PEOPLE


async def show(asked: Asked) -> web.Response:
    """The overview."""
    return asked.show("overview.html")


PAGES: tuple[Page, ...] = (page("/overview", "overview", WITH_PEOPLE, show),)
