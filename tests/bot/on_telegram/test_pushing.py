"""Pushes by Telegram: one request each, and what became of the message said exactly; the token told to nobody."""

import asyncio
import io
import logging
import socket
import traceback
from contextlib import asynccontextmanager

import pytest
import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError
from bot.on_telegram.paid import describe_price, most_stars
from bot.on_telegram.pushing import TelegramSender, Terms, fits
from bot.on_telegram.tokens import identity_of
from bot.push.sending import Parcel, Sender
from handlers.asking import Choice
from handlers.phrases import locale_of
from handlers.reply import Chart, File, Line, Reply
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.faults import (
    Fault,
    Harm,
    bad_request,
    blocked,
    held,
    lost_answer,
    lost_request,
    malformed,
    server_error,
    too_many_requests,
    unauthorized,
)

REPLY = Reply(
    "Nhắc việc <1>", (Line("Đồng chí có 2 nội dung cần hoàn thiện."),), (Choice("Đã nhận", "notice.ack", "7"),)
)
FAILURES = (NotSentError, RefusedError, UnclearError, ChannelRefusedError)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
DEACTIVATED = Fault(Harm.ANSWER, 403, "Forbidden: user is deactivated")
KICKED = Fault(Harm.ANSWER, 403, "Forbidden: bot was kicked from the group chat")
STRANGER = Fault(Harm.ANSWER, 403, "Forbidden: bot can't initiate conversation with a user")
WITHOUT_NUMBER = Fault(Harm.ANSWER, 429, "Too Many Requests")
HTML_429 = Fault(Harm.ANSWER, 429, "Too Many Requests", is_html=True)
TOO_LARGE = Fault(Harm.ANSWER, 413, "Request Entity Too Large", is_html=True)


def parcel(address, reply=REPLY, locale="vi"):
    return Parcel(1, str(address), reply, locale)


@asynccontextmanager
async def sending(api, **more):
    sender = TelegramSender(api.token, api.base, str, **more)
    try:
        yield sender
    finally:
        await sender.close()


@pytest.fixture
async def sender(api):
    async with sending(api) as sender:
        yield sender


async def test_message_arrives_with_its_buttons_and_the_platforms_own_id(api, visitor, sender):
    keeps_promise: Sender = sender

    sent = await keeps_promise.send(parcel(visitor.id))

    assert visitor.sees() == "Nhắc việc <1>\n\nĐồng chí có 2 nội dung cần hoàn thiện."
    assert visitor.buttons() == ["Đã nhận"]
    assert sent == str(visitor.last().id)
    assert (sender.identity, sender.channel) == (f"telegram:{api.me['id']}", "telegram")
    assert "allow_paid_broadcast" not in api.calls_of("sendMessage")[0].parameters


async def test_message_is_edited_in_place_and_the_same_words_again_are_no_error(visitor, sender):
    sent = await sender.send(parcel(visitor.id))
    with locale_of("vi"):
        await sender.edit(str(visitor.id), sent, Reply("Đã thu hồi"))
        await sender.edit(str(visitor.id), sent, Reply("Đã thu hồi"))

    assert visitor.sees() == "Đã thu hồi"
    assert visitor.buttons() == []
    with pytest.raises(RefusedError) as refused:
        await sender.edit(str(visitor.id), "999999", Reply("Đã thu hồi"))
    assert refused.value.code == "not_editable"


async def test_picture_goes_with_the_words_as_its_caption(api, visitor, sender):
    await sender.send(parcel(visitor.id, Reply("Báo cáo tuần", file=File("bieu-do.png", PNG, "image/png"))))

    assert visitor.sees() == "Báo cáo tuần"
    assert [call.method for call in api.calls] == ["sendPhoto"]


async def test_chart_is_drawn_and_sent_as_a_photo(api, visitor, sender):
    await sender.send(parcel(visitor.id, Reply("Tổng hợp tuần", picture=Chart(((3, 1, 0, 2),), "Ngoại ngữ: 3"))))

    assert visitor.sees() == "Tổng hợp tuần"
    assert [call.method for call in api.calls] == ["sendPhoto"]


