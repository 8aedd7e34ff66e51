"""The server around the chat: headers, hosts, health, limits, and what a failure looks like."""

import asyncio
import io

import aiohttp
import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs
from yarl import URL

from bot.on_web.askers import REFUSED, Proxies
from bot.on_web.door import WebSettings
from bot.on_web.guards import check_host
from bot.on_web.server import WEBHOOKS
from tests.bot.on_web.scripted import Opened, hear, opened, say

KEY = b"k" * 32


async def leave(door: Opened, origin: str = "") -> tuple[int, bool]:
    """Leave as the page does; the status, and whether the browser got another identity."""
    async with door.session.post(f"{door.url}/leave", headers={"Origin": origin or door.url}) as response:
        return response.status, "nhacchuan" in response.cookies


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/static/chat.js", "/nowhere", "/chat"])
async def test_security_headers_stand_on_every_response(path):
    async with opened() as door, door.session.get(door.url + path) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "connect-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "geolocation=()" in response.headers["Permissions-Policy"]
        assert "Server" not in response.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("127.0.0.1:8080", 200, id="loopback"),
        pytest.param("LOCALHOST", 200, id="loopback by name"),
        pytest.param("[::1]:8080", 200, id="loopback of version six"),
        pytest.param("hoi.tinh.example", 200, id="the public name"),
        pytest.param("noi-bo.example:8443", 200, id="an allowed name with a port"),
        pytest.param("evil.example", 421, id="a stranger's name that points to us"),
        pytest.param("127.0.0.1.evil.example", 421, id="a name that begins like loopback"),
        pytest.param("[", 421, id="no host name at all"),
    ],
)
async def test_only_known_host_names_are_answered_when_a_page_asks(host, status):
    settings = WebSettings(
        cookie_key=KEY, public_url="https://hoi.tinh.example", allowed_hosts=frozenset({"noi-bo.example"})
    )
    async with opened(settings=settings) as door, door.session.get(door.url, headers={"Host": host}) as response:
        assert response.status == status


async def test_probes_may_name_the_number_that_they_connect_to_and_pages_may_not():
    async def fine(_request):
        return web.Response()

    app = web.Application(middlewares=[check_host(WebSettings(cookie_key=KEY))])
    app.add_routes([web.get(path, fine) for path in ("/healthz", "/metrics", "/console")])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.2", 0)
    await site.start()
    port = runner.addresses[0][1]
    found = []
    async with ClientSession() as session:
        for path, host in (
            ("healthz", ""),
            ("metrics", ""),
            ("console", ""),
            ("healthz", "127.0.0.3"),
            ("metrics", "evil.example"),
        ):
            headers = {"Host": host} if host else {}
            async with session.get(f"http://127.0.0.2:{port}/{path}", headers=headers) as response:
                found.append(response.status)
    await runner.cleanup()
    assert found == [200, 200, 421, 421, 421]


async def test_the_page_speaks_the_chosen_language_and_asks_nobody_else_when_opened():
    async with opened() as door:
        async with door.session.get(f"{door.url}/?lang=en") as response:
            html = await response.text()
        assert '<html lang="en">' in html
        assert "Type your question here" in html
        assert "built-in" not in html
        assert "http://" not in html
        assert "https://" not in html
        async with door.session.get(f"{door.url}/?lang=xx") as response:
            assert response.status == 200


async def test_the_visitor_gets_a_sealed_cookie_once_when_they_come_again():
    async with opened() as door:
        async with door.session.get(door.url) as first:
            cookie = first.headers["Set-Cookie"]
        async with door.session.get(door.url) as second:
            assert "Set-Cookie" not in second.headers
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie


async def test_the_cookie_is_bound_to_tls_when_the_public_address_is_https():
    settings = WebSettings(cookie_key=KEY, public_url="https://hoi.tinh.example")
    async with opened(settings=settings) as door, door.session.get(door.url) as response:
        assert response.headers["Set-Cookie"].startswith("__Host-nhacchuan=")
        assert "Secure" in response.headers["Set-Cookie"]
        assert "Strict-Transport-Security" in response.headers


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(f"visitor-{1:035d}.{'0' * 64}", id="a wrong seal"),
        pytest.param(f"visitor-{1:035d}", id="no seal"),
        pytest.param("x.y", id="a short id"),
        pytest.param("\udcff" * 40 + ".\udcff", id="bytes that are no text"),
    ],
)
async def test_a_new_identity_is_given_when_the_cookie_is_forged(forged):
    async with (
        opened() as door,
        door.session.get(door.url, headers={"Cookie": f"nhacchuan={forged}"}) as response,
    ):
        assert response.status == 200
        assert "Set-Cookie" in response.headers


async def test_leaving_gives_the_browser_a_fresh_identity_when_its_own_page_asks():
    async with opened() as door:
        async with door.session.get(door.url) as response:
            before = response.cookies["nhacchuan"].value
        assert await leave(door) == (204, True)
        async with door.session.get(door.url) as response:
            assert "Set-Cookie" not in response.headers
        assert await leave(door) == (204, True)  # and once more, by whoever is there now
        (first, second) = door.desk.heard
        assert first.address == before.partition(".")[0]
        assert second.address != first.address
        assert {(one.choice, one.person, one.thread) for one in door.desk.heard} == {("data.leave", None, None)}


async def test_another_site_makes_nobody_leave():
    async with opened() as door, door.chat() as line:
        assert await leave(door, "https://evil.example") == (403, False)
        assert not door.desk.heard
        assert (await say(line, "một"))["title"] == "Nghe rõ: một"


