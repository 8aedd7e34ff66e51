"""The door of the Zalo Bot platform, by polling and by webhook: each event once, and numbers for buttons."""

import asyncio
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import aiohttp
import pytest

from bot.failures import ChannelRefusedError
from bot.intake import Intake
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_door import BotPollingDoor, BotWebhookDoor
from bot.on_zalo.bot_incoming import read_event
from bot.on_zalo.bot_plan import Plan
from bot.on_zalo.bot_showing import Offered, OfferedInMemory
from bot.render import count_units
from bot.seen import InboxInMemory
from handlers.asking import Channel, Choice, FileGoneError
from handlers.reply import File, Line, Pending, Reply
from storage.errors import DatabaseAwayError
from tests.bot.on_zalo.bot_open import CountingMeter, OpenBot, open_bot
from tests.bot.opened import POLLING, SECRET, WEBHOOK, Hold
from tests.standins.zalo_bot import BotSwitches, ZaloBot
from tests.standins.zalo_ground import faults

CHOICES = (Choice("Thời hạn của tôi", "deadlines"), Choice("Vì sao?", "why", "ngoai_ngu"))


async def test_words_are_answered(bot_door, lan):
    lan.says("tôi còn thiếu gì")
    assert await lan.reads() == "heard: tôi còn thiếu gì"
    (asked,) = bot_door.desk.asked
    assert (asked.channel, asked.address, asked.thread) == (Channel.ZALO_BOT, lan.id, f"zalo_bot:{lan.id}")


async def test_choices_stand_as_numbers_and_a_number_is_the_choice(bot_door, lan):
    bot_door.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=CHOICES)
    lan.says("chào")
    assert (await lan.reads()).endswith("words of a choice:\n1. Thời hạn của tôi\n2. Vì sao?")
    for typed in ("2", "số 2", "2️⃣"):
        lan.says(typed)
        assert (await lan.reads()).startswith("heard: why|ngoai_ngu")
    lan.says("vi sao")  # words are the desk's to read
    assert (await lan.reads()).startswith("heard: vi sao")
    lan.says("7")
    assert await lan.reads() == "There is no choice 7 here."
    lan.says("1")
    assert (await lan.reads()).startswith("heard: deadlines")


async def test_number_is_an_answer_where_the_desk_waits_for_one(bot_door, lan):
    bot_door.desk.script = lambda asked: Reply(
        f"heard: {asked.text or asked.choice}", choices=(Choice("Thôi", "stop"),), pending=Pending("months")
    )
    lan.says("chào")
    assert (await lan.reads()).endswith("letter of a choice:\na. Thôi")
    lan.says("1")
    assert (await lan.reads()).startswith("heard: 1")
    lan.says("a")
    assert (await lan.reads()).startswith("heard: stop")


async def test_number_means_nothing_when_nobody_knows_what_stands_there(platform, bot_door, lan):
    bot_door.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=CHOICES)
    platform.fail_next("sendMessage", faults.gateway_page())
    lan.says("chào")
    await platform.wait_for(lambda: bool(platform.calls_of("sendMessage")))
    lan.says("1")
    assert (await lan.reads()).startswith("heard: 1\n")
    assert len(platform.calls_of("sendMessage")) == 2  # the one whose answer was lost was not sent again


async def test_long_answer_comes_in_parts_that_end_with_sentences(bot_door, lan):
    sentence = "Đồng chí còn thiếu chứng chỉ ngoại ngữ bậc 3 theo tiêu chuẩn chức danh. "
    bot_door.desk.script = lambda _: Reply("Kết quả", (Line(sentence * 60),), CHOICES)
    lan.says("chào")
    parts = [await lan.reads() for _ in range(3)]
    assert all(count_units(one) <= 2000 for one in parts)
    assert all(one.endswith("chức danh.") for one in parts[:2])
    assert parts[-1].endswith("2. Vì sao?")


async def test_same_event_brought_again_is_answered_once(platform, bot_door, lan):
    lan.says("một", copies=3)
    lan.says("hai")
    assert await lan.reads(2)
    await bot_door.leave()
    assert sorted(one.text for one in bot_door.desk.asked) == ["hai", "một"]


