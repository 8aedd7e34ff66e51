"""The door's life: the menu, the token, polling through outages, the webhook's guard, leaving politely."""

import asyncio
import json
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.failures import ChannelRefusedError, NotSentError
from bot.intake import Intake
from bot.interruption import say_interrupted
from bot.on_telegram.connection import open_bot
from bot.on_telegram.door import WebhookDoor
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.run import announce_commands, check_token, poll
from bot.on_telegram.webhook import SECRET_HEADER, set_webhook
from bot.seen import InboxInMemory
from handlers.phrases import locale_of
from handlers.reply import Reply
from tests.bot.on_telegram.door import Pauses, bot_of, line_of, open_door
from tests.bot.opened import POLLING, SECRET, WEBHOOK
from tests.standins.telegram_api import DEFAULT_TOKEN, faults

WRONG_TOKEN = "987654321:AAAnotherTokenThatNobodyKnowsAnywhere00"


async def test_menu_shows_all_commands_in_each_language_when_announced(api):
    async with bot_of(api) as bot:
        await announce_commands(line_of(bot))
    assert set(api.commands) == {"", "vi", "en"}
    names = [
        "start",
        "conthieu",
        "han",
        "lich",
        "vanban",
        "dihoc",
        "nopminhchung",
        "nhacviec",
        "cauhoi",
        "lienket",
        "quyenriengtu",
        "trogiup",
    ]
    assert all([one["command"] for one in commands] == names for commands in api.commands.values())
    assert api.commands["en"][1]["description"] == "What am I still missing"


async def test_name_of_the_bot_is_told_when_the_token_is_right(api):
    async with bot_of(api) as bot:
        assert await check_token(bot, Pauses()) == "stand_in_bot"


@pytest.mark.parametrize("token", [WRONG_TOKEN, "1:short"], ids=["an unknown token", "a token of a wrong form"])
async def test_polling_ends_with_a_clear_error_when_the_token_is_wrong(api, token, capsys, caplog):
    async with bot_of(api, token) as bot:
        with pytest.raises(ChannelRefusedError, match="NHACCHUAN_TELEGRAM_TOKEN") as failed:
            await check_token(bot, Pauses())
        with pytest.raises(ChannelRefusedError):
            await poll(bot, None, asyncio.Event(), pause=Pauses())
    shown = repr(failed.value) + str(failed.value.__cause__) + capsys.readouterr().out + caplog.text
    assert token not in shown


@pytest.mark.parametrize("token", ["", "no colon", "abc:def"])
def test_bot_is_not_made_when_the_token_cannot_be_one(token):
    with pytest.raises(ChannelRefusedError):
        open_bot(token, "http://127.0.0.1:9")


async def test_token_stays_secret_when_the_connection_fails(capsys, caplog, api):
    await api.stop()
    stop, pauses = asyncio.Event(), Pauses()
    async with bot_of(api) as bot, asyncio.TaskGroup() as group:
        with pytest.raises(NotSentError) as failed:
            await check_token(bot, pauses)
        group.create_task(poll(bot, None, stop, pause=pauses))
        await pauses.reach(8)
        stop.set()
    assert pauses.seconds[:3] == [0.5, 1, 2]  # asking who we are
    assert pauses.seconds[3:8] == [1, 2, 4, 8, 16]  # polling waits longer each time
    shown = repr(failed.value) + capsys.readouterr().out + caplog.text
    assert "telegram.interrupted" in shown
    assert DEFAULT_TOKEN not in shown
    assert DEFAULT_TOKEN.split(":")[1] not in shown


async def test_polling_asks_for_exactly_what_it_handles_when_it_begins(polling, api):
    methods = ["setMyCommands"] * 3 + ["deleteWebhook", "getUpdates"]
    assert [call.method for call in api.calls[:5]] == methods
    assert json.loads(api.calls_of("getUpdates")[0].parameters["allowed_updates"]) == ALLOWED_UPDATES


async def test_polling_begins_when_a_webhook_was_left_behind(api, visitor):
    async with bot_of(api) as bot:
        await set_webhook(line_of(bot), "http://127.0.0.1:9/telegram/webhook", SECRET)
    visitor.says("waiting for long")
    async with open_door(api, POLLING):
        assert await visitor.reads() == "heard: waiting for long"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.server_error(502), id="502"),
        pytest.param(faults.server_error(502, as_html=True), id="the page of a proxy"),
        pytest.param(faults.lost_answer(dropped=True), id="connection cut with updates under way"),
        pytest.param(faults.malformed(), id="garbage in place of updates"),
        pytest.param(faults.too_many_requests(5), id="429"),
    ],
)
async def test_nobody_is_lost_when_fetching_fails(api, visitor, fault):
    visitor.says("one")
    api.fail_next("getUpdates", fault, times=3)
    async with open_door(api, POLLING) as door:
        assert await visitor.reads() == "heard: one"
        assert len(door.pauses.seconds) == 3
    assert visitor.unread() == []


