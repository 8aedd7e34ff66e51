"""The stand-in itself: as strict as it says, and used by both Telegram libraries."""

import asyncio
import contextlib
import sys

import aiohttp
import pytest
import telegram

from tests.standins.telegram_api import TelegramApi, faults
from tests.standins.telegram_api.markup import MarkupError, read_html


@pytest.fixture
async def api():
    async with TelegramApi() as api:
        yield api


async def call(api, method, *, token=None, **parameters):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.base}/bot{token or api.token}/{method}", json=parameters) as response,
    ):
        return response.status, await response.json(content_type=None)


@pytest.mark.parametrize(
    ("token", "status"), [("1:x", 401), ("nonsense", 404)], ids=["an unknown token", "no token at all"]
)
async def test_strangers_are_turned_away_when_the_token_is_wrong(api, token, status):
    assert (await call(api, "getMe", token=token))[0] == status


BUTTON = {"text": "Go", "callback_data": "go"}


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        pytest.param("sendPigeon", {}, id="an unknown method"),
        pytest.param("sendMessage", {"txt": "misspelt"}, id="an unknown parameter"),
        pytest.param("sendMessage", {"text": None}, id="a missing text"),
        pytest.param("sendMessage", {"text": 5}, id="a text that is none"),
        pytest.param("sendMessage", {"text": "  "}, id="an empty text"),
        pytest.param("sendMessage", {"text": "x" * 4097}, id="a text too long"),
        pytest.param("sendMessage", {"text": "😀" * 2049}, id="a text too long in UTF-16"),
        pytest.param("sendMessage", {"text": "<b>open", "parse_mode": "HTML"}, id="an open tag"),
        pytest.param("sendMessage", {"parse_mode": "XML"}, id="an unknown parse mode"),
        pytest.param("sendMessage", {"disable_notification": "perhaps"}, id="a boolean that is none"),
        pytest.param("sendMessage", {"reply_markup": "not json"}, id="markup that is not JSON"),
        pytest.param(
            "sendMessage",
            {"reply_markup": {"inline_keyboard": [[{**BUTTON, "callback_data": "ă" * 33}]]}},
            id="a button over 64 bytes",
        ),
        pytest.param(
            "sendMessage", {"reply_markup": {"inline_keyboard": [[{"text": "Go"}]]}}, id="a button without an action"
        ),
        pytest.param(
            "sendMessage", {"reply_markup": {"inline_keyboard": [[{**BUTTON, "colour": "red"}]]}}, id="an unknown field"
        ),
        pytest.param("sendMessage", {"reply_markup": {"inline_keyboard": [BUTTON]}}, id="a row that is no list"),
        pytest.param("sendChatAction", {"text": None, "action": "dancing"}, id="an unknown action"),
        pytest.param(
            "answerCallbackQuery", {"text": None, "chat_id": None, "callback_query_id": "1"}, id="a strange press"
        ),
        pytest.param("getUpdates", {"text": None, "chat_id": None, "limit": 0}, id="a limit out of range"),
        pytest.param(
            "setMyCommands",
            {"text": None, "chat_id": None, "commands": [{"command": "Trợ giúp", "description": "x"}]},
            id="a command with marks",
        ),
    ],
)
async def test_doubtful_calls_are_refused_and_kept_when_made(api, method, changes):
    visitor = api.visitor("Lan")
    given = {"chat_id": visitor.id, "text": "hello", **changes}
    status, answer = await call(api, method, **{name: value for name, value in given.items() if value is not None})
    assert (status, answer["ok"]) == (400, False)
    with pytest.raises(AssertionError, match=method):
        api.ensure_clean()
    api.violations.clear()


async def test_unknown_chats_and_blocked_ones_are_no_violation_when_written_to(api):
    visitor = api.visitor("Lan")
    visitor.blocks_bot()
    assert (await call(api, "sendMessage", chat_id=1, text="x"))[1]["description"] == "Bad Request: chat not found"
    assert (await call(api, "sendMessage", chat_id=visitor.id, text="x"))[0] == 403


async def test_same_content_is_refused_when_a_message_is_edited(api):
    visitor = api.visitor("Lan")
    sent = (await call(api, "sendMessage", chat_id=visitor.id, text="<b>x</b>", parse_mode="HTML"))[1]["result"]
    same = {"chat_id": visitor.id, "message_id": sent["message_id"], "text": "<strong>x</strong>", "parse_mode": "HTML"}
    assert "message is not modified" in (await call(api, "editMessageText", **same))[1]["description"]
    assert (await call(api, "editMessageText", **{**same, "text": "y"}))[0] == 200
    assert visitor.sees() == "y"


async def test_updates_stay_until_confirmed_when_they_are_fetched(api):
    visitor = api.visitor("Lan")
    first, second = visitor.says("one"), visitor.says("two")
    fetched = (await call(api, "getUpdates"))[1]["result"]
    assert [update["update_id"] for update in fetched] == [first, second]
    assert len((await call(api, "getUpdates", offset=second))[1]["result"]) == 1
    assert (await call(api, "getUpdates", offset=second + 1))[1]["result"] == []