ASIDES = {
    "a picture that lies nowhere": (
        lambda who: who.sends_event("message.image.received", {"caption": "văn bằng"}),
        "send a certificate as a picture",
    ),
    "a file or a card": (lambda who: who.sends_something_else(), "send a certificate as a picture"),
    "a voice message": (lambda who: who.records_voice(), "cannot listen"),
    "a sticker": (lambda who: who.sends_sticker(), "Type your question"),
    "something new": (lambda who: who.sends_event("message.dance.received", {"dance": "1"}), "only typed words"),
}


@pytest.mark.parametrize(("send", "words"), ASIDES.values(), ids=ASIDES)
async def test_what_cannot_be_read_gets_one_gentle_line(send, words, bot_door, lan):
    send(lan)
    assert words in await lan.reads()
    for _ in range(3):
        send(lan)
    lan.says("xong")
    await bot_door.platform.wait_for(lambda: lan.sees() == "heard: xong")
    assert len(lan.unread()) <= 2  # a minute may have ended
    assert [one.text for one in bot_door.desk.asked] == ["xong"]


async def test_unsupported_without_a_message_and_our_own_echo_are_passed_over():
    switches = BotSwitches(unsupported_has_message=False, echoes_own_messages=True)
    async with ZaloBot(switches=switches) as platform, open_bot(platform, POLLING) as door:
        lan = platform.person("Lan")
        lan.sends_something_else()
        lan.says("chào")
        assert await lan.reads() == "heard: chào"
        lan.says("nữa")
        assert await lan.reads() == "heard: nữa"
        assert len(door.desk.asked) == 2


async def test_group_is_told_once_where_to_write_and_nothing_else(platform, bot_door, lan):
    group = platform.group()
    lan.sends_something_else(within=group, mentions=True)
    lan.says("CB002 còn thiếu gì", within=group, mentions=True)
    lan.says("nói đi", within=group, mentions=True)
    lan.says("chào")
    assert await lan.reads() == "heard: chào"
    await bot_door.leave()
    assert [one.text for one in group.sent] == ["I answer only in a private chat; please write to me there."]
    assert [one.text for one in bot_door.desk.asked] == ["chào"]


async def test_file_that_cannot_be_sent_is_named(bot_door, lan):
    bot_door.desk.script = lambda _: Reply("Danh sách", file=File("ket-qua.xlsx", b"x", "application/octet-stream"))
    lan.says("chào")
    assert "ket-qua.xlsx" in await lan.reads()


async def test_defect_of_ours_is_told_with_a_reference(bot_door, lan):
    def break_down(_asked):
        raise RuntimeError("Nguyễn Văn A")

    bot_door.desk.script = break_down
    lan.says("chào")
    assert "A1B2C3" in await lan.reads()


async def test_slow_answer_shows_typing(bot_door, lan):
    async def think(_asked):
        await asyncio.sleep(0.2)
        return Reply("xong")

    bot_door.desk.script = think
    lan.says("chào")
    assert await lan.reads() == "xong"
    assert lan.chat.actions == ["typing"]


async def test_answer_is_sent_later_when_the_platform_fails_and_the_desk_is_asked_once(platform, bot_door, lan):
    platform.fail_next("sendMessage", faults.answer(403, "Internal server error"), times=6)
    lan.says("chào")
    assert await lan.reads() == "heard: chào"
    assert len(bot_door.desk.asked) == 1
    assert 15.0 in bot_door.pauses.seconds


async def test_answer_waits_long_when_the_platform_has_had_too_many(platform, bot_door, lan):
    platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"))
    lan.says("chào")
    assert await lan.reads() == "heard: chào"
    assert bot_door.pauses.seconds == [60.0]
    assert bot_door.meter.sent == 1


async def test_chat_that_is_gone_is_remembered(platform, bot_door, lan):
    platform.fail_next("sendMessage", faults.answer(400, "chat not found"))
    lan.says("chào")
    await platform.wait_for(lambda: bool(platform.calls_of("sendMessage")))
    await bot_door.leave()
    assert bot_door.reach.is_reachable == {lan.id: False}


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_nothing_is_sent_beyond_the_allowance_of_the_month(mode):
    async with ZaloBot(monthly_allowance=2) as platform:
        async with open_bot(platform, mode, plan=Plan(monthly=2, reserve=0.5)) as door:
            lan = platform.person("Lan")
            for words in ("một", "hai", "ba"):
                lan.says(words)
            assert await lan.reads(2)
            async with asyncio.timeout(5):
                while len(door.desk.asked) < 3:  # noqa: ASYNC110  the desk of a test rings no bell
                    await asyncio.sleep(0)
            await door.leave()
        assert len(platform.calls_of("sendMessage")) == 2
        assert door.meter.sent == 2