async def test_polling_waits_and_goes_on_when_another_reader_interferes(polling, api, visitor):
    async with bot_of(api) as other:
        await other.get_updates(timeout=0)
    visitor.says("still heard?")
    assert await visitor.reads() == "heard: still heard?"
    assert polling.pauses.seconds


async def test_polling_ends_with_a_clear_error_when_the_token_is_withdrawn(api):
    async with bot_of(api) as bot:
        api.fail_next("getUpdates", faults.unauthorized())
        with pytest.raises(ChannelRefusedError, match="NHACCHUAN_TELEGRAM_TOKEN"):
            await poll(bot, None, asyncio.Event(), pause=Pauses())


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_begun_answers_are_finished_when_the_door_closes(api, visitor, mode):
    may_answer, begun, other = asyncio.Event(), asyncio.Event(), api.visitor("Hoa")

    async def slow(asked):
        if len(door.desk.asked) == 2:
            begun.set()
        await may_answer.wait()
        return Reply(f"heard: {asked.text}")

    async with open_door(api, mode) as door, asyncio.TaskGroup() as group:
        door.desk.script = slow
        visitor.says("one")
        other.says("two")
        await begun.wait()
        await api.wait_for(lambda: mode == POLLING or len(api.updates.confirmed) == 2)
        leaving = group.create_task(door.leave())
        await asyncio.sleep(0)
        assert not leaving.done()
        may_answer.set()
    assert (await visitor.reads(), await other.reads()) == ("heard: one", "heard: two")


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_question_is_answered_by_the_next_process_when_the_first_broke_down_over_it(
    api, visitor, mode, monkeypatch
):
    monkeypatch.setattr("bot.on_telegram.door.Intake", partial(Intake, grace=0.01))
    begun, never, inbox = asyncio.Event(), asyncio.Event(), InboxInMemory()

    async def stuck(asked):
        begun.set()
        await never.wait()

    async with open_door(api, mode, inbox=inbox) as first:
        first.desk.script = stuck
        visitor.says("one")
        await begun.wait()
    async with open_door(api, mode, inbox=inbox):
        assert await visitor.reads() == "heard: one"


async def test_visitor_is_told_when_a_process_died_while_the_answer_left(api, visitor):
    inbox = InboxInMemory()
    update = {"update_id": 7, "message": api.new_message(visitor.chat, visitor.user, content={"text": "one"}).as_api()}
    await inbox.keep("telegram", [("1.7", json.dumps(update))], "dead")
    await inbox.begin_sending("telegram", [("1.7", "answer")], "dead")
    await inbox.leave("dead")
    async with open_door(api, POLLING, inbox=inbox) as door:
        with locale_of("en"):
            assert await visitor.reads() == say_interrupted().title
        assert door.desk.asked == []


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_nothing_is_lost_or_confirmed_while_it_cannot_be_kept(api, visitor, mode, monkeypatch):
    inbox = InboxInMemory()
    keep, failed = inbox.keep, []

    async def keep_at_last(*given):
        if len(failed) < 3:
            failed.append(given)
            raise ConnectionError
        return await keep(*given)

    monkeypatch.setattr(inbox, "keep", keep_at_last)
    async with open_door(api, mode, inbox=inbox):
        visitor.says("one")
        assert await visitor.reads() == "heard: one"
        visitor.says("two")
        assert await visitor.reads() == "heard: two"
    assert visitor.unread() == []


async def test_updates_of_no_known_form_hide_no_others(api, visitor):
    for strange in ({"update_id": 900_000_001, "message": "?"}, {"update_id": 900_000_002, "new": {}}):
        api.updates.add_raw(strange)
    api.updates.add_raw({"update_id": 900_000_003, "message": api.new_message(
        visitor.chat, visitor.user, content={"text": "one"}).as_api()})  # fmt: skip
    async with open_door(api, POLLING):
        assert await visitor.reads() == "heard: one"


async def test_others_are_answered_once_when_one_answer_takes_long(polling, api, visitor):
    may_answer = asyncio.Event()

    async def slow(asked):
        if asked.text == "slow":
            await may_answer.wait()
        return Reply(f"heard: {asked.text}")

    polling.desk.script = slow
    other = api.visitor("Minh")
    visitor.says("slow")
    await api.wait_for(lambda: bool(polling.desk.asked))
    for word in ("one", "two"):
        other.says(word)
        assert await other.reads() == f"heard: {word}"
    assert visitor.unread() == []
    may_answer.set()
    assert await visitor.reads() == "heard: slow"
    assert [asked.text for asked in polling.desk.asked] == ["slow", "one", "two"]


async def test_answered_updates_are_not_fetched_again_when_the_door_opens_anew(api, visitor):
    async with open_door(api, POLLING):
        visitor.says("one")
        await visitor.reads()
    async with open_door(api, POLLING) as door:
        visitor.says("two")
        assert await visitor.reads() == "heard: two"
        assert len(door.desk.asked) == 1
    assert len(api.updates.confirmed) == 2


