"""What answered a form, kept for a while at an address of its own, so that loading it again sends nothing again."""

import asyncio
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any, Final

from aiohttp import web

from bot.on_console.pages import Asked, NotHereError, Page, page
from bot.on_console.seats import EVERYBODY
from handlers.asking import Channel

_HTML: Final = "text/html"
_OK: Final = 200


async def keep(asked: Asked, response: web.StreamResponse) -> web.StreamResponse:
    """Leads to the page that answers a form; files, refusals and whatever leads on already stay as they are.

    The page is kept sealed, for this session only, and only as long as whoever sits there may see the same people.
    """
    if not isinstance(response, web.Response) or response.status != _OK or response.content_type != _HTML:
        return response
    if response.text is None:
        return response
    token = asked.door.new_secret()
    packed = await asyncio.to_thread(zlib.compress, response.text.encode())
    state = {"page": b64encode(packed).decode("ascii"), "for": _whose(asked)}
    await asked.cabinet.threads.keep(_name(asked, token), state, asked.door.clock.now())
    return asked.go("shown", token=token)


async def show(asked: Asked) -> web.Response:
    """It again, as it was written."""
    kept = await asked.cabinet.threads.recall(_name(asked, asked.request.match_info["token"][:64]))
    if kept is None or kept.get("for") != _whose(asked):
        raise NotHereError
    return web.Response(text=await asyncio.to_thread(_unpack, kept), content_type=_HTML)


def _unpack(kept: Any) -> str:
    return zlib.decompress(b64decode(kept["page"])).decode()


def _name(asked: Asked, token: str) -> str:
    return f"{Channel.CONSOLE}:{asked.person.code}:{token}"


def _whose(asked: Asked) -> str:
    """This session, its offices and the units whose people it may see; another makes another."""
    whose = "\0".join([asked.mark, *sorted(asked.member.seats), "", *sorted(asked.member.units)])
    return sha256(whose.encode()).hexdigest()


PAGES: tuple[Page, ...] = (page(r"/shown/{token:[\w-]{1,64}}", "shown", EVERYBODY, show),)