async def test_polling_goes_on_through_every_interruption(platform, lan):
    async with open_bot(platform, POLLING):
        platform.fail_next("getUpdates", faults.gateway_page(), times=2)
        platform.fail_next("getUpdates", faults.answer(429, "Quota exceeded"))
        platform.fail_next("getUpdates", faults.lost_request())
        lan.says("một")
        assert await lan.reads() == "heard: một"
        lan.says("hai")
        assert await lan.reads() == "heard: hai"


async def test_forgotten_webhook_is_told_and_taken_away_only_when_allowed(platform, lan):
    await _set_forgotten_webhook(platform)
    opened = OpenBot(platform)
    with pytest.raises(ChannelRefusedError, match=r"old\.example\.vn"):
        await BotPollingDoor(BotApi(platform.token, platform.base), opened.reception()).keep_open(opened.stop)
    door = BotPollingDoor(BotApi(platform.token, platform.base), opened.reception(), drops_webhook=True, wait_seconds=5)
    async with asyncio.TaskGroup() as group:
        group.create_task(door.keep_open(opened.stop))
        await platform.wait_for(lambda: bool(platform.calls_of("getUpdates")))
        lan.says("chào")
        assert await lan.reads() == "heard: chào"
        platform.hurry_polls()
        opened.stop.set()


async def _set_forgotten_webhook(platform):
    api = BotApi(platform.token, platform.base)
    await api.set_webhook("https://old.example.vn/hook", "a-long-secret")
    await api.close()


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_token_that_was_reset_closes_the_door_with_a_sentence(mode, platform):
    api, opened = BotApi("1:wrong", platform.base), OpenBot(platform)
    if mode == POLLING:
        door = BotPollingDoor(api, opened.reception())
    else:
        door = BotWebhookDoor(
            api, opened.reception(), url="https://x.example.vn", secret=SECRET, count=opened.turned_away.append
        )
    with pytest.raises(ChannelRefusedError, match="NHACCHUAN_ZALO_BOT_TOKEN"):
        await door.keep_open(opened.stop)


async def test_webhook_announces_the_new_secret_and_takes_the_old_one_too_while_it_is_replaced(platform):
    async with open_bot(platform, WEBHOOK, secret=f"{SECRET},the-secret-of-before") as door:
        assert platform.webhook["secret_token"] == SECRET
        async with aiohttp.ClientSession() as session:
            for shown, status in {
                SECRET: 200,
                "the-secret-of-before": 200,
                f"{SECRET},the-secret-of-before": 403,
            }.items():
                headers = {"X-Bot-Api-Secret-Token": shown}
                async with session.post(door.webhook_url, data=b'{"event_name":"x"}', headers=headers) as answer:
                    assert answer.status == status, shown
        assert door.turned_away == ["wrong_secret"]


@pytest.mark.parametrize("secret", ["", ",", "short", "x" * 257, "dấu cách lạ", f"{SECRET},short"])
def test_webhook_needs_a_secret_that_the_platform_takes(secret):
    with pytest.raises(ChannelRefusedError, match="NHACCHUAN_ZALO_BOT_WEBHOOK_SECRET"):
        BotWebhookDoor(BotApi("1:a", "http://127.0.0.1:1"), OpenBot(None).reception(), url="", secret=secret, count=str)


BODIES = {
    "without the secret": (None, b'{"event_name":"x"}', 401, "no_secret"),
    "with another secret": ("another-secret-than-ours", b'{"event_name":"x"}', 403, "wrong_secret"),
    "with nonsense": (SECRET, b"{", 400, "not_json"),
    "with a list": (SECRET, b"[]", 400, "not_json"),
    "too large": (SECRET, b" " * 1_000_001, 413, "too_large"),
    "empty, as the platform looks whether we are here": (None, b"", 200, None),
    "of a form that we do not know": (SECRET, b'{"event_name":7,"message":[]}', 200, None),
}


