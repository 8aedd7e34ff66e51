"""Messages of which it is not known whether they arrived, broadcasts aside: asked about, and settled one by one."""

from aiohttp import web

from bot.on_console.at_desk import ask_desk, field, group, pair_choices, status_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR
from handlers.hr.unclear import AGAIN, ARRIVED, LIST
from handlers.reply import Outcome, Reply

_OF_A_BROADCAST = "broadcast.unclear"
_DEEDS = {"arrived": ARRIVED, "again": AGAIN}


async def show(asked: Asked) -> web.Response:
    """To whom of my people may something not have come?"""
    return _show(asked, await ask_desk(asked, LIST))


async def settle(asked: Asked) -> web.Response:
    """They received it, or it is sent again, once."""
    action = _DEEDS.get(field(asked, "what", 10))
    if action is None:
        return await show(asked)
    return _show(asked, await ask_desk(asked, action, field(asked, "message", 20)))


def _show(asked: Asked, reply: Reply) -> web.Response:
    return asked.show(
        "unclear.html",
        status=status_of(asked, reply),
        reply=reply,
        lines=group(asked, reply.lines),
        is_refused=reply.outcome is Outcome.DENIED,
        asked_of=pair_choices(reply, ARRIVED, AGAIN),
        of_broadcasts=[(one.subject, one.label) for one in reply.choices if one.action == _OF_A_BROADCAST],
    )


PAGES: tuple[Page, ...] = (
    page("/unclear", "unclear", OF_HR, show),
    deed("/unclear", "unclear.settle", OF_HR, settle),
)