async def test_repetition_is_not_answered_when_another_process_answered_it(api, visitor):
    shared = InboxInMemory()
    async with open_door(api, POLLING, inbox=shared) as door:
        update = visitor.says("one")
        await visitor.reads()
        again = {"update_id": update, "message": visitor.chat.messages[0].as_api()}
    async with open_door(api, WEBHOOK, inbox=shared) as door:
        api.updates.add_raw(again)
        visitor.says("two")
        assert await visitor.reads() == "heard: two"
        assert len(door.desk.asked) == 1


# ---- webhook ------------------------------------------------------------------------------------------------------


async def bring(door, body: bytes, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(door.webhook_url, data=body, headers=headers) as response,
    ):
        return response.status


@pytest.mark.parametrize(
    ("headers", "body", "status", "reason"),
    [
        pytest.param({}, b"{}", 401, "no_secret", id="no secret"),
        pytest.param({SECRET_HEADER: "guessed"}, b"{}", 403, "wrong_secret", id="a guessed secret"),
        pytest.param({SECRET_HEADER: ""}, b"{}", 403, "wrong_secret", id="an empty secret"),
        pytest.param({SECRET_HEADER: SECRET}, b"x" * 1_000_001, 413, "too_large", id="a body larger than any update"),
        pytest.param({SECRET_HEADER: SECRET}, b'{"update_id": 1', 400, "not_json", id="half an update"),
        pytest.param({SECRET_HEADER: SECRET}, b"[1]", 400, "not_json", id="a list"),
        pytest.param({SECRET_HEADER: SECRET}, b"[" * 500_000, 400, "not_json", id="brackets without end"),
    ],
)
async def test_webhook_turns_away_and_counts_when_the_caller_is_not_telegram(webhook, headers, body, status, reason):
    assert await bring(webhook, body, **headers) == status
    assert webhook.turned_away == [reason]
    assert not webhook.desk.asked


async def test_webhook_lets_go_of_whoever_brings_a_body_byte_by_byte(webhook, monkeypatch):
    monkeypatch.setattr("bot.webhooks._BODY_SECONDS", 0.05)
    place = urlsplit(webhook.webhook_url)
    reading, writing = await asyncio.open_connection(place.hostname, place.port)
    head = f"POST {place.path} HTTP/1.1", f"Host: {place.netloc}", f"{SECRET_HEADER}: {SECRET}", "Content-Length: 9"
    writing.write("\r\n".join([*head, "", "{"]).encode())
    assert b" 408 " in await reading.readline()
    assert webhook.turned_away == ["too_slow"]
    writing.close()


async def test_webhook_says_200_before_the_desk_has_answered_when_an_update_comes(webhook, api, visitor):
    may_answer = asyncio.Event()

    async def slow(asked):
        await may_answer.wait()
        return Reply("at last")

    webhook.desk.script = slow
    visitor.says("?")
    await api.wait_for(lambda: api.webhook.last_status == 200)
    assert visitor.unread() == []
    may_answer.set()
    assert await visitor.reads() == "at last"


async def test_webhook_is_set_with_its_secret_and_exact_kinds_when_the_door_opens(webhook, api):
    parameters = api.calls_of("setWebhook")[0].parameters
    assert parameters["secret_token"] == SECRET
    assert json.loads(parameters["allowed_updates"]) == ALLOWED_UPDATES


async def test_webhook_is_refused_clearly_when_telegram_does_not_take_the_address(api):
    async with bot_of(api) as bot:
        with pytest.raises(ChannelRefusedError, match="HTTPS"):
            await set_webhook(line_of(bot), "http://nhacchuan.example/telegram/webhook", SECRET)


async def test_webhook_announces_the_new_secret_and_takes_the_old_one_too_while_it_is_replaced(api, visitor):
    async with open_door(api, WEBHOOK, secret=f"{SECRET}, the-secret-of-before") as door:
        assert api.calls_of("setWebhook")[-1].parameters["secret_token"] == SECRET
        visitor.says("one")
        assert await visitor.reads() == "heard: one"
        api.webhook.secret = "the-secret-of-before"  # as what was under way meanwhile
        visitor.says("two")
        assert await visitor.reads() == "heard: two"
        for guessed in (f"{SECRET}, the-secret-of-before", f"{SECRET},the-secret-of-before", "guessed"):
            assert await bring(door, b"{}", **{SECRET_HEADER: guessed}) == 403


@pytest.mark.parametrize(
    "secret", ["", " , ", "mật khẩu", "a" * 257, f"{SECRET},mật khẩu"],
    ids=["empty", "a comma", "with marks", "too long", "one of two with marks"],
)  # fmt: skip
def test_webhook_door_is_not_made_when_its_secret_is_none(secret):
    with pytest.raises(ChannelRefusedError, match="NHACCHUAN_TELEGRAM_WEBHOOK_SECRET"):
        WebhookDoor(DEFAULT_TOKEN, "http://127.0.0.1:9", None, url="http://127.0.0.1", secret=secret, count=print)


async def test_webhook_door_asks_to_come_again_when_it_is_not_open_yet(api):
    door = WebhookDoor(api.token, api.base, None, url=api.base, secret=SECRET, count=print)
    assert (await door.receive(None)).status == 503