async def test_file_follows_words_too_long_for_a_caption_and_its_loss_changes_nothing(api, visitor, sender):
    api.fail_next("sendDocument", bad_request("wrong file"))
    long = Reply("Biên bản", (Line("chữ " * 400),), file=File("bien-ban.docx", b"x", "application/octet-stream"))

    assert await sender.send(parcel(visitor.id, long)) == str(visitor.last().id)
    assert [call.method for call in api.calls] == ["sendMessage", "sendDocument"]


REFUSALS = {
    "the person blocked the bot": (blocked(), "blocked"),
    "the bot was thrown out": (KICKED, "blocked"),
    "the account is gone": (DEACTIVATED, "deactivated"),
    "the person never began": (STRANGER, "chat_unknown"),
    "the chat is unknown": (bad_request("chat not found"), "chat_unknown"),
    "the number is nobody's": (bad_request("PEER_ID_INVALID"), "chat_unknown"),
    "we wrote nonsense": (bad_request("can't parse entities: <b>Nguyễn Văn A"), "bad_request"),
    "we sent too much": (TOO_LARGE, "bad_request"),
}


@pytest.mark.parametrize(("fault", "code"), REFUSALS.values(), ids=REFUSALS)
async def test_refusal_is_named_and_final(api, visitor, sender, fault, code):
    api.fail_next("sendMessage", fault)
    with pytest.raises(RefusedError) as refused:
        await sender.send(parcel(visitor.id))
    assert refused.value.code == code
    assert len(api.calls) == 1


async def test_bad_request_is_reported_to_operators_without_the_words_of_the_message(api, visitor):
    counted = []
    api.fail_next("sendMessage", bad_request("can't parse entities: Nguyễn Văn A"))
    async with sending(api, count=counted.append) as sender:
        with structlog.testing.capture_logs() as logged, pytest.raises(RefusedError):
            await sender.send(parcel(visitor.id))
    assert counted == ["Can't parse entities"]
    assert [(one["log_level"], one["event"]) for one in logged] == [("error", "telegram.bad_request")]
    assert "Nguyễn" not in repr(logged)


async def test_words_that_do_not_fit_one_message_are_refused_before_anything_leaves(api, visitor, sender):
    for reply in (Reply("x" * 5000), Reply("Chọn", choices=(Choice("Nút", "a" * 70),)), Reply("")):
        with pytest.raises(RefusedError) as refused:
            await sender.send(parcel(visitor.id, reply))
        assert refused.value.code == "bad_request"
    assert api.calls == []