@pytest.mark.parametrize(("secret", "body", "status", "reason"), BODIES.values(), ids=BODIES)
async def test_webhook_lets_in_whoever_shows_the_secret(secret, body, status, reason, platform):
    async with open_bot(platform, WEBHOOK) as door, aiohttp.ClientSession() as session:
        headers = {"X-Bot-Api-Secret-Token": secret} if secret else {}
        async with session.post(door.webhook_url, data=body, headers=headers) as answer:
            assert answer.status == status
        assert door.turned_away == ([reason] if reason else [])
        assert door.desk.asked == []


@pytest.mark.parametrize("body", ["flat", "wrapped"])
async def test_webhook_body_is_read_in_either_form(body):
    async with ZaloBot(switches=BotSwitches(webhook_body=body)) as platform, open_bot(platform, WEBHOOK):
        lan = platform.person("Lan")
        lan.says("chào")
        assert await lan.reads() == "heard: chào"


async def test_webhook_is_thanked_before_the_answer_is_there(platform, lan):
    async with open_bot(platform, WEBHOOK) as door:
        go_on = asyncio.Event()

        async def think(_asked):
            await go_on.wait()
            return Reply("xong")

        door.desk.script = think
        lan.says("chào")
        await platform.wait_for(lambda: bool(platform.courier.deliveries and platform.courier.deliveries[-1].attempts))
        assert platform.courier.deliveries[-1].attempts[-1].status == 200
        assert lan.unread() == []
        go_on.set()
        assert await lan.reads() == "xong"


async def test_door_that_is_closed_asks_to_be_tried_again(platform):
    with socket.create_server(("127.0.0.1", 0)):
        async with open_bot(platform, WEBHOOK) as door, aiohttp.ClientSession() as session:
            await door.leave()
            headers = {"X-Bot-Api-Secret-Token": SECRET}
            async with session.post(door.webhook_url, data=b'{"event_name":"x"}', headers=headers) as answer:
                assert answer.status == 503


@pytest.mark.parametrize("field", ["photo_url", "photo"])
async def test_desk_gets_a_picture_with_what_is_written_under_it(field):
    async with ZaloBot(switches=BotSwitches(photo_field=field)) as platform, open_bot(platform, WEBHOOK) as door:

        async def fetch(asked):
            with pytest.raises(
                FileGoneError
            ):  # nobody is there; that it is not asked of inner hosts is tried elsewhere
                await asked.file.fetch(100)
            return Reply(f"{asked.file.name} {asked.file.declared_type} {asked.text}")

        door.desk.script = fetch
        lan = platform.person("Lan")
        lan.shows_photo("http://photo.invalid/a/bang.jpg", "văn bằng")
        assert await lan.reads() == "bang.jpg image/jpeg văn bằng"


@pytest.mark.parametrize("mode", [POLLING, WEBHOOK])
async def test_visitor_is_told_when_nobody_knows_whether_an_answer_left(platform, lan, mode):
    inbox = InboxInMemory()
    event = {
        "event_name": "message.text.received",
        "message": {
            "message_id": "a1", "text": "chào", "from": {"id": lan.id}, "chat": {"id": lan.id, "chat_type": "PRIVATE"}
        },
    }  # fmt: skip
    await inbox.keep("zalo_bot", [("a1", json.dumps(event))], "dead")
    await inbox.begin_sending("zalo_bot", [("a1", "answer")], "dead")
    await inbox.leave("dead")
    async with open_bot(platform, mode, inbox=inbox) as door:
        assert (await lan.reads()).startswith("I was interrupted")
        assert door.desk.asked == []
    assert not inbox.waiting


async def test_event_that_cannot_be_kept_is_fetched_once_and_kept_when_it_can_be(platform, lan):
    class Away(InboxInMemory):
        times = 2

        async def keep(self, *given):
            if self.times:
                self.times -= 1
                raise ConnectionError
            return await super().keep(*given)

    async with open_bot(platform, POLLING, inbox=Away()) as door:
        lan.says("chào")
        assert await lan.reads() == "heard: chào"
        assert door.pauses.seconds[:2] == [1.0, 2.0]