async def test_nobody_leaves_by_halves_when_the_desk_cannot_unlink():
    async with opened() as door, door.chat() as line:
        door.desk.script["[data.leave]"] = RuntimeError("away")
        assert await leave(door) == (500, False)
        assert (await say(line, "một"))["title"] == "Nghe rõ: một"
        del door.desk.script["[data.leave]"]
        assert await leave(door) == (204, True)


async def test_every_line_of_who_left_closes_and_nobody_elses():
    async with (
        opened() as door,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as neighbour,
        neighbour.ws_connect(f"{door.url}/chat", headers={"Origin": door.url}) as stays,
        door.session.get(door.url),
        door.chat() as one,
        door.chat() as other,
    ):
        async with asyncio.TaskGroup() as tabs:
            closing = [tabs.create_task(line.receive(timeout=10)) for line in (one, other)]
            assert await leave(door) == (204, True)
        assert [task.result().data for task in closing] == [4001, 4001]
        await stays.send_json({"type": "hello", "locale": "en"})
        assert (await hear(stays))["type"] == "welcome"


async def test_an_answer_under_way_ends_before_its_asker_is_unlinked_and_is_given_to_nobody_again():
    async with opened() as door, door.chat() as line:
        cookie = door.session.cookie_jar.filter_cookies(URL(door.url))["nhacchuan"].value
        door.desk.may_answer.clear()
        await line.send_json({"type": "say", "id": "m1", "text": "một"})
        await door.desk.hears.wait()
        async with asyncio.TaskGroup() as both:
            leaving = both.create_task(leave(door))
            for _turn in range(3):  # by then whoever leaves has been heard
                async with door.session.get(f"{door.url}/healthz") as response:
                    assert response.status == 200
            door.desk.may_answer.set()
            assert (await hear(line))["title"] == "Nghe rõ: một"
            assert (await line.receive(timeout=10)).data == 4001
        assert leaving.result() == (204, True)
        assert [one.text or one.choice for one in door.desk.heard] == ["một", "data.leave"]
        assert door.desk.most_at_once == 1
        door.session.cookie_jar.update_cookies({"nhacchuan": cookie}, URL(door.url))
        async with door.chat() as copied:
            await say(copied, "một")
        assert len(door.desk.heard) == 3


async def test_a_page_knows_its_visitor_again_without_the_cookie():
    async with opened() as door:
        seen = []
        for is_left in (False, True, False):
            async with door.session.ws_connect(f"{door.url}/chat", headers={"Origin": door.url}) as line:
                await line.send_json({"type": "hello", "locale": "en"})
                seen.append((await hear(line))["visitor"])
            if is_left:
                await leave(door)
        assert seen[0] == seen[1] != seen[2]
        assert not any(seen[0] in one.address for one in door.desk.heard)


async def test_the_server_slows_a_network_that_is_refused_too_often_and_no_signed_call():
    async def webhook(request):
        return web.Response(status=200 if request.headers.get("X-Secret") == "right" else 403)

    routes = [web.post(path, webhook) for path in WEBHOOKS]
    settings = WebSettings(cookie_key=KEY, proxies=Proxies(["127.0.0.1"]))
    there = {"X-Forwarded-For": "203.0.113.7"}
    async with opened(settings=settings, routes=routes) as door:

        async def ask(path, **headers):
            async with door.session.request(
                "POST" if path in WEBHOOKS else "GET", door.url + path, headers={**there, **headers}
            ) as answer:
                return answer.status

        forged = [await ask("/telegram/webhook") for _call in range(REFUSED[0] + 1)]
        assert (forged[0], forged[-1]) == (403, 429)
        assert await ask("/healthz") == 429
        assert [await ask(path, **{"X-Secret": "right"}) for path in sorted(WEBHOOKS)] == [200] * len(WEBHOOKS)
        there["X-Forwarded-For"] = "203.0.113.8"
        assert await ask("/healthz") == 200


async def test_alive_and_ready_are_told_apart_when_something_is_missing():
    async with opened(reasons=["the database is out of reach"]) as door:
        async with door.session.get(f"{door.url}/healthz") as response:
            assert response.status == 200
        async with door.session.get(f"{door.url}/readyz") as response:
            assert response.status == 503
            assert (await response.json())["reasons"] == ["the database is out of reach"]
    async with opened() as door, door.session.get(f"{door.url}/readyz") as response:
        assert response.status == 200
        assert await response.json() == {"ready": True, "reasons": []}


async def test_metrics_of_the_given_registry_are_shown_when_asked():
    async with opened() as door, door.session.get(f"{door.url}/metrics") as response:
        assert "nhacchuan_web_connections 0.0" in await response.text()


async def test_routes_of_the_caller_are_served_and_their_failures_told_calmly_when_they_break():
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError("bí mật")

    settings = WebSettings(cookie_key=KEY, locale="en")
    routes = [web.post("/echo", echo), web.get("/broken", broken)]
    with capture_logs() as logged:
        await _check_routes(settings, routes)
    assert "ref-1" in str(logged)
    assert "bí mật" not in str(logged)


async def _check_routes(settings, routes):
    async with opened(settings=settings, routes=routes) as door:
        async with door.session.post(f"{door.url}/echo", data=b"x" * 1000) as response:
            assert await response.text() == "1000"
        async with door.session.post(f"{door.url}/echo", data=io.BytesIO(b"x" * 10_000_000)) as response:
            assert response.status == 413
            assert await response.text() == "This is too large to be accepted here."
        async with door.session.get(f"{door.url}/broken") as response:
            assert response.status == 500
            assert await response.text() == "Sorry, something went wrong on our side. Reference: ref-1."
        async with door.session.get(f"{door.url}/static/../../../settings.py") as response:
            assert response.status == 404