LOST = {
    "carried out, then 502": lost_answer(),
    "carried out, then cut off": lost_answer(dropped=True),
    "cut off before": lost_request(),
    "500": server_error(),
    "a proxy's error page": server_error(503, as_html=True),
    "something that is not JSON": malformed(),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_lost_answer_is_unclear_and_never_asked_again(api, visitor, sender, fault):
    api.fail_next("sendMessage", fault)
    with pytest.raises(UnclearError):
        await sender.send(parcel(visitor.id))
    assert len(api.calls) == 1


async def test_no_answer_in_time_is_unclear(api, visitor):
    never = asyncio.Event()
    api.fail_next("sendMessage", held(never))
    async with sending(api, terms=Terms(seconds=0.1)) as sender:
        with pytest.raises(UnclearError) as unclear:
            await sender.send(parcel(visitor.id))
    never.set()
    assert unclear.value.code == "SocketTimeoutError"


async def answer_strangely(payload):
    """A server of loopback that answers everything with these bytes."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(payload)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + payload)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@pytest.mark.parametrize("payload", [b'{"ok":true}', b'{"ok":true,"result":{"date":"?"}}', b"[]", b""])
async def test_answer_that_is_not_what_was_agreed_is_unclear(payload):
    server = await answer_strangely(payload)
    async with server:
        sender = TelegramSender("123:abc", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", str)
        with pytest.raises(UnclearError):
            await sender.send(parcel(7))
        await sender.close()


async def test_nobody_listening_is_surely_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    sender = TelegramSender("123:abc", f"http://127.0.0.1:{free}", str)
    with pytest.raises(NotSentError) as failed:
        await sender.send(parcel(7))
    assert (failed.value.code, failed.value.wait) == ("ClientConnectorError", 0.0)
    await sender.close()


async def test_no_free_connection_is_surely_not_sent(api, visitor):
    never = asyncio.Event()
    api.fail_next("sendMessage", held(never))
    async with sending(api, terms=Terms(connections=1, seconds=0.4)) as sender:
        first, second = await asyncio.gather(
            sender.send(parcel(visitor.id)), sender.send(parcel(visitor.id)), return_exceptions=True
        )
    never.set()
    assert isinstance(first, UnclearError)
    assert isinstance(second, NotSentError)
    assert second.code == "ConnectionTimeoutError"


@pytest.mark.parametrize(
    ("fault", "wait"),
    [(too_many_requests(7), 7.0), (WITHOUT_NUMBER, 3.0), (HTML_429, 3.0)],
    ids=["with seconds", "without", "from a proxy"],
)
async def test_being_asked_to_wait_stops_the_fleet_and_what_follows_here(api, visitor, fault, wait):
    announced = []

    async def announce(seconds):
        announced.append(seconds)

    api.fail_next("sendMessage", fault)
    async with sending(api, announce=announce) as sender:
        for code in ("too_many", "closed"):
            with pytest.raises(NotSentError) as failed:
                await sender.send(parcel(visitor.id))
            assert failed.value.code == code
            assert wait - 1 < failed.value.wait <= wait
    assert announced == [wait]
    assert len(api.calls) == 1, "the second was turned back here"


@pytest.mark.parametrize("fault", [unauthorized(), Fault(Harm.ANSWER, 404, "Not Found")], ids=["401", "404"])
async def test_refused_token_is_the_whole_channels(api, visitor, sender, fault):
    api.fail_next("sendMessage", fault)
    with pytest.raises(ChannelRefusedError):
        await sender.send(parcel(visitor.id))


@pytest.mark.parametrize("token", ["", "abc", "abc:def", "123:", "123"])
def test_what_cannot_be_a_token_is_refused_at_once(token):
    with pytest.raises(ChannelRefusedError) as refused:
        identity_of(token)
    assert not token or token not in str(refused.value) or len(token) < 5


@pytest.mark.parametrize("fault", [*LOST.values(), blocked(), unauthorized(), too_many_requests(2), TOO_LARGE])
async def test_token_is_in_no_log_no_error_and_no_traceback(api, visitor, sender, fault, caplog):
    caplog.set_level(logging.DEBUG)
    secret = api.token.partition(":")[2]
    api.fail_next("sendMessage", fault)
    with structlog.testing.capture_logs() as logged, pytest.raises(FAILURES) as failed:
        await sender.send(parcel(visitor.id))
    told = io.StringIO()
    traceback.print_exception(failed.value, file=told)
    assert secret not in told.getvalue() + repr(failed.value)
    assert failed.value.__context__ is None
    assert secret not in repr(logged)
    assert secret not in caplog.text


async def test_paid_broadcast_is_asked_for_only_where_it_is_allowed(api, visitor):
    async with sending(api, terms=Terms(is_paid_allowed=True)) as sender:
        await sender.send(parcel(visitor.id))
    assert api.calls_of("sendMessage")[0].parameters["allow_paid_broadcast"] in {"true", True}


def test_price_is_told_before_and_nothing_is_due_at_the_free_pace():
    assert most_stars(600, 27) == 0
    assert most_stars(600, 200) == 60
    with locale_of("en"):
        assert "60 Telegram Stars" in describe_price(600, 200, is_allowed=True)
        assert "Free of charge" in describe_price(600, 200, is_allowed=False)
        assert "Free of charge" in describe_price(600, 27, is_allowed=True)


async def test_thirty_at_once_are_all_delivered(api):
    visitors = [api.visitor(f"Người {n}") for n in range(30)]
    async with sending(api) as sender, asyncio.TaskGroup() as group:
        for one in visitors:
            group.create_task(sender.send(parcel(one.id)))
    assert all(one.sees() for one in visitors)


async def test_language_of_the_recipient_is_spoken(api):
    async with TelegramApi() as other, sending(other) as sender:
        visitor = other.visitor("Ann")
        reply = Reply("Reminder", (Line("Two things"),))
        await sender.send(parcel(visitor.id, reply, "en"))
        assert visitor.sees().startswith("Reminder")


@pytest.mark.parametrize(("letters", "is_one"), [(4000, True), (4200, False)], ids=["short enough", "too long"])
def test_words_that_make_more_than_one_message_do_not_fit(letters, is_one):
    assert fits(Reply("Thông báo", (Line("&" * letters),)), str) is is_one
