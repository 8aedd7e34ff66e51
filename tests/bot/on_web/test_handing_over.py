"""A listening socket goes to the process that takes our place, and callers who keep connections are told."""

import asyncio
import socket
from typing import ClassVar

import pytest
from aiohttp import ClientSession, web

from bot.commands.serving import Gates, _hold_place
from bot.on_web.handing_over import Predecessor, ask_predecessor, giving_way, place_of
from bot.on_web.leaving import Leaving, Listening
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
                successor.close()
                async with caller.get(url) as answer:  # on the connection that was kept
                    assert answer.headers["Connection"] == "close"
                await first.leave(is_replaced=True)
                for _call in range(20):
                    async with caller.get(url) as answer:
                        assert await answer.text() == "new"
    assert not place.exists()


def _ask_at_once(address: tuple[str, int]) -> socket.socket:
    """A call that is made whole before anybody can take it."""
    line = socket.create_connection(address)
    line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    line.setblocking(False)
    return line


@pytest.mark.parametrize("turns", range(6))
async def test_who_calls_in_the_very_moment_of_leaving_is_answered_by_one_or_the_other(turns):
    """Taken from the queue and not yet attached when the server closes, a line would be cut off."""
    loop, own = asyncio.get_running_loop(), socket.create_server(("127.0.0.1", 0))
    address, kept = own.getsockname(), own.dup()
    async with listening(make_app("old", Leaving()), [own]) as first:
        with _ask_at_once(address) as line:
            for _turn in range(turns):
                await asyncio.sleep(0)
            await first.leave(is_replaced=True)
            async with listening(make_app("new", Leaving()), [kept]), asyncio.timeout(5):
                answer = await loop.sock_recv(line, 4096)
    assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("is_replaced", "answered"), [(True, True), (False, False)])
async def test_a_line_that_was_idle_is_kept_longer_where_another_answers_meanwhile(monkeypatch, is_replaced, answered):
    monkeypatch.setattr("bot.on_web.leaving._LOOKS", 2)
    old, own = Leaving(), socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{own.getsockname()[1]}/"
    async with ClientSession() as caller, listening(make_app("old", old), [own]) as first:
        async with caller.get(url) as before:
            assert before.status == 200
        old.asked.set()
        going = asyncio.create_task(first.leave(is_replaced=is_replaced))
        await asyncio.sleep(0.5)
        assert going.done() is not answered
        if answered:
            async with caller.get(url) as late:  # on the line that was idle
                assert late.headers["Connection"] == "close"
        async with asyncio.timeout(5):
            await going


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


class Fetching:
    """A door that fetches by itself, and how many do so at the same time."""

    at_once: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __init__(self) -> None:
        self.is_fetching = asyncio.Event()

    async def keep_open(self, stop: asyncio.Event) -> None:
        Fetching.at_once += 1
        Fetching.most = max(Fetching.most, Fetching.at_once)
        self.is_fetching.set()
        await stop.wait()
        await asyncio.sleep(0)  # answers that are under way
        Fetching.at_once -= 1


async def test_never_do_two_processes_fetch_what_only_one_may(tmp_path):
    place = place_of(tmp_path, "127.0.0.1:8080")
    own = socket.create_server(("127.0.0.1", 0))
    old, new = Fetching(), Fetching()
    stop_old, stop_new = Leaving().replaced, asyncio.Event()
    first, second = Gates([old]), Gates([new])
    first.are_ours.set()

    async def live_as_old() -> None:
        async with giving_way(place, [own], stop_old):
            await first.keep_open(stop_old)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(live_as_old())
        await old.is_fetching.wait()
        successor = await asyncio.to_thread(ask_predecessor, place)
        assert successor is not None
        group.create_task(second.keep_open(stop_new))
        successor.send_away()
        await successor.wait_gone(5)
        assert first.are_closed.is_set()
        assert not new.is_fetching.is_set()
        second.are_ours.set()
        await new.is_fetching.wait()
        stop_new.set()
    assert Fetching.most == 1
    successor.close()
    for one in (own, *successor.listening):
        one.close()


async def test_who_was_here_before_stays_until_the_worker_beside_the_new_doors_is_open(tmp_path):
    place = place_of(tmp_path, "127.0.0.1:8080")
    own = socket.create_server(("127.0.0.1", 0))
    sent_away, stop, gates = asyncio.Event(), asyncio.Event(), Gates([])
    async with asyncio.timeout(10), giving_way(place, [own], sent_away):
        successor = await asyncio.to_thread(ask_predecessor, place)
        assert successor is not None
        listens = Listening("", web.AppRunner(web.Application()), (), successor.listening)
        holding = asyncio.create_task(_hold_place(place, listens, Leaving(), successor, gates, stop))
        await asyncio.sleep(0.2)  # in which it looks several times
        assert not sent_away.is_set()
        gates.works_too.set()
        await sent_away.wait()
        stop.set()
        gates.are_closed.set()
    await holding
    for one in (own, *successor.listening):
        one.close()


async def test_who_was_here_before_stays_when_the_new_process_is_told_to_end_before_it_is_ready(tmp_path):
    place = place_of(tmp_path, "127.0.0.1:8080")
    own = socket.create_server(("127.0.0.1", 0))
    sent_away, stop, leaving, gates = asyncio.Event(), asyncio.Event(), Leaving(), Gates([])
    async with asyncio.timeout(10), giving_way(place, [own], sent_away):
        successor = await asyncio.to_thread(ask_predecessor, place)
        assert successor is not None
        listens = Listening("", web.AppRunner(web.Application()), (), successor.listening)
        leaving.asked.set()
        gates.works_too.set()
        gates.are_closed.set()
        stop.set()
        await _hold_place(place, listens, leaving, successor, gates, stop)
        again = await asyncio.to_thread(ask_predecessor, place)
        assert again is not None
        assert not sent_away.is_set()
        again.close()
    for one in (own, *successor.listening, *again.listening):
        one.close()


async def test_successor_of_a_process_that_died_does_not_wait_for_it(tmp_path):
    mine, theirs = socket.socketpair()
    theirs.close()
    died = Predecessor(mine, [])
    died.send_away()
    async with asyncio.timeout(1):
        await died.wait_gone(60)
    died.close()
