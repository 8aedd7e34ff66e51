"""Pushes by the Zalo Bot platform: exactly what became of each, its choices by number, and the month's allowance."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from bot.failures import ChannelRefusedError, NotNowError, NotSentError, RefusedError, UnclearError
from bot.letters import Errand
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_letters import ZaloBotCarrier
from bot.on_zalo.bot_plan import Plan
from bot.on_zalo.bot_pushing import ZaloBotSender, fits
from bot.on_zalo.bot_showing import OfferedInMemory
from bot.push.sending import Parcel, Sender
from handlers.asking import Choice
from handlers.phrases import locale_of
from handlers.reply import Line, Reply
from tests.bot.on_telegram.door import KnownReach
from tests.bot.on_zalo.bot_open import CountingMeter, OpenBot, open_bot
from tests.bot.opened import POLLING
from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import faults

CHOICES = (Choice("Xem chi tiết", "gaps.mine"), Choice("Đã nhận", "notice.ack", "7"))
REPLY = Reply("Nhắc việc", (Line("Đồng chí có 2 nội dung cần hoàn thiện."),), CHOICES)
LONG = Reply("Tổng hợp", (Line("Đồng chí còn thiếu chứng chỉ ngoại ngữ. " * 80),), CHOICES)


def parcel(person, reply=REPLY, delivery=1):
    return Parcel(delivery, person.id, reply, "vi")


@pytest.fixture
def meter():
    return CountingMeter()


@pytest.fixture
def offered():
    return OfferedInMemory()


@pytest.fixture
async def sender(platform, meter, offered):
    sender = ZaloBotSender(BotApi(platform.token, platform.base, seconds=3), str, meter=meter, offered=offered)
    yield sender
    await sender.close()


async def test_message_arrives_with_its_choices_numbered_and_the_platforms_own_id(platform, lan, sender, meter):
    keeps_promise: Sender = sender
    sent = await keeps_promise.send(parcel(lan))
    assert sent == lan.chat.sent[-1].id
    assert lan.sees().startswith("Nhắc việc\n\nĐồng chí có 2 nội dung cần hoàn thiện.")
    assert lan.sees().endswith("1. Xem chi tiết\n2. Đã nhận")
    assert (sender.identity, sender.channel, meter.sent) == ("zalo_bot:1234567890123456789", "zalo_bot", 1)


@pytest.mark.parametrize("typed", ["2", "2.", "Đã nhận", "da nhan"])
async def test_number_or_words_typed_after_a_push_mean_its_choices(typed, platform, lan):
    async with open_bot(platform, POLLING) as door:
        door.desk.script = lambda asked: Reply(f"heard: {asked.text or asked.choice}", choices=(Choice("A", "a"),) * 2)
        lan.says("chào")
        await lan.reads()
        sender = ZaloBotSender(BotApi(platform.token, platform.base), str, meter=door.meter, offered=door.offered)
        await sender.send(parcel(lan))
        await lan.reads()
        lan.says(typed)
        assert (await lan.reads()).startswith("heard: notice.ack|7")
        await sender.close()


FAILURES = {
    "nobody is there": (faults.answer(400, "chat not found"), RefusedError, "chat_unknown", 0),
    "we wrote nonsense": (faults.answer(400, "Bad Request"), RefusedError, "bad_request", 0),
    "the token was reset": (faults.answer(401, "Unauthorized"), ChannelRefusedError, None, 0),
    "the platform has had too many": (faults.answer(429, "Quota exceeded"), NotSentError, "quota", 0),
    "its server fails": (faults.answer(403, "Internal server error"), NotSentError, "server_fault", 0),
    "a gateway fails": (faults.gateway_page(502), UnclearError, "http502", 1),
    "the answer is lost": (faults.lost_answer(), UnclearError, None, 1),
    "half an answer comes": (faults.malformed(), UnclearError, "unreadable", 1),
}


@pytest.mark.parametrize(("fault", "kind", "code", "counted"), FAILURES.values(), ids=FAILURES)
async def test_outcome_is_named_and_what_surely_did_not_leave_is_not_counted(
    fault, kind, code, counted, platform, lan, sender, meter, offered
):
    await offered.keep(lan.id, await offered.recall("nobody"))
    platform.fail_next("sendMessage", fault)
    with pytest.raises(kind) as failed:
        await sender.send(parcel(lan))
    if code is not None:
        assert failed.value.code == code
    assert len(platform.calls_of("sendMessage")) == 1
    assert meter.sent == counted
    assert (await offered.recall(lan.id)).choices == ()


async def test_server_that_fails_again_and_again_leaves_the_message_unclear(platform, lan, sender):
    platform.fail_next("sendMessage", faults.answer(403, "Internal server error"), times=3)
    for _ in range(2):
        with pytest.raises(NotSentError):
            await sender.send(parcel(lan))
    with pytest.raises(UnclearError):
        await sender.send(parcel(lan))
    assert await sender.send(parcel(lan, delivery=2))


async def test_words_too_long_for_one_message_come_in_parts_and_a_lost_part_is_never_a_second_first(
    platform, lan, sender
):
    await sender.send(parcel(lan, LONG))
    assert len(lan.on_screen()) == 2
    platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"), skip=1)
    with pytest.raises(UnclearError) as failed:
        await sender.send(parcel(lan, LONG))
    assert failed.value.code == "cut_short_quota"


async def test_words_that_do_not_fit_at_all_are_refused_before_anything_leaves(platform, lan, sender):
    for reply in (Reply("x " * 5000), Reply("")):
        with pytest.raises(RefusedError) as refused:
            await sender.send(parcel(lan, reply))
        assert refused.value.code == "bad_request"
    assert platform.calls_of("sendMessage") == []


async def test_nothing_can_be_written_over(lan, sender):
    sent = await sender.send(parcel(lan))
    with locale_of("vi"), pytest.raises(RefusedError) as refused:
        await sender.edit(lan.id, sent, Reply("Đã thu hồi"))
    assert refused.value.code == "not_editable"


async def test_pushes_stop_short_of_what_is_kept_for_conversation():
    async with ZaloBot(monthly_allowance=10) as platform:
        lan, meter = platform.person("Lan"), CountingMeter()
        platform.learn(lan.chat)
        plan = Plan(monthly=10, reserve=0.25)
        sender = ZaloBotSender(
            BotApi(platform.token, platform.base),
            str,
            meter=meter,
            offered=OfferedInMemory(),
            plan=plan,
        )
        with structlog.testing.capture_logs() as logged:
            for _ in range(7):
                await sender.send(parcel(lan))
            with pytest.raises(NotNowError) as failed:
                await sender.send(parcel(lan))
        await sender.close()
        assert (failed.value.code, failed.value.may_go_elsewhere) == ("allowance_used", True)
        assert meter.sent == 7
        async with open_bot(platform, POLLING, meter=meter, plan=plan) as door:
            for words in ("một", "hai", "ba"):
                lan.says(words)
                await platform.wait_for(lambda words=words: words in {one.text for one in door.desk.asked})
            await platform.wait_for(lambda: meter.sent == 10)
        assert len(platform.calls_of("sendMessage")) == 10
        assert "zalo_bot.allowance_used" in {one["event"] for one in logged}


async def test_broadcasts_stop_before_what_concerns_one_person_alone_does(platform, lan, meter):
    sender = ZaloBotSender(
        BotApi(platform.token, platform.base), str, meter=meter, offered=OfferedInMemory(), plan=Plan(10, 0.2, 0.25)
    )
    to_all = [replace(parcel(lan, delivery=n), kinds=("broadcast",)) for n in range(1, 8)]
    for one in to_all[:6]:
        await sender.send(one)
    with pytest.raises(NotNowError):
        await sender.send(to_all[6])
    for n in (8, 9):
        await sender.send(replace(parcel(lan, delivery=n), kinds=("broadcast", "reminder")))
    with pytest.raises(NotNowError):
        await sender.send(parcel(lan, delivery=10))
    await sender.close()
    assert meter.sent == len(platform.calls_of("sendMessage")) == 8


async def test_platform_that_asks_for_a_pause_is_left_alone_and_others_may_go_elsewhere_at_once(platform, lan, sender):
    platform.fail_next("sendMessage", faults.answer(429, "Quota exceeded"))
    for delivery in (1, 2):
        with pytest.raises(NotNowError) as failed:
            await sender.send(parcel(lan, delivery=delivery))
        assert (failed.value.code, failed.value.may_go_elsewhere) == ("quota", True)
    assert len(platform.calls_of("sendMessage")) == 1


async def test_letter_is_carried_and_a_chat_that_is_gone_remembered(platform, lan, sender):
    reach = KnownReach()
    carrier = ZaloBotCarrier(sender, reach=reach)
    await carrier.carry(Errand(1, lan.id, REPLY, 1))
    assert "Nhắc việc" in lan.sees()
    platform.fail_next("sendMessage", faults.answer(404, "chat not found"))
    with pytest.raises(RefusedError):
        await carrier.carry(Errand(2, lan.id, REPLY, 1))
    assert reach.is_reachable == {lan.id: False}


async def test_many_messages_at_once_are_each_counted_once(platform, lan, sender, meter):
    await asyncio.gather(*(sender.send(parcel(lan, delivery=n)) for n in range(20)))
    assert meter.sent == len(platform.calls_of("sendMessage")) == 20
    assert OpenBot(platform).meter.sent == 0


@pytest.mark.parametrize(("letters", "is_taken"), [(5000, True), (9000, False)], ids=["three messages", "too long"])
def test_words_for_more_messages_than_a_push_may_be_do_not_fit(letters, is_taken):
    assert fits(Reply("Thông báo", (Line("chữ " * (letters // 4)),)), str) is is_taken
