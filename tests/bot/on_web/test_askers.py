"""Who asks, behind which proxy, and how often: an office in the morning is served, a flood is not."""

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.on_web.askers import ANYTHING, REFUSED, Proxies, keep_pace, know_asker, network_of
from bot.on_zalo import signing
from bot.pacing import Paces
from bot.settings import Settings
from bot.unhurried import UnhurriedDesk
from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from tests.bot.on_zalo.account import open_door, standing_oa
from tests.standins.zalo_oa import sign


class Watch:
    """Seconds that go by when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class SayYes:
    """A desk that counts whom it answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, asked: Incoming) -> Reply:
        self.asked.append(asked.address)
        return Reply("yes")


def request_of(header: str | None, remote: str = "10.0.0.2", name: str = "X-Forwarded-For") -> web.Request:
    return make_mocked_request("GET", "/", headers={name: header} if header else {}).clone(remote=remote)


@pytest.mark.parametrize(
    ("named", "remote", "header", "found"),
    [
        pytest.param([], "10.0.0.2", "203.0.113.7", None, id="no proxy is named, so no header is read"),
        pytest.param(["10.0.0.0/8"], "198.51.100.9", "203.0.113.7", None, id="a stranger writes the header"),
        pytest.param(["10.0.0.0/8"], "10.0.0.2", "203.0.113.7", "203.0.113.7", id="a named proxy says who asks"),
        pytest.param(["10.0.0.0/8"], "10.0.0.2", "1.2.3.4, 203.0.113.7", "203.0.113.7", id="a claim"),
        pytest.param(
            ["10.0.0.0/8"], "10.0.0.2", "203.0.113.7, 10.0.0.3", "203.0.113.7", id="two named proxies in a row"
        ),
        pytest.param(["10.0.0.0/8"], "10.0.0.2", "[2001:db8::5]:4711", "2001:db8::5", id="an address of version 6"),
        pytest.param(["10.0.0.0/8"], "10.0.0.2", None, None, id="the proxy says nothing"),
        pytest.param(["::1"], "::1", "203.0.113.7:80", "203.0.113.7", id="a proxy on this machine, with a port"),
        pytest.param(["10.0.0.2"], "::ffff:10.0.0.2", "203.0.113.7", "203.0.113.7", id="a proxy at a socket of both"),
    ],
)
def test_who_asks_is_read_from_a_named_proxy_alone(named, remote, header, found):
    assert Proxies(named).find_remote(request_of(header, remote)) == found


def test_the_header_is_the_one_of_the_settings():
    proxies = Proxies(["10.0.0.2"], "X-Real-IP")

    assert proxies.find_remote(request_of("203.0.113.7", name="X-Real-IP")) == "203.0.113.7"
    assert proxies.find_remote(request_of("203.0.113.7")) is None


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        pytest.param("203.0.113.7", "203.0.113.7", id="an address"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="anybody at one home"),
        pytest.param("127.0.0.1", "", id="this machine"),
        pytest.param("::ffff:203.0.113.7", "203.0.113.7", id="an address at a socket of both versions"),
        pytest.param("::ffff:127.0.0.1", "", id="this machine at a socket of both versions"),
        pytest.param("nobody", "", id="no address"),
    ],
)
def test_a_network_is_one_name(remote, network):
    assert network_of(request_of(None, remote)) == network


def test_settings_refuse_a_proxy_that_is_no_address():
    with pytest.raises(ValueError, match="does not appear"):
        Settings(_env_file=None, trusted_proxies="the one in front")
    assert Settings(_env_file=None, trusted_proxies="10.0.0.1, 192.0.2.0/24").trusted_proxies == {
        "10.0.0.1",
        "192.0.2.0/24",
    }


async def served(paces, refused):
    async def page(_request):
        return web.Response(text="page")

    async def webhook(request):
        return web.Response(status=200 if request.headers.get("X-Secret") == "right" else 403)

    app = web.Application(middlewares=[know_asker(Proxies(["127.0.0.1"])), keep_pace({"/webhook"}, paces, refused)])
    app.router.add_get("/", page)
    app.router.add_post("/webhook", webhook)
    return TestClient(TestServer(app))


