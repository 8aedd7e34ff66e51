"""How the machine stands: checks, channels and their tokens, queues, verdicts kept."""

from aiohttp import web

from bot.commands.queue import describe, describe_pause
from bot.on_console.pages import Asked, Page, page
from bot.on_console.seats import OF_MACHINE
from handlers.wording import name_channel


async def show(asked: Asked) -> web.Response:
    """The state of the system; no token is ever shown."""
    figures = await asked.door.read_figures()
    return asked.show(
        "system.html",
        fresh=await asked.cabinet.verdicts.freshness(asked.today.day),
        rules=await asked.cabinet.rules.version(),
        checks=await asked.door.look_around(),
        tokens=[(name_channel(one.channel), one) for one in await asked.door.list_tokens()],
        queues=[(one, describe_pause(one.pause_reason) if one.pause_reason else "") for one in figures.queues],
        said=describe(figures),
        at=figures.at,
    )


PAGES: tuple[Page, ...] = (page("/system", "system", OF_MACHINE, show),)