async def test_platform_is_not_thanked_for_what_could_not_be_kept(platform, lan):
    class Away(InboxInMemory):
        async def keep(self, *_given):
            raise ConnectionError

    async with open_bot(platform, WEBHOOK, inbox=Away()) as door:
        lan.says("chào")
        await platform.wait_for(lambda: bool(platform.courier.deliveries and platform.courier.deliveries[-1].attempts))
        assert platform.courier.deliveries[-1].attempts[-1].status == 503
        assert door.turned_away == ["not_kept"]


async def test_answer_is_not_repeated_when_the_cabinet_goes_away_after_it_left(platform, lan):
    class Away(OfferedInMemory):
        times = 1

        async def keep(self, address, offered):
            if self.times:
                self.times -= 1
                raise DatabaseAwayError("no room")
            await super().keep(address, offered)

    async with open_bot(platform, POLLING, offered=Away()) as door:
        door.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=CHOICES)
        lan.says("chào")
        assert (await lan.reads()).startswith("heard: chào")
        lan.says("2")  # is what stands there now
        assert (await lan.reads()).startswith("heard: why|ngoai_ngu")
    assert len(platform.calls_of("sendMessage")) == 2


async def test_beginning_is_not_repeated_when_the_cabinet_goes_away_before_the_rest(platform, lan):
    class Away(CountingMeter):
        async def take(self, most):
            if self.sent == 1:
                raise DatabaseAwayError("no room")
            return await super().take(most)

    async with open_bot(platform, POLLING, meter=Away()) as door:
        door.desk.script = lambda _: Reply("Kết quả", (Line("Đồng chí còn thiếu chứng chỉ. " * 200),), CHOICES)
        lan.says("chào")
        assert (await lan.reads()).startswith("Kết quả")
        await door.leave()
        assert not door.inbox.waiting
    assert len(platform.calls_of("sendMessage")) == 1


async def test_beginning_is_not_repeated_when_the_token_is_refused_before_the_rest(platform, lan):
    platform.fail_next("sendMessage", faults.answer(401, "Unauthorized"), skip=1)
    async with open_bot(platform, POLLING) as door:
        await door.offered.keep(lan.id, Offered((("Một", "one"),)))
        door.desk.script = lambda _: Reply("Kết quả", (Line("Đồng chí còn thiếu chứng chỉ. " * 200),), CHOICES)
        lan.says("chào")
        assert (await lan.reads()).startswith("Kết quả")
        await door.leave()
        assert not door.inbox.waiting, "nothing is put off"
        assert await door.offered.recall(lan.id) == Offered(), "what was to stand below is not there"
    assert len(platform.calls_of("sendMessage")) == 2
    assert door.meter.sent == 1


async def test_what_is_said_once_is_said_later_and_once_when_it_could_not_leave(platform, lan, monkeypatch):
    class Away(CountingMeter):
        times = 2

        async def take(self, most):
            if self.times:
                self.times -= 1
                raise DatabaseAwayError("no room")
            return await super().take(most)

    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))
    group = platform.group()

    async with open_bot(platform, POLLING, meter=Away()) as door:
        read, then = read_event, datetime(2026, 11, 23, 3, tzinfo=UTC)
        monkeypatch.setattr(  # all within one minute
            "bot.on_zalo.bot_receive.read_event", lambda raw: replace(event, at=then) if (event := read(raw)) else None
        )
        for _each in range(3):
            lan.sends_sticker()
        for _each in range(3):
            lan.says("nói đi", within=group, mentions=True)
        assert "Type your question" in await lan.reads()
        await platform.wait_for(lambda: bool(group.sent))
        while door.inbox.waiting:  # noqa: ASYNC110  an inbox rings no bell
            await asyncio.sleep(0.01)
    assert lan.unread() == []
    assert len(group.sent) == 1


async def test_desk_is_asked_once_and_its_answer_sent_later_whatever_stands_there_meanwhile(platform, lan, monkeypatch):
    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))
    async with open_bot(platform, POLLING) as door:
        door.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=CHOICES)
        lan.says("chào")
        await lan.reads()

        async def answer(asked):
            door.offered._offered.clear()  # as if the conversation had gone on at another process
            await door.offered.keep(lan.id, Offered((("Một", "one"),)))
            return Reply(f"heard: {asked.choice}")

        door.desk.script = answer
        platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"), times=3)
        lan.says("2")
        assert await lan.reads() == "heard: why|ngoai_ngu"
    assert [one.choice for one in door.desk.asked] == [None, "why|ngoai_ngu"]


