"""The stand-in of the Bot platform keeps the contract, in every documented variant."""

import asyncio
import contextlib
import json
import ssl

import httpx
import pytest
from aiohttp import web

from tests.standins.zalo_bot import BotSwitches, ZaloBot
from tests.standins.zalo_ground import Clock, faults, masked

TLS = ssl.create_default_context()  # once: making it is slow
NOVEMBER = 1_794_000_000.0


@contextlib.asynccontextmanager
async def running(**given):
    platform = ZaloBot(clock=Clock(start=NOVEMBER), **given)
    await platform.start()
    try:
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
async def platform():
    async with running() as platform:
        yield platform


async def call(platform, method, *, token=None, verb="POST", **parameters):
    async with httpx.AsyncClient(verify=TLS) as client:
        url = f"{platform.base}/bot{token or platform.token}/{method}"
        if verb == "GET":
            return await client.get(url, params=parameters)
        return await client.post(url, json=parameters)


@contextlib.asynccontextmanager
async def receiver(status=200):
    """A webhook of ours: keeps what came."""
    came = []

    async def take(request):
        came.append((dict(request.headers), await request.read()))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_route("*", "/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", came
    finally:
        await runner.cleanup()


LAN = "LAN"


@pytest.mark.parametrize(
    ("method", "given"),
    [
        pytest.param("sendPigeon", {}, id="an unknown method"),
        pytest.param("sendmessage", {"chat_id": LAN, "text": "x"}, id="a method in the wrong case"),
        pytest.param("sendMessage", {"chat_id": LAN}, id="a missing text"),
        pytest.param("sendMessage", {"chat_id": LAN, "text": " "}, id="an empty text"),
        pytest.param("sendMessage", {"chat_id": LAN, "text": "x" * 2001}, id="a text too long"),
        pytest.param("sendMessage", {"chat_id": LAN, "text": "😀" * 1001}, id="a text too long in UTF-16"),
        pytest.param("sendMessage", {"chat_id": LAN, "text": "x", "buttons": []}, id="buttons, which do not exist"),
        pytest.param("sendMessage", {"chat_id": LAN, "text": "x", "parse_mode": "HTML"}, id="Telegram's parse mode"),
        pytest.param(
            "sendMessage",
            {"chat_id": LAN, "text": "x", "text_styles": [{"start": 0, "len": 1, "st": ["blink"]}]},
            id="an unknown style",
        ),
        pytest.param("sendMessage", {"chat_id": 5, "text": "x"}, id="an id that is a number"),
        pytest.param("sendVoice", {"chat_id": LAN, "voice_url": "https://x.vn/a.mp3"}, id="a voice that is no aac"),
        pytest.param("sendChatAction", {"chat_id": LAN, "action": "upload_photo"}, id="an action only announced"),
        pytest.param("setWebhook", {"url": "https://x.vn", "secret_token": "short"}, id="a short secret"),
        pytest.param("setWebhook", {"url": "http://x.vn", "secret_token": "x" * 8}, id="a webhook without TLS"),
        pytest.param("setWebhook", {"url": "https://10.0.0.1", "secret_token": "x" * 8}, id="a private address"),
        pytest.param("getUpdates", {"offset": 3}, id="Telegram's offset"),
    ],
)
async def test_doubtful_calls_are_refused_and_kept_when_made(platform, method, given):
    lan = platform.person("Lan")
    lan.says("hello")
    answer = await call(platform, method, **{k: lan.id if v == LAN else v for k, v in given.items()})
    assert answer.status_code == 200
    assert (answer.json()["ok"], answer.json()["error_code"]) == (False, 400)
    with pytest.raises(AssertionError, match="400"):
        platform.ensure_clean()


async def test_messages_are_counted_and_shown_when_sent(platform):
    lan = platform.person("Lan")
    assert (await call(platform, "sendMessage", chat_id=lan.id, text="x")).json()["error_code"] == 400
    lan.says("xin chào")
    made = (await call(platform, "sendMessage", chat_id=lan.id, text="😀" * 1000)).json()
    assert made == {"ok": True, "result": {"message_id": lan.chat.sent[0].id, "date": int(NOVEMBER * 1000)}}
    assert await lan.reads() == "😀" * 1000
    assert (await call(platform, "sendChatAction", chat_id=lan.id, action="typing")).json() == {"ok": True}
    assert (await call(platform, "sendSticker", chat_id=lan.id, sticker="5a", verb="GET")).json()["ok"]
    assert platform.counted() == 2
    platform.ensure_clean()


async def test_one_update_is_consumed_per_call_when_polled(platform):
    lan = platform.person("Lan")
    lan.says("một")
    lan.says("hai")
    first = (await call(platform, "getUpdates", timeout="30")).json()["result"]
    assert first["event_name"] == "message.text.received"
    assert first["message"]["from"] == {"id": lan.id, "display_name": "Lan", "is_bot": False}
    assert first["message"]["chat"] == {"id": lan.id, "chat_type": "PRIVATE"}
    assert (await call(platform, "getUpdates")).json()["result"]["message"]["text"] == "hai"
    assert (await call(platform, "getUpdates", timeout=0)).json() == {
        "ok": False,
        "error_code": 408,
        "description": "Request timeout",
    }


async def test_poll_ends_as_idle_or_with_what_came_when_the_clock_moves(platform):
    async with asyncio.TaskGroup() as group:
        idle = group.create_task(call(platform, "getUpdates"))
        await platform.wait_for(lambda: platform._polling == 1)
        platform.clock.advance(30)
    assert idle.result().json()["error_code"] == 408
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(call(platform, "getUpdates"))
        await platform.wait_for(lambda: platform._polling == 1)
        platform.person("Lan").says("đây")
    assert waiting.result().json()["result"]["message"]["text"] == "đây"


async def test_update_is_kept_when_the_poller_left(platform):
    with pytest.raises(httpx.ReadTimeout):
        async with httpx.AsyncClient(verify=TLS, timeout=0.1) as client:
            await client.post(f"{platform.base}/bot{platform.token}/getUpdates")
    platform.person("Lan").says("còn đó không?")
    assert (await call(platform, "getUpdates")).json()["result"]["message"]["text"] == "còn đó không?"


async def test_older_poll_ends_when_another_comes(platform):
    async with asyncio.TaskGroup() as group:
        first = group.create_task(call(platform, "getUpdates"))
        await platform.wait_for(lambda: platform._polling == 1)
        await call(platform, "getUpdates", timeout=0)
    assert first.result().json()["error_code"] == 409


async def test_polling_is_refused_or_silent_when_a_webhook_is_set(platform):
    await call(platform, "setWebhook", url="https://bot.example.vn/z", secret_token="x" * 8)
    assert (await call(platform, "getUpdates", timeout=0)).json()["error_code"] == 400
    platform.switches.change(poll_under_webhook="silent")
    assert (await call(platform, "getUpdates", timeout=0)).json()["error_code"] == 408
    assert (await call(platform, "getWebhookInfo")).json()["result"]["url"] == "https://bot.example.vn/z"
    assert (await call(platform, "deleteWebhook")).json()["result"]["url"] == ""


@pytest.mark.parametrize("shape", ["flat", "wrapped"])
async def test_events_come_with_the_secret_when_a_webhook_is_set(platform, shape):
    platform.switches.change(webhook_body=shape, probe_carries_secret=True)
    async with receiver() as (url, came):
        made = (await call(platform, "setWebhook", url=url, secret_token="secret-of-ours")).json()
        assert made["result"]["verification"]["outcome"] == "webhook.ok"
        platform.person("Lan").shows_photo("https://photo.invalid/a.jpg", "bằng", copies=2)
        await platform.wait_for(lambda: all(one.state == "delivered" for one in platform.courier.deliveries))
    assert came[0][1] == b""
    headers, body = came[1]
    assert headers["X-Bot-Api-Secret-Token"] == "secret-of-ours"
    assert headers["User-Agent"].startswith("Java/1.8")
    event = json.loads(body)
    assert ("result" in event) is (shape == "wrapped")
    assert event.get("result", event)["message"]["photo_url"] == "https://photo.invalid/a.jpg"
    assert came[1][1] == came[2][1]


async def test_webhook_is_kept_and_its_trouble_named_when_the_probe_fails(platform):
    async with receiver(403) as (url, _):
        made = (await call(platform, "setWebhook", url=url, secret_token="x" * 8)).json()
        assert made["result"]["verification"]["outcome"] == "webhook.http.403"
        assert platform.webhook
        platform.tests_per_day = 1
        assert (await call(platform, "testWebhook")).json()["result"]["ok"] is False
        assert (await call(platform, "testWebhook")).json()["errorCode"] == 426
        platform.clock.advance(86_400)
        assert (await call(platform, "testWebhook")).json()["ok"] is True


async def test_sends_are_refused_when_the_month_is_used_up():
    async with running(monthly_allowance=2) as platform:
        lan = platform.person("Lan")
        lan.says("a")
        codes = [
            (await call(platform, "sendMessage", chat_id=lan.id, text="x")).json().get("error_code") for _ in "abc"
        ]
        assert codes == [None, None, 429]
        platform.clock.advance(31 * 86_400)
        assert (await call(platform, "sendMessage", chat_id=lan.id, text="x")).json()["ok"]


async def test_errors_have_their_status_when_the_switch_says_so():
    async with running(switches=BotSwitches(error_status="real", unknown_chat=404)) as platform:
        assert (await call(platform, "getMe", token="1:x")).status_code == 401
        assert (await call(platform, "sendMessage", chat_id="0a", text="x")).status_code == 404
        assert (await call(platform, "getUpdates", timeout=0)).status_code == 408


async def test_message_stands_when_only_its_answer_was_lost(platform):
    lan = platform.person("Lan")
    lan.says("a")
    platform.fail_next("sendMessage", faults.lost_answer())
    with pytest.raises(httpx.RemoteProtocolError):
        await call(platform, "sendMessage", chat_id=lan.id, text="một lần")
    assert lan.sees() == "một lần"
    platform.fail_next("sendMessage", faults.gateway_page(), about=lan.id)
    assert (await call(platform, "sendMessage", chat_id=lan.id, text="y")).status_code == 502
    platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"), times=2)
    codes = [(await call(platform, "sendMessage", chat_id=lan.id, text="z")).json().get("error_code") for _ in "abc"]
    assert codes == [429, 429, None]
    assert [one.text for one in lan.on_screen()] == ["một lần", "z"]


async def test_voice_and_mentions_follow_the_rules_when_in_a_group(platform):
    group, lan = platform.group(), platform.person("Lan")
    lan.says("không nghe thấy", within=group)
    assert not platform.updates
    lan.says("@bot ơi", within=group, mentions=True)
    assert platform.updates[0]["message"]["chat"]["chat_type"] == "GROUP"
    assert (await call(platform, "sendVoice", chat_id=group.id, voice_url="https://x.vn/a.aac")).json()["ok"]
    assert group.sent[0].is_delivered is False


async def test_unsupported_things_arrive_without_content_when_sent(platform):
    platform.switches.change(unsupported_has_message=False)
    platform.person("An", is_protected=True).says("bí mật")
    assert list(platform.updates) == [{"event_name": "message.unsupported.received"}]


async def test_own_messages_and_absences_behave_as_switched(platform):
    platform.switches.change(echoes_own_messages=True, updates_while_away="lost")
    lan = platform.person("Lan")
    lan.says("a")
    await call(platform, "sendMessage", chat_id=lan.id, text="x")
    assert platform.updates[-1]["message"]["from"]["is_bot"] is True
    platform.clock.advance(60)
    lan.says("b")
    assert len(platform.lost) == 1


async def test_token_is_never_in_the_record_when_calls_are_kept(platform):
    await call(platform, "getMe")
    async with httpx.AsyncClient(verify=TLS) as client:
        shown = (await client.get(f"{platform.base}/_ctl/calls")).text + (
            await client.get(f"{platform.base}/_ctl/state")
        ).text
    assert platform.token not in shown
    assert masked(platform.token) in platform.calls[0].path


async def test_stand_in_can_be_driven_over_http_when_the_test_is_elsewhere(platform):
    async with httpx.AsyncClient(verify=TLS, base_url=f"{platform.base}/_ctl") as control:
        lan = (await control.post("/acts/new_person", json={"name": "Lan"})).json()["result"]
        await control.post("/acts/says", json={"person": lan, "text": "chào"})
        await control.post("/faults", json={"call": "sendMessage", "harm": "answer", "code": 403, "times": 1})
        assert (await control.patch("/switches", json={"photo_field": "photo"})).json()["photo_field"] == "photo"
        assert (await control.patch("/switches", json={"photo_field": "picture"})).status_code == 400
        assert (await call(platform, "sendMessage", chat_id=lan, text="x")).json()["error_code"] == 403
        assert (await call(platform, "sendMessage", chat_id=lan, text="đây")).json()["ok"]
        assert (await control.post("/acts/reads", json={"person": lan})).json()["result"] == "đây"
        now = (await control.post("/clock", json={"advance": 60})).json()["now"]
        assert now == NOVEMBER + 60
        assert len((await control.get("/calls", params={"name": "sendMessage"})).json()) == 2
        assert (await control.post("/acts/flies", json={})).status_code == 404


async def test_picture_is_black_when_its_address_works_once(platform):
    served = []

    async def once(_):
        served.append(1)
        return web.Response(body=b"jpg") if len(served) == 1 else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/a.jpg", once)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    lan = platform.person("Lan")
    lan.says("a")
    photo = f"http://127.0.0.1:{runner.addresses[0][1]}/a.jpg"
    assert (await call(platform, "sendPhoto", chat_id=lan.id, photo=photo, caption="đây")).json()["ok"]
    await runner.cleanup()
    assert lan.chat.sent[0].is_black
