"""A listening socket goes to the process that takes our place, and callers who keep connections are told."""

import asyncio
import socket

from aiohttp import ClientSession, web

from bot.on_web.handing_over import ask_predecessor, giving_way, place_of
from bot.on_web.leaving import Leaving
from bot.on_web.server import listening


def make_app(word: str, leaving: Leaving) -> web.Application:
    app = web.Application()
    app.on_response_prepare.append(leaving.say_so)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=word)

    app.router.add_get("/", answer)
    return app


async def test_nobody_is_refused_while_one_takes_the_place_of_another(tmp_path):
    place = place_of(tmp_path, "127.0.0.1:8080")
    own = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{own.getsockname()[1]}/"
    old, new = Leaving(), Leaving()
    async with ClientSession() as caller:  # noqa: SIM117  the caller outlives them
        async with listening(make_app("old", old), [own]) as first, giving_way(place, [own], old.replaced):
            async with caller.get(url) as answer:
                assert await answer.text() == "old"
            successor = await asyncio.to_thread(ask_predecessor, place)
            assert successor is not None
            async with listening(make_app("new", new), successor.listening):
                successor.send_away()
                await asyncio.wait_for(old.wait(0), 5)
                async with caller.get(url) as answer:  # on the connection that was kept
                    assert answer.headers["Connection"] == "close"
                await first.leave(1)
                for _call in range(20):
                    async with caller.get(url) as answer:
                        assert await answer.text() == "new"
    assert not place.exists()


async def test_who_only_asks_sends_nobody_away(tmp_path):
    place = place_of(tmp_path, "127.0.0.1:8080")
    leaving = Leaving()
    with socket.create_server(("127.0.0.1", 0)) as own:
        async with giving_way(place, [own], leaving.replaced):
            asked = await asyncio.to_thread(ask_predecessor, place)
            assert asked is not None
            asked.close()
            again = await asyncio.to_thread(ask_predecessor, place)
            assert again is not None
            again.close()
            for one in (*asked.listening, *again.listening):
                one.close()
            assert not leaving.replaced.is_set()
    assert ask_predecessor(place) is None
