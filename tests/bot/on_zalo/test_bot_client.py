"""The client of the Zalo Bot platform: each answer read in every variant, and the token told to nobody."""

import io
import logging
import socket
import traceback

import pytest
import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_tokens import identity_of
from tests.standins.zalo_bot import BotSwitches, ZaloBot
from tests.standins.zalo_ground import faults

WORDS = "Nguyễn Văn A còn thiếu ngoại ngữ"
FAILURES = {
    "a wrong parameter": (faults.answer(400, "Bad Request: text"), RefusedError, "bad_request"),
    "an unknown chat": (faults.answer(400, "Bad Request: chat not found"), RefusedError, "chat_unknown"),
    "an unknown chat, the other number": (faults.answer(404, "chat not found"), RefusedError, "chat_unknown"),
    "not found": (faults.answer(404, "Not found"), RefusedError, "bad_request"),
    "a token that was reset": (faults.answer(401, "Unauthorized"), ChannelRefusedError, None),
    "403, which is a fault of the server": (faults.answer(403, "Internal server error"), NotSentError, "server_fault"),
    "a time that was over": (faults.answer(408, "Request timeout"), UnclearError, "error408"),
    "a quota": (faults.answer(429, "Quota exceeded"), NotSentError, "quota"),
    "a quota, with its status": (faults.answer(429, "Quota exceeded", status=429), NotSentError, "quota"),
    "a number nobody knows": (faults.answer(444, "?"), UnclearError, "error444"),
    "a page of a gateway": (faults.gateway_page(502), UnclearError, "http502"),
    "a page after it was done": (faults.gateway_page(502, after=True), UnclearError, "http502"),
    "half an answer": (faults.malformed(), UnclearError, "unreadable"),
    "a lost answer": (faults.lost_answer(), UnclearError, None),
    "a lost request": (faults.lost_request(), UnclearError, None),
}


@pytest.fixture
async def api(platform):
    api = BotApi(platform.token, platform.base, seconds=3)
    yield api
    await api.close()


@pytest.mark.parametrize("status", ["200", "real"])
@pytest.mark.parametrize(("fault", "kind", "code"), FAILURES.values(), ids=FAILURES)
async def test_failure_of_a_message_says_what_is_known_of_it(fault, kind, code, status, platform, api, lan):
    platform.switches.error_status = status
    platform.fail_next("sendMessage", fault)

    with pytest.raises(kind) as failed:
        await api.send_text(lan.id, "Chào đồng chí")

    if code is not None:
        assert failed.value.code == code
    assert len(platform.calls_of("sendMessage")) == 1


async def test_quota_asks_for_a_long_pause(platform, api, lan):
    platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"))
    with pytest.raises(NotSentError) as failed:
        await api.send_text(lan.id, "Chào")
    assert failed.value.wait >= 600


async def test_nothing_left_when_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        base = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    api = BotApi("1:a", base, seconds=1)
    with pytest.raises(NotSentError):
        await api.send_text("abc", "Chào")
    await api.close()


IDLE = {
    "by its number": {},
    "by its number and status": {"error_status": "real"},
    "by its words alone": {"idle_code": 0},
}


@pytest.mark.parametrize("switches", IDLE.values(), ids=IDLE)
async def test_wait_in_which_nothing_came_is_no_failure(switches):
    async with ZaloBot(switches=BotSwitches(**switches)) as platform:
        api = BotApi(platform.token, platform.base)
        assert list(await api.get_update(0)) == []
        await api.close()


@pytest.mark.parametrize("shape", ["object", "list"])
async def test_update_is_read_in_either_shape(shape):
    async with ZaloBot(switches=BotSwitches(update_shape=shape)) as platform:
        api = BotApi(platform.token, platform.base)
        platform.person("Lan").says("xin chào")
        (update,) = await api.get_update(1)
        assert update["message"]["text"] == "xin chào"
        await api.close()


async def test_poll_under_a_webhook_and_a_test_too_many_are_failures(platform, api):
    platform.fail_next("getUpdates", faults.answer_with({"ok": False, "errorCode": 426, "description": "Too many"}))
    with pytest.raises(NotSentError):
        await api.get_update(0)


async def test_webhook_is_set_shown_and_taken_away(platform, api):
    seen = await api.set_webhook("http://127.0.0.1:9/hook", "a-long-secret")
    assert seen["ok"] is False
    assert await api.get_webhook() == "http://127.0.0.1:9/hook"
    await api.delete_webhook()
    assert await api.get_webhook() == ""


async def test_long_answer_of_a_slow_server_is_unclear_and_in_time(platform, lan):
    platform.fail_next("sendMessage", faults.held(seconds=3600))
    api = BotApi(platform.token, platform.base, seconds=0.2)
    with pytest.raises(UnclearError):
        await api.send_text(lan.id, "Chào")
    await api.close()
    platform.clock.advance(3600)


@pytest.mark.parametrize("fault", [one[0] for one in FAILURES.values()], ids=FAILURES)
async def test_token_is_in_no_log_line_exception_or_trace(fault, platform, lan):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    api = BotApi(platform.token, platform.base, seconds=3)
    try:
        platform.fail_next("sendMessage", fault)
        with structlog.testing.capture_logs() as logged:
            try:
                await api.send_text(lan.id, WORDS)
            except Exception as failed:  # noqa: BLE001  whatever it is, it is looked through
                chain = traceback.TracebackException.from_exception(failed, capture_locals=False)
                written.write("".join(chain.format(chain=True)))
                written.write(repr(vars(failed)) + repr(failed.__cause__) + repr(failed.__context__))
            await api.get_me()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        await api.close()
    everything = written.getvalue() + repr(logged) + repr(api)
    secret = platform.token.partition(":")[2]
    assert "httpcore" in everything or "HTTP Request" in everything  # what is looked for would have been written
    assert secret not in everything
    assert WORDS not in everything


def test_identity_outlasts_the_secret_of_a_token():
    assert identity_of("123:abc") == identity_of("123:xyz") == "zalo_bot:123"
    assert identity_of("opaque").startswith("zalo_bot:")
    assert "opaque" not in identity_of("opaque")
    for wrong in ("", "  ", "a b", "123/abc"):
        with pytest.raises(ChannelRefusedError):
            identity_of(wrong)
