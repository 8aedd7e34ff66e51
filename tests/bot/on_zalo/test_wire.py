"""No more is read of a host's answer than an answer may have, packed or not."""

import gzip
import json

import httpx
import pytest
from aiohttp import web

from bot.failures import UnclearError
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.wire import AnswerLostError, Wire, _unpacking

_MIB = 1024 * 1024


@pytest.fixture
async def host():
    """A host that answers as it is asked to, and what it saw and wrote."""
    seen = {"written": 0, "accepted": []}

    async def answer(request):
        seen["accepted"].append(request.headers["Accept-Encoding"])
        return web.json_response({"error": 0})

    async def packed(request):
        once = gzip.compress(json.dumps({"error": 0, "padding": " " * _MIB * int(request.query["mib"])}).encode())
        body = gzip.compress(once) if "," in request.query["how"] else once
        return web.Response(body=body, headers={"Content-Encoding": request.query["how"]})

    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _part in range(64):
            await response.write(b" " * _MIB)
            seen["written"] += 1
        return response

    app = web.Application()
    app.add_routes([web.get("/answer", answer), web.get("/packed", packed), web.get("/endless", endless)])
    app.add_routes([web.post("/bot{token}/sendMessage", endless)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    seen["base"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    wire = Wire(seen["base"])
    yield wire, seen
    await wire.close()
    await runner.cleanup()


async def test_answer_is_asked_for_unpacked(host):
    wire, seen = host
    answer = await wire.ask("GET", "/answer", headers={"access_token": "x"})
    assert (answer.status, answer.body) == (200, {"error": 0})
    assert seen["accepted"] == ["identity"]


async def test_answer_that_is_packed_all_the_same_is_read_as_far_as_one_may_be_long(host):
    wire, _seen = host
    answer = await wire.ask("GET", "/packed", headers={}, params={"how": "gzip", "mib": "1"})
    assert answer.body is not None
    assert answer.body["error"] == 0
    longer = await wire.ask("GET", "/packed", headers={}, params={"how": "gzip", "mib": "4"})
    assert (longer.status, longer.body) == (200, None)


def test_no_more_is_unpacked_than_is_asked_for():
    packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b""))
    assert len(_unpacking(packed)(gzip.compress(b" " * 50 * _MIB), 1000)) == 1000


@pytest.mark.parametrize("how", ["gzip, gzip", "br"])
async def test_answer_that_is_packed_strangely_is_lost(host, how):
    wire, _seen = host
    with pytest.raises(AnswerLostError, match="packed"):
        await wire.ask("GET", "/packed", headers={}, params={"how": how, "mib": "1"})
    assert (await wire.ask("GET", "/answer", headers={})).status == 200


async def test_reading_stops_where_an_answer_is_longer_than_one_may_be(host):
    wire, seen = host
    answer = await wire.ask("GET", "/endless", headers={})
    assert (answer.status, answer.body) == (200, None)
    assert seen["written"] < 32, "the line was closed"


async def test_reading_stops_where_an_answer_to_a_bot_is_longer_than_one_may_be(host):
    _wire, seen = host
    api = BotApi("1:secret", seen["base"])
    with pytest.raises(UnclearError, match="answer lost"):
        await api.send_text("a", "Chào")
    await api.close()
    assert seen["written"] < 32, "the line was closed"