async def test_a_flood_from_one_network_waits_and_others_do_not():
    watch = Watch()
    async with await served(Paces(3, 2.0, monotonic=watch), Paces(9, 1.0, monotonic=watch)) as client:
        flood = {"X-Forwarded-For": "203.0.113.7"}
        assert [(await client.get("/", headers=flood)).status for _each in range(4)] == [200, 200, 200, 429]
        refused = await client.get("/", headers=flood)
        assert refused.headers["Retry-After"] == "2"
        assert (await client.get("/", headers={"X-Forwarded-For": "203.0.113.8"})).status == 200
        assert (await client.get("/")).status == 200
        watch.now += 2
        assert (await client.get("/", headers=flood)).status == 200


async def test_forged_calls_of_a_webhook_are_slowed_and_signed_ones_never():
    watch = Watch()
    async with await served(Paces(1, 9.0, monotonic=watch), Paces(2, 5.0, monotonic=watch)) as client:
        there = {"X-Forwarded-For": "203.0.113.7"}
        forged = [(await client.post("/webhook", headers=there)).status for _each in range(4)]
        signed = [(await client.post("/webhook", headers={**there, "X-Secret": "right"})).status for _each in range(9)]
    assert forged == [403, 403, 429, 429]
    assert signed == [200] * 9


FORGED = {"unsigned": {}, "signed by a stranger": {signing.HEADER: "mac=00"}}


@pytest.mark.parametrize("how", FORGED.values(), ids=FORGED)
async def test_forged_events_of_the_official_account_are_slowed_and_signed_ones_never(database, how):
    there, body = {"X-Forwarded-For": "203.0.113.7"}, b'{"event_name": "user_send_text", "timestamp": "1"}'
    async with standing_oa() as oa, open_door(oa, database) as door, ClientSession() as zalo:

        async def bring(**headers):
            async with zalo.post(door.url, data=body, headers={**there, **headers}) as answer:
                return answer.status

        forged = [await bring(**how) for _call in range(REFUSED[0] + 500)]
        signature = sign(oa.app_id, body, "1", oa.oa_secret)
        signed = [await bring(**{signing.HEADER: f"mac={signature}"}) for _call in range(20)]
        there["X-Forwarded-For"] = "203.0.113.8"
        probed = await bring()
    assert forged[: REFUSED[0]] == [200] * REFUSED[0], "the console's own probe is one of them"
    assert forged.count(429) >= 490
    assert signed == [200] * 20
    assert probed == 200


def test_an_office_of_500_behind_one_address_is_not_slowed_in_the_morning():
    watch = Watch()
    paces = Paces(*ANYTHING, monotonic=watch)
    for _person in range(500):
        watch.now += 0.12  # all within a minute
        assert [paces.take("203.0.113.7") for _request in range(6)] == [0] * 6


def test_paces_remember_a_bounded_number():
    paces = Paces(1, 60.0, most=10, monotonic=Watch())
    for number in range(1000):
        paces.take(str(number))
    assert len(paces._until) == 10


async def test_whoever_asks_too_fast_is_told_once_and_then_nothing_until_they_are_slower():
    watch, desk = Watch(), SayYes()
    slow = UnhurriedDesk(desk, burst=3, seconds=2.0, monotonic=watch)

    async def ask(address="42"):
        return await slow.answer(Incoming(Channel.TELEGRAM, address, text="?"))

    replies = [await ask() for _each in range(6)]
    assert [one.title for one in replies[:3]] == ["yes"] * 3
    assert replies[3].title
    assert [one.is_silent for one in replies] == [False] * 4 + [True] * 2
    assert (await ask("43")).title == "yes"
    watch.now += 2
    assert (await ask()).title == "yes"
    assert not (await ask()).is_silent, "told once more after an answer"
    assert desk.asked == ["42", "42", "42", "43", "42"]