@pytest.mark.parametrize("say", [lambda who: who.says("chào"), lambda who: who.shows_photo("http://photo.invalid/a")])
async def test_desk_knows_what_comes_late(platform, lan, monkeypatch, say):
    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))
    is_away = [False, True]

    def answer(_asked):
        if is_away.pop():
            raise DatabaseAwayError("no room")
        return Reply("heard")

    async with open_bot(platform, POLLING) as door:
        door.desk.script = answer
        say(lan)
        assert await lan.reads() == "heard"
        assert [one.is_belated for one in door.desk.asked] == [False, True]


def away_at_first(desk):
    """What a desk says whose cabinet is away for the first that is asked."""

    def answer(asked):
        if len(desk.asked) == 1:
            raise DatabaseAwayError("no room")
        return Reply(f"heard: {asked.text}")

    return answer


async def test_number_that_comes_late_is_no_choice_of_what_stands_there_meanwhile(platform, lan, monkeypatch):
    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))
    async with open_bot(platform, POLLING) as door:
        door.desk.script = away_at_first(door.desk)
        await door.offered.keep(lan.id, Offered(tuple((one.label, one.token) for one in CHOICES)))
        lan.says("2")
        assert await lan.reads() == "heard: 2"
    assert [(one.choice, one.text) for one in door.desk.asked] == [("why|ngoai_ngu", None), (None, "2")]


@pytest.mark.parametrize("typed", ["Đã nhận", "da nhan", "2"])
async def test_confirmation_that_comes_late_is_of_no_notice_that_was_pushed_meanwhile(
    platform, lan, monkeypatch, typed
):
    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))

    def pushed(notice):
        return Offered((("Xem chi tiết", "gaps.mine"), ("Đã nhận", f"notice.ack|{notice}")), is_pushed=True)

    async with open_bot(platform, POLLING) as door:

        async def answer(asked):
            if len(door.desk.asked) > 1:
                return Reply(f"heard: {asked.choice}")
            await door.offered.keep(lan.id, pushed(8))
            raise DatabaseAwayError("no room")

        door.desk.script = answer
        await door.offered.keep(lan.id, pushed(7))
        lan.says(typed)
        told = await lan.reads()
        assert told.startswith(f"“{typed}” came while I was interrupted, so nothing was done.")
        assert told.endswith("1. Xem chi tiết\n2. Đã nhận")
        lan.says(typed)  # and is meant of what stands there now
        assert await lan.reads() == "heard: notice.ack|8"
    assert [one.choice for one in door.desk.asked] == ["notice.ack|7", "notice.ack|8"]


async def test_late_question_goes_to_the_desk_whatever_was_pushed_meanwhile(platform, lan, monkeypatch):
    monkeypatch.setattr("bot.on_zalo.bot_door.Intake", partial(Intake, stay_every=0.01))
    async with open_bot(platform, POLLING) as door:
        door.desk.script = away_at_first(door.desk)
        await door.offered.keep(lan.id, Offered((("Đã nhận", "notice.ack|8"),), is_pushed=True))
        lan.says("tôi còn thiếu gì")
        assert await lan.reads() == "heard: tôi còn thiếu gì"


async def test_ready_answer_does_not_wait_for_the_sign_of_typing(platform, bot_door, lan):
    may_answer, hold = asyncio.Event(), Hold()

    async def think(_asked):
        await may_answer.wait()
        return Reply("xong")

    bot_door.desk.script = think
    platform.fail_next("sendChatAction", faults.held(hold))
    lan.says("chào")
    await hold.is_reached.wait()
    may_answer.set()
    assert await lan.reads(timeout=1) == "xong"
    hold.set()


async def test_event_is_held_on_to_for_a_while_after_the_stop_however_long_it_was_before(platform, lan):
    class Away(InboxInMemory):
        is_away = True

        async def keep(self, *given):
            if self.is_away:
                raise ConnectionError
            return await super().keep(*given)

    async with open_bot(platform, POLLING, inbox=Away()) as door:
        lan.says("chào")
        await door.pauses.reach(30)
        door.stop.set()
        door.pauses.seconds.clear()
        await door.pauses.reach(10)
        door.inbox.is_away = False
        await door.leave()
        assert len(door.inbox.waiting) == 1 or door.desk.asked