async def test_earlier_reader_is_told_of_the_conflict_when_another_comes(api):
    async with asyncio.TaskGroup() as group:
        first = group.create_task(call(api, "getUpdates", timeout=5))
        await api.wait_for(lambda: bool(api.calls_of("getUpdates")))
        api.visitor("Lan").says("x")
        api.updates.pending.clear()
        await call(api, "getUpdates")
    assert first.result()[0] == 409


async def test_sends_are_slowed_down_when_they_pass_the_ceiling():
    now = [0.0]
    async with TelegramApi(clock=lambda: now[0], ceiling=2) as api:
        visitor = api.visitor("Lan")
        statuses = [(await call(api, "sendMessage", chat_id=visitor.id, text="x"))[0] for _each in range(3)]
        now[0] = 1.0
        statuses.append((await call(api, "sendMessage", chat_id=visitor.id, text="x"))[0])
    assert statuses == [200, 200, 429, 200]


async def test_fault_comes_once_when_it_was_put_before_a_call(api):
    visitor = api.visitor("Lan")
    api.fail_next("sendMessage", faults.lost_answer())
    assert (await call(api, "sendMessage", chat_id=visitor.id, text="x"))[0] == 502
    assert visitor.sees() == "x"
    assert (await call(api, "sendMessage", chat_id=visitor.id, text="y"))[0] == 200


async def test_invisible_button_fails_when_pressed(api):
    visitor = api.visitor("Lan")
    with pytest.raises(AssertionError, match="no button"):
        visitor.presses("Go")
    with pytest.raises(AssertionError, match="no button"):
        visitor.shares_contact("+84")
    await call(api, "sendMessage", chat_id=visitor.id, text="x", reply_markup={"inline_keyboard": [[BUTTON]]})
    visitor.presses("Go")
    assert api.updates.pending[0]["callback_query"]["data"] == "go"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot; &#39;", 'a <b> & "c" \''),
        ('<a href="https://x.vn">x</a> <tg-spoiler>y</tg-spoiler>', "x y"),
        ("<b>a<i>b</i></b>", "ab"),
    ],
)
def test_html_is_read_as_shown(source, shown):
    assert read_html(source).text == shown


@pytest.mark.parametrize(
    "source",
    ["<p>a</p>", "<b>a</i>", "<b>a", "a</b>", "a < b", "a & b", "&nbsp;", "<b class='x'>a</b>", "<b><i>a</b></i>"],
)
def test_html_is_refused_when_telegram_would_refuse_it(source):
    with pytest.raises(MarkupError):
        read_html(source)


async def test_the_other_library_is_understood_when_it_sends(api, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the library warns about its older form of retry_after
    visitor = api.visitor("Lan")
    keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Đã nhận", callback_data="got")]])
    async with telegram.Bot(api.token, base_url=f"{api.base}/bot", base_file_url=f"{api.base}/file/bot") as bot:
        sent = await bot.send_message(visitor.id, "<b>Nhắc</b>", parse_mode="HTML", reply_markup=keyboard)
        assert sent.text == "Nhắc"
        await bot.send_document(visitor.id, b"content", filename="a.txt", caption="tệp")
        assert visitor.last().upload == b"content"
        api.fail_next("sendMessage", faults.too_many_requests(3))
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_message(visitor.id, "x")


async def test_stand_in_talks_by_itself_when_started_as_a_program():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins.telegram_api", "--port", "0",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        base = (await process.stdout.readline()).decode().strip().removeprefix("NHACCHUAN_TELEGRAM_API=")
        token = (await process.stdout.readline()).decode().strip().removeprefix("NHACCHUAN_TELEGRAM_TOKEN=")
        process.stdin.write("xin chào\n".encode())
        await process.stdin.drain()
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{base}/bot{token}/getUpdates", json={"timeout": 5}) as response,
        ):
            update = (await response.json())["result"][0]
        assert update["message"]["text"] == "xin chào"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def test_everything_is_refused_for_a_while_when_too_many_came_in_a_second():
    now = [100.0]
    async with TelegramApi(clock=lambda: now[0], ceiling=2, refusal=3) as api:
        visitor = api.visitor("Lan")

        async def send():
            status, said = await call(api, "sendMessage", chat_id=visitor.id, text="x")
            return status, said.get("parameters", {}).get("retry_after")

        assert [await send() for _each in range(3)] == [(200, None), (200, None), (429, 3)]
        now[0] += 2.5
        assert await send() == (429, 1)
        now[0] += 0.6
        assert await send() == (200, None)
        api.fail_chat(visitor.id, faults.lost_answer())
        assert (await send())[0] == 502
    assert [one.status for one in api.arrivals] == [200, 200, 429, 429, 200, 502]
    assert len(visitor.chat.messages) == 4
